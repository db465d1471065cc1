"""
A plain ledger: one world, one claim after the other, ordinary integers. Written for the tests.

It shares no code with `estimator.core.ledger`; the two must agree to the cent. It reads what the estimate publishes
about a scenario (its rows' dates, charges and bills; its plan terms) and works out again who pays.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from estimator.core.results import LedgerRow, PlanTerms


def settle(rows: Sequence[LedgerRow], plan: PlanTerms) -> list[dict[str, int | None]]:
    """What each claim's `LedgerRow` must say about shares and counters, from bills and terms alone; in network."""
    deductible_left, out_of_pocket_left = plan.deductible_remaining, plan.out_of_pocket_remaining
    annual_left = {name: program.annual_max for name, program in plan.programs.items()}
    previous = rows[0].date if rows else None
    settled = []
    for row in rows:
        if plan.profile is not None and previous is not None:
            if year_of(row.date, plan.plan_year_start) != year_of(previous, plan.plan_year_start):
                deductible_left, out_of_pocket_left = plan.deductible, plan.out_of_pocket_maximum
            if row.date.year != previous.year:
                annual_left = {name: program.annual_max for name, program in plan.programs.items()}
        previous = row.date
        if not row.covered:
            settled.append(
                {
                    "deductible_part": 0,
                    "own_part": 0,
                    "share": 0,
                    "plan_pays": 0,
                    "program_pays": 0,
                    "you_pay": row.billed,
                    "deductible_left": deductible_left,
                    "out_of_pocket_left": out_of_pocket_left,
                }
            )
            continue
        benefit = plan.benefits[row.benefit]
        deductible_part = min(deductible_left, row.billed) if benefit.deductible_applies else 0
        rest = row.billed - deductible_part
        if benefit.copay is not None:
            own_part = min(benefit.copay, rest)
        else:
            own_part = floor(Fraction(rest * benefit.coinsurance_bp, 10_000) + Fraction(1, 2))
        share = deductible_part + own_part
        if out_of_pocket_left is not None:
            share = min(share, out_of_pocket_left)
        help_, counts = 0, share
        if row.program is not None:
            program = plan.programs[row.program]
            limits = [program.per_treatment_max, annual_left[row.program]]
            help_ = min([max(share - program.patient_pays, 0), *(limit for limit in limits if limit is not None)])
            if annual_left[row.program] is not None:
                annual_left[row.program] -= help_
            if plan.accumulator and not program.rebate:
                counts = share - help_
        deductible_left -= min(deductible_part, counts)
        if out_of_pocket_left is not None:
            out_of_pocket_left -= counts
        settled.append(
            {
                "deductible_part": deductible_part,
                "own_part": own_part,
                "share": share,
                "plan_pays": row.billed - share,
                "program_pays": help_,
                "you_pay": share - help_,
                "deductible_left": deductible_left,
                "out_of_pocket_left": out_of_pocket_left,
            }
        )
    return settled


def year_of(day, start_month):
    """The plan year of a day, as the number of plan years begun since year 0."""
    return (day.year * 12 + day.month - start_month) // 12
