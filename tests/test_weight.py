"""What a phone on a slow line has to fetch: one compressed page that needs nothing else."""

import gzip
import re
from urllib.parse import urlsplit

import pytest
from support.site_pages import (
    BAD_FORM,
    COMPARE,
    COMPARE_MEDICARE,
    ESTIMATE_IV,
    ESTIMATE_SPRAVATO,
    FORM,
    START_LATER,
    STOP_EARLIER,
    app,
    has,
    languages,
    pages,
)

KILOBYTE = 1024
FORM_MOST = 9 * KILOBYTE
RESULT_MOST = 20 * KILOBYTE
SCRIPTS_MOST = 5 * KILOBYTE

# Whatever makes a browser fetch something more. A script is weighed by itself: no page needs it.
LOADS = re.compile(
    r"<(?:img|iframe|object|embed|video|audio|source|track|input)\b[^>]*?\b(?:src|srcset|data)\s*=|"
    r"@import|url\((?!['\"]?(?:data:|#))",
    re.IGNORECASE,
)
LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b[^>]*?\bsrc\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc\b)[^>]*>(.*?)</script>", re.IGNORECASE | re.DOTALL)


def fetched(address):
    """The body as it goes over the line, and as the browser reads it."""
    answer = app().test_client().get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.content_encoding == "gzip", f"{address} is not compressed"
    return answer.data, gzip.decompress(answer.data).decode()


def in_language(page, language):
    return page.address + ("&" if "?" in page.address else "?") + f"lang={language}"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    ("page", "most"),
    [
        (FORM, FORM_MOST),
        (BAD_FORM, FORM_MOST + KILOBYTE),
        (ESTIMATE_IV, RESULT_MOST),
        (ESTIMATE_SPRAVATO, RESULT_MOST),
        *((page, RESULT_MOST) for page in (COMPARE, COMPARE_MEDICARE, START_LATER, STOP_EARLIER) if has(page)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_page_is_light(page, most, language):
    packed, _ = fetched(in_language(page, language))
    assert len(packed) <= most, f"{page.name} in {language} weighs {len(packed)} bytes, of {most}"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_needs_nothing_else(page):
    html = app().test_client().get(page.address).text
    assert LOADS.findall(html) == []
    for link in LINK.findall(html):
        asked = re.search(r'rel="?(stylesheet|preload|modulepreload|icon|prefetch|manifest|\w*-icon)', link)
        assert asked is None or 'href="data:' in link, f"{link} makes the browser fetch something"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_scripts_are_few_and_our_own(page):
    html = app().test_client().get(page.address).text
    weight = sum(len(gzip.compress(text.encode())) for text in INLINE_SCRIPT.findall(html))
    for address in SCRIPT.findall(html):
        assert not urlsplit(address).netloc, f"{address} is a stranger's"
        answer = app().test_client().get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, address
        weight += len(answer.data)
    assert weight <= SCRIPTS_MOST, f"{page.name}: {weight} bytes of scripts, of {SCRIPTS_MOST}"
