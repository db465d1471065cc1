"""
The insurance terms of many scenarios at once: typed answers, profiles, what other care has used up.

Arrays have shape (scenarios,), amounts are cents, rates basis points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from estimator.core.answers import Answers
from estimator.core.plan import NO_LIMIT, BenefitOptions, Plan, limit, session_copay_chance
from estimator.core.unknowns import Flags, Scenarios
from estimator.money import CentsArray, Range
from estimator.prices.schema.basics import BenefitClass
from estimator.prices.schema.payers import Program


@dataclass(frozen=True, slots=True)
class BenefitTerms:
    """
    How the plan shares one benefit class, one element per scenario.

    `subject` is 1 where the plan's deductible applies, `drug_subject` where the drug deductible does (None: nowhere).
    `coinsurance` is the patient's part, used where `has_copay` is false. The first `first_visits` of a plan year cost
    `first_copay` instead (None: no such visits). The last two fields name what never holds, so that the ledger
    leaves out whole steps.
    """

    subject: CentsArray
    drug_subject: CentsArray | None
    has_copay: Flags
    copay: CentsArray
    coinsurance: CentsArray
    first_visits: CentsArray | None
    first_copay: CentsArray | None
    any_copay: bool
    never_deductible: bool


@dataclass(frozen=True, slots=True)
class ProgramTerms:
    """A savings program, one element per scenario; `active` says where it helps at all, `left` what is left of it."""

    id: str
    active: Flags
    patient_pays: int
    per_treatment_max: CentsArray | None
    annual_max: CentsArray
    left: CentsArray
    rebate: bool


@dataclass(frozen=True, slots=True)
class LimitTerms:
    """A deductible and an out-of-pocket maximum: of the whole year, and what is left of them at the first claim."""

    deductible: CentsArray
    out_of_pocket_maximum: CentsArray
    deductible_remaining: CentsArray
    out_of_pocket_remaining: CentsArray


@dataclass(frozen=True, slots=True)
class OutOfNetworkTerms:
    """What the plan pays outside its network, where it `pays` anything there."""

    pays: Flags
    limits: LimitTerms
    coinsurance: CentsArray


@dataclass(frozen=True, slots=True)
class Terms:
    """
    Everything the ledger needs to know about the insurance of each scenario.

    The family's amounts and the drug deductible are None where there are none. `following` is the plan that takes
    this one's place on a day.
    """

    limits: LimitTerms
    drug_deductible: CentsArray | None
    drug_deductible_remaining: CentsArray | None
    family_deductible: int | None
    family_out_of_pocket: int | None
    benefits: Mapping[BenefitClass, BenefitTerms]
    programs: Mapping[str, ProgramTerms]
    out_of_network: OutOfNetworkTerms | None
    copay_accumulator: CentsArray | None
    maximizer: bool
    profile_index: CentsArray
    profiles: tuple[str, ...]
    plan_year_start: int
    as_of: date
    pharmacy: Flags
    following: "tuple[date, Terms] | None" = None


def terms_in(plan: Plan, scenarios: Scenarios) -> Terms:
    """The plan's terms in each scenario; remaining ≤ deductible ≤ out-of-pocket maximum always holds."""
    answers = plan.answers
    index = _profile_index(plan, scenarios)
    limits = _limits(plan, scenarios, index)
    drug = plan.drug_deductible.within(scenarios, index) if plan.drug_deductible else None
    drug_left = drug
    if drug is not None and answers.drug_deductible_remaining is not None and not plan.begins_full:
        drug_left = np.minimum(drug, answers.drug_deductible_remaining)
    full = plan.begins_full
    following = None
    if plan.following is not None and answers.new_plan_from is not None:
        following = (answers.new_plan_from, terms_in(plan.following, scenarios))
    return Terms(
        limits=limits,
        drug_deductible=drug,
        drug_deductible_remaining=drug_left,
        family_deductible=None if full else answers.family_deductible_remaining,
        family_out_of_pocket=None if full else answers.family_out_of_pocket_remaining,
        benefits=_benefits(plan, scenarios, index),
        programs={id_: _program(id_, program, plan, scenarios) for id_, program in plan.programs.items()},
        out_of_network=_out_of_network(plan, scenarios),
        copay_accumulator=_copay_accumulator(plan, scenarios, index),
        maximizer=answers.accumulator == "maximizer",
        profile_index=index,
        profiles=plan.names,
        plan_year_start=answers.plan_year_start,
        as_of=plan.first_day,
        pharmacy=scenarios.is_yes("drug_benefit", plan.book.tables.unknowns["drug_benefit"].chance or 0),
        following=following,
    )


