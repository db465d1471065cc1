"""Signing in and out: names and passwords, second steps, one-time codes, sessions, my account."""

import re
import time
from html import unescape

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.desk_visits import HASHED, PASSWORD, TestDesk, desk_on_copy, leads_to, said

from estimator.accounts.second_factors import ISSUER
from estimator.web.desk.auth.sign_in import safe_page
from estimator.web.desk.sessions import address_keys
from estimator.web.qr import qr_svg


@pytest.fixture
def desk(_migrated_sqlite, tmp_path):
    with desk_on_copy(_migrated_sqlite, tmp_path) as desk:
        yield desk


@pytest.fixture
def dana(desk):
    return desk.person("Dana")


# The password


def test_the_first_start_says_how_to_add_an_account(desk):
    page = desk.visitor().get("/admin/sign-in")
    assert "estimator admin add" in page.text
    assert not page.root.all("input", type="password")
    desk.person("Dana")
    page = desk.visitor().get("/admin/sign-in")
    assert "estimator admin add" not in page.text
    assert page.control("password").attributes["autocomplete"] == "current-password"


def test_a_person_signs_in_goes_to_the_page_asked_for_and_signs_out(desk, dana):
    visitor = desk.visitor()
    asked = visitor.client.get("/admin/accounts?x=1")
    assert asked.status_code == 302
    page = visitor.get(asked.headers["Location"])
    (next_,) = {one.attributes["value"] for one in page.root.all("input", name="next")}
    assert next_ == "/admin/accounts?x=1"
    done = visitor.sign_in("dana", next=next_)
    assert done.response.headers["Location"] == next_
    assert "Dana" in visitor.get("/admin/accounts").root.one("header").text
    visitor.post("/admin/sign-out")
    assert not visitor.is_in()
    assert desk.log()[-2:] == ["signed in", "signed out"]


def test_signing_out_ends_the_session_for_whoever_copied_the_cookie(desk, dana):
    visitor, thief = desk.visitor("Dana"), desk.visitor()
    cookie = visitor.client.get_cookie("desk", path="/admin").value
    thief.client.set_cookie("desk", cookie, path="/admin")
    assert thief.is_in()
    visitor.post("/admin/sign-out")
    assert not thief.is_in()


def test_a_session_is_a_new_one_after_signing_in(desk, dana):
    """A cookie planted before signing in is worth nothing afterwards, and neither is a token."""
    visitor = desk.visitor()
    token = visitor.token()
    planted = visitor.client.get_cookie("desk", path="/admin").value
    visitor.sign_in("Dana")
    thief = desk.visitor()
    thief.client.set_cookie("desk", planted, path="/admin")
    assert not thief.is_in()
    stale = visitor.client.post("/admin/sign-out", data={"csrf_token": token})
    assert stale.status_code == 400
    assert visitor.is_in()


@pytest.mark.parametrize("name", ["Dana", "nobody"], ids=["known", "unknown"])
def test_a_wrong_password_and_a_wrong_name_get_the_same_answer(desk, dana, name):
    """Same sentence, same status, same page: nothing tells which names there are."""
    page = desk.visitor().sign_in(name, "wrong password here", status=422)
    assert "Name and password do not belong together." in page.text
    assert page.title.startswith("Error: Sign in")
    assert page.control("name").attributes["value"] == name
    assert page.control("password").attributes["value"] == ""
    other = desk.visitor().sign_in(name.swapcase(), "wrong password here", status=422)
    shape = re.compile(r"(?<=value=\")[^\"]*|sha256-\S+")
    assert shape.sub("", said(page.response)) == shape.sub("", said(other.response))


def test_an_empty_form_says_what_is_missing(desk, dana):
    page = desk.visitor().post("/admin/sign-in", {"name": " ", "password": ""}, status=422)
    assert page.text.count("Please fill this in.") >= 2


@pytest.mark.parametrize("name", ["Dana", "nobody"], ids=["known", "unknown"])
def test_after_five_failures_one_has_to_wait_even_with_the_right_password(desk, dana, name):
    """And is told for how long; the wait is the same for names that nobody has."""
    for _ in range(5):
        desk.visitor().sign_in(name, "wrong", status=422)
        assert not re.search("try again in", said(desk.visitor().client.get("/admin/sign-in")))
    desk.visitor().sign_in(name, "wrong", status=429)
    page = desk.visitor().sign_in(name, PASSWORD, status=429)
    assert "You can try again in 31 seconds." in page.text
    desk.clock.turn(seconds=31)
    desk.visitor().sign_in(name, PASSWORD, status=302 if name == "Dana" else 422)


