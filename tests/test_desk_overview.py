"""The overview of prices at the desk: what it shows, and one click that says a price is still right."""

from __future__ import annotations

from datetime import date

import pytest
from support.desk_priced import CLINIC, NAME, TODAY, PricedDesk
from support.desk_priced import desk as desk
from support.desk_visits import DeskVisitor, leads_to
from support.pages import Element, Page
from support.writing import publish_files

from estimator.versions.desk import Desk

OVERVIEW = f"/admin/{CLINIC}/"
CHECKED = f"/admin/{CLINIC}/checked"


def row(page: Page, charge: str = "infusion", column: str = "self_pay") -> Element:
    return page.root.one("tr", id=f"price-{charge}-{column}")


def cells(one: Element) -> list[str]:
    return [cell.text for cell in one.all("th", "td")]


def check_form(visitor: DeskVisitor) -> dict[str, str]:
    """What "Checked today, still right" of the infusion would send."""
    (form,) = row(visitor.get(OVERVIEW)).all("form")
    return {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}


def press_checked(visitor: DeskVisitor) -> Page:
    """Press "Checked today, still right" of the infusion."""
    return visitor.post(CHECKED, check_form(visitor))


def test_every_price_is_shown_with_value_source_and_age(desk: PricedDesk) -> None:
    """A clinic sees its own prices and, apart from them, the national ones that hold for it."""
    page = desk.visiting().get(OVERVIEW)
    assert cells(row(page))[:5] == [
        "Ketamine infusion without insurance",
        "Price $450",
        "Since Feb 1, 2026",
        "Source Riverbend's price list",
        "Checked Feb 3, 2026 10 months ago",
    ]
    inherited = row(page, "evaluation")
    assert "Set our own price" in inherited.text
    assert not inherited.all("form")
    assert not page.root.all(class_="draft-bar")
    assert desk.desk.drafts.get(CLINIC) is None


def test_in_the_evening_it_is_still_the_clinics_day(desk: PricedDesk) -> None:
    """Ages, a check, the form of one price: by the clinic's time zone, when the server's next day has begun."""
    desk.publish("city: Springfield", "city: Springfield\n  time_zone: America/Los_Angeles", begins=date(2026, 11, 1))
    desk.clock.turn(hours=18)
    desk.app.extensions["site"].prices.refresh()
    ann = desk.visiting()
    press_checked(ann)
    page = ann.get(OVERVIEW)
    assert cells(row(page))[4] == "Checked Nov 22, 2026 today"
    form = ann.get(f"/admin/{CLINIC}/price/infusion/self_pay")
    assert form.control("checked").attributes["value"] == "2026-11-22"
    sent = {"kind": "exact", "price": "460", "start": "2026-12-01", "seen": form.control("seen").attributes["value"]}
    tomorrow = ann.post(f"/admin/{CLINIC}/price/infusion/self_pay", {**sent, "checked": "2026-11-23"}, status=400)
    assert "Nobody can have looked on a day that is still to come." in tomorrow.text


def test_what_patients_pay_stands_first(desk: PricedDesk) -> None:
    """The usual course of each treatment line by line, from its claims: with the package, and whose price each is."""
    page = desk.visiting().get(OVERVIEW)
    courses = page.root.one("section", class_="courses").all("details")
    first = courses[0]
    assert "IV · 6 sessions · without insurance" in first.one("summary").text
    assert "$2,800" in first.one("summary").text, "a package of six for $2,400, and an evaluation of $0 to $400"
    lines = [cells(one) for one in first.one("tbody").all("tr")]
    assert ["Ketamine infusion: package of 6", "yours"] in [
        [one[0], one[3].removeprefix("Whose price ")] for one in lines
    ]
    assert [one[3] for one in lines if one[0] == "First evaluation"] == ["Whose price usual in the US"]
    assert desk.visiting().get(page.href("their page IV, without insurance")).status == 200
    assert len(courses) == 2 * len(desk.desk.check(CLINIC, desk.desk.work(CLINIC).files).book.tables.treatments)


