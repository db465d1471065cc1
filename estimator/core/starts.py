"""
The same course begun in each of the coming months: what it costs in the typical scenario, and why that changes.

A later start changes nothing but days: which plan year and which year of a savings program pay for which visit, what
other care has used up by then, which prices hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from estimator.core.answers import Answers, months_later
from estimator.core.branches import resets
from estimator.core.estimate import Model, denied_model, model_of
from estimator.core.ledger import Ledger
from estimator.core.over_time import Sides, sides_at_a_glance, typical_positions
from estimator.core.plan import NO_LIMIT
from estimator.core.results import Reset
from estimator.prices.book import PriceBook

MONTHS = 12

What = Literal["both", "deductible", "maximum", "card", "new_plan", "other_care", "prices"]
"""
Deductible and yearly maximum start again, or one of them; the savings program's year does; another plan takes over;
other care has used up more of the year; other prices hold.
"""


When = Literal["before", "whole", "during", "none"]
"""
Where the day of it lies: before the first visit; the same, when a month before it lay in the middle of the course; in
the middle of the course; or it has no day.
"""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a start costs something else than the one a month before."""

    what: What
    when: When = "none"
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """The course begun on `answers.start`: typical totals by side, cents, and what is new beside a month before."""

    answers: Answers
    amounts: tuple[int, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Begun:
    """A course as it begins on one day: its amounts, and the days on which something starts again."""

    answers: Answers
    amounts: tuple[int, ...]
    resets: tuple[Reset, ...]
    turns: What | None
    other_care: bool


def starts(answers: Answers, book: PriceBook, latest: date) -> tuple[Sides, tuple[Start, ...]]:
    """The course of these answers from their own start and, the same day of each later month, up to `latest`."""
    days = [months_later(answers.start, number) for number in range(MONTHS)]
    sides: Sides | None = None
    before: _Begun | None = None
    found = []
    for own in (replace(answers, start=day) for day in days if day <= latest or day == answers.start):
        model = model_of(own, book)
        sides = sides or sides_at_a_glance(own, book, model)
        begun = _begun(own, book, model, sides)
        reasons = tuple(_reasons(before, begun)) if before and before.amounts != begun.amounts else ()
        found.append(Start(own, begun.amounts, reasons))
        before = begun
    assert sides is not None, "the answers' own start is always one"
    return sides, tuple(found)


def _begun(answers: Answers, book: PriceBook, model: Model, sides: Sides) -> _Begun:
    ledger = model.ledger(typical_positions(model, sides))
    amounts = ledger.totals().tolist()
    if sides.refused:
        refused = denied_model(answers, book)
        amounts += refused.ledger(typical_positions(refused)).totals().tolist()
    days = [claim.day for claim in model.claims.all]
    other_care = model.plan is not None and model.plan.other_care is not None
    return _Begun(answers, tuple(amounts), resets(answers, model.plan, days), _what_turns(ledger), other_care)


def _what_turns(ledger: Ledger) -> What | None:
    """What a new plan year brings back, on any side."""
    if ledger.terms is None:
        return None
    limits = ledger.terms.limits
    deductible, maximum = (
        bool((limits.deductible > 0).any()),
        bool((limits.out_of_pocket_maximum < NO_LIMIT // 2).any()),
    )
    return "both" if deductible and maximum else "deductible" if deductible else "maximum" if maximum else None


def _reasons(before: _Begun, now: _Begun) -> Iterator[Reason]:
    """What starts again in the course, or lies behind it now; where nothing does, what else a month changes."""
    known = {(one.date, one.what): one.before_first_claim for one in before.resets}
    called: dict[str, What | None] = {"plan_year": now.turns, "calendar_year": "card", "new_plan": "new_plan"}
    found = False
    for one in sorted(now.resets, key=lambda reset: (reset.what == "calendar_year", reset.date)):
        was, what = known.get((one.date, one.what)), called[one.what]
        if was is True or what is None:
            continue
        found = True
        yield Reason(what, "during" if not one.before_first_claim else "whole" if was is False else "before", one.date)
    if not found:
        yield Reason("other_care" if now.other_care else "prices")