def test_guesses_of_others_do_not_keep_out_whoever_has_signed_in_here_before(desk, dana):
    """A known browser counts for itself, from whatever address; also after signing out."""
    mine = desk.visitor("Dana")
    mine.post("/admin/sign-out")
    for _ in range(5):
        desk.visitor().sign_in("Dana", "wrong", status=422)
    desk.visitor().sign_in("Dana", PASSWORD, status=429)
    mine.sign_in("Dana", "wrong", status=422)
    mine.sign_in("Dana", PASSWORD)
    for _ in range(5):
        mine.post("/admin/sign-out")
        mine.sign_in("Dana", "wrong", status=422)
        mine.sign_in("Dana", PASSWORD)


@pytest.mark.parametrize(("https", "proxy", "counts"), [(True, "", 0), (True, "127.0.0.1", 1), (False, "", 1)])
def test_visitors_of_a_proxy_that_is_not_named_share_no_count(desk, monkeypatch, https, proxy, counts):
    """They all seem to come from one address, and twenty slips anywhere would keep everybody out."""
    monkeypatch.setenv("ESTIMATOR_PROXY", proxy)
    monkeypatch.setitem(desk.app.config, "DESK_HTTPS", https)
    with desk.app.test_request_context("/admin/sign-in"):
        assert len(address_keys()) == counts


def test_a_known_browser_may_not_guess_for_ever_and_is_strange_to_other_accounts(desk, dana):
    desk.person("Bo")
    mine = desk.visitor("Dana")
    mine.post("/admin/sign-out")
    for _ in range(5):
        mine.sign_in("Dana", "wrong", status=422)
    mine.sign_in("Dana", PASSWORD, status=429)
    for _ in range(5):
        mine.sign_in("Bo", "wrong", status=422)
    mine.sign_in("Bo", PASSWORD, status=429)


def test_nothing_is_hashed_while_one_has_to_wait(desk, dana, monkeypatch):
    """Else guessing could keep the machine busy with hashing."""
    from estimator.accounts import passwords

    for _ in range(5):
        desk.visitor().sign_in("Dana", "wrong", status=422)

    def never(*_args):
        raise AssertionError("a password was hashed")

    monkeypatch.setattr(passwords, "matches", never)
    desk.visitor().sign_in("Dana", PASSWORD, status=429)


def test_an_overlong_password_is_refused_without_hashing(desk, dana, monkeypatch):
    from estimator.accounts import passwords

    monkeypatch.setattr(passwords, "matches", lambda *_args: pytest.fail("a megabyte was hashed"))
    desk.visitor().sign_in("Dana", "x" * 2000, status=422)


def test_a_disabled_account_does_not_sign_in_and_is_not_told_from_others(desk, dana):
    desk.person("Bo")
    bo = desk.visitor("Bo")
    desk.accounts.disable(dana.id, by="Bo", now=desk.clock())
    page = desk.visitor().sign_in("Dana", status=422)
    assert "Name and password do not belong together." in page.text
    assert bo.is_in()


def test_a_hash_made_with_other_settings_is_made_again(desk, dana):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    desk.accounts.rehash(dana.id, HASHED, weak)
    desk.visitor("Dana")
    now = desk.again(dana).password
    assert now != weak
    assert "m=19456,t=2,p=1" in now
    desk.visitor("Dana")
    assert desk.again(dana).password == now


# Where one may be sent


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/admin",
        "//evil.example/admin",
        "/\\evil.example",
        "/admin\\@evil.example",
        "/admin//evil.example",
        "/admin/../../estimate",
        "/administer",
        "javascript:alert(1)",
        "/admin/\r\nSet-Cookie: x=1",
        "/admin/ñ",
        "admin",
        "/admin@evil.example",
        "/admin:80",
        "\t/admin",
    ],
)
def test_signing_in_leads_to_pages_of_the_desk_only(desk, dana, address):
    visitor = desk.visitor()
    page = visitor.get("/admin/sign-in", {"next": address})
    assert {one.attributes["value"] for one in page.root.all("input", name="next")} == {""}
    assert visitor.sign_in("Dana", next=address).response.headers["Location"].startswith("/admin")
    assert safe_page(address) is None


