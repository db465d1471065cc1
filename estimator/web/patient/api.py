"""The JSON API: the same answers and the same words as the page."""

from flask import Blueprint, Response, request

from estimator.core.answers import BadAnswers, FieldProblem, book_for, unknown_names
from estimator.core.document import document, problems_document
from estimator.core.estimate import estimate
from estimator.prices.book import NATIONAL, PriceBooks
from estimator.web.query import answers_from
from estimator.web.responses import json_response
from estimator.web.site import catalogue, language, site

bp = Blueprint("api", __name__, url_prefix="/api/v1")


@bp.get("/estimate")
def get_estimate() -> Response:
    """
    The estimate as a document, or 400 with every bad field and why.

    ``prices=`` asks for the estimate with the price tables of an earlier version.
    """
    try:
        books = _books()
        answers, book = answers_from(_answers(books), books, site().today())
    except BadAnswers as bad:
        return json_response(problems_document(bad.problems, catalogue().ugettext), 400)
    return json_response(document(estimate(answers, book), language()))


def _books() -> PriceBooks:
    """The price books in force, or those of the version that is asked for."""
    current, version = site().prices.current, request.args.get("prices")
    if version is None:
        return current
    owner = request.args.get("clinic", "").strip() or NATIONAL
    old = site().prices.old(owner, version.strip())
    if old is None:
        raise BadAnswers((FieldProblem("prices", "this version of the price tables is not known"),))
    return PriceBooks(old, {}) if owner == NATIONAL else PriceBooks(current.national, {owner: old})


def _answers(books: PriceBooks) -> dict[str, str]:
    """The query's answers. A strange name, or one given twice, is refused: a program has made a mistake."""
    raw = {name: text for name, text in request.args.items() if name != "prices"}
    twice = tuple(
        FieldProblem(name, "this is answered twice") for name in request.args if len(request.args.getlist(name)) > 1
    )
    if problems := unknown_names(raw, book_for(raw, books)) + twice:
        raise BadAnswers(problems)
    return raw
