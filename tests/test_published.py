"""Published price books as an app's source of prices."""

import logging
import threading
import time
from datetime import timedelta

import pytest
from support.shops import BOOSTED, CARE, CLINIC, DAY, INFUSION, Shop, opened
from support.strategies_yaml import small_book
from support.writing import publish_files

from estimator.prices.reading import read_files
from estimator.prices.watched_folder import BrokenTables, LivePriceBooks
from estimator.versions.folder.first_start import FIRST_DAY
from estimator.versions.folder.published_books import PublishedPriceBooks
from estimator.versions.publications import Publications
from estimator.versions.timeline import TimelineReader
from estimator.web.app import create_app

LATER = DAY.replace(month=12)


@pytest.fixture
def here(tmp_path, database):
    return Shop(tmp_path, database)


@pytest.fixture
def alone(here):
    """Prices of a store without a folder, on the same clocks."""
    return PublishedPriceBooks(here.database, None, lambda: here.day, lambda: here.seconds)


def infusion(books, owner="national"):
    prices = books.get(owner).tables.charges["infusion"].self_pay
    return prices[min(prices)].typical


# In force


def test_the_first_start_publishes_what_the_folder_holds(here):
    for owner in ("national", "riverbend"):
        (publication,) = here.publications.history(owner)
        assert (publication.how, publication.by, publication.in_force_from) == ("first", "estimator", FIRST_DAY)
    assert here.in_force() == small_book() == here.on_disk()


def test_the_books_are_those_that_the_folder_alone_would_give(here):
    """The same versions, so that a link made without a store is known with one."""
    expected = LivePriceBooks(here.folder).current
    assert here.prices.current.national.version == expected.national.version
    assert here.prices.current.clinics["riverbend"].version == expected.clinics["riverbend"].version


def test_two_that_start_at_once_publish_once(tmp_path, here):
    folder, database = here.folder, opened(tmp_path / "other.db")
    threads = [
        threading.Thread(target=PublishedPriceBooks, args=(database, None), kwargs={"first": folder}) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.number for one in Publications(database).history("national")] == [1]


def test_broken_national_tables_at_the_first_start_are_an_exception_that_lists_them(tmp_path, here):
    here.edit(INFUSION, b"typical: 5OO")
    with pytest.raises(BrokenTables, match=r"care\.yaml:73: .*'5OO' is not an amount"):
        PublishedPriceBooks(opened(tmp_path / "other.db"), here.folder)


def test_a_clinic_broken_at_the_first_start_is_left_out_until_it_is_put_right(tmp_path, here):
    here.write("clinics/harbor.yaml", b"clinic: {}\n")
    here.database = opened(tmp_path / "other.db")
    here.publications = Publications(here.database)
    here.start()
    here.look()
    assert here.prices.current.clinics.keys() == {"riverbend"}
    assert "clinics/harbor.yaml" in here.said()
    here.write("clinics/harbor.yaml", b"clinic: {name: Harbor}\n")
    here.look()
    assert here.prices.current.clinics.keys() == {"riverbend", "harbor"}


def test_an_empty_store_and_no_folder_is_an_exception(tmp_path):
    with pytest.raises(BrokenTables, match="the store of versions"):
        PublishedPriceBooks(opened(tmp_path / "x.db"))


def test_a_publication_takes_effect_at_the_next_look(here, alone):
    here.publish(INFUSION, BOOSTED)
    assert infusion(alone.current) == 500_00
    here.seconds += 1
    assert infusion(alone.current) == 510_00


def test_a_publication_begins_at_midnight_of_its_day(here, alone):
    here.publish(INFUSION, BOOSTED, since=LATER)
    here.seconds += 1
    assert infusion(alone.current) == 500_00
    assert infusion(alone.on(LATER)) == 510_00
    here.day = LATER
    here.seconds += 1
    assert infusion(alone.current) == 510_00


def test_what_has_not_changed_is_not_read_again(here, alone):
    before = alone.current
    here.seconds += 10
    assert alone.current is before


def test_many_threads_see_whole_books_while_others_publish(here, alone):
    failures = []

    def ask():
        try:
            for _ in range(300):
                books = alone.current
                assert infusion(books) in range(500_00, 511_00)
                assert books.get("riverbend") is not None
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for dollars in range(501, 511):
        here.publish(b"typical: %d" % (dollars - 1), b"typical: %d" % dollars)
        here.seconds += 1
        _ = alone.current
    for thread in threads:
        thread.join()
    assert failures == []


# What goes wrong


def test_a_text_that_cannot_be_read_any_more_leaves_the_last_good_one_in_force(here, alone, caplog):
    """As by a newer program that refuses what an older one took; at the next start too."""
    here.publish(INFUSION, BOOSTED)
    here.publish(BOOSTED, b"typical: 5OO")
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            here.seconds += 1
            assert infusion(alone.current) == 510_00
    assert len(caplog.records) == 1
    said = "\n".join(map(str, alone.problems))
    assert "'5OO' is not an amount" in said
    assert "version 3 is published, but cannot be read; version 2 stays in force" in said
    again = PublishedPriceBooks(here.database, None, lambda: here.day, lambda: here.seconds)
    assert infusion(again.current) == 510_00
    assert again.problems == alone.problems


def test_a_clinics_text_that_cannot_be_read_leaves_its_last_good_one(here, alone):
    here.publish(b"2026-02-01: 450", b"2026-02-01: none", CLINIC, "riverbend")
    here.seconds += 1
    assert infusion(alone.current, "riverbend") == 450_00
    assert "version 2 is published, but cannot be read; version 1 stays in force" in str(alone.problems)


