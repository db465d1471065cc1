"""
Treatments side by side for the same person: the same insurance, the same psychotherapy, the same span of time.

Pure, like `estimate`: every figure comes from estimates that the page could show one by one.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from estimator.core.answers import MOST_SESSIONS, Answers, months_later, offered_treatments, read_answers
from estimator.core.course import sessions
from estimator.core.estimate import estimate, model_of
from estimator.core.results import Estimate
from estimator.prices.book import PriceBook
from estimator.prices.schema import Treatment

SPANS = (1, 3, 6, 12)
"""Months that treatments can be compared over, each at its usual schedule."""

BREAK_EVEN_MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class Alternative:
    """
    One treatment for this person, and the same without psychotherapy (None where none was asked for).

    `hours` in the clinic, low and high, over the whole course; None where the tables say nothing about it.
    """

    treatment: str
    estimate: Estimate
    alone: Estimate | None
    hours: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class BreakEven:
    """
    In which month the insured treatment begins to cost less than the other, in the typical case.

    `month` None: not within a year.
    """

    cheaper: str
    dearer: str
    month: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every treatment the price book offers; `months` is the span, None for the asked number of sessions."""

    months: int | None
    alternatives: tuple[Alternative, ...]
    break_even: BreakEven | None


def compare(answers: Answers, book: PriceBook, months: int | None) -> Comparison:
    """The same answers for every treatment offered, over `months` at each one's usual schedule or as asked."""
    alternatives = tuple(_alternative(answers, book, name, months) for name in offered_treatments(book))
    return Comparison(months, alternatives, _break_even(answers, book))


def sessions_within(treatment: Treatment, months: int, start: date) -> int:
    """How many sessions of the usual schedule fall into the first `months` months; at least one."""
    end = months_later(start, months)
    return sum(session.day < end for session in sessions(treatment, MOST_SESSIONS, start))


def _for_treatment(answers: Answers, book: PriceBook, name: str, months: int | None) -> Answers:
    """The same person's answers for another treatment; what does not apply to it is dropped."""
    count = answers.sessions
    if months is not None:
        count = sessions_within(book.tables.treatments[name], months, answers.start)
    raw = dict(answers.query()) | {"treatment": name, "sessions": str(count)}
    if answers.psychotherapy != "none":
        raw["psychotherapy_sessions"] = str(answers.psychotherapy_sessions)
    return read_answers(raw, book, answers.start)


def _alternative(answers: Answers, book: PriceBook, name: str, months: int | None) -> Alternative:
    own = _for_treatment(answers, book, name, months)
    alone = None
    if own.psychotherapy != "none":
        alone = estimate(replace(own, psychotherapy="none", psychotherapy_sessions=0), book)
    minutes = book.tables.treatments[name].minutes
    hours = (minutes.low * own.sessions / 60, minutes.high * own.sessions / 60) if minutes else None
    return Alternative(name, estimate(own, book), alone, hours)


def _break_even(answers: Answers, book: PriceBook) -> BreakEven | None:
    """
    From which month on the treatment an insurer may pay for costs less than the one it does not.

    Only where both kinds are on offer and somebody is insured; compared are typical totals, month by month.
    """
    insured = [name for name in offered_treatments(book) if _insurer_may_pay(answers, book, name)]
    others = [name for name in offered_treatments(book) if name not in insured]
    if not insured or not others:
        return None
    cheaper, dearer = insured[0], others[0]
    wins = [
        _typical(answers, book, cheaper, months) < _typical(answers, book, dearer, months)
        for months in BREAK_EVEN_MONTHS
    ]
    month = next((m for m in BREAK_EVEN_MONTHS if all(wins[m - 1 :])), None)
    return BreakEven(cheaper, dearer, month)


def _insurer_may_pay(answers: Answers, book: PriceBook, name: str) -> bool:
    """Whether the payer covers what is billed at every session of this treatment, with or without approval."""
    treatment, payer = book.tables.treatments[name], answers.insurance
    lines = [line for line in treatment.each_session if payer not in line.not_payers]
    statuses = [
        coverage.status
        for line in lines
        if (not line.payers or payer in line.payers)
        and (coverage := book.tables.charges[line.charge].coverage.get(payer))
    ]
    return bool(statuses) and all(status in ("covered", "prior_authorization") for status in statuses)


def _typical(answers: Answers, book: PriceBook, name: str, months: int) -> int:
    model = model_of(_for_treatment(answers, book, name, months), book)
    world = np.array([[unknown.typical] for unknown in model.unknowns], dtype=np.float64)
    return int(model.totals(world.reshape(len(model.unknowns), 1))[0])
