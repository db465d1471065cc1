"""Who may do what at the desk: strangers, forged requests, roles at tables, accounts and the log of an owner."""

import csv
import io
import re

import pytest
from flask import Blueprint
from support.desk_visits import PASSWORD, desk_on_copy, said
from support.pages import Visitor
from support.writing import write_log

from estimator.accounts.accounts import ROLES, Grant
from estimator.accounts.sign_ins import NOBODY, SECOND_FACTOR_REQUIRED
from estimator.places import PACKAGE
from estimator.store.journal import Journal
from estimator.store.settings import WHOLE_SITE, Settings
from estimator.web.desk.gate import OPEN
from estimator.web.desk.log_words import WORDS
from estimator.web.desk.permissions import (
    editor_of,
    owner_of,
    owner_of_any,
    owner_of_everything,
    publisher_of,
)

HARBOR, RIVER = "example-harbor", "riverbend"
VALUES = {"owner": HARBOR, "id_": 1, "charge": "iv-infusion", "column": "self_pay", "number": 1}
VALUES |= {"kind": "svg", "suffix": "csv", "token": "x"}


@pytest.fixture
def desk(_migrated_sqlite, tmp_path):
    with desk_on_copy(_migrated_sqlite, tmp_path) as desk:
        yield desk


def routes(app, method):
    """The address of every view of the desk that takes this method, and its endpoint; taken from the URL map."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.rule.startswith("/admin") and method in rule.methods:
                values = {name: VALUES.get(name, 1) for name in rule.arguments}
                yield rule.endpoint, app.url_map.bind("localhost").build(rule.endpoint, values, method=method)


# Strangers and forged requests


def test_every_page_of_the_desk_sends_a_stranger_to_sign_in(desk):
    desk.person("Dana")
    checked = 0
    for endpoint, address in routes(desk.app, "GET"):
        if endpoint in OPEN:
            continue
        response = desk.visitor().client.get(address)
        assert response.status_code == 302, f"{address} answers {response.status_code}"
        assert response.location.startswith("/admin/sign-in"), address
        checked += 1
    assert checked >= 8


def test_every_action_of_the_desk_refuses_a_stranger(desk):
    desk.person("Dana")
    before = desk.log()
    checked = 0
    for endpoint, address in routes(desk.app, "POST"):
        if endpoint in OPEN:
            continue
        visitor = desk.visitor()
        response = visitor.client.post(address, data={"csrf_token": visitor.token()})
        assert response.status_code == 401, f"{address} answers {response.status_code}"
        checked += 1
    assert checked >= 12
    assert desk.log() == before


def test_an_address_that_is_not_there_tells_a_stranger_nothing(desk):
    """Not even that: what is under /admin is closed before anybody looks what it is."""
    for address in ("/admin", "/admin/nothing-here", "/admin/a/b/c"):
        assert desk.visitor().client.get(address).location.startswith("/admin/sign-in")
    assert desk.visitor().client.post("/admin/nothing-here").status_code == 401
    assert desk.visitor().client.get("/administer").status_code == 404


def test_every_action_refuses_a_form_without_our_token(desk):
    """Signed in as somebody who may do everything; and the pages that are open to all as well."""
    desk.person("Dana")
    before, checked = desk.log(), 0
    visitor = desk.visitor("Dana")
    for token in ({}, {"csrf_token": "made-up"}, {"csrf_token": desk.visitor().token()}):
        for endpoint, address in routes(desk.app, "POST"):
            response = visitor.client.post(address, data=token)
            assert response.status_code == 400, f"{endpoint} answers {response.status_code} to {token}"
            checked += 1
    assert checked >= 3 * 16
    assert visitor.is_in()
    assert desk.log() == [*before, "signed in"]


def test_a_script_that_is_signed_out_is_told_so_in_its_own_way(desk):
    response = desk.visitor().client.post("/admin/account/passkeys/options", json={})
    assert response.status_code == 401
    assert "signed out" in response.get_json()["error"].lower()


def test_a_form_whose_token_is_too_old_shows_what_was_typed(desk):
    desk.person("Dana")
    visitor = desk.visitor("Dana")
    response = visitor.client.post("/admin/accounts/add", data={"name": "Bo", "csrf_token": "old"})
    page = visitor.inspected(response)
    assert page.root.one("h1").text == "This form is no longer good"
    assert [one.text for one in page.root.all("textarea")] == ["Bo"]


def test_a_role_taken_away_while_somebody_types_loses_no_text(desk):
    """What was typed is shown on the refusal, without secrets and without what the form holds for itself."""
    ed = desk.person("Ed", f"editor:{HARBOR}", "editor:national")
    visitor = desk.visitor("Ed")
    desk.accounts.take(ed.id, Grant("editor", "national"), by="test")
    secrets = {"password": "hidden words", "code": "hidden digits", "credential": "hidden key"}
    page = visitor.post("/admin/national/yaml", {"text": "# mine", "base": "as it was", **secrets}, status=403)
    assert [one.text for one in page.root.all("textarea")] == ["# mine"]
    assert "hidden" not in page.root.one("main").text


def test_a_page_that_is_gone_loses_no_text(desk):
    desk.person("Dana")
    page = desk.visitor("Dana").post("/admin/nothing/here", {"why": "Because"}, status=404)
    assert [one.text for one in page.root.all("textarea")] == ["Because"]


def test_what_is_too_large_is_refused_in_words(desk):
    """It was never read, so the page cannot show it; it still answers."""
    desk.person("Dana")
    page = desk.visitor("Dana").post("/admin/national/yaml", {"text": "x" * 5_000_000}, status=413)
    assert page.root.one("h1").text == "That was too much to read"


def test_the_desk_is_no_page_to_be_found_kept_or_framed(desk):
    desk.person("Dana")
    response = desk.visitor("Dana").client.get("/admin/account", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert 'name="robots" content="noindex"' in said(response)
    assert "Content-Encoding" not in response.headers, "tokens beside what a query says, compressed"


# Roles at tables


@pytest.fixture
def guarded(desk):
    """The desk with one view per decorator, each under an owner."""
    bp = Blueprint("guarded", __name__, url_prefix="/admin")
    for role, decorator in (("editor", editor_of), ("publisher", publisher_of), ("owner", owner_of)):
        bp.add_url_rule(f"/<owner>/test-{role}", role, decorator(lambda owner: f"done at {owner}"))
    bp.add_url_rule("/test-any", "any", owner_of_any(lambda: "done"))
    bp.add_url_rule("/test-everything", "everything", owner_of_everything(lambda: "done"))
    desk.app.register_blueprint(bp)
    return desk


@pytest.mark.parametrize("scope", ["*", "national", HARBOR])
@pytest.mark.parametrize("held", ROLES)
def test_a_role_opens_what_it_may_at_its_own_tables_and_nothing_else(guarded, held, scope):
    guarded.person("Dana", f"{held}:{scope}")
    visitor = guarded.visitor("Dana")
    for owner in ("national", HARBOR, RIVER):
        for wanted in ROLES:
            allowed = scope in ("*", owner) and ROLES.index(held) >= ROLES.index(wanted)
            answer = visitor.client.get(f"/admin/{owner}/test-{wanted}")
            assert answer.status_code == (200 if allowed else 403), f"{held} of {scope}: {wanted} of {owner}"
    assert (visitor.client.get("/admin/test-any").status_code == 200) is (held == "owner")
    assert (visitor.client.get("/admin/test-everything").status_code == 200) is (held == "owner" and scope == "*")


def test_who_may_not_is_told_who_may(guarded):
    guarded.person("Dana", f"editor:{HARBOR}")
    visitor = guarded.visitor("Dana")
    page = visitor.get(f"/admin/{HARBOR}/test-publisher", status=403)
    assert page.root.one("h1").text == "Your role does not allow this"
    assert "Only publishers and owners of " in page.text
    assert "national price tables" in visitor.get("/admin/national/test-owner", status=403).text
    assert "Only owners can open this page" in visitor.get("/admin/log", status=403).text


def test_a_role_that_was_taken_away_is_gone_at_the_next_click(guarded):
    dana = guarded.person("Dana", f"publisher:{HARBOR}")
    visitor = guarded.visitor("Dana")
    visitor.client.get(f"/admin/{HARBOR}/test-publisher")
    guarded.accounts.give(dana.id, Grant("editor", HARBOR), by="test")
    assert visitor.client.get(f"/admin/{HARBOR}/test-publisher").status_code == 403


def test_the_desks_first_address_leads_to_the_prices(desk):
    desk.person("Ed", f"editor:{HARBOR}")
    visitor = desk.visitor("Ed")
    for address in ("/admin", "/admin/"):
        assert visitor.client.get(address).location == "/admin/prices"


def test_the_rooms_are_those_one_may_enter(desk):
    desk.person("Olga", "owner:*")
    desk.person("Ed", f"editor:{HARBOR}")
    words = {who: desk.visitor(who).get("/admin/account").root.all("nav", class_="rooms") for who in ("Olga", "Ed")}
    assert "Log" in words["Olga"][0].text
    assert "Accounts" in words["Olga"][0].text
    assert not [nav for nav in words["Ed"] if "Log" in nav.text or "Accounts" in nav.text]


# Accounts


@pytest.fixture
def olga(desk):
    """An owner of everything, signed in."""
    desk.person("Olga")
    return desk.visitor("Olga")


@pytest.fixture
def harbor(desk, olga):
    """An owner of one clinic, signed in."""
    desk.person("Harriet", f"owner:{HARBOR}")
    return desk.visitor("Harriet")


NEW = {"name": "Bo", "email": "bo@example.org", "role": "publisher", "scope": HARBOR}


def test_an_owner_adds_an_account_and_hands_over_its_link(desk, olga):
    page = olga.post("/admin/accounts/add", NEW, status=200)
    link, code = (one.text for one in page.root.all("p", class_="code"))
    assert link == f"http://localhost/admin/start?code={code}"
    bo = desk.visitor()
    bo.post("/admin/start", {"code": code, "password": PASSWORD})
    assert bo.is_in()
    account = desk.accounts.named("bo@example.org")
    assert account.grants == (Grant("publisher", HARBOR),)
    assert code not in olga.get("/admin/accounts").text
    assert code not in olga.get("/admin/log").text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "Write a name."),
        ({"name": "OLGA"}, "Somebody has the name or the address OLGA already."),
        ({"email": "bo"}, "Write an e-mail address like name@example.org"),
        ({"role": "king"}, "Choose one of these."),
        ({"scope": "nowhere"}, "Choose one of these."),
        ({"scope": "", "role": ""}, "Choose one of these."),
    ],
)
def test_a_new_account_that_cannot_be_is_explained_and_keeps_what_was_typed(desk, olga, change, sentence):
    page = olga.post("/admin/accounts/add", {**NEW, **change}, status=422)
    assert sentence in page.text
    assert page.title.startswith("Error: Add an account")
    assert page.control("name").attributes["value"].strip() == {**NEW, **change}["name"].strip()
    assert len(desk.accounts.all()) == 1


def test_another_role_is_given_where_the_person_works_and_a_first_one_nowhere_by_itself(desk, olga):
    """The list begins at the tables that they have a role at; for a new account somebody has to choose."""
    ed = desk.person("Ed", "editor:national")
    chosen = olga.get(f"/admin/accounts/{ed.id}").control("scope").all("option")
    assert [one.attributes["value"] for one in chosen if "selected" in one.attributes] == ["national"]
    options = olga.get("/admin/accounts/add").control("scope").all("option")
    assert [one.attributes["value"] for one in options][:1] == [""]
    assert not [one for one in options if "selected" in one.attributes]
    page = olga.post("/admin/accounts/add", {**NEW, "scope": ""}, status=422)
    assert "Choose one of these." in page.text


def test_an_owner_of_one_clinic_gives_roles_there_only(desk, harbor):
    page = harbor.get("/admin/accounts/add")
    assert [one.attributes["value"] for one in page.control("scope").all("option")] == [HARBOR]
    for scope in ("*", "national", RIVER):
        harbor.post("/admin/accounts/add", {**NEW, "scope": scope}, status=422)
    harbor.post("/admin/accounts/add", NEW, status=200)
    bo = desk.accounts.named("Bo")
    for scope in ("*", "national"):
        harbor.post(f"/admin/accounts/{bo.id}/roles/add", {"role": "owner", "scope": scope}, status=422)
    assert desk.again(bo).grants == (Grant("publisher", HARBOR),)


def test_an_owner_of_one_clinic_manages_only_its_own_people(desk, harbor):
    """Not those who also have a role elsewhere: resetting their sign-in would open that as well."""
    own = desk.person("Own", f"editor:{HARBOR}")
    both = desk.person("Both", f"editor:{HARBOR}", "editor:national")
    other = desk.person("Other", "editor:national")
    listed = harbor.get("/admin/accounts")
    assert {one.text for one in listed.root.all("tbody")[0].all("a")} == {"Own", "Harriet"}
    assert "Both" in listed.text
    assert "Other" not in listed.text
    assert "Second step for everybody" not in listed.text
    for action in ("reset", "disable", "enable", "roles/add", "roles/remove"):
        for account, status in ((both, 403), (other, 404), (desk.accounts.named("Olga"), 404)):
            page = harbor.post(
                f"/admin/accounts/{account.id}/{action}", {"role": "editor", "scope": HARBOR}, status=status
            )
            assert page.root.one("h1").text
    harbor.post("/admin/accounts/second-step", {"demand": "yes"}, status=403)
    assert [desk.again(one) for one in (both, other)] == [both, other]
    harbor.post(f"/admin/accounts/{own.id}/disable")
    assert desk.again(own).disabled_at


def test_roles_are_given_and_taken_one_by_one(desk, olga):
    bo = desk.person("Bo", f"editor:{HARBOR}")
    address = f"/admin/accounts/{bo.id}"
    olga.post(f"{address}/roles/add", {"role": "publisher", "scope": HARBOR})
    assert desk.again(bo).grants == (Grant("publisher", HARBOR),), "two roles at the same tables"
    olga.post(f"{address}/roles/add", {"role": "editor", "scope": "national"})
    assert desk.again(bo).grants == (Grant("editor", "national"), Grant("publisher", HARBOR))
    olga.post(f"{address}/roles/remove", {"role": "publisher", "scope": HARBOR})
    olga.post(f"{address}/roles/remove", {"role": "editor", "scope": "national"})
    assert "Give at least one role" in olga.get(address).root.all("p", role="alert")[0].text
    assert desk.again(bo).grants == (Grant("editor", "national"),)


def test_an_account_is_disabled_enabled_and_reset(desk, olga):
    bo = desk.person("Bo", f"editor:{HARBOR}")
    visitor, address = desk.visitor("Bo"), f"/admin/accounts/{bo.id}"
    olga.post(f"{address}/disable")
    assert not visitor.is_in()
    assert "Disabled" in olga.get("/admin/accounts").text
    olga.post(f"{address}/enable")
    visitor.sign_in("Bo")
    page = olga.post(f"{address}/reset", status=200)
    assert not visitor.is_in()
    code = page.root.all("p", class_="code")[1].text
    desk.visitor().post("/admin/start", {"code": code, "password": PASSWORD})


def test_accounts_are_changed_only_right_after_the_password(desk, olga):
    """Whoever sits down at an owner's open browser, or steals its cookie, gives and takes nothing."""
    bo = desk.person("Bo", f"editor:{HARBOR}", "editor:national")
    address = f"/admin/accounts/{bo.id}"
    desk.clock.turn(minutes=20)
    for path, form, back in (
        (f"{address}/roles/add", {"role": "owner", "scope": "*"}, address),
        (f"{address}/roles/remove", {"role": "editor", "scope": HARBOR}, address),
        (f"{address}/reset", {"second_factor": "y"}, address),
        (f"{address}/disable", {}, address),
        (f"{address}/enable", {}, address),
        ("/admin/accounts/second-step", {"demand": "yes"}, "/admin/accounts"),
    ):
        page = olga.post(path, form)
        assert page.response.location == f"/admin/account/confirm?next={back}", path
    assert olga.client.get("/admin/accounts/add").location == "/admin/account/confirm?next=/admin/accounts/add"
    assert desk.again(bo) == bo
    assert Settings(desk.database).get(WHOLE_SITE, SECOND_FACTOR_REQUIRED) == NOBODY
    olga.post("/admin/account/confirm", {"password": PASSWORD})
    olga.post(f"{address}/disable")
    assert desk.again(bo).disabled_at


