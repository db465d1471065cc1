"""The store's tables: made and brought up to date on each backend, append-only, and what it says when it cannot."""

import contextlib
import os
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError
from support.forking import become_nobody, together
from support.killing import kill_while
from support.writing import publish_files, write_log

from estimator.store import account_tables, migrations, tables
from estimator.store.database import StoreUnavailable, open_database
from estimator.store.journal import Journal
from estimator.store.migrations import HEAD, migrate
from estimator.versions.publications import Publications


@contextlib.contextmanager
def opened(url):
    with contextlib.closing(open_database(url)) as database:
        yield database


def publish(database, number=0):
    return publish_files(
        Publications(database),
        "harbor",
        {"clinics/harbor.yaml": b"%d" % number},
        based_on=number,
        by="Ana",
        why="",
        how="first",
        in_force_from=date(2026, 11, 22),
    )


def test_head_is_the_newest_revision_of_the_files():
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrations_make_the_tables_that_the_code_knows(database):
    """Alembic finds nothing to add, remove or change."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, account_tables.metadata) == []


def test_migrations_make_the_checks_that_the_code_knows(database):
    """Alembic does not compare CHECK constraints; their names say what they check."""
    found = inspect(database.engine)
    for table in account_tables.metadata.sorted_tables:
        wanted = {check.name for check in table.constraints if isinstance(check, CheckConstraint)}
        assert {check["name"] for check in found.get_check_constraints(table.name)} == wanted


def test_the_comparison_would_notice(database):
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE settings ADD COLUMN unknown INTEGER"))
    with database.engine.connect() as connection:
        ((action, *_),) = compare_metadata(MigrationContext.configure(connection), account_tables.metadata)
    assert action == "remove_column"


def test_an_empty_database_is_migrated_once(empty_url):
    with opened(empty_url) as database:
        assert migrate(database) is True
        assert migrate(database) is False
        publish(database)
    with opened(empty_url) as database:
        assert migrate(database) is False
        assert len(Publications(database).history()) == 1


def test_each_revision_leads_to_the_next_with_publications_in_it(empty_url, monkeypatch):
    """A store of the first version comes up to date; what was published and logged reads as it did."""
    from alembic import command

    upgrade = command.upgrade
    with opened(empty_url) as database:
        with monkeypatch.context() as patched:
            patched.setattr(command, "upgrade", lambda config, _head: upgrade(config, "0001"))
            migrate(database)
        at, why = datetime(2026, 11, 22, tzinfo=UTC), "Undo of version 3"
        row = {"owner": "harbor", "number": 1, "at": at, "by": "Ana", "why": why, "how": "undo", "digest": "0" * 64}
        with database.writing() as connection:
            connection.execute(insert(tables.publications).values(**row, in_force_from=at.date()))
            logged = {"at": at, "who": "Ana", "action": "undid", "owner": "harbor", "detail": why}
            connection.execute(insert(tables.journal).values(**logged))
        migrate(database)
        (published,), (entry,) = Publications(database).history(), Journal(database).all()
        assert (published.number, published.why, type(published.why)) == (1, why, str)
        assert (entry.action, entry.detail, type(entry.detail)) == ("undid", why, str)
        assert publish(database, 1).number == 2
        with database.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), account_tables.metadata) == []


@pytest.mark.parametrize("table", tables.APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_or_delete_what_only_grows(database, table, statement):
    """Not even a statement written by hand rewrites history."""
    publish(database)
    write_log(database, "Ana", "published")
    column = account_tables.metadata.tables[table].primary_key.columns.keys()[0]
    with pytest.raises(DBAPIError, match=f"{table} only grows"), database.writing() as connection:
        connection.execute(text(statement.format(table, column, column)))
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(account_tables.metadata.tables[table])) == 1


def test_sqlite_refuses_to_replace_what_only_grows(tmp_path):
    """REPLACE is a delete in disguise."""
    with opened(f"sqlite:///{tmp_path}/estimator.db") as database:
        migrate(database)
        publish(database)
        with pytest.raises(DBAPIError, match="texts only grows"), database.writing() as connection:
            connection.execute(text("REPLACE INTO texts SELECT digest, 'forged' FROM texts"))


def test_postgresql_refuses_to_empty_what_only_grows(postgresql_url):
    with opened(postgresql_url) as database:
        migrate(database)
        with pytest.raises(DBAPIError, match="journal only grows"), database.writing() as connection:
            connection.execute(text("TRUNCATE journal"))


def test_a_database_of_a_newer_program_is_left_alone(database):
    """Who starts an old program on it reads why, and what to do."""
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match=r"at revision 9999, which this program does not know: .* newer version"):
        migrate(database)
    publish(database)


def test_tables_of_another_program_are_left_alone(empty_url):
    with opened(empty_url) as database:
        with database.writing() as connection:
            connection.execute(text("CREATE TABLE publications (theirs INTEGER)"))
        with pytest.raises(StoreUnavailable, match=r"cannot be brought up to date: .*publications.* already exists"):
            migrate(database)
        with database.reading() as connection:
            assert not connection.execute(text("SELECT theirs FROM publications")).all()


def test_a_migration_that_is_killed_leaves_nothing_half_done(tmp_path):
    """Whatever the moment, the next start finds the empty database or the finished one."""
    moments = Random(11)
    for number in range(20):
        url = f"sqlite:///{tmp_path}/{number}.db"

        def start(say, url=url):
            with opened(url) as database:
                migrate(database)
                say("migrated")
                while True:
                    pass

        kill_while(start, moments.uniform(0, 0.12))
        with opened(url) as database:
            migrate(database)
            publish(database)


def test_a_database_that_may_only_be_read_says_so_before_it_is_migrated(tmp_path):
    with opened(f"sqlite:///{tmp_path}/estimator.db"):
        pass
    os.chmod(tmp_path / "estimator.db", 0o444)
    os.chmod(tmp_path, 0o555)

    def start(_place):
        become_nobody(tmp_path)
        with pytest.raises(StoreUnavailable) as refused:
            migrate(open_database("sqlite:///estimator.db"))
        return str(refused.value)

    (said,) = together(1, start)
    assert said.startswith("The database sqlite:///estimator.db cannot be opened: ") or "brought up to date" in said


def test_a_postgresql_that_lets_us_only_read_says_so(postgresql, postgresql_url):
    with opened(postgresql_url) as database, database.writing() as connection:
        connection.execute(text("DROP ROLE IF EXISTS guest"))
        connection.execute(text("CREATE ROLE guest LOGIN"))
    with (
        opened(postgresql_url.replace("estimator@", "guest@")) as database,
        pytest.raises(StoreUnavailable, match="cannot be brought up to date: permission denied"),
    ):
        migrate(database)
