"""Publishing at the desk: with a reason, at once or from a day, after a look, with a second person; every refusal."""

from __future__ import annotations

from datetime import date

import pytest
from support.desk_priced import CLINIC, NAME, TODAY, PricedDesk
from support.desk_priced import desk as desk
from support.desk_visits import DeskVisitor, leads_to
from support.pages import Page
from support.writing import publish_files

from estimator.prices.editing.slices import CannotSplice, read
from estimator.sentences import Sentence
from estimator.versions import publishing as actions
from estimator.versions.drafts import DraftConflict
from estimator.versions.publications import PublicationRefused
from estimator.web.desk.wording import refusal

OVERVIEW = f"/admin/{CLINIC}/"
PREVIEW = f"/admin/{CLINIC}/preview"
PUBLISH = f"/admin/{CLINIC}/publish"
DISCARD = f"/admin/{CLINIC}/discard"


NEW_YEAR = date(2027, 1, 1)


def sent(page: Page, **changes: str) -> dict[str, str]:
    """The form of the preview as a browser would send it: ticks only where somebody ticks."""
    (form,) = [one for one in page.root.all("form") if one.attributes["action"] == PUBLISH]
    found = {
        one.attributes["name"]: one.attributes.get("value", "")
        for one in form.all("input")
        if one.attributes.get("type") not in ("checkbox", "radio") or "checked" in one.attributes
    }
    (why,) = form.all("textarea")
    return found | {"why": why.text, **changes}


def ticks(page: Page) -> list[str]:
    return [one.attributes["value"] for one in page.root.all("input", name="tick")]


def publish(visitor: DeskVisitor, status: int = 302, **changes: str) -> Page:
    page = visitor.get(PREVIEW)
    return visitor.post(PUBLISH, sent(page, why="New list", **changes), status)


