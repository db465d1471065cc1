"""Every price of an owner's tables at a glance: value, source, age; and one click to say that it is still right."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from estimator.missing import MissingPrice, missing_prices
from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.overview import Overview, PriceRow
from estimator.prices.overview import overview as overview_of
from estimator.prices.problems import Problem
from estimator.prices.schema import PRICE_COLUMNS, PriceColumn
from estimator.prices.splicing import CannotSplice, mark_checked
from estimator.versions.drafts import DraftConflict
from estimator.versions.publications import PublicationRefused
from estimator.versions.publishing import DraftHasErrors
from estimator.web.desk.current import Tables, bp, desk, my_owners, national_book, published_book, tables_of
from estimator.web.desk.folder_page import problems_on_disk
from estimator.web.desk.permissions import editor_of, may
from estimator.web.desk.price_place import Place, day_in, place_of
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal
from estimator.web.filters import words
from estimator.web.site import site


class PriceChanged(Exception):
    """A price no longer says what it said to the person who found it right."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    A price in the table; `changed`: the draft says something else than what is published.

    `fingerprint` stands for what is shown of it.
    """

    row: PriceRow
    changed: bool
    fingerprint: str

    @property
    def can_be_checked(self) -> bool:
        """Whether "still right" makes sense: a price of these tables, in force, published as it stands here."""
        return self.row.own and self.row.price is not None and not self.changed

    @property
    def id(self) -> str:
        """What a link to this row ends in."""
        return f"price-{self.row.charge}-{self.row.column}"


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """An owner's prices on a day, in brief."""

    prices: Overview
    rows: tuple[Row, ...]
    missing: tuple[MissingPrice, ...]
    on_disk: tuple[Problem, ...]


SHOWN: dict[str, tuple[LazyString, Callable[[Row], bool]]] = {
    "all": (_l("All"), lambda _row: True),
    "own": (_l("Own prices"), lambda row: row.row.own),
    "stale": (_l("Stale"), lambda row: row.row.stale),
    "missing": (_l("Missing"), lambda _row: False),
    "soon": (_l("Changing soon"), lambda row: row.row.soon),
}
"""The links above the table, and which rows each shows; what is missing has rows of its own."""


@bp.get("/prices")
def show() -> ResponseReturnValue:
    """Whose tables the person may work at, with what deserves a look; straight on where there is only one."""
    owners = my_owners()
    if len(owners) == 1 and not may("owner", "*"):
        return redirect(url_for("desk_prices.overview", owner=owners[0]))
    glances = {owner: (tables_of(owner), _glance(tables_of(owner))) for owner in owners}
    return render_template("desk/prices/owners.html", glances=glances)


@bp.get("/<owner>/")
@editor_of
def overview(owner: str) -> ResponseReturnValue:
    """The table of prices; ``show`` limits it to some of them."""
    tables = tables_of(owner)
    glance = _glance(tables)
    chosen = request.args.get("show", "all")
    chosen = chosen if chosen in SHOWN else "all"
    return render_template(
        "desk/prices/overview.html",
        owner=owner,
        tables=tables,
        glance=glance,
        rows=[row for row in glance.rows if SHOWN[chosen][1](row)],
        missing=glance.missing if chosen in ("all", "missing") else (),
        chosen=chosen,
        filters=_filters(owner, glance),
        choices=_choices(tables),
        may_publish=may("publisher", owner),
    )


@bp.post("/<owner>/checked")
@editor_of
def checked(owner: str) -> ResponseReturnValue:
    """Write down that somebody looked at a price today and found it right, without touching the number."""
    place = place_of(owner, request.form.get("charge", ""), request.form.get("column", ""))
    start = day_in(request.form.get("start", "")) or abort(400)
    try:
        _confirm(place, start, request.form.get("seen", ""))
    except PriceChanged:
        flash(_("This price changed meanwhile. Look at it again."), "trouble")
    except (CannotSplice, PublicationRefused, DraftConflict) as error:
        flash(refusal(error), "trouble")
    return redirect(place.row)


def _confirm(place: Place, start: date, seen: str) -> None:
    """
    A publisher publishes the check by itself; an editor puts it into the draft.

    Raises `PriceChanged` unless the price, where the check is going to be written, is the one that was `seen`.
    """
    latest = place.tables.work.latest if may("publisher", place.owner) else None
    files = desk().publications.files(latest) if latest else place.tables.work.files
    checked = desk().check(place.owner, files)
    if checked.book is None:
        raise DraftHasErrors(checked.errors)
    if seen != _fingerprint(checked.book, place.charge, place.column):
        raise PriceChanged

    def edit(data: bytes) -> bytes:
        if data != files.get(place.file, b""):
            raise PriceChanged
        return mark_checked(data, place.charge, place.column, start, site().today())

    name = current_person().name
    what = f"{place.label}, {place.column_words}"
    if latest is not None:
        why = _("Checked again and still right: %(price)s", price=what)
        done = desk().confirm(place.owner, place.file, edit, by=name, why=why)
        flash(_("Checked today: %(price)s. This is published as version %(number)d.", price=what, number=done.number))
    else:
        desk().change(place.owner, place.file, edit, name)
        flash(_("Checked today: %(price)s. This is kept in the draft.", price=what))


def _glance(tables: Tables) -> Glance:
    on_disk = problems_on_disk(tables.owner)
    if tables.book is None:
        return Glance(Overview(()), (), (), on_disk)
    book, today = tables.book, site().today()
    inherited = national_book() if tables.owner != NATIONAL else None
    found = overview_of(book.tables, today, inherited.tables if inherited else None)
    published = published_book(tables.work) if tables.work.draft else tables.book
    rows = tuple(
        Row(row, _differs(row, book, published), _fingerprint(book, row.stands_at, row.column)) for row in found.rows
    )
    return Glance(found, rows, missing_prices(book, today), on_disk)


def _fingerprint(book: PriceBook, charge: str, column: PriceColumn) -> str:
    """Everything that these tables say about a price, in short."""
    entry = book.tables.charges.get(charge)
    said = sorted((entry.prices(column) or {}).items()) if entry else []
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _differs(row: PriceRow, here: PriceBook, published: PriceBook | None) -> bool:
    if published is None or row.charge not in published.tables.charges:
        return True
    charges = (book.tables.charges[row.charge] for book in (here, published))
    mine, theirs = (charge.prices(row.column) for charge in charges)
    return mine != theirs


def _filters(owner: str, glance: Glance) -> list[tuple[str, str, str, int]]:
    """The links above the table: the filter's name, its address, its words, how many rows it has."""
    counts = {name: sum(shows(row) for row in glance.rows) for name, (_words, shows) in SHOWN.items()}
    counts["missing"] = len(glance.missing)
    counts["all"] += len(glance.missing)
    return [
        (name, url_for("desk_prices.overview", owner=owner, show=None if name == "all" else name), str(said), count)
        for name, (said, _shows) in SHOWN.items()
        for count in [counts[name]]
    ]


def _choices(tables: Tables) -> tuple[list[tuple[str, str]], tuple[PriceColumn, ...]]:
    """Charges and columns for the two lists that lead to any price, also to one that nobody has set yet."""
    charges = tables.book.tables.charges if tables.book else {}
    named = sorted(((id_, words(one.label)) for id_, one in charges.items()), key=lambda item: item[1].casefold())
    return named, PRICE_COLUMNS
