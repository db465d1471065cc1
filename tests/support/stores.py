"""Fixtures: stores on SQLite and on a real PostgreSQL; a test that asks for `database` runs on both."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from estimator.store.database import Database, open_database
from estimator.store.migrations import migrate
from support import postgres


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """A PostgreSQL server of this run's own."""
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(postgres.server())
        except postgres.NoPostgresql as error:
            no_postgresql(str(error))
        yield server


@pytest.fixture
def postgresql_url(postgresql: postgres.Server) -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database."""
    yield from _database_from(postgresql, "template0")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new database without tables, on each backend."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/estimator.db"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new store with all its tables, on each backend."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_migrated_sqlite"), tmp_path / "estimator.db")
        yield f"sqlite:///{tmp_path}/estimator.db"
    else:
        yield from _database_from(
            request.getfixturevalue("postgresql"), request.getfixturevalue("_migrated_postgresql")
        )


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    """A new store with all its tables, open, on each backend."""
    with contextlib.closing(open_database(store_url)) as opened:
        yield opened


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to copy, instead of running the migrations for every test."""
    path = tmp_path_factory.mktemp("migrated") / "estimator.db"
    with contextlib.closing(open_database(f"sqlite:///{path}")) as opened:
        migrate(opened)
    return path


@pytest.fixture(scope="session")
def _migrated_postgresql(postgresql: postgres.Server) -> str:
    """A database to copy, instead of running the migrations for every test."""
    name = postgresql.create()
    with contextlib.closing(open_database(postgresql.url(name))) as opened:
        migrate(opened)
    return name


def _database_from(server: postgres.Server, template: str) -> Iterator[str]:
    name = server.create(template)
    yield server.url(name)
    server.drop(name)


def no_postgresql(reason: str) -> NoReturn:
    """Skip, saying why; but fail in CI, where a test that did not run would look like a pass."""
    from conftest import IN_CI

    if IN_CI:
        pytest.fail(f"PostgreSQL's tests must run in CI: {reason}", pytrace=False)
    pytest.skip(f"POSTGRESQL TEST NOT RUN: {reason}")
