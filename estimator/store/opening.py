"""The store that the server and the commands work with."""

import os

from sqlalchemy.engine import URL

from estimator.places import data_folder
from estimator.store.database import Database, make_file, open_database, sqlite_path
from estimator.store.migrations import migrate


def open_store() -> Database:
    """
    The store that ``ESTIMATOR_DATABASE`` names, else ``estimator.db`` in the data folder, its tables up to date.

    Raises `StoreUnavailable`.
    """
    database = open_database(store_url())
    migrate(database)
    return database


def make_store(database: Database) -> None:
    """An empty file for a SQLite store where there is none; raises `OSError`."""
    if database.is_sqlite:
        make_file(sqlite_path(database))


def store_url() -> str:
    """Where the store is, as the environment says."""
    return os.environ.get("ESTIMATOR_DATABASE") or _default_url()


def _default_url() -> str:
    path = data_folder() / "estimator.db"
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)
