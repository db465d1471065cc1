"""
Publications: a list per owner that only grows.

In force on a day is the publication with the highest number among those that begin on that day or before. Nothing
points at "the current one", so nothing can point at the wrong one.

One number tells whether anybody has published: ids grow in the order in which others come to see them, because one
transaction publishes at a time (`_take_turn`). Checks before a publication, and the prices in force, rely on it.

A text is stored under its SHA-256 and never changed, so that those asked for last are kept in memory and no page reads
them again: on the shipped tables 200 KB less from the store for each page of the desk. Texts under any other key, or
changed in place, would break that.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, text

from estimator.prices.digests import digest_of, digest_of_all, digests_of
from estimator.prices.problems import Problem
from estimator.store.database import Database, insert_new
from estimator.store.tables import publication_files, publications, texts

Files = Mapping[str, bytes]
"""Exact bytes by name, such as ``national/charges.yaml`` or ``clinics/riverbend.yaml``."""

MOST_BYTES_KEPT = 16_000_000
"""How much text is kept in memory, in bytes."""

How = Literal["first", "browser", "disk", "command", "undo", "renamed"]


@dataclass(frozen=True, slots=True)
class Publication:
    """
    One publication of one owner's files.

    `owner` is ``national`` or a clinic's id, `number` counts from 1, `files` are the SHA-256 of each file by name and
    `digest` is that of all of them together.
    """

    id: int
    owner: str
    number: int
    at: datetime
    by: str
    why: str
    how: str
    in_force_from: date
    digest: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPublication:
    """
    What somebody wants to publish, after publication number `based_on` (0: the first one).

    `overtakes`: it may begin before what has not begun yet, as an undo always may. `checked_at` is the `newest_id` from
    before the files were checked, where somebody else's publication would make that check stale.
    """

    owner: str
    files: Files
    based_on: int
    by: str
    why: str
    how: How
    in_force_from: date
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    overtakes: bool = False
    checked_at: int | None = None


class PublicationRefused(Exception):
    """The store says no to a publication; the message is a sentence for the person."""


class TablesHaveErrors(PublicationRefused):
    """Something in the files has to be put right before they can be published."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("These tables have errors. Put them right first.")


class PublicationConflict(PublicationRefused):
    """Somebody published first; `latest` is what they published."""

    def __init__(self, latest: Publication | None) -> None:
        self.latest = latest
        said = f"Version {latest.number} was published by {latest.by} meanwhile." if latest else "Nothing is published."
        super().__init__(said)


class PendingPublication(PublicationRefused):
    """`pending` begins later than what was to be published now, and would never have come into force."""

    def __init__(self, pending: Publication) -> None:
        self.pending = pending
        super().__init__(
            f"Version {pending.number} is already published from {pending.in_force_from:%Y-%m-%d} on. "
            "Publish from that day or later, or undo it first."
        )


class StaleCheck(Exception):
    """Somebody, whoever it was, published after these files were checked among everybody else's: check them again."""


class NothingChanged(PublicationRefused):
    """The same files with the same first day are published already."""

    def __init__(self) -> None:
        super().__init__("Nothing has changed since the last publication.")


@dataclass(frozen=True, slots=True, eq=False)
class Publications:
    """The publications in a store."""

    database: Database

    def publish_in(self, connection: Connection, new: NewPublication) -> Publication:
        """
        Add a publication, as a part of somebody's transaction, which a refusal has to end.

        Raises `PublicationConflict` when what it is based on is not the last one, `PendingPublication`,
        `NothingChanged`, or `StaleCheck` when somebody has published since `checked_at`.
        """
        digests = digests_of(new.files)
        digest = digest_of_all(digests)
        _take_turn(connection)
        _refuse(connection, new, digest)
        keep_texts_in(connection, new.files)
        row: dict[str, Any] = {
            "owner": new.owner,
            "number": new.based_on + 1,
            "at": new.at,
            "by": new.by,
            "why": new.why,
            "how": new.how,
            "in_force_from": new.in_force_from,
            "digest": digest,
        }
        wanted = insert(publications).values({**row, "why": str(new.why), "why_sentence": new.why})
        key = connection.execute(wanted).inserted_primary_key
        assert key is not None
        listed = [{"publication_id": key[0], "name": name, "digest": value} for name, value in digests.items()]
        if listed:
            connection.execute(insert(publication_files), listed)
        return Publication(id=key[0], files=MappingProxyType(digests), **{**row, "at": new.at.astimezone(UTC)})

    def latest(self, owner: str) -> Publication | None:
        """The last one published, in force or not yet."""
        with self.database.reading() as connection:
            return _one(connection, _latest(owner))

    def in_force(self, owner: str, day: date) -> Publication | None:
        """The one that holds on `day`; None before the first one begins."""
        with self.database.reading() as connection:
            return _one(connection, _latest(owner).where(publications.c.in_force_from <= day))

    def get(self, owner: str, number: int) -> Publication | None:
        """One publication by its number."""
        with self.database.reading() as connection:
            wanted = select(publications).where(publications.c.owner == owner, publications.c.number == number)
            return _one(connection, wanted)

    def history(self, owner: str | None = None) -> list[Publication]:
        """All of an owner, or of all owners, newest first."""
        wanted = select(publications)
        if owner is not None:
            wanted = wanted.where(publications.c.owner == owner)
        with self.database.reading() as connection:
            return _all(connection, wanted)[::-1]

    def pending(self, owner: str, day: date) -> list[Publication]:
        """Those that have been published and begin after `day`, the next one first; overtaken ones left out."""
        return waiting_of(self.history(owner)[::-1], day)

    def owners(self) -> list[str]:
        """Everybody who has published, by name."""
        with self.database.reading() as connection:
            wanted = select(publications.c.owner).distinct().order_by(publications.c.owner)
            return list(connection.scalars(wanted))

    def newest_id(self) -> int:
        """Grows with every publication of anybody; 0 when there is none."""
        with self.database.reading() as connection:
            return _newest_id(connection)

    def files(self, publication: Publication) -> dict[str, bytes]:
        """The exact bytes that were published."""
        contents = self.texts(set(publication.files.values()))
        return {name: contents[digest] for name, digest in sorted(publication.files.items())}

    def texts(self, digests: Collection[str]) -> dict[str, bytes]:
        """The texts that have these SHA-256; those that nobody has asked for lately in one query."""
        found = _texts_kept.found(digests)
        missing = [digest for digest in digests if digest not in found]
        if missing:
            with self.database.reading() as connection:
                rows = connection.execute(select(texts).where(texts.c.digest.in_(missing)))
                read = {row.digest: bytes(row.content) for row in rows}
            _texts_kept.keep(read)
            found |= read
        return found


