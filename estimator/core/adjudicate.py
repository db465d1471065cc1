"""
Given claims under given terms: the arithmetic of the ledger alone, in one known scenario (``estimator adjudicate``).

No tables, no search: what a plan's document and a bill say goes in, who pays each line comes out. It is the same
`Ledger` as an estimate's, with one scenario.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from estimator.core.claims import Claim, Claims, CoverageDetermination, PriceInPlay
from estimator.core.ledger import Ledger, SettledClaim
from estimator.core.plan import NO_LIMIT, plan_year
from estimator.core.terms import BenefitTerms, LimitTerms, OutOfNetworkTerms, ProgramTerms, Terms
from estimator.core.unknowns import Scenarios
from estimator.money import Cents, CentsArray, Range
from estimator.prices.claims_file import (
    AdjudicatedPlan,
    GivenBenefit,
    GivenClaim,
    GivenOutOfNetwork,
    GivenProgram,
    GivenTerms,
    pays,
    terms_on,
)
from estimator.prices.schema.basics import Text

ONE_SCENARIO = Scenarios({}, np.zeros((0, 1)))
YES = np.ones(1, dtype=np.bool_)
NO_WORDS = Text.model_construct(en="", es="")


@dataclass(frozen=True, slots=True)
class AdjudicatedRow:
    """
    One claim and who pays it, in cents; `charge` is what the clinic asks, `not_allowed` its part above the allowed.

    `own_part` is the copay or coinsurance before the maximum cuts the share. The counters are those that the claim
    draws on, after it, None where there is no limit.
    """

    date: date
    charge: Cents
    billed: Cents
    benefit: str | None
    covered: bool
    deductible_part: Cents
    own_part: Cents
    share: Cents
    plan_pays: Cents
    program: str | None
    program_pays: Cents
    you_pay: Cents
    deductible_left: Cents | None
    out_of_pocket_left: Cents | None
    not_allowed: Cents


@dataclass(frozen=True, slots=True)
class Totals:
    """
    Cents over some claims. What the patient and the programs pay is the sum of the last five.

    `deductible`, `copay` and `coinsurance` are the parts of the shares, under the maximum.
    """

    billed: Cents = 0
    plan_pays: Cents = 0
    program_pays: Cents = 0
    you_pay: Cents = 0
    deductible: Cents = 0
    copay: Cents = 0
    coinsurance: Cents = 0
    not_allowed: Cents = 0
    not_covered: Cents = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Adjudication:
    """Every claim by day, and the totals of each plan year by its first day."""

    rows: tuple[AdjudicatedRow, ...]
    plan_years: Mapping[date, Totals]

    @property
    def total(self) -> Totals:
        return sum(self.plan_years.values(), Totals())


def adjudicate(plan: AdjudicatedPlan, claims: Sequence[GivenClaim]) -> Adjudication:
    """Who pays what; claims are taken by day, within a day in the order given."""
    claims = sorted(claims, key=lambda claim: claim.date)
    if not claims:
        return Adjudication((), {})
    ledger = Ledger(
        Claims(tuple(_claim(one, number, pays(terms_on(plan, one), one)) for number, one in enumerate(claims))),
        _terms(plan, plan, plan.as_of or claims[0].date),
        ONE_SCENARIO,
    )
    _, settled = ledger.settle()
    rows = tuple(_row(claim, one) for claim, one in zip(claims, settled, strict=True))
    plan_years: dict[date, Totals] = {}
    for claim, row, one in zip(claims, rows, settled, strict=True):
        first = first_day(plan, claim)
        plan_years[first] = plan_years.get(first, Totals()) + _parts(row, one)
    return Adjudication(rows, plan_years)


def first_day(plan: AdjudicatedPlan, claim: GivenClaim) -> date:
    """The first day of the claim's plan year, or of the new plan where that began later."""
    start = terms_on(plan, claim).plan_year_start
    first = date(plan_year(claim.date, start), start, 1)
    changed = plan.new_plan_from
    return max(first, changed) if changed is not None and changed <= claim.date else first


# Given values as the ledger takes them


def _terms(plan: AdjudicatedPlan, given: GivenTerms, as_of: date, first: bool = True) -> Terms:
    """The terms of the plan, or of the one that follows it; programs and what is left are the first plan's."""
    drug = given.drug_deductible
    drug_left = plan.drug_deductible_remaining if first else None
    following = None
    if first and plan.new_plan_from is not None:
        following = (plan.new_plan_from, _terms(plan, plan.new_plan or plan, as_of, False))
    return Terms(
        limits=_limits(
            given.deductible or 0,
            given.out_of_pocket_maximum,
            plan.deductible_remaining if first else None,
            plan.out_of_pocket_remaining if first else None,
        ),
        drug_deductible=None if drug is None else _array(drug),
        drug_deductible_remaining=None if drug is None else _array(drug if drug_left is None else drug_left),
        family_deductible=plan.family_deductible_remaining if first else None,
        family_out_of_pocket=plan.family_out_of_pocket_remaining if first else None,
        benefits={name: _benefit(one, drug is not None) for name, one in given.benefits.items()},  # type: ignore[misc]
        programs={name: _program(name, program) for name, program in plan.programs.items()},
        out_of_network=_out_of_network(given.out_of_network, first) if given.out_of_network else None,
        # A maximizer counts nothing of a program's money, in network or out of it.
        copay_accumulator=_array(1) if given.accumulator != "no" else None,
        maximizer=given.accumulator == "maximizer",
        profile_index=_array(0),
        profiles=("given",),
        plan_year_start=given.plan_year_start,
        as_of=as_of,
        pharmacy=~YES,
        following=following,
    )


