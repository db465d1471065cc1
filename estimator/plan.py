"""
The insurance terms of many worlds at once: whole plan profiles, typed answers, what other care has used up.

A profile is one whole plan: its terms are never mixed with another's. Ranges inside a profile move together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from estimator.answers import Answers
from estimator.claims import Claims
from estimator.money import CentsArray, Range, between
from estimator.prices.book import PriceBook
from estimator.prices.schema import (
    AmountRange,
    Benefit,
    BenefitClass,
    OutOfNetwork,
    Payer,
    PercentRange,
    Profile,
    Program,
)
from estimator.unknowns import Flags, Unknown, Unknowns, Worlds

NO_LIMIT = 2**40
"""Stands for "no limit" in arrays of cents; far above any sum of claims, far below what int64 can hold."""


COPAY_CLASSES = ("visit", "psychotherapy")
"""The benefit classes a typed copay stands for: "dollars per office or therapy visit"."""


@dataclass(frozen=True, slots=True)
class BenefitTerms:
    """
    How the plan shares one benefit class, one element per scenario.

    `deductible_applies` is 0 or 1, `coinsurance` the patient's part in basis points, used where `has_copay` is false.
    """

    deductible_applies: CentsArray
    has_copay: Flags
    copay: CentsArray
    coinsurance: CentsArray
    any_copay: bool
    all_copay: bool
    never_deductible: bool
    always_deductible: bool


@dataclass(frozen=True, slots=True)
class ProgramTerms:
    """A savings program, one element per scenario; `active` says where it helps at all."""

    id: str
    active: Flags
    patient_pays: int
    per_treatment_max: CentsArray | None
    annual_max: CentsArray
    rebate: bool
    always: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything the ledger needs to know about the insurance of each scenario, amounts in cents."""

    deductible: CentsArray
    deductible_remaining: CentsArray
    out_of_pocket_maximum: CentsArray
    out_of_pocket_remaining: CentsArray
    benefits: Mapping[BenefitClass, BenefitTerms]
    programs: Mapping[str, ProgramTerms]
    accumulator: Flags
    profile: CentsArray
    profiles: tuple[str, ...]
    plan_year_start: int
    as_of: date
    pharmacy: Flags
    has_benefits: Flags | None


@dataclass(slots=True)
class Plan:
    """The payer's plan as the answers leave it: registers what is unknown, then gives `Terms` for any worlds."""

    answers: Answers
    payer: Payer
    book: PriceBook
    programs: dict[str, Program] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    profiles: tuple[Profile, ...] = ()
    edges: tuple[float, ...] = ()
    first_day: date = date.min
    classes: tuple[BenefitClass, ...] = ()

    @property
    def months_gone(self) -> int:
        """Whole months of the plan year that had passed when the course began."""
        return (self.first_day.month - self.answers.plan_year_start) % 12

    @property
    def out_of_network(self) -> OutOfNetwork | None:
        return self.payer.out_of_network if self.answers.network == "out" else None


def plan_of(answers: Answers, book: PriceBook, claims: Claims, unknowns: Unknowns) -> Plan | None:
    """The plan of the answers' payer, its unknowns registered; None where nobody is insured."""
    payer = book.tables.payers[answers.insurance]
    if not payer.profiles:
        return None
    names = (answers.plan,) if answers.plan else tuple(payer.profiles)
    plan = Plan(answers, payer, book, names=names, profiles=tuple(payer.profiles[name] for name in names))
    weights = [profile.weight for profile in plan.profiles]
    plan.edges = tuple(sum(weights[:i]) / sum(weights) for i in range(len(weights) + 1))
    plan.first_day = min((claim.day for claim in claims.all), default=answers.start)
    found = {c.benefit for c in claims.all} | {c.pharmacy_benefit for c in claims.all}
    plan.classes = tuple(sorted(name for name in found if name))
    plan.programs = {c.program: book.tables.programs[c.program] for c in claims.all if c.program and not c.missing}
    if any(claim.verdict.covered != "no" for claim in claims.all):
        _register(plan, claims, unknowns)
    return plan


def _register(plan: Plan, claims: Claims, unknowns: Unknowns) -> None:
    answers, wordings = plan.answers, plan.book.tables.unknowns
    if plan.out_of_network:
        unknowns.add_flag("out_of_network", wordings["out_of_network"], plan.out_of_network.chance)
    elif len(plan.names) > 1:
        middles = tuple((a + b) / 2 for a, b in zip(plan.edges, plan.edges[1:], strict=False))
        typical = next((m for m, p in zip(middles, plan.profiles, strict=True) if p.typical), middles[0])
        w = wordings["plan"]
        unknowns.add(Unknown("plan", w.label, w.ask, w.whom, "plan", middles, typical, continuous=False))
    if any(not r.known for r in _open_ranges(plan)):
        unknowns.add_range("plan_terms", wordings["plan_terms"], "deductible")
    if _other_care(plan) is not None:
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


