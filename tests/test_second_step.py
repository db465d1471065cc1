"""Who needs a second step, and what it takes to change one."""

import pyotp
import pytest
from support.desk_visits import PASSWORD, desk_on_copy, leads_to, said
from support.soft_passkey import SoftPasskey
from webauthn.helpers import bytes_to_base64url

from estimator.accounts.sign_ins import EVERYBODY, NOBODY, SECOND_FACTOR_REQUIRED
from estimator.store.settings import WHOLE_SITE, Settings

APP = "/admin/account/authenticator-app"
CONFIRM = "/admin/account/confirm"


@pytest.fixture
def desk(_migrated_sqlite, tmp_path):
    with desk_on_copy(_migrated_sqlite, tmp_path) as desk:
        yield desk


@pytest.fixture
def new_site(_migrated_sqlite, tmp_path):
    """A desk where nobody has decided about second steps."""
    with desk_on_copy(_migrated_sqlite, tmp_path, demands=None) as desk:
        yield desk


@pytest.fixture
def dana(desk):
    return desk.person("Dana")


def setting(desk):
    return Settings(desk.database).get(WHOLE_SITE, SECOND_FACTOR_REQUIRED)


def set_up_app(visitor, desk, status=200):
    """Scan the secret and type its first code; recovery codes follow where there were none."""
    secret = visitor.get(APP).root.one("p", class_="code").text.replace(" ", "")
    visitor.post(APP, {"code": pyotp.TOTP(secret).at(desk.clock())}, status=status)
    desk.clock.turn(minutes=1)
    return pyotp.TOTP(secret)


# Who needs one


@pytest.mark.parametrize(
    ("role", "needed"),
    [("editor:national", False), ("editor:*", False), ("publisher:national", True), ("owner:national", True)],
)
def test_whoever_may_publish_needs_a_second_step_from_the_start(new_site, role, needed):
    new_site.person("Olga")
    new_site.person("Pia", role)
    pia = new_site.visitor("Pia")
    answer = pia.client.get("/admin/national/")
    assert (answer.headers.get("Location") == "/admin/account") is needed
    if needed:
        set_up_app(pia, new_site)
        assert pia.client.get("/admin/national/").headers.get("Location") != "/admin/account"


def test_a_new_publisher_is_led_to_a_second_step_before_anything_else(new_site):
    """From the one-time link to the first page of prices: the password, the app, then the desk."""
    olga = new_site.person("Olga")
    account, code = new_site.accounts.add("Pia", None, olga.grants, by="Olga", now=new_site.clock())
    pia = new_site.visitor()
    start = pia.post("/admin/start", {"code": code, "password": "another four random words"})
    assert leads_to(start) == "/admin/account"
    page = pia.get("/admin/account")
    assert "You need a second step here" in page.text
    token = pia.token()
    for address in ("/admin/national/publish", "/admin/national/yaml"):
        sent = pia.client.post(address, data={"csrf_token": token, "why": "Now", "text": "# mine"})
        assert sent.status_code == 403
        assert "A second step is needed" in said(sent)
    app = set_up_app(pia, new_site)
    assert new_site.again(account).second_factor
    assert pia.client.get("/admin/accounts").status_code == 200
    other = new_site.visitor()
    assert leads_to(other.sign_in("Pia", "another four random words")) == "/admin/second-step"
    other.post("/admin/second-step", {"code": app.at(new_site.clock())})
    assert other.is_in()


def test_an_editor_who_becomes_a_publisher_needs_one_from_then_on(new_site):
    new_site.person("Olga")
    ed = new_site.person("Ed", "editor:national")
    visitor = new_site.visitor("Ed")
    assert visitor.client.get("/admin/national/").headers.get("Location") != "/admin/account"
    new_site.accounts.give(ed.id, new_site.again(ed).grants[0].__class__("publisher", "national"), by="Olga")
    assert visitor.client.get("/admin/national/").headers["Location"] == "/admin/account"


def test_the_command_line_lets_in_an_owner_who_lost_everything(new_site, monkeypatch, capsys):
    """`estimator admin reset --second-step`: a link, a new password, and a new second step before anything else."""
    from estimator.cli import main

    monkeypatch.setenv("ESTIMATOR_DATABASE", str(new_site.database.engine.url))
    olga = new_site.person("Olga")
    new_site.with_app(olga)
    assert main(["admin", "reset", "Olga", "--second-step"]) == 0
    code = capsys.readouterr().out.partition("code=")[2].split()[0]
    new_site.clock.at = new_site.clock.at.now(new_site.clock.at.tzinfo)
    visitor = new_site.visitor()
    visitor.post("/admin/start", {"code": code, "password": "another four random words"})
    assert visitor.client.get("/admin/accounts").headers["Location"] == "/admin/account"
    set_up_app(visitor, new_site)
    assert visitor.client.get("/admin/accounts").status_code == 200


