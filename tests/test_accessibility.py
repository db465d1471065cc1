"""Every page in every state for everybody: axe-core, and what it does not look at."""

from __future__ import annotations

import contextlib
import functools
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import no_browser
from support.site_pages import BAD_FORM, ESTIMATE_IV, ESTIMATE_SPRAVATO, FORM, IV, languages, pages

AXE = Path(__file__).resolve().parent.parent / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a colour scheme can change; the rest is the same in the dark.
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]
PHONE, DESKTOP = 375, 1280

EACH_PAGE = pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", languages())

TARGET, ROW = 24, 44
"""The least height and width of a target in CSS pixels: of any (WCAG 2.5.8), and of a row of the form (2.5.5)."""


@pytest.fixture(scope="session")
def axe():
    """The source of axe-core."""
    if not AXE.is_file():
        no_browser("axe-core is not installed: `make node_modules/.installed` needs npm")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tabs(chromium):
    """Tabs by the settings of their context; nothing is stored, so one page leaves nothing to the next."""
    with contextlib.ExitStack() as contexts:

        @functools.cache
        def tab(settings):
            context = chromium.new_context(locale="en-US", **dict(settings))
            contexts.callback(context.close)
            return context.new_page()

        yield tab


@pytest.fixture
def open_page(tabs, live_server):
    """A function that opens a page of the site with the settings of a browser context."""

    def opened(page, width=PHONE, height=800, query="", **settings):
        tab = tabs(tuple(sorted(settings.items())))
        tab.set_viewport_size({"width": width, "height": height})
        address = page.address + (("&" if "?" in page.address else "?") + query if query else "")
        answer = tab.goto(live_server + address)
        assert answer.status == page.status, f"{address} answers {answer.status}"
        if page.opened:
            open_all(tab)
        return tab

    return opened


def open_all(tab):
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


# axe-core


def found_by_axe(tab, options):
    """Every violation as a readable line: the rule, the element, what is wrong."""
    found = tab.evaluate(
        """async options => (await axe.run(document, options)).violations.flatMap(rule => rule.nodes.map(node =>
            `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\\s+/g, " ")}`))""",
        options,
    )
    return sorted(found)


@IN_EACH_LANGUAGE
@EACH_PAGE
def test_axe_finds_nothing(page, language, open_page, axe):
    # Without the policy of the page, which rightly forbids the script of a test.
    tab = open_page(page, query=f"lang={language}", bypass_csp=True, reduced_motion="reduce")
    # Axe scrolls and measures in one go; parts that are laid out only when they come into view would lie on each other.
    tab.add_style_tag(content=".part, .row, .charge { content-visibility: visible !important }")
    tab.evaluate(axe)
    everything = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    colours = {"runOnly": {"type": "rule", "values": RULES_OF_COLOUR}, "resultTypes": ["violations"]}
    found = {}
    looks = [(PHONE, "light"), (DESKTOP, "light"), (PHONE, "dark"), (DESKTOP, "dark")]
    # Another language has other words, not other colours.
    for width, scheme in looks if language == "en" else looks[:1]:
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(color_scheme=scheme)
        options = everything if scheme == "light" else colours
        if problems := found_by_axe(tab, options):
            found[f"{width} px, {scheme}"] = problems
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


# Groups, targets, widths


@EACH_PAGE
def test_choices_stand_in_groups_with_one_name(page, open_page):
    tab = open_page(page)
    loose = tab.evaluate(
        """() => [...document.querySelectorAll("input[type=radio], input[type=checkbox]")].filter(input => {
            const group = input.closest("fieldset");
            return !group || [...group.children].filter(one => one.localName === "legend").length !== 1
                || !group.firstElementChild.textContent.trim();
        }).map(input => `${input.name}=${input.value}`)"""
    )
    assert loose == []
    mixed = tab.evaluate(
        """() => [...document.querySelectorAll("fieldset")].filter(group =>
            new Set([...group.querySelectorAll("input[type=radio]")].map(input => input.name)).size > 1
        ).map(group => group.innerText)"""
    )
    assert mixed == [], "two questions in one group"


SMALL_TARGETS = """([any, row]) => {
    const inText = link => {
        // WCAG leaves out links in a sentence, whose height is that of the line.
        const block = link.closest("p, li, dd, dt, td, th, label, legend, small");
        return block && getComputedStyle(link).display.startsWith("inline")
            && block.textContent.trim() !== link.textContent.trim();
    };
    const area = control => {
        const box = one => one.getBoundingClientRect();
        const around = control.matches("input[type=radio], input[type=checkbox]") && control.closest("label");
        return box(around || control);
    };
    const small = [];
    for (const one of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")) {
        if (!one.checkVisibility() || (one.localName === "a" && inText(one)) || one.matches(".skip")) continue;
        const least = one.matches("button, input, select, summary") ? row : any;
        const { width, height } = area(one);
        if (width < any || height < least - 0.5)
            small.push(`${one.localName} “${one.innerText || one.name}”: ${width | 0}×${height | 0} of ${least}`);
    }
    return [...new Set(small)];
}"""


