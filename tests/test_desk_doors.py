"""The doors of the desk in a real browser: passkeys with a virtual authenticator, axe-core, phones, no scripts."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, datetime

import pyotp
import pytest
from support.desk_visits import PASSWORD, desk_on_copy
from test_accessibility import (
    DESKTOP,
    PHONE,
    ROW,
    SIDEWAYS,
    SMALL_TARGETS,
    TAGS,
    TARGET,
    axe,
    found_by_axe,
)

from estimator.accounts.second_factors import SecondFactors, new_totp_secret

assert axe

HARBOR = "example-harbor"


class Doors:
    """A desk that is served, people who use it, and browser contexts."""

    def __init__(self, desk, address, chromium):
        self.desk, self.address, self.chromium = desk, address, chromium

    def open(self, stack, path="/admin/sign-in", **settings):
        context = self.chromium.new_context(locale="en-US", **settings)
        stack.callback(context.close)
        tab = context.new_page()
        tab.goto(self.address + path)
        return tab

    def sign_in(self, tab, name, path="/admin/sign-in"):
        tab.goto(self.address + path)
        tab.get_by_label("Name or e-mail address").fill(name)
        tab.get_by_label("Password").fill(PASSWORD)
        tab.get_by_role("button", name="Sign in").click()


@pytest.fixture(scope="module")
def doors(_migrated_sqlite, tmp_path_factory, chromium):
    """Served at http://localhost: browsers allow passkeys there without https, and nowhere by number."""
    from waitress.server import create_server

    with desk_on_copy(_migrated_sqlite, tmp_path_factory.mktemp("doors")) as desk:
        desk.clock.at = datetime.now(UTC)
        desk.app.extensions["desk_services"] = desk.app.extensions["desk_services"].__class__(
            desk.app.extensions["desk_services"].desk,
            desk.app.extensions["desk_services"].secret,
            lambda: datetime.now(UTC),
        )
        sockets: dict[int, object] = {}
        server = create_server(desk.app, map=sockets, host="127.0.0.1", port=0, threads=4)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield Doors(desk, f"http://localhost:{server.effective_port}", chromium)
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(10)


@pytest.fixture
def stack():
    with contextlib.ExitStack() as contexts:
        yield contexts


def with_authenticator(tab, verified=True):
    """A phone with a fingerprint reader, played by the browser; answers how to say whether the finger is right."""
    session = tab.context.new_cdp_session(tab)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    id_ = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return lambda right: session.send("WebAuthn.setUserVerified", {"authenticatorId": id_, "isUserVerified": right})


def sign_out(tab):
    tab.get_by_role("button", name="Sign out", exact=True).click()
    tab.wait_for_url("**/admin/sign-in")


def test_a_passkey_is_added_and_signs_in_alone_or_after_the_password(doors, stack):
    """The whole life of a passkey: added, second step, first step with a finger, refused without, removed."""
    doors.desk.person("Petra")
    tab = doors.open(stack)
    finger = with_authenticator(tab)
    doors.sign_in(tab, "Petra", "/admin/sign-in?next=/admin/account")
    tab.get_by_label("Name of the new passkey").fill("my <phone>")
    tab.get_by_role("button", name="Add a passkey").click()
    tab.get_by_role("heading", name="Your recovery codes").wait_for()
    assert tab.locator(".codes li").count() == 10
    tab.goto(doors.address + "/admin/account")
    assert tab.get_by_role("rowheader", name="my <phone>").is_visible()

    sign_out(tab)
    doors.sign_in(tab, "Petra", "/admin/sign-in?next=/admin/log")
    tab.wait_for_url("**/admin/second-step")
    tab.get_by_role("button", name="Use a passkey").click()
    tab.wait_for_url("**/admin/log")

    sign_out(tab)
    finger(False)
    tab.goto(doors.address + "/admin/sign-in?next=/admin/accounts")
    tab.get_by_role("button", name="Use a passkey").click()
    tab.get_by_text("That passkey did not work. You can try again, or use the fields.").wait_for()
    assert "/admin/sign-in" in tab.url
    finger(True)
    tab.get_by_role("button", name="Use a passkey").click()
    tab.get_by_role("heading", name="Accounts", exact=True).wait_for()
    entries = [
        f"{one.action}: {one.detail}" for one in doors.desk.app.extensions["desk_services"].desk.journal.newest(20)
    ]
    assert "signed in: Petra: passkey" in entries
    assert "signed in: Petra: password, passkey" in entries
    assert "added a passkey: Petra: my <phone>" in entries

    tab.goto(doors.address + "/admin/account")
    tab.get_by_role("button", name="Remove my <phone>").click()
    tab.get_by_role("heading", name="Please show once more that it is you").wait_for()
    tab.get_by_role("button", name="Use a passkey").click()
    tab.get_by_text("Thank you. You can go on with your change now.").wait_for()
    tab.get_by_role("button", name="Remove my <phone>").click()
    tab.get_by_text("The passkey is removed.").wait_for()
    assert not doors.desk.accounts.named("Petra").second_factor


