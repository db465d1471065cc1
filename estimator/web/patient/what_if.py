"""What if: the same course stopped after fewer sessions, or gone on with for a year."""

from flask import render_template
from flask.typing import ResponseReturnValue

from estimator.core.stopping import Stopping, stopping
from estimator.money import divided
from estimator.web.filters import money, words
from estimator.web.patient.form_pages import form_from_query, page_with_problems
from estimator.web.patient.line_chart import ChartLine, LineChart, line_chart
from estimator.web.query import answered_query, permanent_query
from estimator.web.rounding import known

FEW = 4
"""The early stop that the page names; half of the course where it has no more than so many sessions."""
MOST_ROWS = 40


def show() -> ResponseReturnValue:
    """What has been paid after each session of the course in the query, or the form again with what is wrong."""
    form = form_from_query()
    found = form.answers()
    if found is None:
        return page_with_problems(form)
    answers, book = found
    course = stopping(answers, book)
    last, few = len(course.days), FEW if course.asked > FEW else divided(course.asked, 2)
    named = sorted({number for number in (few, course.asked, last) if number})
    shown = [tuple(map(known, amounts)) for amounts in zip(*course.lines, strict=True)]
    return render_template(
        "patient/what_if.html",
        answers=answers,
        book=book,
        treatment=book.tables.treatments[answers.treatment],
        course=course,
        shown=shown,
        few=few if few < course.asked else None,
        year=last if last > course.asked else None,
        rows=_rows(last, named),
        chart=_chart(course, shown, named),
        places=[(100 * number / last, str(number)) for number in _places(last)],
        answered=answered_query(answers),
        permanent=permanent_query(answers),
    )


def _rows(last: int, named: list[int]) -> list[int]:
    """The sessions that the table lists: all, or some evenly spaced and those that the page names."""
    step = -(-last // MOST_ROWS)
    return sorted({*range(step, last + 1, step), *named})


def _places(last: int) -> list[int]:
    step = max(1, -(-last // 8))
    return [0, *range(step, last + 1, step)]


def _chart(course: Stopping, shown: list[tuple[int, ...]], named: list[int]) -> LineChart:
    labels = [words(label) for label in course.sides.labels] or [""]
    lines = [
        ChartLine(label, "other" if course.sides.labels else "asked", [0, *(one[case] for one in shown)])
        for case, label in enumerate(labels)
    ]
    points = [(number, shown[number - 1][0]) for number in named] if len(labels) == 1 else []
    return line_chart(lines, [(number, cents, money(cents)) for number, cents in points])
