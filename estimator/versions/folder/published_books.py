"""
The price books of a store's publications, as an app's source of prices.

What is in force follows from the publications and the day; nobody has to restart anything at midnight. Where a folder
is kept in step with the store, an edit there takes effect within three seconds; without a store, within two.

Asking for prices takes a microsecond: everything in force is one value (`_InForce`) that is never changed, only
replaced, so that threads read it without a lock, and one of them looks for news every 0.2 s.

Several processes show one truth: each finds a publication at another moment, but shows it from the same one on, a
little after it was published (`shown_after`), when all of them have read it. So prices do not go back and forth for a
reader whose requests are answered now by one process, now by another.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from estimator.prices.book import NATIONAL, PriceBook, PriceBooks
from estimator.prices.digests import version_of
from estimator.prices.problems import Problem, errors_among
from estimator.prices.reading import Reading
from estimator.prices.watched_folder import BrokenTables
from estimator.sentences import say
from estimator.store.database import Database
from estimator.versions.book_cache import PriceBookCache
from estimator.versions.folder.conflict_resolution import ConflictResolution
from estimator.versions.folder.first_start import publish_first
from estimator.versions.folder.folder_mark import claim
from estimator.versions.folder.sync import FolderConflict, FolderSync, SyncResult
from estimator.versions.publications import Files, Publication, Publications
from estimator.versions.timeline import Timeline, TimelineReader, in_force_of
from estimator.versions.withdrawing import moved_to

logger = logging.getLogger(__name__)

LOOK_AGAIN_AFTER = 0.2
"""Seconds during which neither store nor folder is looked at again; a look costs a millisecond."""

REFRESH_SECONDS = 2.0
"""How long somebody at the desk waits for another thread's look at store and folder."""

SILENT_SECONDS = 6.0
"""A store or folder that has not answered for so long is a problem; the last good prices stay in force."""

SHOWN_AFTER = 1.5
"""Seconds after its publication from which on every process shows it; by then all have looked and read."""

OLD_BOOKS_KEPT = 16


@dataclass(frozen=True, slots=True, eq=False)
class _InForce:
    """What the publications say on a day: who has which text in force that can be read, and the books made of them."""

    day: date
    timeline: Timeline
    texts: Mapping[str, Files]
    books: PriceBooks
    problems: tuple[Problem, ...]
    withdrawn: Mapping[str, tuple[PriceBook, date]]