@pytest.mark.parametrize(
    "address", ["/admin", "/admin/", "/admin/log", "/admin/accounts/add?a=b&c=2027-01-01", "/admin/log/log.csv"]
)
def test_every_page_of_the_desk_can_be_asked_for(address):
    assert safe_page(address) == address


@given(st.text(alphabet="/\\admin.:?#@%& \t\nhtps", max_size=24))
def test_no_address_leads_elsewhere(text):
    found = safe_page(text)
    assert found is None or re.match(r"/admin(?:[/?]|$)", found)
    assert found is None or not re.search(r"[\\\s#@]|^.[/\\]", found)


# Sessions


@pytest.mark.parametrize(("minutes", "still"), [(29, True), (31, False)])
def test_a_session_ends_when_nobody_uses_it(desk, dana, minutes, still):
    visitor = desk.visitor("Dana")
    desk.clock.turn(minutes=minutes)
    assert visitor.is_in() is still


def test_a_session_ends_after_twelve_hours(desk, dana):
    visitor = desk.visitor("Dana")
    for _ in range(36):
        assert visitor.is_in()
        desk.clock.turn(minutes=20)
    assert not visitor.is_in()


def test_what_was_typed_is_shown_when_the_session_had_ended(desk, dana):
    """Nothing typed is lost, nothing secret is shown, and nothing is done."""
    visitor = desk.visitor("Dana")
    token = visitor.token()
    desk.clock.turn(minutes=31)
    typed = {"name": "Bo <b>", "email": "", "password": "hidden words", "csrf_token": token}
    response = visitor.client.post("/admin/accounts/add", data=typed)
    assert response.status_code == 401
    page = visitor.inspected(response)
    assert page.root.one("h1").text == "You are signed out"
    assert [one.text for one in page.root.all("textarea")] == ["Bo <b>"]
    assert "hidden words" not in said(response)
    assert [one.name for one in desk.accounts.all()] == ["Dana"]


@pytest.mark.parametrize("hours", [13, 24 * 7])
def test_what_was_typed_overnight_is_shown(desk, dana, monkeypatch, hours):
    """A page left open until the next morning, or over a weekend: the sign-in ended, what was typed is still there."""
    visitor, real = desk.visitor("Dana"), time.time
    token = visitor.token()
    desk.clock.turn(hours=hours)
    monkeypatch.setattr(time, "time", lambda: real() + hours * 3600)
    response = visitor.client.post("/admin/national/yaml", data={"text": "# mine", "csrf_token": token})
    assert response.status_code == 401
    assert [one.text for one in visitor.inspected(response).root.all("textarea")] == ["# mine"]
    assert not visitor.is_in()


def test_another_sites_form_cannot_put_words_on_our_page(desk, dana):
    response = desk.visitor().client.post("/admin/accounts/add", data={"name": "Call this number"})
    assert response.status_code == 401
    assert "Call this number" not in said(response)


def test_a_disabled_account_is_out_at_once(desk, dana):
    desk.person("Bo", "editor:national")
    bo = desk.visitor("Bo")
    assert bo.is_in()
    desk.accounts.disable(desk.accounts.named("Bo").id, by="Dana", now=desk.clock())
    assert not bo.is_in()


def test_changing_the_password_signs_out_everywhere_else(desk, dana):
    here, there = desk.visitor("Dana"), desk.visitor("Dana")
    form = {"current_password": PASSWORD, "password": "another four random words"}
    page = here.post("/admin/account/password", {**form, "current_password": "wrong"}, status=422)
    assert "This is not your password." in page.text
    page = here.post("/admin/account/password", {**form, "password": "short"}, status=422)
    assert "at least 12 characters" in page.text
    here.post("/admin/account/password", form)
    assert "signed out everywhere else" in here.get("/admin/account").root.all("p", role="status")[0].text
    assert not there.is_in()
    desk.visitor().sign_in("Dana", status=422)
    desk.visitor().sign_in("Dana", form["password"])