def _profile_index(plan: Plan, scenarios: Scenarios) -> CentsArray:
    if plan.unknown not in scenarios.rows:
        return scenarios.number(0)
    return np.searchsorted(np.array(plan.edges[1:-1]), scenarios.of(plan.unknown), side="right").astype(np.int64)


def _limits(plan: Plan, scenarios: Scenarios, index: CentsArray) -> LimitTerms:
    answers = plan.answers
    deductible, maximum = plan.deductible.within(scenarios, index), plan.maximum.within(scenarios, index)
    if answers.deductible_remaining is not None:
        deductible = np.maximum(deductible, answers.deductible_remaining)
    if answers.out_of_pocket_remaining is not None:
        maximum = np.maximum(maximum, answers.out_of_pocket_remaining)
    if answers.out_of_pocket_maximum is not None:
        deductible = np.minimum(deductible, maximum)
    maximum = np.maximum(maximum, deductible)
    used = scenarios.value(plan.other_care or Range.exactly(0), "other_care")
    if answers.deductible_remaining is None:
        deductible_left = np.maximum(deductible - used, 0)
    else:
        deductible_left = deductible if plan.begins_full else scenarios.number(answers.deductible_remaining)
        used = np.maximum(used, deductible - deductible_left)
    if answers.out_of_pocket_remaining is None:
        maximum_left = np.where(maximum >= NO_LIMIT, NO_LIMIT, np.maximum(maximum - used, 0))
    else:
        maximum_left = maximum if plan.begins_full else scenarios.number(answers.out_of_pocket_remaining)
    return LimitTerms(deductible, maximum, deductible_left, maximum_left)


def _out_of_network(plan: Plan, scenarios: Scenarios) -> OutOfNetworkTerms | None:
    """The plan's terms outside its network; what is left there is full unless it was typed."""
    stated, answers = plan.out_of_network, plan.answers
    if stated is None:
        return None
    whole, most = stated.deductible.typical, stated.out_of_pocket_maximum.typical
    if answers.out_of_network_out_of_pocket_maximum is not None:
        whole = min(whole, most)
    deductible, maximum = scenarios.number(whole), scenarios.number(max(most, whole))
    left, maximum_left = answers.out_of_network_deductible_remaining, answers.out_of_network_out_of_pocket_remaining
    if left is not None:
        deductible = np.maximum(deductible, left)
        maximum = np.maximum(maximum, deductible)
    if maximum_left is not None:
        maximum = np.maximum(maximum, maximum_left)
    limits = LimitTerms(
        deductible,
        maximum,
        deductible if left is None or plan.begins_full else scenarios.number(left),
        maximum if maximum_left is None or plan.begins_full else scenarios.number(maximum_left),
    )
    pays = scenarios.is_yes("out_of_network", stated.chance)
    return OutOfNetworkTerms(pays, limits, scenarios.value(stated.coinsurance, "out_of_network_coinsurance"))


def _benefits(plan: Plan, scenarios: Scenarios, index: CentsArray) -> dict[BenefitClass, BenefitTerms]:
    """The terms of each class; classes with the same options have the same terms."""
    made: dict[int, BenefitTerms] = {}
    for options in plan.benefits.values():
        if id(options) not in made:
            made[id(options)] = _benefit(options, plan, scenarios, index)
    return {name: made[id(options)] for name, options in plan.benefits.items()}


