"""Whose tables a page of the desk is about: an owner's tables as they stand, and their draft in brief."""

from dataclasses import dataclass
from typing import cast

from flask import Blueprint, abort, current_app, g, url_for

from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.comparing.changes import changes
from estimator.prices.editing.splicing import file_of
from estimator.prices.nodes import read_tree
from estimator.prices.problems import KeyPath, Problem
from estimator.versions import checking
from estimator.versions.checking import Checked
from estimator.versions.desk import Desk
from estimator.versions.drafts import Draft
from estimator.versions.work import Work
from estimator.web.desk.permissions import may, name_of_owner
from estimator.web.desk.services import PREFIX
from estimator.web.filters import words

bp = Blueprint("desk_prices", __name__, url_prefix=PREFIX)
"""Every page about an owner's prices; the modules beside this one add their views."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnerTables:
    """
    An owner's tables as their pages need them.

    `book` is what the draft says or, where the draft has errors, what is published (None: nothing is); `read` says
    whether it is the draft's.
    """

    work: Work
    checked: Checked
    book: PriceBook | None

    @property
    def owner(self) -> str:
        return self.work.owner

    @property
    def read(self) -> bool:
        return self.checked.book is not None

    @property
    def errors(self) -> tuple[Problem, ...]:
        return self.checked.errors


@dataclass(frozen=True, slots=True)
class DraftInBrief:
    """What the bar at the foot of the desk's pages says; `number` of changes is None while the draft has errors."""

    draft: Draft
    number: int | None
    problems: tuple[Problem, ...]
    behind: bool


def desk() -> Desk:
    """The current app's `Desk`."""
    return cast(Desk, current_app.extensions["desk"])


def known_owners() -> list[str]:
    """Everybody who has tables, published or begun: the national ones first, then the clinics by name."""
    found = {*desk().publications.owners(), *desk().drafts.owners()}
    return sorted(found, key=lambda owner: (owner != NATIONAL, name_of(owner).casefold()))


def my_owners() -> list[str]:
    """The owners at whose tables the current person may work."""
    return [owner for owner in known_owners() if may("editor", owner)]


def tables_of(owner: str) -> OwnerTables:
    """The owner's tables as they stand on the desk, read once per request; nobody of this name is not found."""
    kept: dict[str, OwnerTables] = g.setdefault("tables_at_desk", {})
    if owner not in kept:
        work = desk().work(owner)
        if work.latest is None and work.draft is None:
            abort(404)
        checked = desk().check(owner, work.files)
        kept[owner] = OwnerTables(work, checked, checked.book or published_book(work))
    return kept[owner]


def forget_tables(owner: str) -> None:
    """Read the owner's tables again: something was changed by this request."""
    g.setdefault("tables_at_desk", {}).pop(owner, None)


def published_book(work: Work) -> PriceBook | None:
    """The book of the publication that the draft was made from; None where nothing is published."""
    return desk().check(work.owner, work.base_files).book if work.base else None


def draft_in_brief(owner: str) -> DraftInBrief | None:
    """What there is to say about the owner's draft; None where there is none."""
    tables = tables_of(owner)
    draft = tables.work.draft
    if draft is None:
        return None
    before = published_book(tables.work)
    number = None
    if tables.checked.book is not None:
        number = len(changes(before.tables, tables.checked.book.tables)) if before else 1
    return DraftInBrief(draft, number, tables.errors, tables.work.behind)


def name_of(owner: str) -> str:
    """Whose tables, in words; of a clinic that has only a draft, what the draft calls it."""
    found = name_of_owner(owner)
    if found != owner:
        return found
    tables = desk().work(owner)
    book = desk().check(owner, tables.files).book
    return words(book.tables.clinic.name) if book and book.tables.clinic else owner


def national_book() -> PriceBook | None:
    """The national prices in force, which a clinic inherits."""
    today = desk().today()
    files = checking.published_files(desk().publications, NATIONAL, today)
    return desk().check(NATIONAL, files).book


def file_with(work: Work, path: KeyPath) -> str:
    """The file of the owner that says what stands at `path`, or that should."""
    if work.owner != NATIONAL:
        return checking.clinic_file(work.owner)
    return file_of(work.files, path) or next(iter(sorted(work.files)))


def line_of(work: Work, name: str, path: KeyPath) -> int:
    """The line in one of the owner's files where `path` stands, or the nearest thing to it, or the first mistake."""
    root, problems = read_tree(work.files.get(name, b""), name)
    if root is None:
        return problems[0].line if problems else 1
    return root.nearest(path)[0].key_line


def yaml_address(owner: str, file: str | None = None, line: int | None = None) -> str:
    """The page on which a file is edited as text, at a line."""
    return url_for("desk_yaml.show", owner=owner, file=file, line=line or None)