def test_a_draft_is_published_at_once_with_a_reason(desk: PricedDesk) -> None:
    """It is in force for the next patient, and the draft is gone."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    ann = desk.visiting()
    assert leads_to(publish(ann)) == OVERVIEW
    assert (desk.latest.number, desk.latest.by, desk.latest.why) == (2, "Ann", "New list")
    assert desk.latest.in_force_from == date(2026, 11, 22)
    page = ann.get(OVERVIEW)
    assert "Version 2 is published and in force." in page.text
    assert not page.root.all(class_="draft-bar")


def test_a_draft_is_published_from_a_day(desk: PricedDesk) -> None:
    """Until that day nothing changes; the overview says when it begins."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    ann = desk.visiting()
    publish(ann, when="from", begins="2027-01-01")
    assert desk.latest.in_force_from == date(2027, 1, 1)
    assert "It begins on January 1, 2027." in ann.get(OVERVIEW).text
    assert "$475" not in ann.client.get(f"/prices?clinic={CLINIC}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"why": "  "}, "why", "Write why."),
        ({"why": "x" * 501}, "why", "Use at most 500 letters."),
        ({"when": "from", "begins": "soon"}, "begins", "'soon' is not a day like 2027-01-31."),
        ({"when": "from", "begins": ""}, "begins", "Choose the day, like 2027-01-31."),
        ({"when": "now", "begins": "2027-01-01"}, "begins", "A day is typed here, and At once is chosen."),
        ({"when": "from", "begins": "2026-11-21"}, "begins", "Choose today or a later day."),
    ],
)
def test_a_mistake_stands_beside_its_field(
    desk: PricedDesk, changes: dict[str, str], field: str, sentence: str
) -> None:
    """Nothing is published, and what was typed is still there."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    ann = desk.visiting()
    fields = sent(ann.get(PREVIEW), **{"why": "Because", **changes})
    page = ann.post(PUBLISH, fields, status=400)
    assert sentence in page.root.one(id=f"{field}-error").text
    again = sent(page)
    assert (again["why"], again["when"]) == (fields["why"].strip(), fields["when"])
    assert again["begins"] == fields["begins"]
    assert desk.latest.number == 1


def test_what_is_worth_a_look_needs_a_tick(desk: PricedDesk) -> None:
    """The page comes back and asks; with the tick it is published. What was known before is not asked again."""
    desk.edit("2026-02-01: 75", "2026-02-01: 0")
    ann = desk.visiting()
    page = ann.get(PREVIEW)
    assert "the price is 0: is this really free?" in page.text
    assert "typically $1,400 now, $500 afterwards" in page.text, "whoever moves by more than 20 % is shown"
    keys = ticks(page)
    refused = ann.post(PUBLISH, sent(page, why="Free from now on", tick=keys[0]), status=409)
    assert "1 thing is worth a look. Tick it once you have looked." in refused.text
    assert sent(refused)["why"] == "Free from now on"
    ann.post(PUBLISH, sent(refused, tick=keys))
    assert desk.latest.number == 2
    desk.edit("2026-02-01: 450", "2026-02-01: 455")
    assert ticks(ann.get(PREVIEW)) == []


def test_a_clinic_that_was_withdrawn_is_published_again(desk: PricedDesk) -> None:
    """Nothing is in force to compare it with, so everything worth a look is asked, and can be ticked."""
    files = desk.desk.publications.files(desk.latest)
    publish_files(
        desk.desk.publications, CLINIC, {}, based_on=1, by="disk", why="Closed", how="disk", in_force_from=TODAY
    )
    text = files[NAME].replace(b"2026-02-01: 75", b"2026-02-01: 0")
    assert desk.desk.edit(CLINIC, {NAME: text}, revision=0, by="Ann")
    ann = desk.visiting()
    page = ann.get(PREVIEW)
    keys = ticks(page)
    assert keys
    refused = ann.post(PUBLISH, sent(page, why="Open again"), status=409)
    assert ticks(refused) == keys
    ann.post(PUBLISH, {**sent(refused), "tick": keys})
    assert (desk.latest.number, desk.latest.why) == (3, "Open again")


def test_a_reason_holds_nothing_that_cannot_be_printed(desk: PricedDesk) -> None:
    """A database may refuse a NUL, and a history has to be read; letters of any language stay."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    ann = desk.visiting()
    ann.post(PUBLISH, sent(ann.get(PREVIEW), why="\x00New\x1b\r\nlist für 2027\x7f\x85"))
    assert desk.latest.why == "New list für 2027"
    desk.edit("2026-02-01: 475", "2026-02-01: 480")
    page = ann.post(PUBLISH, sent(ann.get(PREVIEW), why="\x00"), status=400)
    assert "Write why." in page.root.one(id="why-error").text


def test_a_large_move_needs_a_second_person(desk: PricedDesk) -> None:
    """One proposes, with a reason; the other one sees it and publishes. Both stand in the history."""
    olga = desk.visiting("Olga")
    settings = f"/admin/{CLINIC}/settings"
    assert "120% " not in olga.get(settings).text
    bad = olga.post(settings, {"second_person_above": "a lot"}, status=400)
    assert "'a lot' is not a percentage from 0 to 100." in bad.text
    assert bad.control("second_person_above").attributes["value"] == "a lot"
    olga.post(settings, {"second_person_above": "2.5 %"})
    assert olga.get(settings).control("second_person_above").attributes["value"] == "2.5"
    desk.publish("    packages:\n      - {sessions: 6, price: 2400}\n", "")
    desk.edit("2026-02-01: 450", "2026-02-01: 500")
    ann, ben = desk.visiting(), desk.visiting("Ben")
    assert "more than 2.5%" in ann.get(PREVIEW).text
    assert leads_to(publish(ann)) == PREVIEW
    mine = ann.get(PREVIEW)
    assert "Somebody else has to agree." in mine.text
    assert "Proposed by Ann" in ann.get(OVERVIEW).text
    assert desk.latest.number == 2
    page = ben.get(PREVIEW)
    assert "Ann proposed this on" in page.text
    assert sent(page)["why"] == "New list"
    assert "Agree and publish" in page.text
    ben.post(PUBLISH, sent(page))
    assert (desk.latest.number, desk.latest.by) == (3, "Ann, Ben")
    assert "second_person_above: 250" in [entry.detail for entry in desk.desk.journal.all()]
    olga.post(settings, {"second_person_above": ""})
    assert desk.desk.threshold(CLINIC) is None