def test_what_nobody_is_asked_there_is_none_of_a_clinics_prices(desk: PricedDesk) -> None:
    """Neither what Medicare allows, nor a follow-up that is included, nor what it does not offer."""
    desk.edit("  city: Springfield", "  city: Springfield\n  offers: [iv]")
    desk.edit("adds:", "  evaluation:\n    included_in: infusion\nadds:")
    page = desk.visiting().get(OVERVIEW)
    shown = {one.attributes["id"] for one in page.root.all("tr") if one.attributes.get("id", "").startswith("price-")}
    assert "price-infusion-self_pay" in shown
    assert not {one for one in shown if one.endswith(("-medicare", "-medicaid", "-military", "-commercial"))}
    assert "price-evaluation-self_pay" not in shown
    assert not {one for one in shown if one.startswith("price-spravato")}


def test_what_lacks_before_a_first_price_begins_is_missing(desk: PricedDesk) -> None:
    """A line of its own whose first price begins next month: who comes before is told "at least", and so is she."""
    line = "  extra:\n    label: Something new\n    self_pay:\n      2026-12-20: 30\nadds:\n  iv:\n    - charge: extra"
    desk.edit("adds:", line)
    page = desk.visiting().get(OVERVIEW)
    assert "Something new" in page.root.one(id="missing-extra-self_pay").text


def test_old_prices_carry_the_word_stale(desk: PricedDesk) -> None:
    """After a year nobody has looked, the row says so in a word, and the filter counts it."""
    desk.clock.turn(days=90)
    ann = desk.visiting()
    page = ann.get(OVERVIEW)
    assert "stale" in row(page).text
    only = ann.get(OVERVIEW, {"show": "stale"})
    assert all("stale" in one.text for one in only.root.one("main").all("tr") if one.attributes.get("id"))
    soon = ann.get(OVERVIEW, {"show": "soon"})
    assert "There is nothing of this kind." in soon.text


@pytest.mark.parametrize("show", ["all", "own", "stale", "missing", "soon", "nonsense"])
def test_each_filter_is_a_link_and_says_where_one_is(desk: PricedDesk, show: str) -> None:
    page = desk.visiting().get(OVERVIEW, {"show": show})
    (here,) = [one for one in page.root.one("ul", class_="counts").all("a") if "aria-current" in one.attributes]
    words = {"own": "Own", "stale": "Stale", "missing": "Missing", "soon": "Changing"}
    assert here.text.startswith(words.get(show, "All"))


def test_what_is_missing_is_said_and_can_be_set(desk: PricedDesk) -> None:
    """A treatment that bills a charge without a price has a row with the word, and a link to the form."""
    desk.edit("  city: Springfield", "  city: Springfield\n  offers: [iv, spravato]")
    desk.edit("adds:", "  extra:\n    label: Something new\nadds:\n  iv:\n    - charge: extra")
    ann = desk.visiting()
    page = ann.get(OVERVIEW, {"show": "missing"})
    missing = page.root.one("tr", id="missing-extra-self_pay")
    assert "missing" in missing.text
    ann.get(missing.one("a").attributes["href"])


def test_a_publisher_publishes_the_check_alone(desk: PricedDesk) -> None:
    """The number is untouched, the day is new, the draft keeps its other change and stands on the new version."""
    desk.edit("2026-02-01: 75", "2026-02-01: 80")
    ann = desk.visiting()
    assert leads_to(press_checked(ann)) == OVERVIEW
    text = desk.desk.publications.files(desk.latest)[NAME].decode()
    assert "2026-02-01: {price: 450, checked: 2026-11-22}" in text
    assert "2026-02-01: 75" in text
    assert desk.latest.why == "Checked again and still right: Ketamine infusion, without insurance"
    assert "2026-02-01: 80" in desk.text
    assert not desk.desk.work(CLINIC).behind
    page = ann.get(OVERVIEW)
    assert "This is published as version 2." in page.text
    assert "today" in row(page).text
    press_checked(ann)
    assert "Nothing is different from what is published already." in ann.get(OVERVIEW).text


def test_an_editor_puts_the_check_into_the_draft(desk: PricedDesk) -> None:
    eve = desk.visiting("Eve")
    press_checked(eve)
    assert "2026-02-01: {price: 450, checked: 2026-11-22}" in desk.text
    assert desk.latest.number == 1
    assert "This is kept in the draft." in eve.get(OVERVIEW).text


