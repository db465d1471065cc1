"""What was seen once opens nothing a second time: answers of passkeys, half-done sign-ins, secrets of apps."""

import pyotp
import pytest
from sqlalchemy import func, select
from support.desk_visits import PASSWORD, desk_on_copy, leads_to
from support.soft_passkey import SoftPasskey

from estimator.accounts import passwords
from estimator.store.account_tables import unfinished


@pytest.fixture
def desk(_migrated_sqlite, tmp_path):
    with desk_on_copy(_migrated_sqlite, tmp_path) as desk:
        yield desk


@pytest.fixture
def dana(desk):
    return desk.person("Dana")


def copied(desk, visitor):
    """A second browser with what the first one holds now."""
    other = desk.visitor()
    other.client.set_cookie("desk", visitor.client.get_cookie("desk", path="/admin").value, path="/admin")
    return other


def challenged(visitor):
    return visitor.post("/admin/passkey/options", status=200).response.get_json()


def change_password(desk, account):
    hashed = passwords.hashed("another four random words")
    desk.accounts.set_password(account.id, hashed, by="Dana", action="changed the password")


def test_a_passkeys_answer_signs_in_once(desk, dana):
    key = SoftPasskey()
    key.belong_to(dana, desk.database, desk.clock())
    first = desk.visitor()
    answer = key.answer(challenged(first))
    second = copied(desk, first)
    first.post("/admin/passkey", {"credential": answer})
    assert first.is_in()
    second.post("/admin/passkey", {"credential": answer})
    assert not second.is_in()


def test_an_answer_that_was_refused_is_over_too(desk, dana):
    key, strange = SoftPasskey(), SoftPasskey()
    key.belong_to(dana, desk.database, desk.clock())
    first = desk.visitor()
    options = challenged(first)
    second = copied(desk, first)
    first.post("/admin/passkey", {"credential": strange.answer(options)})
    second.post("/admin/passkey", {"credential": key.answer(options)})
    assert not second.is_in()


def test_an_answer_comes_within_five_minutes(desk, dana):
    key = SoftPasskey()
    key.belong_to(dana, desk.database, desk.clock())
    visitor = desk.visitor()
    answer = key.answer(challenged(visitor))
    desk.clock.turn(minutes=5)
    visitor.post("/admin/passkey", {"credential": answer})
    assert not visitor.is_in()


def test_an_answer_for_the_second_step_does_not_stand_alone(desk, dana):
    """It may have come without a finger or a PIN: the password was the other half."""
    key = SoftPasskey()
    key.belong_to(dana, desk.database, desk.clock())
    visitor = desk.visitor()
    visitor.sign_in("Dana")
    answer = key.answer(challenged(visitor))
    change_password(desk, dana)
    assert leads_to(visitor.post("/admin/passkey", {"credential": answer})) == "/admin/sign-in"
    assert not visitor.is_in()


def test_a_half_done_sign_in_is_finished_once(desk, dana):
    """A recovery code each would otherwise make two sign-ins of one password."""
    _app, codes = desk.with_app(dana)
    first = desk.visitor()
    first.sign_in("Dana")
    second = copied(desk, first)
    first.post("/admin/second-step", {"code": codes[0]})
    assert first.is_in()
    assert leads_to(second.post("/admin/second-step", {"code": codes[1]})) == "/admin/sign-in"
    assert not second.is_in()
    assert desk.again(dana).recovery_codes == 9


@pytest.mark.parametrize("what", ["password", "reset", "disabled"])
def test_a_half_done_sign_in_ends_with_the_password_it_began_with(desk, dana, what):
    desk.person("Olga")
    app, _codes = desk.with_app(dana)
    visitor = desk.visitor()
    visitor.sign_in("Dana")
    if what == "password":
        change_password(desk, dana)
    elif what == "reset":
        desk.accounts.reset(dana.id, by="Olga", now=desk.clock())
    else:
        desk.accounts.disable(dana.id, by="Olga", now=desk.clock())
        desk.accounts.enable(dana.id, by="Olga")
    assert leads_to(visitor.post("/admin/second-step", {"code": app.at(desk.clock())})) == "/admin/sign-in"
    assert not visitor.is_in()


def test_a_password_changed_while_it_was_checked_opens_nothing(desk, dana, monkeypatch):
    """The old one was right when it was looked at, and is void when the session would begin."""
    real = passwords.matches

    def slow(account, password):
        found = real(account, password)
        change_password(desk, dana)
        return found

    monkeypatch.setattr(passwords, "matches", slow)
    visitor = desk.visitor()
    visitor.sign_in("Dana", PASSWORD)
    assert not visitor.is_in()


def test_a_wrong_code_may_be_put_right(desk, dana):
    app, _codes = desk.with_app(dana)
    visitor = desk.visitor()
    visitor.sign_in("Dana")
    visitor.post("/admin/second-step", {"code": "000"}, status=422)
    visitor.post("/admin/second-step", {"code": app.at(desk.clock())})
    assert visitor.is_in()


def test_the_secret_of_an_app_is_set_up_once_and_soon(desk, dana):
    visitor = desk.visitor("Dana")
    shown = visitor.get("/admin/account/authenticator-app").root.one("p", class_="code").text.replace(" ", "")
    other = copied(desk, visitor)
    app = pyotp.TOTP(shown)
    visitor.post("/admin/account/authenticator-app", {"code": app.at(desk.clock())}, status=200)
    desk.clock.turn(minutes=1)
    other.post("/admin/account/confirm", {"password": PASSWORD, "code": app.at(desk.clock())})
    again = other.post("/admin/account/authenticator-app", {"code": app.at(desk.clock())})
    assert leads_to(again) == "/admin/account/authenticator-app"


def test_a_cookie_that_was_changed_counts_for_nothing(desk, dana):
    visitor = desk.visitor("Dana")
    cookie = visitor.client.get_cookie("desk", path="/admin").value
    held, rest = cookie.split(".", 1)
    signature = rest.rpartition(".")[2]
    for changed in (f"{held[:-1]}A.{rest}", f"{held}.{rest[:-6]}{signature[-6:][::-1]}", held, f".{rest}", cookie[:-1]):
        if changed != cookie:
            other = desk.visitor()
            other.client.set_cookie("desk", changed, path="/admin")
            assert not other.is_in()


def test_nothing_that_waits_is_in_the_cookie_and_nothing_that_is_over_in_the_store(desk, dana):
    key = SoftPasskey()
    key.belong_to(dana, desk.database, desk.clock())
    for _ in range(3):
        visitor = desk.visitor()
        options = challenged(visitor)
        with desk.app.test_request_context("/admin/"):
            session = desk.app.session_interface.get_signing_serializer(desk.app).loads(
                visitor.client.get_cookie("desk", path="/admin").value
            )
        assert options["challenge"] not in str(session)
        desk.clock.turn(minutes=3)
    with desk.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(unfinished)) == 2
