"""Bringing a store's tables up to date, under a lock, so that replicas that start together do it once."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from estimator.versions.database import Database

HEAD = "0001"
"""The newest revision; a test compares it with the files, so that Alembic need not be imported to look."""

LOCK = 7_263_510
"""PostgreSQL's advisory lock for migrations: any number that nobody else takes."""


def migrate(database: Database) -> bool:
    """Bring the tables up to date; True if anything had to be done."""
    with database.reading() as connection:
        if _revision(connection) == HEAD:
            return False
    with database.writing() as connection:
        if not database.is_sqlite:
            # SQLite has locked the whole file by beginning to write.
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        if _revision(connection) == HEAD:
            return False
        _upgrade(connection)
    return True


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command  # a quarter of a second that only a change of the tables needs
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
