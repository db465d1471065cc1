"""The log of what people did at the desk: it only grows, owners can read and export it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, insert, select

from estimator.store.database import Database
from estimator.store.tables import journal


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """
    One action: `who` did `action` to `owner`'s tables, with details in words.

    `owner` is empty for what concerns nobody's tables alone, such as an account with roles at several.
    """

    id: int
    at: datetime
    who: str
    action: str
    owner: str
    detail: str


@dataclass(frozen=True, slots=True, eq=False)
class Journal:
    """The log in a store."""

    database: Database

    def newest(
        self, limit: int = 100, before: int | None = None, owners: Collection[str] | None = None
    ) -> list[JournalEntry]:
        """The last `limit` lines, newest first; `before` an id to go on from; only those of `owners`, if given."""
        wanted = select(journal).order_by(journal.c.id.desc()).limit(limit)
        if owners is not None:
            wanted = wanted.where(journal.c.owner.in_(owners))
        if before is not None:
            wanted = wanted.where(journal.c.id < before)
        with self.database.reading() as connection:
            return [_entry(row) for row in connection.execute(wanted).mappings()]

    def all(self) -> Iterator[JournalEntry]:
        """Every line, oldest first."""
        with self.database.reading() as connection:
            for row in connection.execute(select(journal).order_by(journal.c.id)).mappings():
                yield _entry(row)


def add_entry_in(connection: Connection, who: str, action: str, owner: str = "", detail: str = "") -> None:
    """
    One line as a part of somebody's transaction: what it tells and the line itself happen together.

    A `detail` of the program's own is said with a template of `stored_sentences`.
    """
    row = {"at": datetime.now(UTC), "who": who, "action": action, "owner": owner}
    row |= {"detail": str(detail), "detail_sentence": detail}
    connection.execute(insert(journal).values(row))


def _entry(row: RowMapping) -> JournalEntry:
    values = dict(row)
    said = values.pop("detail_sentence")
    return JournalEntry(**{**values, "detail": values["detail"] if said is None else said})
