"""The public page of price updates and its feed, written from the publications."""

from __future__ import annotations

import re
import xml.etree.ElementTree as Xml
from datetime import date, datetime

import pytest
from babel.dates import format_date
from sqlalchemy import event
from support.desk_priced import CLINIC, TODAY, PricedDesk
from support.desk_priced import desk as desk
from support.pages import Visitor, check_headers
from support.writing import publish_files

UPDATES = f"/c/{CLINIC}/price-updates"
NEW_YEAR = date(2027, 1, 1)
MONEY = "national/money.yaml"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def notice(desk: PricedDesk) -> None:
    """The small book with the notice that patients' pages have to carry."""
    publications = desk.desk.publications
    first = publications.latest("national")
    assert first
    files = publications.files(first)
    files[MONEY] = files[MONEY].replace(b"Estimate only.", b"Estimate only and no Good Faith Estimate.")
    publish_files(publications, "national", files, based_on=1, by="-", why="-", how="command", in_force_from=TODAY)
    desk.app.extensions["site"].prices.refresh()


def titles(page) -> list[str]:
    return [one.text for one in page.root.one("main").all("h2")]


def test_updates_say_what_changed_and_from_which_day(desk: PricedDesk) -> None:
    """Newest first, in words, without who or why; what has not begun says so."""
    desk.publish("450", "475", by="Ben")
    desk.publish("2026-02-01: 75", "2026-02-01: 80", by="Ann", begins=NEW_YEAR)
    page = Visitor(desk.app).get(UPDATES)
    today = format_date(datetime.now().date(), "long", "en_US")
    assert titles(page) == [
        f"Changes of {today} not yet in force",
        f"Changes of {today}",
        "The first price list",
    ]
    assert "$450 → $475" in page.text
    assert "$75 → $80" in page.text
    assert "In force from January 1, 2027 on." in page.text
    main = page.root.one("main").text
    assert "Ben" not in main
    assert "Meanwhile" not in main


def test_what_is_no_news_for_patients_is_left_out(desk: PricedDesk) -> None:
    """A check, a source or a comment changes nothing for them."""
    desk.publish("checked: 2026-02-03", "checked: 2026-11-01")
    desk.publish("Riverbend's price list", "Riverbend's list of prices")
    desk.publish("# A clinic", "# This clinic")
    assert titles(Visitor(desk.app).get(UPDATES)) == ["The first price list"]


def test_what_was_undone_before_it_began_is_left_out(desk: PricedDesk) -> None:
    """Neither the price that never came nor its taking back is news."""
    desk.publish("450", "475", begins=NEW_YEAR)
    assert len(titles(Visitor(desk.app).get(UPDATES))) == 2
    desk.desk.undo(CLINIC, seen=2, by="Ann", why="slip")
    assert titles(Visitor(desk.app).get(UPDATES)) == ["The first price list"]


def test_many_updates_come_page_by_page(desk: PricedDesk) -> None:
    """Ten on a page; the rest is one link away, and nothing is listed twice."""
    for price in range(451, 463):
        desk.publish(str(price - 1), str(price))
    visitor = Visitor(desk.app)
    page = visitor.get(UPDATES)
    assert len(titles(page)) == 10
    assert "$461 → $462" in page.text
    page = visitor.get(page.href("Older changes"))
    assert len(titles(page)) == 3
    assert titles(page)[-1] == "The first price list"
    assert [one for one in page.root.all("a") if one.text == "Older changes"] == []


def test_nobody_is_given_a_cookie_and_nothing_is_written(desk: PricedDesk) -> None:
    """A patient's page like any other: the inspecting client refuses cookies, the store only answers."""
    statements: list[str] = []
    event.listen(desk.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2].upper()))
    Visitor(desk.app).get(UPDATES)
    Visitor(desk.app).get("/price-updates")
    assert statements
    # The look at the folder, which any request may cause, notes what the folder holds.
    asked = [one for one in statements if not one.startswith("INSERT INTO ON_DISK")]
    assert {one.split()[0] for one in asked} <= {"SELECT", "BEGIN", "PRAGMA"}


def test_pages_lead_to_each_other(desk: PricedDesk) -> None:
    """From a price list to its updates and back, in the chosen language."""
    visitor = Visitor(desk.app)
    address = visitor.get("/prices", {"clinic": CLINIC, "lang": "en"}).href("What changed")
    page = visitor.get(address)
    assert page.root.one("h1").text == "What changed in the prices of Riverbend Clinic"
    assert page.href("Today’s prices").startswith(f"/prices?clinic={CLINIC}")
    assert "lang=en" in page.href("Today’s prices")
    assert visitor.get("/prices").href("What changed") == "/price-updates"
    visitor.get("/c/elsewhere/price-updates", status=404)


def test_the_feed_is_atom(desk: PricedDesk) -> None:
    """Each update once, with its changes; ids that stay."""
    desk.publish("450", "475")
    visitor = Visitor(desk.app)
    address = visitor.get(UPDATES).href("Feed")
    answer = visitor.client.get(address)
    check_headers(answer)
    assert answer.mimetype == "application/atom+xml"
    feed = Xml.fromstring(answer.data)
    today = format_date(datetime.now().date(), "long", "en_US")
    entries = feed.findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}title") for one in entries] == [
        f"Changes of {today}",
        "The first price list",
    ]
    assert "$450 → $475" in (entries[0].findtext(f"{ATOM}content") or "")
    assert (entries[0].findtext(f"{ATOM}id") or "").endswith(f"{UPDATES}#version-2")
    assert visitor.client.get("/price-updates.atom").status_code == 200


def test_without_a_store_the_page_says_so() -> None:
    """An app on a folder keeps no versions; nothing leads to the page, and there is no feed."""
    visitor = Visitor()
    page = visitor.get("/price-updates")
    assert "keeps no earlier prices" in page.text
    assert page.root.one("meta", name="robots").attributes["content"] == "noindex"
    assert [one for one in visitor.get("/prices").root.all("a") if one.text == "What changed"] == []
    assert visitor.client.get("/price-updates.atom").status_code == 404


def test_what_a_change_does_to_typical_patients_stands_beside_the_newest(desk: PricedDesk) -> None:
    """Six infusions for $2,500 in place of $2,400, then for $2,510; what an older change did is one link away."""
    desk.publish("2400", "2500")
    desk.publish("2500", "2510")
    visitor = Visitor(desk.app)
    page = visitor.get(UPDATES)
    assert moves(page) == [10]
    assert moves(visitor.get(page.href("What that does to a few typical patients"))) == [100]


def moves(page) -> list[int]:
    """How many dollars more the made-up patient pays, of each update whose effect is told."""
    told = [one.text for one in page.root.all("li") if one.text.startswith("Six infusions: about")]
    amounts = [[int(cents.replace(",", "")) for cents in re.findall(r"about \$([0-9,]+)", one)] for one in told]
    return [after - before for before, after in amounts]