def test_who_proposes_where_nobody_could_agree_is_told_so(desk: PricedDesk) -> None:
    """A limit needs a second publisher; it is said before anything is proposed, and beside the limit itself."""
    desk.desk.settings.set(CLINIC, "second_person_above", "0", "Olga")
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    nobody = "Nobody else may publish here now"
    assert nobody not in desk.visiting("Olga").get(PREVIEW).text
    for one in desk.accounts.all():
        if one.name in ("Ann", "Ben"):
            desk.accounts.disable(one.id, by="Olga", now=desk.clock())
    page = desk.visiting("Olga").get(PREVIEW)
    assert nobody in page.text
    assert page.href("Settings") == f"/admin/{CLINIC}/settings"
    assert nobody in desk.visiting("Olga").get(f"/admin/{CLINIC}/settings").text


def test_only_owners_change_the_settings(desk: PricedDesk) -> None:
    ann = desk.visiting()
    ann.get(f"/admin/{CLINIC}/settings", status=403)
    ann.post(f"/admin/{CLINIC}/settings", {"second_person_above": ""}, status=403)
    assert "Settings" not in ann.get(OVERVIEW).text


def test_somebody_who_published_first_leads_to_the_merge_with_what_was_typed(desk: PricedDesk) -> None:
    """The reason and the day go along, so that they are typed once."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    ann = desk.visiting()
    page = ann.get(PREVIEW)
    desk.publish("Springfield", "Shelbyville")
    conflict = ann.post(PUBLISH, sent(page, why="New list", when="from", begins="2027-01-01"))
    assert leads_to(conflict) == f"/admin/{CLINIC}/merge"
    merge = ann.get(conflict.response.headers["Location"])
    assert "Ben published version 2 meanwhile." in merge.text
    assert merge.control("why").attributes["value"] == "New list"
    assert merge.control("from").attributes["value"] == "2027-01-01"


def test_a_draft_that_somebody_changed_is_looked_at_first(desk: PricedDesk) -> None:
    """The preview shows it as it is now, and keeps the reason."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    ann = desk.visiting()
    page = ann.get(PREVIEW)
    desk.edit("2026-02-01: 75", "2026-02-01: 80", by="Eve")
    refused = ann.post(PUBLISH, sent(page, why="New list"), status=409)
    assert "Eve changed this draft meanwhile." in refused.text
    assert "Monitoring, without insurance: $75 → $80" in refused.text
    assert sent(refused)["why"] == "New list"
    ann.post(PUBLISH, sent(refused))
    assert desk.latest.number == 2


def test_a_draft_that_is_gone_says_so_and_shows_the_reason(desk: PricedDesk) -> None:
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    ann = desk.visiting()
    page = ann.get(PREVIEW)
    discard(desk, desk.visiting("Ben"))
    refused = ann.post(PUBLISH, sent(page, why="New list"), status=409)
    assert "There is no draft any more" in refused.text
    assert "New list" in refused.text


def test_what_begins_later_is_not_overtaken_unseen(desk: PricedDesk) -> None:
    """A version that waits for New Year is named; for what holds only from then on, the page proposes its day."""
    desk.publish("Springfield", "Shelbyville", begins=NEW_YEAR)
    desk.edit("2026-02-01: 450", "2026-02-01: 450\n      2027-01-01: 475")
    ann = desk.visiting()
    page = ann.get(PREVIEW)
    assert "Version 2 is published and begins on January 1, 2027." in page.text
    assert sent(page)["when"] == "from"
    assert sent(page)["begins"] == "2027-01-01"
    ann.post(PUBLISH, sent(page, why="New list"))
    assert desk.latest.number == 3
    assert desk.desk.publications.in_force(CLINIC, TODAY).number == 1


