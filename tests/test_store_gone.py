"""A store that is gone, frozen, damaged or empty, at the start and later: patients keep the last good prices."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from support.shops import CARE, DAY
from support.strategies_yaml import small_book
from support.writing import publish_files

from estimator.store.database import Database, StoreUnavailable, database_at, open_database
from estimator.store.deadlines import AnsweringConnection
from estimator.store.migrations import migrate
from estimator.versions.folder.last_good import FILE, LastGood
from estimator.versions.folder.served_books import ServedPriceBooks
from estimator.versions.publications import Publications
from estimator.web.app import create_app
from estimator.web.desk.app import add_desk

ESTIMATE = "/estimate?treatment=iv&insurance=none&sessions=6&psychotherapy=none"


class Place:
    """A server's folders, its store and what patients see there."""

    def __init__(self, folder, url=None):
        self.folder, self.url = folder, url or f"sqlite:///{folder}/estimator.db"
        self.shipped, self.last_good = folder / "shipped", LastGood(folder / FILE)
        for name, data in small_book().items():
            (self.shipped / name).parent.mkdir(parents=True, exist_ok=True)
            (self.shipped / name).write_bytes(data)
        self.seconds = 0.0

    def start(self):
        self.database = database_at(self.url)
        self.prices = ServedPriceBooks(
            self.database, None, self.shipped, self.last_good, lambda: DAY, lambda: self.seconds
        )
        app = create_app(clock=lambda: DAY, database=self.database, prices=self.prices)
        add_desk(app, self.database, "s" * 64)
        self.visitor = app.test_client()
        return self

    def publish(self, typical):
        """Somebody publishes, from a process of their own."""
        with contextlib.closing(open_database(self.url)) as database:
            publications = Publications(database)
            files = {**small_book(), CARE: small_book()[CARE].replace(b"typical: 500", b"typical: %d" % typical)}
            national = {name: data for name, data in files.items() if name.startswith("national/")}
            publish_files(
                publications, "national", national, based_on=1, by="Ann", why="x", how="browser", in_force_from=DAY
            )

    def pass_time(self, seconds=2.0):
        self.seconds += seconds
        self.prices.keep_up()

    def infusion(self):
        prices = self.prices.current.national.tables.charges["infusion"].self_pay
        return prices[min(prices)].typical // 100

    def patients_are_served(self, stale):
        page = self.visitor.get(ESTIMATE)
        assert page.status_code == 200
        assert ("Prices as they were on" in page.text) == stale
        assert self.visitor.get("/healthz").status_code == 200
        assert ("no answer since" in self.not_ready()) == stale

    def told(self):
        """What everybody can read about the store."""
        return "; ".join(one["says"] for one in self.visitor.get("/healthz").json["problems"])

    def not_ready(self):
        """What keeps this server from being sent visitors."""
        answer = self.visitor.get("/readyz")
        assert answer.json["ready"] == (answer.status_code == 200) == (not answer.json["reasons"])
        return "; ".join(answer.json["reasons"])

    def desk_is(self, status):
        page = self.visitor.get("/admin/sign-in")
        assert page.status_code == status
        assert (status == 503) == ("Estimates still work" in page.text)


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


@pytest.fixture
def published(place):
    """$577 is published and was in force; then the server ended."""
    place.start().publish(577)
    place.pass_time()
    place.pass_time()
    place.prices.keep_up()
    assert place.infusion() == 577
    place.database.close()
    return place


def _garbage(path):
    path.write_bytes(b"no database " * 1000)
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def test_a_damaged_file_at_the_start_and_a_good_one_later(published, caplog):
    path = published.folder / "estimator.db"
    good = path.read_bytes()
    _garbage(path)
    published.start()
    assert published.infusion() == 577
    published.patients_are_served(stale=True)
    published.desk_is(503)
    assert "cannot be reached (DatabaseError)" in published.told()
    assert "file is not a database" in caplog.text
    path.write_bytes(good)
    published.pass_time()
    assert published.prices.problems == ()
    published.patients_are_served(stale=False)
    published.desk_is(200)


