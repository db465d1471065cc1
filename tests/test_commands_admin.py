"""``estimator admin``: accounts from the command line, for the first one and for rescue."""

import re
import sqlite3

import pytest
from support.desk_visits import PASSWORD, TestDesk, leads_to

from estimator.accounts.accounts import Accounts, Grant
from estimator.cli import main
from estimator.store.database import open_database


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The data folder of the commands, empty."""
    monkeypatch.setenv("ESTIMATOR_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("ESTIMATOR_DATABASE", raising=False)
    return tmp_path / "data"


@pytest.fixture
def run(data, capsys):
    """Runs one command; answers the status and what it printed."""

    def run(*arguments):
        status = main(["admin", *arguments])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


@pytest.fixture
def desk(data, run):
    """The desk on the store that the commands made."""
    run("list")
    database = open_database(f"sqlite:///{data}/estimator.db")
    desk = TestDesk(database)
    from datetime import UTC, datetime

    desk.clock.at = datetime.now(UTC)
    yield desk
    database.close()


def code_in(text):
    (code,) = set(re.findall(r"[2-9A-Z]{4}(?:-[2-9A-Z]{4}){5}", text))
    return code


def test_the_first_owner_is_added_by_command_and_starts_with_the_printed_link(desk, run):
    status, out, err = run("add", "Dana Reyes", "--email", "dana@example.org", "--role", "owner", "--clinic", "all")
    assert (status, err) == (0, "")
    (path,) = re.findall(r"/admin/start\?code=\S+", out)
    assert "24 hours" in out
    visitor = desk.visitor()
    assert visitor.get(path).control("code").attributes["value"] == code_in(out)
    visitor.post("/admin/start", {"code": code_in(out), "password": PASSWORD})
    assert visitor.is_in()
    assert desk.accounts.named("Dana Reyes").grants == (Grant("owner", "*"),)


def test_a_clinics_publisher_is_added(desk, run):
    assert run("add", "Bo", "--role", "publisher", "--clinic", "example-harbor")[0] == 0
    assert run("add", "Ed", "--role", "editor", "--clinic", "national")[0] == 0
    assert desk.accounts.named("bo").grants == (Grant("publisher", "example-harbor"),)
    assert desk.accounts.named("ed").grants == (Grant("editor", "national"),)


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (
            ("add", "Bo", "--role", "editor", "--clinic", "nowhere"),
            2,
            "There is no clinic 'nowhere'. Known: all, national",
        ),
        (("add", " ", "--role", "editor", "--clinic", "all"), 1, "Write a name."),
        (
            ("add", "DANA", "--role", "editor", "--clinic", "all"),
            1,
            "Somebody has the name or the address DANA already.",
        ),
        (("disable", "nobody"), 2, "There is no account 'nobody'."),
        (("disable", "Dana"), 1, "Dana is the last owner of everything."),
        (("reset", "nobody"), 2, "There is no account 'nobody'."),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(desk, run, arguments, status, sentence):
    run("add", "Dana", "--role", "owner", "--clinic", "all")
    answer, out, err = run(*arguments)
    assert answer == status
    assert out == ""
    assert err.startswith(sentence)
    assert err.count("\n") == 1


def test_disabling_ends_sessions_and_enabling_lets_in_again(desk, run):
    desk.person("Olga")
    desk.person("Bo", "editor:national")
    visitor = desk.visitor("Bo")
    assert run("disable", "bo")[:2] == (0, "Bo can no longer sign in.\n")
    assert not visitor.is_in()
    assert run("list")[1] == "Bo · editor of national · disabled\nOlga · owner of everything\n"
    assert run("enable", "Bo")[:2] == (0, "Bo can sign in again.\n")
    visitor.sign_in("Bo")


def test_a_lost_password_is_reset_and_a_lost_phone_too(desk, run):
    dana = desk.person("Dana")
    desk.with_app(dana)
    status, out, _err = run("reset", "Dana")
    assert status == 0
    assert "The second step is still asked for" in out
    visitor = desk.visitor()
    assert leads_to(visitor.post("/admin/start", {"code": code_in(out), "password": PASSWORD})) == "/admin/second-step"
    status, out, _err = run("reset", "Dana", "--second-step")
    assert "still asked for" not in out
    visitor.post("/admin/start", {"code": code_in(out), "password": PASSWORD})
    assert visitor.is_in()


def test_a_reset_takes_back_the_wait_after_failures(desk, run):
    """Somebody locked out by a guesser is let in by the operator."""
    desk.person("Dana")
    for _ in range(5):
        desk.visitor().sign_in("Dana", "wrong", status=422)
    desk.visitor().sign_in("Dana", status=429)
    code = code_in(run("reset", "Dana")[1])
    desk.visitor().post("/admin/start", {"code": code, "password": PASSWORD})
    desk.visitor().sign_in("Dana")


def test_what_commands_do_is_logged_under_the_login_name(desk, run, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "root")
    run("add", "Bo", "--role", "editor", "--clinic", "national")
    from estimator.store.journal import Journal

    (entry,) = Journal(desk.database).newest(1)
    assert (entry.who, entry.action, entry.owner) == ("root", "added an account", "national")


def test_a_store_that_cannot_be_opened_is_a_sentence(run, data):
    data.mkdir()
    (data / "estimator.db").write_bytes(b"no database" * 100)
    status, out, err = run("list")
    assert (status, out) == (1, "")
    assert "Traceback" not in err
    assert "estimator.db" in err


def test_the_store_is_the_one_the_environment_names(run, tmp_path, monkeypatch):
    monkeypatch.setenv("ESTIMATOR_DATABASE", f"sqlite:///{tmp_path}/elsewhere.db")
    run("add", "Dana", "--role", "owner", "--clinic", "all")
    with sqlite3.connect(tmp_path / "elsewhere.db") as connection:
        assert connection.execute("select name from accounts").fetchall() == [("Dana",)]
    assert Accounts(open_database(f"sqlite:///{tmp_path}/elsewhere.db")).any()
