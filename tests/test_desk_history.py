"""The history at the desk: every version in words, its exact text, any two compared, the last one undone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from support.another_language import another_language as another_language
from support.desk_priced import CLINIC, NAME, PricedDesk
from support.desk_priced import desk as desk
from support.writing import publish_files

from estimator.sentences import say
from estimator.store.stored_sentences import BY_DISK, EDITED
from estimator.versions.book_cache import PriceBookCache
from estimator.versions.comparing import PublicationComparer, diff_lines, states, unified
from estimator.versions.publications import Publication

HISTORY = f"/admin/{CLINIC}/history"
NEW_YEAR = date(2027, 1, 1)


def published_by(desk: PricedDesk, by: str, why: str) -> None:
    text = {NAME: desk.text.replace("450", "475").encode()}
    given = {"based_on": 1, "how": "disk", "in_force_from": date(2026, 11, 22)}
    publish_files(desk.desk.publications, CLINIC, text, by=by, why=why, **given)


def version(page, number: int):
    """The entry of one version on the page."""
    return next(one for one in page.root.one(class_="versions").all("li") if f"Version {number} " in f"{one.text} ")


def test_every_time_says_its_zone_the_clinics_where_it_has_one(desk: PricedDesk) -> None:
    """The same instant on a page of the clinic and on one of the national tables."""
    desk.publish("city: Springfield", "city: Springfield\n  time_zone: America/Los_Angeles")
    desk.app.extensions["site"].prices.refresh()
    here = desk.latest.at.astimezone(ZoneInfo("America/Los_Angeles"))
    said = version(desk.visiting("Eve").get(HISTORY), 2).text.replace("\u202f", " ")
    assert f"{here:%-I:%M %p} {here.tzname()}" in said
    page = desk.visiting("Olga").get("/admin/national/history").text.replace("\u202f", " ")
    assert re.search(rf"[AP]M {re.escape(desk.latest.at.astimezone().tzname() or '')}\b", page)


def test_the_history_says_who_when_why_and_what(desk: PricedDesk) -> None:
    """Newest first; in words what each one changed, and which is in force."""
    desk.publish("450", "475", by="Ben")
    desk.publish("2026-02-01: 75", "2026-02-01: 80", by="Ann", begins=NEW_YEAR)
    page = desk.visiting("Eve").get(HISTORY)
    entries = [one.text for one in page.root.one(class_="versions").inside if not isinstance(one, str)]
    assert [text.split()[1] for text in entries] == ["3", "2", "1"]
    assert "begins on January 1, 2027" in entries[0]
    assert "$75 → $80" in entries[0]
    assert "in force" in entries[1]
    assert "Ben, " in entries[1]
    assert "Meanwhile" in entries[1]
    assert "$450 → $475" in entries[1]
    assert "from the files, at the first start" in entries[2]
    assert page.root.all("form", class_="undo") == [], "an editor cannot undo"


def test_one_history_is_opened_at_once_and_several_are_listed(desk: PricedDesk) -> None:
    """The desk's navigation leads to a page without an owner."""
    assert desk.visiting("Ann").client.get("/admin/history").headers["Location"] == HISTORY
    page = desk.visiting("Olga").get("/admin/history")
    assert [one.text for one in page.root.one("main").all("h2")] == ["the national price tables", "Riverbend Clinic"]


def test_a_version_has_its_exact_text(desk: PricedDesk) -> None:
    """With line numbers to read, byte for byte to download."""
    desk.publish("450", "475 # comment\r")
    visitor = desk.visiting()
    page = visitor.get(f"{HISTORY}/2")
    assert "2026-02-01: 475 # comment" in page.root.one("details").one("pre").text
    address = next(one.attributes["href"] for one in page.root.all("a") if "Download" in one.text)
    answer = visitor.client.get(address)
    assert answer.data == desk.desk.publications.files(desk.latest)[NAME]
    assert answer.headers["Content-Disposition"] == "attachment; filename=riverbend-version-2.yaml"
    assert visitor.client.get(f"{HISTORY}/2/file?name=../secret").status_code == 404
    visitor.get(f"{HISTORY}/9", status=404)


def test_an_old_text_is_taken_into_the_draft(desk: PricedDesk) -> None:
    """Only where there is no draft, so that nobody's is lost."""
    old = desk.text
    desk.publish("450", "475")
    visitor = desk.visiting("Eve")
    visitor.post(f"{HISTORY}/1/draft")
    assert desk.text == old
    desk.edit("450", "460")
    visitor.post(f"{HISTORY}/1/draft")
    assert "460" in desk.text
    assert "There is a draft" in visitor.get(f"{HISTORY}/1").text
    desk.desk.discard(CLINIC, revision=desk.desk.work(CLINIC).revision, by="Ann")
    visitor.post(f"{HISTORY}/2/draft")
    assert desk.desk.drafts.get(CLINIC) is None