def test_one_can_sign_out_everywhere_else(desk, dana):
    here, there = desk.visitor("Dana"), desk.visitor("Dana")
    assert here.get("/admin/account").text.count("another browser") == 1
    here.post("/admin/account/sign-out-everywhere")
    assert here.is_in()
    assert not there.is_in()


# Cookies


def test_the_cookie_is_for_the_desk_alone_and_out_of_reach_of_scripts(desk, dana):
    cookie = desk.visitor().client.get("/admin/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("desk=")
    assert {"HttpOnly", "Path=/admin", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie
    for stays in ("Expires", "Max-Age"):
        assert stays not in cookie


def test_over_https_the_cookie_is_secure(desk, dana):
    secure = TestDesk(desk.database, https=True)
    for options in ({}, {"base_url": "https://prices.example"}):
        cookie = secure.visitor().client.get("/admin/sign-in", **options).headers["Set-Cookie"]
        assert cookie.startswith("__Secure-desk=")
        assert "Secure;" in cookie
    seen = desk.visitor().client.get("/admin/sign-in", base_url="https://prices.example").headers["Set-Cookie"]
    assert seen.startswith("__Secure-desk=")


def test_https_that_a_stranger_claims_counts_for_nothing(desk, dana):
    cookie = desk.visitor().client.get("/admin/sign-in", headers={"X-Forwarded-Proto": "https"}).headers["Set-Cookie"]
    assert "Secure" not in cookie


def test_the_environment_can_say_that_the_site_is_reached_by_https(desk, dana, monkeypatch):
    from estimator.web.app import create_app
    from estimator.web.desk.app import add_desk

    monkeypatch.setenv("ESTIMATOR_HTTPS", "on")
    app = create_app()
    add_desk(app, desk.database, "x" * 40)
    assert app.test_client().get("/admin/sign-in").headers["Set-Cookie"].startswith("__Secure-desk=")


PATIENT = [
    "/",
    "/estimate?treatment=iv&insurance=none&sessions=6&psychotherapy=none",
    "/prices",
    "/healthz",
    "/nowhere",
]


@pytest.mark.parametrize("address", PATIENT)
def test_patients_pages_know_no_session_even_of_somebody_signed_in(desk, dana, address, monkeypatch):
    """They set no cookie, read none, ask the store nothing, and are the same for everybody."""
    from flask.sessions import SecureCookieSessionInterface

    visitor = desk.visitor("Dana")
    cookie = visitor.client.get_cookie("desk", path="/admin").value
    stranger = desk.visitor().client.get(address)

    def never(*_args):
        raise AssertionError("a patient's page opened a session")

    monkeypatch.setattr(SecureCookieSessionInterface, "open_session", never)
    monkeypatch.setattr("estimator.accounts.sign_ins.SignIns.see", never)
    # Browsers would not send it there; somebody else's program might.
    answer = visitor.client.get(address, headers={"Cookie": f"desk={cookie}"})
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.get_data() == stranger.get_data()


def test_the_language_chosen_holds_for_the_whole_desk(desk, dana):
    visitor = desk.visitor("Dana")
    assert visitor.get("/admin/account", Accept_Language="es").root.one("html").attributes["lang"] == "es"
    visitor.get("/admin/account?lang=es")
    assert visitor.get("/admin/log").root.one("html").attributes["lang"] == "es"
    assert visitor.get("/admin/log?lang=en").root.one("html").attributes["lang"] == "en"
    assert visitor.get("/admin/log?lang=xx").root.one("html").attributes["lang"] == "en"


# The second step


def test_with_an_app_the_password_alone_opens_nothing(desk, dana):
    app, _codes = desk.with_app(dana)
    visitor = desk.visitor()
    done = visitor.sign_in("Dana", next="/admin/log")
    assert leads_to(done) == "/admin/second-step"
    assert not visitor.is_in()
    page = visitor.post("/admin/second-step", {"code": "12345"}, status=422)
    assert "This code is not right" in page.text
    assert leads_to(visitor.post("/admin/second-step", {"code": app.at(desk.clock())})) == "/admin/log"
    assert visitor.is_in()


def test_a_code_is_good_once(desk, dana):
    app, _codes = desk.with_app(dana)
    code = app.at(desk.clock())
    for status in (302, 422):
        visitor = desk.visitor()
        visitor.sign_in("Dana")
        visitor.post("/admin/second-step", {"code": code}, status=status)


def test_a_recovery_code_signs_in_once(desk, dana):
    _app, codes = desk.with_app(dana)
    for status, sentence in ((302, ""), (422, "none of your recovery codes")):
        visitor = desk.visitor()
        visitor.sign_in("Dana")
        page = visitor.post("/admin/second-step", {"code": codes[0].lower()}, status=status)
        assert not sentence or sentence in page.text
    assert desk.again(dana).recovery_codes == 9
    assert "used a recovery code" in desk.log()


def test_codes_cannot_be_guessed_at_will(desk, dana):
    app, _codes = desk.with_app(dana)
    for _ in range(5):
        visitor = desk.visitor()
        visitor.sign_in("Dana")
        visitor.post("/admin/second-step", {"code": "123"}, status=422)
    page = visitor.post("/admin/second-step", {"code": app.at(desk.clock())}, status=429)
    assert "try again in" in page.text
    desk.clock.turn(seconds=31)
    visitor.post("/admin/second-step", {"code": app.at(desk.clock())})


def test_the_second_step_has_to_come_soon_and_after_the_first(desk, dana):
    app, _codes = desk.with_app(dana)
    visitor = desk.visitor()
    assert leads_to(visitor.post("/admin/second-step", {"code": app.at(desk.clock())})) == "/admin/sign-in"
    visitor.sign_in("Dana")
    desk.clock.turn(minutes=11)
    assert leads_to(visitor.post("/admin/second-step", {"code": app.at(desk.clock())})) == "/admin/sign-in"
    assert not visitor.is_in()


def test_an_app_is_set_up_by_scanning_or_typing(desk, dana):
    """The secret is shown as a picture and in letters; its first right code turns it on; recovery codes come once."""
    visitor = desk.visitor("Dana")
    page = visitor.get("/admin/account/authenticator-app")
    secret = page.root.one("p", class_="code").text.replace(" ", "")
    wrong = visitor.post("/admin/account/authenticator-app", {"code": "abc"}, status=422)
    assert wrong.root.one("p", class_="code").text.replace(" ", "") == secret, "another secret after a mistake"
    codes = visitor.post("/admin/account/authenticator-app", {"code": pyotp.TOTP(secret).at(desk.clock())}, status=200)
    shown = [one.text for one in codes.root.one("ul", class_="codes").all("li")]
    assert len(shown) == 10
    assert not [code for code in shown if code in visitor.get("/admin/account").text], "codes are shown twice"
    assert "You have 10 recovery codes left" in visitor.get("/admin/account").text


def test_the_picture_holds_the_secret(desk, dana):
    """What the app scans is the key in letters, this person's name and ours."""
    page = desk.visitor("Dana").get("/admin/account/authenticator-app")
    secret = page.root.one("p", class_="code").text.replace(" ", "")
    expected = qr_svg(pyotp.TOTP(secret).provisioning_uri(name="Dana", issuer_name=ISSUER), "")
    (drawn,) = page.root.one("p", class_="qr").all("svg")
    assert [path.attributes["d"] for path in drawn.all("path")] == re.findall(r' d="([^"]+)"', expected)


def test_how_one_signs_in_is_changed_only_right_after_the_password(desk, dana):
    """Somebody at an unlocked screen cannot lock its owner out."""
    visitor = desk.visitor("Dana")
    desk.clock.turn(minutes=20)
    for act in (
        lambda: visitor.client.get("/admin/account/authenticator-app"),
        lambda: visitor.post("/admin/account/authenticator-app", {"code": "1"}).response,
        lambda: visitor.post("/admin/account/authenticator-app/remove").response,
        lambda: visitor.post("/admin/account/recovery-codes").response,
        lambda: visitor.post("/admin/account/passkeys").response,
        lambda: visitor.post("/admin/account/passkeys/remove").response,
    ):
        assert "/admin/account/confirm" in act().headers["Location"]
    page = visitor.post("/admin/account/confirm", {"password": "wrong"}, status=422)
    assert "This is not your password." in page.text
    done = visitor.post("/admin/account/confirm", {"password": PASSWORD, "next": "/admin/account/authenticator-app"})
    visitor.get(done.response.headers["Location"])


# One-time codes


def test_somebody_new_starts_with_a_one_time_link(desk):
    account, code = desk.accounts.add("Dana", None, desk.person("Olga").grants, by="Olga", now=desk.clock())
    visitor = desk.visitor()
    page = visitor.get("/admin/start", {"code": code})
    assert page.control("code").attributes["value"] == code
    page = visitor.post("/admin/start", {"code": code, "password": "short"}, status=422)
    assert "at least 12 characters" in page.text
    assert page.control("code").attributes["value"] == code
    visitor.post("/admin/start", {"code": code, "password": "another four random words"})
    assert visitor.is_in()
    late = desk.visitor().post("/admin/start", {"code": code, "password": "another four random words"}, status=422)
    assert "was used" in late.text
    desk.visitor().sign_in("Dana", "another four random words")
    assert desk.again(account).password


def test_a_code_of_a_disabled_account_or_an_old_one_starts_nothing(desk, dana):
    bo, code = desk.accounts.add("Bo", None, dana.grants, by="Dana", now=desk.clock())
    desk.clock.turn(hours=24)
    desk.visitor().post("/admin/start", {"code": code, "password": "another four random words"}, status=422)
    code = desk.accounts.reset(bo.id, by="Dana", now=desk.clock())
    desk.accounts.disable(bo.id, by="Dana", now=desk.clock())
    desk.visitor().post("/admin/start", {"code": code, "password": "another four random words"}, status=422)


def test_one_time_codes_cannot_be_guessed_at_will(desk, dana):
    for number in range(20):
        form = {"code": f"AAAA-AAAA-AAAA-AA{number:02}", "password": "another four random words"}
        desk.visitor().post("/admin/start", form, status=422)
    page = desk.visitor().post("/admin/start", form, status=429)
    assert "try again in" in page.text


def test_after_a_reset_the_second_step_is_still_asked_for(desk, dana):
    """Whoever gets hold of the link does not get past the app."""
    app, _codes = desk.with_app(dana)
    code = desk.accounts.reset(dana.id, by="Olga", now=desk.clock())
    visitor = desk.visitor()
    done = visitor.post("/admin/start", {"code": code, "password": "another four random words"})
    assert leads_to(done) == "/admin/second-step"
    assert not visitor.is_in()
    visitor.post("/admin/second-step", {"code": app.at(desk.clock())})
    assert visitor.is_in()


# Passkeys, what needs no browser


@pytest.mark.parametrize(
    ("base_url", "possible"),
    [
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("http://prices.example", False),
        ("http://localhost:8000", True),
        ("https://prices.example", True),
    ],
)
def test_passkeys_are_offered_where_browsers_allow_them(desk, dana, base_url, possible):
    visitor = desk.visitor()
    options = {"base_url": base_url}
    page = visitor.client.get("/admin/sign-in", **options)
    token = re.search(r'name="csrf_token" value="([^"]+)"', said(page)).group(1)
    form = {"name": "Dana", "password": PASSWORD, "csrf_token": unescape(token)}
    # Over https the token's session has a cookie of its own.
    assert visitor.client.post("/admin/sign-in", data=form, **options).status_code == 302
    page = visitor.inspected(visitor.client.get("/admin/account", **options))
    assert bool(page.root.all("input", id="key-name")) is possible
    assert ("Passkeys work only where" in page.text) is not possible


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "null", '{"id": "a", "rawId": "a", "type": "public-key"}', "x" * 5000]
)
def test_nonsense_instead_of_a_passkey_is_refused(desk, dana, credential):
    visitor = desk.visitor()
    visitor.post("/admin/passkey/options", status=200)
    assert leads_to(visitor.post("/admin/passkey", {"credential": credential})) == "/admin/sign-in"
    assert "That passkey did not work" in visitor.get("/admin/sign-in").root.all("p", role="alert")[0].text
    visitor.sign_in("Dana")
    visitor.post("/admin/account/passkeys/options", status=200)
    visitor.post("/admin/account/passkeys", {"credential": credential})
    assert desk.again(dana).passkeys == 0
    visitor.post("/admin/account/passkeys/remove", {"credential": credential})
