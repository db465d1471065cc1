"""A test client that inspects every page it opens, so that each test of a page is a test of all these promises."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from estimator.web.app import create_app

TODAY = date(2026, 11, 22)
FOUR = {"treatment": "iv", "insurance": "none", "sessions": "6", "psychotherapy": "none"}
SPRAVATO = {"treatment": "spravato", "insurance": "commercial", "sessions": "12", "psychotherapy": "virtual"}

VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "wbr"})
LOADS = {"src", "srcset", "poster", "data", "background", "xlink:href", "formaction", "ping", "manifest"}
DOLLARS = re.compile(r"\$[0-9]")


@dataclass
class Element:
    """One element of a page, with what stands in it."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    inside: list[Element | str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Element]:
        """The elements below, in the page's order."""
        for one in self.inside:
            if isinstance(one, Element):
                yield one
                yield from one

    def all(self, *tags: str, **attributes: str) -> list[Element]:
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            one
            for one in self
            if (not tags or one.tag in tags)
            and all(value in one.attributes.get(name, "").split() for name, value in wanted.items())
        ]

    def one(self, *tags: str, **attributes: str) -> Element:
        (found,) = self.all(*tags, **attributes)
        return found

    @property
    def text(self) -> str:
        """The words a reader sees, spaces collapsed."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for one in self.inside:
            if isinstance(one, str):
                yield one
            elif one.tag not in ("style", "script", "svg"):
                block = one.tag not in ("a", "b", "span", "strong", "small", "q", "abbr")
                yield from ([" "] if block else [])
                yield from one._texts()
                yield from ([" "] if block else [])

    def within(self, *tags: str) -> Element | None:
        """The nearest of these elements around this one."""
        around = self.parent
        while around is not None and around.tag not in tags:
            around = around.parent
        return around


class _Reader(HTMLParser):
    """Builds the tree, and refuses what a browser would silently repair."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice: {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.inside.append(element)
        if tag not in VOID:
            self.at = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.at.tag == tag, f"</{tag}> closes <{self.at.tag}>"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.inside.append(data)


@dataclass
class Page:
    """An inspected page."""

    response: TestResponse
    root: Element

    @property
    def text(self) -> str:
        return self.root.one("body").text

    @property
    def title(self) -> str:
        return self.root.one("head").one("title").text

    @property
    def status(self) -> int:
        return self.response.status_code

    def control(self, name: str) -> Element:
        """The one box or list of this name."""
        (found,) = [one for one in self.root.all("input", "select", name=name) if one.attributes.get("type") != "radio"]
        return found

    def given(self, name: str) -> str:
        """What is answered to the question of this name: what is chosen, else what stands in its box."""
        return self.chosen(name) or self.control(name).attributes["value"]

    def chosen(self, name: str) -> str | None:
        """The value of the checked radio button of this name."""
        checked = [one for one in self.root.all("input", name=name) if "checked" in one.attributes]
        assert len(checked) <= 1, f"{name}: several choices are checked"
        return checked[0].attributes["value"] if checked else None

    def href(self, words: str) -> str:
        """The address of the first link with these words."""
        return next(one.attributes["href"] for one in self.root.all("a") if one.text == words)