def test_a_correction_goes_ahead_of_what_waits_and_is_carried_into_it(desk: PricedDesk) -> None:
    """The January list waits; a slip in today's is put right today, and in January's too. Both are shown."""
    january = "2026-02-01: 450\n      2027-01-01: 500"
    desk.publish("2026-02-01: 450", january, begins=NEW_YEAR)
    desk.publish("state: NO", "state: OR", begins=NEW_YEAR)
    desk.edit("2026-02-01: 450", "2026-02-01: 450\n      2026-11-22: 440")
    desk.edit("  city: Springfield", "  city: Eugene")
    ann = desk.visiting()
    page = ann.get(PREVIEW)
    assert sent(page)["when"] == "now"
    assert "Version 3 waits for January 1, 2027." in page.text
    today, later = page.text.split("From January 1, 2027, in version 3 that waits")
    for half in (today, later):
        assert "$450 → $440 from November 22, 2026" in half
        assert "Springfield → Eugene" in half
    answer = ann.post(PUBLISH, sent(page, why="A slip"))
    assert "version 5 begins on January 1, 2027" in ann.get(leads_to(answer)).text
    publications = desk.desk.publications
    now, then = publications.in_force(CLINIC, TODAY), publications.in_force(CLINIC, NEW_YEAR)
    assert (now.number, then.number) == (4, 5)
    said = [read(publications.files(one)[NAME]).plain() for one in (now, then)]
    prices = [one["charges"]["infusion"]["self_pay"] for one in said]
    assert prices == [
        {"2026-02-01": "450", "2026-11-22": "440"},
        {"2026-02-01": "450", "2026-11-22": "440", "2027-01-01": "500"},
    ]
    assert [one["clinic"]["state"] for one in said] == ["NO", "OR"], "what waits does not begin early"
    assert {one["clinic"]["city"] for one in said} == {"Eugene"}
    assert desk.desk.drafts.get(CLINIC) is None


def test_a_change_that_cannot_be_in_both_is_refused_in_words(desk: PricedDesk) -> None:
    desk.publish("  city: Springfield", "  city: Shelbyville", begins=NEW_YEAR)
    desk.edit("  city: Shelbyville", "  city: Eugene")
    ann = desk.visiting()
    page = ann.get(PREVIEW)
    assert "The two versions differ in this, so a change of it cannot be in both: clinic.city." in page.text
    refused = ann.post(PUBLISH, sent(page, why="Moved"), status=409)
    assert "clinic.city" in refused.text
    ann.post(PUBLISH, sent(page, why="Moved", when="from", begins="2027-01-01"))
    assert desk.latest.in_force_from == NEW_YEAR


def test_a_second_person_looks_at_what_waits_too(desk: PricedDesk) -> None:
    """A correction that moves nobody today, and January's patients far, is proposed."""
    desk.desk.settings.set(CLINIC, "second_person_above", "500", "Olga")
    desk.publish("    packages:\n      - {sessions: 6, price: 2400}\n", "", begins=NEW_YEAR)
    desk.edit("2026-02-01: 450", "2026-02-01: 450\n      2026-12-01: 900")
    ann = desk.visiting()
    page = ann.get(PREVIEW)
    ann.post(PUBLISH, sent(page, why="Dearer", tick=ticks(page)))
    assert desk.desk.drafts.get(CLINIC).proposal.by == "Ann"