@EACH_PAGE
def test_targets_can_be_hit(page, open_page):
    tab = open_page(page)
    for width in (PHONE, DESKTOP):
        tab.set_viewport_size({"width": width, "height": 800})
        small = tab.evaluate(SMALL_TARGETS, [TARGET, ROW])
        assert not small, f"{width} px: " + "\n".join(small)


SIDEWAYS = """() => {
    const most = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= most) return [];
    return [`${document.documentElement.scrollWidth} px wide, of ${most}`,
        ...[...document.querySelectorAll("main *")].filter(one => one.getBoundingClientRect().right > most + 1)
            .slice(0, 5).map(one => one.outerHTML.slice(0, 120))];
}"""


CUT_OFF = """() => {
    const most = document.documentElement.clientWidth, found = [];
    for (const one of document.querySelectorAll("body *")) {
        const left = one.matches(".said, .skip, select, option") || one.closest("svg, .scroll");
        if (left || !one.checkVisibility()) continue;
        const hides = getComputedStyle(one).overflowX !== "visible" && one.clientWidth;
        if (hides && one.scrollWidth > one.clientWidth + 1) found.push(one.outerHTML.slice(0, 120));
    }
    for (const text of document.querySelectorAll("svg text")) {
        const { left, right, width } = text.getBoundingClientRect();
        if (width && (left < -1 || right > most + 1)) found.push(text.textContent);
    }
    return found;
}"""


SPREAD = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""


def fits(tab):
    wide = tab.evaluate(SIDEWAYS)
    assert not wide, "\n".join(wide)


@IN_EACH_LANGUAGE
@EACH_PAGE
def test_nothing_has_to_be_scrolled_sideways(page, language, open_page):
    # 320 px is what 400 % zoom leaves of a screen 1280 px wide, 640 px what 200 % leaves.
    tab = open_page(page, 320, query=f"lang={language}", device_scale_factor=2)
    open_all(tab)
    fits(tab)
    tab.set_viewport_size({"width": 640, "height": 400})
    fits(tab)