def read(html: str) -> Element:
    """The tree of a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.at is reader.root, f"<{reader.at.tag}> is never closed"
    return reader.root


class Visitor:
    """Opens pages and inspects each."""

    def __init__(self, app: Flask | None = None, pricing: Path | None = None) -> None:
        self.app = app or create_app(pricing, clock=lambda: TODAY)
        self.client = self.app.test_client()

    def get(self, address: str, query: dict[str, str] | None = None, status: int = 200, **headers: str) -> Page:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self.client.get(address, query_string=query, headers=named)
        assert response.status_code == status, f"{address} answers {response.status_code}"
        return self.inspected(response)

    @staticmethod
    def inspected(response: TestResponse) -> Page:
        """The page of a response that keeps every promise of this module."""
        check_headers(response)
        assert response.mimetype == "text/html"
        page = Page(response, read(response.get_data(as_text=True)))
        for check in CHECKS:
            check(page)
        return page


def check_headers(response: TestResponse) -> None:
    """What every response carries, pages or not."""
    headers = response.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Permissions-Policy"]
    if not response.request.path.startswith("/admin"):
        assert "Set-Cookie" not in headers
        assert "Cookie" not in headers["Vary"]
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "http" not in policy
    for directive in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy


def has_one_heading_that_begins_the_title(page: Page) -> None:
    heading = page.root.one("h1").text
    assert heading
    assert page.title.removeprefix("Error: ").removeprefix("Error: ").removeprefix("Preview: ").startswith(heading)
    assert page.root.one("html").attributes["lang"] in ("en", "es")


def has_no_heading_that_skips_a_level(page: Page) -> None:
    levels = [int(one.tag[1]) for one in page.root.one("main").all("h1", "h2", "h3", "h4")]
    for before, after in pairwise(levels):
        assert after <= before + 1, f"<h{after}> follows <h{before}>"


def has_unique_ids_that_references_find(page: Page) -> None:
    ids = Counter(one.attributes["id"] for one in page.root if "id" in one.attributes)
    assert [name for name, times in ids.items() if times > 1] == []
    for one in page.root:
        for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
            for target in one.attributes.get(name, "").split():
                assert target in ids, f"{name}={target} points nowhere"
        address = one.attributes.get("href", "")
        if address.startswith("#"):
            assert address[1:] in ids, f"a link to {address} points nowhere"


def labels_every_control(page: Page) -> None:
    labels = {one.attributes["for"]: one.text for one in page.root.all("label") if "for" in one.attributes}
    for one in page.root.all("input", "select", "textarea"):
        if one.attributes.get("type") == "hidden":
            continue
        around = one.within("label")
        assert labels.get(one.attributes["id"]) or (around and around.text), f"{one.attributes['id']} has no label"
    for one in page.root.all("button", "summary", "a"):
        assert one.text, f"a <{one.tag}> says nothing"


def groups_every_choice(page: Page) -> None:
    for one in page.root.all("fieldset"):
        first = next(child for child in one.inside if isinstance(child, Element))
        assert first.tag == "legend"
        assert first.text
    for one in page.root.all("input", type="radio"):
        assert one.within("fieldset"), f"{one.attributes['id']} stands in no group"


def says_so_beside_every_amount(page: Page) -> None:
    """Estimate only: a page of the patients' with a dollar amount carries the notice."""
    if page.response.request.path.startswith("/admin"):
        return
    main = page.root.one("main").text
    if DOLLARS.search(main) and page.status == 200:
        notices = page.root.all("aside", class_="notice")
        assert len(notices) == 1
        assert "Good Faith Estimate" in notices[0].text


def loads_nothing_and_styles_nothing_inline(page: Page) -> None:
    policy = page.response.headers["Content-Security-Policy"]
    for one in page.root:
        assert "style" not in one.attributes
        assert not [name for name in one.attributes if name.startswith("on")]
        for name in LOADS & one.attributes.keys():
            assert re.match(r"/(?!/)", one.attributes[name]), f"<{one.tag} {name}={one.attributes[name]}>"
        if one.tag == "link" and one.attributes.get("rel") not in ("alternate", "canonical"):
            assert one.attributes["href"].startswith("data:")
        if one.tag == "script":
            assert "src" in one.attributes
        if one.tag == "style":
            text = "".join(part for part in one.inside if isinstance(part, str))
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy, "the policy forbids the page's own style"
            assert not re.search(r"@import|url\((?!#)", text)
        assert "javascript:" not in one.attributes.get("href", "")


def hides_drawings_and_reads_tables(page: Page) -> None:
    for one in page.root.all("svg"):
        named = one.attributes.get("role") == "img" and one.attributes["aria-label"]
        assert named or one.attributes["aria-hidden"] == "true"
    for one in page.root.all("th"):
        assert one.attributes.get("scope"), f"<th>{one.text} has no scope"


def offers_help_in_a_crisis(page: Page) -> None:
    assert "988" in page.root.one("footer").text


CHECKS = (
    has_one_heading_that_begins_the_title,
    has_no_heading_that_skips_a_level,
    has_unique_ids_that_references_find,
    labels_every_control,
    groups_every_choice,
    says_so_beside_every_amount,
    loads_nothing_and_styles_nothing_inline,
    hides_drawings_and_reads_tables,
    offers_help_in_a_crisis,
)
