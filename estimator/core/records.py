"""
What the ledger says about the three shown scenarios, as plain numbers: statements, ledger rows, plan terms.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from estimator.core.claims import Claim
from estimator.core.ledger import Entry, Ledger
from estimator.core.plan import NO_LIMIT
from estimator.core.results import Amounts, BenefitTerms, LedgerRow, PlanTerms, ProgramTerms
from estimator.core.terms import Terms
from estimator.core.unknowns import Flags
from estimator.money import CentsArray

NO_PLAN = PlanTerms(None, None, None, None, None, None, None, {}, {})

Columns = tuple[int, int, int]
"""Which scenarios of a ledger are shown: the cheapest, the typical, the dearest."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One claim in the three shown scenarios; every field but the claim holds three values."""

    claim: Claim
    billed: Amounts
    plan_pays: Amounts
    program_pays: Amounts
    you_pay: Amounts
    covered: Sequence[bool]
    deductible_part: Sequence[int]
    own_part: Sequence[int]
    share: Sequence[int]
    deductible_left: Sequence[int | None]
    out_of_pocket_left: Sequence[int | None]


def statements(entries: Sequence[Entry], columns: Columns) -> list[Statement]:
    """The shown scenarios of every entry; entries hold arrays of shape (scenarios,)."""
    if not entries:
        return []
    none = np.zeros_like(entries[0].billed)

    def shown(field: Callable[[Entry], CentsArray | Flags | None]) -> CentsArray:
        found = [none if (value := field(entry)) is None else value for entry in entries]
        return np.array(found, dtype=np.int64)[:, columns]

    billed, help_ = shown(lambda e: e.billed), shown(lambda e: e.help)
    share = shown(lambda e: e.share.total if e.share else None)
    deductible_part = shown(lambda e: e.share.deductible_part if e.share else None)
    uncapped = shown(lambda e: e.share.uncapped if e.share else None)
    plan_pays = shown(lambda e: e.recognised) - share
    you_pay = billed - plan_pays - help_
    covered = shown(lambda e: e.covered) > 0
    deductible_left, out_of_pocket_left = shown(lambda e: e.deductible_left), shown(lambda e: e.out_of_pocket_left)
    money = [[Amounts(*row) for row in values.tolist()] for values in (billed, plan_pays, help_, you_pay)]
    plain = [
        values.tolist()
        for values in (covered, deductible_part, uncapped - deductible_part, share, deductible_left, out_of_pocket_left)
    ]
    made = [Statement(entry.claim, *row) for entry, *row in zip(entries, *money, *plain, strict=True)]
    return made


def total(amounts: Sequence[Amounts]) -> Amounts:
    """The sum, scenario by scenario."""
    return Amounts(sum(a.low for a in amounts), sum(a.typical for a in amounts), sum(a.high for a in amounts))


@dataclass(frozen=True, slots=True)
class ScenarioLedgers:
    """The three shown scenarios in full, put into rows when somebody asks for them."""

    ledger: Ledger
    statements: Sequence[Statement]
    columns: Columns

    def rows(self, place: int) -> tuple[LedgerRow, ...]:
        """One row per claim of the scenario at `place` of the three."""
        column, terms = self.columns[place], self.ledger.terms
        lower = not self.ledger.higher_dose[column]
        pharmacy = terms is not None and bool(terms.pharmacy[column])
        helping = {id_ for id_, program in terms.programs.items() if program.active[column]} if terms else set()
        return tuple(_row(one, place, lower, pharmacy, helping, terms is not None) for one in self.statements)

    def plan(self, place: int) -> PlanTerms:
        """The insurance terms of the scenario at `place` of the three."""
        return plan_terms(self.ledger.terms, self.columns[place])


def _row(one: Statement, place: int, lower: bool, pharmacy: bool, helping: set[str], insured: bool) -> LedgerRow:
    claim, covered = one.claim, one.covered[place]
    return LedgerRow(
        date=claim.day,
        charge=claim.lower_charge if lower and claim.lower_charge else claim.charge,
        billed=_at(one.billed, place),
        benefit=claim.pharmacy_benefit if pharmacy and claim.pharmacy_benefit else claim.benefit,
        covered=covered,
        deductible_part=one.deductible_part[place],
        own_part=one.own_part[place],
        share=one.share[place],
        plan_pays=_at(one.plan_pays, place),
        program=claim.program if covered and claim.program in helping else None,
        program_pays=_at(one.program_pays, place),
        you_pay=_at(one.you_pay, place),
        deductible_left=one.deductible_left[place] if insured else None,
        out_of_pocket_left=_limited(one.out_of_pocket_left[place]) if insured else None,
    )


def _at(amounts: Amounts, place: int) -> int:
    return (amounts.low, amounts.typical, amounts.high)[place]


def _limited(amount: int | None) -> int | None:
    return None if amount is None or amount >= NO_LIMIT // 2 else amount


def plan_terms(terms: Terms | None, k: int) -> PlanTerms:
    """The insurance terms that scenario `k` of a ledger used."""
    if terms is None:
        return NO_PLAN
    return PlanTerms(
        profile=terms.profiles[int(terms.profile[k])],
        deductible_remaining=int(terms.deductible_remaining[k]),
        deductible=int(terms.deductible[k]),
        out_of_pocket_remaining=_limited(int(terms.out_of_pocket_remaining[k])),
        out_of_pocket_maximum=_limited(int(terms.out_of_pocket_maximum[k])),
        plan_year_start=terms.plan_year_start,
        accumulator=bool(terms.accumulator[k]),
        benefits={
            name: BenefitTerms(
                deductible_applies=bool(benefit.deductible_applies[k]),
                coinsurance_bp=None if benefit.has_copay[k] else int(benefit.coinsurance[k]),
                copay=int(benefit.copay[k]) if benefit.has_copay[k] else None,
            )
            for name, benefit in terms.benefits.items()
        },
        programs={
            id_: ProgramTerms(
                patient_pays=program.patient_pays,
                per_treatment_max=None if program.per_treatment_max is None else int(program.per_treatment_max[k]),
                annual_max=_limited(int(program.annual_max[k])),
                rebate=program.rebate,
            )
            for id_, program in terms.programs.items()
            if program.active[k]
        },
    )
