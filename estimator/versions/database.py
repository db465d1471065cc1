"""The connection to the store: SQLite by default, PostgreSQL by one URL; the same statements on both."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, OperationalError

BUSY_SECONDS = 30
"""How long one writer waits for another on SQLite before it gives up."""


class StoreUnavailable(Exception):
    """The store cannot be opened; the message says which and why, without a password."""


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

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees what is committed."""
        options = {"reading": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
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
    The database at a URL such as ``sqlite:///var/estimator.db`` or ``postgresql://user@host/name``.

    Raises `StoreUnavailable` when the URL means nothing or nobody answers there.
    """
    try:
        parsed = _with_driver(make_url(url))
        engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else create_engine(parsed, pool_pre_ping=True)
        database = Database(engine)
        with database.reading():
            pass
    except ArgumentError as error:
        raise StoreUnavailable(
            "The database's URL cannot be read: write it like sqlite:////var/lib/estimator/estimator.db "
            "or postgresql://user@host/name"
        ) from error
    except (OperationalError, OSError) as error:
        reason = getattr(error, "orig", None) or error
        said = parsed.render_as_string(hide_password=True)
        raise StoreUnavailable(f"The database {said} cannot be opened: {str(reason).strip()}") from error
    # A forked worker must not share its parent's connections.
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
    return database


def _with_driver(url: URL) -> URL:
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ArgumentError(f"no store on {url.get_backend_name()}")
    return url


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        # The driver's own transactions begin too late; ours begin where SQLAlchemy says so.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its place at once: two that began by reading could not both go on to write.
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
