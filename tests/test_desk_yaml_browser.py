"""The YAML editor in a real browser: mistakes while one types, and everything with scripts off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from support.desk_priced import CLINIC, NAME, PricedDesk
from support.desk_priced import desk as desk
from support.desk_visits import PASSWORD
from test_accessibility import SIDEWAYS, TAGS, found_by_axe
from test_accessibility import axe as axe
from waitress.server import create_server

YAML = f"/admin/{CLINIC}/yaml"


@pytest.fixture
def server(desk: PricedDesk) -> Iterator[str]:
    """The desk's app behind a real server."""
    sockets: dict[int, Any] = {}
    made = create_server(desk.app, map=sockets, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.effective_port}"
    made.close()
    made.task_dispatcher.shutdown()
    thread.join(10)


@pytest.fixture
def signed_in(chromium, server: str):
    """A function that opens a tab in which Ann is signed in."""
    contexts = []

    def opened(**settings: Any):
        context = chromium.new_context(locale="en-US", **settings)
        contexts.append(context)
        tab = context.new_page()
        tab.goto(f"{server}/admin/sign-in")
        tab.fill("#name", "Ann")
        tab.fill("#password", PASSWORD)
        tab.locator("main button:not([hidden])").first.click()
        tab.goto(server + YAML)
        return tab

    yield opened
    for context in contexts:
        context.close()


def at_the_end_of(tab, words: str) -> None:
    """Put the cursor behind the first place where `words` stand."""
    tab.evaluate(
        """words => {
            const text = document.getElementById("text"), at = text.value.indexOf(words) + words.length;
            text.focus();
            text.setSelectionRange(at, at);
        }""",
        words,
    )


def test_mistakes_show_while_one_types_and_control_s_saves(signed_in, desk: PricedDesk) -> None:
    """Typing, Ctrl-S and undo work as in any text; a mistake stands beside its line, and is said."""
    tab = signed_in()
    violations: list[str] = []
    tab.on("console", lambda message: violations.append(message.text) if message.type == "error" else None)

    # A mistake, beside its line and in the list.
    at_the_end_of(tab, "2026-02-01: 450")
    tab.keyboard.type("x")
    tab.get_by_text("1 mistake.").first.wait_for()
    assert "is not an amount" in tab.locator("#listed").inner_text()
    line = desk.text[: desk.text.index("450")].count("\n") + 1
    assert tab.locator(".bad-line").inner_text() == str(line)
    row, words = tab.locator(f"#line-{line}").bounding_box(), tab.locator(".beside b").bounding_box()
    assert abs(row["y"] - words["y"]) < 6
    assert tab.locator("#said").inner_text() == "1 mistake."
    tab.locator("#listed a").click()
    assert tab.evaluate("document.activeElement.id") == "text"
    tab.keyboard.press("Control+z")
    tab.locator("#summary").get_by_text("No mistakes.").wait_for()

    # A line more has its number.
    at_the_end_of(tab, "2026-02-01: 450")
    tab.keyboard.type("\n    insured_patient: {2026-03-01: 250}")
    assert "    insured_patient: {2026-03-01: 250}\n" in tab.input_value("#text")
    lines = tab.input_value("#text").count("\n") + 1
    assert tab.locator(".gutter span").count() == lines
    tab.locator("#summary").get_by_text("No mistakes.").wait_for()

    # Ctrl-S saves; only the new line is new.
    with tab.expect_navigation():
        tab.keyboard.press("Control+s")
    assert "Saved in the draft." in tab.locator("main").inner_text()
    before = desk.desk.work(CLINIC).base_files[NAME].decode()
    assert desk.text.replace("    insured_patient: {2026-03-01: 250}\n", "") == before
    assert violations == []


def test_numbers_stay_in_step_while_the_box_is_scrolled(signed_in) -> None:
    """The last line and its number are at the same height, wherever the box stands, with long lines too."""
    tab = signed_in(viewport={"width": 375, "height": 500})
    at_the_end_of(tab, "Springfield")
    tab.keyboard.type(" " + "and its wide surroundings " * 10)
    apart = """() => {
        const box = document.getElementById("box"), text = document.getElementById("text");
        box.scrollTop = box.scrollHeight;
        const last = document.querySelector(".gutter span:last-of-type").getBoundingClientRect();
        const padding = parseFloat(getComputedStyle(text).paddingBottom);
        const bottom = text.getBoundingClientRect().bottom - padding;
        return [Math.abs(last.bottom - bottom), text.scrollHeight - text.clientHeight];
    }"""
    off, hidden = tab.evaluate(apart)
    assert off < 4
    assert hidden <= 1
    tab.set_viewport_size({"width": 320, "height": 500})
    assert tab.evaluate(SIDEWAYS) == []


