"""With scripts the estimate follows the answers in place; the address keeps step, and nothing else is loaded."""

import gzip

import pytest

from estimator.web.app import create_app
from estimator.web.script import _script

IV = "treatment=iv&insurance=none&sessions=6&psychotherapy=none&start=2027-01-11"


@pytest.fixture
def tab(chromium, live_server):
    context = chromium.new_context(base_url=live_server)
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    yield page
    assert page.problems == []
    context.close()


def test_the_script_is_small_and_kept_by_browsers():
    name, body = _script()
    answer = create_app().test_client().get(f"/static/{name}")
    assert len(body) <= 5 * 1024
    assert len(gzip.compress(body)) <= 2 * 1024
    assert "immutable" in answer.headers["Cache-Control"]
    assert create_app().test_client().get("/static/live.000000000000.js").status_code == 404


def test_the_estimate_so_far_stands_under_the_questions_and_the_address_keeps_step(tab):
    tab.goto("/")
    tab.check("input[name=treatment][value=iv]")
    tab.check("input[name=insurance][value=none]")
    tab.fill("#sessions", "6")
    assert tab.locator("#so-far").is_hidden()
    tab.check("input[name=psychotherapy][value=none]")
    tab.locator("#so-far", has_text="$3,275").wait_for()
    assert "$3,275" in tab.locator("#said").inner_text()
    assert "sessions=6" in tab.url
    assert tab.evaluate("document.activeElement.name") == "psychotherapy"
    tab.reload()
    assert tab.is_checked("#sessions-6")


def test_a_usual_number_counts_in_the_estimate_so_far(tab):
    tab.goto("/?treatment=iv&insurance=none&psychotherapy=none")
    tab.locator("label:has(#sessions-6)").click()
    tab.locator("#so-far", has_text="$3,275").wait_for()
    tab.locator("label:has(#sessions-other)").click()
    tab.fill("#sessions", "7")
    tab.locator("#so-far", has_text="$3,275").wait_for(state="hidden")
    assert "sessions=7" in tab.url


def test_during_the_call_an_answer_moves_the_strip_and_what_was_noted_stays(tab):
    tab.goto("/next-steps?treatment=spravato&insurance=commercial&sessions=12&psychotherapy=none&start=2027-01-11")
    tab.evaluate("window.kept = true")
    tab.fill("#insurer-name", "Ann")
    tab.locator("#next-question ~ form button", has_text="Yes").click()
    tab.locator(".strip", has_text="Has your insurer agreed to pay?: Yes").wait_for()
    assert tab.evaluate("window.kept")
    assert tab.input_value("#insurer-name") == "Ann"
    assert "Ann" not in tab.url
    assert "authorization=approved" in tab.url
    assert tab.evaluate("document.activeElement.id") == "next-question"
    assert "agrees" not in tab.locator("#next-question").inner_text()


def test_the_letter_can_be_copied(chromium, live_server):
    context = chromium.new_context(base_url=live_server, permissions=["clipboard-read", "clipboard-write"])
    tab = context.new_page()
    tab.goto("/next-steps?treatment=spravato&insurance=commercial&sessions=8&psychotherapy=none&authorization=denied")
    tab.get_by_role("button", name="Copy the letter").click()
    tab.get_by_role("button", name="Letter copied").wait_for()
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert copied == tab.locator("#letter").text_content()
    assert "I ask you to look at it again" in copied
    context.close()


def test_an_answer_given_where_it_is_asked_narrows_the_range_without_a_reload(tab):
    tab.goto(f"/estimate?{IV}")
    tab.evaluate("window.kept = true")
    field = tab.locator('input[name="price.infusion"]')
    field.fill("450")
    field.press("Enter")
    tab.locator(".earlier").wait_for()
    assert tab.evaluate("window.kept")
    assert "price.infusion=450" in tab.url
    assert "$2,250 to $4,445" in tab.locator(".earlier").inner_text()
    assert "$2,975" in tab.locator("#said").inner_text()
    tab.go_back()
    tab.locator(".figure", has_text="$3,275").wait_for()
    assert "price.infusion" not in tab.url


def test_a_link_made_with_older_prices_says_so_and_shows_both(tab):
    tab.goto(f"/estimate?{IV}&prices=000000000000&was=200000-300000-400000")
    said = tab.locator(".earlier").inner_text()
    assert "Prices have changed" in said
    assert "$3,000" in said
    assert "$3,275" in tab.locator(".figure").inner_text()


def test_the_link_can_be_copied_and_remembers_what_it_said(tab):
    tab.goto(f"/estimate?{IV}")
    button = tab.get_by_role("button", name="Copy link")
    assert "was=225000-327500-444500" in button.get_attribute("data-link")
    button.click()