def test_where_a_second_step_is_demanded_it_comes_before_anything_else(desk, dana):
    """The person is led to it, and can do nothing else but sign out."""
    visitor = desk.visitor("Dana")
    visitor.post("/admin/accounts/second-step", {"demand": "yes"})
    assert setting(desk) == EVERYBODY
    for address in ("/admin/accounts", "/admin/log", "/admin/log/log.csv"):
        assert visitor.client.get(address).headers["Location"] == "/admin/account"
    page = visitor.get("/admin/account")
    assert "You need a second step here" in page.text
    assert page.root.all("nav", class_="rooms") == []
    secret = visitor.get("/admin/account/authenticator-app").root.one("p", class_="code").text.replace(" ", "")
    visitor.post("/admin/account/authenticator-app", {"code": pyotp.TOTP(secret).at(desk.clock())}, status=200)
    visitor.get("/admin/accounts")
    visitor.post("/admin/accounts/second-step", {"demand": "no"})
    assert setting(desk) == NOBODY
    visitor.post("/admin/accounts/second-step", {"demand": "publishers"})
    assert setting(desk) is None
    assert desk.log().count("set") == 3


def test_a_second_step_that_is_demanded_while_somebody_types_loses_no_text(desk, dana):
    """The form is refused, and what was typed is shown; a script is told in its own way."""
    desk.person("Bo", "editor:national")
    bo = desk.visitor("Bo")
    token = bo.token()
    desk.visitor("Dana").post("/admin/accounts/second-step", {"demand": "yes"})
    typed = {"text": "# mine", "base": "as it was", "csrf_token": token, "password": "hidden words"}
    response = bo.client.post("/admin/national/yaml", data=typed)
    assert response.status_code == 403
    page = bo.inspected(response)
    assert page.root.one("h1").text == "A second step is needed"
    assert [one.text for one in page.root.all("textarea")] == ["# mine"]
    assert "hidden words" not in said(response)
    asked = bo.client.post("/admin/national/yaml/check", json={"text": ""}, headers={"X-CSRFToken": token})
    assert asked.status_code == 403
    assert "second step" in asked.get_json()["error"]


# Changing one

CHANGES = [f"{APP}/remove", "/admin/account/passkeys/remove", "/admin/account/recovery-codes"]


@pytest.mark.parametrize("address", CHANGES)
def test_removing_a_factor_takes_the_factor(desk, dana, address):
    """Right after signing in too; the password alone is not enough, and one confirmation is good for one change."""
    key = SoftPasskey()
    key.belong_to(dana, desk.database, desk.clock())
    app, _codes = desk.with_app(dana)
    form = {"credential": bytes_to_base64url(key.credential)}
    before = desk.again(dana)
    visitor = desk.visitor()
    visitor.sign_in("Dana")
    visitor.post("/admin/second-step", {"code": app.at(desk.clock())})
    desk.clock.turn(minutes=1)
    assert leads_to(visitor.post(address, form)) == CONFIRM
    visitor.post(CONFIRM, {"password": PASSWORD}, status=422)
    page = visitor.post(CONFIRM, {"password": PASSWORD, "code": "123456"}, status=422)
    assert "This code is not right" in page.text
    assert leads_to(visitor.post(address, form)) == CONFIRM
    assert desk.again(dana) == before
    visitor.post(CONFIRM, {"password": PASSWORD, "code": app.at(desk.clock())})
    done = visitor.post(address, form, status=200 if "recovery" in address else 302)
    assert not done.response.location or leads_to(done) == "/admin/account"
    changed = desk.again(dana)
    assert (bool(changed.totp), changed.passkeys) == ("authenticator" not in address, "passkeys" not in address)
    desk.clock.turn(minutes=1)
    assert leads_to(visitor.post(address, form)) == CONFIRM


def test_another_app_instead_takes_the_first_one(desk, dana):
    app, codes = desk.with_app(dana)
    visitor = desk.visitor()
    visitor.sign_in("Dana")
    visitor.post("/admin/second-step", {"code": codes[0]})
    assert visitor.client.get(APP).headers["Location"] == f"{CONFIRM}?next={APP}"
    assert leads_to(visitor.post(CONFIRM, {"password": PASSWORD, "code": app.at(desk.clock()), "next": APP})) == APP
    new = set_up_app(visitor, desk, status=302)
    other = desk.visitor()
    other.sign_in("Dana")
    other.post("/admin/second-step", {"code": app.at(desk.clock())}, status=422)
    other.post("/admin/second-step", {"code": new.at(desk.clock())})
    assert visitor.client.get(APP).headers["Location"] == f"{CONFIRM}?next={APP}"