class PublishedPriceBooks:
    """
    The price books that a store's publications put in force on `today()`.

    `folder` is kept in step with the store; None where no folder is. A store without publications first publishes what
    `folder` holds, or `first`: raises `BrokenTables` when that cannot be read. `clock` gives seconds that only grow,
    `wall` those that the times of files and publications are measured by. A publication is shown `shown_after` seconds
    after it was made, the same moment everywhere.

    Any number of threads may ask; one of them looks at store and folder now and then, the others do not wait; or a
    thread of its own looks (`keep_up`), and nobody who asks does. When the store cannot be reached, or hangs, the last
    good prices stay in force.
    """

    def __init__(
        self,
        database: Database,
        folder: Path | None = None,
        today: Callable[[], date] = date.today,
        clock: Callable[[], float] = time.monotonic,
        first: Path | None = None,
        wall: Callable[[], float] = time.time,
        shown_after: float = 0.0,
    ) -> None:
        self._database, self._today, self._clock, self._wall = database, today, clock, wall
        self._shown_after = shown_after
        self._publications = Publications(database)
        self._timelines = TimelineReader()
        self._cache = PriceBookCache()
        self._looking = threading.Lock()
        self._is_kept_up = False
        self._old: OrderedDict[tuple[str, str], PriceBook | None] = OrderedDict()
        self._asking_old = threading.Lock()
        self._folder = FolderSync(database, folder, self._cache, clock, wall) if folder else None
        if (tables := folder or first) is not None:
            publish_first(self._publications, tables, self._folder.notes if self._folder else None)
        self._sync_result = SyncResult()
        self._unreached: tuple[Problem, ...] = ()
        self._store_failed = False
        self._logged: frozenset[Problem] = frozenset()
        timeline, self._reached = self._read_timeline(), wall()
        self._now = self._read(timeline, today())
        self._shown: tuple[tuple[float, _InForce], ...]
        self._show_first(self._now)
        self._look_now()

    @property
    def current(self) -> PriceBooks:
        """The last good price books in force."""
        self._ask()
        return self._in_force().books

    @property
    def texts(self) -> Mapping[str, Files]:
        """The texts of what is in force, by owner."""
        return self._in_force().texts

    @property
    def stale_since(self) -> datetime | None:
        """When the store was last heard of, where it does not answer any more; see `PriceSource`."""
        failed = self._store_failed or self._silent()
        return datetime.fromtimestamp(self._reached, UTC) if failed else None

    damage: tuple[()] = ()
    """Nobody looks for it here; `ServedPriceBooks` does."""

    def _in_force(self) -> _InForce:
        """What is shown by now: the last whose moment has come."""
        now = self._clock()
        shown = self._shown
        return next((one for since, one in reversed(shown) if since <= now), shown[0][1])

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with store and folder; empty when both say the same and all of it can be read."""
        self._ask()
        found = (*self._in_force().problems, *self._sync_result.problems, *self._unreached, *self._silent())
        return tuple(dict.fromkeys(found))

    def _silent(self) -> tuple[Problem, ...]:
        """That store or folder hang, where they do: nothing fails then, it only never ends."""
        seconds = self._clock() - self._looked
        if not self._is_kept_up or seconds < SILENT_SECONDS:
            return ()
        says = say("no answer for %(seconds)s seconds; the last good prices stay in force", seconds=int(seconds))
        return (Problem("store", 0, 0, "", says),)

    @property
    def conflicts(self) -> tuple[FolderConflict, ...]:
        """Whose files and publications have both changed, so that somebody has to decide."""
        self._ask()
        return tuple(conflict for _, conflict in sorted(self._sync_result.conflicts.items()))

    def old(self, owner: str, version: str) -> PriceBook | None:
        """The owner's price book of any version that ever was in force; None for other versions."""
        self._ask()
        now = self._in_force()
        book = now.books.get(owner)
        if book is not None and book.version == version:
            return book
        pairs = ((one, now.timeline.pair(one, version)) for one in _ids_of(owner, now.books))
        owner, found = next(((one, pair) for one, pair in pairs if pair), (owner, None))
        if found is None:
            return None
        with self._asking_old:
            if (owner, version) not in self._old:
                self._old[owner, version] = self._book(owner, *found)
                if len(self._old) > OLD_BOOKS_KEPT:
                    self._old.popitem(last=False)
            self._old.move_to_end((owner, version))
            return self._old[owner, version]

    def held_on(self, owner: str, day: date) -> PriceBook | None:
        """The owner's price book that was in force on a `day` gone by, as what is published by now says it."""
        self._ask()
        now = self._in_force()
        national = now.timeline.in_force(NATIONAL, day)
        for one in _ids_of(owner, now.books):
            clinic = now.timeline.in_force(one, day)
            if national and clinic and clinic.files:
                return self.old(owner, version_of({**national.files, **clinic.files}))
        return None

    def withdrawn(self, clinic: str) -> tuple[PriceBook, date] | None:
        """The last price book of a clinic that has none any more, and since when; None for any other."""
        self._ask()
        return self._now.withdrawn.get(clinic)

    def _book(self, owner: str, national: Publication, clinic: Publication | None) -> PriceBook | None:
        files = self._publications.files
        return self._cache.book(owner, files(national), files(clinic) if clinic else {})

    def on(self, day: date) -> PriceBooks:
        """The price books that will be in force on `day`, if nothing more is published."""
        self._ask()
        now = self._in_force()
        return now.books if day == now.day else self._read(now.timeline, day).books

    def refresh(self) -> None:
        """
        Look at store and folder at once, and wait until what was published is shown, so that whoever published sees it.

        Where somebody else's look hangs, as at a frozen store, the last good prices are good enough.
        """
        if not self._looking.acquire(timeout=REFRESH_SECONDS):
            return
        try:
            self._look_now()
        finally:
            self._looking.release()
        time.sleep(max(0.0, min(self._shown[-1][0] - self._clock(), self._shown_after)))

    def keep_up(self) -> None:
        """Look at store and folder, for whoever asks; see `PriceSource`."""
        self._is_kept_up = True
        self._look()

    def resolution(self) -> ConflictResolution | None:
        """The decisions on `conflicts`; None where no folder is kept in step. Call `refresh` afterwards."""
        if self._folder is None:
            return None
        now = self._now
        return ConflictResolution(self._database, self._folder, self._cache, now.timeline, now.day, now.texts)

    def _ask(self) -> None:
        if not self._is_kept_up:
            self._look()

    def _look(self) -> None:
        if self._clock() - self._looked < LOOK_AGAIN_AFTER or not self._looking.acquire(blocking=False):
            return
        try:
            self._look_now()
        finally:
            self._looking.release()

    def _look_now(self) -> None:
        """Bring everything up to date; whoever calls has `_looking`."""
        try:
            self._follow(self._today())
            if self._folder is not None:
                now = self._now
                self._sync_result = self._folder.look(now.timeline, now.day, now.texts)
                if self._sync_result.published:
                    self._sync_result = replace(self._sync_result, published=False)
                    self._follow(now.day)
            self._unreached, self._store_failed, self._reached = (), False, self._wall()
        except (SQLAlchemyError, OSError) as error:
            self._unreached = (unreached(error),)
            self._store_failed = isinstance(error, SQLAlchemyError)
        self._log()
        self._looked = self._clock()

    def _follow(self, day: date) -> None:
        """Read what is in force anew if somebody has published, or if another day has begun."""
        timeline = self._read_timeline()
        if timeline is not self._now.timeline or day != self._now.day:
            known, self._now = self._now.timeline.newest_id, self._read(timeline, day)
            self._show(known, self._now)

    def _show(self, known: int, newest: _InForce) -> None:
        """Show each publication after the one with the id `known` from its moment on, and at last `newest`."""
        now = self._clock()
        shown = [(now, self._in_force()), *((since, one) for since, one in self._shown if since > now)]
        added = [one for one in newest.timeline.publications if one.id > known]
        for one in added:
            since = now + self._shown_in(one)
            if since > now and one is not added[-1]:
                so_far = Timeline.of(before for before in newest.timeline.publications if before.id <= one.id)
                shown.append((max(since, shown[-1][0]), self._read(so_far, newest.day)))
        last = now + self._shown_in(added[-1]) if added else now
        self._shown = (*shown, (max(last, shown[-1][0]), newest))

    def _shown_in(self, publication: Publication) -> float:
        """Seconds until it is shown, none if that is over; a clock that was set does not make it wait longer."""
        left = publication.at.timestamp() + self._shown_after - self._wall()
        return min(max(left, 0.0), self._shown_after)

    def _show_first(self, newest: _InForce) -> None:
        """What a process that starts shows: not yet what the others do not show either."""
        due = Timeline.of(one for one in newest.timeline.publications if self._shown_in(one) == 0.0)
        is_all = due.newest_id == newest.timeline.newest_id or not due.in_force(NATIONAL, newest.day)
        self._shown = ((self._clock(), newest if is_all else self._read(due, newest.day)),)
        if not is_all:
            self._show(due.newest_id, newest)

    def _read_timeline(self) -> Timeline:
        with self._database.reading() as connection:
            return self._timelines.look(connection)

    def _read(self, timeline: Timeline, day: date) -> _InForce:
        """
        What is in force on `day`.

        A publication that cannot be read, as by a newer program that refuses an old text, leaves in force what its
        owner had published before: every process comes to the same.
        """
        chosen = timeline.all_in_force(day)
        problems: list[Problem] = []
        while True:
            texts = {owner: self._publications.files(one) for owner, one in chosen.items()}
            reading = self._cache.read(texts)
            unread = _unread(reading)
            if not unread:
                assert reading.books is not None
                books = replace(reading.books, moved=_moved(chosen))
                gone = self._withdrawn(timeline, chosen, books)
                return _InForce(day, timeline, texts, books, (*problems, *reading.problems), gone)
            problems += reading.errors
            for owner in sorted(unread):
                refused = chosen.pop(owner, None)
                before = _before(timeline, refused, day) if refused else None
                if before is not None:
                    chosen[owner] = before
                elif owner == NATIONAL:
                    raise BrokenTables("the store of versions", reading.errors)
                if refused is not None:
                    problems.append(_stays(refused, before))

    def _withdrawn(
        self, timeline: Timeline, chosen: Mapping[str, Publication], books: PriceBooks
    ) -> dict[str, tuple[PriceBook, date]]:
        """Clinics whose publication has no files, each with its last book and since when; read here, not by pages."""
        found: dict[str, tuple[PriceBook, date]] = {}
        for clinic, gone in chosen.items():
            if gone.files or clinic in books.moved or clinic == NATIONAL:
                continue
            before = in_force_of(timeline.history(clinic)[: gone.number - 1], gone.in_force_from)
            book = self._book(clinic, chosen[NATIONAL], before) if before and before.files else None
            if book is not None:
                found[clinic] = (book, gone.in_force_from)
        return found

    def _log(self) -> None:
        errors = errors_among((*self._now.problems, *self._sync_result.problems, *self._unreached))
        if not self._logged.issuperset(errors):
            listed = "\n".join(f"  {problem}" for problem in errors)
            logger.error("The price tables have problems; the last good prices stay in force:\n%s", listed)
        self._logged = frozenset(errors)


