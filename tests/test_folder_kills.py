"""Kill -9 at any moment of publishing and writing back leaves the old or the new, never a mixture."""

import itertools
import os
import random
import tempfile
import time
from pathlib import Path

import pytest
from support.killing import kill_while
from support.shops import Shop, shop
from support.strategies_yaml import small_book
from support.writing import publish_files

KILLS = 200
LONGEST = 0.08
"""Seconds: several publications, each written back to every national file."""

LONG_AGO = float("inf")
"""A wall clock by which nobody has touched the files lately, so that one look is enough."""


def publish_without_end(here):
    """A worker of the server: forked when the prices had been read; it publishes, writes to disk, says what it did."""

    def work(say):
        os.replace = slowly(os.replace)
        while True:
            latest = here.publications.latest("national")
            new = publish_files(
                here.publications,
                "national",
                {name: marked(text, latest.number + 1) for name, text in NATIONAL.items()},
                based_on=latest.number,
                by="Ann",
                why="x",
                how="browser",
                in_force_from=here.day,
            )
            say(f"{new.number}")
            here.prices.refresh()

    return work


def slowly(step):
    """A step that a kill can fall before and after, however fast the machine."""

    def stepping(*given):
        time.sleep(0.003)
        step(*given)
        time.sleep(0.003)

    return stepping


NATIONAL = {name: text for name, text in small_book().items() if name.startswith("national/")}


def marked(text, number):
    """A text that says which publication it is a part of."""
    return text + b"# number %d\n" % number


@pytest.fixture
def place(tmp_path):
    """A folder in memory where there is one: to a kill it is the same as a disk, and nothing waits for syncing."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_after_every_kill_one_look_puts_folder_and_store_in_order(place):
    moments = random.Random(7)
    with shop(place) as here:
        here.wall = LONG_AGO
        torn, behind, leftovers = 0, 0, 0
        for kill in range(KILLS):
            done = kill_while(publish_without_end(here), moments.uniform(0, LONGEST))
            before, latest = here.on_disk(), here.publications.latest("national")
            assert latest.number >= max(map(int, done), default=0)
            leftovers += any("/." in name for name in before)
            numbers = {text.rpartition(b"# number ")[2] for name, text in before.items() if name in NATIONAL}
            torn += len(numbers) > 1
            behind += here.in_force() != before
            if kill % 20 == 0:
                here.start()
            here.prices.refresh()
            assert here.on_disk() == here.in_force()
            assert here.prices.problems == ()
        check_every_publication(here)
        assert torn
        assert behind > torn
        assert leftovers, "the kills came at other moments than those that matter"


def check_every_publication(here: Shop) -> None:
    """Each has all its files, byte for byte, and none is missing."""
    history = here.publications.history("national")[::-1]
    assert [one.number for one in history] == list(range(1, len(history) + 1))
    assert len(history) > KILLS // 10
    for one in itertools.islice(history, 1, None):
        assert here.publications.files(one) == {name: marked(text, one.number) for name, text in NATIONAL.items()}
