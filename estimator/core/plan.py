"""
The payer's plan as the answers leave it: whole profiles, typed terms in their place, what is unknown about it.

A profile is one whole plan: its terms are never mixed with another's. A typed term keeps the profiles whose own range
contains it; inside a profile each term is an unknown of its own, so that an answer only ever narrows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from estimator.core.answers import Answers
from estimator.core.claims import Claims
from estimator.core.unknowns import Flags, Scenarios, Unknown, Unknowns
from estimator.core.words import NEW_PLAN, SESSION_COPAY
from estimator.money import CentsArray, Range, along, divided
from estimator.prices.book import PriceBook
from estimator.prices.schema.basics import AmountRange, BenefitClass
from estimator.prices.schema.payers import Benefit, OutOfNetwork, Payer, Profile, Program

NO_LIMIT = 2**40
"""Stands for "no limit" in arrays of cents; far above any sum of claims, far below what int64 can hold."""

ALWAYS = 10_000
FREE = Range.exactly(0)

SESSION_CLASSES = ("drug", "procedure")
"""What a treatment session is billed as; whether it takes the visit's copay or coinsurance, plans decide."""

SHARES = ("deductible", "drug_deductible", "coinsurance")
"""The terms that make the patient's share larger and so fill the out-of-pocket maximum."""

TYPED = (
    "copay", "pharmacy_copay", "coinsurance", "drug_deductible", "drug_deductible_remaining", "first_visits",
    "first_visits_copay",
)  # fmt: skip
"""The answers that say something about a benefit class; with the plans' own terms they make its `BenefitOptions`."""


@dataclass(frozen=True, slots=True)
class TermByProfile:
    """
    One term of the plan: its range in every profile, and the unknown it moves with.

    `typical` has shape (profiles,), `steps` what `money.along` needs of each range, shape (3, profiles). It is `known`
    where every profile says one amount, and `alike` where all say the same.
    """

    typical: CentsArray
    steps: npt.NDArray[np.float64]
    unknown: str
    known: bool
    alike: bool

    @classmethod
    def among(cls, ranges: Sequence[Range], unknown: str) -> "TermByProfile":
        typical = np.array([one.typical for one in ranges], dtype=np.int64)
        steps = [(one.typical - one.low, one.high - one.typical, one.low + 0.5) for one in ranges]
        known, alike = all(one.known for one in ranges), all(one == ranges[0] for one in ranges)
        return cls(typical, np.array(steps, dtype=np.float64).T, unknown, known, alike)

    def within(self, scenarios: Scenarios, profile_index: CentsArray) -> CentsArray:
        """Its value in each scenario, shape (scenarios,)."""
        if self.unknown not in scenarios.rows or self.known:
            return scenarios.number(int(self.typical[0])) if self.alike else self.typical.take(profile_index)
        below, above, start = self.steps[:, 0] if self.alike else self.steps.take(profile_index, axis=1)
        return along(below, above, start, scenarios.weights_of(self.unknown))


@dataclass(frozen=True, slots=True)
class BenefitOptions:
    """
    How each profile shares one benefit class; arrays of shape (profiles,).

    `deductible` is 1 where the plan's own deductible applies, `drug_deductible` where the drug deductible does (None:
    nowhere). `may_take_copay` says where a session may take the visit's copay in place
    of the class's coinsurance (None: nowhere), `any_copay` whether any profile may ask one. `first_visits` of a plan
    year have the copay `first_copay`; None where no profile has any.
    """

    deductible: CentsArray
    drug_deductible: CentsArray | None
    has_copay: Flags
    copay: TermByProfile
    coinsurance: TermByProfile
    may_take_copay: Flags | None
    any_copay: bool
    first_visits: CentsArray | None
    first_copay: CentsArray | None


@dataclass(frozen=True, slots=True)
class OutOfNetworkOptions:
    """What the plan pays outside its network: basis points of a `chance` that it does, and its own terms."""

    chance: int
    deductible: Range
    out_of_pocket_maximum: Range
    coinsurance: Range


