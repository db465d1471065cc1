"""The patient's pages: the questions, the estimate, the public price list, and how it is computed."""

from functools import partial

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from estimator.core.answers import Answers
from estimator.core.estimate import estimate
from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.key_words import INCLUDED_WORDS, LEFT_OUT_WORDS
from estimator.prices.schema import PRICE_COLUMNS, Book
from estimator.web.filters import trio
from estimator.web.patient.asked import form_again, form_asked, given, in_link
from estimator.web.patient.dose import cheaper_at_higher_dose
from estimator.web.patient.earlier import earlier
from estimator.web.patient.figures import shown
from estimator.web.patient.forms import GROUPS, AnswersForm
from estimator.web.patient.posted import IN_REGION, posted_prices
from estimator.web.patient.printed import printed_months
from estimator.web.patient.wording import addresses, assumptions, course_of, limits, paid_so_far, program_of
from estimator.web.site import language, site

bp = Blueprint("patient", __name__)


@bp.get("/")
def questions() -> ResponseReturnValue:
    """The form; answers in the query fill it, unchecked, so that a reader can come back and change them."""
    form = form_asked()
    return render_template("patient/questions.html", form=form, groups=GROUPS, book=form.book)


@bp.get("/c/<clinic>")
def clinic_questions(clinic: str) -> ResponseReturnValue:
    """A clinic's own entry page: the same questions with its prices chosen, its name and its colours."""
    if clinic not in site().prices.current.clinics:
        abort(404)
    form = form_asked(clinic)
    return render_template("patient/questions.html", form=form, groups=GROUPS, book=form.book)


@bp.get("/estimate")
def show_estimate() -> ResponseReturnValue:
    """The estimate for the answers in the query, or the form again with what is wrong."""
    form = form_asked()
    found = form.answers()
    if found is None:
        return form_again(form)
    return estimate_page(form, *found)


def estimate_page(
    form: AnswersForm, answers: Answers, book: PriceBook, template: str = "patient/estimate.html", **more: object
) -> str:
    """The page of an estimate from any price book; a `template` that extends the usual one may take `more`."""
    exact = estimate(answers, book)
    rounded = shown(exact)
    return render_template(
        template,
        exact=exact,
        estimate=rounded,
        book=book,
        form=form,
        treatment=book.tables.treatments[answers.treatment],
        payer=book.tables.payers[answers.insurance],
        course=course_of(rounded),
        assumptions=assumptions(rounded, form),
        paid_so_far=paid_so_far(rounded),
        months=printed_months(rounded.months),
        higher_dose=cheaper_at_higher_dose(exact),
        addresses=addresses(rounded),
        changing=given(answers),
        permanent=in_link(answers),
        printed=_printed(answers, book),
        shared={**in_link(answers), "prices": book.version, "was": trio(exact.you_pay)},
        earlier=earlier(request.args, book, exact.you_pay),
        program_of=program_of,
        limits=limits,
        **more,
    )


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
    return render_template("patient/method.html", book=site().prices.current.national, limits=limits)


def _printed(answers: Answers, book: PriceBook) -> dict[str, str | None]:
    """The link that stands on paper: whoever types it gets the same prices and the same language."""
    said = {name: text for name, text in in_link(answers).items() if name != "lang"}
    return {**said, "prices": book.version, "lang": language() if language() != "en" else None}


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
