"""What README and CONTRIBUTING name is there: files where they say, and names that a search in the code finds."""

import re
from functools import cache

import pytest
from conftest import ROOT

PAGES = {"README.md": ".", "CONTRIBUTING.md": ".", "docs/architecture.md": "estimator"}
"""Pages, and where what they name is looked for, besides the root of the repository."""
PATH = re.compile(r"[\w.*-]+(/[\w.*-]+)*/?")
ENDINGS = (".py", ".md", ".yaml", ".html", ".toml", ".po", ".txt", ".in", ".sh", ".css", ".js")
MADE = ("var/", ".venv", ".venv/bin/estimator")
"""Made by make and the app, so that a fresh clone lacks them."""
NAME = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+|[A-Z]+(?:_[A-Z]+)+|[a-z]+(?:_[a-z]+)+")


def spans(page: str) -> list[str]:
    """What stands between backticks, in one line."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", (ROOT / page).read_text(encoding="utf-8"))


def is_path(span: str) -> bool:
    return bool(PATH.fullmatch(span)) and ("/" in span or span.endswith(ENDINGS)) and span not in MADE


@cache
def code() -> str:
    files = [file for pattern in ("estimator/**/*.py", "pricing/**/*.yaml") for file in ROOT.glob(pattern)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_is_there(page):
    """A pattern, with a star, is one of at least one file."""
    named = [span for span in spans(page) if is_path(span)]
    assert [one for one in named if not any([*ROOT.glob(one), *(ROOT / PAGES[page]).glob(one)])] == []
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_a_newcomer_finds_files_in_the_readme():
    assert len([span for span in spans("README.md") if is_path(span)]) > 25


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_name_of_the_code_that_is_named_is_in_it(page):
    names = {span for span in spans(page) if NAME.fullmatch(span)}
    assert {name for name in names if not re.search(rf"\b{name}\b", code())} == set()