@dataclass(frozen=True, slots=True)
class Plan:
    """
    Everything about the payer's plan that is the same in all scenarios.

    `edges` are where the stretches of the profiles end, from 0 to 1. `first_day` is the day of the first claim; with
    `begins_full` a year or a plan has begun between the day of the typed balances and that day. `unlike` says that no
    profile has terms like the typed ones. `following` is the plan from `new_plan_from` on.
    """

    answers: Answers
    payer: Payer
    book: PriceBook
    unknown: str
    names: tuple[str, ...]
    profiles: tuple[Profile, ...]
    edges: tuple[float, ...]
    first_day: date
    begins_full: bool
    unlike: bool
    deductible: TermByProfile
    drug_deductible: TermByProfile | None
    maximum: TermByProfile
    benefits: Mapping[BenefitClass, BenefitOptions]
    programs: Mapping[str, Program]
    other_care: Range | None
    out_of_network: OutOfNetworkOptions | None
    following: "Plan | None" = None

    @property
    def terms(self) -> Iterator[TermByProfile]:
        """Every term that may still be open."""
        yield from (self.deductible, self.maximum)
        if self.drug_deductible is not None:
            yield self.drug_deductible
        for options in self.benefits.values():
            yield from (options.copay, options.coinsurance)


def plan_of(answers: Answers, book: PriceBook, claims: Claims, unknowns: Unknowns) -> Plan | None:
    """The plan of the answers' payer, its unknowns registered; None where nobody is insured."""
    first_day = min((claim.day for claim in claims.all), default=answers.start)
    payer = book.tables.payers[answers.insurance].on(plan_year_begins(first_day, answers.plan_year_start))
    if not payer.profiles:
        return None
    changes = answers.new_plan_from
    new = _without_terms(answers) if changes is not None else answers
    if changes is not None and changes <= first_day:
        plan = _plan(new, payer, book, claims, first_day, "plan")
    else:
        plan = _plan(answers, payer, book, claims, first_day, "plan")
        last_day = max((claim.day for claim in claims.all), default=answers.start)
        if changes is not None and changes <= last_day:
            plan = replace(plan, following=_plan(new, payer, book, claims, first_day, "new_plan"))
    _register(plan, claims, unknowns)
    return plan


def _without_terms(answers: Answers) -> Answers:
    """The same person under the new plan, of which no term has been told."""
    blank = dict.fromkeys(
        (
            "deductible", "deductible_remaining", "out_of_pocket_maximum", "out_of_pocket_remaining", "coinsurance",
            "copay", "pharmacy_copay", "first_visits", "first_visits_copay", "family_deductible_remaining",
            "family_out_of_pocket_remaining", "drug_deductible", "drug_deductible_remaining",
            "out_of_network_deductible", "out_of_network_deductible_remaining", "out_of_network_out_of_pocket_maximum",
            "out_of_network_out_of_pocket_remaining", "out_of_network_coinsurance",
        )
    )  # fmt: skip
    return replace(answers, plan=answers.new_plan, **blank)  # type: ignore[arg-type]


def _plan(answers: Answers, payer: Payer, book: PriceBook, claims: Claims, first_day: date, unknown: str) -> Plan:
    names, unlike = profiles_like(answers, payer)
    profiles = tuple(payer.profiles[name] for name in names)
    prefix = "" if unknown == "plan" else f"{unknown}."
    drug_deductible = _drug_deductible(answers, profiles, f"{prefix}drug_deductible")
    insured = [claim for claim in claims.samples if claim.coverage.covered != "no"]
    classes = {claim.benefit for claim in insured} | {claim.pharmacy_benefit for claim in insured}
    named = tuple(sorted(name for name in classes if name))
    typed = tuple(getattr(answers, name) for name in TYPED)
    year = plan_year_begins(first_day, answers.plan_year_start)
    benefits = book.once(
        ("benefits", answers.insurance, year, names, named, unknown, typed),
        lambda: _benefits(answers, named, profiles, prefix, drug_deductible),
    )
    reached = list(accumulate((profile.weight for profile in profiles), initial=0))
    return Plan(
        answers=answers,
        payer=payer,
        book=book,
        unknown=unknown,
        names=names,
        profiles=profiles,
        edges=tuple(edge / reached[-1] for edge in reached),
        first_day=first_day,
        begins_full=_begins_full(answers, first_day),
        unlike=unlike,
        deductible=_term(answers.deductible, [one.deductible.range for one in profiles], f"{prefix}deductible"),
        drug_deductible=drug_deductible,
        maximum=_term(
            answers.out_of_pocket_maximum,
            [limit(one.out_of_pocket_maximum) for one in profiles],
            f"{prefix}out_of_pocket_maximum",
        ),
        benefits=benefits,
        programs={c.program: book.tables.programs[c.program] for c in claims.samples if c.program and not c.missing},
        other_care=_other_care(answers, payer, first_day),
        out_of_network=_out_of_network(answers, payer.out_of_network),
    )


