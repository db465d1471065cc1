"""
The price books of a server whose store may be gone, frozen or damaged when it starts, and later.

Until the store can be opened, patients see the last good prices: those that were kept when the store last answered,
else the folder's, else the ones that the program comes with.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from estimator.prices.book import PriceBook, PriceBooks
from estimator.prices.problems import Problem
from estimator.prices.reading import collectable, read_books
from estimator.prices.watched_folder import BrokenTables
from estimator.sentences import say
from estimator.store.database import Database, StoreUnavailable, StoreUnreachable, error_text, is_out_of_reach
from estimator.store.health import damage_in
from estimator.store.migrations import migrate
from estimator.store.opening import make_store
from estimator.versions.folder.conflict_resolution import ConflictResolution
from estimator.versions.folder.last_good import LastGood
from estimator.versions.folder.published_books import SHOWN_AFTER, PublishedPriceBooks, open_books, unreached
from estimator.versions.folder.sync import FolderConflict
from estimator.versions.publications import Publications

logger = logging.getLogger(__name__)

CHECK_AGAIN_AFTER = 60.0
"""Seconds from one look for damage in the whole store to the next."""

STILL_GOOD_EVERY = 20.0


class StoreLost(StoreUnreachable):
    """The store that prices were published in is not there any more: a person decides what to begin with."""


class ServedPriceBooks:
    """
    A `PriceSource` that is there from the first moment, whatever the store does.

    `folder` is kept in step with the store; `shipped` are the tables to begin with where nothing else is known. Raises
    `StoreUnavailable` where waiting would not help, as with another folder or a store of a newer program, and
    `BrokenTables`. `keep_up` goes on trying to open the store.
    """

    def __init__(
        self,
        database: Database,
        folder: Path | None,
        shipped: Path,
        last_good: LastGood,
        today: Callable[[], date] = date.today,
        clock: Callable[[], float] = time.monotonic,
        in_step: bool = True,
    ) -> None:
        self._database, self._folder, self._shipped, self._last_good = database, folder, shipped, last_good
        self._today, self._clock, self._in_step = today, clock, in_step
        self._opening = threading.Lock()
        self._opened: PublishedPriceBooks | None = None
        self._kept: object = None
        self._checked, self._touched = clock(), clock()
        self._damage: tuple[Problem, ...] = ()
        self._trouble: tuple[Problem, ...] = ()
        self._said = ""
        try:
            self._open()
        except StoreUnreachable as error:
            self._fail(error)
            self._good, self._good_since = self._last_good_books()

    @property
    def current(self) -> PriceBooks:
        """The price books in force, or the last good ones."""
        return self._opened.current if self._opened else self._good

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with tables and store."""
        found = (*self._trouble, *(self._opened.problems if self._opened else ()), *self._damage)
        return tuple(dict.fromkeys(found))

    @property
    def stale_since(self) -> datetime | None:
        """See `PriceSource`."""
        return self._opened.stale_since if self._opened else self._good_since

    @property
    def damage(self) -> tuple[Problem, ...]:
        """What a look through the whole store found last."""
        return self._damage

    def old(self, owner: str, version: str) -> PriceBook | None:
        """See `PriceSource`."""
        if self._opened:
            return self._opened.old(owner, version)
        book = self._good.get(owner)
        return book if book and book.version == version else None

    def held_on(self, owner: str, day: date) -> PriceBook | None:
        """See `PriceSource`."""
        return self._opened.held_on(owner, day) if self._opened else None

    def withdrawn(self, clinic: str) -> tuple[PriceBook, date] | None:
        """See `PriceSource`."""
        return self._opened.withdrawn(clinic) if self._opened else None

    def on(self, day: date) -> PriceBooks:
        """See `PriceSource`."""
        return self._opened.on(day) if self._opened else self._good

    def refresh(self) -> None:
        """See `PriceSource`."""
        if self._opened:
            self._opened.refresh()

    def keep_up(self) -> None:
        """Try to open the store, or look at it; keep what it says, and look through it for damage now and then."""
        if self._opened is None:
            self._try_again()
            return
        self._opened.keep_up()
        if self._opened.stale_since is None:
            self._keep()
        now = self._clock()
        if now - self._checked > CHECK_AGAIN_AFTER:
            self._look_for_damage()
            self._checked = self._clock()

    @property
    def conflicts(self) -> tuple[FolderConflict, ...]:
        """See `PriceSource`."""
        return self._opened.conflicts if self._opened else ()

    def resolution(self) -> ConflictResolution | None:
        """See `PriceSource`."""
        return self._opened.resolution() if self._opened else None

    def _try_again(self) -> None:
        if not self._opening.acquire(blocking=False):
            return
        try:
            self._open()
            self._trouble = ()
            logger.warning("The store %s answers again.", self._database.name)
        except (StoreUnavailable, BrokenTables) as error:
            self._fail(error)
        finally:
            self._opening.release()

    def _open(self) -> None:
        try:
            if not self._last_good.exists():
                make_store(self._database)
            migrate(self._database)
            if self._last_good.exists() and Publications(self._database).newest_id() == 0:
                raise StoreLost(_lost(self._database))
            opened = open_books(
                self._database,
                self._folder,
                self._today,
                self._in_step,
                self._shipped,
                clock=self._clock,
                shown_after=SHOWN_AFTER,
            )
            self._look_for_damage()
        except (SQLAlchemyError, OSError) as error:
            if isinstance(error, SQLAlchemyError) and not is_out_of_reach(error):
                raise
            says = f"The database {self._database.name} cannot be opened: {error_text(error)}"
            raise StoreUnreachable(says) from error
        self._opened = opened
        self._keep()

    def _look_for_damage(self) -> None:
        damage = damage_in(self._database)
        says = say("the store is damaged; the log says how, and 'estimator doctor' what to do")
        self._damage = (Problem("store", 0, 0, "", says),) if damage else ()
        if damage:
            logger.error("The store %s is damaged: %s", self._database.name, damage)

    def _fail(self, error: Exception) -> None:
        self._trouble = (unreached(error.__cause__ if isinstance(error.__cause__, Exception) else error),)
        if str(error) != self._said:
            self._said = str(error)
            logger.error("%s. Patients see the last good prices; the desk is closed.", self._said.rstrip("."))

    def _keep(self) -> None:
        assert self._opened is not None
        texts = self._opened.texts
        if texts is not self._kept:
            try:
                self._last_good.save(texts)
            except OSError as error:
                logger.error("The last good prices cannot be kept in %s: %s", self._last_good.path, error)
            self._kept = texts
        elif self._clock() - self._touched > STILL_GOOD_EVERY:
            self._last_good.still_good()
            self._touched = self._clock()

    def _last_good_books(self) -> tuple[PriceBooks, datetime]:
        if (kept := self._last_good.books()) is not None:
            return kept
        folder = self._folder or self._shipped
        reading = read_books(folder)
        if reading.books is None:
            raise BrokenTables(folder, reading.errors)
        newest = max(path.stat().st_mtime for _name, path in collectable(folder))
        return reading.books, datetime.fromtimestamp(newest, UTC)


def _lost(database: Database) -> str:
    return (
        f"The database {database.name} is empty, but prices were published in it. Bring a backup back with 'estimator"
        " restore FILE', or begin again with the last good prices: 'estimator recover'."
    )
