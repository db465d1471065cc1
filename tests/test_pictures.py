"""
How the main pages look: pictures at half size in tests/pictures, compared with a tolerance.

What differs is left in test-results/. When it is meant, `make pictures` replaces the pictures. They show the fonts of
tests/support/fonts.conf, whatever else the machine has.
"""

import io
import os
from pathlib import Path

import pytest
from conftest import ROOT, UPDATE
from PIL import Image, ImageChops
from support.site_pages import BAD_FORM, COMPARE, ESTIMATE_IV, ESTIMATE_SPRAVATO, FORM, has

FOLDER = Path(__file__).parent / "pictures"
RESULTS = ROOT / "test-results"

SIZES = {375: 1400, 1280: 1100}
"""How much of a page is seen, width by height: about two screens of a phone."""
PAPER = {794: 1050}
"""A page of A4 between its margins above and below."""
COLOURS = 48
LARGEST = 45_000

# Pixels are compared after halving, which blurs what text rendering does from one Chromium to the next.
DIFFERS = 40
MOST_DIFFERING = 0.004
MOST_ON_AVERAGE = 0.8

SHOWN = [page for page in (FORM, BAD_FORM, ESTIMATE_IV, ESTIMATE_SPRAVATO, COMPARE) if has(page)]
PICTURES = {
    f"{page.name}-{width}-{scheme}": (page, width, height, {"color_scheme": scheme})
    for page in SHOWN
    for width, height in SIZES.items()
    for scheme in ("light", "dark")
} | {
    f"{page.name}-print": (page, width, height, {"media": "print", "color_scheme": "light"})
    for page in (ESTIMATE_IV, ESTIMATE_SPRAVATO)
    for width, height in PAPER.items()
}


@pytest.fixture(scope="module")
def tab(chromium):
    context = chromium.new_context(locale="en-US", reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("family", ["serif", "sans-serif", "monospace", "system-ui", "Arial", "Cambria", "Noto Sans"])
def test_the_browser_sees_no_fonts_but_the_tests_own(tab, family):
    tab.set_content(f"<p style='font-family: {family}'>Estimate $1,234</p>")
    session = tab.context.new_cdp_session(tab)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": "p"})["nodeId"]
    used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert used
    assert all(font["familyName"].startswith("DejaVu ") for font in used)


def taken(tab, server, page, width, height, media):
    tab.emulate_media(**({"media": "screen"} | media))
    tab.set_viewport_size({"width": width, "height": height})
    answer = tab.goto(server + page.address)
    assert answer.status == page.status, f"{page.address} answers {answer.status}"
    # The errors take the focus; where it stands depends on the moment.
    tab.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    whole = Image.open(io.BytesIO(tab.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    return whole.resize((width // 2, height // 2), Image.Resampling.BOX)


def difference(before, now):
    """The share of pixels that differ clearly, and how far pixels differ on average, of 255."""
    apart = ImageChops.difference(before, now).convert("L")
    histogram = apart.histogram()
    pixels = apart.width * apart.height
    return sum(histogram[DIFFERS:]) / pixels, sum(value * count for value, count in enumerate(histogram)) / pixels


@pytest.mark.parametrize("name", PICTURES)
def test_a_page_looks_as_before(name, tab, frozen_server):
    page, width, height, media = PICTURES[name]
    now = taken(tab, frozen_server, page, width, height, media)
    file = FOLDER / f"{name}.png"
    if UPDATE:
        packed = now.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        packed.save(file, optimize=True)
        assert file.stat().st_size <= LARGEST, f"{file.name} has {file.stat().st_size} bytes, of {LARGEST}"
        share, mean = difference(packed.convert("RGB"), now)
        assert share <= MOST_DIFFERING / 4, "packing alone changes the picture; give it more colours"
        assert mean <= MOST_ON_AVERAGE * 0.75, "packing alone changes the picture; give it more colours"
        return
    if not file.is_file():
        pytest.fail(f"{file.name} is missing: `make pictures`", pytrace=False)
    before = Image.open(file).convert("RGB")
    assert before.size == now.size, "the picture has another size: `make pictures`"
    share, mean = difference(before, now)
    if share > MOST_DIFFERING or mean > MOST_ON_AVERAGE:
        RESULTS.mkdir(exist_ok=True)
        now.save(RESULTS / f"{name}-now.png")
        ImageChops.difference(before, now).save(RESULTS / f"{name}-difference.png")
        pytest.fail(
            f"{name} looks different: {share:.2%} of the pixels (at most {MOST_DIFFERING:.2%}), {mean:.2f} on average"
            f" (at most {MOST_ON_AVERAGE}). See test-results/{name}-*.png; `make pictures` if it is meant.",
            pytrace=False,
        )


def test_every_picture_is_of_a_page():
    for file in FOLDER.glob("*.png"):
        if UPDATE and file.stem not in PICTURES:
            os.remove(file)
        else:
            assert file.stem in PICTURES, f"no page is called {file.stem}: `make pictures` removes {file}"