class _TextsKept:
    """The texts asked for last, by SHA-256, as long as they have no more than `most` bytes together."""

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._texts: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def found(self, digests: Collection[str]) -> dict[str, bytes]:
        with self._lock:
            found = {digest: self._texts[digest] for digest in digests if digest in self._texts}
            for digest in found:
                self._texts.move_to_end(digest)
            return found

    def keep(self, read: Mapping[str, bytes]) -> None:
        with self._lock:
            for digest, content in read.items():
                if digest not in self._texts:
                    self._size += len(content)
                    self._texts[digest] = content
            while self._size > self._most:
                self._size -= len(self._texts.popitem(last=False)[1])


_texts_kept = _TextsKept(MOST_BYTES_KEPT)


def waiting_of(history: Sequence[Publication], day: date) -> list[Publication]:
    """Of one owner's publications, oldest first, those that begin after `day`, the next one first; none overtaken."""
    waiting: list[Publication] = []
    for one in reversed(history):
        if one.in_force_from <= day:
            break
        if not waiting or one.in_force_from < waiting[0].in_force_from:
            waiting.insert(0, one)
    return waiting


def published_from_in(connection: Connection, id_: int) -> list[Publication]:
    """Everybody's publications from this id on, in the order in which they were published."""
    return _all(connection, select(publications).where(publications.c.id >= id_))


def keep_texts_in(connection: Connection, files: Files) -> None:
    """Keep the bytes of files for good, by their SHA-256, as a part of somebody's transaction."""
    contents = {digest_of(content): content for content in files.values()}
    insert_new(connection, texts, [{"digest": digest, "content": contents[digest]} for digest in sorted(contents)])


def _refuse(connection: Connection, new: NewPublication, digest: str) -> None:
    if new.checked_at is not None and _newest_id(connection) != new.checked_at:
        raise StaleCheck
    latest = _one(connection, _latest(new.owner))
    if (latest.number if latest else 0) != new.based_on:
        raise PublicationConflict(latest)
    if latest and latest.digest == digest and latest.in_force_from <= new.in_force_from:
        raise NothingChanged
    # An undo is meant to overtake what has not begun.
    if latest and latest.in_force_from > new.in_force_from and not (new.overtakes or new.how == "undo"):
        raise PendingPublication(latest)


def _newest_id(connection: Connection) -> int:
    return connection.scalar(select(func.max(publications.c.id))) or 0


def _take_turn(connection: Connection) -> None:
    """
    Let one transaction publish at a time, and nobody who reads wait.

    So the last number stays the last one, and ids grow in the order in which others come to see them. SQLite has one
    writer at a time anyway.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(text("LOCK TABLE publications IN SHARE ROW EXCLUSIVE MODE"))


def _latest(owner: str) -> Select[Any]:
    return select(publications).where(publications.c.owner == owner).order_by(publications.c.number.desc()).limit(1)


def _one(connection: Connection, wanted: Select[Any]) -> Publication | None:
    return next(iter(_all(connection, wanted)), None)


def _all(connection: Connection, wanted: Select[Any]) -> list[Publication]:
    """The selected publications, in the order in which they were published."""
    found = wanted.subquery()
    files = (publication_files.c.name.label("file"), publication_files.c.digest.label("file_digest"))
    joined = select(found, *files).outerjoin(publication_files, publication_files.c.publication_id == found.c.id)
    rows = connection.execute(joined.order_by(found.c.id)).mappings()
    return [_publication(list(same)) for _id, same in groupby(rows, key=itemgetter("id"))]


def _publication(rows: Sequence[RowMapping]) -> Publication:
    """A publication from its rows, one for each of its files."""
    values = {key: value for key, value in rows[0].items() if key not in ("file", "file_digest")}
    files = {row["file"]: row["file_digest"] for row in rows if row["file"] is not None}
    said = values.pop("why_sentence")
    return Publication(**{**values, "why": values["why"] if said is None else said}, files=MappingProxyType(files))
