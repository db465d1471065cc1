"""
The same course begun in each of the coming months: what it costs in the typical scenario, and why that changes.

A later start changes nothing but days: which plan year and which year of a savings program pay for which visit, what
other care has used up by then, which prices hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from estimator.core.answers import Answers, months_later
from estimator.core.billing import claims_of
from estimator.core.branches import resets
from estimator.core.claims import Claims
from estimator.core.estimate import Model
from estimator.core.ledger import Ledger
from estimator.core.over_time import Sides, sides_at_a_glance, typical_positions
from estimator.core.plan import NO_LIMIT, plan_of
from estimator.core.results import Reset
from estimator.core.unknowns import Unknowns
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

    amounts: tuple[int, ...]
    resets: tuple[Reset, ...]
    turns: What | None
    other_care: bool


def starts(answers: Answers, book: PriceBook, latest: date) -> tuple[Sides, tuple[Start, ...]]:
    """The course of these answers from their own start and, the same day of each later month, up to `latest`."""
    days = [months_later(answers.start, number) for number in range(MONTHS)]
    agreed, refused = _Movable(answers, book), _Movable(replace(answers, authorization="denied"), book)
    sides = sides_at_a_glance(answers, book, agreed.begun(answers.start))
    before: _Begun | None = None
    found = []
    for day in (day for day in days if day <= latest or day == answers.start):
        model, own = agreed.begun(day), replace(answers, start=day)
        ledger = model.ledger(typical_positions(model, sides))
        amounts = ledger.totals().tolist()
        if sides.refused:
            no = refused.begun(day)
            amounts += no.totals(typical_positions(no)).tolist()
        again = resets(own, model.plan, [claim.day for claim in model.claims.all])
        other_care = model.plan is not None and model.plan.other_care is not None
        begun = _Begun(tuple(amounts), again, _what_turns(ledger), other_care)
        reasons = tuple(_reasons(before, begun)) if before and before.amounts != begun.amounts else ()
        found.append(Start(own, begun.amounts, reasons))
        before = begun
    return sides, tuple(found)


class _Movable:
    """
    A course that can begin on another day: its claims are made once and moved, where nothing but their days differs.

    They are made anew where a price begins meanwhile, or where what is sold (a package, an introductory price, a
    subscription by the month) hangs on the day.
    """

    def __init__(self, answers: Answers, book: PriceBook) -> None:
        self._answers, self._book = answers, book
        self._make(answers.start)

    def begun(self, day: date) -> Model:
        """The course begun on this day, no earlier than the one before."""
        by = day - self._start
        if by and not self._only_days_differ(by):
            self._make(day)
            by = day - self._start
        claims = self._claims
        if by:
            moved = tuple(claim._replace(day=claim.day + by) for claim in claims.all)
            claims = Claims(moved, claims.rows, claims.visits)
        answers, unknowns = replace(self._answers, start=day), Unknowns()
        for one in self._asked:
            unknowns.add(one)
        plan = plan_of(answers, self._book, claims, unknowns)
        return Model(claims, plan, unknowns, self._book.tables.unknowns["dose"].chance or 0)

    def _make(self, day: date) -> None:
        unknowns, tables = Unknowns(), self._book.tables
        self._start = day
        self._claims = claims_of(replace(self._answers, start=day), self._book, unknowns)
        self._asked = tuple(unknowns)
        names = {name for claim in self._claims.all for name in (claim.charge, claim.lower_charge) if name}
        for name in list(names):
            while name := tables.charges[name].moves_with or "":
                names.add(name)
        charges = [tables.charges[name] for name in names]
        self._begin = {start for charge in charges for start in charge.start_dates}
        self._sold = bool(self._answers.packages) or any(
            charge.packages or charge.introductory or charge.subscription for charge in charges
        )

    def _only_days_differ(self, by: timedelta) -> bool:
        """Whether no price that is in play begins between its first day and its last one, so much later."""
        days = [claim.day for claim in self._claims.all]
        return not self._sold and not any(min(days) < start <= max(days) + by for start in self._begin)


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