def test_a_draft_with_mistakes_is_refused_even_to_an_old_page(desk: PricedDesk) -> None:
    """Who pressed Publish while somebody broke the draft sees the mistake."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    ann = desk.visiting()
    page = ann.get(PREVIEW)
    desk.edit("2026-02-01: 475", "2026-02-01: ten", by="Eve")
    refused = ann.post(PUBLISH, sent(page, why="New list", revision=str(desk.desk.work(CLINIC).revision)), status=409)
    assert "These tables have 1 mistake. Put it right first." in refused.text


def discard(desk: PricedDesk, visitor: DeskVisitor, owner: str = CLINIC) -> Page:
    """Press Discard; the page that answers."""
    return visitor.post(f"/admin/{owner}/discard", {"revision": str(desk.desk.work(owner).revision)}, status=200)


def take_back(visitor: DeskVisitor, page: Page, owner: str = CLINIC) -> Page:
    """Press "Take it back" on the page that answered the discarding."""
    address = f"/admin/{owner}/take-back"
    (form,) = [one for one in page.root.one("main").all("form") if one.attributes["action"] == address]
    fields: dict[str, list[str]] = {}
    for one in form.all("input"):
        fields.setdefault(one.attributes["name"], []).append(one.attributes["value"])
    response = visitor.client.post(address, data=fields)
    assert response.status_code == 302
    return Page(response, page.root)


def test_a_discarded_draft_can_be_taken_back_byte_for_byte(desk: PricedDesk) -> None:
    """The page that says it is gone still has it: also line ends and comments, broken or not, as somebody left them."""
    desk.desk.change(CLINIC, NAME, lambda data: data.replace(b"\n", b"\r\n", 3) + b"# caf\xc3\xa9\t \nx: [\n", "Eve")
    before, ann = desk.text, desk.visiting()
    page = discard(desk, ann)
    assert desk.desk.drafts.get(CLINIC) is None
    assert "Once you leave it, the draft is gone for good." in page.text
    assert leads_to(take_back(ann, page)) == PREVIEW
    assert desk.text == before
    assert desk.desk.drafts.get(CLINIC).by == "Ann"
    assert "is back" in ann.get(PREVIEW).text


def test_another_draft_begun_meanwhile_is_not_overwritten(desk: PricedDesk) -> None:
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    ann = desk.visiting()
    page = discard(desk, ann)
    desk.edit("2026-02-01: 75", "2026-02-01: 80", by="Eve")
    take_back(ann, page)
    assert "475" not in desk.text
    assert "Eve has begun another draft meanwhile. Yours was not taken back." in ann.get(OVERVIEW).text


def test_a_draft_taken_back_behind_a_new_version_is_merged_as_any(desk: PricedDesk) -> None:
    """What somebody published in between stays: the draft says that it is behind."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    ann = desk.visiting()
    page = discard(desk, ann)
    desk.publish("2026-02-01: 75", "2026-02-01: 80")
    take_back(ann, page)
    assert desk.desk.work(CLINIC).behind
    assert desk.desk.work(CLINIC).based_on == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"file": "national/care.yaml"},
        {"file": "clinics/other.yaml"},
        {"kept": "ä"},
        {"kept": "x"},
        {"onto": "x"},
        {"onto": "²"},
        {"file": ["clinics/riverbend.yaml"] * 2},
    ],
)
def test_only_what_the_page_held_is_taken_back(desk: PricedDesk, changes: dict[str, str]) -> None:
    """Another file, or what is no text of ours, is refused."""
    fields = {"file": NAME, "kept": "YTogMQ==", "onto": "1", **changes}
    desk.visiting().post(f"/admin/{CLINIC}/take-back", fields, status=400)
    assert desk.desk.drafts.get(CLINIC) is None


def test_a_version_that_is_none_is_nothing_to_go_on_from(desk: PricedDesk) -> None:
    ann = desk.visiting()
    ann.post(f"/admin/{CLINIC}/take-back", {"file": NAME, "kept": "YTogMQ==", "onto": "0"})
    assert desk.desk.drafts.get(CLINIC) is None
    assert "So this draft cannot be taken back." in ann.get(OVERVIEW).text