def test_a_price_that_the_draft_changes_is_not_checked_by_one_click(desk: PricedDesk) -> None:
    """What nobody has published cannot be "still right"."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    changed = row(desk.visiting().get(OVERVIEW))
    assert "in the draft" in changed.text
    assert not changed.all("form")


def test_nobody_vouches_for_a_price_they_did_not_see(desk: PricedDesk) -> None:
    """A price that was published after the page was opened is not "still right", neither at once nor in the draft."""
    ann, eve = desk.visiting(), desk.visiting("Eve")
    seen = {visitor: check_form(visitor) for visitor in (ann, eve)}
    desk.publish("2026-02-01: 450", "2026-02-01: 999")
    for visitor, form in seen.items():
        for sent in (form, {**form, "seen": ""}):
            visitor.post(CHECKED, sent)
            assert "This price changed meanwhile. Look at it again." in visitor.get(OVERVIEW).text
    assert desk.latest.number == 2
    assert desk.desk.drafts.get(CLINIC) is None
    press_checked(ann)
    assert "2026-02-01: {price: 999, checked: 2026-11-22}" in desk.desk.publications.files(desk.latest)[NAME].decode()


def test_a_price_behind_an_old_draft_is_not_vouched_for(desk: PricedDesk) -> None:
    """The table shows what holds; a publisher's check stands beside that, an editor's beside the old price."""
    desk.edit("2026-02-01: 75", "2026-02-01: 80")
    desk.publish("2026-02-01: 450", "2026-02-01: 999")
    eve, ann = desk.visiting("Eve"), desk.visiting()
    here = row(eve.get(OVERVIEW))
    assert "$999" in here.text
    assert not here.all("form")
    sent = check_form(ann)
    del sent["csrf_token"]
    eve.post(CHECKED, sent)
    assert "This price changed meanwhile. Look at it again." in eve.get(OVERVIEW).text
    press_checked(ann)
    assert "2026-02-01: {price: 999, checked: 2026-11-22}" in desk.desk.publications.files(desk.latest)[NAME].decode()


def test_a_price_that_changes_at_the_very_moment_is_not_vouched_for(
    desk: PricedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the published price and the check that is written, somebody publishes another one."""
    ann, confirm = desk.visiting(), Desk.confirm

    def late(self: Desk, *args: object, **kwargs: object) -> object:
        desk.publish("2026-02-01: 450", "2026-02-01: 999")
        return confirm(self, *args, **kwargs)

    monkeypatch.setattr(Desk, "confirm", late)
    press_checked(ann)
    assert "This price changed meanwhile. Look at it again." in ann.get(OVERVIEW).text
    assert desk.latest.number == 2


def test_a_check_waits_until_a_broken_draft_is_put_right(desk: PricedDesk) -> None:
    """The table then shows what is published, and an editor's check would be written beside the draft's price."""
    eve = desk.visiting("Eve")
    desk.edit("2026-02-01: 450", "2026-02-01: 999")
    desk.edit("  state: NO", "  state: NOWHERE AT ALL\n  nonsense: 1")
    before = desk.text
    press_checked(eve)
    assert "Put" in eve.get(OVERVIEW).root.one(class_="trouble", role="alert").text
    assert desk.text == before


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"charge": "infusion", "column": "self_pay", "start": "never"}, 400),
        ({"charge": "infusion", "column": "nobody", "start": "2026-02-01"}, 404),
        ({"charge": "nothing", "column": "self_pay", "start": "2026-02-01"}, 404),
        ({}, 404),
    ],
)
def test_a_strange_price_is_not_checked(desk: PricedDesk, sent: dict[str, str], status: int) -> None:
    desk.visiting().post(CHECKED, sent, status=status)


def test_a_day_on_which_no_price_begins_is_refused_in_words(desk: PricedDesk) -> None:
    ann = desk.visiting()
    ann.post(CHECKED, {**check_form(ann), "start": "2026-02-02"})
    assert "cannot be changed here" in ann.get(OVERVIEW).text
    assert desk.latest.number == 1