def _program(name: str, program: GivenProgram) -> ProgramTerms:
    whole = _unlimited(program.annual_max)
    return ProgramTerms(
        id=name,
        active=YES,
        patient_pays=program.patient_pays,
        per_treatment_max=None if program.per_treatment_max is None else _array(program.per_treatment_max),
        annual_max=_array(whole),
        left=_array(whole if program.annual_remaining is None else program.annual_remaining),
        rebate=program.rebate,
    )


def _out_of_network(given: GivenOutOfNetwork, first: bool) -> OutOfNetworkTerms:
    limits = _limits(
        given.deductible or 0,
        given.out_of_pocket_maximum,
        given.deductible_remaining if first else None,
        given.out_of_pocket_remaining if first else None,
    )
    return OutOfNetworkTerms(YES, limits, _array(given.coinsurance))


def _limits(deductible: Cents, maximum: Cents | None, left: Cents | None, maximum_left: Cents | None) -> LimitTerms:
    whole = _unlimited(maximum)
    return LimitTerms(
        _array(deductible),
        _array(whole),
        _array(deductible if left is None else left),
        _array(whole if maximum_left is None else maximum_left),
    )


def _benefit(benefit: GivenBenefit, drug_deductible: bool) -> BenefitTerms:
    has_copay, first = benefit.copay is not None, benefit.first_visits
    drug = benefit.deductible == "drug" and drug_deductible
    return BenefitTerms(
        subject=_array(int(benefit.deductible != "no" and not drug)),
        drug_subject=_array(1) if drug else None,
        has_copay=np.array([has_copay]),
        copay=_array(benefit.copay or 0),
        coinsurance=_array(benefit.coinsurance or 0),
        first_visits=_array(first.number) if first else None,
        first_copay=_array(first.copay) if first else None,
        any_copay=has_copay or first is not None,
        never_deductible=benefit.deductible == "no",
    )


def _claim(claim: GivenClaim, number: int, covered: bool) -> Claim:
    return Claim(
        day=claim.date,
        charge=str(number),
        row=number,
        units=1,
        asked=_price(asked(claim)),
        allowed=_price(claim.allowed or 0),
        coverage=CoverageDetermination("covered" if covered else "not_covered", NO_WORDS, "yes" if covered else "no"),
        benefit=claim.benefit,  # type: ignore[arg-type]
        pharmacy_benefit=None,
        program=claim.program if covered else None,
        network=claim.network if covered else "in",
        visit=claim.visit or f"class {claim.benefit}",
        fill=claim.fill or "",
        kind=number,
    )


def _price(cents: Cents) -> PriceInPlay:
    return PriceInPlay(None, "commercial", Range.exactly(cents), None)


def asked(claim: GivenClaim) -> Cents:
    """What the clinic asks; the allowed amount where nothing else is said."""
    return claim.charge if claim.charge is not None else claim.allowed or 0


def _array(value: int) -> CentsArray:
    return np.array([value], dtype=np.int64)


def _unlimited(limit: Cents | None) -> Cents:
    return NO_LIMIT if limit is None else limit


# What the ledger answers


def _row(claim: GivenClaim, settled: SettledClaim) -> AdjudicatedRow:
    shared = settled.share
    covered, share = settled.covered is not None, int(shared.total[0]) if shared else 0
    billed, allowed, assistance = int(settled.billed[0]), int(settled.allowed[0]), int(settled.assistance[0])
    deductible_part = int(shared.deductible_part[0]) if shared else 0
    return AdjudicatedRow(
        date=claim.date,
        charge=asked(claim),
        billed=billed,
        benefit=claim.benefit,
        covered=covered,
        deductible_part=deductible_part,
        own_part=int(shared.uncapped[0]) - deductible_part if shared else 0,
        share=share,
        plan_pays=allowed - share,
        program=claim.program if covered else None,
        program_pays=assistance,
        you_pay=billed - allowed + share - assistance,
        deductible_left=_limited(settled.deductible_left),
        out_of_pocket_left=_limited(settled.out_of_pocket_left),
        not_allowed=billed - allowed if covered else 0,
    )


def _limited(left: CentsArray | None) -> Cents | None:
    return None if left is None or left[0] >= NO_LIMIT // 2 else int(left[0])


def _parts(row: AdjudicatedRow, settled: SettledClaim) -> Totals:
    paid = Totals(row.billed, row.plan_pays, row.program_pays, row.you_pay)
    if not row.covered:
        return paid + Totals(not_covered=row.billed)
    met = min(row.deductible_part, row.share)
    copay = settled.share is not None and settled.share.is_copay is not None and bool(settled.share.is_copay[0])
    own = Totals(copay=row.share - met) if copay else Totals(coinsurance=row.share - met)
    return paid + own + Totals(deductible=met, not_allowed=row.not_allowed)