def limit(maximum: AmountRange | None) -> Range:
    """A yearly limit, or `NO_LIMIT` where there is none."""
    return maximum.range if maximum else Range.exactly(NO_LIMIT)


def plan_year(day: date, start_month: int) -> int:
    """The plan year `day` belongs to, named by the calendar year in which it began."""
    return day.year if day.month >= start_month else day.year - 1


def plan_year_begins(day: date, start_month: int) -> date:
    """The first day of the plan year that `day` belongs to."""
    return date(plan_year(day, start_month), start_month, 1)


def _begins_full(answers: Answers, first_day: date) -> bool:
    """Rule 0: whether a plan year or a new plan begins between the day of the balances and the first claim."""
    start = answers.plan_year_start
    turned = plan_year(answers.balances_as_of or first_day, start) < plan_year(first_day, start)
    changes = answers.new_plan_from
    return turned or (changes is not None and changes <= first_day)


def _term(typed: int | None, ranges: Sequence[Range], unknown: str) -> TermByProfile:
    return TermByProfile.among(ranges if typed is None else [Range.exactly(typed)] * len(ranges), unknown)


def _drug_deductible(answers: Answers, profiles: Sequence[Profile], unknown: str) -> TermByProfile | None:
    """The deductible of the drug benefit; -1 in profiles whose drugs are subject to the one deductible."""
    typed = answers.drug_deductible
    if typed is None:
        typed = answers.drug_deductible_remaining
    if typed is None and not any(profile.drug_deductible for profile in profiles):
        return None
    ranges = [one.drug_deductible.range if one.drug_deductible else Range.exactly(-1) for one in profiles]
    return _term(typed, ranges, unknown)


def _out_of_network(answers: Answers, stated: OutOfNetwork | None) -> OutOfNetworkOptions | None:
    if stated is None or not answers.network_open:
        return None
    typed = (
        answers.out_of_network_deductible,
        answers.out_of_network_deductible_remaining,
        answers.out_of_network_out_of_pocket_maximum,
        answers.out_of_network_out_of_pocket_remaining,
        answers.out_of_network_coinsurance,
    )
    return OutOfNetworkOptions(
        chance=stated.chance if all(one is None for one in typed) else ALWAYS,
        deductible=_known_or(typed[0], stated.deductible.range),
        out_of_pocket_maximum=_known_or(typed[2], limit(stated.out_of_pocket_maximum)),
        coinsurance=_known_or(typed[4], stated.coinsurance.range),
    )


def _known_or(typed: int | None, range_: Range) -> Range:
    return range_ if typed is None else Range.exactly(typed)


def _benefits(
    answers: Answers,
    classes: Sequence[BenefitClass],
    profiles: Sequence[Profile],
    prefix: str,
    drug_deductible: TermByProfile | None,
) -> dict[BenefitClass, BenefitOptions]:
    """The options of each class; sessions that all plans share like the drug have the drug's own."""
    found = {name: _options(answers, name, profiles, prefix, drug_deductible) for name in classes}
    sessions = [name for name in SESSION_CLASSES if name in found]
    if len(sessions) == 2 and all(one.benefits[sessions[0]] == one.benefits[sessions[1]] for one in profiles):
        found[sessions[1]] = found[sessions[0]]
    return found


