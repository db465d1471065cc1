"""``GET /healthz``: whether the app answers, which prices are in force, what is wrong with the tables."""

from flask import Blueprint, Response

from estimator.prices.new_year import coming_year, lacking
from estimator.prices.problems import errors_among
from estimator.web.responses import json_response
from estimator.web.site import site

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """Always 200 while estimates can be made; broken tables are listed and the last good ones stay in force.

    `new_year` lists what the tables still lack for the coming year; that stops nothing.
    """
    prices = site().prices
    book = prices.current.national
    problems, today = errors_among(prices.problems), site().today()
    return json_response(
        {
            "status": "broken tables" if problems else "ok",
            "price_book": {"clinic": book.id, "version": book.version, "as_of": book.as_of.isoformat()},
            "clinics": sorted(prices.current.clinics),
            "new_year": {"year": coming_year(today), "lacks": list(map(str, lacking(book.tables, today)))},
            "problems": [
                {"file": one.file, "line": one.line, "where": one.where, "says": one.says} for one in problems
            ],
        }
    )
