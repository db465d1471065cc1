"""Whatever people and accidents do to a folder and a store, the two never disagree silently and no text is lost."""

import contextlib
import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.shops import Shop, opened
from support.writing import publish_files

from estimator.versions.folder.notes import FolderNotes
from estimator.versions.publications import PublicationRefused

CARE, MONEY, RIVERBEND, HARBOR = (
    "national/care.yaml",
    "national/money.yaml",
    "clinics/riverbend.yaml",
    "clinics/harbor.yaml",
)
OWNERS = {CARE: "national", MONEY: "national", RIVERBEND: "riverbend", HARBOR: "harbor"}


NOTE_IN = FolderNotes.note_in


class Crash(BaseException):
    """The process ends here."""


class FolderAndStore(RuleBasedStateMachine):
    """One folder, one store, one process that may end at any step of its work."""

    names = st.sampled_from([CARE, MONEY, RIVERBEND, HARBOR])

    @initialize()
    def begin(self):
        self.place = Path(tempfile.mkdtemp(dir=self.base))
        shutil.copy(self.migrated, self.place / "estimator.db")
        self.here = Shop(self.place)
        self.numbers = iter(range(1, 1000))

    def teardown(self):
        self.here.database.close()
        shutil.rmtree(self.place)

    # What people do to the files

    @rule(name=names)
    def edit_on_disk(self, name):
        whole = self.on_disk(name) or b"clinic: {name: Harbor}\n"
        self.here.write(name, whole + b"# on disk %d\n" % next(self.numbers))

    @rule(name=names)
    def edit_the_first_line_on_disk(self, name):
        """Collides with every other edit of the first line."""
        whole = self.on_disk(name) or b"clinic: {name: Harbor}\n"
        self.here.write(name, b"# first %d\n" % next(self.numbers) + whole)

    @rule(name=names)
    def break_on_disk(self, name):
        self.here.write(name, (self.on_disk(name) or b"") + b"mistake %d: [\n" % next(self.numbers))

    @rule(name=names)
    def put_back_on_disk(self, name):
        """As from a copy that somebody kept."""
        self.here.write(name, self.published(name))

    @rule(name=st.sampled_from([RIVERBEND, HARBOR]))
    def remove_on_disk(self, name):
        (self.here.folder / name).unlink(missing_ok=True)

    # What people do at the desk

    @rule(name=names, days=st.sampled_from([0, 0, 0, 1, 2]), how=st.sampled_from(["browser", "undo"]))
    def publish(self, name, days, how):
        owner = OWNERS[name]
        latest = self.here.publications.latest(owner)
        files = self.here.publications.files(latest) if latest else {}
        files[name] = b"# first %d\n" % next(self.numbers) + files.get(name, b"clinic: {name: Harbor}\n")
        with contextlib.suppress(PublicationRefused):
            publish_files(
                self.here.publications,
                owner,
                files,
                based_on=latest.number if latest else 0,
                by="Ann",
                why="x",
                how=how,
                in_force_from=self.here.day + timedelta(days=days),
            )

    @rule(name=names)
    def undo(self, name):
        owner = OWNERS[name]
        history = self.here.publications.history(owner)
        if len(history) > 1:
            with contextlib.suppress(PublicationRefused):
                publish_files(
                    self.here.publications,
                    owner,
                    self.here.publications.files(history[1]),
                    based_on=history[0].number,
                    by="Ann",
                    why="undo",
                    how="undo",
                    in_force_from=self.here.day,
                )

    @rule(choice=st.sampled_from(["keep_disk", "keep_published", "keep_merged"]))
    def decide(self, choice):
        for conflict in self.here.prices.conflicts:
            with contextlib.suppress(PublicationRefused), self.no_text_lost():
                getattr(self.here.prices.resolution(), choice)(conflict, "Ben")

    # What happens

    @rule()
    def look(self):
        with self.no_text_lost():
            self.here.look(1)

    @rule()
    def a_day_passes(self):
        self.here.day += timedelta(days=1)

    @rule()
    def restart(self):
        with self.no_text_lost():
            self.here.start()

    @rule(steps=st.integers(0, 8))
    def crash(self, steps):
        """The process ends after a few more steps of writing, and another one starts."""
        left = iter(range(steps))

        def or_crash(step):
            def stepping(*given, **named):
                if next(left, None) is None:
                    raise Crash
                return step(*given, **named)

            return stepping

        with pytest.MonkeyPatch.context() as patch, self.no_text_lost(), contextlib.suppress(Crash):
            for name in ("replace", "fsync", "fchown"):
                patch.setattr(os, name, or_crash(getattr(os, name)))
            patch.setattr(FolderNotes, "note_in", or_crash(NOTE_IN))
            self.here.look(3)
        self.restart()

    @rule()
    def two_looks_later(self):
        """The promise: either both say the same, or somebody is told."""
        with self.no_text_lost():
            self.here.look(2)
        told = self.here.prices.problems
        assert self.here.on_disk() == self.here.in_force() or told
        assert not [name for name in self.here.on_disk() if "/." in name]
        assert {conflict.owner for conflict in self.here.prices.conflicts} <= set(OWNERS.values())
        # Nobody is bothered about nothing.
        if self.here.on_disk() == self.here.in_force() and not self.waiting():
            assert told == ()

    # What is always so

    @contextlib.contextmanager
    def no_text_lost(self):
        """Every text that stood in the folder still stands there, or is in the store."""
        before = {text for name, text in self.here.on_disk().items() if "/." not in name}
        yield
        with self.here.database.reading() as connection:
            stored = set(connection.exec_driver_sql("SELECT content FROM texts").scalars())
        assert before <= stored | set(self.here.on_disk().values())

    @precondition(lambda self: hasattr(self, "here"))
    @invariant()
    def what_is_in_force_can_be_read(self):
        assert self.here.prices._now.books.national.version

    def on_disk(self, name):
        path = self.here.folder / name
        return path.read_bytes() if path.exists() else None

    def published(self, name):
        found = [self.here.publications.files(one) for one in self.here.publications.history(OWNERS[name])]
        return next((files[name] for files in reversed(found) if name in files), b"clinic: {name: Harbor}\n")

    def waiting(self):
        return any(self.here.publications.pending(owner, self.here.day) for owner in OWNERS.values())


def test_folder_and_store_never_disagree_silently(tmp_path):
    FolderAndStore.base = tmp_path
    FolderAndStore.migrated = tmp_path / "migrated.db"
    opened(FolderAndStore.migrated).close()
    run_state_machine_as_test(FolderAndStore, settings=settings(stateful_step_count=30))