def test_owners_see_whose_tables_need_a_look(desk: PricedDesk) -> None:
    """Counts per owner of tables, and whose draft there is; somebody with one clinic goes straight to it."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475", by="Eve")
    desk.clock.turn(days=90)
    page = desk.visiting("Olga").get("/admin/prices")
    assert "Riverbend Clinic" in page.text
    assert "national price tables" in page.text
    assert "stale" in page.text
    assert "draft by Eve" in page.text
    assert desk.visiting("Eve").client.get("/admin/prices").headers["Location"] == OVERVIEW
    assert desk.visiting("Eve").client.get("/admin/", follow_redirects=True).request.path == OVERVIEW


def test_nobody_elses_tables_open(desk: PricedDesk) -> None:
    eve = desk.visiting("Eve")
    eve.get("/admin/national/", status=403)
    eve.post("/admin/national/checked", {}, status=403)
    eve.get("/admin/nowhere/", status=403)
    desk.visiting("Olga").get("/admin/nowhere/", status=404)
    assert desk.visitor().client.get(OVERVIEW).status_code == 302


def test_a_broken_draft_shows_what_is_published(desk: PricedDesk) -> None:
    """The table still stands, and says why it does not show the draft."""
    desk.edit("2026-02-01: 450", "2026-02-01: ten")
    page = desk.visiting().get(OVERVIEW)
    assert "The draft has 1 mistake, so the table shows what is published." in page.text
    assert "$450" in row(page).text
    assert "A draft with 1 mistake" in page.text


def test_a_broken_file_on_disk_is_said(desk: PricedDesk) -> None:
    """Prices stay; the overview names the file and its mistake."""
    path = desk.folder / NAME
    path.write_text(path.read_text(encoding="utf-8").replace("2026-02-01: 450", "2026-02-01: ten"), encoding="utf-8")
    ann = desk.visiting()
    page = ann.get(OVERVIEW)
    for _look in range(100):
        if "The files on disk have problems." in page.text:
            break
        page = ann.get(OVERVIEW)
    assert "The files on disk have problems." in page.text
    assert f"{NAME}:14" in page.text
    assert "$450" in row(page).text
    assert "1 problem on disk" in desk.visiting("Olga").get("/admin/prices").text


# What a published version that waits for its day changes

NEW_YEAR = date(2027, 1, 1)


def test_the_table_shows_what_holds_today_and_marks_what_a_waiting_version_changes(desk: PricedDesk) -> None:
    """Until its day patients see the old price; so does the table, with the new one, its day and its version."""
    desk.publish("2026-02-01: 450", "2026-02-01: 475", begins=NEW_YEAR)
    page = desk.visiting().get(OVERVIEW)
    assert cells(row(page))[1] == "Price $450 from January 1, 2027: $475 (version 2)"
    assert "(version" not in row(page, "monitoring").text
    assert not row(page).all("form"), "the check would stand beside the price that waits"
    assert row(page, "monitoring").all("form")
    assert "Version 2 is published and waits for its day: it begins on January 1, 2027." in page.text
    soon = desk.visiting().get(OVERVIEW, {"show": "soon"})
    assert row(soon)
    assert not soon.root.all("tr", id="price-monitoring-self_pay")
    desk.clock.turn(days=60)
    page = desk.visiting().get(OVERVIEW)
    assert cells(row(page))[1] == "Price $475"
    assert "(version" not in page.text


def test_a_price_that_only_the_waiting_version_has_is_shown(desk: PricedDesk) -> None:
    """It has no price yet, and the row says from when."""
    desk.publish(
        "charges:\n", "charges:\n  extra:\n    label: Something new\n    self_pay: {2026-02-01: 20}\n", begins=NEW_YEAR
    )
    new = row(desk.visiting().get(OVERVIEW), "extra")
    assert cells(new)[1] == "Price none yet begins January 1, 2027: $20 (version 2)"
    assert not new.all("form")


def test_a_price_that_the_waiting_version_removes_says_so(desk: PricedDesk) -> None:
    desk.publish("charges:\n", "charges:\n  extra:\n    label: Something\n    self_pay: {2026-02-01: 20}\n")
    text = desk.desk.publications.files(desk.latest)[NAME].decode()
    assert "  extra:" in text
    desk.publish("  extra:\n    label: Something\n    self_pay: {2026-02-01: 20}\n", "", begins=NEW_YEAR)
    assert cells(row(desk.visiting().get(OVERVIEW), "extra"))[1] == "Price $20 ends January 1, 2027 (version 3)"


def test_versions_that_wait_are_told_apart_and_overtaken_ones_not_told(desk: PricedDesk) -> None:
    """Each has its own mark with its own number; one that will never hold has none."""
    desk.publish("2026-02-01: 450", "2026-02-01: 460", begins=NEW_YEAR)
    desk.publish("2026-02-01: 460", "2026-02-01: 470", begins=NEW_YEAR)
    desk.publish("2026-02-01: 470", "2026-02-01: 480", begins=date(2027, 2, 1))
    said = cells(row(desk.visiting().get(OVERVIEW)))[1]
    assert said == "Price $450 from January 1, 2027: $470 (version 3) from February 1, 2027: $480 (version 4)"
    desk.desk.undo(CLINIC, seen=4, by="Ann", why="Not in February")
    said = cells(row(desk.visiting().get(OVERVIEW)))[1]
    assert said == "Price $450 from January 1, 2027: $470 (version 5)"


def test_a_waiting_version_of_the_national_tables_is_marked_where_it_is_inherited(desk: PricedDesk) -> None:
    """A clinic's own price stays; the inherited one carries the national version's number."""
    national = desk.desk.publications.latest("national")
    assert national
    files = desk.desk.publications.files(national)
    page = desk.visiting().get(OVERVIEW)
    before = cells(row(page, "evaluation"))[1]
    changed = {name: text.replace(b"high: 400", b"high: 410") for name, text in files.items()}
    assert changed != files
    publish_files(
        desk.desk.publications,
        "national",
        changed,
        based_on=1,
        by="Olga",
        why="New",
        how="command",
        in_force_from=NEW_YEAR,
    )
    page = desk.visiting().get(OVERVIEW)
    said = cells(row(page, "evaluation"))[1]
    assert said.startswith(f"{before} from January 1, 2027: ")
    assert said.endswith("$410 (national version 2)")
    assert "(national" not in row(page).text
    assert "Version 2 of the national prices begins on January 1, 2027." in page.text


def test_the_draft_is_marked_beside_what_holds(desk: PricedDesk) -> None:
    """The table goes on to show what patients see; the draft's price stands below it, not published."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    here = row(desk.visiting().get(OVERVIEW))
    assert "in the draft" in here.text
    assert cells(here)[1] == "Price $450 from November 22, 2026: $475 (not published)"


