"""The preview at the desk: what a draft changes, in words and in what reference patients pay."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from support.desk_priced import CLINIC, PricedDesk
from support.desk_priced import desk as desk
from support.pages import Page

PREVIEW = f"/admin/{CLINIC}/preview"


def rows(page: Page) -> list[list[str]]:
    """The table of reference patients, without its head."""
    table = page.root.one("table", class_="effects")
    return [[cell.text for cell in row.all("th", "td")] for row in table.one("tbody").all("tr")]


def test_without_a_draft_there_is_nothing_to_preview(desk: PricedDesk) -> None:
    page = desk.visiting().get(PREVIEW)
    assert "There is no draft." in page.text
    assert not page.root.all("button", class_="go")


def test_changes_are_said_in_words_and_in_dollars(desk: PricedDesk) -> None:
    """A sentence for each change, and every reference patient before and after, with the day that can be chosen."""
    desk.edit("2026-02-01: 450", "2026-02-01: 450\n      2027-01-01: 500")
    page = desk.visiting().get(PREVIEW)
    assert "Ketamine infusion, without insurance: $450 → $500 from January 1, 2027" in page.text
    assert page.root.one(id="day").attributes["value"] == "2027-01-01", "the first day on which something differs"
    (usual,) = (row for row in rows(page) if row[0].startswith("Six infusions"))
    assert usual[1].startswith("Before $")
    assert usual[3].startswith("Difference")
    earlier = desk.visiting().get(PREVIEW, {"day": "2026-12-01"})
    (usual,) = (row for row in rows(earlier) if row[0].startswith("Six infusions"))
    assert usual[3] == "Difference none"


def test_the_difference_has_a_sign_and_a_percentage(desk: PricedDesk) -> None:
    """Without the package six infusions at $10 less make $60 less."""
    desk.publish("    packages:\n      - {sessions: 6, price: 2400}\n", "")
    desk.edit("2026-02-01: 450", "2026-02-01: 440")
    page = desk.visiting().get(PREVIEW)
    (usual,) = (row for row in rows(page) if row[0].startswith("Six infusions"))
    assert usual[3] == "Difference −$60 (−1.9%)"


def test_a_patients_page_is_shown_as_it_would_look(desk: PricedDesk) -> None:
    """The patient's page with the draft's prices on that day, marked as a preview; its forms stay inside."""
    desk.publish("    packages:\n      - {sessions: 6, price: 2400}\n", "")
    desk.edit("2026-02-01: 450", "2026-02-01: 450\n      2027-01-01: 1000")
    ann = desk.visiting()
    page = ann.get(PREVIEW)
    patient = ann.get(page.href("their page Six infusions"))
    assert "Preview of prices that are not published." in patient.text
    assert patient.title.startswith("Preview: ")
    assert "$6,200" in patient.text
    assert not patient.root.all("script")
    told = patient.root.all("form", class_="told")
    assert {one.attributes["action"] for one in told} <= {f"{PREVIEW}/estimate#next"}
    answers = query(page.href("their page Six infusions"))
    public = ann.client.get("/estimate", query_string={**answers, "clinic": CLINIC}).get_data(as_text=True)
    assert "$6,200" not in public
    assert "Preview" not in public


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_a_patient_with_strange_answers_has_no_page(desk: PricedDesk) -> None:
    desk.visiting().get(f"{PREVIEW}/estimate", {"treatment": "magic"}, status=404)


def test_mistakes_block_and_lead_to_their_line(desk: PricedDesk) -> None:
    """Nothing can be published while something is wrong; each mistake is a link to its line in the YAML."""
    desk.edit("2026-02-01: 450", "2026-02-01: ten")
    page = desk.visiting().get(PREVIEW)
    assert "1 mistake to put right" in page.text
    (link,) = [one for one in page.root.one("main").all("a") if one.text.startswith(f"clinics/{CLINIC}.yaml")]
    assert link.text == f"clinics/{CLINIC}.yaml:14"
    assert query(link.attributes["href"]) == {"file": f"clinics/{CLINIC}.yaml", "line": "14"}
    assert not [one for one in page.root.all("form") if one.attributes["action"].endswith("/publish")]


def test_a_change_of_comments_alone_is_said_to_be_one(desk: PricedDesk) -> None:
    desk.edit("  city: Springfield", "  city: Springfield  # since 2019")
    page = desk.visiting().get(PREVIEW)
    assert "Only comments or the order of lines differ." in page.text
    assert "A draft whose prices are those that are published" in page.text


@pytest.mark.parametrize("day", ["soon", "0000-00-00", "99999-01-01", "1000-01-01"])
def test_a_day_that_cannot_be_read_is_passed_over(desk: PricedDesk, day: str) -> None:
    desk.edit("2026-02-01: 450", "2026-02-01: 460")
    assert rows(desk.visiting().get(PREVIEW, {"day": day, "from": day}))


def test_editors_see_everything_and_cannot_publish(desk: PricedDesk) -> None:
    """The page says who can."""
    desk.edit("2026-02-01: 450", "2026-02-01: 460")
    eve = desk.visiting("Eve")
    page = eve.get(PREVIEW)
    assert "Only publishers and owners of Riverbend Clinic can publish." in page.text
    assert not [one for one in page.root.all("form") if one.attributes["action"].endswith("/publish")]
    eve.post(f"/admin/{CLINIC}/publish", {"revision": "1", "why": "x"}, status=403)
    eve.get("/admin/national/preview", status=403)
    eve.get("/admin/national/preview/estimate", status=403)


def test_the_page_speaks_spanish(desk: PricedDesk) -> None:
    """The tables' words and the dates follow the reader's language."""
    desk.edit("2026-02-01: 450", "2026-02-01: 450\n      2027-01-01: 500")
    page = desk.visiting().get(PREVIEW, {"lang": "es"})
    assert "1 de enero de 2027" in page.text


def test_mistakes_are_named_as_people_call_them(desk: PricedDesk) -> None:
    """Beside the keys stands which charge they are about, on the preview, the overview and the price's own page."""
    desk.edit("2026-02-01: 450", "2026-02-01: {low: 9, typical: 5, high: 6}")
    ann = desk.visiting()
    for address in (PREVIEW, f"/admin/{CLINIC}/", f"/admin/{CLINIC}/price/infusion/self_pay"):
        (problems,) = ann.get(address).root.all("ul", class_="problems")
        assert "Ketamine infusion, without insurance" in problems.all("b")[0].text
        assert "charges.infusion.self_pay" in problems.text


def test_what_has_no_name_is_said_by_its_keys_alone(desk: PricedDesk) -> None:
    desk.edit("  state: NO", "  state: NOWHERE")
    (problems,) = desk.visiting().get(PREVIEW).root.all("ul", class_="problems")
    assert not problems.all("b")
    assert "clinic.state" in problems.text


def test_alerts_are_named_too(desk: PricedDesk) -> None:
    """Whoever ticks one knows which price it is about."""
    desk.edit("2026-02-01: 450", "2026-02-01: 450\n      2027-01-01: 4500")
    ticks = desk.visiting().get(PREVIEW).root.all("div", class_="tick")
    assert any(one.all("b") and "Ketamine infusion" in one.one("b").text for one in ticks)
