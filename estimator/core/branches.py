"""
Yes/no unknowns and choices that explain most of a range, and the days on which something starts again.

A total between two clusters of totals is nobody's bill, so each side is estimated by itself. How much a choice
explains is the correlation ratio: the part of the variance of the evenly spread scenarios that lies between its sides.
Source: K. Pearson, "On the general theory of skew correlation" (1905); the first-order index of I. M. Sobol (1993).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

import numpy as np

from estimator.core.answers import Answers
from estimator.core.plan import Plan
from estimator.core.results import AUTHORIZATION, Branch, BranchOption, Estimate, PlanTerms, Reset, YouPay
from estimator.core.scenarios import Search, Walk, search
from estimator.core.unknowns import Positions, Unknown
from estimator.core.words import AUTHORIZATION_LABEL, AUTHORIZATION_SIDES, PLAN_STANDS_IN, RESETS, SIDES, STATEMENTS
from estimator.money import CentsArray
from estimator.prices.schema.basics import LANGUAGES, Text

MOST = 0.5
"""An either-or explains most of a range when more than this part of the variance lies between its sides."""

ANSWERS = {
    "setting": ("hospital", "office"),
    "drug_benefit": ("pharmacy", "medical"),
    "session_copay": ("copay", "coinsurance"),
}
"""What the yes and the no of an unknown are called as answers, where that is not ``yes`` and ``no``."""


def branches(
    unknowns: Sequence[Unknown],
    totals: Walk,
    found: Search,
    plan: Plan | None,
    approved: YouPay,
    denied: YouPay | None,
    doses: Sequence[str],
) -> tuple[Branch, ...]:
    """
    The either-ors that explain most of the range, the greatest first; empty where none does.

    `totals` is what the patient pays in given scenarios, `denied` the estimate where the insurer says no (None where
    nobody asks it).
    """
    most = deciding(unknowns, found.spread, found.spread_paid)
    made = [] if denied is None else list(_authorization(approved, denied))
    if most is not None:
        options = (
            _option(most, side, unknowns, totals, found, said)
            for side, said in enumerate(answers_to(most, plan, doses))
        )
        made.append(Branch(most.id, most.label, tuple(options)))
    return tuple(made)


def deciding(unknowns: Sequence[Unknown], spread: Positions, paid: CentsArray) -> Unknown | None:
    """
    The either-or that explains most of what is paid in the evenly spread scenarios; None where none does.

    `spread` has shape (unknowns, scenarios), `paid` is in cents, shape (scenarios,).
    """
    explained = [(_explained(one, spread[row], paid), -row) for row, one in enumerate(unknowns) if not one.continuous]
    most, row = max(explained, default=(0.0, 0))
    return unknowns[-row] if most > MOST else None


def answers_to(unknown: Unknown, plan: Plan | None, doses: Sequence[str]) -> list[tuple[str, Text]]:
    """For each side of an either-or the answer that stands for it, and its words."""
    return [_said(unknown, side, plan, doses) for side in range(len(unknown.edges) - 1)]


def _authorization(approved: YouPay, denied: YouPay) -> Iterator[Branch]:
    """The insurer's answer, where its two sides lie further apart than what most combinations of either span."""
    span = max(high - low for low, high in (approved.likely, denied.likely))
    if abs(denied.typical - approved.typical) > span:
        sides = zip(("approved", "denied"), AUTHORIZATION_SIDES, (approved, denied), strict=True)
        yield Branch(AUTHORIZATION, AUTHORIZATION_LABEL, tuple(BranchOption(*side) for side in sides))


def _explained(unknown: Unknown, places: Positions, cents: CentsArray) -> float:
    """The part of the variance of what is paid that lies between the sides of an either-or, from 0 to 1."""
    paid = cents - cents.mean()
    side = np.searchsorted(unknown.edges[1:-1], places, side="right")
    sums, counts = np.bincount(side, paid), np.bincount(side)
    whole = float(paid @ paid)
    return float((sums * sums / np.maximum(counts, 1)).sum()) / whole if whole else 0.0