def test_a_store_that_is_gone_leaves_the_last_good_prices_in_force(here, alone, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def gone(*_):
        raise OperationalError("SELECT 1", {}, Exception("password=secret"))

    with monkeypatch.context() as patch:
        patch.setattr(TimelineReader, "look", gone)
        here.seconds += 1
        assert infusion(alone.current) == 500_00
        assert "cannot be reached (OperationalError); the last good prices stay in force" in str(alone.problems)
        assert "secret" not in str(alone.problems)
    here.seconds += 1
    assert alone.problems == ()


# Old versions


def versions(here, owner):
    return here.prices.current.get(owner).version


def test_every_version_that_was_ever_in_force_can_be_read_again(here):
    """A clinic's too, whose version changes with the national tables'."""
    seen = {}
    for step in range(4):
        seen[versions(here, "national"), versions(here, "riverbend")] = here.in_force()
        if step % 2:
            here.publish(
                b"2026-02-01: %d" % (450 + step - 1), b"2026-02-01: %d" % (450 + step + 1), CLINIC, "riverbend"
            )
        else:
            here.publish(b"typical: %d" % (500 + step), b"typical: %d" % (502 + step))
        here.look()
    assert len(seen) == 4
    for (national, clinic), files in seen.items():
        expected = read_files(files).books
        assert here.prices.old("national", national).tables == expected.national.tables
        found = here.prices.old("riverbend", clinic)
        assert (found.version, found.tables) == (clinic, expected.clinics["riverbend"].tables)


def test_versions_of_the_same_day_and_of_scheduled_days_are_known(here):
    """Two publications of one day, and a clinic's that falls between."""
    here.publish(INFUSION, BOOSTED, since=LATER)
    here.publish(b"2026-02-01: 450", b"2026-02-01: 460", CLINIC, "riverbend")
    here.look()
    first = versions(here, "riverbend")
    here.publish(b"2026-02-01: 460", b"2026-02-01: 470", CLINIC, "riverbend")
    here.look()
    second = versions(here, "riverbend")
    here.day = LATER
    here.look()
    third = versions(here, "riverbend")
    assert len({first, second, third}) == 3
    assert [infusion_of(here.prices.old("riverbend", one)) for one in (first, second, third)] == [460, 470, 470]


def infusion_of(book):
    prices = book.tables.charges["infusion"].self_pay
    return prices[min(prices)].typical // 100


def test_an_unknown_version_is_none_and_reads_nothing(here, monkeypatch):
    here.publish(INFUSION, BOOSTED)
    here.look()
    monkeypatch.setattr(Publications, "files", None)
    assert here.prices.old("national", "0" * 12) is None
    assert here.prices.old("riverbend", versions(here, "national")) is None
    assert here.prices.old("nobody", versions(here, "national")) is None


def test_a_clinic_that_has_been_withdrawn_has_old_versions(here):
    version = versions(here, "riverbend")
    publish_files(
        here.publications, "riverbend", {}, based_on=1, by="Ann", why="x", how="browser", in_force_from=here.day
    )
    here.look()
    assert "riverbend" not in here.prices.current.clinics
    assert here.prices.old("riverbend", version).version == version


def test_without_a_store_only_the_version_of_now_is_known(here):
    live = LivePriceBooks(here.folder)
    assert live.old("national", live.current.national.version) is live.current.national
    assert live.old("national", "0" * 12) is None


# The app


def test_the_app_serves_what_is_published(here):
    app = create_app(here.folder, lambda: here.day, here.database)
    assert app.extensions["store"] is here.database
    health = app.test_client().get("/healthz").get_json()
    assert (health["status"], health["clinics"]) == ("ok", ["riverbend"])
    assert app.test_client().get("/prices").status_code == 200


def test_health_tells_of_a_conflict(here):
    app = create_app(here.folder, lambda: here.day, here.database)
    prices = app.extensions["site"].prices
    here.edit(INFUSION, BOOSTED)
    here.publish(INFUSION, b"typical: 520")
    here.look()
    deadline = time.monotonic() + 30
    while not prices.conflicts:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    told = app.test_client().get("/healthz").get_json()
    assert told["status"] == "broken tables"
    assert [one["file"] for one in told["problems"]] == [CARE]
    assert "Choose at the desk what stays" in told["problems"][0]["says"]


@pytest.mark.parametrize("days", [0, 30])
def test_health_names_nobody(here, days):
    """Everybody may read /healthz: who published what an edit collides with is said at the desk alone."""
    app = create_app(here.folder, lambda: here.day, here.database)
    prices = app.extensions["site"].prices
    here.publish(INFUSION, b"typical: 520", by="Dr. Secret Name", since=here.day + timedelta(days=days))
    here.edit(INFUSION, BOOSTED)
    deadline = time.monotonic() + 30
    while not prices.conflicts:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    answer = app.test_client().get("/healthz").get_data(as_text=True)
    assert "version 2" in answer
    assert "Secret" not in answer
    assert str(here.folder) not in answer


def test_no_patient_page_sets_a_cookie(here):
    app = create_app(here.folder, lambda: here.day, here.database)
    for page in ("/", "/estimate", "/prices", "/api/v1/estimate"):
        assert "Set-Cookie" not in app.test_client().get(page).headers