def test_a_store_that_is_gone_is_not_begun_anew(published, caplog):
    """Another one would be empty: the shipped prices in force again, nobody's account."""
    (published.folder / "estimator.db").unlink()
    for _ in range(2):
        published.start()
        assert published.infusion() == 577
        published.desk_is(503)
        published.pass_time()
        assert not (published.folder / "estimator.db").exists()
    (published.folder / "estimator.db").touch()
    published.pass_time()
    assert "cannot be reached (StoreLost)" in published.told()
    assert "is empty, but prices were published in it" in caplog.text
    assert "'estimator restore FILE'" in caplog.text
    assert published.infusion() == 577
    published.desk_is(503)


@pytest.mark.parametrize("way", ["deleted", "damaged"])
def test_a_file_that_goes_under_the_server(published, way):
    """Nothing is written into a file that is gone, and no empty one takes its place."""
    place = published.start()
    place.desk_is(200)
    path = place.folder / "estimator.db"
    kept = path.read_bytes()
    if way == "deleted":
        path.unlink()
    else:
        path.write_bytes(b"\0" * path.stat().st_size)
    place.pass_time(61)
    place.pass_time()
    assert place.infusion() == 577
    place.patients_are_served(stale=way == "deleted")
    assert any(one.file == "store" for one in place.prices.problems)
    assert "damaged" in place.not_ready()
    if way == "deleted":
        place.desk_is(503)
        assert not path.exists()
        # A copy put back in its place is taken up.
        path.write_bytes(kept)
        place.pass_time(61)
        place.desk_is(200)
        place.patients_are_served(stale=False)
        assert place.not_ready() == ""


def test_a_postgresql_that_lets_nobody_in(tmp_path):
    """It accepts and never answers, as a frozen one does: the server starts with the tables that it comes with."""
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        port = frozen.getsockname()[1]
        begun = time.monotonic()
        place = Place(tmp_path, f"postgresql://ann:hunter2@127.0.0.1:{port}/x?connect_timeout=2").start()
        assert time.monotonic() - begun < 10
    assert place.infusion() == 500
    place.patients_are_served(stale=True)
    place.desk_is(503)
    assert "cannot be reached" in place.told()
    assert not re.search(r"\bann\b|hunter2|127", place.told())
    place.prices.keep_up()
    place.desk_is(503)


def test_the_day_that_is_told_is_the_one_when_the_store_last_answered(published):
    at = datetime.now(UTC) - timedelta(hours=3)
    os.utime(published.last_good.path, (at.timestamp(), at.timestamp()))
    (published.folder / "estimator.db").unlink()
    published.start()
    assert abs(published.prices.stale_since - at) < timedelta(seconds=1)


def test_what_was_kept_can_be_read_by_its_owner_only_and_a_broken_one_counts_for_nothing(published):
    assert published.last_good.path.stat().st_mode & 0o777 == 0o600
    (published.folder / "estimator.db").unlink()
    published.last_good.path.write_text("{", encoding="utf-8")
    published.start()
    assert published.infusion() == 500
    published.patients_are_served(stale=True)


def test_waiting_does_not_help_against_a_newer_program_s_store(place):
    place.start().database.close()
    with contextlib.closing(open_database(place.url)) as database, database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="at revision 9999, which this program does not know"):
        place.start()


def _frozen(database: Database) -> int:
    with database.reading() as connection:
        pid: int = connection.scalar(text("SELECT pg_backend_pid()"))
    os.kill(pid, signal.SIGSTOP)
    return pid


def test_a_postgresql_that_hangs_is_given_up(postgresql_url, monkeypatch):
    """Its process is stopped: it neither answers nor breaks off. A new connection works as soon as one is let in."""
    monkeypatch.setattr(AnsweringConnection, "answer_seconds", 0.5)
    with contextlib.closing(open_database(postgresql_url)) as database:
        migrate(database)
        pid = _frozen(database)
        try:
            begun = time.monotonic()
            with database.reading() as connection:
                connection.execute(text("SELECT 1"))
            assert time.monotonic() - begun < 5
        finally:
            os.kill(pid, signal.SIGCONT)


def test_a_statement_that_takes_too_long_ends(postgresql_url):
    with contextlib.closing(open_database(postgresql_url)) as database, database.reading() as connection:
        assert connection.scalar(text("SHOW statement_timeout")) == "10s"
        connection.execute(text("SET LOCAL statement_timeout = 50"))
        with pytest.raises(OperationalError, match="statement timeout"):
            connection.execute(text("SELECT pg_sleep(5)"))
