"""Prices that people edit while the app runs."""

import logging
import os
import threading
import time
from datetime import date

import pytest
from support.strategies_yaml import small_book

from estimator.prices.watched_folder import BrokenTables, LivePriceBooks


class Clock:
    """Seconds that pass when the test says so."""

    seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def folder(tmp_path):
    for name, data in small_book().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def live(folder, clock):
    return LivePriceBooks(folder, clock)


def edit(folder, old, new, file="national/care.yaml"):
    data = (folder / file).read_bytes()
    assert old in data
    (folder / file).write_bytes(data.replace(old, new, 1))


def infusion(live, book="national"):
    prices = live.current.get(book).tables.charges["infusion"].self_pay
    return prices[min(prices)].typical


def test_an_edit_takes_effect_within_two_seconds(folder, live, clock):
    assert infusion(live) == 500_00
    edit(folder, b"typical: 500", b"typical: 510")
    clock.seconds += 1.1
    assert infusion(live) == 510_00


def test_an_edit_takes_effect_by_the_real_clock_too(folder):
    live = LivePriceBooks(folder)
    edit(folder, b"typical: 500", b"typical: 510")
    deadline = time.monotonic() + 30
    while infusion(live) != 510_00:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_folder_is_looked_at_no_more_than_once_a_second(folder, live, clock):
    edit(folder, b"typical: 500", b"typical: 510")
    clock.seconds += 0.9
    assert infusion(live) == 500_00


def test_a_folder_without_a_store_answers_what_the_desk_asks(folder, live):
    """A look at once; on a later day it says what it says now; and it has nothing to decide."""
    edit(folder, b"typical: 500", b"typical: 510")
    live.refresh()
    assert infusion(live) == 510_00
    assert live.on(date(2027, 1, 1)) is live.current
    assert (live.conflicts, live.resolution()) == ((), None)


def test_what_has_not_changed_is_not_read_again(live, clock):
    before = live.current
    clock.seconds += 10
    assert live.current is before


def test_a_broken_edit_changes_nothing_and_is_logged_once(folder, live, clock, caplog):
    with caplog.at_level(logging.ERROR):
        edit(folder, b"typical: 500", b"typical: 5OO")
        for _ in range(5):
            clock.seconds += 2
            assert infusion(live) == 500_00
    (record,) = caplog.records
    assert (
        "national/care.yaml:73: charges.infusion.self_pay.2026-01-01.typical: '5OO' is not an amount" in record.message
    )
    (problem,) = live.problems
    assert (problem.file, problem.line) == ("national/care.yaml", 73)
    edit(folder, b"typical: 5OO", b"typical: 520")
    clock.seconds += 2
    assert infusion(live) == 520_00
    assert live.problems == ()


def test_a_broken_clinic_keeps_its_last_good_book_while_the_others_move_on(folder, live, clock):
    edit(folder, b"2026-02-01: 450", b"2026-02-01: none", "clinics/riverbend.yaml")
    edit(folder, b"typical: 500", b"typical: 510")
    clock.seconds += 2
    assert infusion(live) == 510_00
    assert infusion(live, "riverbend") == 450_00
    assert [problem.file for problem in live.problems] == ["clinics/riverbend.yaml"]


def test_clinics_come_and_go_with_their_files(folder, live, clock):
    (folder / "clinics" / "harbor.yaml").write_text("clinic: {name: Harbor}")
    (folder / "clinics" / "riverbend.yaml").unlink()
    clock.seconds += 2
    assert live.current.clinics.keys() == {"harbor"}


def test_an_edit_of_the_same_length_at_the_same_time_counts_when_the_file_is_replaced(folder, live, clock):
    """Editors write a new file and rename it; some tools put the old time of change back."""
    path = folder / "national" / "care.yaml"
    status = path.stat()
    (folder / "new").write_bytes(path.read_bytes().replace(b"typical: 500", b"typical: 530"))
    os.utime(folder / "new", ns=(status.st_atime_ns, status.st_mtime_ns))
    (folder / "new").rename(path)
    clock.seconds += 2
    assert infusion(live) == 530_00


def test_tables_that_vanish_leave_the_last_good_ones_in_force(folder, live, clock):
    (folder / "national").rename(folder / "elsewhere")
    clock.seconds += 2
    assert infusion(live) == 500_00
    assert live.problems
    (folder / "elsewhere").rename(folder / "national")
    clock.seconds += 2
    assert infusion(live) == 500_00
    assert live.problems == ()


def test_tables_broken_from_the_start_are_an_exception_that_lists_them(folder):
    edit(folder, b"typical: 500", b"typical: 5OO")
    with pytest.raises(BrokenTables, match=r"care\.yaml:73: .*'5OO' is not an amount") as raised:
        LivePriceBooks(folder)
    assert str(folder) in str(raised.value)
    assert len(raised.value.problems) == 1


def test_a_clinic_broken_from_the_start_does_not_keep_the_others_from_starting(folder, clock, caplog):
    (folder / "clinics" / "harbor.yaml").write_text("clinic: {}")
    live = LivePriceBooks(folder, clock)
    assert live.current.clinics.keys() == {"riverbend"}
    assert len(caplog.records) == 1
    (folder / "clinics" / "harbor.yaml").write_text("clinic: {name: Harbor}")
    clock.seconds += 2
    assert live.current.clinics.keys() == {"harbor", "riverbend"}


def test_many_threads_see_whole_books_while_the_tables_change(folder, clock):
    live, seen, failures = LivePriceBooks(folder, clock), set(), []

    def ask():
        try:
            for _ in range(200):
                books = live.current
                seen.add((books.national.version, infusion(live)))
                assert books.get("riverbend") is not None
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for cents in range(501, 511):
        edit(folder, b"typical: %d" % (cents - 1), b"typical: %d" % cents)
        clock.seconds += 1.5
        assert infusion(live) in range(500_00, 511_00)
    for thread in threads:
        thread.join()
    assert not failures
    clock.seconds += 2
    while infusion(live) != 510_00:
        clock.seconds += 2
    assert live.problems == ()