def test_an_account_typed_for_a_long_time_is_not_lost(desk, olga):
    """The form comes back as it was typed and leads to the password in another tab; sent again, it is taken."""
    desk.clock.turn(minutes=20)
    page = olga.post("/admin/accounts/add", NEW, status=403)
    assert page.control("name").attributes["value"] == "Bo"
    assert page.control("email").attributes["value"] == "bo@example.org"
    (link,) = [one for one in page.root.all("a") if one.text == "Type your password in a new tab"]
    assert link.attributes["href"] == "/admin/account/confirm"
    assert len(desk.accounts.all()) == 1
    olga.post("/admin/account/confirm", {"password": PASSWORD})
    olga.post("/admin/accounts/add", NEW, status=200)
    assert desk.accounts.named("Bo")


def test_nobody_resets_their_own_sign_in(desk, olga):
    """It would be a way around the password and the second step that My account asks for."""
    me = desk.accounts.named("Olga")
    address = f"/admin/accounts/{me.id}"
    assert "Reset the sign-in" not in olga.get(address).text
    page = olga.post(f"{address}/reset", {"second_factor": "y"})
    assert page.response.location == "/admin/account"
    assert "This is your own account." in olga.get("/admin/account").root.all("p", role="alert")[0].text
    assert desk.again(me) == me
    assert olga.is_in()


