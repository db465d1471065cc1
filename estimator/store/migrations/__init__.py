"""
Bringing a store's tables up to date, under a lock, so that replicas that start together do it once.

A start with nothing to do compares one number, `HEAD`, and leaves Alembic alone: importing it takes 0.3 s of processor
time, the comparison half a millisecond. A migration that forgets to raise `HEAD` would not run; a test looks.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from estimator.store.database import Database, StoreUnavailable, StoreUnreachable, error_text, is_out_of_reach
from estimator.store.deadlines import taking_long

HEAD = "0004"
"""The newest revision of the files beside this one."""

LOCK = 7_263_510
"""PostgreSQL's advisory lock for migrations: any number that nobody else takes."""

MOST_SECONDS = 300
"""How long a migration may take, and others wait for it."""


def migrate(database: Database) -> bool:
    """
    Bring the tables up to date; True if anything had to be done.

    Raises `StoreUnavailable` when they are another program's, or the database does not let us.
    """
    try:
        with database.reading() as connection:
            if revision_in(connection) == HEAD:
                return False
        with database.writing() as connection, taking_long(connection, MOST_SECONDS):
            if not database.is_sqlite:
                # SQLite has locked the whole file by beginning to write.
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            if revision_in(connection) == HEAD:
                return False
            upgrade_in(database, connection)
    except DBAPIError as error:
        kind = StoreUnreachable if is_out_of_reach(error) else StoreUnavailable
        raise kind(
            f"The tables in the database {database.name} cannot be brought up to date: {error_text(error)}"
        ) from error
    return True


def revision_in(connection: Connection) -> str | None:
    """The revision of the tables; None where there are none of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade_in(database: Database, connection: Connection, target: str = "head") -> None:
    """
    Bring the tables to a revision, as a part of somebody's transaction.

    Raises `StoreUnavailable` where the tables, or the `target`, are of a newer program.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    found = revision_in(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if target not in known | {"head"}:
        raise StoreUnavailable(
            f"The tables are at revision {target}, which this program does not know: a newer version of it made them."
        )
    if found is not None and found not in known:
        raise StoreUnavailable(
            f"The tables in the database {database.name} are at revision {found}, which this program does not know: "
            "they were made by a newer version of it, or by another program. Start the newer one, or name another "
            "database."
        )
    command.upgrade(config, target)