def unreached(error: Exception) -> Problem:
    """For everybody to read: where the store is, and as whom it is asked, stands in the log alone."""
    says = say(
        "store or folder cannot be reached (%(kind)s); the last good prices stay in force", kind=type(error).__name__
    )
    return Problem("store", 0, 0, "", says)


def _ids_of(owner: str, books: PriceBooks) -> tuple[str, ...]:
    """The id and those before it: a clinic that was renamed has its older versions under the id that it had then."""
    return (owner, *(before for before, after in books.moved.items() if after == owner))


def _moved(chosen: Mapping[str, Publication]) -> dict[str, str]:
    """From the ids of clinics that were renamed to those that they have now, however often that was."""
    next_ids = {owner: new for owner, one in chosen.items() if (new := moved_to(one)) is not None}
    found: dict[str, str] = {}
    for owner in next_ids:
        seen, at = {owner}, next_ids[owner]
        while at in next_ids and at not in seen:
            seen.add(at)
            at = next_ids[at]
        found[owner] = at
    return found


def _unread(reading: Reading) -> frozenset[str]:
    return frozenset({NATIONAL}) if reading.books is None else reading.broken_clinics


def _before(timeline: Timeline, refused: Publication, day: date) -> Publication | None:
    """What the owner had published before, with another text, to be in force on `day`."""
    earlier = timeline.history(refused.owner)[: refused.number - 1]
    return next((one for one in reversed(earlier) if one.in_force_from <= day and one.files), None)


def _stays(refused: Publication, before: Publication | None) -> Problem:
    name = next(iter(refused.files)) if len(refused.files) == 1 else refused.owner
    if before is None:
        says = say(
            "version %(number)s is published, but cannot be read; there is no earlier version", number=refused.number
        )
    else:
        says = say(
            "version %(number)s is published, but cannot be read; version %(before)s stays in force",
            number=refused.number,
            before=before.number,
        )
    return Problem(name, 0, 0, "", says)


def open_books(
    database: Database,
    folder: Path | None,
    today: Callable[[], date],
    in_step: bool,
    first: Path,
    **settings: Any,
) -> PublishedPriceBooks:
    """
    The price books of a store whose tables are up to date, with `folder` kept `in_step`; `settings` are more of
    `PublishedPriceBooks`.

    Raises `OtherFolder`, also where a folder belongs to the store and there is none.
    """
    if in_step and folder is None:
        claim(database, None)
    return PublishedPriceBooks(database, folder if in_step else None, today, first=first, **settings)
