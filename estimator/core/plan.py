"""
The payer's plan as the answers leave it: whole profiles, typed terms in their place, what is unknown about it.

A profile is one whole plan: its terms are never mixed with another's. Ranges inside a profile move together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise

import numpy as np

from estimator.core.answers import Answers
from estimator.core.claims import Claims
from estimator.core.unknowns import Flags, Unknown, Unknowns
from estimator.money import CentsArray, Range, Weights, between
from estimator.prices.book import PriceBook
from estimator.prices.schema import AmountRange, Benefit, BenefitClass, OutOfNetwork, Payer, Profile, Program

NO_LIMIT = 2**40
"""Stands for "no limit" in arrays of cents; far above any sum of claims, far below what int64 can hold."""

COPAY_CLASSES = ("visit", "psychotherapy")
"""The benefit classes a typed copay stands for: "dollars per office or therapy visit"."""

FREE = Range.exactly(0)


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the plan: its range in every profile, arrays of shape (profiles,)."""

    low: CentsArray
    typical: CentsArray
    high: CentsArray
    known: bool

    @classmethod
    def among(cls, ranges: Sequence[Range]) -> "Term":
        low, typical, high = np.array([tuple(r) for r in ranges], dtype=np.int64).T
        return cls(low, typical, high, all(r.known for r in ranges))

    def of(self, which: CentsArray, gone: Weights | None) -> CentsArray:
        """Its value in each scenario: of profile `which`, at the place in its range that `gone` says."""
        if self.known or gone is None:
            return self.typical[which]
        return between(self.low[which], self.typical[which], self.high[which], gone)


@dataclass(frozen=True, slots=True)
class BenefitOptions:
    """How each profile shares one benefit class; arrays of shape (profiles,), `deductible_applies` 0 or 1."""

    deductible_applies: CentsArray
    has_copay: Flags
    copay: Term
    coinsurance: Term


@dataclass(frozen=True, slots=True)
class Plan:
    """
    Everything about the payer's plan that is the same in all worlds.

    `edges` are where the stretches of the profiles end, from 0 to 1; `first_day` is the day the counters left are of.
    """

    answers: Answers
    payer: Payer
    book: PriceBook
    names: tuple[str, ...]
    profiles: tuple[Profile, ...]
    edges: tuple[float, ...]
    first_day: date
    deductible: Term
    maximum: Term
    benefits: Mapping[BenefitClass, BenefitOptions]
    programs: Mapping[str, Program]
    other_care: Range | None

    @property
    def out_of_network(self) -> OutOfNetwork | None:
        return _out_of_network(self.answers, self.payer)

    @property
    def only_copays(self) -> bool:
        """Whether no profile has anything to meet: no deductible, no maximum, no coinsurance."""
        nothing_to_meet = not self.deductible.high.any() and bool((self.maximum.low >= NO_LIMIT).all())
        return nothing_to_meet and all(not one.coinsurance.high.any() for one in self.benefits.values())

    @property
    def open_terms(self) -> bool:
        """Whether a range inside the profiles is still in play."""
        terms = [self.deductible, self.maximum]
        terms += [term for options in self.benefits.values() for term in (options.copay, options.coinsurance)]
        return not all(term.known for term in terms)


def plan_of(answers: Answers, book: PriceBook, claims: Claims, unknowns: Unknowns) -> Plan | None:
    """The plan of the answers' payer, its unknowns registered; None where nobody is insured."""
    payer = book.tables.payers[answers.insurance]
    if not payer.profiles:
        return None
    names = (answers.plan,) if answers.plan else tuple(payer.profiles)
    profiles = tuple(payer.profiles[name] for name in names)
    weights = [profile.weight for profile in profiles]
    outside = _out_of_network(answers, payer)
    terms: Sequence[Profile | OutOfNetwork] = (outside,) if outside else profiles
    insured = [claim for claim in claims.all if claim.verdict.covered != "no"]
    classes = {claim.benefit for claim in insured} | {claim.pharmacy_benefit for claim in insured}
    first_day = min((claim.day for claim in claims.all), default=answers.start)
    plan = Plan(
        answers=answers,
        payer=payer,
        book=book,
        names=names,
        profiles=profiles,
        edges=tuple(reached / sum(weights) for reached in accumulate(weights, initial=0)),
        first_day=first_day,
        deductible=_term(answers.deductible, [one.deductible.range for one in terms]),
        maximum=_term(answers.out_of_pocket_maximum, [limit(one.out_of_pocket_maximum) for one in terms]),
        benefits={name: _options(answers, name, terms) for name in sorted(name for name in classes if name)},
        programs={c.program: book.tables.programs[c.program] for c in claims.all if c.program and not c.missing},
        other_care=None if outside else _other_care(answers, payer, first_day),
    )
    if insured:
        _register(plan, claims, unknowns)
    return plan