def test_a_passkey_of_somebody_disabled_opens_nothing(doors, stack):
    bo = doors.desk.person("Bodo", "editor:national")
    tab = doors.open(stack)
    with_authenticator(tab)
    doors.sign_in(tab, "Bodo", "/admin/sign-in?next=/admin/account")
    tab.get_by_role("button", name="Add a passkey").click()
    tab.get_by_role("heading", name="Your recovery codes").wait_for()
    doors.desk.accounts.disable(bo.id, by="test", now=datetime.now(UTC))
    tab.goto(doors.address + "/admin/sign-in")
    # The key's answer is sent as a form, and refused.
    with tab.expect_navigation():
        tab.get_by_role("button", name="Use a passkey").click()
    tab.goto(doors.address + "/admin/account")
    assert "/admin/sign-in" in tab.url


def test_adding_a_passkey_later_asks_for_the_password_again(doors, stack):
    later = doors.desk.person("Late")
    tab = doors.open(stack)
    with_authenticator(tab)
    doors.sign_in(tab, "Late", "/admin/sign-in?next=/admin/account")
    tab.get_by_role("heading", name="My account").wait_for()
    from sqlalchemy import update

    from estimator.store.account_tables import sign_ins

    with doors.desk.database.writing() as connection:
        mine = sign_ins.c.account_id == later.id
        connection.execute(update(sign_ins).where(mine).values(confirmed_at=datetime(2020, 1, 1, tzinfo=UTC)))
    tab.get_by_role("button", name="Add a passkey").click()
    tab.wait_for_url("**/admin/account/confirm?**")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Go on").click()
    tab.wait_for_url("**/admin/account")


def test_everything_but_passkeys_works_without_scripts(doors, stack):
    ida, secret = doors.desk.person("Ida"), new_totp_secret()
    tab = doors.open(stack, java_script_enabled=False)
    assert not tab.get_by_role("button", name="Use a passkey").is_visible()
    doors.sign_in(tab, "Ida", "/admin/account/authenticator-app")
    secret = tab.locator(".code").inner_text().replace(" ", "")
    tab.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    tab.get_by_role("button", name="Use this app").click()
    code = tab.locator(".codes li").first.inner_text()
    sign_out(tab)
    doors.sign_in(tab, "Ida", "/admin/account")
    tab.get_by_label("Code").fill(code)
    tab.get_by_role("button", name="Go on").click()
    tab.wait_for_url("**/admin/account")
    assert doors.desk.again(ida).recovery_codes == 9


# Every page for everybody


PAGES = {
    "sign in": (None, "/admin/sign-in", None),
    "wrong password": (None, "/admin/sign-in", "/sign-in"),
    "start": (None, "/admin/start?code=AAAA", None),
    "bad start": (None, "/admin/start?code=AAAA", "/start"),
    "account": ("Olga", "/admin/account", None),
    "bad password change": ("Olga", "/admin/account", "/password"),
    "app": ("Olga", "/admin/account/authenticator-app", None),
    "accounts": ("Olga", "/admin/accounts", None),
    "add": ("Olga", "/admin/accounts/add", None),
    "bad add": ("Olga", "/admin/accounts/add", "/add"),
    "one": ("Olga", "/admin/accounts/1", None),
    "log": ("Olga", "/admin/log", None),
    "confirm": ("Olga", "/admin/account/confirm", None),
    "not found": ("Olga", "/admin/accounts/999", None),
    "second step": ("Stefan", "/admin/sign-in", None),
}


@pytest.fixture(scope="module")
def people(doors):
    """An owner with a full account, a person with a second step, somebody with a long name, somebody disabled."""
    desk = doors.desk
    desk.person("Olga")
    desk.person("Maximiliane-Alexandrina von Hohenstein-Waldburg", f"editor:{HARBOR}", "publisher:national")
    disabled = desk.person("Gone", "editor:*", password=None)
    desk.accounts.disable(disabled.id, by="Olga", now=datetime.now(UTC))
    secret = new_totp_secret()
    stefan = desk.person("Stefan", f"publisher:{HARBOR}")
    factors = SecondFactors(desk.database, desk.app.extensions["desk_services"].secret)
    factors.add_totp(stefan, secret, pyotp.TOTP(secret).now(), datetime.now(UTC))
    return desk


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", PAGES)
def test_the_doors_are_open_to_everybody(doors, people, stack, axe, name, language):
    """Axe finds nothing, light and dark, on a phone and a desk; targets can be hit; nothing scrolls sideways."""
    who, path, pressed = PAGES[name]
    tab = doors.open(stack, f"/admin/sign-in?lang={language}", bypass_csp=True, reduced_motion="reduce")
    if who:
        tab.locator("#name").fill(who)
        tab.locator("#password").fill(PASSWORD)
        tab.locator("form button").first.click()
    if name != "second step":
        tab.goto(doors.address + path)
    if pressed:
        tab.locator(f"main form[action$='{pressed}'] button").click()
        tab.get_by_role("alert").first.wait_for()
    assert tab.locator("html").get_attribute("lang") == language
    tab.evaluate(axe)
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    # Another language has other words, not other colours.
    for width, scheme in ((PHONE, "light"), (DESKTOP, "dark"))[: 2 if language == "en" else 1]:
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(color_scheme=scheme)
        assert found_by_axe(tab, options) == [], f"{width} px, {scheme}"
        assert tab.evaluate(SMALL_TARGETS, [TARGET, ROW]) == [], f"{width} px"
    tab.set_viewport_size({"width": 320, "height": 600})
    assert tab.evaluate(SIDEWAYS) == []
