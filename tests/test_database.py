"""Opening a store: how it is set up, and the sentence there is when it cannot be opened."""

import contextlib
import os
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from support.forking import become_nobody, together
from support.writing import publish_files

from estimator.store.database import StoreUnavailable, insert_new, open_database
from estimator.store.migrations import migrate
from estimator.store.tables import draft_files, texts
from estimator.versions.publications import Publications


def test_sqlite_keeps_what_is_committed_through_a_power_cut(tmp_path):
    """WAL, each commit on disk before it counts as done, and foreign keys kept."""
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/estimator.db")) as database:
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
        with database.reading() as connection:
            assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted} == wanted


def test_files_belong_to_a_draft_that_there_is(database):
    """Foreign keys count on both backends."""
    row = {"owner": "harbor", "name": "a.yaml", "content": b""}
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), database.writing() as connection:
        connection.execute(draft_files.insert().values(row))


def test_an_exception_undoes_the_transaction(database):
    def fail():
        with database.writing() as connection:
            connection.execute(texts.insert().values(digest="0", content=b""))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.reading() as connection:
        assert connection.execute(texts.select()).all() == []


def test_an_error_tells_the_log_no_values(database):
    """Logs keep the statement that failed, not the texts and digests that it was given, on both backends."""
    row = {"owner": "harbor", "name": "secret.yaml", "content": b"hunter2"}
    with pytest.raises(DBAPIError) as raised, database.writing() as connection:
        connection.execute(draft_files.insert().values(row))
    said = str(raised.value).replace(str(raised.value.orig), "")
    assert "INSERT INTO draft_files" in said
    assert "hunter2" not in said
    assert "secret.yaml" not in said


def test_rows_whose_keys_are_there_stay_as_they_are(database):
    """Only the new ones are inserted, and counted."""
    with database.writing() as connection:
        assert insert_new(connection, texts, []) == 0
        assert insert_new(connection, texts, [{"digest": "a", "content": b"1"}]) == 1
        rows = [{"digest": "a", "content": b"2"}, {"digest": "b", "content": b"3"}]
        assert insert_new(connection, texts, rows) == 1
        assert insert_new(connection, texts, rows) == 0
    with database.reading() as connection:
        assert sorted(map(tuple, connection.execute(texts.select()))) == [("a", b"1"), ("b", b"3")]


def test_who_looks_sees_one_moment(database):
    """Two looks through one connection see the same, whatever is published in between."""
    publications = Publications(database)
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM publications")).scalar() == 0
        publish_files(
            publications, "harbor", {}, based_on=0, by="Ana", why="", how="first", in_force_from=date(2026, 11, 22)
        )
        assert connection.execute(text("SELECT count(*) FROM publications")).scalar() == 0
    assert publications.latest("harbor").number == 1


def test_a_connection_that_postgresql_has_ended_is_replaced(postgresql_url):
    """A restart of the database server costs nobody an error page afterwards."""
    with (
        contextlib.closing(open_database(postgresql_url)) as database,
        contextlib.closing(open_database(postgresql_url)) as other,
    ):
        migrate(database)
        with other.writing() as connection:
            ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
            assert connection.execute(text(f"{ended} AND pid <> pg_backend_pid()")).scalar() == 1
        assert Publications(database).history() == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "estimator.db",
        "https://example.org/",
        "mysql://ana:hunter2@localhost/estimator",
        "postgresql+asyncpg://ana:hunter2@localhost/estimator",
        "postgresql://ana:hunter2@localhost:port/estimator",
        "sqlite+nonsense:///estimator.db",
        # Another one for every thread.
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_a_url_that_means_nothing_is_answered_with_how_to_write_one(url):
    with pytest.raises(
        StoreUnavailable, match=r"write it like sqlite:////var/lib/.* or postgresql://user@host/name"
    ) as refused:
        open_database(url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:hunter2@127.0.0.1:1/estimator",
        "postgres://ana:hunter2@127.0.0.1:1/estimator",
        "postgresql://ana@127.0.0.1:1/estimator?password=hunter2",
        "postgresql://ana:hunter2@/estimator?host=/nowhere",
        "postgresql://ana:hunter2@127.0.0.1:1/estimator?nonsense=hunter2",
        "postgresql://ana:hunter2@nowhere.invalid/estimator",
    ],
)
def test_a_postgresql_that_nobody_answers_at_is_named_without_the_password(url):
    with pytest.raises(
        StoreUnavailable, match=r"The database postgresql://ana.*/estimator cannot be opened: \w+"
    ) as refused:
        open_database(url)
    assert "hunter2" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_database_that_does_not_exist_is_named(postgresql):
    with pytest.raises(StoreUnavailable, match=r'cannot be opened: .*database "missing" does not exist'):
        open_database(postgresql.url("missing"))


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    (tmp_path / "prices.yaml").write_bytes(b"charges:\n" * 1000)
    with pytest.raises(StoreUnavailable, match=r"prices\.yaml cannot be opened: file is not a database"):
        open_database(f"sqlite:///{tmp_path}/prices.yaml")
    assert (tmp_path / "prices.yaml").read_bytes() == b"charges:\n" * 1000


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path):
    (tmp_path / "var").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match=r"var/estimator\.db cannot be opened: .*exists"):
        open_database(f"sqlite:///{tmp_path}/var/estimator.db")


@pytest.mark.parametrize("name", ["estimator.db", "deeper/estimator.db"])
def test_a_folder_that_cannot_be_written_is_named(tmp_path, name):
    os.chmod(tmp_path, 0o555)

    def start(_place):
        become_nobody(tmp_path)
        with pytest.raises(StoreUnavailable) as refused:
            open_database(f"sqlite:///{name}")
        return str(refused.value)

    (said,) = together(1, start)
    assert said.startswith(f"The database sqlite:///{name} cannot be opened: ")
