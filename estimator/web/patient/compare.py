"""Treatments side by side for the same person."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from estimator.core.compare import SPANS, Alternative, BreakEven, Comparison, compare
from estimator.core.results import Estimate, LineItem, YouPay
from estimator.web.patient.asked import form_again, form_asked, given, in_link
from estimator.web.patient.estimate_bill import session_charges
from estimator.web.patient.figures import shown

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    Which of the two treatments of the break-even costs less in the rows on show, and when that turns.

    `less` and `more` are names, alike in price where `less_pays` is `more_pays` (typical cents, as shown).
    """

    less: str
    more: str
    less_pays: int
    more_pays: int
    even: BreakEven


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
        verdict=_verdict(comparison, rows),
        changing=given(answers),
        permanent=in_link(answers),
    )


def _row(one: Alternative, asked: bool) -> Row:
    estimate = shown(one.estimate)
    own = session_charges(estimate)
    line = next((item for item in estimate.items if item.charge in own), None)
    alone = shown(one.alone).you_pay if one.alone else None
    return Row(one.treatment, asked, estimate, alone, one.hours, line, in_link(one.estimate.answers))


def _verdict(comparison: Comparison, rows: Sequence[Row]) -> Verdict | None:
    """In a sentence: the rows on show and the break-even. None where a price is missing in one of the two."""
    even = comparison.break_even
    if even is None:
        return None
    two = [row for row in rows if row.name in (even.cheaper, even.dearer)]
    if any(row.estimate.at_least for row in two):
        return None
    less, more = sorted(two, key=lambda row: row.estimate.you_pay.typical)
    return Verdict(less.name, more.name, less.estimate.you_pay.typical, more.estimate.you_pay.typical, even)