def test_discarding_is_one_click(desk: PricedDesk) -> None:
    """The bar's button throws away the draft that it shows, not one that somebody changed since."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    ann = desk.visiting()
    bar = ann.get(OVERVIEW).root.one(class_="draft-bar")
    fields = {one.attributes["name"]: one.attributes["value"] for one in bar.all("input")}
    desk.edit("2026-02-01: 75", "2026-02-01: 80", by="Eve")
    assert leads_to(ann.post(DISCARD, fields)) == PREVIEW
    assert "Eve changed this draft meanwhile." in ann.get(PREVIEW).text
    assert desk.desk.drafts.get(CLINIC)
    discard(desk, ann)
    assert desk.desk.drafts.get(CLINIC) is None
    assert "discarded" in desk.log()


def test_a_draft_survives_sign_out(desk: PricedDesk) -> None:
    """It belongs to the clinic: somebody else sees whose it is and goes on with it."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475", by="Eve")
    eve = desk.visiting("Eve")
    eve.post("/admin/sign-out")
    bar = desk.visiting().get(OVERVIEW).root.one(class_="draft-bar")
    assert "last changed by Eve" in bar.text


def bar(visitor, owner: str = CLINIC) -> str:
    return visitor.get(f"/admin/{owner}/").root.one(class_="draft-bar").text


def test_the_bar_says_what_the_draft_does_to_somebody_who_pays_cash(desk: PricedDesk) -> None:
    """As the preview's table says it; for whom nothing moves, it says nothing."""
    ann = desk.visiting()
    desk.edit("price: 2400", "price: 2150")
    assert "1 change not published Six infusions: $2,800 → $2,550 last changed" in bar(ann)
    (usual,) = (one.text for one in ann.get(PREVIEW).root.one(class_="effects").all("tr") if "Six inf" in one.text)
    assert "$2,800" in usual
    assert "$2,550" in usual
    desk.edit("price: 2150", "price: 2400")
    desk.edit("2026-02-01: 450", "2026-02-01: 500")
    assert "→" in bar(ann), "somebody for whom no package is sold"
    assert "Six infusions" not in bar(ann)
    desk.edit("2026-02-01: 500", "2026-02-01: {price: 450, checked: 2026-11-20}")
    assert "→" not in bar(ann)
    desk.edit("  state: NO", "  state: 17")
    assert "A draft with 1 mistake" in bar(ann)


def test_the_bar_of_a_new_clinic_says_so(desk: PricedDesk) -> None:
    olga = desk.visiting("Olga")
    olga.post("/admin/new-clinic", {"id": "lake", "name_en": "Lake", "offers": "iv"})
    assert bar(olga, "lake").startswith("The draft A new clinic, not published yet")
    assert "change not published" not in bar(olga, "lake")
    desk.desk.change("lake", "clinics/lake.yaml", lambda data: data + b"nonsense: 1\n", "Olga")
    assert "A draft with 1 mistake" in bar(olga, "lake")


def test_a_new_clinic_begins_as_a_draft_and_is_published(desk: PricedDesk) -> None:
    """Its first text is valid as it stands; nobody sees it before it is published."""
    olga = desk.visiting("Olga")
    for id_, sentence in (("Lake", "Use small letters"), (CLINIC, "is taken"), ("prices", "is taken")):
        page = olga.post("/admin/new-clinic", {"id": id_, "name_en": "Lake"}, status=400)
        assert sentence in page.root.one(id="id-error").text
    page = olga.post("/admin/new-clinic", {"id": "lake", "name_en": "x"}, status=400)
    assert "Tick at least one treatment." in page.root.one(id="offers-error").text
    assert "Write a name" in olga.post("/admin/new-clinic", {"id": "lake", "name_en": ""}, status=400).text
    olga.post("/admin/new-clinic", {"id": "lake", "name_en": "Lake: 'the' \"Clinic\" #1", "offers": "iv"})
    page = olga.get("/admin/lake/")
    assert "Nothing is published yet." in page.text
    assert "Lake: 'the' \"Clinic\" #1" in page.text
    assert desk.desk.check("lake", desk.desk.work("lake").files).errors == ()
    assert "Lake" in olga.get("/admin/prices").text
    preview = olga.get("/admin/lake/preview")
    assert "Everything is new" in preview.text
    assert "IV is offered without a price of the clinic's own" in preview.text
    assert "IV, 6 sessions, no insurance" in preview.text, "what patients will see"
    asked = {"revision": str(desk.desk.work("lake").revision), "why": "Opening", "when": "now"}
    assert "Tick it once you have looked." in olga.post("/admin/lake/publish", asked, status=409).text
    olga.post("/admin/lake/publish", {**asked, "tick": ticks(preview)})
    assert desk.desk.publications.latest("lake").number == 1
    desk.visiting().get("/admin/new-clinic", status=403)
    desk.visiting().post("/admin/new-clinic", {"id": "x", "name_en": "x"}, status=403)