def test_a_draft_on_a_waiting_version_changes_that_one(desk: PricedDesk) -> None:
    """It can begin with that version at the earliest, so its mark has that day."""
    desk.publish("2026-02-01: 450", "2026-02-01: 475", begins=NEW_YEAR)
    desk.edit("2026-02-01: 475", "2026-02-01: 480")
    assert cells(row(desk.visiting().get(OVERVIEW)))[1] == (
        "Price $450 from January 1, 2027: $475 (version 2) from January 1, 2027: $480 (not published)"
    )


def test_a_check_while_a_version_waits_is_in_force_today_and_in_that_one(desk: PricedDesk) -> None:
    """Looked at today is looked at today: nothing begins early, and what waits knows of it."""
    desk.publish("2026-02-01: 75", "2026-02-01: 80", begins=NEW_YEAR)
    ann = desk.visiting()
    press_checked(ann)
    page = ann.get(OVERVIEW)
    assert "This is published as version 3." in page.text
    assert cells(row(page))[1] == "Price $450"
    publications = desk.desk.publications
    now, then = (publications.in_force(CLINIC, day) for day in (TODAY, NEW_YEAR))
    texts = [publications.files(one)[NAME].decode() for one in (now, then)]
    assert (now.number, then.number) == (3, 4)
    assert all("price: 450, checked: 2026-11-22" in text for text in texts)
    assert ["2026-02-01: 75" in text for text in texts] == [True, False]
    soon = ann.get(OVERVIEW, {"show": "soon"})
    assert not soon.root.all("tr", id="price-infusion-self_pay"), "the price itself does not change"


