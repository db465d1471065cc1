"""The form of one price: it changes one line of the draft, says what is wrong, and never loses what was typed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from support.desk_priced import CLINIC, INFUSION, TODAY, PricedDesk
from support.desk_priced import desk as desk
from support.desk_visits import DeskVisitor, leads_to
from support.pages import Page

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate
from estimator.prices.schema.basics import PRICE_COLUMNS
from estimator.versions.desk import Desk
from estimator.versions.drafts import DraftConflict

MONITORING = f"/admin/{CLINIC}/price/monitoring/self_pay"

TYPED = {
    "kind": "exact",
    "price": "475",
    "low": "",
    "typical": "",
    "high": "",
    "start": "2027-01-01",
    "source": "",
    "title": "",
    "url": "",
    "source_kind": "price-list",
    "checked": "",
    "confidence": "",
    "note": "",
    "note_es": "",
    "period": "",
    "replaces": "",
}


def shown(page: Page) -> dict[str, str]:
    """The form's fields as a browser would send them back."""
    found = {}
    for one in page.root.all("input", "select", "textarea"):
        name, value = one.attributes.get("name"), one.attributes.get("value", "")
        if one.tag == "select":
            value = next((o.attributes["value"] for o in one.all("option") if "selected" in o.attributes), "")
        elif one.tag == "textarea":
            value = "".join(part for part in one.inside if isinstance(part, str)).strip()
        elif one.attributes.get("type") == "radio" and "checked" not in one.attributes:
            continue
        form = one.within("form")
        if form and form.attributes.get("class") == "price-form" and name != "csrf_token":
            found[name] = value
    return found


def typed(visitor: DeskVisitor, address: str = INFUSION, **changes: str) -> dict[str, str]:
    """What the form begins with, and what somebody changes in it."""
    return shown(visitor.get(address)) | changes


def lines_changed(before: str, after: str) -> list[str]:
    return [line for line in after.splitlines() if line not in before.splitlines()]


def test_a_price_from_new_year_on_is_one_line_more_in_the_draft(desk: PricedDesk) -> None:
    """Comments, order and every other line stay byte for byte; nothing is published."""
    ann, before = desk.visiting(), desk.text
    page = ann.post(INFUSION, typed(ann, price="$1,475.50", start="2027-01-01", checked=""))
    assert leads_to(page) == f"/admin/{CLINIC}/"
    assert lines_changed(before, desk.text) == ["      2027-01-01: 1475.50"]
    assert set(before.splitlines()) < set(desk.text.splitlines())
    assert desk.latest.number == 1
    overview = ann.get(f"/admin/{CLINIC}/")
    assert "2 changes not published" in overview.text, "the booster infusion costs the same"
    assert "Kept in the draft" in overview.text
    assert "in the draft" in overview.root.one("tr", id="price-infusion-self_pay").text


def test_looking_at_the_form_begins_no_draft(desk: PricedDesk) -> None:
    """Neither a look nor a mistake creates anything."""
    ann = desk.visiting()
    ann.post(INFUSION, typed(ann, price="much"), status=400)
    assert desk.desk.drafts.get(CLINIC) is None