def _options(
    answers: Answers,
    name: BenefitClass,
    profiles: Sequence[Profile],
    prefix: str,
    drug_deductible: TermByProfile | None,
) -> BenefitOptions:
    benefits = [one.benefits[name] for one in profiles]
    session = name in SESSION_CLASSES
    typed = answers.copay if all(_asks_visit_copay(one, name) for one in profiles) else None
    if name == "pharmacy" and answers.pharmacy_copay is not None:
        typed = answers.pharmacy_copay
    # Where the visit has no share of its own in per cent, a copay is what the patient pays, whatever is billed.
    takes = [one.copay is not None or (typed is not None and not (session and _coinsures(one))) for one in benefits]
    visits = [one.benefits["visit"].copay if "visit" in one.benefits else None for one in profiles]
    may = [
        session and not sure and (typed is not None or visit is not None)
        for sure, visit in zip(takes, visits, strict=True)
    ]
    copays = [
        one.copay.range if one.copay else visit.range if open_ and visit else FREE
        for one, visit, open_ in zip(benefits, visits, may, strict=True)
    ]
    drug = name == "pharmacy" and (answers.drug_deductible, answers.drug_deductible_remaining) != (None, None)
    of_drugs = np.zeros(len(profiles), dtype=np.int64)
    if drug_deductible is not None:
        own = np.array([drug or one.deductible == "drug" for one in benefits], dtype=np.bool_)
        of_drugs = (own & (drug_deductible.typical >= 0)).astype(np.int64)
    first = [_first_visits(answers, name, one) for one in benefits]
    return BenefitOptions(
        deductible=np.array([drug or bool(one.deductible) for one in benefits], dtype=np.int64) - of_drugs,
        drug_deductible=of_drugs if of_drugs.any() else None,
        has_copay=np.array(takes, dtype=np.bool_),
        copay=_term(typed, copays, f"{prefix}copay"),
        coinsurance=_term(
            answers.coinsurance,
            [one.coinsurance.range if one.coinsurance else FREE for one in benefits],
            f"{prefix}coinsurance",
        ),
        may_take_copay=np.array(may, dtype=np.bool_) if any(may) else None,
        any_copay=any(takes) or any(may) or any(n for n, _ in first),
        first_visits=np.array([number for number, _ in first], dtype=np.int64) if any(n for n, _ in first) else None,
        first_copay=np.array([copay for _, copay in first], dtype=np.int64) if any(n for n, _ in first) else None,
    )


def _first_visits(answers: Answers, name: BenefitClass, benefit: Benefit) -> tuple[int, int]:
    """How many visits of the class have a copay of their own in a plan year, and that copay; told ones are talks."""
    if name == "psychotherapy" and answers.first_visits is not None:
        return answers.first_visits, answers.first_visits_copay or 0
    stated = benefit.first_visits
    return (stated.number, stated.copay) if stated else (0, 0)


def _asks_visit_copay(profile: Profile, name: BenefitClass) -> bool:
    """Whether a typed visit copay says something about the class: about a pharmacy only where all copays are one."""
    if name != "pharmacy" or "visit" not in profile.benefits:
        return name != "pharmacy"
    copay, visit = profile.benefits[name].copay, profile.benefits["visit"].copay
    return copay is not None and copay == visit


def _coinsures(benefit: Benefit) -> bool:
    return benefit.coinsurance is not None and benefit.coinsurance.range.high > 0


def _other_care(answers: Answers, payer: Payer, first_day: date) -> Range | None:
    """What other care may have used up by the first claim, where that is open and matters."""
    both_typed = answers.deductible_remaining is not None and answers.out_of_pocket_remaining is not None
    begins = plan_year_begins(first_day, answers.plan_year_start)
    if answers.new_plan_from is not None and answers.new_plan_from <= first_day:
        begins = max(begins, answers.new_plan_from)
    months_gone = (first_day.year - begins.year) * 12 + first_day.month - begins.month
    if both_typed or payer.other_care is None or months_gone == 0:
        return None
    return Range(*(divided(amount * months_gone, 12) for amount in payer.other_care.range))


# Which profiles the typed terms allow.


def profiles_like(answers: Answers, payer: Payer) -> tuple[tuple[str, ...], bool]:
    """
    The profiles whose ranges contain every typed term, else the nearest; and whether it is only the nearest.

    Nearest is the least sum of distances, each as a part of the end that was missed.
    """
    if answers.plan:
        return (answers.plan,), False
    away = {name: sum(_distances(answers, profile)) for name, profile in payer.profiles.items()}
    least = min(away.values())
    return tuple(name for name, distance in away.items() if distance == least), least > 0


def _distances(answers: Answers, profile: Profile) -> Iterator[float]:
    deductible, maximum = profile.deductible.range, limit(profile.out_of_pocket_maximum)
    yield _distance(answers.deductible, [deductible])
    yield _distance(answers.deductible_remaining, [Range(0, 0, deductible.high)])
    yield _distance(answers.out_of_pocket_maximum, [maximum] if profile.out_of_pocket_maximum else [])
    yield _distance(answers.out_of_pocket_remaining, [Range(0, 0, maximum.high)])
    benefits = [profile.benefits[name] for name in ("drug", "procedure", "visit") if name in profile.benefits]
    yield _distance(answers.coinsurance, [one.coinsurance.range for one in benefits if one.coinsurance])
    yield _distance(answers.copay, [one.copay.range for one in benefits if one.copay])