def _benefit(options: BenefitOptions, plan: Plan, scenarios: Scenarios, index: CentsArray) -> BenefitTerms:
    has_copay, (subject, drug_subject) = options.has_copay.take(index), _deductibles(options, index)
    if options.may_take_copay is not None:
        likely = scenarios.is_yes("session_copay", session_copay_chance(plan.book))
        instead = likely & options.may_take_copay.take(index)
        has_copay = has_copay | instead
        # The copay that is asked instead is the visit's, and so is whether the deductible comes first.
        visit = plan.benefits.get("visit")
        if visit is not None:
            of_visit, drug_of_visit = _deductibles(visit, index)
            subject = np.where(instead, of_visit, subject)
            drug_subject = _where(instead, drug_of_visit, drug_subject)
    return BenefitTerms(
        subject=subject,
        drug_subject=drug_subject,
        has_copay=has_copay,
        copay=options.copay.within(scenarios, index) if options.any_copay else scenarios.number(0),
        coinsurance=options.coinsurance.within(scenarios, index),
        first_visits=None if options.first_visits is None else options.first_visits.take(index),
        first_copay=None if options.first_copay is None else options.first_copay.take(index),
        any_copay=options.any_copay,
        never_deductible=not subject.any() and drug_subject is None,
    )


def _deductibles(options: BenefitOptions, index: CentsArray) -> tuple[CentsArray, CentsArray | None]:
    """1 where the plan's deductible applies to the class, and where the drug deductible does (None: nowhere)."""
    drug = options.drug_deductible
    return options.deductible.take(index), None if drug is None else drug.take(index)


def either(yes: Flags, first: BenefitTerms, second: BenefitTerms) -> BenefitTerms:
    """The terms of `first` in the scenarios where `yes`, of `second` elsewhere."""
    return BenefitTerms(
        np.where(yes, first.subject, second.subject),
        _where(yes, first.drug_subject, second.drug_subject),
        np.where(yes, first.has_copay, second.has_copay),
        np.where(yes, first.copay, second.copay),
        np.where(yes, first.coinsurance, second.coinsurance),
        _where(yes, first.first_visits, second.first_visits),
        _where(yes, first.first_copay, second.first_copay),
        first.any_copay or second.any_copay,
        first.never_deductible and second.never_deductible,
    )


def _where(yes: Flags, first: CentsArray | None, second: CentsArray | None) -> CentsArray | None:
    if first is None and second is None:
        return None
    return np.where(yes, 0 if first is None else first, 0 if second is None else second)


def _program(id_: str, program: Program, plan: Plan, scenarios: Scenarios) -> ProgramTerms:
    answers = plan.answers
    active = np.ones(scenarios.count, dtype=np.bool_)
    if program.pays is not None:
        active &= scenarios.is_yes(f"{id_}.pays", program.pays)
    if answers.state in program.excluded_states:
        active[:] = False
    elif answers.state is None and program.excluded_states:
        active &= scenarios.is_yes(f"{id_}.resident", program.resident or 0)
    per_treatment = program.per_treatment_max
    annual = scenarios.value(_annual_limit(program, answers), f"{id_}.annual_max")
    left = annual
    remaining = answers.savings_remaining
    read = answers.balances_as_of or plan.first_day
    if remaining is not None and not program.rebate and read.year >= plan.first_day.year:
        annual = np.maximum(annual, remaining)
        left = scenarios.number(remaining)
    return ProgramTerms(
        id=id_,
        active=active,
        patient_pays=program.patient_pays,
        per_treatment_max=scenarios.value(per_treatment.range, f"{id_}.annual_max") if per_treatment else None,
        annual_max=annual,
        left=left,
        rebate=program.rebate,
    )


def _annual_limit(program: Program, answers: Answers) -> Range:
    """The program's limit for a calendar year; a typed one is the card's, not a rebate's."""
    if answers.savings_maximum is not None and not program.rebate:
        return Range.exactly(answers.savings_maximum)
    return limit(program.annual_max)


def _copay_accumulator(plan: Plan, scenarios: Scenarios, index: CentsArray) -> CentsArray | None:
    """1 where a manufacturer's money counts toward nothing (None: nowhere); a state's ban holds whatever was typed."""
    wording = plan.book.tables.unknowns["accumulator"]
    typed = plan.answers.accumulator
    if typed == "no":
        return None
    if typed is not None:
        refuses = np.ones(scenarios.count, dtype=np.bool_)
    else:
        refuses = scenarios.is_yes("accumulator", wording.chance or 0)
    if plan.answers.state in wording.banned_in:
        regulated = np.array([profile.state_regulated for profile in plan.profiles], dtype=np.bool_)
        refuses = refuses & ~regulated[index]
    return refuses.astype(np.int64)
