"""
A folder of price tables and the store, kept in step: the two never disagree silently.

An edit of the files becomes a publication, a publication is written back to the files, and where both have changed
nothing is touched until a person decides. Only one process does this at a time.

Most looks find nothing new and cost 0.2 ms instead of 6: names, times, sizes and inodes of the files, the newest
publication and the day are what they were. An edit that keeps all of these, times in nanoseconds too, would be missed.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from estimator.prices.book import NATIONAL
from estimator.prices.digests import digests_of
from estimator.prices.problems import Problem
from estimator.prices.reading import Reading
from estimator.prices.watched_folder import Signature, signature_of
from estimator.sentences import Sentence, say
from estimator.store.database import Database
from estimator.store.journal import add_entry_in
from estimator.store.stored_sentences import BY_DISK, BY_ESTIMATOR, EDITED, NEW, REMOVED, TAKEN_UP, WRITTEN, listed
from estimator.versions.book_cache import PriceBookCache
from estimator.versions.folder.folder_mark import claim, mark_of
from estimator.versions.folder.notes import FolderNotes
from estimator.versions.folder.sync_state import Diverged, FolderEdited, InSync, StoreAhead, SyncState, Why, sync_state
from estimator.versions.folder.table_folder import CannotWrite, FolderContents, TableFolder, kind_of
from estimator.versions.publications import Files, NewPublication, Publication, PublicationRefused, Publications
from estimator.versions.timeline import Timeline

SETTLED_SECONDS = 0.5
"""An edit counts when the folder has been left alone for so long: a half-written file may read well, but short."""


@dataclass(frozen=True, slots=True)
class FolderConflict:
    """
    Files that differ from what is `published`, where a person has to decide which stands, and `why` (`Diverged`).

    `on_disk_files` are the files; `based_on` is the publication that was edited, where that is known.
    """

    owner: str
    on_disk_files: Files
    published: Publication
    based_on: Publication | None
    why: Why

    @property
    def sentence(self) -> Sentence:
        """What happened and what to do, for everybody: who published is nobody's business outside the desk."""
        number, day = self.published.number, self.published.in_force_from
        match self.why:
            case "pending":
                return say(
                    "edited on disk, but version %(number)s is already published from %(day)s on; the edit is not in"
                    " force. Choose at the desk what stays",
                    number=number,
                    day=day,
                )
            case "gone":
                return say(
                    "gone from the folder; version %(number)s is published and stays in force. Choose at the desk"
                    " whether to write it back or to withdraw it",
                    number=number,
                )
            case "older":
                return say(
                    "says again what an earlier version said, as after an upgrade or a restored copy; version"
                    " %(number)s is published and stays in force. Choose at the desk what stays",
                    number=number,
                )
        return say(
            "edited on disk while version %(number)s was published; that one is in force, and the edit is untouched."
            " Choose at the desk what stays",
            number=number,
        )

    @property
    def problem(self) -> Problem:
        """The same as a problem of the folder."""
        held, before = digests_of(self.on_disk_files), (self.based_on or self.published).files
        names = [name for name in sorted({*held, *before}) if held.get(name) != before.get(name)]
        return Problem(names[0] if len(names) == 1 else kind_of(self.owner), 0, 0, "", self.sentence)


@dataclass(frozen=True, slots=True)
class SyncResult:
    """
    How a look at the folder ended: what is wrong with it, who has to decide something, whether anything was published.

    With `again` the next look tries once more.
    """

    problems: tuple[Problem, ...] = ()
    conflicts: Mapping[str, FolderConflict] = field(default_factory=dict)
    published: bool = False
    again: bool = False