def test_a_new_price_begins_with_what_holds_today(desk: PricedDesk) -> None:
    """The form is filled with the price in force and today's day as the one on which somebody looked."""
    fields = shown(desk.visiting().get(INFUSION))
    assert (fields["kind"], fields["price"], fields["start"]) == ("exact", "450", "")
    assert fields["checked"] == "2026-11-22"
    assert fields["source"] == "", "the file's own source holds for every price of it"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"price": "much"}, "price", "'much' is not an amount such as 420 or 420.50."),
        ({"price": ""}, "price", "Write an amount such as 420 or 420.50."),
        ({"price": "-5"}, "price", "'-5' is not an amount such as 420 or 420.50."),
        ({"start": ""}, "start", "Say from which day the price holds."),
        ({"start": "01/31/2027"}, "start", "'01/31/2027' is not a day like 2027-01-31."),
        ({"start": "2027-02-30"}, "start", "'2027-02-30' is not a day like 2027-01-31."),
        ({"start": "0001-01-01"}, "start", "Choose a day from January 1, 2020 to December 31, 2090."),
        ({"start": "20270131"}, "start", "'20270131' is not a day like 2027-01-31."),
        ({"start": "2091-01-01"}, "start", "Choose a day from January 1, 2020 to December 31, 2090."),
        ({"checked": "1999-12-31"}, "checked", "Choose a day from January 1, 2020 to December 31, 2090."),
        ({"price": "12345678"}, "price", "This is too large: the most is $9,999,999.99."),
        ({"price": "$10,000,000"}, "price", "This is too large: the most is $9,999,999.99."),
        ({"price": "100,000,000.00"}, "price", "This is too large: the most is $9,999,999.99."),
        ({"price": "10,00"}, "price", "'10,00' is not an amount such as 420 or 420.50."),
        ({"checked": "2026-11-23"}, "checked", "Nobody can have looked on a day that is still to come."),
        ({"kind": "range", "low": "5", "typical": "4", "high": "6"}, "low", "The low price is above the typical one."),
        (
            {"kind": "range", "low": "3", "typical": "4", "high": "2"},
            "high",
            "The high price is below the typical",
        ),
        ({"kind": "range", "low": "3", "typical": "4"}, "high", "Write an amount such as 420 or 420.50."),
        ({"source": "+"}, "title", "Say what the source is called, such as: Our price list for 2027."),
        ({"source": "+", "title": "x", "url": "example.org"}, "url", "is not an address that begins with https://"),
        ({"source": "+", "title": "x", "source_kind": "survey"}, "url", "This kind of source needs its address."),
        ({"note_es": "Hola"}, "note", "Write the note in English too."),
        ({"note": "x" * 1001}, "note", "Use at most 1000 letters."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    desk: PricedDesk, changes: dict[str, str], field: str, sentence: str
) -> None:
    """The page keeps every field as it was typed, and says first how many mistakes there are and where."""
    ann = desk.visiting()
    sent = typed(ann, **{"price": "475", "start": "2027-01-01", **changes})
    page = ann.post(INFUSION, sent, status=400)
    assert sentence in page.root.one(id=f"{field}-error").text
    assert page.control(field).attributes["aria-invalid"] == "true" if field != "note" else True
    assert f"#{field}" in [one.attributes["href"] for one in page.root.one(class_="summary").all("a")]
    assert shown(page) == sent | {"note": sent["note"].strip()}
    assert page.title.startswith("Error: ")


def test_a_range_a_note_and_a_new_source_go_into_the_file(desk: PricedDesk) -> None:
    """What the form can say, the table says in its own way, and the source gets a name of its own."""
    ann = desk.visiting()
    changes = {
        "kind": "range",
        "low": "400",
        "typical": "475",
        "high": "500.5",
        "start": "2026-11-01",
        "source": "+",
        "title": "Price list for 2027, page 1",
        "url": "https://example.org/list",
        "source_kind": "price-list",
        "confidence": "medium",
        "checked": "2026-11-20",
        "note": "With the room.\r\nAnd the nurse.",
        "note_es": "Con la sala.",
    }
    address = f"/admin/{CLINIC}/price/evaluation/self_pay"
    ann.post(address, typed(ann, address, **changes))
    checked = desk.desk.check(CLINIC, desk.desk.work(CLINIC).files)
    assert checked.book, checked.errors
    book = checked.book
    price = max(book.tables.charges["evaluation"].self_pay.items())[1]
    assert (price.low, price.typical, price.high) == (40000, 47500, 50050)
    assert price.source == ("price-list-for-2027-page-1",)
    assert book.tables.sources[price.source[0]].url == "https://example.org/list"
    assert (str(price.checked), price.confidence) == ("2026-11-20", "medium")
    assert (price.note.en, price.note.es) == ("With the room. And the nurse.", "Con la sala.")


def test_a_new_source_that_is_described_counts(desk: PricedDesk) -> None:
    """Whoever fills in the fields of a new source need not also find it at the end of a long list."""
    ann = desk.visiting()
    ann.post(INFUSION, typed(ann, price="475", start="2027-01-01", title="Our wall", source_kind="assumption"))
    assert "2027-01-01: {price: 475, source: our-wall" in desk.text


