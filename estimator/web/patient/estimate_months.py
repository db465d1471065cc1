"""When the money falls due: month by month, as paper lists it, and what has been paid by the end of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Literal

from estimator.core.milestones import Milestone, milestones
from estimator.core.results import Estimate, Month, PlanTerms
from estimator.prices.schema.basics import Text

SINGLY = 24
"""Up to this many months with a payment, each keeps its line; more would take a third page."""

RUN = 3
"""Equal months from which a shared line saves room: it is two lines high."""


@dataclass(frozen=True, slots=True)
class PrintedMonth:
    """A month, and how many months its printed line stands for, the last being `until`; 0 where another's line does."""

    month: Month
    stands_for: int
    until: str

    @property
    def printed(self) -> bool:
        """Whether paper has a line for it: something is paid, and no other line says so."""
        return any(self.month.at_visit) and self.stands_for > 0


Event = Literal[
    "deductible_met",
    "drug_deductible_met",
    "outside_deductible_met",
    "maximum_reached",
    "outside_maximum_reached",
    "program_exhausted",
    "deductible_returns",
    "maximum_returns",
    "both_return",
]


@dataclass(frozen=True, slots=True)
class Mark:
    """What happened on a day; `again` where the list has said the like, which paper says once."""

    event: Event
    day: date
    program: Text | None
    again: bool


@dataclass(frozen=True, slots=True)
class PaidSoFar:
    """What the patient has paid in the typical scenario by the end of a month (``YYYY-MM``), and its events."""

    month: str
    total: int
    marks: tuple[Mark, ...]

    @property
    def says_something_new(self) -> bool:
        """Whether paper has a line for it."""
        return any(not mark.again for mark in self.marks)


def printed_months(months: Sequence[Month]) -> list[PrintedMonth]:
    """
    Every month in order. A printed line says what is paid after rebates, so months that are equal in that are one run.

    Months without a payment are not printed: they neither end a run nor count as one of its months.
    """
    paid = [month for month in months if any(month.at_visit)]
    runs = _runs(paid) if len(paid) > SINGLY else [[month] for month in paid]
    lines = {month.month: (0 if place else len(run), run[-1].month) for run in runs for place, month in enumerate(run)}
    return [PrintedMonth(month, *lines.get(month.month, (1, month.month))) for month in months]


def _runs(months: Sequence[Month]) -> list[list[Month]]:
    """The months in order, in runs of at least `RUN` equal ones, the others by themselves."""
    runs: list[list[Month]] = []
    for month in months:
        if runs and runs[-1][0].you_pay == month.you_pay:
            runs[-1].append(month)
        else:
            runs.append([month])
    return [part for run in runs for part in ([run] if len(run) >= RUN else [[month] for month in run])]


def paid_so_far(estimate: Estimate) -> list[PaidSoFar]:
    """Month by month, rebates back; a plan year that turns between two visits is told with the later one."""
    months = [month.month for month in estimate.months]
    totals = accumulate(month.you_pay.typical for month in estimate.months)
    found = milestones(estimate.ledger[1], estimate.plan[1])
    told = [next((month for month in months if month >= one.month), months[-1]) for one in found]
    marks = [*zip(told, _marks(found, estimate), strict=True)]
    return [
        PaidSoFar(month, total, tuple(mark for told_in, mark in marks if told_in == month))
        for month, total in zip(months, totals, strict=True)
    ]


def _marks(found: Sequence[Milestone], estimate: Estimate) -> Iterator[Mark]:
    programs = estimate.book.tables.programs
    for place, one in enumerate(found):
        program = programs[one.program].label if one.program else None
        again = any(before.kind == one.kind for before in found[:place])
        yield Mark(_event(one, estimate.plan[1]), one.day, program, again)


def _event(milestone: Milestone, plan: PlanTerms) -> Event:
    if milestone.kind != "plan_year_turns":
        return milestone.kind
    if not plan.deductible:
        return "maximum_returns"
    return "deductible_returns" if plan.out_of_pocket_maximum is None else "both_return"
