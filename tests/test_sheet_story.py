"""
An office manager's evening in a real browser, against a real server, without YAML: from the first account to an undo,
then out into the world and back.

Up to publishing it is played without scripts too. What she does is counted: each box filled, each tick, each press.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pyotp
import pytest
from conftest import own_place
from support.desk_visits import PASSWORD
from test_desk_story import within
from test_embedding import Host
from test_embedding import host as host
from test_serve import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NEW_YEAR = date(date.today().year + 1, 1, 1)
FIVE_PRICES = {
    "price-evaluation": "250",
    "price-infusion": "450",
    "price-psychiatric_evaluation": "300",
    "price-spravato_84": "900",
    "price-observation": "200-260",
}
MOST_ACTIONS = 12


@dataclass
class Hand:
    """Somebody at the desk, and how much she has done: boxes filled, boxes ticked, buttons and links pressed."""

    tab: Page
    server: Server
    scripts: bool
    done: int = 0

    def fill(self, field: str, text: str) -> None:
        self.done += 1
        box = self.tab.locator(f"[id='{field}']")
        box.wait_for(state="attached")
        if not box.is_visible():
            # It stands in a fold, which opens without scripts.
            self.tab.locator("details", has=box).last.locator("summary").first.click()
            self.done += 1
        box.fill(text)

    def tick(self, label: str) -> None:
        self.done += 1
        self.tab.get_by_label(label, exact=True).first.check()

    def press(self, name: str) -> None:
        self.done += 1
        self.tab.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        self.done += 1
        self.tab.get_by_role("link", name=name, exact=True).first.click()

    def tick_what_is_worth_a_look(self) -> None:
        for box in self.tab.locator("input[name=tick]").all():
            self.done += 1
            box.check()

    @property
    def text(self) -> str:
        return self.tab.locator("main").inner_text()

    def open(self, path: str) -> None:
        answer = self.tab.goto(f"http://127.0.0.1:{self.server.port}{path}")
        assert answer
        assert answer.status == 200


def asked(server: Server, **answers: str) -> Any:
    """What the public site answers, as JSON."""
    query = {"treatment": "iv", "insurance": "none", "sessions": "6", "psychotherapy": "none", "rides": "no"}
    query |= {"clinic": "lakeside-wellness", **answers}
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        connection.request("GET", f"/api/v1/estimate?{urlencode(query)}")
        return json.loads(connection.getresponse().read())


def pays(server: Server, **answers: str) -> int | None:
    cents: int | None = asked(server, **answers).get("you_pay", {}).get("typical")
    return cents


@pytest.fixture(params=[(False, 1280), (True, 375)], ids=["no scripts", "phone"])
def hand(request: pytest.FixtureRequest, tmp_path: Path, chromium: Browser) -> Iterator[Hand]:
    scripts, width = request.param
    server = Server(tmp_path).wait()
    context = chromium.new_context(
        locale="en-US",
        java_script_enabled=scripts,
        viewport={"width": width, "height": 800},
        # The clinic's own site has a certificate that it made itself.
        ignore_https_errors=True,
    )
    try:
        context.set_default_timeout(10_000)
        yield Hand(context.new_page(), server, scripts)
    finally:
        context.close()
        server.end()


def test_a_clinics_prices_from_the_first_account_to_an_undo_and_away(hand: Hand, host: Host, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "estimator", "admin", "add", "Ann", "--role", "owner", "--clinic", "all"]
    told = subprocess.run(command, **own_place(tmp_path, True), capture_output=True, text=True, check=True).stdout
    link = re.search(r"/admin/start\?code=\S+", told)
    assert link
    hand.open(link[0])
    hand.fill("password", PASSWORD)
    hand.press("Set the password and sign in")
    hand.follow("Set up an authenticator app")
    key = hand.tab.locator("main .code").inner_text().replace(" ", "")
    hand.fill("code", pyotp.TOTP(key).now())
    hand.press("Use this app")

    # Who the clinic is; then straight to its prices.
    hand.open("/admin/new-clinic")
    hand.fill("name_en", "Lakeside Wellness")
    hand.fill("name_es", "Bienestar Lakeside")
    hand.tick("IV infusion")
    hand.tick("Spravato nasal spray")
    hand.tab.select_option("#state", "CO")
    hand.press("On to the prices")
    assert hand.tab.locator("h1").inner_text() == "Everything you charge"

    # Five prices, looked at and published.
    hand.done = 0
    for field, text in FIVE_PRICES.items():
        hand.fill(field, text)
    if hand.scripts:
        # It saves itself: whoever is called away comes back to what was typed.
        hand.tab.get_by_text("Saved in the draft.").wait_for()
        hand.open("/admin/lakeside-wellness/sheet")
        assert hand.tab.locator("#price-observation").input_value() == "200-260"
    hand.press("Save and preview")
    assert "What patients will see" in hand.text
    assert "IV ketamine, 6 sessions" in hand.text
    assert hand.done <= MOST_ACTIONS
    five = hand.done
    hand.open("/admin/lakeside-wellness/sheet")

    # What hangs on a price: a mistake is said, nothing typed is lost.
    hand.tick("comes off the first Ketamine infusion")
    hand.fill("package-infusion-0-sessions", "6")
    hand.fill("package-infusion-0-price", "2.400,00")
    hand.fill("insured-infusion", "275")
    hand.tick("and we bill the visit to the plan")
    hand.fill("discount-0-label", "veterans")
    hand.fill("discount-0-percent", "15")
    hand.press("Save and preview")
    assert "'2.400,00' is not an amount such as 450" in hand.text
    assert hand.tab.locator("#discount-0-percent").input_value() == "15"
    hand.fill("package-infusion-0-price", "2,400")
    hand.press("Save and preview")
    hand.tab.locator("table.effects").get_by_role("link").first.click()
    hand.tab.get_by_text("Preview of prices that are not published.").wait_for()
    hand.follow("Back to the preview")
    before = hand.done
    hand.fill("why", "Our first list")
    hand.tick_what_is_worth_a_look()
    hand.press("Publish")
    assert five + hand.done - before <= MOST_ACTIONS, "five prices, from the sheet until patients see them"
    assert "Version 1 is published and in force." in hand.text
    within(5, lambda: pays(hand.server) == 2400_00, "patients do not see the package, with the evaluation in it")
    assert pays(hand.server, sessions="1") == 450_00, "the evaluation comes off"
    assert pays(hand.server, discount="veterans", sessions="1") == 382_50
    assert pays(hand.server, treatment="im") is None, "only what it ticked is offered"

    # The January list: everything dearer, waiting for its day.
    hand.open("/admin/lakeside-wellness/sheet")
    hand.fill("by", "5")
    hand.press("Work it out below")
    assert hand.tab.locator("#price-infusion").input_value() == "475"
    hand.fill("start", NEW_YEAR.isoformat())
    hand.press("Save and preview")
    hand.fill("why", "January")
    hand.tick("From a day")
    hand.fill("begins", NEW_YEAR.isoformat())
    hand.tick_what_is_worth_a_look()
    hand.press("Publish")
    assert "Version 2 is published. It begins on January 1" in hand.text
    later = date(NEW_YEAR.year, 2, 1).isoformat()
    assert pays(hand.server, start=later, sessions="1") == 450_00

    # A correction meanwhile: in force today, and in January's list.
    hand.open("/admin/lakeside-wellness/sheet")
    hand.fill("start", date.today().isoformat())
    hand.fill("price-spravato_84", "880")
    hand.press("Save and preview")
    assert "This correction is published at once" in hand.text
    hand.fill("why", "A slip")
    hand.tick_what_is_worth_a_look()
    hand.press("Publish")
    assert "version 4 begins on January 1" in hand.text
    text = tmp_path / "pricing" / "clinics" / "lakeside-wellness.yaml"
    within(5, lambda: "880" in text.read_text(), "the correction is not in force")
    assert f"{NEW_YEAR}" not in text.read_text(), "January's list has not begun"

    # And back.
    hand.open("/admin/lakeside-wellness/history")
    hand.tab.get_by_role("button", name=re.compile("^Undo version")).click()
    hand.tab.get_by_text(" is undone. ").wait_for()
    assert (
        "Our first list" in hand.tab.goto(f"http://127.0.0.1:{hand.server.port}/admin/lakeside-wellness/history").text()
    )

    on_its_own_site(hand, host)
    away_and_back(hand, text)


def on_its_own_site(hand: Hand, host: Host) -> None:
    """Her site is listed and published; what she pastes there shows the estimator, with scripts and without."""
    hand.open("/admin/lakeside-wellness/link")
    hand.fill("sites", f"{host.address}/prices")
    hand.press("Keep in the draft")
    hand.follow("Preview")
    assert "sites that may show its pages" in hand.text
    hand.fill("why", "On our site")
    hand.tick_what_is_worth_a_look()
    hand.press("Publish")
    hand.open("/admin/lakeside-wellness/link")
    assert f"Published, so these sites may show it now: {host.address}." in hand.text
    for name in ("frame", "script") if hand.scripts else ("frame",):
        pasted = hand.tab.locator(f"#{name}").input_value()
        theirs = hand.tab.context.new_page()
        theirs.goto(host.page(f"{name}.html", pasted))
        inside = theirs.frame_locator("iframe")
        inside.locator("h1", has_text="What might ketamine therapy cost you at Lakeside Wellness?").wait_for()
        assert "Estimate only" in inside.locator(".notice").inner_text()
        theirs.close()


def away_and_back(hand: Hand, on_disk: Path) -> None:
    """The clinic is withdrawn, its link says so, its file goes; then its prices are published again."""
    patients = f"http://127.0.0.1:{hand.server.port}/c/lakeside-wellness"
    hand.open("/admin/lakeside-wellness/leave")
    hand.press("Withdraw this clinic")
    assert "Write a sentence that says why." in hand.text
    hand.fill("why", "We closed")
    hand.tick("Yes, withdraw it: patients shall no longer find this clinic")
    hand.press("Withdraw this clinic")
    assert "is withdrawn. Patients no longer find it." in hand.text
    within(5, lambda: hand.tab.context.request.get(patients).status == 410, "patients still find it")
    assert "This clinic no longer publishes prices here" in hand.tab.context.request.get(patients).text()
    within(5, lambda: not on_disk.exists(), "its file is still there")
    hand.press("Publish its prices again")
    assert "Its prices are published again" in hand.text
    within(5, lambda: on_disk.exists() and pays(hand.server, sessions="1") == 450_00, "it is not back")
