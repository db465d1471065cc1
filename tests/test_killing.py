"""A process that is killed while it publishes loses nothing that it said was done, and tears nothing."""

import contextlib
import hashlib
import itertools
import time
from datetime import date
from random import Random

import pytest
from support.killing import kill_while
from support.writing import save_draft

from estimator.store.database import open_database
from estimator.store.journal import Journal, add_entry_in
from estimator.store.migrations import migrate
from estimator.versions.drafts import Drafts
from estimator.versions.publications import NewPublication, Publications

KILLS = 200
A_FEW = 4
TODAY = date(2026, 11, 22)
OWNERS = ("national", "harbor")


def text(number, part):
    """What file `part` of publication `number` holds: some fit a page of the database, some need many."""
    return f"# {part} of {number}\r\n".encode() * (1 + 700 * (number % 3))


def files(number):
    """Two texts that are new in each publication, and one that stays."""
    return {"a.yaml": text(number, "a"), "b.yaml": text(number, "b"), "same.yaml": b"never changes\n"}


def publish_without_end(url, say):
    """Publish drafts, for one owner and the other in turn, and say the number of each that is done."""
    with contextlib.closing(open_database(url)) as database:
        publications, drafts = Publications(database), Drafts(database)
        numbers = {owner: latest.number if (latest := publications.latest(owner)) else 0 for owner in OWNERS}
        while True:
            for owner in OWNERS:
                number = numbers[owner] = numbers[owner] + 1
                left = drafts.get(owner)
                revision = left.revision if left else 0
                draft = save_draft(drafts, owner, files(number), based_on=number - 1, revision=revision, by="Ana")
                with database.writing() as connection:
                    publications.publish_in(
                        connection,
                        NewPublication(
                            owner=owner,
                            files=draft.changed,
                            based_on=number - 1,
                            by="Ana",
                            why="",
                            how="browser",
                            in_force_from=TODAY,
                        ),
                    )
                    drafts.discard_in(connection, owner, draft.revision)
                    add_entry_in(connection, "Ana", "published", owner, str(number))
                say(f"{owner} {number}")


class Enough(Exception):
    """Ends what would go on without end."""


def seconds_of_a_few(url):
    """How long a start and a few publications take on this machine."""
    said = []

    def say(line):
        said.append(line)
        if len(said) == A_FEW:
            raise Enough

    begun = time.monotonic()
    with pytest.raises(Enough):
        publish_without_end(url, say)
    return time.monotonic() - begun


def check_everything(database):
    """Each publication is whole, its number the next one, its line in the log; returns the last numbers."""
    publications = Publications(database)
    history = publications.history()[::-1]
    for owner in OWNERS:
        assert [one.number for one in history if one.owner == owner] == list(range(1, _last(history, owner) + 1))
    for one in history:
        check_one(publications, one)
    logged = [(entry.owner, entry.detail) for entry in Journal(database).all()]
    assert logged == [(one.owner, str(one.number)) for one in history]
    return {owner: _last(history, owner) for owner in OWNERS}


def check_one(publications, publication):
    found = publications.files(publication)
    assert found == files(publication.number)
    assert publication.files == {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def _last(history, owner):
    return max((one.number for one in history if one.owner == owner), default=0)


def test_two_hundred_kills_while_publishing_lose_nothing_and_tear_nothing(tmp_path):
    """What was reported as done is there, byte for byte; what was not is there whole or not at all; it goes on."""
    url = f"sqlite:///{tmp_path}/estimator.db"
    with contextlib.closing(open_database(url)) as database:
        migrate(database)
    longest = seconds_of_a_few(url) / A_FEW
    moments = Random(20261122)
    before = dict.fromkeys(OWNERS, A_FEW // len(OWNERS))
    reported = cut_short = 0
    for _ in range(KILLS):
        said = kill_while(
            lambda say: publish_without_end(url, say), moments.uniform(0, longest), after=moments.randint(0, A_FEW)
        )
        # The next start is the only thing that puts the file in order.
        with contextlib.closing(open_database(url)) as database:
            publications = Publications(database)
            now = {owner: _last(publications.history(owner), owner) for owner in OWNERS}
            done = {**before, **{owner: int(number) for owner, number in map(str.split, said)}}
            for owner in OWNERS:
                # At most the one that was being reported is there without having been.
                assert done[owner] <= now[owner] <= done[owner] + 1
                for number in range(before[owner] + 1, now[owner] + 1):
                    check_one(publications, publications.get(owner, number))
                cut_short += Drafts(database).get(owner) is not None
            with database.reading() as connection:
                assert connection.exec_driver_sql("PRAGMA quick_check").scalar() == "ok"
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        before = now
        reported += len(said)
    with contextlib.closing(open_database(url)) as database:
        assert check_everything(database) == before
    # The kills came in the midst of the work, not all before or after it.
    assert reported > KILLS
    assert cut_short > KILLS / 20


def test_a_child_that_ends_by_itself_is_no_kill():
    """The harness does not take a crash of the work for the kill it was asked for."""

    def fail(say):
        raise ValueError("a mistake in the work")

    with pytest.raises(AssertionError, match="a mistake in the work"):
        kill_while(fail, 5)
    with pytest.raises(AssertionError, match="nothing left to do"):
        kill_while(lambda say: say("done"), 5)


def test_a_kill_can_wait_for_what_is_said():
    def count(say):
        for number in itertools.count():
            time.sleep(0.01)
            say(str(number))

    assert kill_while(count, 0, after=7)[:7] == [str(number) for number in range(7)]


def test_what_a_child_said_before_its_kill_is_heard():
    def count(say):
        for number in range(1000):
            say(str(number))
        while True:
            pass

    assert kill_while(count, 0.5) == [str(number) for number in range(1000)]
