"""Prices at the desk in a real browser: where answers stand, what a chosen day replaces, and that all can use it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support.desk_priced import CLINIC, INFUSION, PricedDesk
from support.desk_priced import desk as desk
from support.desk_visits import PASSWORD
from test_accessibility import SIDEWAYS, TAGS, found_by_axe
from test_accessibility import axe as axe
from test_desk_yaml_browser import server as server
from test_desk_yaml_browser import signed_in as signed_in

OVERVIEW = f"/admin/{CLINIC}/"
SAID = "said-price-monitoring-self_pay"
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [375, 1280])
def test_the_answer_to_a_click_is_seen_and_has_the_keyboard(signed_in, server: str, scripts: bool, width: int) -> None:
    """However far down the row is, its answer is on the screen, and the next Tab goes on from there."""
    tab = signed_in(java_script_enabled=scripts, viewport={"width": width, "height": 700})
    tab.goto(server + OVERVIEW)
    tab.locator("#price-monitoring-self_pay form button").click()
    tab.wait_for_url(f"**#{SAID}")
    message, row = tab.locator(f"#{SAID}").bounding_box(), tab.locator("#price-monitoring-self_pay").bounding_box()
    assert message["y"] >= 0
    assert message["y"] + message["height"] <= 700
    assert row["y"] + row["height"] > 0, "the row is seen with it"
    assert tab.locator(f"#{SAID}:focus").count() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_a_day_that_is_taken_is_said_before_it_is_replaced(
    signed_in, server: str, desk: PricedDesk, scripts: bool
) -> None:
    """With scripts while the day is chosen, so that one press is enough; without, by asking once more."""
    tab = signed_in(java_script_enabled=scripts)
    tab.goto(server + INFUSION)
    tab.fill("#price", "475")
    tab.fill("#start", "2026-02-01")
    sentence = "On February 1, 2026 stands $450 already; saving replaces it."
    if scripts:
        assert tab.locator("#stands").inner_text() == sentence
        tab.fill("#start", "2027-02-01")
        assert tab.locator("#stands").inner_text() == ""
        tab.fill("#start", "2026-02-01")
    tab.get_by_role("button", name="Put into the draft").click()
    if not scripts:
        assert sentence in tab.locator("[role=alert]").inner_text()
        assert tab.locator("#price").input_value() == "475"
        tab.get_by_role("button", name="Replace it in the draft").click()
    assert "in place of $450 on February 1, 2026" in tab.locator("#said-price-infusion-self_pay").inner_text()
    assert "price: 475" in desk.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_what_these_pages_ask(
    signed_in, server: str, desk: PricedDesk, axe: str, scheme: str
) -> None:
    """Marks of waiting versions, answers, questions, a form that was not taken, a draft that is gone."""
    desk.publish("2026-02-01: 450", "2026-02-01: 475", begins=date(2027, 1, 1))
    desk.edit("2026-02-01: 75", "2026-02-01: 80")
    tab = signed_in(bypass_csp=True, reduced_motion="reduce", color_scheme=scheme)

    def inspect() -> None:
        tab.evaluate(axe)
        for width in (375, 1280):
            tab.set_viewport_size({"width": width, "height": 800})
            assert found_by_axe(tab, OPTIONS) == [], tab.url
            assert tab.evaluate(SIDEWAYS) == [], tab.url

    tab.goto(server + OVERVIEW)
    assert tab.locator(".ahead").count() == 3
    inspect()
    tab.goto(server + INFUSION)
    tab.fill("#start", "2026-02-01")
    tab.evaluate("document.querySelector('.price-form').elements.replaces.value = ''")
    tab.get_by_role("button", name="Put into the draft").click()
    tab.get_by_role("button", name="Replace it in the draft").wait_for()
    inspect()
    other = tab.context.new_page()
    other.goto(server + OVERVIEW)
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/sign-in")
    tab.get_by_role("button", name="Replace it in the draft").click()
    tab.get_by_role("button", name="Go on with what I typed").wait_for()
    inspect()
    with tab.context.expect_page() as opened:
        tab.get_by_role("link", name="Open the sign-in page in a new tab").click()
    sign_in(opened.value)
    tab.get_by_role("button", name="Go on with what I typed").click()
    tab.get_by_role("button", name="Send it now").wait_for()
    inspect()
    tab.get_by_role("button", name="Send it now").click()
    tab.locator("#said-price-infusion-self_pay").wait_for()
    inspect()
    tab.get_by_role("button", name="Discard").click()
    tab.get_by_role("button", name="Take it back").wait_for()
    inspect()
    tab.get_by_role("button", name="Take it back").click()
    tab.get_by_text("is back.").wait_for()
    assert desk.desk.drafts.get(CLINIC) is not None


def sign_in(tab: Any) -> None:
    tab.fill("#name", "Ann")
    tab.fill("#password", PASSWORD)
    tab.locator("main button:not([hidden])").first.click()
    tab.wait_for_url("**/admin/**")
    tab.get_by_role("button", name="Sign out").wait_for()
