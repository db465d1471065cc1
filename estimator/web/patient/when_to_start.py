"""When to start: the same course from each of the coming months, and what makes the difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from babel.dates import format_date
from flask import render_template
from flask.typing import ResponseReturnValue

from estimator.core.answers import MOST_MONTHS_AHEAD, months_later
from estimator.core.over_time import Sides
from estimator.core.starts import Reason, Start, starts
from estimator.web.filters import money, words
from estimator.web.patient.form_pages import form_from_query, page_with_problems
from estimator.web.patient.line_chart import ChartLine, LineChart, line_chart
from estimator.web.query import answered_query, permanent_query
from estimator.web.rounding import known
from estimator.web.site import locale, site


@dataclass(frozen=True, slots=True)
class Jump:
    """
    The largest step from one start to the next, on the case that moves most: `by` how many cents, as shown.

    `before` and `after` number the two starts, `case` the side.
    """

    before: int
    after: int
    case: int
    by: int
    reasons: tuple[Reason, ...]


def show() -> ResponseReturnValue:
    """The course of the answers in the query from each of the next months, or the form again with what is wrong."""
    form = form_from_query()
    found = form.answers()
    if found is None:
        return page_with_problems(form)
    answers, book = found
    sides, begun = starts(answers, book, months_later(site().today(), MOST_MONTHS_AHEAD))
    shown = [tuple(map(known, one.amounts)) for one in begun]
    jump = _largest(begun, shown, sides)
    return render_template(
        "patient/when_to_start.html",
        answers=answers,
        book=book,
        treatment=book.tables.treatments[answers.treatment],
        sides=sides,
        starts=[(one, amounts, permanent_query(one.answers)) for one, amounts in zip(begun, shown, strict=True)],
        refused=sorted({amounts[-1] for amounts in shown}) if sides.refused else [],
        jump=jump,
        chart=_chart(shown, sides, jump),
        places=[(100 * (at + 0.5) / len(begun), _short(one.answers.start)) for at, one in enumerate(begun)],
        answered=answered_query(answers),
        permanent=permanent_query(answers),
    )


def _short(day: date) -> str:
    """``Jan``; in Spanish ``ene``."""
    return str(format_date(day, "LLL", locale())).removesuffix(".")


def _largest(begun: Sequence[Start], shown: list[tuple[int, ...]], sides: Sides) -> Jump | None:
    """None where every start costs the same, as amounts are shown."""
    jumps = [
        Jump(at, at + 1, case, after[case] - before[case], begun[at + 1].reasons)
        for at, (before, after) in enumerate(pairwise(shown))
        for case in range(sides.agreed)
    ]
    largest = max(jumps, key=lambda one: abs(one.by), default=None)
    return largest if largest and largest.by else None


def _chart(shown: list[tuple[int, ...]], sides: Sides, jump: Jump | None) -> LineChart:
    """A line for each case; what the insurer's no costs stands in words and in the table."""
    labels = [words(label) for label in sides.labels] or [""]
    lines = [
        ChartLine(label, "asked" if case == (jump.case if jump else 0) else "other", [one[case] for one in shown])
        for case, label in enumerate(labels)
    ]
    marks = []
    if jump:
        marks = [(jump.after, shown[jump.after][jump.case], f"{'+' if jump.by > 0 else '−'}{money(abs(jump.by))}")]
    return line_chart(lines, marks, stepped=True)
