"""``estimator backup | restore | recover | doctor``, on SQLite and PostgreSQL, while somebody publishes."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import MetaData, select, text
from support.shops import CARE
from support.strategies_yaml import small_book
from support.writing import publish_files

from estimator.accounts.accounts import Accounts, Grant
from estimator.cli import main
from estimator.store.backup import read_backup
from estimator.store.database import open_database
from estimator.store.migrations import migrate
from estimator.versions.folder.last_good import FILE, LastGood
from estimator.versions.folder.published_books import PublishedPriceBooks
from estimator.versions.publications import Publications

NATIONAL = {name: data for name, data in small_book().items() if name.startswith("national/")}


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Runs one command in an empty working directory, with a data folder of its own; status, output, complaints."""
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("ESTIMATOR_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path / "work")

    def ran(*arguments):
        status = main([str(one) for one in arguments])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return ran


@pytest.fixture
def store(store_url, run, tmp_path, monkeypatch):
    """A store with two publications, an account, a draft's worth of settings, and a secret beside it."""
    monkeypatch.setenv("ESTIMATOR_DATABASE", store_url)
    (tmp_path / "data" / "secret").write_text("s" * 64 + "\n", encoding="utf-8")
    (tmp_path / "data" / "secret").chmod(0o600)
    with contextlib.closing(open_database(store_url)) as database:
        publish(database, 0, 500)
        publish(database, 1, 577)
        Accounts(database).add(
            "Ana Ñ", None, [Grant("owner", "*")], by="test", now=datetime(2026, 11, 28, 1, 2, 3, 45, tzinfo=UTC)
        )
        yield database


def publish(database, based_on, typical):
    files = {**NATIONAL, CARE: NATIONAL[CARE].replace(b"typical: 500", b"typical: %d" % typical)}
    publish_files(
        Publications(database), "national", files, based_on=based_on, by="Ann", why="x", how="browser",
        in_force_from=date(2026, 11, 1),
    )  # fmt: skip


def rows(url):
    """Everything in a store, as its own tables say it."""
    with contextlib.closing(open_database(url)) as database, database.reading() as connection:
        held = MetaData()
        held.reflect(connection)
        return {
            table.name: sorted(
                tuple(one.replace(tzinfo=UTC) if isinstance(one, datetime) else one for one in row)
                for row in connection.execute(select(table))
            )
            for table in held.sorted_tables
        }


def test_a_backup_is_the_whole_store_on_another_machine_with_either_database(
    store, store_url, run, tmp_path, request, monkeypatch
):
    kept = tmp_path / "kept.backup"
    status, said, _ = run("backup", kept)
    assert (status, kept.stat().st_mode & 0o777) == (0, 0o600)
    assert "kept.backup: " in said
    assert list(tmp_path.glob(".kept*")) == []
    other = f"sqlite:///{tmp_path}/other.db"
    if store_url.startswith("sqlite"):
        other = request.getfixturevalue("postgresql_url")
    monkeypatch.setenv("ESTIMATOR_DATABASE", other)
    (tmp_path / "data" / "secret").unlink()
    status, _, complaint = run("restore", kept)
    assert status == 0, complaint
    assert rows(other) == rows(store_url)
    assert (tmp_path / "data" / "secret").read_text(encoding="utf-8").strip() == "s" * 64
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o777 == 0o600
    with contextlib.closing(open_database(other)) as database:
        # It goes on counting where it was, and still only grows.
        publish(database, 2, 600)
        assert Publications(database).latest("national").number == 3
        with pytest.raises(Exception, match="only grows"), database.writing() as connection:
            connection.execute(text("DELETE FROM publications"))
        # A server on it notices that everything is another, and takes it up.
        prices = PublishedPriceBooks(database, today=lambda: date(2026, 11, 28))
        assert infusion(prices) == 600
        assert run("restore", kept)[0] == 1
        assert run("restore", "--replace", kept)[0] == 0
        prices.refresh()
        assert infusion(prices) == 577


def infusion(prices):
    found = prices.current.national.tables.charges["infusion"].self_pay
    return found[min(found)].typical // 100


def test_backups_while_somebody_publishes_are_the_store_at_one_moment(store, store_url, run, tmp_path, monkeypatch):
    """Each publication there with its files, and none half."""
    done = threading.Event()

    def publish_on():
        with contextlib.closing(open_database(store_url)) as database:
            number = 2
            while not done.is_set():
                publish(database, number, 600 + number)
                number += 1

    writer = threading.Thread(target=publish_on)
    writer.start()
    try:
        for number in range(5):
            assert run("backup", tmp_path / f"{number}.backup")[0] == 0
    finally:
        done.set()
        writer.join()
    found = []
    for number in range(5):
        monkeypatch.setenv("ESTIMATOR_DATABASE", f"sqlite:///{tmp_path}/{number}.db")
        assert run("restore", tmp_path / f"{number}.backup")[0] == 0
        with contextlib.closing(open_database(f"sqlite:///{tmp_path}/{number}.db")) as database:
            publications = Publications(database)
            history = publications.history("national")
            assert [one.number for one in history] == list(range(len(history), 0, -1))
            assert all(publications.files(one).keys() == NATIONAL.keys() for one in history)
            found.append(len(history))
    assert found == sorted(found)
    assert found[-1] > found[0]


def test_a_plain_copy_of_the_file_loses_what_is_in_the_log_beside_it(run, tmp_path, monkeypatch):
    """SQLite writes commits to -wal first: why there is a command at all. docs/running.md says so."""
    url = f"sqlite:///{tmp_path}/estimator.db"
    monkeypatch.setenv("ESTIMATOR_DATABASE", url)
    with contextlib.closing(open_database(url)) as database:
        migrate(database)
    with contextlib.closing(open_database(url)) as database:
        publish(database, 0, 577)
        shutil.copy(tmp_path / "estimator.db", tmp_path / "copied.db")
        assert run("backup", tmp_path / "kept.backup")[0] == 0
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/copied.db")) as copied:
        assert Publications(copied).history() == []
    monkeypatch.setenv("ESTIMATOR_DATABASE", f"sqlite:///{tmp_path}/restored.db")
    assert run("restore", tmp_path / "kept.backup")[0] == 0
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/restored.db")) as restored:
        assert Publications(restored).latest("national").number == 1


def _cut(data):
    return data[: len(data) // 2]


def _changed(data):
    plain = gzip.decompress(data)
    return gzip.compress(plain.replace(b"Ann", b"Eve"))


def _without_end(data):
    return gzip.compress(b"\n".join(gzip.decompress(data).splitlines()[:-1]) + b"\n")


@pytest.mark.parametrize(
    "spoil", [_cut, _changed, _without_end, lambda _: b"", lambda _: b"charges:\n", lambda _: gzip.compress(b"[1]\n")]
)
def test_a_backup_that_is_not_whole_changes_nothing(store, store_url, run, tmp_path, spoil):
    kept = tmp_path / "kept.backup"
    assert run("backup", kept)[0] == 0
    before = rows(store_url)
    kept.write_bytes(spoil(kept.read_bytes()))
    status, _, said = run("restore", "--replace", kept)
    assert status == 2
    assert "cannot be used: " in said
    assert "Nothing was changed." in said
    assert rows(store_url) == before


def test_what_a_backup_needs(store, run, tmp_path, monkeypatch):
    kept = tmp_path / "kept.backup"
    assert run("backup", kept)[0] == 0
    assert read_backup(kept).secret == "s" * 64
    before = kept.read_bytes()
    for path, says in ((kept, "is there already"), (tmp_path / "nowhere" / "x", "cannot be written")):
        status, _, said = run("backup", path)
        assert status == 2
        assert says in said or "cannot be written" in said
    assert kept.read_bytes() == before
    assert run("restore", tmp_path / "nothing")[0] == 2
    status, _, said = run("restore", kept)
    assert status == 1
    assert "With --replace they are lost" in said
    monkeypatch.setenv("ESTIMATOR_DATABASE", f"sqlite:///{tmp_path}/gone.db")
    assert run("backup", tmp_path / "other.backup")[0] == 1
    assert not (tmp_path / "gone.db").exists()


def test_a_backup_of_a_newer_program_is_refused_and_the_store_stays(store, store_url, run, tmp_path):
    kept = tmp_path / "kept.backup"
    with store.writing() as connection:
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert run("backup", kept)[0] == 0
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :old"), {"old": revision})
    before = rows(store_url)
    status, _, said = run("restore", "--replace", kept)
    assert status == 1
    assert "at revision 9999, which this program does not know" in said
    assert rows(store_url) == before


@pytest.fixture
def place(run, tmp_path, monkeypatch):
    """A store on SQLite in the data folder, as the server has it."""
    monkeypatch.delenv("ESTIMATOR_DATABASE", raising=False)
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/data/estimator.db")) as database:
        migrate(database)
        publish(database, 0, 577)
        prices = PublishedPriceBooks(database, today=lambda: date(2026, 11, 28))
        LastGood(tmp_path / "data" / FILE).save(prices.texts)
        Accounts(database).add("Ana", None, [Grant("owner", "*")], by="test", now=datetime.now(UTC))
    return tmp_path / "data"


def test_doctor_finds_nothing_wrong(place, run):
    status, said, _ = run("doctor")
    assert (status, said.splitlines()[-1]) == (0, "Nothing is wrong.")
    assert "is whole, with 1 publications" in said


def _gone(place):
    (place / "estimator.db").unlink()


def _damaged(place):
    (place / "estimator.db").write_bytes(b"no database " * 1000)


def _emptied(place):
    _gone(place)
    with contextlib.closing(open_database(f"sqlite:///{place}/estimator.db")) as database:
        migrate(database)


def _readable(place):
    (place / "estimator.db").chmod(0o644)


def _newer(place):
    with contextlib.closing(open_database(f"sqlite:///{place}/estimator.db")) as database, database.writing() as one:
        one.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def _later(place):
    with contextlib.closing(open_database(f"sqlite:///{place}/estimator.db")) as database:
        files = {**NATIONAL, CARE: NATIONAL[CARE] + b"# later\n"}
        later = datetime.now(UTC) + timedelta(days=2)
        publish_files(
            Publications(database), "national", files, based_on=1, by="Ann", why="x", how="browser", at=later,
            in_force_from=date(2026, 11, 1),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "says", "do"),
    [
        (_gone, "estimator.db is gone", "estimator restore FILE"),
        (_emptied, "estimator.db is gone", "estimator restore FILE"),
        (_damaged, "is damaged: file is not a database", "estimator restore --replace FILE"),
        (_readable, "can be read by others", "chmod 600"),
        (_newer, "are of a newer program", "Install that one"),
        (_later, "still to come by this clock", "Set the machine's clock"),
    ],
)
def test_doctor_says_what_is_wrong_and_what_to_do_and_changes_nothing(place, run, spoil, says, do):
    spoil(place)
    before = {path.name: path.read_bytes() for path in place.iterdir() if not path.name.endswith(("-shm", "-wal"))}
    status, said, _ = run("doctor")
    assert status == 1
    (wrong,) = (line for line in said.split("\nwell:") for line in [line] if says in line)
    assert do in wrong
    after = {path.name: path.read_bytes() for path in place.iterdir() if not path.name.endswith(("-shm", "-wal"))}
    assert after == before


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ESTIMATOR_DATABASE", "nonsense", "URL cannot be read"),
        ("ESTIMATOR_DATABASE", "postgresql://ann:hunter2@127.0.0.1:1/x", "does not answer"),
        ("ESTIMATOR_FOLDER", "perhaps", "ESTIMATOR_FOLDER is 'perhaps'"),
        ("ESTIMATOR_HTTPS", "on", "ESTIMATOR_PROXY names no proxy"),
    ],
)
def test_doctor_reads_the_settings(place, run, monkeypatch, name, value, says):
    monkeypatch.setenv(name, value)
    status, said, _ = run("doctor")
    assert status == 1
    assert says in said
    assert "hunter2" not in said


