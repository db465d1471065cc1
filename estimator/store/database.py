"""
The connection to the store: SQLite by default, PostgreSQL by one URL; the same statements on both.

Two things are unusual. A writer on SQLite takes its place by ``BEGIN IMMEDIATE``: of two that began by reading, neither
could go on to write. And connections are closed before a fork: a child that inherits an open SQLite file believes in
locks that only its parent has, and loses what it commits once the parent closes the file.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import DatabaseError as AnyDatabaseError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from estimator.store.deadlines import end_in_time, keep_to_one_file

BUSY_SECONDS = 10
"""How long one writer waits for another on SQLite before it gives up."""

POOL_SECONDS = 5
"""How long one thread waits until another has given a connection back."""


class StoreUnavailable(Exception):
    """The store cannot be opened; the message says which and why, without a password."""


class StoreUnreachable(StoreUnavailable):
    """Nobody answers, or what answers is damaged: it may be well again later, without another setting."""


@dataclass(frozen=True, slots=True, eq=False)
class Database:
    """
    A store that can be read and written.

    Use `reading` for looking (nothing is locked) and `writing` for one transaction that happens whole or not at all.
    """

    engine: Engine

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def name(self) -> str:
        """The URL as people may see it: no password, no settings."""
        return _shown(self.engine.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees what is committed, all of it as it was at the first look."""
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        if self.is_sqlite:
            options = {"reading": True}
        with self.engine.connect() as connection:
            yield connection.execution_options(**options)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed at the end, undone by any exception."""
        with self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str) -> Database:
    """
    The database at a URL such as ``sqlite:///var/estimator.db`` or ``postgresql://user@host/name``; a file is made.

    Raises `StoreUnavailable` when the URL means nothing, `StoreUnreachable` when nobody answers there.
    """
    database = database_at(url)
    try:
        if database.is_sqlite:
            make_file(sqlite_path(database))
        with database.reading():
            pass
    except (DBAPIError, OSError, ValueError) as error:
        raise StoreUnreachable(f"The database {database.name} cannot be opened: {error_text(error)}") from error
    return database


def database_at(url: str) -> Database:
    """The database at a URL, whether anybody answers there or not; raises `StoreUnavailable` for other texts."""
    try:
        parsed = _with_driver(make_url(url))
        engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
    except (ArgumentError, ValueError) as error:
        raise StoreUnavailable(
            "The database's URL cannot be read: write it like sqlite:////var/lib/estimator/estimator.db "
            "or postgresql://user@host/name"
        ) from error
    _engines.add(engine)
    return Database(engine)


def sqlite_path(database: Database) -> Path:
    """The file of a store on SQLite."""
    return Path(database.engine.url.database or "")


def is_out_of_reach(error: Exception) -> bool:
    """Whether the database is gone, hangs or is damaged, and not a statement of ours wrong."""
    return isinstance(error, OperationalError | InterfaceError | InternalError | PoolTimeout) or (
        type(error) is AnyDatabaseError
    )


def insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """
    Insert the rows whose keys are not there yet and leave those that are; returns how many were inserted.

    Waits for a transaction that is inserting the same key. Rows in the order of their keys cannot wait in a circle.
    """
    if not rows:
        return 0
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    wanted = dialect.insert(table).values(rows).on_conflict_do_nothing().returning(*table.primary_key)
    return len(connection.execute(wanted).all())


def error_text(error: Exception) -> str:
    """What the database itself said, in one line."""
    said = str(getattr(error, "orig", None) or error)
    return "; ".join(line.strip() for line in said.splitlines() if line.strip())


def _shown(url: URL) -> str:
    # Passwords may stand in the settings too.
    return url.set(drivername=url.get_backend_name(), query={}).render_as_string(hide_password=True)


def _with_driver(url: URL) -> URL:
    if url.drivername in ("sqlite", "sqlite+pysqlite") and url.database not in (None, "", ":memory:"):
        return url
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    # A database in memory would be another one for each thread.
    raise ArgumentError(f"no store on {url.drivername}")


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url, pool_pre_ping=True, pool_timeout=POOL_SECONDS, isolation_level="READ COMMITTED", hide_parameters=True
    )
    end_in_time(engine)
    return engine


def make_file(path: Path) -> None:
    """An empty database where there is none, which only its owner can read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _sqlite(url: URL) -> Engine:
    # Parameters are people's texts and secrets' digests: they have no place in the log of an error.
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_timeout=POOL_SECONDS, hide_parameters=True)

    def set_up(connection: sqlite3.Connection) -> None:
        # The driver's own transactions begin too late; ours begin where SQLAlchemy says so.
        connection.isolation_level = None
        # With recursive triggers, REPLACE counts as the DELETE that it is.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {pragma}")

    keep_to_one_file(engine, Path(url.database or ""), set_up)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its place at once: two that began by reading could not both go on to write.
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


_engines: WeakSet[Engine] = WeakSet()


def _close_idle_connections() -> None:
    # A child that inherits an open SQLite file believes in locks that only its parent has, and loses what it commits
    # when the parent closes the file.
    for engine in list(_engines):
        engine.dispose()


def _forget_connections() -> None:
    for engine in list(_engines):
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_close_idle_connections, after_in_child=_forget_connections)
