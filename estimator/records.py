"""Entries and terms of the three shown scenarios as plain records: ledger rows, plan terms, amounts."""

from collections.abc import Sequence

import numpy as np

from estimator.ledger import Entry, Ledger
from estimator.money import CentsArray
from estimator.plan import NO_LIMIT, Terms
from estimator.results import Amounts, BenefitTerms, LedgerRow, PlanTerms, ProgramTerms
from estimator.unknowns import Flags

NO_PLAN = PlanTerms(None, None, None, None, None, None, None, {}, {})


def amounts(values: CentsArray) -> Amounts:
    """The three scenarios' values; `values` has shape (3,)."""
    return Amounts(*values.tolist())


def ledger_rows(
    entries: Sequence[Entry], ledger: Ledger
) -> tuple[tuple[LedgerRow, ...], tuple[LedgerRow, ...], tuple[LedgerRow, ...]]:
    """One row per claim for each of the three scenarios."""
    by_claim = [_three_rows(entry, ledger) for entry in entries]
    low, typical, high = zip(*by_claim, strict=True) if by_claim else ((), (), ())
    return low, typical, high


def _three_rows(entry: Entry, ledger: Ledger) -> tuple[LedgerRow, LedgerRow, LedgerRow]:
    claim, share, after = entry.claim, entry.share, entry.after
    covered = _three(entry.covered) if entry.covered is not None else [False] * 3
    pharmacy = _three(entry.pharmacy) if entry.pharmacy is not None else [False] * 3
    higher = ledger.higher_dose.tolist() if claim.lower_charge else [True] * 3
    helped = ledger.helped(claim.program)
    parts = [_three(part) for part in (share.deductible_part, share.own_part, share.total)]
    paid = [part.tolist() for part in (entry.billed, entry.plan_pays, entry.program_pays, entry.you_pay)]
    left = [part.tolist() for part in (after.deductible, after.out_of_pocket)] if after else [[None] * 3] * 2
    rows = [
        LedgerRow(
            date=claim.day,
            charge=claim.charge if higher[k] or claim.lower_charge is None else claim.lower_charge,
            billed=paid[0][k],
            benefit=claim.pharmacy_benefit if pharmacy[k] else claim.benefit,
            covered=bool(covered[k]),
            deductible_part=parts[0][k],
            own_part=parts[1][k],
            share=parts[2][k],
            plan_pays=paid[1][k],
            program=claim.program if covered[k] and helped[k] else None,
            program_pays=paid[2][k],
            you_pay=paid[3][k],
            deductible_left=left[0][k],
            out_of_pocket_left=_limited(left[1][k]),
        )
        for k in range(3)
    ]
    return rows[0], rows[1], rows[2]


def _three(values: CentsArray | Flags) -> list[int]:
    return [int(value) for value in np.broadcast_to(values, 3)]


def _limited(amount: int | None) -> int | None:
    return None if amount is None or amount >= NO_LIMIT // 2 else amount


def plan_terms(terms: Terms | None) -> tuple[PlanTerms, PlanTerms, PlanTerms]:
    """The insurance terms that each of the three scenarios used."""
    if terms is None:
        return NO_PLAN, NO_PLAN, NO_PLAN
    return _plan_terms(terms, 0), _plan_terms(terms, 1), _plan_terms(terms, 2)


def _plan_terms(terms: Terms, k: int) -> PlanTerms:
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