def test_a_recovery_code_stands_in_for_a_factor_that_is_lost(desk, dana):
    _app, codes = desk.with_app(dana)
    visitor = desk.visitor()
    visitor.sign_in("Dana")
    visitor.post("/admin/second-step", {"code": codes[0]})
    visitor.post(CONFIRM, {"password": "wrong", "code": codes[1]}, status=422)
    assert desk.again(dana).recovery_codes == 9, "a code is used up by a wrong password"
    visitor.post(CONFIRM, {"password": PASSWORD, "code": codes[0]}, status=422)
    visitor.post(CONFIRM, {"password": PASSWORD, "code": codes[1]})
    visitor.post(f"{APP}/remove")
    assert not desk.again(dana).second_factor


@pytest.mark.parametrize(("verified", "taken"), [(True, True), (False, False)])
def test_a_passkey_confirms_only_with_a_finger_or_a_pin(desk, dana, verified, taken):
    key = SoftPasskey(verified=verified)
    key.belong_to(dana, desk.database, desk.clock())
    visitor = desk.visitor()
    visitor.sign_in("Dana")
    options = visitor.post("/admin/passkey/options", status=200).response.get_json()
    visitor.post("/admin/passkey", {"credential": key.answer(options)})
    options = visitor.post(f"{CONFIRM}/passkey/options", status=200).response.get_json()
    visitor.post(CONFIRM, {"credential": key.answer(options)})
    visitor.post("/admin/account/passkeys/remove", {"credential": bytes_to_base64url(key.credential)})
    assert (desk.again(dana).passkeys == 0) is taken


def test_an_answer_given_to_sign_in_confirms_nothing(desk, dana):
    key = SoftPasskey()
    key.belong_to(dana, desk.database, desk.clock())
    visitor = desk.visitor()
    visitor.sign_in("Dana")
    options = visitor.post("/admin/passkey/options", status=200).response.get_json()
    visitor.post("/admin/passkey", {"credential": key.answer(options)})
    options = visitor.post("/admin/passkey/options", status=200).response.get_json()
    visitor.post(CONFIRM, {"credential": key.answer(options)})
    visitor.post("/admin/account/passkeys/remove", {"credential": bytes_to_base64url(key.credential)})
    assert desk.again(dana).passkeys == 1


def test_confirming_cannot_be_guessed_at_will(desk, dana):
    app, codes = desk.with_app(dana)
    visitor = desk.visitor()
    visitor.sign_in("Dana")
    visitor.post("/admin/second-step", {"code": codes[0]})
    for _ in range(5):
        visitor.post(CONFIRM, {"password": PASSWORD, "code": "1"}, status=422)
    visitor.post(CONFIRM, {"password": PASSWORD, "code": app.at(desk.clock())}, status=429)


def test_confirming_makes_a_new_token_and_the_one_of_before_is_over(desk, dana):
    """Whoever copied the cookie before does not go on as somebody who has just shown who they are."""
    visitor, thief = desk.visitor("Dana"), desk.visitor()
    thief.client.set_cookie("desk", visitor.client.get_cookie("desk", path="/admin").value, path="/admin")
    assert thief.is_in()
    visitor.post(CONFIRM, {"password": PASSWORD})
    assert visitor.is_in()
    assert not thief.is_in()


def test_ending_other_sessions_is_asked_for_with_the_password_later_on(desk, dana):
    visitor, other = desk.visitor("Dana"), desk.visitor("Dana")
    desk.clock.turn(minutes=20)
    assert leads_to(visitor.post("/admin/account/sign-out-everywhere")) == CONFIRM
    assert other.is_in()
    visitor.post(CONFIRM, {"password": PASSWORD})
    visitor.post("/admin/account/sign-out-everywhere")
    assert not other.is_in()


def test_codes_and_secrets_from_before_are_still_good(desk, dana):
    """Recovery codes of sixteen letters, and a secret that was encrypted in the way of before."""
    import base64
    import hmac

    from cryptography.fernet import Fernet
    from sqlalchemy import insert, update
    from support.desk_visits import SECRET

    from estimator.accounts.one_time import code_digest
    from estimator.store.account_tables import accounts, recovery_codes

    secret = pyotp.random_base32()
    key = base64.urlsafe_b64encode(hmac.digest(SECRET.encode(), b"second factors", "sha256"))
    code = "K7QM-2XWD-9HRT-PB4C"
    with desk.database.writing() as connection:
        connection.execute(update(accounts).values(totp=Fernet(key).encrypt(secret.encode()).decode()))
        connection.execute(insert(recovery_codes).values(account_id=dana.id, digest=code_digest(code)))
    for typed in (code, pyotp.TOTP(secret).at(desk.clock())):
        visitor = desk.visitor()
        visitor.sign_in("Dana")
        visitor.post("/admin/second-step", {"code": typed})
        assert visitor.is_in()
