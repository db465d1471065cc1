"""
The story of the desk in a real browser, against a real server: two people, a conflict, a broken file, an undo.

An office manager changes a price, sees what it does, publishes it from New Year; somebody else began from the older
version; a text editor breaks the file; the last publication is undone. Everything works with scripts off, too.
"""

from __future__ import annotations

import difflib
import http.client
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.desk_visits import HASHED, PASSWORD
from test_accessibility import SIDEWAYS, TAGS, found_by_axe
from test_accessibility import axe as axe
from test_serve import Server

from estimator.accounts.accounts import Accounts, Grant
from estimator.accounts.sign_ins import NOBODY, SECOND_FACTOR_REQUIRED
from estimator.prices.nodes import read_tree
from estimator.store.database import open_database
from estimator.store.settings import WHOLE_SITE, Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CLINIC = "example-harbor"
CHECK = b"2026-01-01: {price: 300, checked:"
FILE = f"clinics/{CLINIC}.yaml"
HOME = f"/admin/{CLINIC}/"
NEW_YEAR = date(date.today().year + 1, 1, 1).isoformat()
LATER = date(date.today().year + 1, 2, 1).isoformat()
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}


@dataclass
class Story:
    """A server with a store and a copy of the shipped tables, and two people who may publish at one clinic."""

    server: Server
    folder: Path
    chromium: Browser
    contexts: list[Any] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def path(self) -> Path:
        return self.folder / "pricing" / FILE

    @property
    def on_disk(self) -> bytes:
        return self.path.read_bytes()

    def person(self, name: str, **settings: Any) -> Page:
        """A browser in which somebody has signed in with their password."""
        context = self.chromium.new_context(locale="en-US", **settings)
        self.contexts.append(context)
        tab = context.new_page()
        tab.goto(self.address + HOME)
        tab.fill("#name", name)
        tab.fill("#password", PASSWORD)
        tab.locator("main button:not([hidden])").first.click()
        assert tab.url.endswith(HOME), "after signing in comes the page asked for"
        return tab

    def open(self, tab: Page, path: str) -> None:
        answer = tab.goto(self.address + path)
        assert answer
        assert answer.status < 400

    def public(self, path: str) -> Any:
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)) as connection:
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())

    def pays(self) -> int:
        """What one infusion after New Year costs somebody without insurance, in cents, as the public site says it."""
        answers = f"treatment=iv&insurance=none&sessions=1&psychotherapy=none&clinic={CLINIC}&start={LATER}"
        cents: int = self.public(f"/api/v1/estimate?{answers}")["you_pay"]["typical"]
        return cents


@pytest.fixture
def story(tmp_path: Path, chromium: Browser) -> Iterator[Story]:
    server = Server(tmp_path).wait()
    found = Story(server, tmp_path, chromium)
    try:
        with closing(open_database(f"sqlite:///{tmp_path}/data/estimator.db")) as database:
            accounts = Accounts(database)
            for name in ("Ann", "Ben"):
                added, _code = accounts.add(name, None, [Grant("publisher", CLINIC)], by="test", now=datetime.now(UTC))
                accounts.set_password(added.id, HASHED, by="test", action="set a password")
            Settings(database).set(WHOLE_SITE, SECOND_FACTOR_REQUIRED, NOBODY, by="test")
            olga, _code = accounts.add("Olga", None, [Grant("owner", "*")], by="test", now=datetime.now(UTC))
            accounts.set_password(olga.id, HASHED, by="test", action="set a password")
        yield found
    finally:
        for context in found.contexts:
            context.close()
        server.end()