def _distance(typed: int | None, ranges: Sequence[Range]) -> float:
    """How far a typed amount lies outside all the ranges: 0 within one, 1 where the plan has no such term."""
    if typed is None:
        return 0.0
    return min((_outside(typed, one) / max(one.high, 1) for one in ranges), default=1.0)


def _outside(typed: int, range_: Range) -> int:
    return max(range_.low - typed, typed - range_.high, 0)


# What is unknown about it.


def _register(plan: Plan, claims: Claims, unknowns: Unknowns) -> None:
    insured = [claim for claim in claims.samples if claim.coverage.covered != "no"]
    if not insured:
        return
    wordings = plan.book.tables.unknowns
    in_network = [claim for claim in insured if claim.network != "out"]
    if any(claim.network != "in" for claim in insured) and plan.out_of_network:
        unknowns.add_flag("out_of_network", wordings["out_of_network"], plan.out_of_network.chance)
        if not plan.out_of_network.coinsurance.known:
            wording = wordings.get("coinsurance", wordings["plan_terms"])
            unknowns.add_range("out_of_network_coinsurance", wording, "out_of_network_coinsurance", "share")
    if in_network:
        _register_profile(plan, unknowns)
        if plan.following:
            _register_profile(plan.following, unknowns)
        if plan.other_care is not None and not plan.other_care.known:
            # What is left today says nothing about a plan year that has not begun.
            answer = None if plan.begins_full else "deductible_remaining"
            unknowns.add_range("other_care", wordings["other_care"], answer, "relief")
        if any(claim.pharmacy_benefit for claim in in_network):
            w = wordings["drug_benefit"]
            unknowns.add_flag("drug_benefit", w, w.chance or 0, "drug_benefit")
    if any(not program.rebate for program in plan.programs.values()) and plan.answers.accumulator is None:
        w = wordings["accumulator"]
        unknowns.add_flag("accumulator", w, w.chance or 0, "accumulator")
    for id_, program in plan.programs.items():
        _register_program(id_, program, plan.answers, unknowns)


def _register_profile(plan: Plan, unknowns: Unknowns) -> None:
    wordings = plan.book.tables.unknowns
    if len(plan.names) > 1:
        middles = tuple((a + b) / 2 for a, b in pairwise(plan.edges))
        typical = next((m for m, p in zip(middles, plan.profiles, strict=True) if p.typical), _heaviest(plan, middles))
        w = wordings["plan"] if plan.unknown == "plan" else wordings.get(plan.unknown, NEW_PLAN)
        unknowns.add(Unknown(plan.unknown, w.label, w.ask, w.whom, plan.unknown, middles, typical, False, plan.edges))
    for term in plan.terms:
        if not term.known:
            name = term.unknown.rpartition(".")[2]
            old = "plan_copay" if name == "copay" and "plan_copay" in wordings else "plan_terms"
            answer = None if "." in term.unknown else name
            unknowns.add_range(
                term.unknown, wordings.get(name, wordings[old]), answer, "share" if name in SHARES else "limit"
            )
    if any(options.may_take_copay is not None for options in plan.benefits.values()):
        w = wordings.get("session_copay", SESSION_COPAY)
        unknowns.add_flag("session_copay", w, session_copay_chance(plan.book))


def _heaviest(plan: Plan, middles: Iterable[float]) -> float:
    return max(zip(plan.profiles, middles, strict=True), key=lambda pair: pair[0].weight)[1]


SESSION_COPAY_CHANCE = 2_000
"""Basis points, our assumption, for tables that do not say how often a session takes the visit's copay."""


def session_copay_chance(book: PriceBook) -> int:
    """How often, in basis points, a session takes the visit's copay in place of coinsurance."""
    wording = book.tables.unknowns.get("session_copay")
    return SESSION_COPAY_CHANCE if wording is None or wording.chance is None else wording.chance


def _register_program(id_: str, program: Program, answers: Answers, unknowns: Unknowns) -> None:
    if program.pays is not None and program.pays_question:
        unknowns.add_flag(f"{id_}.pays", program.pays_question, program.pays, about=program.label)
    if program.excluded_states and answers.state is None and program.resident_question:
        chance = program.resident or 0
        unknowns.add_flag(f"{id_}.resident", program.resident_question, chance, "state", program.label)
    if not program.rebate and answers.savings_maximum is not None:
        return
    if program.annual_max and not program.annual_max.range.known and program.annual_max_question:
        unknowns.add_range(f"{id_}.annual_max", program.annual_max_question, "savings_maximum", "relief")