def test_any_two_versions_are_compared(desk: PricedDesk) -> None:
    """In words, for reference patients, and line by line; the other way round as well."""
    desk.publish("    packages:\n      - {sessions: 6, price: 2400}\n", "")
    desk.publish("450", "475")
    visitor = desk.visiting()
    page = visitor.get(f"/admin/{CLINIC}/compare")
    assert "$450 → $475" in page.text
    (row,) = page.root.one(class_="effects").one("tbody").all("tr")
    assert "Six infusions" in row.text
    assert "+$150" in row.text
    assert [one.text.split()[-1] for one in page.root.one(class_="diff").all("ins")] == ["475"]
    page = visitor.get(f"/admin/{CLINIC}/compare", {"a": "3", "b": "1"})
    assert "$475 → $450" in page.text
    assert "byte for byte" in visitor.get(f"/admin/{CLINIC}/compare", {"a": "2", "b": "2"}).text
    visitor.get(f"/admin/{CLINIC}/compare", {"a": "2", "b": "7"}, status=404)


def test_the_last_publication_is_undone_in_one_click(desk: PricedDesk) -> None:
    """The reason is there already; what is in force now is said; undoing the undo brings the change back."""
    old = desk.text
    desk.publish("450", "475")
    visitor = desk.visiting()
    form = visitor.get(HISTORY).root.one("form", class_="undo")
    fields = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    assert fields["why"] == "Undo of version 2"
    visitor.post(form.attributes["action"], {"seen": fields["seen"], "why": fields["why"]})
    page = visitor.get(HISTORY)
    assert "In force now is version 3, which says what version 1 said." in page.text
    assert (desk.latest.number, desk.latest.how, desk.latest.why) == (3, "undo", "Undo of version 2")
    assert desk.text == old
    visitor.post(form.attributes["action"], {"seen": "3", "why": "no slip"})
    assert "475" in desk.text


@pytest.mark.usefixtures("another_language")
def test_the_reason_that_is_offered_reads_in_everybodys_language(desk: PricedDesk) -> None:
    """Whoever undoes in Spanish with the reason that stands there leaves one that others read in English."""
    desk.publish("450", "475")
    visitor = desk.visiting()
    form = visitor.get(HISTORY, {"lang": "es"}).root.one("form", class_="undo")
    fields = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    assert fields["why"] == "«Undo of version 2»"
    visitor.post(f"{form.attributes['action']}?lang=es", {"seen": fields["seen"], "why": fields["why"]})
    assert desk.latest.why == "Undo of version 2"
    assert "«Undo of version 2»" in visitor.get(HISTORY, {"lang": "es"}).root.one(class_="versions").all("q")[0].text


@pytest.mark.usefixtures("another_language")
@pytest.mark.parametrize("page", ["/history", "/history/2", "/compare", "/"])
def test_what_the_program_wrote_reads_in_the_readers_language(desk: PricedDesk, page: str) -> None:
    """That a file was edited on disk, and which."""
    published_by(desk, BY_DISK, say(EDITED, names=NAME))
    text = desk.visiting("Eve").get(f"/admin/{CLINIC}{page}", {"lang": "es"}).text
    assert "«an edit on disk»" in text
    assert ("«edited: clinics/riverbend.yaml»" in text) == (page != "/compare")


@pytest.mark.usefixtures("another_language")
def test_a_persons_own_reason_stays_as_it_is(desk: PricedDesk) -> None:
    """Whatever it begins with, and their name too; so does what an older program wrote in English."""
    published_by(desk, "Ben", "edited: the price, as Ann wished")
    entry = desk.visiting("Eve").get(HISTORY, {"lang": "es"}).root.one(class_="versions").all("li")[0]
    assert entry.one("q").text == "edited: the price, as Ann wished"
    assert "«Ben»" not in entry.text


def test_a_reason_of_an_undo_keeps_no_control_characters(desk: PricedDesk) -> None:
    """No page shows them, and one kind of store does not take them all."""
    desk.publish("450", "475")
    desk.visiting().post(f"/admin/{CLINIC}/undo", {"seen": "2", "why": "a\0 slip\x1b\n of mine\x7f"})
    assert (desk.latest.number, desk.latest.why) == (3, "a slip of mine")


def test_an_undo_of_what_is_no_longer_the_last_is_refused(desk: PricedDesk) -> None:
    """Somebody published meanwhile: their version is not undone unseen."""
    desk.publish("450", "475")
    visitor = desk.visiting()
    desk.publish("475", "480", by="Ben")
    visitor.post(f"/admin/{CLINIC}/undo", {"seen": "2", "why": "slip"})
    assert "Ben published version 3 meanwhile." in visitor.get(HISTORY).text
    assert desk.latest.number == 3