def test_a_clinic_that_offers_nothing_is_asked_about_it(desk: PricedDesk) -> None:
    """An empty list of treatments is said; so is that nothing has its own price, once and not for each treatment."""
    empty = "the list of treatments offered is empty"
    alone = "nothing is offered at a price of the clinic's own"
    desk.edit("  city: Springfield", "  city: Springfield\n  offers: []")
    page = desk.visiting().get(PREVIEW)
    assert empty in page.text
    assert alone not in page.text, "its infusions have a price"
    desk.edit("  offers: []", "  offers: [iv, spravato]")
    assert empty not in desk.visiting().get(PREVIEW).text
    olga = desk.visiting("Olga")
    olga.post("/admin/new-clinic", {"id": "lake", "name_en": "Lake", "offers": ["iv", "spravato"]})
    preview = olga.get("/admin/lake/preview")
    assert preview.text.count(alone) == 1
    assert "is offered without a price" not in preview.text
    asked = {"revision": str(desk.desk.work("lake").revision), "why": "Opening", "when": "now"}
    olga.post("/admin/lake/publish", asked, status=409)
    desk.desk.change(
        "lake", "clinics/lake.yaml", lambda data: data + b"charges: {infusion: {self_pay: {2026-02-01: 450}}}\n", "Olga"
    )
    preview = olga.get("/admin/lake/preview")
    assert alone not in preview.text
    assert "Spravato is offered without a price of the clinic's own" in preview.text


def test_a_new_clinic_that_is_discarded_is_gone(desk: PricedDesk) -> None:
    olga = desk.visiting("Olga")
    olga.post("/admin/new-clinic", {"id": "lake", "name_en": "Lake", "offers": "iv"})
    page = discard(desk, olga, "lake")
    olga.get("/admin/lake/", status=404)
    assert "Lake" not in olga.get("/admin/prices").text
    take_back(olga, page, "lake")
    assert "Lake" in olga.get("/admin/lake/preview").text


def kinds(base: type[Exception]) -> list[type[Exception]]:
    return [one for kind in base.__subclasses__() for one in (kind, *kinds(kind))]


def test_every_refusal_has_its_words(desk: PricedDesk) -> None:
    """No refusal can come to a person without a sentence in their language: all that there are, and no other."""
    latest = desk.latest
    desk.edit("2026-02-01: 450", "2026-02-01: ten")
    draft, problems = desk.desk.drafts.get(CLINIC), desk.desk.check(CLINIC, desk.desk.work(CLINIC).files).errors
    arguments = {
        "PublicationConflict": [(latest,), (None,)],
        "PendingPublication": [(latest,)],
        "TablesHaveErrors": [(problems,)],
        "FolderBusy": [("Gone.",)],
        "AlertsNotTicked": [(problems,)],
        "IdTaken": [("lake",)],
        "CannotCarry": [(Sentence("clinic.city", {}),)],
    }
    refusals = [kind(*given) for kind in kinds(PublicationRefused) for given in arguments.get(kind.__name__, [()])]
    assert {actions.NoDraft, actions.NothingToUndo} <= {type(one) for one in refusals}
    refusals += [DraftConflict(draft), DraftConflict(None), CannotSplice("No %(name)s.", name="way")]
    with desk.app.test_request_context(f"/admin/{NAME}"):
        said = [refusal(one) for one in refusals]
        with pytest.raises(TypeError):
            refusal(ValueError("x"))
    assert len(set(said)) == len(said)
    assert all(one.endswith(".") and "%" not in one for one in said)