class FolderSync:
    """
    Keeps one folder and a store in step, at each `look`.

    `clock` gives seconds that only grow, `wall` those that files' times are measured by. Raises `OtherFolder`.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        cache: PriceBookCache,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.mark = claim(database, folder)
        self.tables = TableFolder(folder)
        self.notes = FolderNotes(database, folder)
        self._database, self._cache, self._clock, self._wall = database, cache, clock, wall
        self._publications = Publications(database)
        self._seen: tuple[Signature, float] | None = None
        self._done: tuple[Signature, int, date] | None = None
        self._now = SyncResult()
        self.tables.sweep()

    def look(self, timeline: Timeline, day: date, good: Mapping[str, Files]) -> SyncResult:
        """
        Bring folder and store in step, as far as nobody has to decide.

        `timeline` are the publications as they are now, `good` the texts of those in force. Somebody else who is at
        it, or an editor who is still writing, is not waited for: then the last look's answer holds.
        """
        if self._done == (signature_of(self.tables.folder), timeline.newest_id, day):
            return self._now
        if self.tables.folder.is_dir() and mark_of(self.tables.folder) != self.mark:
            return SyncResult((_another(),))
        with self.tables.locked() as ours:
            # Whoever was at it before us may have published, and noted what our timeline does not know.
            held = self.tables.look() if ours and self._publications.newest_id() == timeline.newest_id else None
            if held is None or not self._is_settled(held):
                return self._now
            self._now = self._kept_in_step(held, timeline, day, good)
            self._done = None if self._now.again else (held.signature, timeline.newest_id, day)
        return self._now

    def _is_settled(self, held: FolderContents) -> bool:
        now = self._clock()
        if self._seen is None or self._seen[0] != held.signature:
            self._seen = (held.signature, now)
        return max(now - self._seen[1], self._wall() - held.youngest) >= SETTLED_SECONDS

    def _kept_in_step(
        self, held: FolderContents, timeline: Timeline, day: date, good: Mapping[str, Files]
    ) -> SyncResult:
        noted = self.notes.numbers()
        known, problems = _known(held, timeline, noted)
        states = {
            owner: sync_state(digests_of(held.files(owner)), noted.get(owner), timeline.history(owner), day)
            for owner in known
        }
        self._note_the_same(states, noted)
        refused = [found for owner, one in states.items() for found in self._written_back(owner, one, held)]
        edits = {owner: held.files(owner) for owner, one in states.items() if isinstance(one, FolderEdited)}
        accepted, wrong = good_edits(self._cache, good, edits)
        published = self._publish(accepted, states, day)
        conflicts = {
            owner: FolderConflict(owner, held.files(owner), one.published, one.base, one.why)
            for owner, one in states.items()
            if isinstance(one, Diverged)
        }
        problems += [*refused, *wrong, *(one.problem for one in conflicts.values())]
        again = bool(refused) or bool(accepted) > published
        return SyncResult(tuple(dict.fromkeys(problems)), conflicts, published, again)

    def _note_the_same(self, states: Mapping[str, SyncState], noted: Mapping[str, int]) -> None:
        same = {owner: one.in_force.number for owner, one in states.items() if isinstance(one, InSync) and one.in_force}
        if new := {owner: number for owner, number in same.items() if noted.get(owner) != number}:
            with self._database.writing() as connection:
                for owner, number in new.items():
                    self.notes.note_in(connection, owner, number)

    def _written_back(self, owner: str, state: SyncState, held: FolderContents) -> list[Problem]:
        """Write what is in force over files that the store has left behind; returns what keeps us from it."""
        if not isinstance(state, StoreAhead):
            return []
        try:
            self.write(owner, held.files(owner), state.in_force)
        except CannotWrite as error:
            says = say(
                "version %(number)s is in force, but cannot be written to the folder: %(reason)s",
                number=state.in_force.number,
                reason=error.sentence,
            )
            return [Problem(kind_of(owner), 0, 0, "", says)]
        return []

    def write(self, owner: str, seen: Files, publication: Publication) -> None:
        """Put a publication's files in place of those `seen`; raises `CannotWrite`."""
        self.tables.write(seen, self._publications.files(publication))
        with self._database.writing() as connection:
            self.notes.note_in(connection, owner, publication.number)
            add_entry_in(connection, BY_ESTIMATOR, "written to disk", owner, say(WRITTEN, number=publication.number))

    def _publish(self, accepted: Mapping[str, Files], states: Mapping[str, SyncState], day: date) -> bool:
        """Publish edits, all or none; False when somebody else has published meanwhile, or nothing was edited."""
        try:
            with self._database.writing() as connection:
                for owner in sorted(accepted, key=lambda owner: (owner != NATIONAL, owner)):
                    one = states[owner]
                    assert isinstance(one, FolderEdited)
                    why = _why(one.base.files if one.base else {}, digests_of(accepted[owner]))
                    new = NewPublication(
                        owner=owner,
                        files=accepted[owner],
                        based_on=one.base.number if one.base else 0,
                        by=BY_DISK,
                        why=why,
                        how="disk",
                        in_force_from=day,
                    )
                    publication = self._publications.publish_in(connection, new)
                    self.notes.note_in(connection, owner, publication.number)
                    detail = say(TAKEN_UP, number=publication.number, why=why)
                    add_entry_in(connection, BY_ESTIMATOR, "edited on disk", owner, detail)
        except PublicationRefused:
            return False
        return bool(accepted)