def limit(maximum: AmountRange | None) -> Range:
    """A yearly limit, or `NO_LIMIT` where there is none."""
    return maximum.range if maximum else Range.exactly(NO_LIMIT)


def _term(typed: int | None, ranges: Sequence[Range]) -> Term:
    return Term.among(ranges if typed is None else [Range.exactly(typed)] * len(ranges))


def _out_of_network(answers: Answers, payer: Payer) -> OutOfNetwork | None:
    return payer.out_of_network if answers.network == "out" else None


def _options(answers: Answers, name: BenefitClass, terms: Sequence[Profile | OutOfNetwork]) -> BenefitOptions:
    benefits = [_benefit(one, name) for one in terms]
    typed_copay = answers.copay if name in COPAY_CLASSES else None
    return BenefitOptions(
        deductible_applies=np.array([int(b.deductible) for b in benefits], dtype=np.int64),
        has_copay=np.array([b.copay is not None or typed_copay is not None for b in benefits], dtype=np.bool_),
        copay=_term(typed_copay, [b.copay.range if b.copay else FREE for b in benefits]),
        coinsurance=_term(answers.coinsurance, [b.coinsurance.range if b.coinsurance else FREE for b in benefits]),
    )


def _benefit(terms: Profile | OutOfNetwork, name: BenefitClass) -> Benefit:
    if isinstance(terms, Profile):
        return terms.benefits[name]
    return Benefit.model_construct(deductible=True, copay=None, coinsurance=terms.coinsurance)


def _other_care(answers: Answers, payer: Payer, first_day: date) -> Range | None:
    """What other care may have used up by the first claim, where that is open and matters."""
    both_typed = answers.deductible_remaining is not None and answers.out_of_pocket_remaining is not None
    months_gone = (first_day.month - answers.plan_year_start) % 12
    if both_typed or payer.other_care is None or months_gone == 0:
        return None
    return Range(*((amount * months_gone + 6) // 12 for amount in payer.other_care.range))


def _register(plan: Plan, claims: Claims, unknowns: Unknowns) -> None:
    answers, wordings = plan.answers, plan.book.tables.unknowns
    if plan.out_of_network:
        unknowns.add_flag("out_of_network", wordings["out_of_network"], plan.out_of_network.chance)
    elif len(plan.names) > 1:
        middles = tuple((a + b) / 2 for a, b in pairwise(plan.edges))
        typical = next((m for m, p in zip(middles, plan.profiles, strict=True) if p.typical), middles[0])
        w = wordings["plan"]
        unknowns.add(Unknown("plan", w.label, w.ask, w.whom, "plan", middles, typical, continuous=False))
    if plan.open_terms and plan.only_copays and "plan_copay" in wordings:
        unknowns.add_range("plan_terms", wordings["plan_copay"], "copay")
    elif plan.open_terms:
        unknowns.add_range("plan_terms", wordings["plan_terms"], "deductible")
    if plan.other_care is not None and not plan.other_care.known:
        unknowns.add_range("other_care", wordings["other_care"], "deductible_remaining")
    if any(claim.pharmacy_benefit for claim in claims.all if claim.verdict.covered != "no"):
        w = wordings["drug_benefit"]
        unknowns.add_flag("drug_benefit", w, w.chance or 0, "drug_benefit")
    if any(not program.rebate for program in plan.programs.values()) and answers.accumulator is None:
        w = wordings["accumulator"]
        unknowns.add_flag("accumulator", w, w.chance or 0, "accumulator")
    for id_, program in plan.programs.items():
        _register_program(id_, program, answers, unknowns)


def _register_program(id_: str, program: Program, answers: Answers, unknowns: Unknowns) -> None:
    if program.pays is not None and program.pays_question:
        unknowns.add_flag(f"{id_}.pays", program.pays_question, program.pays)
    if program.excluded_states and answers.state is None and program.resident_question:
        unknowns.add_flag(f"{id_}.resident", program.resident_question, program.resident or 0, "state")
    if program.annual_max and not program.annual_max.range.known and program.annual_max_question:
        unknowns.add_range(f"{id_}.annual_max", program.annual_max_question)
