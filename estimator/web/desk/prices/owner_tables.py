"""
Whose tables a page of the desk is about: an owner's tables as they stand, and their draft in brief.

A request takes one snapshot of the store, when it first looks, and each answer here is worked out once for it. A view
that has changed something calls `forget_tables`, so that what it shows next is what the store says then.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from flask import Blueprint, abort, g, request, url_for

from estimator.core.price_change_effects import Effect
from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.comparing.changes import changes
from estimator.prices.editing.splicing import file_of
from estimator.prices.nodes import read_tree
from estimator.prices.problems import KeyPath, Problem
from estimator.versions.checking import Checked, check
from estimator.versions.desk import Desk
from estimator.versions.drafts import Draft
from estimator.versions.previewing import key_move
from estimator.versions.publications import Files
from estimator.versions.snapshot import Snapshot, Work, clinic_file
from estimator.web.desk.permissions import may, name_of_owner
from estimator.web.desk.services import PREFIX, services
from estimator.web.filters import words

bp = Blueprint("desk_prices", __name__, url_prefix=PREFIX)
"""Every page about an owner's prices; the modules beside this one add their views."""


@dataclass(frozen=True)
class DraftInBrief:
    """
    What the bar at the foot of the desk's pages says; `number` of changes is None while the draft has errors.

    `begins`: nothing of the owner's was published before. `move` is what the draft does to somebody who pays cash.
    """

    draft: Draft
    number: int | None
    problems: tuple[Problem, ...]
    behind: bool
    begins: bool
    move: Effect | None


@dataclass(frozen=True, eq=False)
class OwnerTables:
    """An owner's tables as their pages need them: `work` is what is published and drafted in the `snapshot`."""

    snapshot: Snapshot
    work: Work

    @property
    def owner(self) -> str:
        return self.work.owner

    @cached_property
    def checked(self) -> Checked:
        """What the draft says today, or what is published where there is none."""
        return self.check(self.work.files)

    @property
    def errors(self) -> tuple[Problem, ...]:
        return self.checked.errors

    @cached_property
    def published_book(self) -> PriceBook | None:
        """The book of the publication that the draft was made from; None where nothing is published."""
        if self.work.draft is None:
            return self.checked.book
        return self.check(self.work.base_files).book if self.work.base else None

    @cached_property
    def book(self) -> PriceBook | None:
        """What the draft says or, where it has errors, what is published, if anything is."""
        return self.checked.book or self.published_book

    @cached_property
    def national_book(self) -> PriceBook | None:
        """The national prices in force, which a clinic inherits."""
        return self.snapshot.national(self.snapshot.files_on(NATIONAL, self.snapshot.today)).book

    @cached_property
    def brief(self) -> DraftInBrief | None:
        """What there is to say about the draft; None where there is none."""
        draft, book, before = self.work.draft, self.checked.book, self.published_book
        if draft is None:
            return None
        found = tuple(changes(before.tables, book.tables)) if before and book else ()
        number = (len(found) if before else 1) if book else None
        move = key_move(before, book, found, self.snapshot.today) if before and book else None
        return DraftInBrief(draft, number, self.errors, self.work.behind, self.work.latest is None, move)

    def check(self, files: Files, day: date | None = None) -> Checked:
        """What is wrong with `files` as the owner's, on `day` (today)."""
        return check(self.snapshot, self.owner, files, day or self.snapshot.today)

    def file_with(self, path: KeyPath) -> str:
        """The file that says what stands at `path`, or that should."""
        if self.owner != NATIONAL:
            return clinic_file(self.owner)
        return file_of(self.work.files, path) or min(self.work.files)

    def line_of(self, file: str, path: KeyPath) -> int:
        """The line of a file where `path` stands, or the nearest thing to it, or the first mistake."""
        root, problems = read_tree(self.work.files.get(file, b""), file)
        if root is None:
            return problems[0].line if problems else 1
        return root.nearest(path)[0].key_line


def desk() -> Desk:
    """The current app's `Desk`, for whoever changes something."""
    return services().desk


def snapshot() -> Snapshot:
    """What the store said when this request first looked; with the draft of the owner in its address, or all drafts."""
    if "desk_snapshot" not in g:
        g.desk_snapshot = desk().snapshot((request.view_args or {}).get("owner"))
    found: Snapshot = g.desk_snapshot
    return found


def tables_of(owner: str) -> OwnerTables:
    """The owner's tables as this request sees them; answers "not found" for an owner who has none."""
    kept: dict[str, OwnerTables] = g.setdefault("desk_tables", {})
    if owner not in kept:
        work = snapshot().work(owner)
        if work.latest is None and work.draft is None:
            abort(404)
        kept[owner] = OwnerTables(snapshot(), work)
    return kept[owner]


def forget_tables() -> None:
    """Look at the store again: this request has changed something, or somebody else has."""
    g.pop("desk_snapshot", None)
    g.pop("desk_tables", None)


def known_owners() -> list[str]:
    """Everybody who has tables, published or begun: the national ones first, then the clinics by name."""
    found = {*snapshot().owners, *snapshot().drafts}
    return sorted(found, key=lambda owner: (owner != NATIONAL, name_of(owner).casefold()))


def my_owners() -> list[str]:
    """The owners at whose tables the current person may work."""
    return [owner for owner in known_owners() if may("editor", owner)]


def draft_in_brief(owner: str) -> DraftInBrief | None:
    """What there is to say about the owner's draft; None where there is none."""
    return tables_of(owner).brief


def name_of(owner: str) -> str:
    """Whose tables, in words; of a clinic that has only a draft, what the draft calls it."""
    found = name_of_owner(owner)
    book = tables_of(owner).checked.book if found == owner else None
    return words(book.tables.clinic.name) if book and book.tables.clinic else found


def yaml_address(owner: str, file: str | None = None, line: int | None = None) -> str:
    """The page on which a file is edited as text, at a line."""
    return url_for("desk_yaml.show", owner=owner, file=file, line=line or None)
