"""
The insurance terms of many worlds at once: typed answers, profiles, what other care has used up.

Arrays have shape (scenarios,), amounts are cents, rates basis points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from estimator.core.answers import Answers
from estimator.core.plan import NO_LIMIT, BenefitOptions, Plan, limit
from estimator.core.unknowns import Flags, Worlds
from estimator.money import CentsArray, Range, Weights
from estimator.prices.schema import BenefitClass, Program


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


def terms_in(plan: Plan, worlds: Worlds) -> Terms:
    """The plan's terms in each of `worlds`; remaining ≤ deductible ≤ out-of-pocket maximum always holds."""
    answers, n = plan.answers, worlds.count
    which = _which_profile(plan, worlds)
    gone = worlds.gone("plan_terms") if "plan_terms" in worlds.rows else None
    deductible, maximum = plan.deductible.of(which, gone), plan.maximum.of(which, gone)
    if answers.deductible_remaining is not None:
        deductible = np.maximum(deductible, answers.deductible_remaining)
    if answers.out_of_pocket_remaining is not None:
        maximum = np.maximum(maximum, answers.out_of_pocket_remaining)
    if answers.out_of_pocket_maximum is not None:
        deductible = np.minimum(deductible, maximum)
    maximum = np.maximum(maximum, deductible)

    used = worlds.value(plan.other_care or Range.exactly(0), "other_care")
    if answers.deductible_remaining is None:
        deductible_left = np.maximum(deductible - used, 0)
    else:
        deductible_left = np.full(n, answers.deductible_remaining, dtype=np.int64)
        used = np.maximum(used, deductible - deductible_left)
    if answers.out_of_pocket_remaining is None:
        maximum_left = np.where(maximum >= NO_LIMIT, NO_LIMIT, np.maximum(maximum - used, 0))
    else:
        maximum_left = np.full(n, answers.out_of_pocket_remaining, dtype=np.int64)
    return Terms(
        deductible=deductible,
        deductible_remaining=deductible_left,
        out_of_pocket_maximum=maximum,
        out_of_pocket_remaining=maximum_left,
        benefits={name: _benefit_terms(options, which, gone) for name, options in plan.benefits.items()},
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


def _benefit_terms(options: BenefitOptions, which: CentsArray, gone: Weights | None) -> BenefitTerms:
    return BenefitTerms(
        deductible_applies=options.deductible_applies[which],
        has_copay=options.has_copay[which],
        copay=options.copay.of(which, gone),
        coinsurance=options.coinsurance.of(which, gone),
        any_copay=bool(options.has_copay.any()),
        all_copay=bool(options.has_copay.all()),
        never_deductible=not options.deductible_applies.any(),
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
        annual_max=worlds.value(limit(program.annual_max), f"{id_}.annual_max"),
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
