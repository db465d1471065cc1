"""
Nobody waits for ever: a PostgreSQL that does not answer is given up, and a SQLite file that was taken away is noticed.

A statement that PostgreSQL works on too long ends by its own `statement_timeout`. A server that is frozen ends nothing,
and its machine goes on to acknowledge what it is sent; so the client counts too, and drops the connection.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

CONNECT_SECONDS = 5
"""How long PostgreSQL may take to let us in, where the URL does not say."""

STATEMENT_SECONDS = 10
"""How long one statement may take on PostgreSQL, waiting for a lock included."""

ANSWER_SECONDS = 12.0
"""How long we wait for a word from PostgreSQL: longer than a statement may take there."""

T = TypeVar("T")


class AnsweringConnection(psycopg.Connection[Any]):
    """A connection that is closed when nothing was heard for `answer_seconds`; then it raises `OperationalError`."""

    answer_seconds = ANSWER_SECONDS

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        deadline = time.monotonic() + self.answer_seconds
        try:
            return super().wait(gen, interval, self.answer_seconds if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if timeout is None and time.monotonic() >= deadline and not self.closed:
                self.pgconn.finish()
                raise psycopg.OperationalError(f"no answer for {self.answer_seconds:g} seconds") from error
            raise


def end_in_time(engine: Engine) -> None:
    """Give the PostgreSQL behind `engine` the deadlines above."""

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, arguments: Any, settings: Any) -> AnsweringConnection:
        return AnsweringConnection.connect(*arguments, **{"connect_timeout": CONNECT_SECONDS, **settings})

    @event.listens_for(engine, "connect")
    def _limit(connection: AnsweringConnection, _record: Any) -> None:
        # Not an option of the connection: poolers between us and the server refuse those.
        connection.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
        connection.commit()


@contextmanager
def taking_long(connection: Connection, seconds: float) -> Iterator[None]:
    """For one transaction on PostgreSQL that may take so long: a migration, a restored backup."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, AnsweringConnection):
        yield
        return
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{int(seconds)}s'")
    driver.answer_seconds = seconds + 2
    try:
        yield
    finally:
        del driver.answer_seconds


def keep_to_one_file(engine: Engine, path: Path, set_up: Callable[[sqlite3.Connection], None]) -> None:
    """
    Let `engine` open the SQLite file at `path` and never make one.

    SQLite goes on to read and write a file that was deleted or replaced, and what is written there is lost; it would
    also make a new, empty one. So whoever takes a connection looks whether its file is still the one at `path`.
    """

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, record: Any, arguments: Any, settings: Any) -> sqlite3.Connection:
        record.info["file"] = _file_at(path)
        connection = connect_to_file(path, "rw", **settings)
        set_up(connection)
        return connection

    @event.listens_for(engine, "checkout")
    def _is_still_there(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != _file_at(path):
            raise DisconnectionError


def connect_to_file(path: Path, mode: str, **settings: Any) -> sqlite3.Connection:
    """A connection to a SQLite file that is there already, ``rw`` or ``ro``."""
    connection: sqlite3.Connection = sqlite3.connect(f"file:{quote(str(path))}?mode={mode}", uri=True, **settings)
    return connection


def _file_at(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
