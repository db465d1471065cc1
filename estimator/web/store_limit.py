"""
Pages that ask the store keep to their share of a worker's threads, so that a store that hangs takes none from patients.

Those are the desk, the price updates, and estimates with the prices of an older link. A patient's other pages never ask
the store (`PriceSource.keep_up`).
"""

import threading

from flask import Flask, abort, g, request

from estimator.web.site import site

MOST_AT_ONCE = 2
"""Of the four threads of a worker (`serve.THREADS`)."""

WAIT_SECONDS = 3.0


def add_store_limit(app: Flask) -> None:
    """Let no more than so many requests of `app` ask the store at the same time; others get a 503 with words."""
    turns = threading.BoundedSemaphore(MOST_AT_ONCE)

    def take_turn() -> None:
        if _asks_store():
            if not turns.acquire(timeout=WAIT_SECONDS):
                abort(503)
            g.store_turn = turns

    def give_turn_back(_error: BaseException | None) -> None:
        if (taken := g.pop("store_turn", None)) is not None:
            taken.release()

    app.before_request(take_turn)
    app.teardown_request(give_turn_back)


def _asks_store() -> bool:
    return request.path.startswith("/admin") or "price-updates" in request.path or _names_an_older_version()


def _names_an_older_version() -> bool:
    version, books = request.args.get("prices", "").strip(), site().prices.current
    return bool(version) and version not in {books.national.version, *(one.version for one in books.clinics.values())}