def within(seconds: float, true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def press(tab: Page, name: str) -> None:
    tab.get_by_role("button", name=name, exact=True).first.click()


def changed_lines(before: bytes, after: bytes) -> list[str]:
    """Lines that are gone (-) or new (+)."""
    found = difflib.ndiff(before.decode().splitlines(), after.decode().splitlines())
    return [line for line in found if line[0] in "+-"]


def set_price(tab: Page, story: Story, charge: str, amount: str) -> None:
    """Open a price's form from its row, and put an exact price from New Year on into the draft."""
    tab.locator(f"#price-{charge}-self_pay").get_by_role("link", name="Change").click()
    tab.get_by_label("One exact price").check()
    tab.fill("#price", amount)
    tab.fill("#start", NEW_YEAR)
    tab.fill("#checked", "")
    press(tab, "Put into the draft")
    # Where a price begins on that day already, the page without scripts asks first.
    kept, again = tab.get_by_text("Kept in the draft"), tab.get_by_role("button", name="Replace it in the draft")
    kept.or_(again).first.wait_for()
    if again.is_visible():
        again.click()
    kept.wait_for()


def price_on_disk(story: Story, charge: str) -> str | None:
    root, _problems = read_tree(story.on_disk, FILE)
    assert root
    said: str | None = root.plain()["charges"][charge]["self_pay"].get(NEW_YEAR)
    return said


def price_at_new_year(story: Story, charge: str) -> str:
    root, _problems = read_tree(story.on_disk, FILE)
    assert root
    dated: dict[str, str] = root.plain()["charges"][charge]["self_pay"]
    return dated[max(start for start in dated if start <= NEW_YEAR)]


def first_half(story: Story, ann: Page) -> int:
    """The form, the YAML and back, the preview, publishing: the file holds it, patients see it; what they pay now."""
    before, paid = story.on_disk, story.pays()
    old = price_at_new_year(story, "infusion")
    set_price(ann, story, "infusion", "475")
    assert story.on_disk == before
    assert "not published" in ann.locator(".draft-bar").inner_text()

    ann.get_by_role("link", name="Edit as YAML").last.click()
    text = ann.locator("textarea").first.input_value()
    assert f"{NEW_YEAR}: 475" in text
    ann.locator("textarea").first.fill(text.replace("  city: Exampleville", "  city: Exampleville  # since May"))
    press(ann, "Save")
    story.open(ann, f"/admin/{CLINIC}/price/infusion/self_pay")
    assert "$475" in ann.locator("table.rows").inner_text()

    ann.get_by_role("link", name="Preview", exact=True).click()
    words = ann.locator(".changes").inner_text()
    assert re.search(r"Ketamine infusion[^\n]*\$475 from January 1, ", words)
    assert ann.locator("table.effects tbody tr").count() >= 5
    assert re.search(r"[+−]\$\d", ann.locator("table.effects").inner_text())
    ann.locator("table.effects").get_by_role("link").first.click()
    ann.get_by_text("Preview of prices that are not published.").wait_for()
    ann.get_by_role("link", name="Back to the preview").click()
    press(ann, "Publish")
    assert "Write why." in ann.locator("#why-error").inner_text()
    ann.fill("#why", "New price list")
    press(ann, "Publish")
    ann.get_by_text("is published and in force.").wait_for()

    # Byte for byte: two lines, everything else, comments included, as it was.
    within(5, lambda: price_on_disk(story, "infusion") == "475", "the file on disk does not hold the price")
    new = [line for line in changed_lines(before, story.on_disk) if line[0] == "+"]
    assert new == ["+   city: Exampleville  # since May", f"+       {NEW_YEAR}: 475"]
    paid += 47500 - round(float(old) * 100)
    within(5, lambda: story.pays() == paid, "patients do not see the price")
    return paid


def test_two_people_a_conflict_a_broken_file_and_an_undo(story: Story) -> None:
    """From Tuesday's new price to Wednesday's undo, without a restart, without losing a line."""
    ann, ben = story.person("Ann"), story.person("Ben")
    paid = first_half(story, ann)

    # Ben begins a draft. Ann's check goes out past it, and the draft takes it over.
    evaluation = price_at_new_year(story, "evaluation")
    story.open(ben, HOME)
    set_price(ben, story, "evaluation", "165")
    story.open(ann, HOME)
    assert "Ben" in ann.locator(".draft-bar").inner_text()
    ann.locator("#price-injection-self_pay").get_by_role("button", name="Checked today, still right").click()
    ann.get_by_text("Checked today: ").wait_for()
    within(5, lambda: CHECK in story.on_disk, "the check is not on disk")
    ben.get_by_role("link", name="Preview", exact=True).click()
    ben.fill("#why", "Evaluations")

    # While he looks at the preview, Ann takes her check back: he sees what she did, and takes both.
    undo(story, ann)
    press(ben, "Publish")
    said = ben.locator("main").inner_text()
    assert "Ann published version 4 meanwhile." in said
    assert "First evaluation" in said
    press(ben, "Take the merged draft")
    ben.get_by_text("The draft now has both").wait_for()
    assert ben.locator("#why").input_value() == "Evaluations"
    press(ben, "Publish")
    ben.get_by_text("is published and in force.").wait_for()
    within(5, lambda: price_on_disk(story, "evaluation") == "165", "the file does not hold Ben's price")
    assert CHECK not in story.on_disk
    paid += 16500 - round(float(evaluation) * 100)
    within(5, lambda: story.pays() == paid, "patients do not see Ben's price")

    # A text editor publishes, too.
    story.path.write_bytes(story.on_disk.replace(b"  state: CO", b"  state: UT"))
    within(5, lambda: "edited on disk" in history(story, ann), "the edit on disk is not a version")
    good = story.on_disk

    # Then it breaks the file: the desk and /healthz say so, prices stay.
    story.path.write_bytes(good.replace(b"  offers:", b"  offfers:"))
    within(5, lambda: health(story)["status"] != "ok", "/healthz does not say that the file is broken")
    # Each of the server's processes looks for itself.
    within(5, lambda: "The files on disk have problems." in overview(story, ann), "the desk says nothing")
    assert story.pays() == paid
    story.path.write_bytes(good)
    within(5, lambda: health(story)["status"] == "ok", "/healthz does not see the repair")

    # The undos, in one click each; the history shows everything.
    undo(story, ann)
    within(5, lambda: b"  state: CO" in story.on_disk, "the undo does not reach the file")
    assert price_on_disk(story, "evaluation") == "165"
    told = history(story, ann)
    for words in ("New price list", "Checked again and still right", "Evaluations", "edited on disk", "Undo"):
        assert words in told


def undo(story: Story, tab: Page) -> None:
    """Take the last version back, from the page of all versions."""
    story.open(tab, f"/admin/{CLINIC}/history")
    tab.get_by_role("button", name=re.compile("^Undo version")).click()
    tab.get_by_text(" is undone. ").wait_for()


def history(story: Story, tab: Page) -> str:
    story.open(tab, f"/admin/{CLINIC}/history")
    return tab.locator("main").inner_text()


def overview(story: Story, tab: Page) -> str:
    story.open(tab, HOME)
    return tab.locator("main").inner_text()


def health(story: Story) -> Any:
    return story.public("/healthz")


def test_the_same_works_without_scripts(story: Story) -> None:
    """The form, the YAML, the preview and publishing need no script."""
    first_half(story, story.person("Ann", java_script_enabled=False))


PAGES = (
    "/admin/prices",
    HOME,
    f"{HOME}price/infusion/self_pay",
    f"{HOME}price/evaluation/commercial",
    f"{HOME}preview",
    f"{HOME}preview/estimate?treatment=iv&insurance=none&sessions=6&psychotherapy=none&start={NEW_YEAR}",
    f"{HOME}settings",
    f"{HOME}setup",
    f"{HOME}sheet",
    f"{HOME}link?sessions=8",
    f"{HOME}list",
    f"{HOME}leave",
    f"{HOME}reminders",
    "/admin/new-clinic",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_these_pages(story: Story, axe: str, scheme: str) -> None:
    """Axe finds nothing on wide screens and phones; nothing scrolls sideways at 320 px; also after a mistake."""
    olga = story.person("Olga", bypass_csp=True, color_scheme=scheme)

    def inspect() -> None:
        olga.evaluate(axe)
        # The bar at the foot covers whatever stands behind it until one scrolls on.
        olga.add_style_tag(content=".draft-bar { position: static !important }")
        for width in (1280, 375):
            olga.set_viewport_size({"width": width, "height": 800})
            assert found_by_axe(olga, EVERYTHING) == [], olga.url
        olga.set_viewport_size({"width": 320, "height": 800})
        assert olga.evaluate(SIDEWAYS) == [], olga.url

    set_price(olga, story, "infusion", "1475")
    set_price(olga, story, "injection", "0")
    for path in PAGES:
        story.open(olga, path)
        inspect()
    olga.goto(f"{story.address}{HOME}preview")
    press(olga, "Publish")
    inspect()
    olga.goto(f"{story.address}{HOME}price/infusion/self_pay")
    olga.fill("#price", "much")
    press(olga, "Put into the draft")
    inspect()

    # The same line is changed on disk: the page with both sides.
    story.path.write_bytes(story.on_disk.replace(b": 440", b": 450").replace(b": 420", b": 425"))
    within(10, lambda: "edited on disk" in history(story, olga), "the edit on disk is not a version")
    story.open(olga, f"{HOME}merge")
    inspect()