def _option(
    unknown: Unknown, side: int, unknowns: Sequence[Unknown], totals: Walk, found: Search, said: tuple[str, Text]
) -> BranchOption:
    """
    One side by itself: the unknown stands in the middle of its stretch, everything else is searched.

    That search is a short one, so what the long one `found` on this side counts as well: no total lies outside all.
    """
    place = unknown.middles[side]
    row = next(row for row, one in enumerate(unknowns) if one.id == unknown.id)
    pinned = [replace(one, ends=(place,), typical=place) if one is unknown else one for one in unknowns]

    def pay(positions: Positions) -> CentsArray:
        there = positions.copy()
        there[row] = place
        return totals(there)

    result = search(pinned, pay, 1)
    low, typical, high = result.paid
    sides = np.searchsorted(unknown.edges[1:-1], found.shown[row], side="right")
    seen = [cents for cents, its_side in zip(found.paid, sides, strict=True) if its_side == side]
    return BranchOption(*said, YouPay(min([low, *seen]), typical, max([high, *seen]), result.likely))


def _said(unknown: Unknown, side: int, plan: Plan | None, doses: Sequence[str]) -> tuple[str, Text]:
    """The answer that stands for a side, and its words."""
    for one in (plan, plan.following) if plan is not None else ():
        if one is not None and one.unknown == unknown.id:
            return one.names[side], one.profiles[side].label
    if unknown.id == "dose":
        dose = (doses[-1], doses[0])[side]
        return dose, Text(en=f"{dose} mg", es=f"{dose} mg")
    about = unknown.about or unknown.label
    own = ("out", "in") if unknown.id.startswith("network.") else ANSWERS.get(unknown.id)
    if own is not None:
        return own[side], _with_name(SIDES[own[side]], about)
    kind = unknown.id.rpartition(".")[2]
    answers = ("covered", "not_covered") if kind == "coverage" else ("yes", "no")
    return answers[side], _with_name(STATEMENTS[kind][side], about)


def _with_name(said: Text, about: Text) -> Text:
    en, es = (said.get(one).format(about=about.get(one)) for one in LANGUAGES)
    return Text(en=en, es=es)


def resets(answers: Answers, plan: Plan | None, days: Sequence[date]) -> tuple[Reset, ...]:
    """What starts again or changes between the day of the balances and the last claim, in date order."""
    if plan is None or not days:
        return ()
    first, last = min(days), max(days)
    begin = min(answers.balances_as_of or first, first)
    found: list[tuple[date, Literal["plan_year", "calendar_year", "new_plan"]]] = []
    for year in range(begin.year, last.year + 1):
        found.append((date(year, answers.plan_year_start, 1), "plan_year"))
        if plan.programs:
            found.append((date(year, 1, 1), "calendar_year"))
    if answers.new_plan_from is not None:
        found.append((answers.new_plan_from, "new_plan"))
    return tuple(Reset(day, what, day <= first) for day, what in sorted(found) if begin < day <= last)


def told_resets(estimate: Estimate) -> Iterator[tuple[Text, date]]:
    """
    The resets worth a sentence, with their day: the last of its kind before the first visit, and a change of plan.

    A plan year matters where a deductible or a maximum comes back, the card's year where somebody said what is left.
    """
    before = {one.what: one.date for one in estimate.resets if one.before_first_claim}
    for change in (one for one in estimate.resets if one.what == "new_plan"):
        yield RESETS["new_plan" if change.before_first_claim else "new_plan_later"], change.date
    turns, day = what_turns(estimate.plan[1]), before.get("plan_year")
    if turns and day and before.get("new_plan", date.min) < day:
        yield RESETS[turns], day
    if stands_in := _next_years_terms(estimate):
        yield PLAN_STANDS_IN, stands_in
    if estimate.answers.savings_remaining is not None and (day := before.get("calendar_year")):
        yield RESETS["card"], day


def _next_years_terms(estimate: Estimate) -> date | None:
    """The day from which the typical plan's terms are not known, where the course runs past it."""
    answers, days = estimate.answers, [row.date for row in estimate.ledger[1]]
    profiles = estimate.book.tables.payers[answers.insurance].profiles
    profile = profiles.get(estimate.plan[1].profile or "")
    if profile is None or profile.year is None or not days:
        return None
    begins = date(profile.year + 1, answers.plan_year_start, 1)
    return begins if begins <= max(days) else None


def what_turns(plan: PlanTerms) -> str:
    """What a new plan year brings back: ``deductible``, ``maximum``, ``both``, or nothing."""
    limited = plan.out_of_pocket_maximum is not None
    if plan.deductible:
        return "both" if limited else "deductible"
    return "maximum" if limited else ""
