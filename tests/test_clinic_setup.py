"""Who a clinic is, in one form: what it writes, what it refuses, and that nobody's typing is lost."""

from __future__ import annotations

import json

import pytest
from support.desk_priced import CLINIC, NAME, SMALL_BOOK, PricedDesk
from support.desk_priced import desk as desk
from support.desk_visits import leads_to

from estimator.prices.colours import ENOUGH, PAPER, PAPER_DARK, contrast, readable
from estimator.prices.editing.clinic_setup import shown, with_setup
from estimator.prices.editing.slices import read

LAKE = {
    "name_en": "Lakeside Wellness",
    "name_es": "Bienestar Lakeside",
    "city": "Boulder",
    "state": "CO",
    "offers": ["iv", "spravato"],
    "contact_en": "303-555-0100",
    "estimate_en": "Call and ask for Pat.",
    "logo": "Lakeside",
    "accent": "#1d4f91",
}


def setup(page) -> dict[str, str]:
    return {field.attributes["id"]: field.text for field in page.root.all("p", class_="error")}


def test_a_clinic_is_made_by_one_form_and_goes_on_to_its_prices(desk: PricedDesk) -> None:
    """No YAML: who it is, what it offers, in both languages; the rest is worked out and said."""
    olga = desk.visiting("Olga")
    answer = olga.post("/admin/new-clinic", LAKE)
    assert leads_to(answer) == "/admin/lakeside-wellness/sheet"
    work = desk.desk.work("lakeside-wellness")
    book = desk.desk.check("lakeside-wellness", work.files).book
    assert book
    clinic = book.tables.clinic
    assert (clinic.name.en, clinic.name.es) == ("Lakeside Wellness", "Bienestar Lakeside")
    assert (clinic.city, clinic.state, clinic.time_zone) == ("Boulder", "CO", "America/Denver")
    assert list(book.tables.treatments) == ["iv", "spravato"]
    assert clinic.contact.en == "303-555-0100"
    assert clinic.good_faith_estimate.en == "Call and ask for Pat."
    assert contrast(clinic.colours.accent_dark, PAPER_DARK) >= ENOUGH


def test_the_name_is_asked_first_then_the_treatments(desk: PricedDesk) -> None:
    """Also in the list of what is wrong, which leads to the fields in the order of the page."""
    olga = desk.visiting("Olga")
    for address in ("/admin/new-clinic", f"/admin/{CLINIC}/setup"):
        asked = [one.attributes.get("name") for one in olga.get(address).root.all("input", "select", "textarea")]
        assert asked.index("name_en") < asked.index("offers") < asked.index("city")
    wrong = olga.post("/admin/new-clinic", {"name_en": "", "offers": [], "state": "ZZ"}, status=400)
    hrefs = [one.attributes["href"] for one in wrong.root.one(class_="summary").all("a")]
    assert hrefs == sorted(hrefs, key=["#name_en", "#id", "#offers", "#state"].index)
    assert {"#name_en", "#offers"} <= set(hrefs)


def test_every_mistake_is_said_at_its_field_and_nothing_is_lost(desk: PricedDesk) -> None:
    olga = desk.visiting("Olga")
    typed = {**LAKE, "name_en": "", "offers": [], "accent": "#ffe680", "contact_es": "Llame", "contact_en": ""}
    page = olga.post("/admin/new-clinic", typed, status=400)
    assert {"name_en-error", "offers-error", "accent-error", "contact_en-error"} <= setup(page).keys()
    assert readable("#ffe680", PAPER) in setup(page)["accent-error"]
    assert page.control("city").attributes["value"] == "Boulder"
    assert page.control("name_es").attributes["value"] == "Bienestar Lakeside"
    spanish = olga.client.post(
        "/admin/new-clinic?lang=es", data={"csrf_token": olga.token(), **typed}, headers={"Accept-Language": "es"}
    )
    assert "Marque al menos un tratamiento." in spanish.get_data(as_text=True)


@pytest.mark.parametrize("colour", ["#ffe680", "#000000", "#ffffff", "#7f7f7f", "#1d4f91"])
def test_a_colour_near_it_can_be_read(colour: str) -> None:
    for paper in (PAPER, PAPER_DARK):
        assert contrast(readable(colour, paper), paper) >= ENOUGH
        if contrast(colour, paper) >= ENOUGH:
            assert readable(colour, paper) == colour


def test_it_can_be_changed_later_and_comments_stay(desk: PricedDesk) -> None:
    desk.edit("  city: Springfield", "  city: Springfield  # since May")
    ann = desk.visiting()
    page = ann.get(f"/admin/{CLINIC}/setup")
    was = page.root.one("input", name="was").attributes["value"]
    assert page.control("name_en").attributes["value"] == "Riverbend Clinic"
    sent = {"name_en": "Riverbend Clinic", "city": "Springfield", "state": "CO", "offers": ["iv"], "was": was}
    ann.post(f"/admin/{CLINIC}/setup", sent)
    said = read(desk.text.encode()).plain()["clinic"]
    assert said["state"] == "CO"
    assert said["offers"] == ["iv"]
    assert said["time_zone"] == "America/Denver"
    assert "  city: Springfield  # since May" in desk.text
    assert said["fictional"] == "yes", "what the form does not ask stays"


def test_two_people_keep_each_others_fields(desk: PricedDesk) -> None:
    """Ben changes the city while Ann has the form open: her contact is saved beside it, another city is asked about."""
    ann, ben = desk.visiting(), desk.visiting("Ben")
    was = ann.get(f"/admin/{CLINIC}/setup").root.one("input", name="was").attributes["value"]
    same = {**{name: text for name, text in json.loads(was).items() if name != "offers"}, "offers": ["iv"], "was": was}
    ben.post(f"/admin/{CLINIC}/setup", {**same, "state": "OR", "city": "Salem"})
    ann.post(f"/admin/{CLINIC}/setup", {**same, "state": "OR", "contact_en": "Call us"})
    said = read(desk.text.encode()).plain()["clinic"]
    assert (said["city"], said["contact"]) == ("Salem", "Call us")
    page = ann.post(f"/admin/{CLINIC}/setup", {**same, "state": "OR", "city": "Eugene"}, status=409)
    assert "“Salem”" in setup(page)["city-error"]
    now = page.root.one("input", name="was").attributes["value"]
    ann.post(f"/admin/{CLINIC}/setup", {**same, "state": "OR", "city": "Eugene", "was": now})
    assert read(desk.text.encode()).plain()["clinic"]["city"] == "Eugene"


def test_saving_what_is_shown_changes_nothing() -> None:
    for file in (SMALL_BOOK / NAME, SMALL_BOOK.parent.parent / "pricing" / "clinics" / "example-harbor.yaml"):
        data = file.read_bytes()
        assert with_setup(data, shown(read(data))) == data


def test_nobody_sets_up_the_nation(desk: PricedDesk) -> None:
    desk.visiting("Olga").get("/admin/national/setup", status=404)


def test_a_comment_in_the_way_is_said_and_kept(desk: PricedDesk) -> None:
    desk.edit(
        "clinic:\n  name: Riverbend Clinic\n",
        "clinic:\n  name:\n    # Its old name stays for now.\n    en: Riverbend Clinic\n",
    )
    ann = desk.visiting()
    before = desk.text
    page = ann.post(f"/admin/{CLINIC}/setup", {"name_en": "Other", "offers": ["iv"]}, status=409)
    assert "A comment stands where the change would be." in page.text
    assert "Other" in page.text
    assert desk.text == before
