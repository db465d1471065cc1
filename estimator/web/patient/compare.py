"""Treatments side by side for the same person: one axis, a verdict, and what has been paid month by month."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from estimator.core.answers import REQUIRED, BadAnswers
from estimator.core.billed_lines import offered_treatments
from estimator.core.compare import SPANS, YEAR, Alternative, Lead, Span, compare, leads
from estimator.core.over_time import Line
from estimator.core.results import YouPay
from estimator.money import divided
from estimator.prices.book import PriceBook
from estimator.prices.schema.basics import CoverageStatus, Text
from estimator.prices.schema.treatments import Treatment
from estimator.web.filters import words
from estimator.web.patient.form_pages import form_from_query, page_with_problems
from estimator.web.patient.forms import AnswersForm
from estimator.web.patient.line_chart import ChartLine, LineChart, line_chart, ticks
from estimator.web.patient.verdict import Contender, verdict
from estimator.web.query import answered_query, permanent_query
from estimator.web.rounding import known
from estimator.web.site import site

GOING_ON_FROM = 3
"""What going on costs a month is the mean of the months after so many: by then every first series is over."""


@dataclass(frozen=True, slots=True)
class Case:
    """One side of an either-or as a row shows it, or the row's one amount; `monthly` is what going on costs, cents."""

    label: Text | None
    you_pay: YouPay
    monthly: int


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """
    One treatment. `cases` are the amounts if the insurer agrees, where it has to: one, or one for each plan (or what
    else decides). `refused` is what the insurer's no would cost, None where nobody waits for its answer.

    `year` and `refused_year` are what has been paid at the end of each month of a year, by case.

    `query` are the answers that lead to its own page; `chosen` is the treatment of the answers in the address.
    """

    name: str
    treatment: Treatment
    chosen: bool
    sessions: int
    visits: int
    cases: tuple[Case, ...]
    refused: YouPay | None
    coverage: CoverageStatus | None
    missing: tuple[str, ...]
    query: dict[str, str]
    year: tuple[Line, ...]
    refused_year: Line | None

    @property
    def low(self) -> int:
        return min(case.you_pay.typical for case in self.cases)

    @property
    def high(self) -> int:
        return max(case.you_pay.typical for case in self.cases)

    @property
    def monthly(self) -> tuple[int, int]:
        """What going on costs a month, over the cases."""
        found = [case.monthly for case in self.cases]
        return min(found), max(found)

    @property
    def refused_monthly(self) -> int:
        """The same where the insurer says no."""
        return _monthly(self.refused_year) if self.refused_year else 0

    @property
    def hours(self) -> tuple[float, float] | None:
        """In the clinic at each session; None where the tables say nothing about it."""
        minutes = self.treatment.minutes
        return (minutes.low / 60, minutes.high / 60) if minutes else None


def show() -> ResponseReturnValue:
    """
    Every treatment for the answers in the query, over its first series, some months or a year.

    Nothing has to be answered: without a treatment each is counted with its usual first series, and nobody insured.
    """
    form, filled_in = _with_usual_answers()
    found = form.answers()
    if found is None:
        return page_with_problems(form)
    answers, book = found
    months = next((span for span in SPANS if request.args.get("months", "").strip() == str(span)), None)
    g.also_in_links = {"months": months}
    span: Span = months or "series"
    try:
        alternatives = compare(answers, book, span)
    except BadAnswers as bad:
        form.refuse(bad)
        return page_with_problems(form)
    asked = None if "treatment" in filled_in else answers.treatment
    rows = [_row(one, book, one.treatment == asked) for one in alternatives]
    contenders = [_contender(row) for row in rows if not row.missing]
    turns = _turns(rows)
    shown = max(case.you_pay.high for row in rows for case in row.cases)
    refused = max((row.refused.high for row in rows if row.refused), default=0)
    scale = max(shown, min(refused, 2 * shown))
    return render_template(
        "patient/compare.html",
        answers=answers,
        book=book,
        asked=asked,
        filled_in=filled_in,
        rows=rows,
        months=months,
        spans=SPANS,
        scale=scale,
        ticks=ticks(scale),
        verdict=verdict(contenders),
        turns=turns,
        chart=_chart(rows, turns),
        places=[(100 * month / YEAR, str(month)) for month in (3, 6, 9, YEAR)],
        payers=book.tables.payers if "insurance" in filled_in or asked is None else {},
        answered={name: text for name, text in answered_query(answers).items() if name not in filled_in},
        permanent={name: text for name, text in permanent_query(answers).items() if name not in filled_in},
    )


