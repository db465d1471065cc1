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

Kind = Literal[
    "deductible_met",
    "drug_deductible_met",
    "outside_deductible_met",
    "maximum_reached",
    "outside_maximum_reached",
    "program_exhausted",
    "plan_year_turns",
]

Left = dict[Kind, int | None]
"""What is left of each deductible and maximum, by what is said when it is gone."""


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
    left = _left(plan)
    given: dict[tuple[str, int], int] = {}
    year = plan_year(rows[0].date, plan.plan_year_start)
    turned: date | None = None
    for row in rows:
        if (current := plan_year(row.date, plan.plan_year_start)) != year:
            year, left = current, _full(plan)
            turned = date(year, plan.plan_year_start, 1)
        if turned and row.covered and plan.starts_again:
            found.append(Milestone(turned, "plan_year_turns"))
            turned = None
        for kind, now in _left_after(row, plan):
            if left.get(kind) and now == 0:
                found.append(Milestone(row.date, kind))
            left[kind] = now
        if row.program and row.program_pays:
            program, key = plan.programs[row.program], (row.program, row.date.year)
            limit = program.annual_remaining if row.date.year == rows[0].date.year else program.annual_max
            given[key] = given.get(key, 0) + row.program_pays
            if limit is not None and given[key] == limit:
                found.append(Milestone(row.date, "program_exhausted", row.program))
    return tuple(found)


def _left(plan: PlanTerms) -> Left:
    outside = plan.out_of_network
    return {
        "deductible_met": plan.deductible_remaining,
        "drug_deductible_met": plan.drug_deductible_remaining,
        "outside_deductible_met": outside.deductible_remaining if outside else None,
        "maximum_reached": plan.out_of_pocket_remaining,
        "outside_maximum_reached": outside.out_of_pocket_remaining if outside else None,
    }


def _full(plan: PlanTerms) -> Left:
    outside = plan.out_of_network
    return {
        "deductible_met": plan.deductible,
        "drug_deductible_met": plan.drug_deductible,
        "outside_deductible_met": outside.deductible if outside else None,
        "maximum_reached": plan.out_of_pocket_maximum,
        "outside_maximum_reached": outside.out_of_pocket_maximum if outside else None,
    }


def _left_after(row: LedgerRow, plan: PlanTerms) -> tuple[tuple[Kind, int | None], tuple[Kind, int | None]]:
    """What the claim left of its own deductible and maximum: a plan may have three of the one, two of the other."""
    if row.network == "out":
        return ("outside_deductible_met", row.deductible_left), ("outside_maximum_reached", row.out_of_pocket_left)
    benefit = plan.benefits.get(row.benefit or "")
    own: Kind = "drug_deductible_met" if benefit and benefit.drug_deductible else "deductible_met"
    return (own, row.deductible_left), ("maximum_reached", row.out_of_pocket_left)
