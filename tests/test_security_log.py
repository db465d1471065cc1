"""What the server's log says of the desk's door: all that matters, nothing secret, nothing false, one line each."""

import json
import logging
import re
from pathlib import Path

import pytest
from support.desk_visits import PASSWORD, desk_on_copy
from support.soft_passkey import SoftPasskey
from webauthn.helpers import bytes_to_base64url

from estimator.web.desk import security_log
from estimator.web.desk.security_log import EVENTS

NEW = "another four random words"


@pytest.fixture
def desk(_migrated_sqlite, tmp_path):
    with desk_on_copy(_migrated_sqlite, tmp_path) as desk:
        yield desk


@pytest.fixture
def dana(desk):
    return desk.person("Dana")


@pytest.fixture
def told(caplog):
    """What was told so far, as ``event because/how/what``, and forgotten."""
    caplog.set_level(logging.INFO, "estimator.security")

    def since():
        records = [one for one in caplog.records if one.name == "estimator.security"]
        caplog.clear()
        more = ("because", "how", "what", "of", "roles")
        return [" ".join([one.event, *(getattr(one, name) for name in more if hasattr(one, name))]) for one in records]

    since.records = lambda: [one for one in caplog.records if one.name == "estimator.security"]
    return since


def test_signing_in_is_told_step_by_step_and_nothing_before_it_happened(desk, dana, told):
    app, codes = desk.with_app(dana)
    visitor = desk.visitor()
    visitor.sign_in("Dana", "wrong", status=422)
    assert told() == ["sign-in failed name or password"]
    visitor.sign_in("Dana")
    assert told() == ["first step passed password"]
    visitor.post("/admin/second-step", {"code": "12345"}, status=422)
    assert told() == ["second step failed code"]
    visitor.post("/admin/second-step", {"code": app.at(desk.clock())})
    assert told() == ["signed in password, authenticator app"]
    visitor.post("/admin/sign-out")
    assert told() == ["signed out"]
    visitor.client.post("/admin/sign-out")
    assert told() == ["refused not signed in"]
    visitor.sign_in("Dana")
    visitor.post("/admin/second-step", {"code": codes[0]})
    assert told() == ["first step passed password", "recovery code used", "signed in password, recovery code"]


def test_it_says_who_and_from_where(desk, dana, told):
    desk.visitor().post(
        "/admin/sign-in", {"name": "dana", "password": "wrong"}, 422, environ_base={"REMOTE_ADDR": "::1"}
    )
    (record,) = told.records()
    assert (record.account, record.account_id, record.address) == ("Dana", dana.id, "::1")
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        f'sign-in failed account="Dana" account_id={dana.id} address="::1" because="name or password"'
    )


def test_a_name_that_nobody_has_is_not_written(desk, dana, told):
    """It may be a password that was typed into the wrong field."""
    desk.visitor().sign_in(PASSWORD, "wrong", status=422)
    (record,) = told.records()
    assert record.account is None
    assert PASSWORD not in record.getMessage()


def test_throttled_attempts_are_told(desk, dana, told):
    for _ in range(6):
        desk.visitor().post("/admin/sign-in", {"name": "Dana", "password": "wrong"}, status=422 if _ < 5 else 429)
    assert told()[-1] == "sign-in throttled"


def test_refusals_are_told_with_the_page_and_without_its_query(desk, dana, told):
    desk.person("Ed", "editor:national")
    ed = desk.visitor("Ed")
    told()
    assert ed.client.get("/admin/accounts?secret=1").status_code == 403
    (record,) = told.records()
    assert (record.event, record.because, record.path, record.account) == ("refused", "role", "/admin/accounts", "Ed")
    assert "secret" not in record.getMessage()
    told()
    ed.client.post("/admin/national/yaml", data={"text": "x"})
    assert told() == ["form refused token"]
    desk.visitor().client.post("/admin/national/yaml", data={"text": "x"})
    assert told() == ["refused not signed in"]