def test_the_last_owner_cannot_shut_everybody_out(desk, olga):
    me = desk.accounts.named("Olga")
    olga.post(f"/admin/accounts/{me.id}/disable")
    assert "last owner of everything" in olga.get("/admin/accounts").root.all("p", role="alert")[0].text
    olga.post(f"/admin/accounts/{me.id}/roles/add", {"role": "editor", "scope": "*"})
    assert desk.again(me) == me
    assert olga.is_in()


def test_accounts_that_are_not_there_are_not_found(olga):
    for id_ in (99, 10**30):
        olga.get(f"/admin/accounts/{id_}", status=404)
        olga.post(f"/admin/accounts/{id_}/disable", status=404)


# The log


def test_an_owner_reads_what_was_done_at_their_own_tables(desk, harbor, olga):
    write_log(desk.database, "Ed", "published", HARBOR, "of the harbor")
    write_log(desk.database, "Ed", "published", "national", "of the nation")
    write_log(desk.database, "Ed", "set", "", "of the site")
    assert "of the nation" in olga.get("/admin/log").text
    for words in (harbor.get("/admin/log").text, harbor.client.get("/admin/log/log.csv").get_data(as_text=True)):
        assert "of the harbor" in words
        assert "of the nation" not in words
        assert "of the site" not in words


