"""
What one publication changed, or any two differ in: as price books, in changes, line by line.

Comparing two publications takes 0.3 s of processor time, so the last `KEPT` answers are remembered by the ids of both.
An id stands for the same bytes for good, because the database refuses to change a row; words are made of the answer
later, for each reader.
"""

import difflib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Literal

from estimator.core.price_change_effects import Effect, effects
from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.comparing.changes import Change, changes
from estimator.store.database import Database
from estimator.versions.book_cache import PriceBookCache
from estimator.versions.publications import Files, Publication, Publications
from estimator.versions.timeline import Timeline, TimelineReader, in_force_of

State = Literal["in_force", "begins", "earlier", "overtaken"]
"""``overtaken``: a later one took its place before it could begin."""

KEPT = 512

CONTEXT = 3
"""Unchanged lines shown around changed ones."""


class PublicationComparer:
    """
    Compares publications of one owner. Any number of threads may ask.

    Both are read with the national tables that were published last before the later one, so that a clinic's changes
    are its own, and stay the same for good.
    """

    def __init__(self, database: Database) -> None:
        self._database, self._publications = database, Publications(database)
        self._timelines, self._timeline = TimelineReader(), Timeline({})
        self._cache = PriceBookCache()
        self._kept: OrderedDict[tuple[int, int], tuple[Change, ...] | None] = OrderedDict()
        self._effects: OrderedDict[tuple[int, int], tuple[Effect, ...]] = OrderedDict()
        self._keeping = threading.Lock()

    def books(self, before: Publication, after: Publication) -> tuple[PriceBook | None, PriceBook | None]:
        """The price books of both; None for one without files, or whose text can no longer be read."""
        national = {} if after.owner == NATIONAL else self._national_of(max(before, after, key=attrgetter("id")))
        return self._book(before, national), self._book(after, national)

    def changes(self, before: Publication, after: Publication) -> tuple[Change, ...] | None:
        """What changed from one to the other; None where one of them has no price book."""
        key = (before.id, after.id)
        with self._keeping:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found: tuple[Change, ...] | None = ()
        if before.digest != after.digest:
            old, new = self.books(before, after)
            found = tuple(changes(old.tables, new.tables)) if old and new else None
        with self._keeping:
            self._kept[key] = found
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def effects(self, before: Publication, after: Publication) -> tuple[Effect, ...]:
        """
        The reference patients whose range moved, as they would ask on the day from which `after` holds.

        Two dozen estimates take half a second; they are remembered as the changes are.
        """
        key = (before.id, after.id)
        with self._keeping:
            if key in self._effects:
                self._effects.move_to_end(key)
                return self._effects[key]
        old, new = self.books(before, after)
        day = max(after.in_force_from, _day_of(after))
        found = tuple(one for one in effects(old, new, day) if one.moves) if old and new else ()
        with self._keeping:
            self._effects[key] = found
            if len(self._effects) > KEPT:
                self._effects.popitem(last=False)
        return found

    def _book(self, publication: Publication, national: Files) -> PriceBook | None:
        files = self._publications.files(publication)
        if not files:
            return None
        return self._cache.book(publication.owner, national or files, files)

    def _national_of(self, publication: Publication) -> Files:
        """The national tables as they stood beside a clinic's publication, once it had begun."""
        if self._timeline.newest_id < publication.id:
            with self._database.reading() as connection:
                self._timeline = self._timelines.look(connection)
        history = [one for one in self._timeline.history(NATIONAL) if one.id < publication.id]
        day = max(publication.in_force_from, _day_of(publication))
        found = in_force_of(history, day)
        return self._publications.files(found) if found else {}


def states(history: Sequence[Publication], today: date) -> dict[int, State]:
    """Of one owner's publications, oldest first, by number: which is, will be, was or never was in force."""
    found: dict[int, State] = {}
    current = in_force_of(history, today)
    for one in history:
        later = history[one.number :]
        if current is not None and one.number == current.number:
            found[one.number] = "in_force"
        elif one.in_force_from > today:
            waits = all(other.in_force_from > one.in_force_from for other in later)
            found[one.number] = "begins" if waits else "overtaken"
        else:
            begun = max(one.in_force_from, _day_of(one))
            never = any(other.in_force_from <= begun and _day_of(other) < one.in_force_from for other in later)
            found[one.number] = "overtaken" if never else "earlier"
    return found


@dataclass(frozen=True, slots=True)
class DiffLine:
    """
    One line of a comparison: ``same``, ``gone`` or ``new``, with its number on each side (0: not there).

    ``skipped`` stands for lines that are left out because nothing near them changed.
    """

    kind: Literal["same", "gone", "new", "skipped"]
    text: str
    before: int = 0
    after: int = 0


def diff_lines(before: bytes, after: bytes) -> list[DiffLine]:
    """The lines that differ, with a few around them; empty where the bytes are the same."""
    old, new = _lines(before), _lines(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    found: list[DiffLine] = []
    for group in matcher.get_grouped_opcodes(CONTEXT):
        if found or group[0][1] > 0:
            found.append(DiffLine("skipped", ""))
        found.extend(line for opcode in group for line in _of_opcode(opcode, old, new))
    return found


def unified(name: str, before: bytes, after: bytes, old: str, new: str) -> Iterator[str]:
    """The difference of two texts of a file as ``diff -u`` writes it; `old` and `new` say which they are."""
    missing = "\n\\ No newline at end of file\n"
    for line in difflib.unified_diff(_lines(before), _lines(after), name, name, old, new):
        yield line if line.endswith("\n") else line + missing


def _of_opcode(opcode: tuple[str, int, int, int, int], old: list[str], new: list[str]) -> Iterator[DiffLine]:
    kind, old_from, old_to, new_from, new_to = opcode
    if kind == "equal":
        for step, text in enumerate(old[old_from:old_to]):
            yield DiffLine("same", _shown(text), old_from + step + 1, new_from + step + 1)
        return
    yield from (DiffLine("gone", _shown(old[place]), before=place + 1) for place in range(old_from, old_to))
    yield from (DiffLine("new", _shown(new[place]), after=place + 1) for place in range(new_from, new_to))


def _lines(data: bytes) -> list[str]:
    return [line.decode("utf-8", "replace") for line in data.splitlines(keepends=True)]


def _shown(line: str) -> str:
    return line.rstrip("\r\n")


def _day_of(publication: Publication) -> date:
    """The day on which it was published, where the site stands: like the days on which publications begin."""
    return publication.at.astimezone().date()