def test_changes_of_ways_in_are_told(desk, dana, told):
    app, codes = desk.with_app(dana)
    key = SoftPasskey()
    key.belong_to(dana, desk.database, desk.clock())
    visitor = desk.visitor()
    visitor.sign_in("Dana")
    visitor.post("/admin/second-step", {"code": codes[0]})
    told()
    visitor.post("/admin/account/password", {"current_password": "wrong", "password": NEW}, status=422)
    visitor.post("/admin/account/password", {"current_password": PASSWORD, "password": NEW})
    assert told() == ["confirmation failed password", "password changed"]
    visitor.post("/admin/account/confirm", {"password": "wrong"}, status=422)
    visitor.post("/admin/account/confirm", {"password": NEW, "code": app.at(desk.clock())})
    visitor.post("/admin/account/authenticator-app/remove")
    assert told() == ["confirmation failed password", "confirmed", "second step removed authenticator app"]
    visitor.post("/admin/account/confirm", {"password": NEW, "code": codes[1]})
    visitor.post("/admin/account/recovery-codes", status=200)
    assert told() == ["recovery code used", "confirmed", "recovery codes made"]
    options = visitor.post("/admin/account/confirm/passkey/options", status=200).response.get_json()
    visitor.post("/admin/account/confirm", {"credential": key.answer(options)})
    visitor.post("/admin/account/passkeys/remove", {"credential": bytes_to_base64url(key.credential)})
    assert told() == ["confirmed", "second step removed passkey"]
    visitor.post("/admin/account/sign-out-everywhere")
    assert told() == ["signed out everywhere else"]


def test_what_owners_do_to_accounts_is_told(desk, told):
    desk.person("Olga")
    olga = desk.visitor("Olga")
    told()
    page = olga.post("/admin/accounts/add", {"name": "Bo", "email": "", "role": "editor", "scope": "*"}, status=200)
    code = page.root.all("p", class_="code")[1].text
    bo = desk.accounts.named("Bo")
    desk.visitor().post("/admin/start", {"code": code, "password": NEW})
    desk.visitor().post("/admin/start", {"code": code, "password": NEW}, status=422)
    olga.post(f"/admin/accounts/{bo.id}/roles/add", {"role": "publisher", "scope": "*"})
    olga.post(f"/admin/accounts/{bo.id}/disable")
    olga.post(f"/admin/accounts/{bo.id}/enable")
    olga.post(f"/admin/accounts/{bo.id}/reset", {"second_factor": "yes"}, status=200)
    olga.post("/admin/accounts/second-step", {"demand": "yes"})
    assert told() == [
        "account added editor of everything",
        "password set one-time code",
        "signed in one-time code",
        "one-time code failed",
        "roles changed publisher of everything",
        "account disabled",
        "account enabled",
        "sign-in reset with the second step",
        "second step demanded yes",
    ]


def test_no_secret_is_ever_written(desk, dana, told, caplog):
    app, codes = desk.with_app(dana)
    visitor = desk.visitor()
    visitor.sign_in("Dana", "wrong guess of mine", status=422)
    visitor.sign_in("Dana")
    cookie = visitor.client.get_cookie("desk", path="/admin").value
    visitor.post("/admin/second-step", {"code": "987123"}, status=422)
    right = app.at(desk.clock())
    visitor.post("/admin/second-step", {"code": right})
    visitor.post("/admin/account/password", {"current_password": PASSWORD, "password": NEW})
    code = desk.accounts.reset(dana.id, by="Olga", now=desk.clock())
    desk.visitor().post("/admin/start", {"code": code, "password": "one more set of words"})
    desk.visitor().post("/admin/passkey", {"credential": "my credential"})
    written = " ".join(f"{one.getMessage()} {vars(one)}" for one in caplog.records)
    for secret in ("wrong guess", PASSWORD, NEW, "987123", right, *codes, code, "one more set", "credential", cookie):
        assert secret not in written


@pytest.mark.parametrize("evil", ['1.2.3.4\nsigned in account="Olga"', "\r\n", "\u2028x", "\x1b[2J", "\u202e"])
def test_no_value_begins_a_new_line(desk, dana, told, evil):
    client = desk.app.test_client()
    client.post("/admin/national/yaml", environ_base={"REMOTE_ADDR": evil})
    client.post("/admin/" + evil.replace("\n", "%0A").replace("\r", "%0D"))
    lines = [one.getMessage() for one in told.records()]
    assert lines
    for line in lines:
        assert line.isascii()
        assert line.isprintable()
        assert json.loads(re.search(r'address=("(?:[^"\\]|\\.)*")', line)[1]) is not None


def test_every_event_is_told_somewhere():
    files = [one for one in Path(security_log.__file__).parent.rglob("*.py") if one.stem != "security_log"]
    code = "".join(one.read_text(encoding="utf-8") for one in files)
    assert [event for event in EVENTS if f'"{event}"' not in code] == []
