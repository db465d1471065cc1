"""The patient's pages: the questions, the estimate, the public price list, and how it is computed."""

from functools import partial

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from estimator.core.answers import Answers
from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.key_words import INCLUDED_WORDS, LEFT_OUT_WORDS
from estimator.prices.schema.basics import PRICE_COLUMNS
from estimator.prices.schema.files import Book
from estimator.web.patient import compare, what_if, when_to_start
from estimator.web.patient.calendar_file import calendar
from estimator.web.patient.details import can_be_asked
from estimator.web.patient.estimate_moved import ANSWERED
from estimator.web.patient.estimate_view import estimate_view
from estimator.web.patient.form_pages import details_page, form_from_query, page_with_problems, questions_page
from estimator.web.patient.forms import AnswersForm
from estimator.web.patient.posted_prices import IN_REGION, posted_prices
from estimator.web.patient.programs import program_limits
from estimator.web.site import site

bp = Blueprint("patient", __name__)
bp.add_url_rule("/compare", "compare", compare.show)
bp.add_url_rule("/start", "when_to_start", when_to_start.show)
bp.add_url_rule("/sessions", "what_if", what_if.show)
bp.add_url_rule("/estimate.ics", "calendar", calendar)

PUBLISHED_EXAMPLES = REPRODUCED_EXAMPLES = 42
"""What real plans publish and how much of it the ledger reproduces; tests/test_conformance.py counts both."""


@bp.get("/")
def questions() -> ResponseReturnValue:
    """The form; answers in the query fill it, unchecked, so that a reader can come back and change them."""
    return questions_page(form_from_query())


@bp.get("/c/<clinic>")
def clinic_questions(clinic: str) -> ResponseReturnValue:
    """A clinic's own entry page: the same questions with its prices chosen, its name and its colours."""
    if clinic not in site().prices.current.clinics:
        abort(404)
    return questions_page(form_from_query(clinic))


@bp.get("/details")
def more_questions() -> ResponseReturnValue:
    """More about plan, clinic and sessions, filled, unchecked; the form again without a treatment and a payer."""
    form = form_from_query()
    if not can_be_asked(form):
        form.answers()
        return page_with_problems(form)
    return details_page(form)


@bp.get("/estimate")
def show_estimate() -> ResponseReturnValue:
    """The estimate for the answers in the query, or the form again with what is wrong."""
    form = form_from_query()
    found = form.answers()
    if found is not None:
        return estimate_page(form, *found)
    # One question was answered on an estimate's page, and badly: that page again, with the sentence beside it.
    answered = request.args.get(ANSWERED, "")
    if form.with_errors() == [answered]:
        without = form_from_query(leave_out=answered)
        if (found := without.answers()) is not None:
            return estimate_page(without, *found, wrong=form), 400
    return page_with_problems(form)


def estimate_page(
    form: AnswersForm,
    answers: Answers,
    book: PriceBook,
    template: str = "patient/estimate.html",
    wrong: AnswersForm | None = None,
    **more: object,
) -> str:
    """
    The page of an estimate from any price book; a `template` that extends the usual one may take `more`.

    `wrong` is the form with an answer that was given on the page and cannot be counted.
    """
    return render_template(template, view=estimate_view(form, answers, book, wrong), book=book, **more)


@bp.get("/prices")
def prices() -> ResponseReturnValue:
    """Every price of the tables, for every payer, with its sources."""
    book = _book()
    return render_template(
        "patient/prices.html",
        book=book,
        books=site().prices.current,
        charges=_in_order_of_use(book.tables),
        columns_of=lambda charge: [column for column in PRICE_COLUMNS if charge.prices(column)],
        numbers={name: number for number, name in enumerate(book.tables.sources, 1)},
        posted=partial(posted_prices, book.tables),
        in_region=IN_REGION,
        included_words=INCLUDED_WORDS,
        left_out_words=LEFT_OUT_WORDS,
    )


@bp.get("/method")
def method() -> ResponseReturnValue:
    """How an estimate is computed, with every number the tables put into it."""
    return render_template(
        "patient/method.html",
        book=site().prices.current.national,
        limits=program_limits,
        published=PUBLISHED_EXAMPLES,
        reproduced=REPRODUCED_EXAMPLES,
    )


def _in_order_of_use(tables: Book) -> list[str]:
    """The charges as the treatments bill them, then those that no treatment bills."""
    used = [
        name
        for one in tables.treatments.values()
        for line in (*one.before, *one.each_session, *one.follow_ups, *((one.ride,) if one.ride else ()))
        for name in (line.charge, line.lower_dose)
        if name
    ]
    return list(dict.fromkeys([*used, *tables.charges]))


def _book() -> PriceBook:
    """The price list asked for; a strange clinic's page is not found."""
    return site().prices.current.get(request.args.get("clinic", "").strip() or NATIONAL) or abort(404)
