"""The files on disk at the desk: what is wrong with them, and who decides when both sides have changed."""

from __future__ import annotations

import os
import time
from datetime import date

import pytest
from support.another_language import another_language as another_language
from support.desk_priced import CLINIC, NAME, PricedDesk
from support.desk_priced import desk as desk

FOLDER = f"/admin/{CLINIC}/folder"


def write(desk: PricedDesk, text: str) -> None:
    """Edit the clinic's file as with a text editor, a while ago, and have the folder looked at."""
    path = desk.folder / NAME
    path.write_bytes(text.encode())
    look(desk)


def look(desk: PricedDesk) -> None:
    prices = desk.app.extensions["site"].prices
    for _ in range(2):
        prices.refresh()
        time.sleep(0.55)
    prices.refresh()


def on_disk(desk: PricedDesk) -> str:
    return (desk.folder / NAME).read_text(encoding="utf-8")


def conflict(desk: PricedDesk, mine: str = "Shelbyville") -> None:
    """The file is edited while Ben publishes another price."""
    text = on_disk(desk)
    desk.publish("450", "475", by="Ben")
    write(desk, text.replace("Springfield", mine))


def decide(desk: PricedDesk, keep: str, status: int = 302, **more: str):
    visitor = desk.visiting()
    seen = visitor.get(FOLDER).root.one("input", name="seen").attributes["value"]
    return visitor.post(FOLDER, {"seen": seen, "keep": keep, **more}, status)


def test_nothing_to_say(desk: PricedDesk) -> None:
    """Mostly the files say what is published."""
    assert "say the same" in desk.visiting().get(FOLDER).text


def test_a_broken_file_is_shown_with_its_mistakes(desk: PricedDesk) -> None:
    """Prices stay; every page of the clinic says so, and this one shows the text with what is wrong beside it."""
    write(desk, on_disk(desk).replace("450", "ten"))
    visitor = desk.visiting()
    page = visitor.get(FOLDER)
    line = on_disk(desk)[: on_disk(desk).index("ten")].count("\n") + 1
    assert f"{NAME}:{line}" in page.root.one(class_="problems").text
    (beside,) = page.root.one(class_="numbered").all("del")
    assert "'ten' is not an amount" in beside.text
    banner = visitor.get(f"/admin/{CLINIC}/history").root.one(class_="trouble")
    assert banner.one("a").attributes["href"] == FOLDER
    write(desk, on_disk(desk).replace("ten", "450"))
    assert "say the same" in visitor.get(FOLDER).text


@pytest.mark.parametrize("keep", ["disk", "published", "merged"])
def test_who_decides_what_stays(desk: PricedDesk, keep: str) -> None:
    """The file's text, what is published, or both together; afterwards folder and store say the same."""
    conflict(desk)
    page = desk.visiting("Eve").get(FOLDER)
    assert "version 2 by Ben" in page.text
    difference = page.root.all(class_="diff")[0]
    assert ("Shelbyville" in difference.text, "475" in difference.text) == (True, True)
    assert page.root.all("button", name="keep") == [], "an editor cannot decide"
    decide(desk, keep)
    look(desk)
    text = on_disk(desk)
    expected = {"disk": (True, False), "published": (False, True), "merged": (True, True)}[keep]
    assert ("Shelbyville" in text, "475" in text) == expected
    assert desk.desk.publications.files(desk.latest)[NAME].decode() == text
    assert "say the same" in desk.visiting().get(FOLDER).text


def test_lines_that_collide_are_chosen_one_by_one(desk: PricedDesk) -> None:
    """Merging asks whose lines stand wherever both changed the same."""
    text = on_disk(desk)
    desk.publish("450", "475", by="Ben")
    write(desk, text.replace("450", "480").replace("Springfield", "Shelbyville"))
    page = decide(desk, "merged", 409)
    assert "Choose for each place" in page.root.one(class_="summary").text
    decide(desk, "merged", **{"side-0-0": "theirs"})
    assert ("475" in on_disk(desk), "Shelbyville" in on_disk(desk)) == (True, True)