def test_the_whole_list_looked_at_is_one_version_in_force_today(desk: PricedDesk) -> None:
    """Not a version for each price; the draft of somebody else goes on from there."""
    desk.publish("2026-02-01: 75", "2026-02-01: {price: 75, checked: 2026-03-01}")
    desk.publish("state: NO", "state: OR", begins=NEW_YEAR)
    desk.edit("2026-02-01: 450", "2026-02-01: 450\n      2027-02-01: 480", by="Eve")
    ann = desk.visiting()
    sheet = ann.get(f"/admin/{CLINIC}/sheet")
    (form,) = (one for one in sheet.root.all("form") if one.attributes["action"].endswith("/all-checked"))
    seen = form.one("input", name="seen").attributes["value"]
    answer = ann.post(f"/admin/{CLINIC}/all-checked", {"seen": seen})
    assert "Every price was checked today. This is published as version 4." in ann.get(leads_to(answer)).text
    assert desk.latest.number == 5, "and what waits, once more"
    book = desk.desk.check(CLINIC, desk.desk.publications.files(desk.desk.publications.in_force(CLINIC, TODAY))).book
    checked = {
        price.checked for name in ("infusion", "monitoring") for price in book.tables.charges[name].self_pay.values()
    }
    assert checked == {TODAY}
    assert "2027-02-01: 480" in desk.text
    assert not desk.desk.work(CLINIC).behind
    answer = ann.post(f"/admin/{CLINIC}/all-checked", {"seen": seen})
    assert "Somebody published meanwhile." in ann.get(leads_to(answer)).text
    assert desk.latest.number == 5


# Where the answer to a click stands


def test_the_answer_to_a_click_stands_beside_its_row(desk: PricedDesk) -> None:
    """The next page opens at the message, below the row; a keyboard goes on from there."""
    ann = desk.visiting()
    page = press_checked(ann)
    assert page.response.headers["Location"] == f"{OVERVIEW}#said-price-infusion-self_pay"
    shown = ann.get(OVERVIEW)
    message = shown.root.one(id="said-price-infusion-self_pay")
    assert message.text.startswith("Checked today: Ketamine infusion")
    assert (message.attributes["role"], message.attributes["tabindex"]) == ("status", "-1")
    rows = shown.root.all("tr")
    assert rows[rows.index(row(shown)) + 1] is message.within("tr")
    assert len(shown.root.all(class_="flash")) == 1


def test_trouble_with_a_click_stands_beside_its_row_too(desk: PricedDesk) -> None:
    ann = desk.visiting()
    sent = check_form(ann)
    desk.publish("2026-02-01: 450", "2026-02-01: 999")
    ann.post(CHECKED, sent)
    message = ann.get(OVERVIEW).root.one(id="said-price-infusion-self_pay")
    assert message.attributes["role"] == "alert"


def test_whoever_works_through_the_stale_prices_stays_there(desk: PricedDesk) -> None:
    """The row is gone from the list, so the answer stands above it."""
    desk.clock.turn(days=90)
    ann = desk.visiting()
    (form,) = row(ann.get(OVERVIEW, {"show": "stale"})).all("form")
    sent = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    page = ann.post(CHECKED, sent)
    assert page.response.headers["Location"] == f"{OVERVIEW}?show=stale#said-price-infusion-self_pay"
    shown = ann.get(OVERVIEW, {"show": "stale"})
    assert not shown.root.all("tr", id="price-infusion-self_pay")
    message = shown.root.one(id="said-price-infusion-self_pay")
    assert not message.within("table")


def test_the_answer_stands_at_the_row_that_was_clicked(desk: PricedDesk) -> None:
    """Of a charge that takes its price from another one, the check is written there; the person stays here."""
    ann = desk.visiting()
    page = ann.get(OVERVIEW)
    (form,) = row(page, "booster").all("form")
    ann.post(CHECKED, {one.attributes["name"]: one.attributes["value"] for one in form.all("input")})
    shown = ann.get(OVERVIEW)
    assert shown.root.one(id="said-price-booster-self_pay")


def test_what_the_new_year_lacks_is_listed_for_whoever_keeps_the_national_prices(desk: PricedDesk) -> None:
    """Yearly figures are Medicare's and some plans' terms; a clinic has none of its own."""
    files = dict(desk.desk.publications.files(desk.desk.publications.latest("national")))
    files["national/medicare.yaml"] = b"""
fee_schedule:
  "90792":
    2026-01-01:
      {work: 4, practice_office: 2, malpractice: 0.1, conversion_factor: 33.4, source: invented, checked: 2026-11-20}
"""
    changed = {"based_on": 1, "by": "Olga", "why": "Medicare", "how": "command", "in_force_from": desk.clock().date()}
    publish_files(desk.desk.publications, "national", files, **changed)
    page = desk.visiting("Olga").get("/admin/national/")
    assert "For 2027 these tables still lack: Medicare's fee schedule" in page.text
    assert "still lack" not in desk.visiting().get(OVERVIEW).text
