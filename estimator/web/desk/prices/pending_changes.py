"""What published versions that still wait for their day, and the draft, do to the prices that hold today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.schema.basics import PriceColumn
from estimator.prices.schema.dated_prices import Price, price_in_force
from estimator.versions.publications import Publication
from estimator.versions.timeline import Timeline
from estimator.web.desk.prices.owner_tables import OwnerTables
from estimator.web.site import site

Dated = Mapping[date, Price]


@dataclass(frozen=True, slots=True)
class PriceChange:
    """The first thing in which two versions of one price differ: on `day`, instead of `before` there is `after`."""

    day: date
    before: Price | None
    after: Price | None

    @property
    def kind(self) -> str:
        """``begins``, ``ends``, ``amount``, ``checked`` (only the day of the last look), or ``details``."""
        if self.before is None or self.after is None:
            return "begins" if self.before is None else "ends"
        if self.before.range != self.after.range:
            return "amount"
        return "checked" if self.before.model_copy(update={"checked": self.after.checked}) == self.after else "details"


@dataclass(frozen=True, slots=True)
class PendingChange:
    """What a waiting version does to a price; `national`: it is the national tables' version."""

    change: PriceChange
    number: int
    national: bool


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """
    The owner's book from `day` on, until the next stage; None while nothing of the owner's has begun.

    `national` is the book it inherits from (of the national tables: themselves), `begins` has the numbers of the
    versions that begin on that day, by owner; the first stage is today.
    """

    day: date
    book: PriceBook | None
    national: PriceBook
    begins: Mapping[str, int]


def stages(tables: OwnerTables) -> tuple[Stage, ...]:
    """What holds at an owner's today, and what each waiting version will make of it."""
    owner, today = tables.owner, tables.snapshot.today
    waiting = [
        one for whose in dict.fromkeys((NATIONAL, owner)) for one in _waiting(tables.snapshot.timeline, whose, today)
    ]
    days = sorted({today, *(one.in_force_from for one in waiting)})
    return tuple(_stage(owner, day, [one for one in waiting if one.in_force_from == day]) for day in days)


def pending_changes(stages: tuple[Stage, ...], charge: str, column: PriceColumn) -> tuple[PendingChange, ...]:
    """What the stages after the first do to one price, in order of time."""
    marks = []
    for before, after, until in zip(stages, stages[1:], [*(one.day for one in stages[2:]), None], strict=False):
        then = prices_in(after.book, charge, column)
        change = first_change(prices_in(before.book, charge, column), then, after.day, until)
        if change is not None:
            inherited = then == prices_in(after.national, charge, column)
            whose = NATIONAL if inherited and NATIONAL in after.begins else _own(after)
            marks.append(PendingChange(change, after.begins[whose], whose == NATIONAL and _is_clinics(after)))
    return tuple(marks)


def first_change(before: Dated | None, after: Dated | None, day: date, until: date | None = None) -> PriceChange | None:
    """
    The first day from `day` on, and before `until`, on which the two do not say the same.

    Another amount goes before an earlier difference in source, note or day of checking.
    """
    old, new = before or {}, after or {}
    days = sorted({day, *(one for one in (*old, *new) if one > day and (until is None or one < until))})
    changes = [PriceChange(one, price_in_force(old, one), price_in_force(new, one)) for one in days]
    differing = [change for change in changes if change.before != change.after]
    return next(
        (change for change in differing if change.kind not in ("checked", "details")), next(iter(differing), None)
    )


def prices_in(book: PriceBook | None, charge: str, column: PriceColumn) -> Dated | None:
    """The dated prices of a column; None where the book has none."""
    entry = book.tables.charges.get(charge) if book else None
    return entry.prices(column) if entry else None


def _waiting(timeline: Timeline, owner: str, today: date) -> list[Publication]:
    """The owner's publications that will come into force later; overtaken ones left out."""
    now = timeline.in_force(owner, today)
    later = [one for one in timeline.history(owner) if one.in_force_from > today]
    begun = now.number if now else 0
    return [one for one in later if one.number > begun and not any(_overtakes(other, one) for other in later)]


def _overtakes(later: Publication, one: Publication) -> bool:
    return later.number > one.number and later.in_force_from <= one.in_force_from


def _stage(owner: str, day: date, beginning: list[Publication]) -> Stage:
    books = site().prices.on(day)
    return Stage(day, books.get(owner), books.national, {one.owner: one.number for one in beginning})


def _own(stage: Stage) -> str:
    """Whose version begins: the clinic's own one where both begin on the same day."""
    return next((owner for owner in stage.begins if owner != NATIONAL), NATIONAL)


def _is_clinics(stage: Stage) -> bool:
    return stage.book is not None and stage.book.id != NATIONAL
