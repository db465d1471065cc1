"""An owner's prices as they hold today, each with what waiting versions and the draft do to it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from estimator.core.missing import MissingPrice, missing_from
from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.price_rows import SOON, PriceRow, price_rows
from estimator.prices.problems import Problem
from estimator.prices.schema.basics import PriceColumn
from estimator.web.desk.permissions import may
from estimator.web.desk.prices.clinic_day import day_at
from estimator.web.desk.prices.folder_page import problems_on_disk
from estimator.web.desk.prices.owner_tables import OwnerTables
from estimator.web.desk.prices.pending_changes import (
    PendingChange,
    PriceChange,
    Stage,
    first_change,
    pending_changes,
    prices_in,
    stages,
)
from estimator.web.site import site


@dataclass(frozen=True, slots=True)
class DraftChange:
    """What the draft does to a published price; `change` is None where nothing differs from when it can begin."""

    change: PriceChange | None


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """
    A price in the table, as it holds today; `pending` is what waiting versions do to it, `drafted` what the draft does.

    `fingerprint` stands for what is shown of it. `vouched`: a check would be written beside the very same price.
    """

    row: PriceRow
    pending: tuple[PendingChange, ...]
    drafted: DraftChange | None
    fingerprint: str
    vouched: bool

    @property
    def can_be_checked(self) -> bool:
        """Whether "still right" makes sense: a price of these tables, in force, published as it stands here."""
        return self.row.own and self.row.price is not None and self.drafted is None and self.vouched

    @property
    def soon(self) -> bool:
        """Whether the price changes, begins or ends within the next 90 days, as far as that is published."""
        near = [one.change for one in self.pending if one.change.day - site().today() <= SOON]
        return self.row.soon or any(change.kind not in ("checked", "details") for change in near)

    @property
    def id(self) -> str:
        """What a link to this row ends in."""
        return f"price-{self.row.charge}-{self.row.column}"


@dataclass(frozen=True, slots=True, eq=False)
class DeskOverview:
    """An owner's prices on a day, in brief; `missing` is what lacks from it on, `waiting` the stages still to come."""

    rows: tuple[OverviewRow, ...]
    missing: tuple[MissingPrice, ...]
    on_disk: tuple[Problem, ...]
    waiting: tuple[Stage, ...] = ()
    asked: frozenset[tuple[str, PriceColumn]] = frozenset()
    """Charge and column of the prices that patients are asked, whoever pays in the end."""

    @property
    def stale(self) -> tuple[OverviewRow, ...]:
        return tuple(row for row in self.rows if row.row.stale)

    @property
    def soon(self) -> tuple[OverviewRow, ...]:
        return tuple(row for row in self.rows if row.soon)


def desk_overview(tables: OwnerTables) -> DeskOverview:
    """The owner's prices as they hold today, with what waiting versions and the draft do to them."""
    on_disk = problems_on_disk(tables.owner)
    if tables.book is None:
        return DeskOverview((), (), on_disk)
    found, today = stages(tables), day_at(tables.owner)
    here = _checked_in(tables, found)
    # Of tables that never began, everything is said as the draft says it.
    base = next((one.book for one in found if one.book is not None), None) or tables.book

    def overview_row(row: PriceRow) -> OverviewRow:
        seen = fingerprint(base, row.stands_at, row.column)
        vouched = seen == fingerprint(here, row.stands_at, row.column)
        drafted = _drafted(row, tables) if tables.work.draft else None
        return OverviewRow(row, pending_changes(found, row.charge, row.column), drafted, seen, vouched)

    begun = found[0].book is not None or not any(one.book for one in found)
    first = _rows(base, today, found[0].national)
    rows = list(first) if begun else [_not_begun(row) for row in first]
    for stage in found[1:]:
        _add_new(rows, stage.book, stage.day, stage.national)
    _add_new(rows, tables.book, today, found[0].national)
    met = missing_from(tables.book, today)
    if tables.owner != NATIONAL:
        # What a clinic inherits and nobody is asked there, such as what Medicare allows, is none of its prices.
        rows = [row for row in rows if row.own or (row.charge, row.column) in met.asked]
    return DeskOverview(tuple(map(overview_row, rows)), met.missing, on_disk, found[1:], met.asked)


def _checked_in(tables: OwnerTables, found: tuple[Stage, ...]) -> PriceBook | None:
    """The book in which a check by the current person would be written down: the last published, or the draft."""
    return found[-1].book if may("publisher", tables.owner) else tables.book


def _rows(book: PriceBook, on: date, national: PriceBook) -> tuple[PriceRow, ...]:
    return tuple(price_rows(book.tables, on, national.tables if book.id != NATIONAL else None))


def _add_new(rows: list[PriceRow], book: PriceBook | None, on: date, national: PriceBook) -> None:
    """Add the prices that only `book` has, none of which holds yet, each below the others of its charge."""
    known = {(row.charge, row.column) for row in rows}
    for row in _rows(book, on, national) if book else ():
        if (row.charge, row.column) not in known:
            place = max((at for at, other in enumerate(rows, 1) if other.charge == row.charge), default=len(rows))
            rows.insert(place, _not_begun(row))


def _not_begun(row: PriceRow) -> PriceRow:
    return replace(row, start=None, price=None, stale=False, soon=False, sources=(), next=None)


def _drafted(row: PriceRow, tables: OwnerTables) -> DraftChange | None:
    """What the draft does to a price, from the first day on which it could begin."""
    if tables.checked.book is None:
        return None
    mine, theirs = (prices_in(book, row.charge, row.column) for book in (tables.book, tables.published_book))
    if mine == theirs:
        return None
    latest = tables.work.latest
    begins = max(site().today(), latest.in_force_from) if latest else site().today()
    return DraftChange(first_change(theirs, mine, begins) if tables.published_book else None)


def fingerprint(book: PriceBook | None, charge: str, column: PriceColumn) -> str:
    """Everything that these tables say about a price, in short."""
    said = sorted((prices_in(book, charge, column) or {}).items())
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]
