"""
Given claims under given terms: the arithmetic of the ledger alone, in one known world (``estimator adjudicate``).

No tables, no search: what a plan's document and a bill say goes in, who pays each line comes out. It is the same
`Ledger` as an estimate's, with one scenario.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from estimator.core.claims import Claim, Quote, Verdict
from estimator.core.ledger import Entry, Ledger
from estimator.core.plan import NO_LIMIT
from estimator.core.terms import BenefitTerms, ProgramTerms, Terms, plan_year
from estimator.core.unknowns import Worlds
from estimator.money import Cents, CentsArray, Range
from estimator.prices.claims_file import AdjudicatedPlan, GivenBenefit, GivenClaim, GivenTerms, pays, terms_on
from estimator.prices.schema import Text

ONE_WORLD = Worlds({}, np.zeros((0, 1)))
NO_WORDS = Text.model_construct(en="", es="")


class NotAdjudicated(Exception):
    """The ledger has no rule yet for something that the plan or a claim says."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


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
    """Who pays what; claims are taken by day, within a day in the order given. Raises `NotAdjudicated`."""
    claims = sorted(claims, key=lambda claim: claim.date)
    if not claims:
        return Adjudication((), {})
    for rule in _not_yet(plan, claims):
        raise NotAdjudicated(rule)
    ledger = Ledger(
        [_claim(claim, number, pays(plan, claim)) for number, claim in enumerate(claims)],
        _terms(plan, plan.as_of or claims[0].date),
        ONE_WORLD,
    )
    entries: list[Entry] = []
    ledger.walk(entries)
    rows = tuple(_row(claim, entry) for claim, entry in zip(claims, entries, strict=True))
    plan_years: dict[date, Totals] = {}
    for claim, row in zip(claims, rows, strict=True):
        first = first_day(plan, claim)
        plan_years[first] = plan_years.get(first, Totals()) + _parts(row, terms_on(plan, claim))
    return Adjudication(rows, plan_years)


def first_day(plan: AdjudicatedPlan, claim: GivenClaim) -> date:
    """The first day of the claim's plan year, or of the new plan where that began later."""
    start = terms_on(plan, claim).plan_year_start
    first = date(plan_year(claim.date, start), start, 1)
    changed = plan.new_plan_from
    return max(first, changed) if changed is not None and changed <= claim.date else first


def _not_yet(plan: AdjudicatedPlan, claims: Sequence[GivenClaim]) -> Iterator[str]:
    """What the ledger cannot do yet, a rule at a time."""
    insured = [claim for claim in claims if pays(plan, claim)]
    if plan.new_plan_from is not None:
        yield "1 change of plan"
    if plan.drug_deductible is not None:
        yield "3 drug deductible"
    if any(benefit.first_visits for benefit in plan.benefits.values()):
        yield "3 first visits"
    asking = [claim for claim in insured if claim.benefit and plan.benefits[claim.benefit].copay is not None]
    if len({(claim.date, claim.benefit) for claim in asking}) < len(asking) or any(
        claim.visit or claim.fill for claim in asking
    ):
        yield "3 one copay per visit"
    if any(program.annual_remaining is not None for program in plan.programs.values()):
        yield "4 balance of a program"
    if plan.family_deductible_remaining is not None or plan.family_out_of_pocket_remaining is not None:
        yield "5 family counters"
    if plan.accumulator == "maximizer":
        yield "5 maximizer"
    if any(claim.network == "out" for claim in insured):
        yield "7 out of network"


# Given values as the ledger takes them


