"""Whether a store is whole: what SQLite says about its own file."""

import sqlite3
from contextlib import closing

from estimator.store.database import Database, error_text, sqlite_path
from estimator.store.deadlines import connect_to_file


def damage_in(database: Database) -> str | None:
    """
    What is damaged in the store, in the database's words; None where nothing was found.

    SQLite reads its whole file, 10 ms for 5 MB. PostgreSQL has no such look for everybody: it says so where it meets
    damage.
    """
    if not database.is_sqlite:
        return None
    try:
        # A connection of its own: others answer from their memory what the file says no more.
        with closing(connect_to_file(sqlite_path(database), "ro")) as connection:
            said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        return error_text(error)
    return None if said == "ok" else str(said)
