"""
The price books of a folder that people edit while the app runs.

An edit takes effect within two seconds, without a restart. An edit with mistakes changes nothing: the last good
prices stay in force, the log says so once, and the problems can be looked up.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from estimator.prices.book import PriceBook, PriceBooks
from estimator.prices.problems import Problem
from estimator.prices.reading import Reading, collectable, read_books

logger = logging.getLogger(__name__)

LOOK_AGAIN_AFTER = 1.0
"""Seconds during which the folder is not looked at again."""

Signature = tuple[tuple[str, int, int, int, int], ...]
"""Name, times of change of the bytes and of the entry in nanoseconds, size, inode of every file that would be read."""


class BrokenTables(Exception):
    """The tables have errors when the app starts, so that there is no last good version of them."""

    def __init__(self, place: Path | str, problems: Sequence[Problem]) -> None:
        listed = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"The price tables in {place} cannot be used:\n{listed}")
        self.problems = tuple(problems)


class LivePriceBooks:
    """
    The price books of `folder` as they are now.

    `clock` gives seconds that only grow. Raises `BrokenTables` when the national tables are broken from the start;
    a clinic whose file is broken from the start has no book until it is put right.
    Any number of threads may ask; one of them looks at the folder, at most once a second, the others do not wait.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._looking = threading.Lock()
        self._is_kept_up = False
        self._signature = signature_of(folder)
        self._looked = clock()
        reading = read_books(folder)
        if reading.books is None:
            raise BrokenTables(folder, reading.errors)
        self._now: tuple[PriceBooks, tuple[Problem, ...]] = (reading.books, reading.problems)
        self._log(reading)

    @property
    def current(self) -> PriceBooks:
        """The last good price books."""
        self._ask()
        return self._now[0]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the folder now; empty when `current` is all that the folder says."""
        self._ask()
        return self._now[1]

    def old(self, owner: str, version: str) -> PriceBook | None:
        """Of a folder without a store only what it says now is known."""
        book = self.current.get(owner)
        return book if book and book.version == version else None

    def held_on(self, owner: str, day: date) -> PriceBook | None:
        """None: a folder does not say what it held before."""
        return None

    def withdrawn(self, clinic: str) -> tuple[PriceBook, date] | None:
        """None: a folder keeps nothing of what was removed from it."""
        return None

    def on(self, day: date) -> PriceBooks:
        """Of a folder without a store nothing is known that begins later than today's tables."""
        return self.current

    def refresh(self) -> None:
        """Look at the folder now, however short ago the last look was."""
        self._looked = self._clock() - LOOK_AGAIN_AFTER
        self._look()

    def keep_up(self) -> None:
        """Look at the folder, for whoever asks; see `PriceSource`."""
        self._is_kept_up = True
        self._look()

    stale_since: None = None
    damage: tuple[()] = ()
    """There is no store that could be silent or damaged."""

    conflicts: tuple[()] = ()
    """A folder without a store has nothing to differ from."""

    def resolution(self) -> None:
        """There are no conflicts to decide."""

    def _ask(self) -> None:
        if not self._is_kept_up:
            self._look()

    def _look(self) -> None:
        if self._clock() - self._looked < LOOK_AGAIN_AFTER or not self._looking.acquire(blocking=False):
            return
        try:
            # The signature is taken before reading: a change during the reading shows the next time.
            signature = signature_of(self._folder)
            if signature != self._signature:
                reading = read_books(self._folder)
                self._now = (_good(reading, self._now[0]), reading.problems)
                self._signature = signature
                self._log(reading)
            self._looked = self._clock()
        finally:
            self._looking.release()

    def _log(self, reading: Reading) -> None:
        if reading.errors:
            listed = "\n".join(f"  {problem}" for problem in reading.errors)
            logger.error("The price tables have errors; the last good prices stay in force:\n%s", listed)


def _good(reading: Reading, before: PriceBooks) -> PriceBooks:
    """The books of `reading`; those it had to leave out for errors are the ones from `before`."""
    if reading.books is None:
        return before
    kept = {id_: book for id_, book in before.clinics.items() if id_ in reading.broken_clinics}
    return PriceBooks(reading.books.national, {**kept, **reading.books.clinics})


def signature_of(folder: Path) -> Signature:
    """What tells one state of a folder's tables from another, without reading them."""
    return tuple(_signatures(folder))


def _signatures(folder: Path) -> Iterator[tuple[str, int, int, int, int]]:
    for name, path in collectable(folder):
        try:
            status = os.stat(path)
        except OSError:
            yield name, 0, 0, 0, 0
        else:
            yield name, status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino
