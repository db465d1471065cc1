"""What the ledger says about the three shown scenarios, as plain numbers: statements, ledger rows, plan terms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from estimator.core.claims import Claim
from estimator.core.ledger import Ledger, SettledClaim
from estimator.core.plan import NO_LIMIT
from estimator.core.results import (
    Amounts,
    BenefitRecord,
    LedgerRow,
    OutOfNetworkRecord,
    PlanTerms,
    ProgramRecord,
)
from estimator.core.terms import BenefitTerms, OutOfNetworkTerms, Terms
from estimator.core.unknowns import Flags
from estimator.money import CentsArray

NO_PLAN = PlanTerms(None, None, None, None, None, None, None, {}, {})


@dataclass(frozen=True, slots=True)
class Statement:
    """One claim in the three shown scenarios; every field but the claim holds three values."""

    claim: Claim
    billed: Amounts
    plan_pays: Amounts
    program_pays: Amounts
    you_pay: Amounts
    present: Sequence[bool]
    covered: Sequence[bool]
    deductible_part: Sequence[int]
    own_part: Sequence[int]
    share: Sequence[int]
    deductible_left: Sequence[int | None]
    out_of_pocket_left: Sequence[int | None]

    @property
    def plan_pays_and_share(self) -> list[int]:
        """What the plan recognises of the bill."""
        return [pays + share for pays, share in zip(self.plan_pays, self.share, strict=True)]


def statements(settled: Sequence[SettledClaim], columns: Sequence[int]) -> list[Statement]:
    """Every claim as plain numbers, in the three scenarios at these `columns` of a ledger."""
    if not settled:
        return []
    none = np.zeros_like(settled[0].billed)

    def shown(field: Callable[[SettledClaim], CentsArray | Flags | None]) -> CentsArray:
        found = [none if (value := field(one)) is None else value for one in settled]
        return np.array(found, dtype=np.int64)[:, columns]

    everywhere = none + 1
    billed, assistance = shown(lambda e: e.billed), shown(lambda e: e.assistance)
    share = shown(lambda e: e.share.total if e.share else None)
    deductible_part = shown(lambda e: e.share.deductible_part if e.share else None)
    uncapped = shown(lambda e: e.share.uncapped if e.share else None)
    plan_pays = shown(lambda e: e.allowed) - share
    you_pay = billed - plan_pays - assistance
    covered = shown(lambda e: e.covered) > 0
    present = shown(lambda e: everywhere if e.present is None else e.present) > 0
    left = shown(lambda e: e.deductible_left), shown(lambda e: e.out_of_pocket_left)
    money = [[Amounts(*row) for row in values.tolist()] for values in (billed, plan_pays, assistance, you_pay)]
    plain = [
        values.tolist() for values in (present, covered, deductible_part, uncapped - deductible_part, share, *left)
    ]
    return [Statement(one.claim, *row) for one, *row in zip(settled, *money, *plain, strict=True)]


def total(amounts: Sequence[Amounts]) -> Amounts:
    """The sum, scenario by scenario."""
    return Amounts(sum([a.low for a in amounts]), sum([a.typical for a in amounts]), sum([a.high for a in amounts]))


@dataclass(frozen=True, slots=True)
class ScenarioLedgers:
    """The three shown scenarios in full, the `columns` of a ledger, put into rows when somebody asks for them."""

    ledger: Ledger
    statements: Sequence[Statement]
    columns: tuple[int, int, int]

    def rows(self, place: int) -> tuple[LedgerRow, ...]:
        """One row per claim that is billed in the scenario at `place` of the three."""
        terms, column = self.ledger.terms, self.columns[place]
        lower = not self.ledger.higher_dose[column]
        pharmacy = terms is not None and bool(terms.pharmacy[column])
        helping = {id_ for id_, program in terms.programs.items() if program.active[column]} if terms else set()
        present = (one for one in self.statements if one.present[place])
        return tuple(_row(one, place, lower, pharmacy, helping, terms is not None) for one in present)

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
        allowed=one.plan_pays_and_share[place],
        network=claim.network,
        visit=claim.visit,
        fill=claim.fill,
    )


def _at(amounts: Amounts, place: int) -> int:
    return (amounts.low, amounts.typical, amounts.high)[place]


def _limited(amount: int | None) -> int | None:
    return None if amount is None or amount >= NO_LIMIT // 2 else amount


def plan_terms(terms: Terms | None, k: int) -> PlanTerms:
    """The insurance terms that scenario `k` of a ledger used."""
    if terms is None:
        return NO_PLAN
    outside = terms.out_of_network
    return PlanTerms(
        profile=terms.profiles[int(terms.profile_index[k])],
        deductible_remaining=int(terms.limits.deductible_remaining[k]),
        deductible=int(terms.limits.deductible[k]),
        out_of_pocket_remaining=_limited(int(terms.limits.out_of_pocket_remaining[k])),
        out_of_pocket_maximum=_limited(int(terms.limits.out_of_pocket_maximum[k])),
        plan_year_start=terms.plan_year_start,
        accumulator=terms.copay_accumulator is not None and bool(terms.copay_accumulator[k]),
        maximizer=terms.maximizer,
        drug_deductible=_drug(terms.drug_deductible, k),
        drug_deductible_remaining=_drug(terms.drug_deductible_remaining, k),
        family_deductible_remaining=terms.family_deductible,
        family_out_of_pocket_remaining=terms.family_out_of_pocket,
        benefits={name: _benefit(benefit, k) for name, benefit in terms.benefits.items()},
        programs={
            id_: ProgramRecord(
                patient_pays=program.patient_pays,
                per_treatment_max=None if program.per_treatment_max is None else int(program.per_treatment_max[k]),
                annual_max=_limited(int(program.annual_max[k])),
                annual_remaining=_limited(int(program.left[k])),
                rebate=program.rebate,
            )
            for id_, program in terms.programs.items()
            if program.active[k]
        },
        out_of_network=None if outside is None or not outside.pays[k] else _outside(outside, k),
        new_plan=None
        if terms.following is None
        else (terms.following[0].isoformat(), plan_terms(terms.following[1], k)),
    )


def _drug(amounts: CentsArray | None, k: int) -> int | None:
    """The drug deductible; -1 stands for a plan whose drugs have none of their own."""
    return None if amounts is None or amounts[k] < 0 else int(amounts[k])


def _benefit(benefit: BenefitTerms, k: int) -> BenefitRecord:
    drug = benefit.drug_subject is not None and bool(benefit.drug_subject[k])
    first = benefit.first_visits is not None and benefit.first_visits[k] > 0
    return BenefitRecord(
        deductible_applies=bool(benefit.subject[k]) or drug,
        drug_deductible=drug,
        coinsurance_bp=None if benefit.has_copay[k] else int(benefit.coinsurance[k]),
        copay=int(benefit.copay[k]) if benefit.has_copay[k] else None,
        first_visits=int(benefit.first_visits[k]) if first and benefit.first_visits is not None else 0,
        first_copay=int(benefit.first_copay[k]) if first and benefit.first_copay is not None else None,
    )


def _outside(outside: OutOfNetworkTerms, k: int) -> OutOfNetworkRecord:
    return OutOfNetworkRecord(
        deductible_remaining=int(outside.limits.deductible_remaining[k]),
        deductible=int(outside.limits.deductible[k]),
        out_of_pocket_remaining=_limited(int(outside.limits.out_of_pocket_remaining[k])),
        out_of_pocket_maximum=_limited(int(outside.limits.out_of_pocket_maximum[k])),
        coinsurance_bp=int(outside.coinsurance[k]),
    )
