"""
What a screen reader is told on the main path: Chromium's accessibility tree as text, in tests/screen_reader.

A difference is shown line by line. When it is meant, `make pictures` replaces the texts; read the change as a
listener would before it is committed.
"""

import difflib
from pathlib import Path

import pytest
from conftest import UPDATE
from support.site_pages import BAD_FORM, COMPARE, ESTIMATE_IV, ESTIMATE_SPRAVATO, FORM, has

FOLDER = Path(__file__).parent / "screen_reader"
HEARD = [page for page in (FORM, BAD_FORM, ESTIMATE_IV, ESTIMATE_SPRAVATO, COMPARE) if has(page)]


@pytest.fixture(scope="module")
def tab(chromium):
    context = chromium.new_context(viewport={"width": 375, "height": 800}, locale="en-US", reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("page", HEARD, ids=lambda page: page.name)
def test_a_page_is_heard_as_before(page, tab, frozen_server):
    answer = tab.goto(frozen_server + page.address)
    assert answer.status == page.status
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    heard = f"{tab.title()}\n\n{tab.locator('body').aria_snapshot()}\n".replace(frozen_server, "")
    file = FOLDER / f"{page.name}.txt"
    if UPDATE:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(heard, encoding="utf-8")
        return
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    if heard != before:
        lines = difflib.unified_diff(before.splitlines(), heard.splitlines(), "before", "now", lineterm="", n=1)
        pytest.fail("\n".join([f"{page.name} is heard differently; `make pictures` if it is meant", *lines]), False)


def test_every_text_is_of_a_page():
    names = {page.name for page in HEARD}
    for file in FOLDER.glob("*.txt"):
        if UPDATE and file.stem not in names:
            file.unlink()
        else:
            assert file.stem in names, f"no page is called {file.stem}: `make pictures` removes {file}"
