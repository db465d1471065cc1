"""With scripts the estimate follows the answers in place; the address keeps step, and nothing else is loaded."""

import gzip
import re

import pytest

from estimator.web.app import create_app
from estimator.web.script import _script

IV = "treatment=iv&insurance=none&sessions=6&psychotherapy=none&start=2027-01-11"


def is_problem(message):
    """A browser notes that a page with a mistake was answered 400."""
    return message.type == "error" and "status of 400" not in message.text


@pytest.fixture
def tab(chromium, live_server):
    context = chromium.new_context(base_url=live_server)
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda message: page.problems.append(message.text) if is_problem(message) else None)
    yield page
    assert page.problems == []
    context.close()


def test_the_script_is_small_and_kept_by_browsers():
    name, body = _script()
    answer = create_app().test_client().get(f"/static/{name}")
    assert len(gzip.compress(body)) <= 3 * 1024
    assert "immutable" in answer.headers["Cache-Control"]
    assert create_app().test_client().get("/static/live.000000000000.js").status_code == 404


def test_the_estimate_so_far_stands_under_the_questions_and_the_address_keeps_step(tab):
    tab.goto("/")
    tab.check("input[name=treatment][value=iv]")
    tab.check("input[name=insurance][value=none]")
    tab.fill("#sessions", "6")
    assert tab.locator("#so-far").is_hidden()
    tab.check("input[name=psychotherapy][value=none]")
    tab.locator("#so-far", has_text="$3,300").wait_for()
    assert "$3,300" in tab.locator("#said").inner_text()
    assert "sessions=6" in tab.url
    assert tab.evaluate("document.activeElement.name") == "psychotherapy"
    tab.reload()
    assert tab.is_checked("#sessions-6")


def test_a_usual_number_counts_in_the_estimate_so_far(tab):
    tab.goto("/?treatment=iv&insurance=none&psychotherapy=none")
    tab.locator("label:has(#sessions-6)").click()
    tab.locator("#so-far", has_text="$3,300").wait_for()
    tab.locator("label:has(#sessions-other)").click()
    tab.fill("#sessions", "7")
    tab.locator("#so-far", has_text="$3,300").wait_for(state="hidden")
    assert "sessions=7" in tab.url


def test_during_the_call_an_answer_moves_the_strip_and_what_was_noted_stays(tab):
    tab.goto("/next-steps?treatment=spravato&insurance=commercial&sessions=12&psychotherapy=none&start=2027-01-11")
    tab.evaluate("window.kept = true")
    tab.fill("#insurer-name", "Ann")
    tab.locator("#next-question ~ form button", has_text="Yes").click()
    tab.locator(".strip", has_text="your insurer agreed").wait_for()
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


def test_the_preview_has_both_of_the_insurers_answers(tab):
    tab.goto("/")
    for name, value in (("treatment", "spravato"), ("insurance", "commercial"), ("psychotherapy", "none")):
        tab.check(f"input[name={name}][value={value}]")
    tab.fill("#sessions", "12")
    preview = tab.locator("#so-far", has_text="If your insurer agrees: about $")
    preview.wait_for()
    assert "If it says no: about $" in preview.inner_text()


def test_an_answer_given_where_it_is_asked_moves_the_amount_without_a_reload(tab):
    tab.goto(f"/estimate?{IV.replace('iv', 'at_home')}")
    tab.evaluate("window.kept = true")
    field = tab.locator('input[name="price.home_session"]')
    field.fill("300")
    field.press("Enter")
    tab.locator(".strip[data-moved]").wait_for()
    assert tab.evaluate("window.kept")
    assert "price.home_session=300" in tab.url
    assert re.search(r"From \$[0-9]+ to \$1,800: .*The clinic asks: \$300", tab.locator("#said").inner_text())
    assert tab.locator(".strip").is_visible()
    assert tab.evaluate("document.activeElement.closest('#next') !== null"), "the focus is at the next question"
    tab.go_back()
    tab.locator(".strip:not([data-moved])").wait_for(state="attached")
    assert "price.home_session" not in tab.url


def test_a_bad_amount_is_mended_in_place(tab):
    tab.goto(f"/estimate?{IV}")
    tab.evaluate("window.kept = true")
    field = tab.locator('input[name="price.infusion"]')
    field.fill("about 450")
    field.press("Enter")
    tab.locator("#next .error").wait_for()
    assert tab.evaluate("window.kept")
    assert tab.evaluate("document.activeElement.value") == "about 450"
    assert tab.locator("#said").inner_text() == tab.locator("#next .error").text_content()
    tab.locator('input[name="price.infusion"]').fill("450")
    tab.locator('input[name="price.infusion"]').press("Enter")
    tab.locator(".strip", has_text="The clinic asks: $450").wait_for()


def test_a_button_answers_and_what_stood_open_stays_open(tab):
    tab.goto("/estimate?treatment=spravato&insurance=commercial&sessions=12&psychotherapy=none")
    tab.locator("#months > summary").click()
    tab.get_by_role("button", name="It said no").click()
    tab.locator(".strip", has_text="your insurer said no").wait_for()
    assert "authorization=denied" in tab.url
    assert tab.locator("#months table").is_visible()
    assert tab.locator(".sides").count() == 0


def test_scrolling_to_the_next_question_is_smooth_only_where_motion_is_wanted(tab):
    tab.emulate_media(reduced_motion="reduce")
    tab.goto(f"/estimate?{IV}")
    tab.evaluate(
        "Element.prototype.scrollIntoView = function (how) { document.documentElement.dataset.how = how?.behavior }"
    )
    tab.get_by_role("link", name="Not yet").click()
    tab.locator("html[data-how=auto]").wait_for()


def test_a_link_made_with_older_prices_says_so_and_shows_both(tab):
    tab.goto(f"/estimate?{IV}&prices=000000000000&was=200000-300000-400000")
    said = tab.locator(".earlier").inner_text()
    assert "Prices have changed" in said
    assert "$3,000" in said
    assert "$3,300" in tab.locator(".figure").inner_text()


def test_the_link_can_be_copied_and_remembers_what_it_said(tab):
    tab.goto(f"/estimate?{IV}")
    tab.locator("#keep > summary").click()
    button = tab.get_by_role("button", name="Copy link")
    assert "was=225000-327500-444500" in button.get_attribute("data-link")
    button.click()
