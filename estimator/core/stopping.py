"""The same course stopped after fewer sessions, or gone on with for a year: what has been paid by then."""

from dataclasses import dataclass, replace
from datetime import date

from estimator.core.answer_values import MOST_SESSIONS
from estimator.core.answers import Answers
from estimator.core.compare import YEAR, sessions_within
from estimator.core.course import sessions
from estimator.core.estimate import model_of
from estimator.core.over_time import Line, Sides, by_session, paid, sides_at_a_glance
from estimator.money import divided
from estimator.prices.book import PriceBook


@dataclass(frozen=True, slots=True)
class Stopping:
    """
    What is paid by whoever stops after each session, typical cents: `lines` has one line for each of the `sides`.

    Up to the sessions that were asked about it is the course as asked, its last amount the typical estimate; what was
    paid ahead stays paid. From there on it is a course of a year (where that is longer), with psychotherapy at the same
    pace. `days` are the days of all these sessions.
    """

    sides: Sides
    asked: int
    lines: tuple[Line, ...]
    days: tuple[date, ...]


def stopping(answers: Answers, book: PriceBook) -> Stopping:
    """The course of these answers, session by session, up to a year of it."""
    treatment, new = book.tables.treatments[answers.treatment], answers.stage == "new"
    model, count = model_of(answers, book), answers.sessions
    sides = sides_at_a_glance(answers, book, model)
    lines = by_session(paid(answers, book, model, sides), answers, book)
    year = sessions_within(treatment, YEAR, answers.start, answers.every, new)
    if year > count:
        pace = min(divided(answers.psychotherapy_sessions * year, count), MOST_SESSIONS)
        longer = replace(answers, sessions=year, psychotherapy_sessions=pace)
        on = by_session(paid(longer, book, model_of(longer, book), sides), longer, book)
        lines = tuple((*asked, *line[count:]) for asked, line in zip(lines, on, strict=True))
    planned = sessions(treatment, max(year, count), answers.start, answers.every, new)
    return Stopping(sides, count, lines, tuple(one.day for one in planned))
