"""People, threads and processes that use the store at the same moment."""

import contextlib
import multiprocessing
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from support.forking import together
from support.writing import publish_files, save_draft

from estimator.store.database import open_database
from estimator.store.migrations import migrate
from estimator.versions.drafts import DraftConflict, Drafts
from estimator.versions.publications import NewPublication, PublicationConflict, Publications
from estimator.versions.timeline import TimelineReader

DAY = date(2026, 11, 22)
ROUNDS = 250
PROCESSES = 2
THREADS = 2
PATIENCE_SECONDS = 60

fork_context = multiprocessing.get_context("fork")


def publish(publications, owner, based_on, by):
    files = {f"clinics/{owner}.yaml": f"{by} after {based_on}\r\n".encode(), "shared.yaml": b"the same for all\n"}
    return publish_files(
        publications, owner, files, based_on=based_on, by=by, why="race", how="browser", in_force_from=DAY
    )


@contextlib.contextmanager
def opened(url):
    with contextlib.closing(open_database(url)) as database:
        yield database


def in_threads(count, work):
    """What `work(0)` … `work(count - 1)` returned, each in a thread of its own."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def test_of_a_thousand_racing_publications_one_of_each_round_wins(store_url):
    """Four contenders in two processes publish after the same version, 250 times: one wins, three learn who did."""
    barrier = fork_context.Barrier(PROCESSES * THREADS)

    def contend(database, by):
        publications = Publications(database)
        outcomes = []
        for based_on in range(ROUNDS):
            barrier.wait(PATIENCE_SECONDS)
            try:
                outcomes.append(("won", publish(publications, "harbor", based_on, by).number, by))
            except PublicationConflict as conflict:
                outcomes.append((str(conflict), conflict.latest.number, conflict.latest.by))
        return outcomes

    def process(place):
        with opened(store_url) as database:
            return in_threads(THREADS, lambda thread: contend(database, f"{place}.{thread}"))

    contenders = [outcomes for outcomes in together(PROCESSES, process) for outcomes in outcomes]
    with opened(store_url) as database:
        publications = Publications(database)
        history = publications.history("harbor")[::-1]
        assert [one.number for one in history] == list(range(1, ROUNDS + 1))
        for one, round_ in zip(history, zip(*contenders, strict=True), strict=True):
            lost = f"Version {one.number} was published by {one.by} meanwhile."
            assert sorted(round_) == [(lost, one.number, one.by)] * 3 + [("won", one.number, one.by)]
            content = f"{one.by} after {one.number - 1}\r\n".encode()
            assert publications.files(one) == {"clinics/harbor.yaml": content, "shared.yaml": b"the same for all\n"}
    assert len(Counter(one.by for one in history)) > 1, "nobody ever raced"


def test_who_watches_the_newest_id_misses_no_publication(store_url):
    """Of several owners who publish at once: what was in the store at some newest id is all there ever is up to it."""
    owners = [f"clinic-{place}" for place in range(6)]
    done = threading.Event()
    seen = []

    def watch(database):
        publications = Publications(database)
        while not done.is_set():
            newest = publications.newest_id()
            seen.append((newest, {one.id for one in publications.history() if one.id <= newest}))

    def publish_often(database, owner):
        for based_on in range(30):
            publish(Publications(database), owner, based_on, "someone")

    with opened(store_url) as database:
        watcher = threading.Thread(target=watch, args=(database,))
        watcher.start()
        try:
            in_threads(len(owners), lambda place: publish_often(database, owners[place]))
        finally:
            done.set()
            watcher.join()
        ids = {one.id for one in Publications(database).history()}
    assert len(ids) == 180
    assert len(seen) > 10
    for newest, known in seen:
        assert known == {id_ for id_ in ids if id_ <= newest}


def test_who_keeps_the_timeline_misses_no_publication(store_url):
    """Of several owners who publish at once: what is kept from look to look is what there is, at every look."""
    owners = [f"clinic-{place}" for place in range(6)]
    timelines, seen, done = TimelineReader(), [], threading.Event()

    def watch(database):
        while not done.is_set():
            with database.reading() as connection:
                seen.append([one.id for one in timelines.look(connection).publications])

    def publish_often(database, owner):
        for based_on in range(30):
            publish(Publications(database), owner, based_on, "someone")

    with opened(store_url) as database:
        watchers = [threading.Thread(target=watch, args=(database,)) for _ in range(2)]
        for watcher in watchers:
            watcher.start()
        try:
            in_threads(len(owners), lambda place: publish_often(database, owners[place]))
        finally:
            done.set()
            for watcher in watchers:
                watcher.join()
        with database.reading() as connection:
            last = timelines.look(connection)
        assert last.publications == Publications(database).history()[::-1]
    ids = [one.id for one in last.publications]
    assert len(ids) == 180
    assert len(seen) > 10
    assert all(some == ids[: len(some)] for some in seen)


def test_a_draft_is_never_seen_half_saved(store_url):
    """Who looks while another saves sees the draft before or after, its files and its revision together."""
    done = threading.Event()

    def save_often(database):
        drafts = Drafts(database)
        try:
            revision = save_draft(drafts, "harbor", {}, based_on=0, revision=0, by="someone").revision
            for seen in range(revision, revision + 200):
                content = str(seen + 1).encode()
                files = {"a.yaml": content, "b.yaml": content}
                save_draft(drafts, "harbor", files, based_on=0, revision=seen, by="someone")
        finally:
            done.set()

    with opened(store_url) as database:
        drafts = Drafts(database)
        writer = threading.Thread(target=save_often, args=(database,))
        writer.start()
        looks = 0
        try:
            while not done.is_set():
                if (draft := drafts.get("harbor")) and draft.changed:
                    looks += 1
                    content = str(draft.revision).encode()
                    assert draft.changed == {"a.yaml": content, "b.yaml": content}
        finally:
            writer.join()
        assert drafts.get("harbor").changed["a.yaml"] == str(drafts.get("harbor").revision).encode()
    assert looks > 10


@pytest.mark.parametrize("first", [True, False])
def test_of_many_who_save_a_draft_at_once_one_wins(store_url, first):
    """Whoever saved first keeps the draft; the others are told who changed it, and nothing of theirs is mixed in."""
    with opened(store_url) as database:
        for round_ in range(20):
            owner = f"clinic-{round_}"
            seen = 0
            if not first:
                files = {"a.yaml": b"before"}
                seen = save_draft(Drafts(database), owner, files, based_on=0, revision=0, by="before").revision
            barrier = threading.Barrier(4)

            def save(place, owner=owner, barrier=barrier, seen=seen):
                barrier.wait(PATIENCE_SECONDS)
                files = {f"{place}.yaml": b"mine"}
                try:
                    return save_draft(Drafts(database), owner, files, based_on=0, revision=seen, by=str(place))
                except DraftConflict as conflict:
                    return conflict

            answers = in_threads(4, save)
            (winner,) = [answer for answer in answers if not isinstance(answer, DraftConflict)]
            assert Drafts(database).get(owner) == winner
            assert winner.changed == {f"{winner.by}.yaml": b"mine"}
            for answer in answers:
                assert answer is winner or answer.current == winner


def test_many_who_publish_in_more_threads_than_connections_all_get_an_answer(store_url):
    """Nobody waits for a second connection while holding the first one."""
    barrier = threading.Barrier(24)

    def contend(database, place):
        barrier.wait(PATIENCE_SECONDS)
        try:
            return publish(Publications(database), "harbor", 0, str(place)).by
        except PublicationConflict as conflict:
            return conflict.latest.by

    with opened(store_url) as database:
        answers = in_threads(24, lambda place: contend(database, place))
        assert set(answers) == {Publications(database).latest("harbor").by}


def test_six_processes_that_start_on_an_empty_database_migrate_it_once(empty_url):
    """Replicas that start together all succeed, and one of them does the work."""

    def start(place):
        with opened(empty_url) as database:
            did = migrate(database)
            publish(Publications(database), f"clinic-{place}", 0, "someone")
            return did

    assert sorted(together(6, start)) == [False] * 5 + [True]
    with opened(empty_url) as database:
        assert len(Publications(database).owners()) == 6


def test_a_busy_store_is_waited_for(store_url):
    """Who publishes while another process is in the middle of a publication waits for it instead of failing."""
    ready = fork_context.Event()

    def process(place):
        with opened(store_url) as database:
            publications = Publications(database)
            if place == 1:
                assert ready.wait(PATIENCE_SECONDS)
                begun = time.monotonic()
                publish(publications, "river", 0, "who waits")
                return time.monotonic() - begun
            with database.writing() as connection:
                publications.publish_in(
                    connection,
                    NewPublication(
                        owner="harbor", files={}, based_on=0, by="slow", why="", how="browser", in_force_from=DAY
                    ),
                )
                ready.set()
                time.sleep(1)
                return 0.0

    _, waited = together(2, process)
    assert waited > 0.5
    with opened(store_url) as database:
        assert [(one.owner, one.by) for one in Publications(database).history()] == [
            ("river", "who waits"),
            ("harbor", "slow"),
        ]


def test_who_reads_does_not_wait_for_who_writes(database):
    """A page is answered from what is committed while a publication is under way."""
    publications = Publications(database)
    before = publish(publications, "harbor", 0, "someone")
    with database.writing() as connection:
        publications.publish_in(
            connection,
            NewPublication(owner="harbor", files={}, based_on=1, by="slow", why="", how="browser", in_force_from=DAY),
        )
        begun = time.monotonic()
        assert publications.latest("harbor") == before
        assert time.monotonic() - begun < 5
    assert publications.latest("harbor").number == 2


def test_a_fork_keeps_what_its_parent_published_and_its_own(store_url):
    """A worker that publishes after its parent's last connection has closed publishes into the same store."""
    parent = open_database(store_url)
    publish(Publications(parent), "harbor", 0, "parent")
    went, may_go = fork_context.Event(), fork_context.Event()

    def worker(_place):
        publish(Publications(parent), "harbor", 1, "child")
        went.set()
        assert may_go.wait(PATIENCE_SECONDS)
        publish(Publications(parent), "harbor", 2, "child")

    def close_meanwhile():
        went.wait(PATIENCE_SECONDS)
        parent.close()
        may_go.set()

    closing = threading.Thread(target=close_meanwhile)
    closing.start()
    together(1, worker)
    closing.join()
    with opened(store_url) as database:
        assert [one.by for one in Publications(database).history("harbor")] == ["child", "child", "parent"]