@pytest.mark.parametrize("spoil", [_gone, _damaged, _emptied])
def test_recover_begins_anew_with_what_patients_saw_last(place, run, spoil):
    spoil(place)
    status, said, complaint = run("recover")
    assert status == 0, complaint
    assert "accounts and the log are lost" in said
    with contextlib.closing(open_database(f"sqlite:///{place}/estimator.db")) as database:
        assert infusion(PublishedPriceBooks(database, today=lambda: date(2026, 11, 28))) == 577
        assert not Accounts(database).any()
    assert bool(list(place.glob("estimator.db.damaged-*"))) == (spoil is _damaged)
    assert run("recover")[0] == 1


def test_recover_takes_a_folder_and_leaves_a_whole_store_alone(place, run, tmp_path):
    assert run("recover")[0] == 1
    _gone(place)
    (place / FILE).unlink()
    assert run("recover")[0] == 2
    for name, data in small_book().items():
        (tmp_path / "tables" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tables" / name).write_bytes(data)
    assert run("recover", "--from", tmp_path / "tables")[0] == 0
    with contextlib.closing(open_database(f"sqlite:///{place}/estimator.db")) as database:
        assert infusion(PublishedPriceBooks(database, today=lambda: date(2026, 11, 28))) == 500
        assert Publications(database).owners() == ["national", "riverbend"]


def test_restore_moves_a_damaged_file_aside(place, run, tmp_path):
    assert run("backup", tmp_path / "kept.backup")[0] == 0
    _damaged(place)
    assert run("restore", tmp_path / "kept.backup")[0] == 1
    assert run("restore", "--replace", tmp_path / "kept.backup")[0] == 0
    assert len(list(place.glob("estimator.db.damaged-*"))) == 1
    with contextlib.closing(open_database(f"sqlite:///{place}/estimator.db")) as database:
        assert Accounts(database).any()
    assert run("doctor")[0] == 0