def _open_ranges(plan: Plan) -> list[Range]:
    """The ranges inside the profiles (or the out-of-network terms) that typed answers leave in play."""
    answers = plan.answers
    oon = plan.out_of_network
    sources: Sequence[Profile | OutOfNetwork] = (oon,) if oon else plan.profiles
    found: list[AmountRange | PercentRange | None] = []
    for terms in sources:
        if answers.deductible is None:
            found.append(terms.deductible)
        if answers.out_of_pocket_maximum is None:
            found.append(terms.out_of_pocket_maximum)
        benefits = [terms.benefits[name] for name in plan.classes] if isinstance(terms, Profile) else []
        coinsurances = [b.coinsurance for b in benefits] if isinstance(terms, Profile) else [terms.coinsurance]
        if answers.coinsurance is None:
            found.extend(coinsurances)
        if answers.copay is None:
            found.extend(b.copay for b in benefits)
    return [r.range for r in found if r is not None]


def _other_care(plan: Plan) -> Range | None:
    """What other care may have used up by the first claim, where that is open and matters."""
    both_typed = plan.answers.deductible_remaining is not None and plan.answers.out_of_pocket_remaining is not None
    if both_typed or plan.payer.other_care is None or plan.months_gone == 0 or plan.out_of_network:
        return None
    year = plan.payer.other_care.range
    return Range(*((amount * plan.months_gone + 6) // 12 for amount in year))


def terms_in(plan: Plan, worlds: Worlds) -> Terms:
    """The plan's terms in each of `worlds`."""
    answers, n = plan.answers, worlds.count
    which = _which_profile(plan, worlds)
    sources: Sequence[Profile | OutOfNetwork] = (plan.out_of_network,) if plan.out_of_network else plan.profiles
    unknown = "plan_terms" if "plan_terms" in worlds.rows else None

    def chosen(ranges: Sequence[Range]) -> CentsArray:
        """Each scenario's profile's value of one term."""
        typical = np.array([r.typical for r in ranges], dtype=np.int64)[which]
        if unknown is None or all(r.known for r in ranges):
            return typical
        low = np.array([r.low for r in ranges], dtype=np.int64)[which]
        high = np.array([r.high for r in ranges], dtype=np.int64)[which]
        return between(low, typical, high, worlds.gone(unknown))

    def typed_or(value: int | None, ranges: Sequence[Range]) -> CentsArray:
        return chosen(ranges) if value is None else np.full(n, value, dtype=np.int64)

    deductible = typed_or(answers.deductible, [s.deductible.range for s in sources])
    maximum = typed_or(answers.out_of_pocket_maximum, [_limit(s.out_of_pocket_maximum) for s in sources])
    if answers.deductible_remaining is not None:
        deductible = np.maximum(deductible, answers.deductible_remaining)
    if answers.out_of_pocket_remaining is not None:
        maximum = np.maximum(maximum, answers.out_of_pocket_remaining)
    if answers.out_of_pocket_maximum is not None:
        deductible = np.minimum(deductible, maximum)
    maximum = np.maximum(maximum, deductible)

    used_range = _other_care(plan)
    used = worlds.value(used_range, "other_care") if used_range else np.zeros(n, dtype=np.int64)
    if answers.deductible_remaining is None:
        deductible_left = np.maximum(deductible - used, 0)
    else:
        deductible_left = np.full(n, answers.deductible_remaining, dtype=np.int64)
        used = np.maximum(used, deductible - deductible_left)
    if answers.out_of_pocket_remaining is None:
        maximum_left = np.where(maximum >= NO_LIMIT, NO_LIMIT, np.maximum(maximum - used, 0))
    else:
        maximum_left = np.full(n, answers.out_of_pocket_remaining, dtype=np.int64)

    benefits = {}
    for name in plan.classes:
        options = [_benefit(s, name) for s in sources]
        benefits[name] = _benefit_terms(options, answers, name, chosen, which)
    return Terms(
        deductible=deductible,
        deductible_remaining=deductible_left,
        out_of_pocket_maximum=maximum,
        out_of_pocket_remaining=maximum_left,
        benefits=benefits,
        programs={id_: _program_terms(id_, p, answers, worlds) for id_, p in plan.programs.items()},
        accumulator=_accumulator(plan, worlds, which),
        profile=which,
        profiles=plan.names,
        plan_year_start=answers.plan_year_start,
        as_of=plan.first_day,
        pharmacy=worlds.is_yes("drug_benefit", plan.book.tables.unknowns["drug_benefit"].chance or 0),
        has_benefits=worlds.is_yes("out_of_network", plan.out_of_network.chance) if plan.out_of_network else None,
    )


def _which_profile(plan: Plan, worlds: Worlds) -> CentsArray:
    if "plan" not in worlds.rows:
        return np.zeros(worlds.count, dtype=np.int64)
    return np.searchsorted(np.array(plan.edges[1:-1]), worlds.of("plan"), side="right").astype(np.int64)


def _limit(maximum: AmountRange | None) -> Range:
    return maximum.range if maximum else Range.exactly(NO_LIMIT)


def _benefit(terms: Profile | OutOfNetwork, name: BenefitClass) -> Benefit:
    if isinstance(terms, Profile):
        return terms.benefits[name]
    return Benefit.model_construct(deductible=True, copay=None, coinsurance=terms.coinsurance)


def _benefit_terms(
    options: Sequence[Benefit],
    answers: Answers,
    name: BenefitClass,
    chosen: Callable[[Sequence[Range]], CentsArray],
    which: CentsArray,
) -> BenefitTerms:
    typed_copay = answers.copay if name in COPAY_CLASSES else None
    copays = [b.copay is not None or typed_copay is not None for b in options]
    subject = [int(b.deductible) for b in options]
    free = Range.exactly(0)
    if typed_copay is not None:
        copay = np.full(which.shape, typed_copay, dtype=np.int64)
    else:
        copay = chosen([b.copay.range if b.copay else free for b in options])
    if answers.coinsurance is not None:
        coinsurance = np.full(which.shape, answers.coinsurance, dtype=np.int64)
    else:
        coinsurance = chosen([b.coinsurance.range if b.coinsurance else free for b in options])
    has_copay = np.array(copays, dtype=np.bool_)[which]
    applies = np.array(subject, dtype=np.int64)[which]
    return BenefitTerms(
        applies, has_copay, copay, coinsurance, any(copays), all(copays), not any(subject), all(subject)
    )


def either(yes: Flags, first: BenefitTerms, second: BenefitTerms) -> BenefitTerms:
    """The terms of `first` in the scenarios where `yes`, of `second` elsewhere."""
    return BenefitTerms(
        np.where(yes, first.deductible_applies, second.deductible_applies),
        np.where(yes, first.has_copay, second.has_copay),
        np.where(yes, first.copay, second.copay),
        np.where(yes, first.coinsurance, second.coinsurance),
        first.any_copay or second.any_copay,
        first.all_copay and second.all_copay,
        first.never_deductible and second.never_deductible,
        first.always_deductible and second.always_deductible,
    )


def _program_terms(id_: str, program: Program, answers: Answers, worlds: Worlds) -> ProgramTerms:
    active = np.ones(worlds.count, dtype=np.bool_)
    if program.pays is not None:
        active &= worlds.is_yes(f"{id_}.pays", program.pays)
    if answers.state in program.excluded_states:
        active[:] = False
    elif answers.state is None and program.excluded_states:
        active &= worlds.is_yes(f"{id_}.resident", program.resident or 0)
    per_treatment = program.per_treatment_max
    return ProgramTerms(
        id=id_,
        active=active,
        patient_pays=program.patient_pays,
        per_treatment_max=worlds.value(per_treatment.range, f"{id_}.annual_max") if per_treatment else None,
        annual_max=worlds.value(_limit(program.annual_max), f"{id_}.annual_max"),
        rebate=program.rebate,
        always=bool(active.all()),
    )


def _accumulator(plan: Plan, worlds: Worlds, which: CentsArray) -> Flags:
    wording = plan.book.tables.unknowns["accumulator"]
    if plan.answers.accumulator is not None:
        return np.full(worlds.count, plan.answers.accumulator, dtype=np.bool_)
    refuses = worlds.is_yes("accumulator", wording.chance or 0)
    if plan.answers.state in wording.banned_in:
        regulated = np.array([profile.state_regulated for profile in plan.profiles], dtype=np.bool_)
        refuses = refuses & ~regulated[which]
    return refuses


def plan_year(day: date, start_month: int) -> int:
    """The plan year `day` belongs to, named by the calendar year in which it began."""
    return day.year if day.month >= start_month else day.year - 1