def test_a_clinics_price_list_may_hang_on_the_wall(desk: PricedDesk) -> None:
    """It needs no address, and stays what it is: no assumption. Tables of the nation name the address of a list."""
    ann = desk.visiting()
    ann.post(INFUSION, typed(ann, price="475", start="2027-01-01", title="Our wall", source_kind="price-list"))
    checked = desk.desk.check(CLINIC, desk.desk.work(CLINIC).files)
    assert checked.book, checked.errors
    assert checked.book.tables.sources["our-wall"].kind == "price-list"
    owner = desk.visiting("Olga")
    address = "/admin/national/price/infusion/self_pay"
    page = owner.post(
        address, typed(owner, address, price="475", start="2027-01-01", source="+", title="A wall"), status=400
    )
    assert "This kind of source needs its address." in page.root.one(id="url-error").text


def test_a_clinic_sets_its_own_price_over_a_national_one(desk: PricedDesk) -> None:
    """The form begins with the inherited amounts; the clinic's file then has a charge that it did not have."""
    ann = desk.visiting()
    address = f"/admin/{CLINIC}/price/evaluation/self_pay"
    fields = typed(ann, address, start="2026-11-01", typical="220")
    assert (fields["kind"], fields["low"], fields["high"]) == ("range", "0", "400")
    ann.post(address, fields)
    assert "  evaluation:\n    self_pay:\n      2026-11-01:" in desk.text
    assert "typical: 220" in desk.text
    ann.post(address, typed(ann, address, start="2027-01-01", typical="240"))
    assert "      2027-01-01:" in desk.text


def test_no_day_is_left_without_a_price(desk: PricedDesk) -> None:
    """Until a clinic's first own price begins, the national one holds: nobody is told "at least"."""
    ann = desk.visiting()
    address = f"/admin/{CLINIC}/price/evaluation/self_pay"
    ann.post(address, typed(ann, address, kind="exact", price="250", start="2027-01-01"))
    book = desk.desk.check(CLINIC, desk.desk.work(CLINIC).files).book
    assert book
    for start in ("2026-11-29", "2026-12-31", "2027-01-15"):
        answers = {"treatment": "iv", "insurance": "none", "sessions": "1", "psychotherapy": "none", "start": start}
        assert estimate(read_answers(answers, book, TODAY), book).missing == ()
    preview = ann.get(f"/admin/{CLINIC}/preview").text
    assert "First evaluation, without insurance: low $0, typical $200, high $400 → $250 from January 1, 2027" in preview
    assert "no price any more" not in preview


def test_a_period_is_corrected_and_moved_to_another_day(desk: PricedDesk) -> None:
    """Correcting a period changes it in place; with another first day the old one is gone."""
    ann = desk.visiting()
    sent = typed(ann, f"{INFUSION}?period=2026-02-01", start="2026-03-01", price="460")
    assert sent["period"] == "2026-02-01"
    ann.post(INFUSION, sent)
    assert "2026-03-01: 460" in desk.text
    assert "2026-02-01: 450" not in desk.text


def test_only_a_price_that_has_not_begun_can_be_removed(desk: PricedDesk) -> None:
    """What patients were told is not taken away; a price still to come is, with one click."""
    ann, before = desk.visiting(), desk.text
    ann.post(INFUSION, typed(ann, price="475", start="2027-01-01", checked=""))
    page = ann.get(INFUSION)
    (form,) = [one for one in page.root.all("form") if one.attributes["action"].endswith("/remove")]
    fields = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    ann.post(f"{INFUSION}/remove", {**fields, "period": "2026-02-01"}, status=400)
    ann.post(f"{INFUSION}/remove", {**fields, "seen": "older"})
    assert "2027-01-01" in desk.text, "somebody changed it meanwhile"
    ann.post(f"{INFUSION}/remove", fields)
    assert desk.text == before
    assert desk.desk.drafts.get(CLINIC) is None


def test_somebody_who_changed_this_very_price_is_not_overwritten(desk: PricedDesk) -> None:
    """Both values are shown; taking mine needs a second press, keeping theirs none."""
    ann, ben = desk.visiting(), desk.visiting("Ben")
    mine = typed(ann, price="475", start="2027-01-01", checked="")
    ben.post(INFUSION, typed(ben, price="480", start="2027-01-01", checked=""))
    page = ann.post(INFUSION, mine, status=409)
    assert "$480" in page.text
    assert "$475" in page.text
    assert "last changed by Ben" in page.text
    assert "2027-01-01: 480" in desk.text
    (form,) = [one for one in page.root.one("main").all("form") if one.attributes["action"] == INFUSION]
    ann.post(INFUSION, {one.attributes["name"]: one.attributes["value"] for one in form.all("input")})
    assert "2027-01-01: 475" in desk.text


