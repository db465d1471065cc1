"""When the money falls due: month by month in a table, and as steps of what has been paid with what explains them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby
from typing import Literal

from estimator.core.milestones import Milestone, milestones
from estimator.core.results import Estimate, Month, PlanTerms
from estimator.prices.schema.basics import Text

RUN = 3
"""From this many on, months alike in every amount share a line of the table."""

TICKS = 4
"""At most this many months are named under the steps: more would lie on one another on a phone."""


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A line of the table: a month (``YYYY-MM``), or each of `number` months alike up to `last`."""

    month: Month
    number: int
    last: str

    @property
    def nothing(self) -> bool:
        """Whether nothing is paid in it."""
        return not any(self.month.at_visit)


@dataclass(frozen=True, slots=True)
class Step:
    """What has been paid, in cents, from one point to the next, in percent of the time on show."""

    begins: float
    ends: float
    paid: int


@dataclass(frozen=True, slots=True)
class PaidSteps:
    """
    The typical case as steps on a zero-based scale of `top` cents.

    `months` names some months where they begin; `marks` are the events in order, each with its place and what is paid
    by then.
    """

    top: int
    steps: tuple[Step, ...]
    months: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, int, "Mark"], ...]


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
    """What happened on a day; `again` where an earlier mark says the like."""

    event: Event
    day: date
    program: Text | None
    again: bool


def month_lines(months: Sequence[Month]) -> list[MonthLine]:
    """Every month in order; those without a payment, and at least `RUN` equal ones, in one line."""
    lines: list[MonthLine] = []
    for _amounts, group in groupby(months, key=lambda month: (month.at_visit, month.rebates, month.you_pay)):
        run = list(group)
        together = len(run) >= RUN or not any(run[0].at_visit)
        for part in [run] if together else [[month] for month in run]:
            lines.append(MonthLine(part[0], len(part), part[-1].month))
    return lines


def first_paid(estimate: Estimate) -> Month | None:
    """The first month of the typical case in which something falls due."""
    return next((month for month in estimate.months if month.at_visit.typical), None)


def paid_steps(estimate: Estimate) -> PaidSteps | None:
    """The typical case month by month, rebates back; None where all is paid in one month."""
    if len(estimate.months) < 2:
        return None
    begin = _number(estimate.months[0].month)
    span = _number(estimate.months[-1].month) + 1 - begin

    def place(month: str, days: float = 0.0) -> float:
        return 100 * (_number(month) - begin + days) / span

    totals = list(accumulate(month.you_pay.typical for month in estimate.months))
    starts = [place(month.month) for month in estimate.months]
    ends = [*starts[1:], 100.0]
    steps = tuple(map(Step, starts, ends, totals))
    found = milestones(estimate.ledger[1], estimate.plan[1])
    marks = []
    for one, mark in zip(found, _marks(found, estimate), strict=True):
        at = max(0.0, place(one.month, (one.day.day - 1) / 31))
        paid = next((step.paid for step in steps if step.begins <= at < step.ends), totals[-1])
        marks.append((at, paid, mark))
    every = -(-span // TICKS)
    named = tuple((place(name), name) for name in (_name(begin + number) for number in range(0, span, every)))
    return PaidSteps(max(totals), steps, named, tuple(marks))


def _number(month: str) -> int:
    """Months since the year 0."""
    year, _dash, number = month.partition("-")
    return 12 * int(year) + int(number) - 1


def _name(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02}"


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