def _terms(plan: AdjudicatedPlan, as_of: date) -> Terms:
    deductible, maximum = plan.deductible or 0, _unlimited(plan.out_of_pocket_maximum)
    left, maximum_left = plan.deductible_remaining, plan.out_of_pocket_remaining
    return Terms(
        deductible=_array(deductible),
        deductible_remaining=_array(deductible if left is None else left),
        out_of_pocket_maximum=_array(maximum),
        out_of_pocket_remaining=_array(maximum if maximum_left is None else maximum_left),
        benefits={name: _benefit(benefit) for name, benefit in plan.benefits.items()},  # type: ignore[misc]
        programs={
            name: ProgramTerms(
                id=name,
                active=np.ones(1, dtype=np.bool_),
                patient_pays=program.patient_pays,
                per_treatment_max=None if program.per_treatment_max is None else _array(program.per_treatment_max),
                annual_max=_array(_unlimited(program.annual_max)),
                rebate=program.rebate,
                always=True,
            )
            for name, program in plan.programs.items()
        },
        accumulator=np.array([plan.accumulator != "no"]),
        profile=_array(0),
        profiles=("given",),
        plan_year_start=plan.plan_year_start,
        as_of=as_of,
        pharmacy=np.zeros(1, dtype=np.bool_),
        has_benefits=None,
    )


def _benefit(benefit: GivenBenefit) -> BenefitTerms:
    has_copay, never = benefit.copay is not None, benefit.deductible == "no"
    return BenefitTerms(
        deductible_applies=_array(int(not never)),
        has_copay=np.array([has_copay]),
        copay=_array(benefit.copay or 0),
        coinsurance=_array(benefit.coinsurance or 0),
        any_copay=has_copay,
        all_copay=has_copay,
        never_deductible=never,
    )


def _claim(claim: GivenClaim, number: int, covered: bool) -> Claim:
    verdict = Verdict("covered" if covered else "not_covered", NO_WORDS, "yes" if covered else "no")
    billed, allowed = _quote(asked(claim)), _quote(claim.allowed or 0)
    program = claim.program if covered else None
    benefit: str | None = claim.benefit
    return Claim(
        claim.date, str(number), number, 1, billed, allowed, verdict, benefit, None, program, kind=number  # type: ignore[arg-type]
    )  # fmt: skip


def _quote(cents: Cents) -> Quote:
    return Quote(None, "commercial", Range.exactly(cents), None)


def asked(claim: GivenClaim) -> Cents:
    """What the clinic asks; the allowed amount where nothing else is said."""
    return claim.charge if claim.charge is not None else claim.allowed or 0


def _array(value: int) -> CentsArray:
    return np.array([value], dtype=np.int64)


def _unlimited(limit: Cents | None) -> Cents:
    return NO_LIMIT if limit is None else limit


# What the ledger answers


def _row(claim: GivenClaim, entry: Entry) -> AdjudicatedRow:
    covered, share = entry.covered is not None, int(entry.share.total[0]) if entry.share else 0
    billed, recognised = int(entry.billed[0]), int(entry.recognised[0])
    deductible_part = int(entry.share.deductible_part[0]) if entry.share else 0
    return AdjudicatedRow(
        date=claim.date,
        charge=asked(claim),
        billed=billed,
        benefit=claim.benefit,
        covered=covered,
        deductible_part=deductible_part,
        own_part=int(entry.share.uncapped[0]) - deductible_part if entry.share else 0,
        share=share,
        plan_pays=recognised - share,
        program=claim.program if covered else None,
        program_pays=int(entry.help[0]),
        you_pay=billed - recognised + share - int(entry.help[0]),
        deductible_left=_limited(entry.deductible_left),
        out_of_pocket_left=_limited(entry.out_of_pocket_left),
        not_allowed=billed - recognised if covered else 0,
    )


def _limited(left: CentsArray | None) -> Cents | None:
    return None if left is None or left[0] >= NO_LIMIT // 2 else int(left[0])


def _parts(row: AdjudicatedRow, terms: GivenTerms) -> Totals:
    paid = Totals(row.billed, row.plan_pays, row.program_pays, row.you_pay)
    if not row.covered:
        return paid + Totals(not_covered=row.billed)
    met = min(row.deductible_part, row.share)
    copay = row.benefit is not None and terms.benefits[row.benefit].copay is not None
    own = Totals(copay=row.share - met) if copay else Totals(coinsurance=row.share - met)
    return paid + own + Totals(deductible=met, not_allowed=row.not_allowed)