def _another() -> Problem:
    says = say("another folder has taken the place of the one that is kept in step; the last good prices stay in force")
    fix = say("put that one back, or say once with 'estimator prices folder --adopt' that this one takes its place")
    return Problem("folder", 0, 0, "", says, fix)


def _known(held: FolderContents, timeline: Timeline, noted: Mapping[str, int]) -> tuple[frozenset[str], list[Problem]]:
    """The owners whose files can be held against the store, and why others cannot."""
    problems = list(held.problems)
    owners = held.owners.keys() | timeline.by_owner.keys()
    # Where a whole folder is gone, nobody is taken to have withdrawn every clinic.
    gone = {
        owner
        for owner, number in noted.items()
        if kind_of(owner) in held.missing and timeline.history(owner)[number - 1].files
    }
    for kind in sorted({kind_of(owner) for owner in gone}):
        says = say("the folder is missing or cannot be read")
        fix = say(
            "put it back; to withdraw a clinic, remove no more than its file, and say at the desk that it is withdrawn"
        )
        problems.append(Problem(kind, 0, 0, "", says, fix))
    return frozenset(owners - held.unknown - gone), problems


def good_edits(
    cache: PriceBookCache, good: Mapping[str, Files], edits: Mapping[str, Files]
) -> tuple[dict[str, Files], list[Problem]]:
    """
    Those edits that leave everything readable, and what is wrong with the others.

    `good` are everybody's texts without the edits. Edits are tried together, because one may need the other; edited
    national tables must leave every clinic readable that was readable before.
    """
    accepted, problems = dict(edits), list[Problem]()
    if not accepted:
        return accepted, problems
    broken_before = _broken(cache.read(good))
    while accepted:
        reading = cache.read({**good, **accepted})
        broken = _broken(reading) - (broken_before - accepted.keys())
        if not broken:
            break
        problems += [problem for problem in reading.errors if _owner_of(problem) in broken]
        mine = broken & accepted.keys() or {NATIONAL} & accepted.keys() or set(accepted)
        accepted = {owner: files for owner, files in accepted.items() if owner not in mine}
    return accepted, problems


def _broken(reading: Reading) -> frozenset[str]:
    """Whose tables have errors; while the national ones have, nothing is said about clinics."""
    if any(_owner_of(problem) == NATIONAL for problem in reading.errors):
        return frozenset({NATIONAL})
    return reading.broken_clinics


def _owner_of(problem: Problem) -> str:
    kind, _, file = problem.file.partition("/")
    return file.rpartition(".")[0] if kind == "clinics" else NATIONAL


def _why(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Which files an edit changed; some there are, or it is none."""
    found = {
        EDITED: {name for name in after if name in before and after[name] != before[name]},
        NEW: after.keys() - before.keys(),
        REMOVED: before.keys() - after.keys(),
    }
    return listed([Sentence(what, {"names": ", ".join(sorted(names))}) for what, names in found.items() if names], ";")
