"""
What the links of a clinic say once it is withdrawn, or has another id.

A link by an earlier id leads to the clinic as it is called now. Where a clinic is gone, its pages say so; an estimate's
link that names the version of its tables, or a day on which it had prices in force, still shows the estimate of then.
"""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from estimator.core.answer_values import parse_day
from estimator.prices.book import PriceBook, PriceBooks
from estimator.web.links import PAGES
from estimator.web.patient.forms import AnswersForm
from estimator.web.patient.pages import estimate_page
from estimator.web.query import answers_in_query
from estimator.web.site import site

bp = Blueprint("withdrawn", __name__)


@bp.before_app_request
def _answer_for_clinics_that_are_gone() -> ResponseReturnValue | None:
    if request.blueprint not in (*PAGES, "download"):
        return None
    books = site().prices.current
    clinic = (request.view_args or {}).get("clinic") or request.args.get("clinic", "").strip()
    if not clinic or clinic in books.clinics:
        return None
    if clinic in books.moved and request.endpoint is not None:
        now = {**request.args.to_dict(flat=False), **(request.view_args or {}), "clinic": books.moved[clinic]}
        return redirect(url_for(request.endpoint, **now), 301)
    gone = site().prices.withdrawn(clinic)
    return _gone(clinic, *gone) if gone else None


def _gone(clinic: str, last: PriceBook, since: object) -> ResponseReturnValue:
    """The estimate of then, where the link tells of which prices; else that the clinic is gone, and where to go on."""
    then = _book_of_then(clinic) if request.endpoint == "patient.show_estimate" else None
    if then is not None:
        form = AnswersForm.filled(PriceBooks(then, {clinic: then}), MultiDict(request.args), site().today())
        if (found := form.answers()) is not None:
            return estimate_page(form, *found, "patient/withdrawn_estimate.html", since=since)
    answers = answers_in_query(request.args, site().prices.current)
    answers.pop("clinic", None)
    page = render_template("patient/withdrawn.html", last=last, since=since, answers=answers)
    return Response(page, 410, mimetype="text/html")


def _book_of_then(clinic: str) -> PriceBook | None:
    """
    The prices that a link was made with: by their version; without one, by the day on which somebody asked, which is
    written into a link with insurance, or by the day of the first session.
    """
    if version := request.args.get("prices", "").strip():
        return site().prices.old(clinic, version)
    asked = request.args.get("balances_as_of", "").strip() or request.args.get("start", "").strip()
    day = parse_day(asked)
    return site().prices.held_on(clinic, day) if day else None
