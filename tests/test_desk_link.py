"""The desk's page "Link and embed": links, QR codes, and the list of sites that may show the clinic's pages."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from support.desk_priced import CLINIC, PricedDesk
from support.desk_priced import desk as desk
from support.pages import read

LINK = f"/admin/{CLINIC}/link"


def code(page, number: int) -> str:
    return page.root.all("p", class_="code")[number].text


def sites(desk: PricedDesk) -> list[str]:
    return list(desk.app.extensions["site"].prices.current.get(CLINIC).tables.clinic.embed)


def save(desk: PricedDesk, text: str, status: int = 302):
    visitor = desk.visiting()
    seen = visitor.get(LINK).root.one("input", name="seen").attributes["value"]
    return visitor.post(LINK, {"sites": text, "seen": seen}, status)


def test_the_page_gives_the_clinics_address_and_its_code(desk: PricedDesk) -> None:
    page = desk.visiting("Eve").get(LINK)
    assert code(page, 0) == f"http://localhost/c/{CLINIC}"
    assert page.root.one("svg").attributes["role"] == "img"
    assert "Price list of Riverbend" in desk.visiting().client.get(page.href("Price list to print")).text


def test_a_link_for_a_patient_carries_what_was_agreed_and_asks_the_rest(desk: PricedDesk) -> None:
    page = desk.visiting("Eve").get(f"{LINK}?sessions=8&psychotherapy=virtual")
    address = urlsplit(code(page, 1))
    assert address.path == f"/c/{CLINIC}"
    assert parse_qs(address.query) == {"sessions": ["8"], "psychotherapy": ["virtual"]}
    form = desk.visiting().get(f"{address.path}?{address.query}")
    assert form.given("sessions") == "8"
    assert form.chosen("psychotherapy") == "virtual"


def test_a_link_that_says_all_leads_to_the_estimate(desk: PricedDesk) -> None:
    page = desk.visiting().get(f"{LINK}?treatment=iv&insurance=none&sessions=8&psychotherapy=none")
    address = urlsplit(code(page, 1))
    assert address.path == "/estimate"
    answer = desk.visiting().client.get(f"{address.path}?{address.query}")
    assert answer.status_code == 200
    assert "Riverbend Clinic" in answer.text
    assert "start" not in parse_qs(address.query), "a link holds for any day"


@pytest.mark.parametrize("sessions", ["0", "eight", "9999"])
def test_a_slip_in_the_link_is_said_beside_its_field(desk: PricedDesk, sessions: str) -> None:
    page = desk.visiting().get(f"{LINK}?sessions={sessions}")
    assert page.title.startswith("Error: ")
    assert page.given("sessions") == sessions
    assert len(page.root.all("p", class_="code")) == 1


@pytest.mark.parametrize(("kind", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_codes_can_be_kept_as_files(desk: PricedDesk, kind: str, begins: bytes) -> None:
    answer = desk.visiting("Eve").client.get(f"{LINK}.{kind}?sessions=8")
    assert answer.data.startswith(begins)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{CLINIC}-qr.{kind}"'
    assert desk.visiting("Eve").client.get(f"{LINK}.{kind}?sessions=none").status_code == 404


def test_the_national_tables_have_no_such_page(desk: PricedDesk) -> None:
    assert desk.visiting("Olga").client.get("/admin/national/link").status_code == 404


def test_the_list_of_sites_is_published_like_a_price(desk: PricedDesk) -> None:
    """Into the draft, in the tables' spelling; it holds once somebody publishes it."""
    save(desk, "www.riverbend.example\r\n\r\nhttps://Riverbend.example/prices?x=1\r\nhttps://www.riverbend.example")
    assert "  embed:\n" in desk.text or "  embed: [" in desk.text
    assert sites(desk) == []
    work = desk.desk.work(CLINIC)
    assert work.draft
    assert desk.desk.check(CLINIC, work.files).book.tables.clinic.embed == (
        "https://www.riverbend.example",
        "https://riverbend.example",
    )
    page = desk.visiting().get(f"/admin/{CLINIC}/preview")
    assert "sites that may show its pages" in page.text


def test_an_empty_list_takes_the_key_away(desk: PricedDesk) -> None:
    before = desk.text
    save(desk, "https://riverbend.example")
    save(desk, "")
    assert desk.text == before
    assert desk.desk.work(CLINIC).draft is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("https://riverbend.example\nour site", "Line 2: 'our site' is not the address of a site."),
        ("http://riverbend.example", "Line 1: the site has to use https."),
        ("*", "Line 1: '*' is not the address of a site."),
        ("https://*.example", "Line 1: 'https://*.example' is not the address of a site."),
        ("\n".join(f"https://s{one}.example" for one in range(21)), "List at most 20 sites."),
    ],
)
def test_what_is_no_site_is_said_and_stays_typed(desk: PricedDesk, text: str, sentence: str) -> None:
    page = save(desk, text, 400)
    assert sentence in page.text
    assert page.root.one("textarea", name="sites").text == " ".join(text.split())
    assert desk.desk.work(CLINIC).draft is None


def test_a_list_that_somebody_else_changed_is_not_overwritten(desk: PricedDesk) -> None:
    visitor = desk.visiting()
    seen = visitor.get(LINK).root.one("input", name="seen").attributes["value"]
    save(desk, "https://other.example")
    page = visitor.post(LINK, {"sites": "https://mine.example", "seen": seen}, 409)
    assert "Somebody changed this list meanwhile" in page.text
    assert "https://mine.example" in page.root.one("textarea", name="sites").text
    assert "mine" not in desk.text


def test_a_draft_with_mistakes_still_has_its_link(desk: PricedDesk) -> None:
    desk.edit("city: Springfield", "city: [Springfield")
    assert code(desk.visiting().get(LINK), 0).endswith(f"/c/{CLINIC}")


def test_what_to_paste_names_our_script_and_this_clinic(desk: PricedDesk) -> None:
    page = desk.visiting().get(LINK)
    script, frame = (page.root.one("textarea", id=name).text for name in ("script", "frame"))
    assert 'src="http://localhost/embed.js"' in script
    assert f'data-clinic="{CLINIC}"' in script
    assert f'src="http://localhost/c/{CLINIC}"' in frame
    assert 'data-lang="es"' in desk.visiting().get(f"{LINK}?lang=es").root.one("textarea", id="script").text


def test_a_name_with_quotes_cannot_leave_its_place_in_what_is_pasted(desk: PricedDesk) -> None:
    desk.publish("name: Riverbend Clinic", """name: 'River "bend" <b>'""")
    desk.app.extensions["site"].prices.refresh()
    page = desk.visiting().get(LINK)
    for name in ("script", "frame"):
        pasted = read(page.root.one("textarea", id=name).text)
        (one,) = pasted.all("script", "iframe")
        assert 'River "bend" <b>' in one.attributes.get("data-title", one.attributes.get("title"))
        assert not pasted.all("b")