def test_somebody_who_is_quicker_by_a_moment_is_not_overwritten(
    desk: PricedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking at the draft and writing into it somebody else saves the same price: both values are shown."""
    ann, ben = desk.visiting(), desk.visiting("Ben")
    mine = typed(ann, price="475", start="2027-01-01", checked="")
    theirs = typed(ben, price="480", start="2027-01-01", checked="")
    change = Desk.change

    def second(self: Desk, *args: Any) -> Any:
        monkeypatch.setattr(Desk, "change", change)
        ben.post(INFUSION, theirs)
        return self.change(*args)

    monkeypatch.setattr(Desk, "change", second)
    page = ann.post(INFUSION, mine, status=409)
    assert "$480" in page.text
    assert "$475" in page.text
    assert "2027-01-01: 480" in desk.text


def test_a_comment_inside_a_price_is_not_lost(desk: PricedDesk) -> None:
    """What the form cannot write without losing a comment has to be written in the YAML; the page says so."""
    price = "2026-02-01: {price: 450, source: [clinic-prices, # the wall\n        survey]}"
    desk.edit("2026-02-01: 450", price)
    ann = desk.visiting()
    page = ann.post(INFUSION, typed(ann, f"{INFUSION}?period=2026-02-01", source="", checked=""), status=409)
    assert "A comment stands where the change would be. Change it in the YAML." in page.text
    assert "# the wall" in desk.text


def test_a_price_is_kept_when_others_save_at_every_moment(desk: PricedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a few tries the form comes back as it was typed, and says so; sent again, it is taken."""
    ann = desk.visiting()
    ann.post(INFUSION, typed(ann, price="480", start="2027-02-01", checked=""))
    mine = typed(ann, price="475", start="2027-01-01", note="A note of mine", checked="")

    def busy(self: Desk, *args: object) -> None:
        raise DraftConflict(self.drafts.get(CLINIC))

    (form,) = [one for one in ann.get(INFUSION).root.all("form") if one.attributes["action"].endswith("/remove")]
    gone = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    with monkeypatch.context() as patched:
        patched.setattr(Desk, "change", busy)
        page = ann.post(INFUSION, mine, status=409)
        removed = ann.post(f"{INFUSION}/remove", gone)
    assert "Ann changed this draft meanwhile. What you typed is still here" in page.text
    assert (shown(page)["price"], shown(page)["note"]) == ("475", "A note of mine")
    assert leads_to(removed) == INFUSION
    ann.post(INFUSION, shown(page))
    assert "A note of mine" in desk.text


def test_another_price_in_the_draft_is_no_conflict(desk: PricedDesk) -> None:
    """Two people change two prices of one draft: both are in it."""
    ann, ben = desk.visiting(), desk.visiting("Ben")
    mine = typed(ann, price="475", start="2027-01-01", checked="")
    ben.post(MONITORING, typed(ben, MONITORING, price="80", start="2027-01-01", checked=""))
    ann.post(INFUSION, mine)
    assert "2027-01-01: 475" in desk.text
    assert "2027-01-01: 80" in desk.text


def test_the_same_price_typed_twice_is_no_conflict(desk: PricedDesk) -> None:
    """Who asks for what the draft says by now is told so."""
    ann, ben = desk.visiting(), desk.visiting("Ben")
    mine = typed(ann, price="475", start="2027-01-01", checked="")
    ben.post(INFUSION, dict(mine))
    ann.post(INFUSION, mine)
    assert "The draft says this already." in ann.get(f"/admin/{CLINIC}/").text


def test_a_file_with_a_mistake_is_changed_by_hand(desk: PricedDesk) -> None:
    """The page says which line is wrong, leads there, and shows what was typed so that it is not lost."""
    ann = desk.visiting()
    mine = typed(ann, price="475", start="2027-01-01", note="A note of mine")
    desk.edit("charges:", "charges: [", by="Ben")
    page = ann.post(INFUSION, mine, status=409)
    assert "Put it right in the YAML first." in page.text
    assert "A note of mine" in page.text
    (link,) = [one for one in page.root.all("a") if one.text == "Open it in the YAML"]
    assert link.attributes["href"].startswith(f"/admin/{CLINIC}/yaml?file=")
    assert "line=" in link.attributes["href"]
    assert "Put it right in the YAML first." in ann.get(INFUSION).text
    assert "mistake" in ann.get(f"/admin/{CLINIC}/").text


def test_a_national_price_is_changed_in_the_file_that_has_the_charge(desk: PricedDesk) -> None:
    """National tables are several files; only the one with the charge changes."""
    olga, address = desk.visiting("Olga"), "/admin/national/price/evaluation/self_pay"
    olga.post(address, typed(olga, address, typical="210", start="2027-01-01"))
    draft = desk.desk.drafts.get("national")
    assert draft
    assert list(draft.changed) == ["national/care.yaml"]


@pytest.mark.parametrize("path", ["price/infusion/nobody", "price/nothing/self_pay", "price?charge=x&column=self_pay"])
def test_a_strange_price_is_not_found(desk: PricedDesk, path: str) -> None:
    desk.visiting().get(f"/admin/{CLINIC}/{path}", status=404)


def test_every_price_of_the_lists_has_its_form(desk: PricedDesk) -> None:
    """The two lists at the foot of the overview lead to a page, whatever is chosen."""
    ann = desk.visiting()
    overview = ann.get(f"/admin/{CLINIC}/")
    charges = [one.attributes["value"] for one in overview.root.one("select", name="charge").all("option")]
    columns = overview.root.one("select", name="column").all("option")
    assert [one.attributes["value"] for one in columns] == list(PRICE_COLUMNS)
    for charge in charges:
        found = ann.client.get(f"/admin/{CLINIC}/price", query_string={"charge": charge, "column": "military"})
        ann.get(found.headers["Location"])


def test_an_editor_may_and_a_stranger_to_these_tables_may_not(desk: PricedDesk) -> None:
    """Editors write drafts of their clinic; nobody else's tables open for them."""
    eve = desk.visiting("Eve")
    eve.post(INFUSION, typed(eve, price="475", start="2027-01-01"))
    assert desk.desk.drafts.get(CLINIC).by == "Eve"
    eve.get("/admin/national/price/evaluation/self_pay", status=403)
    eve.post("/admin/national/price/evaluation/self_pay", dict(TYPED), status=403)
    eve.post("/admin/national/price/evaluation/self_pay/remove", dict(TYPED), status=403)


# A day on which a price begins already


def test_a_day_that_has_a_price_is_asked_about_before_it_is_replaced(desk: PricedDesk) -> None:
    """Without scripts, saving asks first and keeps what was typed; the second press replaces, and says what."""
    ann = desk.visiting()
    ann.post(INFUSION, typed(ann, price="440", start="2027-01-01", checked=""))
    mine = typed(ann, price="475", start="2027-01-01", note="A note of mine", checked="")
    page = ann.post(INFUSION, mine, status=409)
    sentence = "On January 1, 2027 stands $440 already; saving replaces it."
    assert sentence in page.root.one(class_="summary", role="alert").text
    assert page.root.one(id="stands").text == sentence
    assert "2027-01-01: 440" in desk.text
    again = shown(page)
    assert again == mine | {"replaces": "2027-01-01"}
    moved = ann.post(INFUSION, again | {"start": "2026-02-01"}, status=409)
    assert "On February 1, 2026 stands $450 already" in moved.text, "the answer held for the other day"
    ann.post(INFUSION, again)
    assert "price: 475" in desk.text
    assert "440" not in desk.text
    assert "Kept in the draft, in place of $440 on January 1, 2027." in ann.get(f"/admin/{CLINIC}/").text


def test_a_free_day_is_not_asked_about(desk: PricedDesk) -> None:
    """Nor is a correction of the price that begins on that very day, nor the same price once more."""
    ann = desk.visiting()
    ann.post(INFUSION, typed(ann, price="440", start="2027-01-01", checked=""))
    ann.post(INFUSION, typed(ann, f"{INFUSION}?period=2027-01-01", price="445"))
    assert "2027-01-01: 445" in desk.text
    ann.post(INFUSION, typed(ann, price="445", start="2027-01-01", checked=""))
    assert "in place of" not in ann.get(f"/admin/{CLINIC}/").text


def test_a_correction_moved_onto_another_price_is_asked_about(desk: PricedDesk) -> None:
    ann = desk.visiting()
    ann.post(INFUSION, typed(ann, price="440", start="2027-01-01", checked=""))
    ann.post(INFUSION, typed(ann, price="460", start="2027-06-01", checked=""))
    moved = typed(ann, f"{INFUSION}?period=2027-06-01", start="2027-01-01")
    page = ann.post(INFUSION, moved, status=409)
    assert "On January 1, 2027 stands $440 already" in page.text
    ann.post(INFUSION, shown(page))
    assert "2027-06-01" not in desk.text
    assert "2027-01-01: 460" in desk.text


def test_the_page_knows_the_days_that_have_a_price(desk: PricedDesk) -> None:
    """For the script that says it at once; the day being corrected is none of them."""
    ann = desk.visiting()
    ann.post(INFUSION, typed(ann, price="440", start="2027-01-01", checked=""))
    (form,) = ann.get(INFUSION).root.all("form", class_="price-form")
    assert list(json.loads(form.attributes["data-stands"])) == ["2026-02-01", "2027-01-01"]
    (form,) = ann.get(f"{INFUSION}?period=2027-01-01").root.all("form", class_="price-form")
    assert list(json.loads(form.attributes["data-stands"])) == ["2026-02-01"]


# A draft with a mistake elsewhere


def test_the_drafts_own_prices_are_shown_though_it_has_mistakes(desk: PricedDesk) -> None:
    """What was drafted is not hidden behind what is published; the mistakes are listed with their lines."""
    desk.edit("      2026-02-01: 450", "      2026-02-01: 450\n      2027-01-01: {price: 475, source: wall}")
    desk.edit("sources:\n", "sources:\n  wall: {title: Our wall, kind: assumption}\n")
    desk.edit("  state: NO", "  state: NOWHERE")
    ann = desk.visiting()
    page = ann.get(INFUSION)
    assert "The draft has 1 mistake. Below stands what the draft says about this price" in page.text
    assert page.root.all("ul", class_="problems")
    cells = [[cell.text for cell in one.all("th", "td")][:3] for one in page.root.all("tbody")[0].all("tr")]
    assert cells == [
        ["February 1, 2026", "Price $450", "Checked Feb 3, 2026"],
        ["January 1, 2027", "Price $475", "Checked Feb 3, 2026"],
    ]
    fields = typed(ann, f"{INFUSION}?period=2027-01-01", price="480")
    assert fields["source"] == "wall"
    ann.post(INFUSION, fields)
    assert "2027-01-01: {price: 480, source: wall}" in desk.text


def test_a_price_that_cannot_be_read_says_so(desk: PricedDesk) -> None:
    """Its row leads to the YAML; the others stand beside it."""
    desk.edit(
        "      2026-02-01: 450", "      2026-02-01: 450\n      2027-01-01: ten\n      2027-02-01: {price: 1, note: [x]}"
    )
    ann = desk.visiting()
    rows = ann.get(INFUSION).root.all("tbody")[0].all("tr")
    assert ["cannot be read" in one.text for one in rows] == [False, True, True]
    assert "yaml" in rows[1].all("a")[0].attributes["href"]
    ann.get(f"{INFUSION}?period=2027-01-01", status=404)
    desk.edit("  monitoring:\n    label: Monitoring\n    self_pay:\n      2026-02-01: 75\n", "")
    ann.get(MONITORING)


def test_a_broken_draft_without_own_prices_shows_the_inherited_ones(desk: PricedDesk) -> None:
    """As they hold at the clinic once the draft takes its own price away."""
    desk.edit("    self_pay:\n      2026-02-01: 450\n", "")
    desk.edit("  state: NO", "  state: NOWHERE")
    page = desk.visiting().get(INFUSION)
    assert "national price" in page.root.all("tbody")[0].text
    assert "$450" not in page.text


def test_the_form_says_whose_prices_it_shows_while_a_version_waits(desk: PricedDesk) -> None:
    """The overview shows what holds today; the form works on what is published last."""
    assert "These are its prices" not in desk.visiting().get(INFUSION).text
    desk.publish("2026-02-01: 450", "2026-02-01: 475", begins=date(2027, 1, 1))
    page = desk.visiting().get(INFUSION)
    assert "Version 2 is published and begins on January 1, 2027. These are its prices" in page.text
    assert "$475" in page.root.all("tbody")[0].text