def _with_usual_answers() -> tuple[AnswersForm, frozenset[str]]:
    """The form with what is usual in place of a first answer that the address lacks; which answers those are."""
    form = form_from_query()
    tables, given = form.book.tables, form.raw
    treatment = given.get("treatment") or offered_treatments(form.book)[0]
    uninsured = next((name for name, payer in tables.payers.items() if not payer.profiles), "")
    usual = {"treatment": treatment, "insurance": uninsured, "psychotherapy": "none"}
    if treatment in tables.treatments:
        usual["sessions"] = str(tables.treatments[treatment].usual_sessions.typical)
    if "treatment" not in given:
        given = {name: text for name, text in given.items() if name != "sessions"}
    filled_in = frozenset(name for name in REQUIRED if name not in given and name in usual)
    if not filled_in:
        return form, filled_in
    args = MultiDict({**given, **{name: usual[name] for name in filled_in}})
    return AnswersForm.filled(site().prices.current, args, site().today()), filled_in


def _row(one: Alternative, book: PriceBook, chosen: bool) -> Row:
    out, treatment = one.outcome, book.tables.treatments[one.treatment]
    answers, claims = out.answers, out.model.claims
    other = next((branch for branch in out.branches if branch.unknown == one.sides.unknown), None)
    pays = [option.you_pay for option in other.options] if other else [out.you_pay]
    labels = one.sides.labels or (None,)
    cases = [
        Case(label, _shown(pay), _monthly(line))
        for label, pay, line in zip(labels, pays, one.year[: one.sides.agreed], strict=True)
    ]
    session = {name for line in treatment.each_session for name in (line.charge, line.lower_dose)}
    heading = next((line for line in claims.rows if line.charge in session), None)
    insured = bool(book.tables.payers[answers.insurance].profiles)
    return Row(
        one.treatment,
        treatment,
        chosen,
        answers.sessions,
        claims.visits,
        tuple(cases),
        _shown(out.if_not_covered) if one.sides.refused else None,
        heading.coverage.status if heading and insured else None,
        claims.missing,
        permanent_query(answers),
        one.year[: len(cases)],
        one.year[-1] if one.sides.refused else None,
    )


def _shown(paid: YouPay) -> YouPay:
    """As finely as it is known; an amount without a range is known to the cent."""
    if paid.low == paid.high:
        return paid
    low, typical, high = map(known, paid)
    return YouPay(low, typical, high, likely=(known(paid.likely[0]), known(paid.likely[1])))


def _monthly(line: Sequence[int]) -> int:
    return known(divided(line[-1] - line[GOING_ON_FROM - 1], YEAR - GOING_ON_FROM))


def _contender(row: Row) -> Contender:
    return Contender(row.name, row.low, row.high, row.refused.typical if row.refused else None)


def _turns(rows: Sequence[Row]) -> tuple[Lead, ...]:
    """Who costs least so far, month by month; empty where a row has no one amount to follow."""
    if any(row.missing or len(row.year) > 1 for row in rows):
        return ()
    return leads({row.name: row.year[0] for row in rows})


def _chart(rows: Sequence[Row], turns: Sequence[Lead]) -> LineChart:
    lines = []
    for row in rows:
        name, kind = words(row.treatment.short), "asked" if row.chosen else "other"
        ends = sorted({min(row.year, key=lambda one: one[-1]), max(row.year, key=lambda one: one[-1])})
        lines += [ChartLine(name, kind, (0, *line)) for line in ends]
        if row.refused_year:
            lines.append(ChartLine(_("%(treatment)s, refused", treatment=name), "refused", (0, *row.refused_year)))
    by_name = {row.name: row.year[0] for row in rows}
    marks = [(turn.month, by_name[turn.treatment][turn.month - 1], "") for turn in turns[1:]]
    return line_chart(lines, marks)