def test_everything_works_without_scripts(signed_in, desk: PricedDesk) -> None:
    """Check says what is wrong with links to the lines; Save keeps it."""
    tab = signed_in(java_script_enabled=False)
    text = tab.locator("#text")
    text.fill(desk.text.replace("450", "ten"))
    tab.get_by_role("button", name="Check").click()
    assert "is not an amount" in tab.locator("#listed").inner_text()
    tab.locator("#listed a").click()
    assert "#line-" in tab.url
    tab.locator("#text").fill(desk.text.replace("450", "475"))
    tab.get_by_role("button", name="Save").click()
    assert "Saved in the draft." in tab.locator("main").inner_text()
    assert "475" in desk.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(signed_in, axe: str, desk: PricedDesk, scheme: str) -> None:
    """The editor with mistakes, the conflict, history, comparison and files."""
    desk.publish("Springfield", "Shelbyville")
    tab = signed_in(bypass_csp=True, color_scheme=scheme)
    server = tab.url.removesuffix(YAML)
    at_the_end_of(tab, "2026-02-01: 450")
    tab.keyboard.type("x")
    tab.get_by_text("1 mistake.").first.wait_for()
    everything = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}

    def inspect() -> None:
        tab.evaluate(axe)
        # The bar at the foot covers whatever stands behind it until one scrolls on.
        tab.add_style_tag(content=".draft-bar { position: static !important }")
        for width in (1280, 375):
            tab.set_viewport_size({"width": width, "height": 800})
            assert found_by_axe(tab, everything) == [], tab.url
        tab.set_viewport_size({"width": 320, "height": 800})
        assert tab.evaluate(SIDEWAYS) == [], tab.url

    inspect()
    desk.edit("Shelbyville", "Capital City", by="Ben")
    with tab.expect_navigation():
        tab.keyboard.press("Control+s")
    assert "changed this file meanwhile" in tab.locator("h2").first.inner_text()
    inspect()
    (desk.folder / NAME).write_bytes(b"clinic: [")
    desk.app.extensions["site"].prices.refresh()
    pages = [f"admin/{CLINIC}/{page}" for page in ("history", "history/2", "compare", "folder")]
    for page in (*pages, f"c/{CLINIC}/price-updates"):
        tab.goto(f"{server}/{page}")
        tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        inspect()


@pytest.mark.parametrize("width", [375, 1280])
def test_the_list_of_mistakes_is_seen_while_one_types_and_nothing_jumps(signed_in, width: int) -> None:
    """Beside the text on a wide screen, above it on a phone; the text stays where it is as mistakes come and go."""
    tab = signed_in(viewport={"width": width, "height": 800})
    at_the_end_of(tab, "2026-02-01: 450")
    before = tab.locator("#box").bounding_box()
    scrolled = tab.evaluate("scrollY")
    tab.keyboard.type("x")
    tab.locator("#summary").get_by_text("1 mistake.").wait_for()
    at_the_end_of(tab, "2026-02-01: 75")
    tab.keyboard.type("y")
    tab.locator("#listed li").nth(1).wait_for()
    after = tab.locator("#box").bounding_box()
    assert (after["x"], after["width"]) == (before["x"], before["width"])
    assert after["y"] + tab.evaluate("scrollY") == before["y"] + scrolled
    listed, mistakes = (tab.locator(one).bounding_box() for one in ("#summary", ".mistakes"))
    assert 0 <= listed["y"] < 800
    if width > 1000:
        assert mistakes["x"] >= after["x"] + after["width"]
    else:
        assert mistakes["y"] + mistakes["height"] <= after["y"]
    tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert 0 <= tab.locator("#summary").bounding_box()["y"] < 800, "further down it is still seen"
    assert tab.evaluate(SIDEWAYS) == []
