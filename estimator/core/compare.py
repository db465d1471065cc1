"""
Treatments side by side for the same person: the same insurance, the same psychotherapy, the same span of time.

Pure, like `estimate`: every figure comes from estimates that the page could show one by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from estimator.core.answer_values import MOST_SESSIONS
from estimator.core.answers import TOLD_FACTS, Answers, BadAnswers, FieldProblem, months_later, read_answers
from estimator.core.billed_lines import charges_of, offered_treatments, presences
from estimator.core.course import sessions
from estimator.core.estimate import Outcome, model_of, outcome
from estimator.core.over_time import Line, Sides, by_month, paid, sides_found
from estimator.prices.book import PriceBook
from estimator.prices.schema.treatments import Treatment
from estimator.sentences import marked as _

YEAR = 12
SPANS = (3, YEAR)
"""Months that treatments can be compared over, each at its usual schedule; or else over their first series."""

Span = int | Literal["series", "asked"]
"""
Months; or each treatment's usual first series, of the one asked about as many sessions as asked; or as many of each.
"""


@dataclass(frozen=True, slots=True)
class Alternative:
    """
    One treatment for this person over the span, and what has been paid at the end of each month of a year of it.

    `year` has a line of `YEAR` points for each of the `sides`, cents.
    """

    outcome: Outcome
    sides: Sides
    year: tuple[Line, ...]

    @property
    def treatment(self) -> str:
        return self.outcome.answers.treatment


@dataclass(frozen=True, slots=True)
class Lead:
    """A treatment that has cost least from the end of this month of the year on, until another does."""

    month: int
    treatment: str


OF_THE_COURSE = ("stage", "every", "dose")
"""Answers about one treatment's course, which say nothing about another's."""

TOO_EARLY = _("to compare the treatments choose a day from {day} on: earlier prices are not known")


def compare(answers: Answers, book: PriceBook, span: Span) -> tuple[Alternative, ...]:
    """
    The same person with every treatment offered, each at its usual schedule.

    Raises BadAnswers as `answers_for_all` does.
    """
    over_span, over_year = answers_for_all(answers, book, span), answers_for_all(answers, book, YEAR)
    return tuple(_alternative(*two, book) for two in zip(over_span, over_year, strict=True))


def _alternative(own: Answers, of_year: Answers, book: PriceBook) -> Alternative:
    found = outcome(own, book)
    model = found.model if of_year == own else model_of(of_year, book)
    sides = sides_found(found)
    return Alternative(found, sides, by_month(paid(of_year, book, model, sides), own.start, YEAR))


def leads(lines: Mapping[str, Line]) -> tuple[Lead, ...]:
    """
    Which treatment has cost least so far, from the first month on; each `Lead` begins where another one takes over.

    `lines` is one line of paid-so-far for each treatment. A tie changes nothing.
    """
    found: list[Lead] = []
    for month in range(1, YEAR + 1):
        least = min(lines, key=lambda name: lines[name][month - 1], default=None)
        if least is None:
            break
        if not found or lines[least][month - 1] < lines[found[-1].treatment][month - 1]:
            found.append(Lead(month, least))
    return tuple(found)


def answers_for_all(answers: Answers, book: PriceBook, span: Span) -> list[Answers]:
    """
    The same person's answers for every treatment offered, with as many sessions as fall into the span.

    Raises BadAnswers where some treatment's prices are not known yet, with the first day that all can begin on.
    """
    own, first = [], []
    for name in offered_treatments(book):
        try:
            own.append(_for_treatment(answers, book, name, span))
        except BadAnswers as bad:
            first += [day for problem in bad.problems if (day := dict(problem.values).get("day"))]
    if first:
        raise BadAnswers((FieldProblem("start", TOO_EARLY, (("day", max(first)),)),))
    return own


def sessions_within(treatment: Treatment, months: int, start: date, every: int | None = None, new: bool = True) -> int:
    """How many sessions of a schedule fall into the first `months` months, at least one; the rest as in `sessions`."""
    end = months_later(start, months)
    return sum(session.day < end for session in sessions(treatment, MOST_SESSIONS, start, every, new))


def _for_treatment(answers: Answers, book: PriceBook, name: str, span: Span) -> Answers:
    """The same person's answers for another treatment; what does not apply to it is dropped."""
    treatment, count = book.tables.treatments[name], answers.sessions
    if isinstance(span, int):
        own = (answers.every, answers.stage == "new") if name == answers.treatment else ()
        count = sessions_within(treatment, span, answers.start, *own)
    elif span == "series" and name != answers.treatment:
        count = treatment.usual_sessions.typical
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