@IN_EACH_LANGUAGE
@EACH_PAGE
def test_larger_type_fits(page, language, open_page):
    """Type alone made up to twice as large in the settings of the browser or the phone (WCAG 1.4.4)."""
    tab = open_page(page, query=f"lang={language}")
    open_all(tab)
    browser = tab.context.new_cdp_session(tab)
    try:
        for percent, width in ((130, PHONE), (200, PHONE), (200, 640)):
            browser.send("Page.setFontSizes", {"fontSizes": {"standard": 16 * percent // 100}})
            tab.set_viewport_size({"width": width, "height": 800})
            size = tab.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
            assert size == pytest.approx(16 * percent / 100, abs=1), "the page has a type size of its own"
            fits(tab)
            assert tab.evaluate(CUT_OFF) == []
    finally:
        browser.send("Page.setFontSizes", {"fontSizes": {"standard": 16}})
        browser.detach()


@EACH_PAGE
def test_spread_out_text_fits(page, open_page):
    """A reader may spread lines, words and letters (WCAG 1.4.12)."""
    tab = open_page(page, bypass_csp=True)
    tab.add_style_tag(content=SPREAD)
    fits(tab)


# Focus, keyboard, motion, forced colours


LOOK = """() => {
    const look = one => {
        const { outlineStyle, outlineWidth, outlineColor, borderColor, boxShadow } = getComputedStyle(one);
        return [outlineStyle === "none" ? "" : outlineWidth + outlineColor, borderColor, boxShadow].join();
    };
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const shown = one.matches("input[type=radio]") ? one.closest("label") || one : one;
    const now = look(shown);
    const { left, top, width, height } = shown.getBoundingClientRect();
    one.blur();
    const changed = now !== look(shown);
    one.focus({ preventScroll: true });
    return { name: `${one.localName}${one.id && "#" + one.id} ${one.innerText || one.name || ""}`.slice(0, 80), changed,
        inSight: width > 0 && height > 0 && top < innerHeight && top + height > 0 && left >= 0 && left < innerWidth };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", [FORM, BAD_FORM, ESTIMATE_IV], ids=lambda page: page.name)
def test_focus_is_seen_wherever_it_goes(page, scheme, open_page):
    tab = open_page(page, color_scheme=scheme, reduced_motion="reduce")
    # The errors take the focus first; start from the top, as a reader who goes back does.
    tab.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(200):
        tab.keyboard.press("Tab")
        one = tab.evaluate(LOOK)
        if one is None:
            break
        seen.append(one["name"])
        assert one["changed"], f"{one['name']}: focus is not seen"
        assert one["inSight"], f"{one['name']}: focus is out of sight"
    assert len(seen) > 5


def test_the_form_is_done_by_keyboard_alone_without_scripts(open_page, live_server):
    tab = open_page(FORM, java_script_enabled=False)
    keys = tab.keyboard

    def tab_until(what, arrived):
        for _ in range(60):
            keys.press("Tab")
            here = tab.locator("*:focus").first
            if here.count() and arrived(here):
                return
        pytest.fail(f"Tab never comes to {what}")

    def tab_to(name):
        tab_until(name, lambda here: here.get_attribute("name") == name)

    def tab_to_tag(tag, text):
        tab_until(text, lambda here: here.evaluate("one => one.localName") == tag and text in here.inner_text())

    tab_to("treatment")
    keys.press("Space")
    tab_to("insurance")
    keys.press("Space")
    keys.press("ArrowDown")
    tab_to("sessions")
    keys.press("Space")
    tab_to("psychotherapy")
    keys.press("Space")
    tab_to_tag("summary", "When and where")
    keys.press("Space")
    tab_to("start")
    keys.type("12062026")
    tab_to_tag("button", "See my estimate")
    keys.press("Enter")
    tab.wait_for_url(f"{live_server}/estimate?**", timeout=5000)
    answered = parse_qs(urlsplit(tab.url).query)
    chosen = {name: answered[name] for name in ("treatment", "insurance", "sessions", "psychotherapy", "start")}
    assert chosen == {
        "treatment": ["iv"],
        "insurance": ["none"],
        "sessions": ["6"],
        "psychotherapy": ["none"],
        "start": ["2026-12-06"],
    }
    assert "$" in tab.locator("main").inner_text()


def test_the_first_tab_skips_to_the_content(open_page):
    tab = open_page(ESTIMATE_IV)
    tab.keyboard.press("Tab")
    link = tab.locator("a:focus")
    assert link.get_attribute("href") == "#main"
    box = link.bounding_box()
    assert box
    assert box["x"] >= 0
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_errors_are_announced_and_lead_to_their_fields(open_page):
    tab = open_page(BAD_FORM)
    summary = tab.get_by_role("alert")
    assert summary.evaluate("one => one === document.activeElement"), "the errors do not take the focus"
    for link in summary.locator("a").all():
        target = tab.locator(f'[id="{link.get_attribute("href")[1:]}"]')
        assert target.count() == 1
        described = target.evaluate(
            """one => (one.getAttribute("aria-describedby") || "").split(" ").filter(Boolean)
                .map(id => document.getElementById(id)?.className ?? "missing: " + id)"""
        )
        assert "error" in described, f"{link.inner_text()}: {described}"
        link.press("Enter")
        assert target.evaluate("one => one === document.activeElement"), f"{link.inner_text()} does not get there"
        assert target.is_visible()


@EACH_PAGE
def test_nothing_moves_for_readers_who_ask_for_rest(page, open_page):
    tab = open_page(page, reduced_motion="reduce")
    moving = tab.evaluate(
        """() => [...document.querySelectorAll("*")].filter(one => {
            const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(one);
            return transitionDuration.split(", ").some(time => parseFloat(time) > 0.01)
                || animationName !== "none" || scrollBehavior === "smooth";
        }).map(one => one.outerHTML.slice(0, 100))"""
    )
    assert moving == []


@pytest.mark.parametrize("page", [FORM, ESTIMATE_SPRAVATO], ids=lambda page: page.name)
def test_charts_and_choices_are_seen_in_forced_colours(page, open_page):
    tab = open_page(page, DESKTOP, forced_colors="active", color_scheme="dark")
    assert tab.evaluate("matchMedia('(forced-colors: active)').matches")
    # What is drawn must not have the colour of the paper, or it is gone.
    gone = tab.evaluate(
        """() => {
            const paper = getComputedStyle(document.body).backgroundColor;
            return [...document.querySelectorAll("svg rect, svg line, svg text")].filter(one => {
                if (!one.checkVisibility() || one.closest("defs")) return false;
                const { fill, stroke } = getComputedStyle(one);
                return [fill, stroke].every(colour => colour === paper || colour === "none" || colour.endsWith(", 0)"));
            }).map(one => one.outerHTML);
        }"""
    )
    assert gone == []
    if page is FORM:
        label = tab.locator(".choices label").first
        border = "one => getComputedStyle(one).border"
        before = label.evaluate(border)
        label.click()
        assert label.evaluate(border) != before, "a choice does not show that it is chosen"


def test_colours_without_a_choice_follow_the_reader(open_page):
    papers = {
        scheme: open_page(FORM, color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    }
    assert papers["light"] != papers["dark"]


def test_a_page_says_its_language_and_its_name(open_page):
    names = [(open_page(page).title(), page.name) for page in pages() if not page.opened]
    assert all(title.strip(" –") for title, _ in names)
    form, error = open_page(FORM).title(), open_page(BAD_FORM).title()
    assert form != error, "the title of the form does not say that there are errors"
    for language in languages():
        assert open_page(FORM, query=f"lang={language}&{IV}").locator("html").get_attribute("lang") == language
