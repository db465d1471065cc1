"""
``GET /healthz``: whether the app answers, which prices are in force, what is wrong with the tables. ``GET /readyz``:
whether this server should be sent visitors.
"""

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


@bp.get("/readyz")
def readyz() -> Response:
    """
    200 while the prices shown are those in force now and the store is whole, else 503 with `reasons`.

    Patients are served all the same: a server that is alone is better than none, so ask `/healthz` about that one.
    """
    prices = site().prices
    since, reasons = prices.stale_since, [str(one) for one in prices.damage]
    if since is not None:
        reasons.insert(0, f"store: no answer since {since.isoformat(timespec='seconds')}; the prices shown are of then")
    book = prices.current.national
    return json_response(
        {
            "ready": not reasons,
            "reasons": reasons,
            "price_book": {"clinic": book.id, "version": book.version, "as_of": book.as_of.isoformat()},
        },
        503 if reasons else 200,
    )
