"""
Milestones of one scenario: the deductible is met, the maximum reached, a program runs dry, a plan year turns.

They explain why the same visit costs differently from one month to the next. Read off the ledger's rows, never computed
a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from estimator.core.plan import plan_year
from estimator.core.results import LedgerRow, PlanTerms

Kind = Literal["deductible_met", "maximum_reached", "program_exhausted", "plan_year_turns"]


@dataclass(frozen=True, slots=True)
class Milestone:
    """What happened on a day; `program` is the savings program that ran dry."""

    day: date
    kind: Kind
    program: str | None = None

    @property
    def month(self) -> str:
        """``YYYY-MM``."""
        return self.day.isoformat()[:7]


def milestones(rows: Sequence[LedgerRow], plan: PlanTerms) -> tuple[Milestone, ...]:
    """
    The milestones of a scenario's rows, in date order; none where nobody is insured.

    A plan year turns where the plan has a deductible or a maximum to start again, and covers a bill after that day.
    """
    if plan.profile is None or plan.plan_year_start is None or not rows:
        return ()
    found: list[Milestone] = []
    deductible, maximum = plan.deductible_remaining, plan.out_of_pocket_remaining
    given: dict[tuple[str, int], int] = {}
    year = plan_year(rows[0].date, plan.plan_year_start)
    turned: date | None = None
    for row in rows:
        if (current := plan_year(row.date, plan.plan_year_start)) != year:
            year, deductible, maximum = current, plan.deductible, plan.out_of_pocket_maximum
            turned = date(year, plan.plan_year_start, 1)
        if turned and row.covered and plan.starts_again:
            found.append(Milestone(turned, "plan_year_turns"))
            turned = None
        if deductible and row.deductible_left == 0:
            found.append(Milestone(row.date, "deductible_met"))
        if maximum and row.out_of_pocket_left == 0:
            found.append(Milestone(row.date, "maximum_reached"))
        deductible, maximum = row.deductible_left, row.out_of_pocket_left
        if row.program and row.program_pays:
            limit, key = plan.programs[row.program].annual_max, (row.program, row.date.year)
            given[key] = given.get(key, 0) + row.program_pays
            if limit is not None and given[key] == limit:
                found.append(Milestone(row.date, "program_exhausted", row.program))
    return tuple(found)
