"""Both the files and the store have changed, and a person has decided what stays."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from estimator.prices.digests import digests_of
from estimator.sentences import say
from estimator.store.database import Database
from estimator.store.journal import add_entry_in
from estimator.store.stored_sentences import (
    EDIT_WAS,
    EDIT_WAS_NO_FILE,
    KEPT_FROM_DISK,
    MERGED,
    MERGED_WITH_WAITING,
    WAITS_AGAIN,
)
from estimator.versions.book_cache import PriceBookCache
from estimator.versions.folder.sync import FolderConflict, FolderSync, good_edits
from estimator.versions.folder.table_folder import CannotWrite
from estimator.versions.publications import (
    Files,
    How,
    NewPublication,
    PublicationRefused,
    Publications,
    TablesHaveErrors,
    keep_texts_in,
)
from estimator.versions.three_way import Merged, Side, three_way
from estimator.versions.timeline import Timeline

WAIT_SECONDS = 5.0


class FolderBusy(PublicationRefused):
    """The files or the publications are no longer what the person saw."""

    def __init__(self, said: str) -> None:
        super().__init__(f"{said} Look again, then decide.")


class FolderNotWritten(PublicationRefused):
    """
    The files could not be written once the rest of a decision stood: `number` is published; 0 where nothing had to be.

    The files are what they were, so that they and the store go on to differ until somebody decides again.
    """

    def __init__(self, number: int = 0, reason: str = "the folder cannot be written") -> None:
        self.number = number
        told = f"Version {number} is published, but its files are not written" if number else "Nothing was written"
        super().__init__(f"{told}: {reason}. Put that right, then choose what is published.")


class StillCollides(PublicationRefused):
    """Both sides changed the same lines, and nobody has said whose stand."""

    def __init__(self) -> None:
        super().__init__("Both changed the same lines. Say for each place which of the two stays.")


@dataclass(frozen=True, slots=True)
class _Step:
    """One publication of a decision."""

    files: Files
    how: How
    in_force_from: date
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class ConflictResolution:
    """
    Decides conflicts, as seen with `timeline` on `day`; `good` are everybody's readable texts in force.

    Whatever is decided, the edited text is kept in the store. Every decision raises a `PublicationRefused` when
    something has changed meanwhile, when what shall stay has errors, or when the files cannot be written.
    """

    database: Database
    sync: FolderSync
    cache: PriceBookCache
    timeline: Timeline
    day: date
    good: Mapping[str, Files]

    def keep_disk(self, conflict: FolderConflict, by: str) -> None:
        """
        Publish what stands in the folder, in force from today.

        A publication that was to begin later is taken back, as by an undo: it was made for other prices.
        """
        step = _Step(conflict.on_disk_files, "disk", self.day, say(KEPT_FROM_DISK, by=by))
        self._settle(conflict, [step], conflict.on_disk_files, by, "kept disk")

    def keep_published(self, conflict: FolderConflict, by: str) -> None:
        """Write what is in force over the folder's files."""
        in_force = self.timeline.in_force(conflict.owner, self.day)
        files = Publications(self.database).files(in_force) if in_force else {}
        self._settle(conflict, [], files, by, "kept published")

    def merged(
        self, conflict: FolderConflict, decided: Mapping[str, Mapping[int, Side]] | None = None
    ) -> dict[str, Merged]:
        """What the folder's edit (ours) and the publication (theirs) changed together, by file."""
        publications = Publications(self.database)
        base = publications.files(conflict.based_on) if conflict.based_on else {}
        ours, theirs = conflict.on_disk_files, publications.files(conflict.published)
        return {
            name: three_way(base.get(name, b""), ours.get(name, b""), theirs.get(name, b""), (decided or {}).get(name))
            for name in sorted({*base, *ours, *theirs})
        }

    def keep_merged(
        self, conflict: FolderConflict, by: str, decided: Mapping[str, Mapping[int, Side]] | None = None
    ) -> None:
        """
        Publish what both changed; `decided` says by file, for each place where lines collide, whose stand.

        Where a publication waits for its day, the edit is published from today and both together from that day on.
        """
        merged = self.merged(conflict, decided)
        if any(one.collisions for one in merged.values()):
            raise StillCollides
        files = {name: one.text for name, one in merged.items() if one.text}
        if conflict.why == "both":
            steps = [_Step(files, "disk", self.day, say(MERGED, by=by))]
            self._settle(conflict, steps, files, by, "merged")
            return
        if len(Publications(self.database).pending(conflict.owner, self.day)) > 1:
            raise FolderBusy("More than one publication waits for its day.")
        number, begins = conflict.published.number, conflict.published.in_force_from
        steps = [
            _Step(conflict.on_disk_files, "disk", self.day, say(WAITS_AGAIN, number=number)),
            _Step(files, "browser", begins, say(MERGED_WITH_WAITING, number=number, by=by)),
        ]
        self._settle(conflict, steps, conflict.on_disk_files, by, "merged")

    def _settle(self, conflict: FolderConflict, steps: list[_Step], wanted: Files, by: str, action: str) -> None:
        owner = conflict.owner
        with self._unchanged(conflict):
            for step in steps:
                self._check(owner, step.files)
            number = self._publish(conflict, steps, by, action)
            try:
                self.sync.tables.write(conflict.on_disk_files, wanted)
            except CannotWrite as error:
                raise FolderNotWritten(number if steps else 0, str(error)) from error
            if number:
                with self.database.writing() as connection:
                    self.sync.notes.note_in(connection, owner, number)

    @contextmanager
    def _unchanged(self, conflict: FolderConflict) -> Iterator[None]:
        """The folder is ours, and holds what the conflict says, until the end of the block."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            with self.sync.tables.locked() as ours:
                if ours:
                    held = self.sync.tables.look()
                    if held is None or held.files(conflict.owner) != conflict.on_disk_files:
                        raise FolderBusy("The files have changed again.")
                    yield
                    return
            if time.monotonic() > deadline:
                raise FolderBusy("Somebody else is at work on the folder.")
            time.sleep(0.05)

    def _check(self, owner: str, files: Files) -> None:
        accepted, problems = good_edits(self.cache, self.good, {owner: files})
        if not accepted:
            raise TablesHaveErrors(tuple(problems))

    def _publish(self, conflict: FolderConflict, steps: list[_Step], by: str, action: str) -> int:
        """Keep the edited text, publish, write the log, all or nothing; returns the number to note for the folder."""
        owner = conflict.owner
        in_force, history = self.timeline.in_force(owner, self.day), self.timeline.history(owner)
        number, latest = in_force.number if in_force else 0, history[-1]
        with self.database.writing() as connection:
            keep_texts_in(connection, conflict.on_disk_files)
            for step in steps:
                if latest.files == digests_of(step.files) and latest.in_force_from <= step.in_force_from:
                    continue
                new = NewPublication(
                    owner=owner,
                    files=step.files,
                    based_on=latest.number,
                    by=by,
                    why=step.why,
                    how=step.how,
                    in_force_from=step.in_force_from,
                    overtakes=conflict.why == "pending",
                )
                latest = Publications(self.database).publish_in(connection, new)
                if step.in_force_from <= self.day:
                    number = latest.number
            held = ", ".join(f"{name} {digest}" for name, digest in sorted(digests_of(conflict.on_disk_files).items()))
            seen = conflict.published.number
            detail = say(EDIT_WAS, number=seen, held=held) if held else say(EDIT_WAS_NO_FILE, number=seen)
            add_entry_in(connection, by, action, owner, detail)
        return number
