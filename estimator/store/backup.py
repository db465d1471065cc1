"""
The whole store in one file, and back: the same file for SQLite and PostgreSQL, made while the server goes on.

A backup is read in one transaction, so that it is the store at one moment. It is gzip over lines of JSON: a line about
the backup, a line for each row of each table, and a last one that says how many there were and their SHA-256; a file
that was cut off or changed is refused before anything is touched. What the tools of either database write would fit
that one alone, and `pg_dump` has to be as new as the server.
"""

import base64
import contextlib
import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, MetaData, Table, func, insert, select, text

from estimator.store.database import Database, StoreUnavailable
from estimator.store.deadlines import taking_long
from estimator.store.migrations import revision_in, upgrade_in

FORMAT = "ketamine-cost-estimator backup 1"
MOST_SECONDS = 600
MOST_ROWS_AT_ONCE = 200

Row = dict[str, Any]


class BadBackup(Exception):
    """The file is no whole backup; the message says why."""


@dataclass(frozen=True, slots=True)
class BackupHead:
    """What a backup says about itself; `secret` is the site's, where it was kept in a file."""

    made_at: datetime
    revision: str
    secret: str | None


def write_backup(database: Database, path: Path, secret: str | None) -> int:
    """
    Write the store to a new file, which only its owner can read; returns the number of rows.

    The file appears whole or not at all. Raises FileExistsError, other OSErrors, and what the database raises.
    """
    if path.exists():
        raise FileExistsError(f"{path} is there already")
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
                rows = _write(database, file.write, secret)
            raw.flush()
            os.fsync(raw.fileno())
        os.link(name, path)
    finally:
        os.unlink(name)
    return rows


def _write(database: Database, write: Callable[[bytes], object], secret: str | None) -> int:
    seen, rows = hashlib.sha256(), 0

    def line(value: dict[str, object]) -> None:
        data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        seen.update(data)
        write(data)

    with database.reading() as connection, taking_long(connection, MOST_SECONDS):
        revision = revision_in(connection)
        if revision is None:
            raise StoreUnavailable(f"The database {database.name} holds no store.")
        made_at = datetime.now(UTC).isoformat()
        line({"format": FORMAT, "made_at": made_at, "revision": revision, "secret": secret})
        for table in _tables(connection):
            for row in connection.execute(select(table).execution_options(yield_per=MOST_ROWS_AT_ONCE)).mappings():
                line({"table": table.name, "row": {name: _as_json(value) for name, value in row.items()}})
                rows += 1
    write(json.dumps({"rows": rows, "sha256": seen.hexdigest()}).encode() + b"\n")
    return rows


def read_backup(path: Path) -> BackupHead:
    """What a backup says about itself, once all of it was read; raises `BadBackup`, and OSError."""
    seen, last, head, lines = hashlib.sha256(), b"", None, 0
    for data in _lines(path):
        if head is None:
            head = _head(data)
        seen.update(last)
        last, lines = data, lines + 1
    if head is None:
        raise BadBackup("it is empty")
    if _parsed(last) != {"rows": lines - 2, "sha256": seen.hexdigest()}:
        raise BadBackup("it was cut off or changed: its last line does not fit the others")
    return head


def restore_backup(database: Database, path: Path) -> int:
    """
    Put a backup in the place of everything in the store, all of it or nothing; returns the number of rows.

    Raises `BadBackup` before anything is touched, `StoreUnavailable` for one of a newer program, and what the database
    raises.
    """
    head, rows = read_backup(path), 0
    with database.writing() as connection, taking_long(connection, MOST_SECONDS):
        _empty(connection)
        upgrade_in(database, connection, head.revision)
        tables = {table.name: table for table in _tables(connection)}
        for name, some in _together(path):
            connection.execute(insert(tables[name]), some)
            rows += len(some)
        for table in tables.values():
            _count_on(connection, table)
        upgrade_in(database, connection)
    return rows


def _empty(connection: Connection) -> None:
    held = MetaData()
    held.reflect(connection)
    held.drop_all(connection)
    if connection.dialect.name != "sqlite":
        connection.execute(text("DROP FUNCTION IF EXISTS only_grows()"))


def _tables(connection: Connection) -> list[Table]:
    """Every table of the store but the one that says the revision; those that others point to go first."""
    held = MetaData()
    held.reflect(connection)
    for column in (column for table in held.sorted_tables for column in table.columns):
        if isinstance(column.type, JSON):
            # Nothing is nothing, and not the word null.
            column.type.none_as_null = True
    return [table for table in held.sorted_tables if table.name != "alembic_version"]


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL goes on counting after the highest number that was put in; SQLite does so by itself."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name == "sqlite":
        return
    sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
    highest = connection.scalar(select(func.max(column)))
    if sequence and highest:
        connection.execute(select(func.setval(sequence, highest)))


def _together(path: Path) -> Iterator[tuple[str, list[Row]]]:
    """The rows in their order, those of one table that follow each other together, but not too many at once."""
    name, some = "", list[Row]()
    for data in _lines(path):
        line = _parsed(data)
        if "row" not in line:
            continue
        if some and (line["table"] != name or len(some) >= MOST_ROWS_AT_ONCE or line["row"].keys() != some[0].keys()):
            yield name, some
            some = []
        name = line["table"]
        some.append({column: _from_json(value) for column, value in line["row"].items()})
    if some:
        yield name, some


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with contextlib.closing(gzip.open(path, "rb")) as file:
            yield from file
    except (EOFError, gzip.BadGzipFile, ValueError) as error:
        raise BadBackup("it is no backup of this program, or it was cut off") from error


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise BadBackup("it holds a line that is no JSON") from error


def _head(data: bytes) -> BackupHead:
    found = _parsed(data)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BadBackup("it is no backup of this program")
    return BackupHead(datetime.fromisoformat(found["made_at"]), found["revision"], found["secret"])


def _as_json(value: Any) -> Any:
    match value:
        case bytes() | memoryview():
            return {"bytes": base64.b64encode(bytes(value)).decode()}
        case datetime():
            # SQLite keeps no time zone; what stands there is UTC.
            known = value if value.tzinfo else value.replace(tzinfo=UTC)
            return {"instant": known.astimezone(UTC).isoformat()}
        case date():
            return {"day": value.isoformat()}
        case dict() | list():
            return {"json": value}
    return value


def _from_json(value: Any) -> Any:
    match value:
        case {"bytes": text_}:
            return base64.b64decode(text_)
        case {"instant": text_}:
            return datetime.fromisoformat(text_)
        case {"day": text_}:
            return date.fromisoformat(text_)
        case {"json": inner}:
            return inner
    return value
