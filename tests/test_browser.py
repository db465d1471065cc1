"""A person with a browser: fills in the form, reads the range, changes an answer; on a phone, and without scripts."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

FOUR = {"treatment": "spravato", "insurance": "commercial", "psychotherapy": "virtual"}
RESULT = "/estimate?treatment=spravato&insurance=commercial&sessions=12&psychotherapy=virtual&start=2027-01-04"
DETAILS = RESULT.replace("/estimate", "/details") + "&network=mixed&about=spravato_84"
ADDRESSES = (
    "/",
    "/?treatment=spravato&insurance=commercial",
    "/estimate",
    RESULT,
    DETAILS,
    "/prices",
    "/method",
    "/nowhere",
)
WIDTHS = (375, 1280)


@pytest.fixture
def tab(chromium, live_server, request):
    """A tab of a fresh browser profile; everything it asks for, and its complaints, are kept."""
    settings = {"viewport": {"width": 375, "height": 800}, "locale": "en-US"} | getattr(request, "param", {})
    context = chromium.new_context(base_url=live_server, **settings)
    tab = context.new_page()
    tab.asked, tab.complaints = [], []
    tab.on("request", lambda one: tab.asked.append(one.url))
    tab.on("console", lambda one: tab.complaints.append(one.text) if one.type in ("error", "warning") else None)
    tab.on("pageerror", lambda one: tab.complaints.append(str(one)))
    yield tab
    assert [one for one in tab.complaints if "status of 4" not in one] == []
    assert all(one.startswith((live_server, "data:")) for one in tab.asked), "something strange was loaded"
    assert context.cookies() == []
    context.close()


def of(width, scripts=True, **more):
    return {"viewport": {"width": width, "height": 800}, "java_script_enabled": scripts} | more


def fill_in(tab, sessions="12"):
    for name, value in FOUR.items():
        tab.locator(f"label:has(#{name}-{value})").click()
    tab.get_by_label("How many treatment sessions?").fill(sessions)


def see(tab):
    # The event of the new page: the one that is left has been loaded long since.
    with tab.expect_event("load"):
        tab.get_by_role("button", name="See my estimate").click()


@pytest.mark.parametrize(
    "tab",
    [of(width, scripts) for width in WIDTHS for scripts in (True, False)],
    indirect=True,
    ids=lambda one: f"{one['viewport']['width']}px{'' if one['java_script_enabled'] else '-no-scripts'}",
)
def test_four_answers_give_a_range_with_the_notice_beside_it(tab):
    tab.goto("/")
    fill_in(tab)
    see(tab)
    assert tab.locator("h1").inner_text() == "Spravato: 12 sessions"
    # The insurer agrees or says no: two sides, each with its own amount and range.
    sides = tab.locator(".sides > div")
    assert sides.count() == 2
    for side in sides.all():
        assert re.search(r"\$[0-9,]+", side.locator("strong").inner_text())
        assert re.search(r"\$[0-9,.]+ to \$[0-9,.]+", side.inner_text())
    assert abs(sides.first.bounding_box()["y"] - sides.last.bounding_box()["y"]) < 1, "side by side, on a phone too"
    assert "not included" in tab.content()


@pytest.mark.parametrize("tab", [{"viewport": {"width": 375, "height": 667}}], indirect=True)
@pytest.mark.parametrize(
    "answers", ["spravato&insurance=commercial", "iv&insurance=none", "spravato&insurance=medicare"]
)
def test_a_phones_first_screen_has_the_amounts_and_the_notice_and_two_hold_all_that_is_unfolded(tab, answers):
    tab.goto(f"/estimate?treatment={answers}&sessions=12&psychotherapy=none")
    for amount in tab.locator(".headline strong").all():
        box = amount.bounding_box()
        assert box["y"] + box["height"] <= 667
    notice = tab.locator(".notice p").first
    assert "Good Faith Estimate" in notice.inner_text()
    box = notice.bounding_box()
    assert box["y"] + box["height"] <= 667
    assert not tab.locator(".strip").is_visible(), "the amount itself is in sight"
    last = tab.locator(".fold, .row").last.bounding_box()
    # Whoever has four plans to choose from has them as cards and as buttons.
    most = 2 * 667 if "medicare" not in answers else 2.6 * 667
    assert last["y"] + last["height"] <= most


@pytest.mark.parametrize("tab", [{"viewport": {"width": 375, "height": 667}}], indirect=True)
def test_the_strip_stays_in_view_and_covers_neither_the_last_line_nor_what_has_the_focus(tab):
    tab.goto(RESULT)
    summaries = tab.locator("details.fold > summary")
    for summary in summaries.all():
        summary.focus()
        box, strip = summary.bounding_box(), tab.locator(".strip").bounding_box()
        assert strip["y"] + strip["height"] <= 667.5
        if tab.locator(".strip").is_visible():
            assert box["y"] + box["height"] <= strip["y"] + 1
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    last, strip = summaries.last.bounding_box(), tab.locator(".strip").bounding_box()
    assert last["y"] + last["height"] <= strip["y"] + 1
    assert strip["y"] + strip["height"] <= tab.locator("footer").bounding_box()["y"]


@pytest.mark.parametrize("tab", [{"viewport": {"width": 320, "height": 667}}], indirect=True)
def test_five_digit_amounts_stand_on_one_line_on_the_smallest_phone_in_spanish(tab):
    tab.goto(RESULT + "&lang=es")
    for amount in tab.locator(".headline strong").all():
        high = amount.evaluate("one => one.getClientRects().length")
        box = amount.bounding_box()
        assert high == 1
        assert box["height"] < 50
        assert box["x"] + box["width"] <= 320


@pytest.mark.parametrize("tab", [of(width, False) for width in WIDTHS], indirect=True)
def test_no_two_buttons_of_the_form_touch(tab):
    tab.goto("/?lang=es")
    first, second = (tab.locator(".go button").nth(one).bounding_box() for one in (0, 1))
    beside = second["x"] - first["x"] - first["width"]
    below = second["y"] - first["y"] - first["height"]
    assert max(beside, below) >= 8


@pytest.mark.parametrize("tab", [of(1280, False)], indirect=True)
def test_nothing_of_the_bills_is_cut_off_on_a_wide_screen(tab):
    tab.goto(RESULT)
    tab.locator("#bill > summary").click()
    tab.locator("#ledger > summary").click()
    ledger = tab.locator(".scroll")
    assert ledger.evaluate("one => one.scrollWidth <= one.clientWidth")


@pytest.mark.parametrize("tab", [of(375), of(375, False)], indirect=True, ids=["scripts", "no-scripts"])
def test_what_others_pay_shows_when_it_is_asked_for(tab):
    tab.goto(RESULT)
    tab.locator("#bill > summary").click()
    row = tab.locator("tr.other").first
    assert not row.is_visible()
    tab.locator("#others > summary").click()
    assert row.is_visible()


def unfold(tab):
    """Open every group of questions that is in sight."""
    for fold in tab.locator(".more details").all():
        if fold.is_visible() and fold.get_attribute("open") is None:
            fold.locator("summary").click()


@pytest.mark.parametrize("tab", [of(375), of(375, False)], indirect=True, ids=["scripts", "no-scripts"])
def test_questions_appear_only_where_they_apply(tab):
    tab.goto("/")
    unfold(tab)
    deductible, dose = tab.get_by_label("Deductible for the year"), tab.locator("label:has(#dose-56)")
    plans = tab.locator("label:has([id^=plan-commercial])")
    therapy = tab.get_by_label("How many psychotherapy sessions?")
    assert not any(one.is_visible() for one in (deductible, dose, therapy, plans.first))
    tab.locator("label:has(#insurance-commercial)").click()
    unfold(tab)
    assert deductible.is_visible()
    assert plans.first.is_visible()
    assert not dose.is_visible()
    tab.locator("label:has(#treatment-spravato)").click()
    assert dose.is_visible()
    tab.locator("label:has(#psychotherapy-virtual)").click()
    assert therapy.is_visible()
    tab.locator("label:has(#insurance-none)").click()
    assert not deductible.is_visible()
    assert not plans.first.is_visible()


def test_the_usual_number_of_sessions_follows_the_treatment(tab):
    tab.goto("/")
    hints = tab.locator("#sessions-hint p")
    assert hints.count() > 1
    assert all(one.is_visible() for one in hints.all())
    tab.locator("label:has(#treatment-spravato)").click()
    assert [one.get_attribute("class") for one in hints.all() if one.is_visible()] == ["t-spravato"]


@pytest.mark.parametrize("tab", [of(375), of(375, False)], indirect=True, ids=["scripts", "no-scripts"])
def test_a_usual_number_is_a_tap_and_another_one_is_typed(tab):
    tab.goto("/")
    chips = tab.locator("fieldset:has(#sessions) .usual label")

    def shown():
        return [" ".join(one.inner_text().split()) for one in chips.all() if one.is_visible()]

    assert shown() == []
    tab.locator("label:has(#treatment-iv)").click()
    assert shown() == ["6 usual", "4", "8", "Another number"]
    assert tab.locator("#sessions").is_visible()
    tab.locator("label:has(#sessions-4)").click()
    assert not tab.locator("#sessions").is_visible()
    tab.locator("label:has(#treatment-spravato)").click()
    assert shown() == ["12 usual", "4", "8", "21", "Another number"], "what is chosen stays in sight"
    tab.locator("label:has(#sessions-other)").click()
    tab.locator("#sessions").fill("9")
    for question, value in (("insurance", "none"), ("psychotherapy", "none")):
        tab.locator(f"label:has(#{question}-{value})").click()
    see(tab)
    assert "9 sessions" in tab.locator("h1").inner_text()


@pytest.mark.parametrize("tab", [of(375), of(375, False)], indirect=True, ids=["scripts", "no-scripts"])
def test_a_hidden_answer_does_no_harm(tab):
    """A commercial plan is chosen, then Medicare: the browser still sends the plan, and the estimate comes."""
    tab.goto("/")
    fill_in(tab)
    unfold(tab)
    tab.locator("label:has([id^=plan-commercial])").last.click()
    tab.get_by_label("Deductible for the year").fill("2000")
    tab.locator("label:has(#insurance-medicare)").click()
    see(tab)
    assert tab.locator(".headline").is_visible()


def test_a_mistake_is_announced_focused_and_linked(tab):
    tab.goto("/")
    fill_in(tab, sessions="a dozen")
    see(tab)
    assert tab.title().startswith("Error: ")
    summary = tab.locator("[role=alert]")
    assert summary.evaluate("one => one === document.activeElement")
    summary.get_by_role("link").click()
    field = tab.get_by_label("How many treatment sessions?")
    assert field.evaluate("one => one === document.activeElement")
    assert field.input_value() == "a dozen"
    assert tab.locator("#treatment-spravato").is_checked()
    field.fill("12")
    see(tab)
    assert tab.locator(".headline").is_visible()


def test_an_assumption_leads_to_its_question_and_the_answer_narrows_the_range(tab):
    tab.goto(RESULT)
    tab.locator("#assumptions > summary").click()
    tab.get_by_role("link", name="Has your insurer agreed to pay?").click()
    assert tab.locator("#authorization-denied").is_visible()
    tab.locator("label:has(#authorization-denied)").click()
    see(tab)
    assert "said no" in tab.locator("main").inner_text()


def test_a_price_one_was_told_is_counted_right_where_it_is_asked_for(tab):
    tab.goto("/estimate?treatment=iv&insurance=none&sessions=6&psychotherapy=none&start=2027-01-04")
    told = tab.locator("#next form.told")
    told.get_by_role("textbox").fill("400")
    told.get_by_role("button").click()
    # With scripts the page is refreshed in place; without, it is loaded.
    tab.locator(".strip", has_text="The clinic asks: $400").wait_for()
    assert "price.infusion=400" in tab.url


@pytest.mark.parametrize(
    "tab", [of(width, False) for width in (256, 320, 375, 1280)], indirect=True, ids=[256, 320, 375, 1280]
)
@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_scrolls_sideways(tab, address):
    """256 px are 400 % zoom of a small laptop; estimates with several sides and the second form page included."""
    tab.goto(address)
    # Without scripts in the page itself, its measures come from the browser.
    for summary in tab.locator("summary").all():
        if summary.is_visible():
            summary.click()
    metrics = tab.context.new_cdp_session(tab).send("Page.getLayoutMetrics")
    assert metrics["cssContentSize"]["width"] <= tab.viewport_size["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_follow_the_reader(chromium, live_server, scheme):
    context = chromium.new_context(base_url=live_server, color_scheme=scheme)
    tab = context.new_page()
    tab.goto("/")
    red, *_ = re.findall(r"[0-9]+", tab.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert (int(red) > 200) == (scheme == "light")
    context.close()


def test_the_estimate_prints_on_at_most_two_pages_with_everything_unfolded(tab):
    tab.goto(RESULT)
    tab.emulate_media(media="print")
    assert tab.locator("aside.notice p").first.is_visible()
    assert tab.locator("dl.assumed").is_visible()
    assert all(row.is_visible() for row in tab.locator("tr.other").all())
    assert not tab.locator(".strip").is_visible()
    assert not tab.locator("details.ledger table").is_visible()
    assert sheets(tab, "Letter") <= 2


INCHES = {"Letter": (8.5, 11), "A4": (8.27, 11.69)}


def sheets(tab, paper, spare=0.0):
    """The number of printed pages, of which there is at least one, on paper shorter by `spare` of its height."""
    width, height = INCHES[paper]
    printed = tab.pdf(width=f"{width}in", height=f"{height * (1 - spare)}in", prefer_css_page_size=True)
    count = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert count, "no pages were found in the PDF"
    return count


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    ("treatment", "insurance", "sessions"),
    [
        *((treatment, insurance, 21) for treatment in ("iv", "spravato", "im") for insurance in ("none", "commercial")),
        ("at_home", "commercial", 21),
        ("spravato", "medicare", 21),
        *((treatment, "commercial", 40) for treatment in ("iv", "spravato")),
        *((treatment, "commercial", 104) for treatment in ("iv", "spravato", "im")),
        ("iv", "medicare", 104),
        ("spravato", "commercial", 60),
        ("im", "medicaid", 80),
    ],
)
def test_a_long_course_prints_on_at_most_two_pages(tab, treatment, insurance, sessions, lang):
    """Three rows a month with rebates, every month of ten years, every address of a source: each made three pages."""
    asked = f"treatment={treatment}&insurance={insurance}&sessions={sessions}&psychotherapy=in_person"
    tab.goto(f"/estimate?{asked}&start=2026-12-06&lang={lang}")
    assert max(sheets(tab, "A4"), sheets(tab, "Letter")) <= 2


SMALL_PRINT = """points => [...document.querySelectorAll("body *")].filter(one =>
    one.checkVisibility() && [...one.childNodes].some(part => part.nodeType === 3 && part.data.trim())
    && !one.closest(".said")
    && parseFloat(getComputedStyle(one).fontSize) * one.currentCSSZoom < points * 96 / 72 - 0.05
).map(one => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(
    ("path", "points"),
    [("/estimate", 8.5), ("/compare", 8.5), ("/start", 8.5), ("/sessions", 8.5), ("/next-steps", 10)],
)
def test_nothing_is_printed_too_small_to_read(tab, path, points):
    """The call is read while talking, so in ten points."""
    tab.goto(RESULT.replace("/estimate", path))
    tab.emulate_media(media="print")
    assert tab.evaluate(SMALL_PRINT, points) == []


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("path", ["/before-you-decide", "/glossary"])
def test_pages_to_read_print_each_address_once_and_refer_to_it_by_number(tab, path, lang):
    """
    Like the estimate: no address in the middle of a sentence, one list at the end, two pages at most.

    With a twentieth of each page to spare, because machines draw type a little differently. The day on which most was
    checked is said once.
    """
    tab.goto(f"{path}?{urlsplit(RESULT).query}&lang={lang}")
    checked = re.compile(r"(?:[Cc]hecked|[Rr]evisado el) ([0-9A-Za-z ,]*20[0-9]{2})")
    days = checked.findall(tab.locator("main").inner_text())
    told = [one.get_attribute("href").partition("//")[2].removesuffix("/") for one in tab.locator("main a.cite").all()]
    assert not tab.locator(".noted").is_visible()
    tab.emulate_media(media="print")
    listed = [" ".join(one.inner_text().split()) for one in tab.locator(".noted li").all()]
    assert {one.rpartition(": ")[2] for one in listed} == set(told)
    assert len(listed) == len(set(told)) < len(told)
    printed = tab.locator("main").inner_text()
    assert re.search(r"\b988\b", tab.locator("body").inner_text())
    assert len(re.findall(r"\b(?:Sources?|Fuentes?): [0-9]", printed)) > 5
    assert "http" not in printed
    usual = max(days, key=days.count)
    assert checked.findall(printed).count(usual) == 1 < days.count(usual)
    assert max(sheets(tab, paper, spare=0.05) for paper in INCHES) <= 2


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_call_prints_on_two_pages_at_most_and_what_is_folded_stays_off_the_paper(tab, lang):
    """A code leads to the page, so no address is printed; sources are named where something with sources is."""
    tab.goto(f"/next-steps?{urlsplit(RESULT).query}&lang={lang}&call_language=en&caller=son")
    tab.emulate_media(media="print")
    assert max(sheets(tab, paper, spare=0.05) for paper in INCHES) <= 2
    questions = tab.locator(".script details").all()
    assert len(questions) > 8
    assert all(one.locator(".say").is_visible() and one.locator(".write").is_visible() for one in questions)
    assert tab.locator(".qr svg").is_visible()
    assert tab.locator(".spoken input").first.is_visible()
    assert not tab.locator(".told, .letter").first.is_visible()
    assert "http" not in tab.locator("main").inner_text()
    assert tab.locator("#agreement .cite").first.is_visible()
    assert tab.evaluate("getComputedStyle(document.querySelector('#agreement .cite'), '::after').content") == '";"'
    for one in tab.locator(".fold").all():
        assert not one.is_visible()
    tab.evaluate("document.querySelector('#refused .fold').open = true")
    assert tab.locator("#refused .todo").is_visible()


def test_without_style_sheets_choices_stand_one_to_a_line_and_nothing_meant_for_paper_shows(tab):
    for page, spread in (("/", "label:has([id^=treatment-])"), (RESULT, None)):
        tab.goto(page)
        tab.evaluate("document.querySelectorAll('style').forEach(one => one.remove())")
        assert not any(one.is_visible() for one in tab.locator(".paper").all())
        if spread:
            tops = [one.bounding_box()["y"] for one in tab.locator(spread).all()]
            assert tops == sorted(set(tops))


def test_the_printed_estimate_has_a_code_in_place_of_addresses_and_names_each_source_once(tab):
    tab.goto(RESULT)
    titles = set(tab.evaluate("[...document.querySelectorAll('.why .sources a')].map(one => one.textContent)"))
    tab.emulate_media(media="print")
    printed = " ".join(tab.locator("body").inner_text().split())
    assert "http" not in printed
    assert f"{urlsplit(tab.url).netloc}" not in printed
    assert tab.locator(".qr svg").is_visible()
    assert re.findall(r"\b988\b", printed), "whoever is in a crisis finds the number on paper too"
    assert len(titles) > 10
    assert [title for title in titles if " ".join(title.split()) not in printed] == []


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    "answers",
    [
        "iv&insurance=none&sessions=6",
        "spravato&insurance=commercial&sessions=12",
        "spravato&insurance=medicare&sessions=12",
    ],
)
def test_what_decides_stands_on_one_sheet_in_ten_points_and_why_on_the_second(tab, answers, lang):
    tab.goto(f"/estimate?treatment={answers}&psychotherapy=none&start=2026-12-12&lang={lang}")
    assert max(sheets(tab, paper) for paper in INCHES) == 2
    tab.emulate_media(media="print")
    assert tab.locator(".why").evaluate("one => getComputedStyle(one).breakBefore") == "page"
    first = tab.evaluate(SMALL_PRINT.replace("8.5", "10").replace('!one.closest(".said")', ON_THE_FIRST))
    assert first == []
    tab.evaluate(
        "document.querySelectorAll('.why, #agreement, #course, #assumptions, footer').forEach(one => one.remove())"
    )
    assert max(sheets(tab, paper) for paper in INCHES) == 1


ON_THE_FIRST = '!one.closest(".said, .why, #agreement, #course, #assumptions, footer, svg")'
