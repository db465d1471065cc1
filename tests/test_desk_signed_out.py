"""Somebody signs out in another tab, or their session ends, while a form is open here: nothing typed is lost."""

from __future__ import annotations

import pytest
from support.desk_priced import CLINIC, INFUSION, PricedDesk
from support.desk_priced import desk as desk
from support.desk_visits import PASSWORD, DeskVisitor
from support.pages import Element, Page
from test_desk_editing import typed

YAML = f"/admin/{CLINIC}/yaml"


def fields(form: Element) -> dict[str, str]:
    return {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}


def again(page: Page) -> dict[str, str]:
    """What the page's button would send again; nothing where there is none."""
    forms = [one for one in page.root.one("main").all("form") if one.attributes["action"] == page.response.request.path]
    return fields(forms[0]) if forms else {}


def send(visitor: DeskVisitor, address: str, data: dict[str, str], status: int, **headers: str) -> Page:
    """Send a form as it stands, with the token in it or without."""
    response = visitor.client.post(address, data=data, headers={"Sec-Fetch-Site": "same-origin", **headers})
    assert response.status_code == status
    return visitor.inspected(response) if status != 302 else Page(response, None)


def sign_out(visitor: DeskVisitor) -> None:
    """In another tab of the same browser."""
    visitor.post("/admin/sign-out")


def written(visitor: DeskVisitor, **changes: str) -> dict[str, str]:
    """A price form as the tab holds it, with the token that was good when it was opened."""
    return typed(visitor, price="475", start="2027-01-01", **changes) | {"csrf_token": visitor.token()}


def test_a_form_goes_on_after_signing_in_again(desk: PricedDesk) -> None:
    """Signed out, it is kept; signed in, it is shown with a new token; only the person's own click sends it."""
    ann = desk.visiting()
    mine, before = written(ann, note="A note of mine"), desk.text
    sign_out(ann)
    page = send(ann, INFUSION, mine, 401)
    kept = again(page)
    assert kept == {name: text for name, text in mine.items() if name != "csrf_token"}
    assert "A note of mine" in page.text
    assert send(ann, INFUSION, kept, 401), "still signed out"
    ann.sign_in("Ann")
    page = send(ann, INFUSION, kept, 400)
    assert "You are signed in as Ann." in page.text
    assert "A note of mine" in page.text
    assert desk.text == before, "nothing is sent by itself"
    sent = again(page)
    assert sent["csrf_token"] != mine["csrf_token"]
    send(ann, INFUSION, sent, 302)
    assert "A note of mine" in desk.text


def test_a_form_from_before_a_new_sign_in_is_shown_to_be_sent_again(desk: PricedDesk) -> None:
    """Who has signed out and in again in another tab finds out with the first click, and goes on with the second."""
    ann = desk.visiting()
    text = ann.get(YAML).root.one("textarea", name="text")
    base = "".join(part for part in text.inside if isinstance(part, str)).removeprefix("\n")
    mine = {
        "csrf_token": ann.token(),
        "file": f"clinics/{CLINIC}.yaml",
        "base": base,
        "text": base.replace("450", "475"),
        "save": "1",
    }
    sign_out(ann)
    ann.sign_in("Ann")
    page = send(ann, YAML, mine, 400)
    send(ann, YAML, again(page), 302)
    assert "2026-02-01: 475" in desk.text


def test_the_same_price_changed_meanwhile_is_still_seen(desk: PricedDesk) -> None:
    """What the form saw goes along, so that nobody is overwritten by a form that waited."""
    ann, ben = desk.visiting(), desk.visiting("Ben")
    mine = written(ann)
    sign_out(ann)
    kept = again(send(ann, INFUSION, mine, 401))
    ben.post(INFUSION, typed(ben, price="480", start="2027-01-01"))
    ann.sign_in("Ann")
    page = send(ann, INFUSION, again(send(ann, INFUSION, kept, 400)), 409)
    assert "Somebody changed this price meanwhile" in page.title


def test_roles_are_asked_again(desk: PricedDesk) -> None:
    """Another person at the same browser may send only what their own role allows."""
    olga = desk.visiting("Olga")
    address = "/admin/national/price/evaluation/self_pay"
    mine = typed(olga, address, typical="210", start="2027-01-01") | {"csrf_token": olga.token()}
    sign_out(olga)
    kept = again(send(olga, address, mine, 401))
    olga.sign_in("Eve")
    page = send(olga, address, kept, 400)
    assert "You are signed in as Eve." in page.text
    send(olga, address, again(page), 403)
    assert desk.desk.drafts.get("national") is None


def test_a_stranger_is_shown_nothing_of_what_was_sent(desk: PricedDesk) -> None:
    """A browser in which nobody was signed in never brought anything of ours: another site may have made it up."""
    page = send(desk.visitor(), INFUSION, {"note": "Made up"}, 401)
    assert "Made up" not in page.text
    assert again(page) == {}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_form_is_not_made_ready_to_send(desk: PricedDesk, site: str) -> None:
    ann = desk.visiting()
    page = send(ann, INFUSION, {"price": "1"}, 400, **{"Sec-Fetch-Site": site})
    assert again(page) == {}
    sign_out(ann)
    assert again(send(ann, INFUSION, {"price": "1"}, 401, **{"Sec-Fetch-Site": site})) == {}


def test_no_secret_is_kept(desk: PricedDesk) -> None:
    """Neither a password nor anything else of a form about accounts is made ready to be sent again."""
    ann = desk.visiting()
    sign_out(ann)
    for address, sent in (
        ("/admin/account/password", {"current_password": PASSWORD, "password": "another good one"}),
        (INFUSION, {"price": "1", "password": PASSWORD}),
    ):
        page = send(ann, address, sent, 401)
        assert again(page) == {}
        assert PASSWORD not in page.response.text
        assert "another good one" not in page.response.text


def test_a_script_is_told_in_its_own_way(desk: PricedDesk) -> None:
    """The YAML editor's checks get a sentence, no page."""
    ann = desk.visiting()
    sign_out(ann)
    answer = ann.client.post(f"{YAML}/check", json={"file": "x", "text": "y"})
    assert (answer.status_code, answer.is_json) == (401, True)