def test_what_is_published_but_not_written_says_so(desk: PricedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in force, and once the folder can be written one click finishes it."""

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    conflict(desk)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refused)
        page = decide(desk, "merged", 409)
    assert "Version 3 is published, but the file cannot be written." in page.root.one(class_="summary").text
    assert "Permission denied" not in page.text
    assert (desk.latest.number, "475" in on_disk(desk)) == (3, False)
    look(desk)
    decide(desk, "published")
    look(desk)
    assert ("Shelbyville" in on_disk(desk), "475" in on_disk(desk)) == (True, True)
    assert "say the same" in desk.visiting().get(FOLDER).text


@pytest.mark.usefixtures("another_language")
def test_it_is_said_in_the_readers_language(desk: PricedDesk) -> None:
    """What is wrong, above the text and beside its lines, and who has to decide what."""
    write(desk, on_disk(desk).replace("450", "ten"))
    page = desk.visiting("Eve").get(FOLDER, {"lang": "es"})
    (beside,) = page.root.one(class_="numbered").all("del")
    for shown in (page.root.one(class_="problems"), beside):
        assert "«'ten' is not an amount" in shown.text
    write(desk, on_disk(desk).replace("ten", "450"))
    conflict(desk)
    page = desk.visiting("Eve").get(FOLDER, {"lang": "es"})
    assert "«edited on disk while version 2 was published; " in page.root.one(class_="problems").text
    decide(desk, "published")
    look(desk)
    log = desk.visiting("Olga").get("/admin/log", {"lang": "es"}).root.one("tbody")
    assert any(one.text.startswith("«version 2; the edit was clinics/riverbend.yaml ") for one in log.all("td"))


def test_what_was_not_seen_is_not_decided(desk: PricedDesk) -> None:
    """The file changed again after the page was opened."""
    conflict(desk)
    visitor = desk.visiting()
    seen = visitor.get(FOLDER).root.one("input", name="seen").attributes["value"]
    write(desk, on_disk(desk).replace("Shelbyville", "Capital City"))
    visitor.post(FOLDER, {"seen": seen, "keep": "published"})
    assert "changed again" in visitor.get(FOLDER).text
    assert "Capital City" in on_disk(desk)
    page = decide(desk, "neither", 400)
    assert "Choose which of them stays" in page.text


def test_a_broken_text_cannot_be_kept(desk: PricedDesk) -> None:
    """Its mistakes are named; nothing is decided."""
    text = on_disk(desk)
    desk.publish("Springfield", "Shelbyville", by="Ben")
    write(desk, text.replace("450", "ten"))
    page = decide(desk, "disk", 409)
    assert "'ten' is not an amount" in page.root.one(class_="summary").text
    assert "ten" in on_disk(desk)


def test_deciding_is_for_publishers(desk: PricedDesk) -> None:
    """And after somebody else has decided there is nothing left to do."""
    desk.visiting("Eve").post(FOLDER, {"keep": "disk"}, 403)
    visitor = desk.visiting()
    visitor.post(FOLDER, {"keep": "disk"})
    assert "nothing to decide" in visitor.get(FOLDER).text


WAITING = {
    "merged": "two new versions: the file’s text from today on, and from January 1, 2027 on both together",
    "disk": "Version 2 is taken back and never begins",
    "published": "Version 2 begins on January 1, 2027 as planned",
}

IN_FORCE = {
    "merged": "Publishes a new version with the lines of both, from today on",
    "disk": "What version 2 said no longer holds",
    "published": "Writes version 2 over the file",
}


@pytest.mark.parametrize(("begins", "said"), [(date(2027, 1, 1), WAITING), (date(2026, 11, 22), IN_FORCE)])
def test_each_button_says_what_it_does(desk: PricedDesk, begins: date, said: dict[str, str]) -> None:
    """And what becomes of the other text; a screen reader hears it with the button."""
    text = on_disk(desk)
    desk.publish("450", "475", begins=begins)
    write(desk, text.replace("Springfield", "Shelbyville"))
    page = desk.visiting().get(FOLDER)
    told = {
        one.attributes["value"]: page.root.one(id=one.attributes["aria-describedby"]).text
        for one in page.root.all("button", name="keep")
    }
    assert told.keys() == said.keys()
    assert [words in told[keep] for keep, words in said.items()] == [True, True, True]


@pytest.mark.parametrize(
    ("keep", "versions"),
    [
        ("merged", {3: ("edited on disk", "2026-11-22", "450"), 4: ("at the desk", "2027-01-01", "475")}),
        ("disk", {3: ("edited on disk", "2026-11-22", "450")}),
    ],
)
def test_the_history_says_which_version_was_edited_on_disk(
    desk: PricedDesk, keep: str, versions: dict[int, tuple[str, str, str]]
) -> None:
    """Under a version that waits: the file's text is the edit on disk, no undo; both together were made at the desk."""
    text = on_disk(desk)
    desk.publish("450", "475", begins=date(2027, 1, 1))
    write(desk, text.replace("Springfield", "Shelbyville"))
    decide(desk, keep)
    for number, (how, begins, price) in versions.items():
        page = desk.visiting().get(f"/admin/{CLINIC}/history/{number}")
        assert how in page.text
        assert "as an undo" not in page.text
        one = desk.desk.publications.get(CLINIC, number)
        assert one.in_force_from == date.fromisoformat(begins)
        content = desk.desk.publications.files(one)[NAME].decode()
        assert ("Shelbyville" in content, price in content) == (True, True)
    assert desk.latest.number == max(versions)


def test_a_file_that_is_gone_is_written_back_or_withdraws_the_clinic(desk: PricedDesk) -> None:
    text = on_disk(desk)
    for keep, number in (("published", 1), ("disk", 2)):
        (desk.folder / NAME).unlink()
        look(desk)
        page = desk.visiting().get(FOLDER)
        assert "A file is gone from the folder. Version 1 is in force all the same." in page.text
        buttons = [one.attributes["value"] for one in page.root.all("button", name="keep")]
        assert buttons == ["published", "disk"], "nothing to merge"
        decide(desk, keep)
        look(desk)
        assert (desk.folder / NAME).exists() == (keep == "published")
        assert desk.latest.number == number
    assert desk.latest.files == {}
    assert text


def test_a_text_that_is_back_is_asked_about(desk: PricedDesk) -> None:
    """As after an upgrade or a checkout: not one of the prices changes until somebody says so."""
    before = on_disk(desk)
    desk.publish("450", "475")
    look(desk)
    assert "475" in on_disk(desk)
    write(desk, before)
    page = desk.visiting().get(FOLDER)
    assert "The files say again what an earlier version said" in page.text
    assert [one.attributes["value"] for one in page.root.all("button", name="keep")] == ["published", "disk"]
    decide(desk, "published")
    look(desk)
    assert "475" in on_disk(desk)
    assert desk.latest.number == 2
