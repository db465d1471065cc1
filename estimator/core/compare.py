"""
Treatments side by side for the same person: the same insurance, the same psychotherapy, the same span of time.

Pure, like `estimate`: every figure comes from estimates that the page could show one by one.
"""

from dataclasses import dataclass, replace
from datetime import date

from estimator.core.answer_values import MOST_SESSIONS
from estimator.core.answers import TOLD_FACTS, Answers, BadAnswers, FieldProblem, months_later, read_answers
from estimator.core.billed_lines import charges_of, offered_treatments, presences
from estimator.core.course import sessions
from estimator.core.estimate import estimate, typical_of
from estimator.core.results import Estimate
from estimator.prices.book import PriceBook
from estimator.prices.schema.treatments import Treatment
from estimator.sentences import marked as _

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
    In which month the insured treatment begins to cost less than the other, in the typical scenario.

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


OF_THE_COURSE = ("stage", "every", "dose")
"""Answers about one treatment's course, which say nothing about another's."""

TOO_EARLY = _("to compare the treatments choose a day from {day} on: earlier prices are not known")


def compare(answers: Answers, book: PriceBook, months: int | None) -> Comparison:
    """
    The same answers for every treatment offered, over `months` at each one's usual schedule or as asked.

    Raises BadAnswers as `answers_for_all` does.
    """
    every = answers_for_all(answers, book, months)
    return Comparison(months, tuple(_alternative(own, book) for own in every), _break_even(answers, book))


def answers_for_all(answers: Answers, book: PriceBook, months: int | None) -> list[Answers]:
    """
    The same person's answers for every treatment offered, over `months` at each one's usual schedule or as asked.

    Raises BadAnswers where some treatment's prices are not known yet, with the first day that all can begin on.
    """
    own, first = [], []
    for name in offered_treatments(book):
        try:
            own.append(_for_treatment(answers, book, name, months))
        except BadAnswers as bad:
            first += [day for problem in bad.problems if (day := dict(problem.values).get("day"))]
    if first:
        raise BadAnswers((FieldProblem("start", TOO_EARLY, (("day", max(first)),)),))
    return own


def sessions_within(treatment: Treatment, months: int, start: date, every: int | None = None, new: bool = True) -> int:
    """How many sessions of a schedule fall into the first `months` months, at least one; the rest as in `sessions`."""
    end = months_later(start, months)
    return sum(session.day < end for session in sessions(treatment, MOST_SESSIONS, start, every, new))


def _for_treatment(answers: Answers, book: PriceBook, name: str, months: int | None) -> Answers:
    """The same person's answers for another treatment; what does not apply to it is dropped."""
    count = answers.sessions
    if months is not None:
        own = (answers.every, answers.stage == "new") if name == answers.treatment else ()
        count = sessions_within(book.tables.treatments[name], months, answers.start, *own)
    raw = dict(answers.query()) | {"treatment": name, "sessions": str(count)}
    if answers.psychotherapy != "none":
        raw["psychotherapy_sessions"] = str(answers.psychotherapy_sessions)
    if name != answers.treatment:
        raw = {one: text for one, text in raw.items() if one not in _left_behind(answers, book, name)}
    return read_answers(raw, book, max(answers.start, answers.balances_as_of or answers.start))


def _left_behind(answers: Answers, book: PriceBook, name: str) -> frozenset[str]:
    """The answers that treatment `name` does not inherit: about the course, and about charges that it never bills."""
    treatment = book.tables.treatments[name]
    asked = ("psychotherapy", "therapist_present", "therapist_inside", "rides")
    billed = charges_of(treatment, answers.insurance, {one: getattr(answers, one) for one in asked})
    told = {
        fact.prefix + charge
        for fact in TOLD_FACTS
        for charge, _value in getattr(answers, fact.field)
        if charge in book.tables.charges and charge not in billed
    }
    if answers.therapist_present not in presences(treatment):
        told.add("therapist_present")
    return frozenset(told).union(OF_THE_COURSE)


def _alternative(own: Answers, book: PriceBook) -> Alternative:
    alone = None
    if own.psychotherapy != "none":
        alone = estimate(replace(own, psychotherapy="none", psychotherapy_sessions=0), book)
    minutes = book.tables.treatments[own.treatment].minutes
    hours = (minutes.low * own.sessions / 60, minutes.high * own.sessions / 60) if minutes else None
    return Alternative(own.treatment, estimate(own, book), alone, hours)


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
    return typical_of(_for_treatment(answers, book, name, months), book)
