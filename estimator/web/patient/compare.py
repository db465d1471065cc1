"""Treatments side by side for the same person."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from estimator.core.answers import BadAnswers
from estimator.core.compare import SPANS, Alternative, BreakEven, compare
from estimator.core.results import AUTHORIZATION, Estimate, LineItem
from estimator.web.patient.estimate_bill import session_charges
from estimator.web.patient.estimate_rounding import rounded_estimate
from estimator.web.patient.form_pages import form_from_query, page_with_problems
from estimator.web.query import answered_query, permanent_query

bp = Blueprint("compare", __name__)


@dataclass(frozen=True, slots=True)
class TreatmentRow:
    """
    One treatment as the page shows it, and `alone`, without psychotherapy. `session_line` is what is billed at its
    sessions, drug first.

    `query` are the answers that lead to its own page; `chosen` is the treatment of the answers in the address.
    """

    treatment: str
    chosen: bool
    estimate: Estimate
    alone: Estimate | None
    hours: tuple[float, float] | None
    session_line: LineItem | None
    query: dict[str, str]

    @property
    def highest(self) -> int:
        """The dearest case that the row shows, in cents."""
        return max((side.you_pay.high for side in self.estimate.sides), default=self.estimate.you_pay.high)


@dataclass(frozen=True, slots=True)
class BreakEvenInRows:
    """
    Which of the two treatments of the break-even costs less in the rows on show, and from which month on.

    `less` and `more` are names, alike in price where `less_pays` is `more_pays` (typical cents, as shown); `cheaper`
    begins to cost less than `dearer` in `month`; None: in none of a year's months. `if_agreed`: all this holds
    where the insurer agrees.
    """

    less: str
    more: str
    less_pays: int
    more_pays: int
    cheaper: str
    dearer: str
    month: int | None
    if_agreed: bool


@bp.get("/compare")
def show() -> ResponseReturnValue:
    """Every treatment for the answers in the query, over some months or as many sessions as asked."""
    form = form_from_query()
    found = form.answers()
    if found is None:
        return page_with_problems(form)
    answers, book = found
    months = next((span for span in SPANS if request.args.get("months", "").strip() == str(span)), None)
    g.also_in_links = {"months": months}
    try:
        comparison = compare(answers, book, months)
    except BadAnswers as bad:
        form.refuse(bad)
        return page_with_problems(form)
    rows = [_row(one, one.treatment == answers.treatment) for one in comparison.alternatives]
    return render_template(
        "patient/compare.html",
        answers=answers,
        book=book,
        rows=rows,
        months=months,
        spans=SPANS,
        scale=max(row.highest for row in rows),
        break_even=_in_rows(comparison.break_even, rows),
        answered=answered_query(answers),
        permanent=permanent_query(answers),
    )


def _row(one: Alternative, chosen: bool) -> TreatmentRow:
    estimate = rounded_estimate(one.estimate)
    own = session_charges(estimate)
    line = next((item for item in estimate.items if item.charge in own), None)
    alone = rounded_estimate(one.alone) if one.alone else None
    return TreatmentRow(one.treatment, chosen, estimate, alone, one.hours, line, permanent_query(one.estimate.answers))


def _in_rows(even: BreakEven | None, rows: Sequence[TreatmentRow]) -> BreakEvenInRows | None:
    """None where there is no break-even, or one of its two rows has no one amount."""
    if even is None:
        return None
    two = [row for row in rows if row.treatment in (even.cheaper, even.dearer)]
    either_ors = {branch.unknown for row in two for branch in row.estimate.branches}
    if any(row.estimate.at_least for row in two) or either_ors - {AUTHORIZATION}:
        return None
    less, more = sorted(two, key=lambda row: row.estimate.you_pay.typical)
    return BreakEvenInRows(
        less.treatment,
        more.treatment,
        less.estimate.you_pay.typical,
        more.estimate.you_pay.typical,
        even.cheaper,
        even.dearer,
        even.month,
        bool(either_ors),
    )