def test_every_action_that_is_logged_has_its_words(desk, olga):
    """The log's page reads in Spanish too; the calls that write the log are found in the source."""
    begin, inside = r"(?:add_entry_in|_log|add_account_entry_in|journal\.add|_settle)\(", r"(?:[^\"()]|\([^()]*\))*?"
    calls = re.compile(rf'{begin}{inside}(?<=, )"([a-z -]+)"|action="([a-z -]+)"')
    rooms = (PACKAGE / "accounts", PACKAGE / "versions", PACKAGE / "web" / "desk")
    source = "".join(path.read_text(encoding="utf-8") for room in rooms for path in sorted(room.rglob("*.py")))
    # The first text of a call: what was done, or who, where that is the program itself.
    logged = {one or other for one, other in calls.findall(source)} - {"estimator"}
    assert {"published", "undid", "merged", "signed in", "reset a sign-in", "set a password"} <= logged
    assert logged - WORDS.keys() == set()


def test_the_log_is_paged_without_a_gap(desk, olga):
    for number in range(250):
        write_log(desk.database, "Ed", "counted", "national", f"number {number:03}.")
    page, seen = olga.get("/admin/log"), []
    for _ in range(2):
        seen += [row.all("td")[4].text for row in page.root.one("tbody").all("tr")]
        page = olga.get(page.href("Earlier"))
    seen += [row.all("td")[4].text for row in page.root.one("tbody").all("tr")]
    assert [text for text in seen if text.startswith("number")] == [f"number {n:03}." for n in reversed(range(250))]
    assert "Earlier" not in page.text
    for nonsense in ("x", "-1", "1e9", "٣", str(10**30)):
        olga.get("/admin/log", {"before": nonsense}, status=404)


def test_the_log_as_a_spreadsheet_holds_no_formula(desk, olga):
    """A name can begin like one; the spreadsheet must not run it."""
    desk.person("=HYPERLINK(1)", f"editor:{HARBOR}")
    write_log(desk.database, "+Ed", "published", "national", '-1, "two"\n@three')
    response = olga.client.get("/admin/log/log.csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="desk-log.csv"'
    text = response.get_data(as_text=True)
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert len(rows) == 1 + len(list(Journal(desk.database).all()))
    assert rows[-1][2:] == ["'+Ed", "published", "the national price tables", '\'-1, "two"\n@three']
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


# The app without a desk


def test_without_a_store_there_is_no_desk():
    from estimator.web.app import create_app

    visitor = Visitor(create_app())
    for address in ("/admin", "/admin/sign-in", "/admin/accounts"):
        visitor.get(address, status=404)
