"""Treatments side by side for the same person."""

from dataclasses import dataclass

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from estimator.compare import SPANS, Alternative, Comparison, compare
from estimator.results import Estimate, LineItem, YouPay
from estimator.web.asked import form_again, form_asked, given, in_link
from estimator.web.figures import shown
from estimator.web.wording import session_charges

bp = Blueprint("compare", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One treatment as the page shows it; `sessions_line` is what is billed at its sessions, drug first."""

    name: str
    asked: bool
    estimate: Estimate
    alone: YouPay | None
    hours: tuple[float, float] | None
    sessions_line: LineItem | None
    link: dict[str, str]


@bp.get("/compare")
def show() -> ResponseReturnValue:
    """Every treatment for the answers in the query, over some months or as many sessions as asked."""
    form = form_asked()
    found = form.answers()
    if found is None:
        return form_again(form)
    answers, book = found
    months = next((span for span in SPANS if request.args.get("months", "").strip() == str(span)), None)
    g.also_in_links = {"months": months}
    comparison = compare(answers, book, months)
    rows = [_row(one, one.treatment == answers.treatment) for one in comparison.alternatives]
    return render_template(
        "patient/compare.html",
        answers=answers,
        book=book,
        rows=rows,
        months=months,
        spans=SPANS,
        scale=max(row.estimate.you_pay.high for row in rows),
        break_even=None if _unpriced(comparison) else comparison.break_even,
        changing=given(answers),
        permanent=in_link(answers),
    )


def _row(one: Alternative, asked: bool) -> Row:
    estimate = shown(one.estimate)
    own = session_charges(estimate)
    line = next((item for item in estimate.items if item.charge in own), None)
    alone = shown(one.alone).you_pay if one.alone else None
    return Row(one.treatment, asked, estimate, alone, one.hours, line, in_link(one.estimate.answers))


def _unpriced(comparison: Comparison) -> bool:
    """Whether a price is missing in one of the two treatments that the break-even sentence compares."""
    if comparison.break_even is None:
        return False
    two = (comparison.break_even.cheaper, comparison.break_even.dearer)
    return any(one.estimate.at_least for one in comparison.alternatives if one.treatment in two)
