"""A store or a disk that hangs takes nothing from patients: their pages never look at either."""

from __future__ import annotations

import threading

import pytest
from support.desk_priced import PricedDesk
from support.desk_priced import desk as desk
from support.pages import Visitor
from support.shops import Shop

from estimator.prices.watched_folder import LivePriceBooks
from estimator.versions.folder import published_books
from estimator.web import store_limit
from estimator.web.patient import updates

ESTIMATE = "/estimate?treatment=iv&insurance=none&sessions=6&psychotherapy=none"


@pytest.fixture
def here(tmp_path, database):
    return Shop(tmp_path, database)


def test_whoever_asks_for_prices_looks_at_nothing_once_a_thread_of_its_own_does(here, monkeypatch):
    here.prices.keep_up()
    with monkeypatch.context() as patch:
        patch.setattr(published_books.PublishedPriceBooks, "_look_now", lambda self: pytest.fail("a page looked"))
        here.look()
        assert here.infusion() == 500_00
        assert here.prices.old("national", "no such version") is None
    here.edit(b"typical: 500", b"typical: 510")
    for _ in range(2):
        here.seconds += 1
        here.prices.keep_up()
    assert here.infusion() == 510_00


def test_without_a_store_neither(tmp_path, here, monkeypatch):
    seconds = iter(range(1000))
    live = LivePriceBooks(here.folder, lambda: float(next(seconds) * 10))
    live.keep_up()
    monkeypatch.setattr("estimator.prices.watched_folder.signature_of", lambda _: pytest.fail("a page looked"))
    assert live.current.national
    assert live.problems == ()


def test_a_look_that_never_ends_is_a_problem_and_the_desk_does_not_wait_for_it(here, monkeypatch):
    monkeypatch.setattr(published_books, "REFRESH_SECONDS", 0.01)
    here.prices.keep_up()
    assert here.prices.problems == ()
    with here.prices._looking:
        here.prices.refresh()
        here.seconds += 40
        assert "store: no answer for 40 seconds; the last good prices stay in force" in here.said()
    here.prices.keep_up()
    assert here.prices.problems == ()


def test_pages_that_ask_the_store_leave_threads_to_the_others(desk: PricedDesk, monkeypatch) -> None:
    """Two wait for a store that hangs; a third is told so at once, and estimates go on."""
    monkeypatch.setattr(store_limit, "WAIT_SECONDS", 0.05)
    waiting, hangs = threading.Semaphore(0), threading.Event()

    def page(_owner):
        waiting.release()
        assert hangs.wait(30)
        return "done"

    monkeypatch.setattr(updates, "_page", page)
    two = [
        threading.Thread(target=lambda: desk.app.test_client().get("/price-updates"))
        for _ in range(store_limit.MOST_AT_ONCE)
    ]
    for one in two:
        one.start()
    for _ in two:
        assert waiting.acquire(timeout=30)
    for path in ("/price-updates", "/admin/", f"{ESTIMATE}&prices=0123456789ab"):
        page = Visitor(desk.app).get(path, status=503)
        assert "Estimates still work" in page.text
        assert page.response.headers["Retry-After"] == "10"
    current = desk.app.extensions["site"].prices.current.national.version
    for path in ("/", ESTIMATE, f"{ESTIMATE}&prices={current}", "/prices"):
        assert desk.app.test_client().get(path).status_code == 200
    hangs.set()
    for one in two:
        one.join()
    assert desk.app.test_client().get("/price-updates").status_code == 200


def test_a_stranger_sends_the_desk_little_and_who_is_signed_in_whole_tables(desk: PricedDesk) -> None:
    """160,000 fields from eight strangers made everybody's pages nine times slower."""
    stranger = desk.app.test_client()
    for body, status in ((b"a=" + b"x" * 64_000, 413), (b"a=1&" * 1000, 413), (b"a=1&" * 900, 400)):
        answer = stranger.post("/admin/sign-in", data=body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == status
    desk.person("Dana")
    visitor = desk.visitor("Dana")
    table = {"text": "x" * 100_000, "csrf_token": visitor.token()}
    assert visitor.client.post("/admin/national/yaml", data=table).status_code != 413
