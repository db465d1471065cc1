"""
Pages that ask the store keep to their share of a worker's threads, so that a store that hangs takes none from patients.

Those are the desk, its reminders, the price updates, and estimates with the prices of an older link. A patient's other
pages never ask the store (`PriceSource.keep_up`).

Where the store is known not to answer, whoever asks it is told so at once, in words; also when it fails under a
request.
"""

import logging
import threading

from flask import Flask, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import ServiceUnavailable

from estimator.store.database import error_text, is_out_of_reach
from estimator.web.site import site

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 2
"""Of the four threads of a worker (`serve.THREADS`)."""

WAIT_SECONDS = 3.0


def add_store_limit(app: Flask) -> None:
    """Let no more than so many requests of `app` ask the store at the same time; others get a 503 with words."""
    turns = threading.BoundedSemaphore(MOST_AT_ONCE)

    def take_turn() -> None:
        if _asks_store():
            if site().prices.stale_since is not None:
                abort(503)
            if not turns.acquire(timeout=WAIT_SECONDS):
                abort(503)
            g.store_turn = turns

    def give_turn_back(_error: BaseException | None) -> None:
        if (taken := g.pop("store_turn", None)) is not None:
            taken.release()

    def sorry(error: SQLAlchemyError) -> ResponseReturnValue:
        if not is_out_of_reach(error):
            raise error
        logger.error("The store failed under a request: %s", error_text(error))
        return current_app.handle_http_exception(ServiceUnavailable())

    def shown(response: Response) -> Response:
        # Whoever changes something at the desk sees next what patients see.
        if request.method == "POST" and request.path.startswith("/admin") and response.status_code in (302, 303):
            site().prices.refresh()
        return response

    app.before_request(take_turn)
    app.after_request(shown)
    app.register_error_handler(SQLAlchemyError, sorry)
    app.teardown_request(give_turn_back)


def _asks_store() -> bool:
    desk = request.path.startswith(("/admin", "/reminders/"))
    return desk or "price-updates" in request.path or _names_an_older_version()


def _names_an_older_version() -> bool:
    version, books = request.args.get("prices", "").strip(), site().prices.current
    return bool(version) and version not in {books.national.version, *(one.version for one in books.clinics.values())}