def test_an_undo_to_a_text_that_no_longer_fits_names_the_mistakes(desk: PricedDesk) -> None:
    """The national tables have moved on: the older text's mistakes are listed, the reason stays."""
    today, text = date(2026, 11, 22), desk.text.encode()
    publish_files(
        desk.desk.publications,
        CLINIC,
        {NAME: b"clinic: ["},
        based_on=1,
        by="old",
        why="-",
        how="disk",
        in_force_from=today,
    )
    publish_files(
        desk.desk.publications, CLINIC, {NAME: text}, based_on=2, by="Ben", why="-", how="disk", in_force_from=today
    )
    visitor = desk.visiting()
    page = visitor.post(f"/admin/{CLINIC}/undo", {"seen": "3", "why": "my words"}, status=409)
    assert "clinics/riverbend.yaml:1" in page.root.one(class_="summary").text
    assert page.control("why").attributes["value"] == "my words"
    assert "can no longer be read" in page.text


@pytest.mark.parametrize("page", ["history", "history/1", "history/1/file", "compare"])
def test_only_people_of_this_clinic_look_back(desk: PricedDesk, page: str) -> None:
    """Each clinic's history is its own."""
    desk.person("Zoe", "publisher:elsewhere")
    desk.visiting("Zoe").get(f"/admin/{CLINIC}/{page}", status=403)
    desk.visiting("Eve").post(f"/admin/{CLINIC}/undo", {"seen": "1", "why": "-"}, status=403)


def publication(number: int, at: date, begins: date) -> Publication:
    moment = datetime(at.year, at.month, at.day, 12, tzinfo=UTC)
    return Publication(number, "x", number, moment, "-", "-", "command", begins, str(number), {})


def test_states_of_a_history() -> None:
    """What is, was, will be and never will be in force."""
    day = lambda month, n=1: date(2026, month, n)  # noqa: E731
    history = [
        publication(1, day(1), day(1)),
        publication(2, day(2), day(6)),
        publication(3, day(3), day(3)),
        publication(4, day(4), day(9)),
    ]
    assert states(history, day(2)) == {1: "in_force", 2: "overtaken", 3: "begins", 4: "begins"}
    assert states(history, day(7)) == {1: "earlier", 2: "overtaken", 3: "in_force", 4: "begins"}
    assert states(history, day(10)) == {1: "earlier", 2: "overtaken", 3: "earlier", 4: "in_force"}


@pytest.fixture
def in_los_angeles(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A site on the west coast, eight hours behind UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/Los_Angeles")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_los_angeles")
def test_what_is_undone_the_evening_before_it_begins_was_never_in_force() -> None:
    """Days are the site's: in the evening of the 22nd it is the 23rd by UTC already."""
    evening = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    history = [
        publication(1, date(2026, 1, 1), date(2026, 1, 1)),
        publication(2, date(2026, 11, 20), date(2026, 11, 23)),
        replace(publication(3, date(2026, 11, 22), date(2026, 11, 22)), at=evening),
    ]
    assert states(history, date(2026, 11, 25)) == {1: "earlier", 2: "overtaken", 3: "in_force"}


@pytest.mark.usefixtures("in_los_angeles")
def test_a_clinics_version_of_an_evening_is_compared_with_that_evenings_national_tables(desk: PricedDesk) -> None:
    """Not with the national tables that begin the next day, which by UTC it is already."""
    publications, evening = desk.desk.publications, datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    national = publications.files(publications.latest("national"))
    later = {name: content.replace(b"typical: 500", b"typical: 510") for name, content in national.items()}
    assert later != national
    given = {"by": "Ben", "why": "-", "how": "command", "at": evening}
    publish_files(publications, "national", later, based_on=1, in_force_from=date(2026, 11, 23), **given)
    text = {NAME: desk.text.replace("2026-02-01: 450", "2026-02-01: 475").encode()}
    one = publish_files(publications, CLINIC, text, based_on=1, in_force_from=date(2026, 11, 22), **given)
    before, _ = PublicationComparer(desk.database).books(publications.get(CLINIC, 1), one)
    assert before is not None
    assert (
        before.version
        == PriceBookCache().book(CLINIC, national, publications.files(publications.get(CLINIC, 1))).version
    )


def test_lines_between_two_texts() -> None:
    """Numbers of both sides, a few lines around, and a mark where lines are left out."""
    old = b"".join(b"%d\n" % n for n in range(1, 21))
    found = diff_lines(old, old.replace(b"10\n", b"ten\r\n"))
    assert [(one.kind, one.text, one.before, one.after) for one in found[3:6]] == [
        ("same", "9", 9, 9),
        ("gone", "10", 10, 0),
        ("new", "ten", 0, 10),
    ]
    assert found[0].kind == "skipped"
    assert diff_lines(old, old) == []
    assert "".join(unified("a.yaml", b"x", b"x\n", "1", "2")).count("No newline") == 1
