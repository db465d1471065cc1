"""When to start, and stop earlier or go on: pages of their own, with the answers kept and the estimate's figures."""

import gzip
import re
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

import pytest
from support.pages import FOUR, SPRAVATO, TODAY, Visitor

from estimator.core.answers import MOST_MONTHS_AHEAD, months_later, read_answers
from estimator.core.starts import MONTHS, starts
from estimator.core.stopping import stopping
from estimator.places import pricing_folder
from estimator.prices.reading import read_books
from estimator.web.filters import money
from estimator.web.patient.line_chart import HEIGHT, ChartLine, line_chart
from estimator.web.rounding import known

BOOK = read_books(pricing_folder()).books.national
MOST_BYTES = 20_000
MET = {**SPRAVATO, "psychotherapy": "none", "deductible": "3000", "deductible_remaining": "0", "savings_program": "no"}
MEDICARE = {**SPRAVATO, "insurance": "medicare"}
EVERYBODY = [FOUR, SPRAVATO, MET, MEDICARE, {**SPRAVATO, "insurance": "military"}]


@pytest.fixture(scope="module")
def visitor():
    return Visitor()


def as_shown(amounts):
    return [money(known(cents)) for cents in amounts]


def table(page):
    return page.root.one("tbody").all("tr")


def said(page):
    return page.root.one("p", class_="verdict").text


@pytest.mark.parametrize("query", EVERYBODY)
def test_each_start_is_in_the_table_and_leads_to_its_estimate(visitor, query):
    page = visitor.get("/start", query)
    _, found = starts(read_answers(query, BOOK, TODAY), BOOK, months_later(TODAY, MOST_MONTHS_AHEAD))
    assert len(table(page)) == MONTHS
    for row, start in zip(table(page), found, strict=True):
        assert [cell.text for cell in row.all("td")] == as_shown(start.amounts)
        address = urlsplit(row.one("a").attributes["href"])
        given = dict(parse_qsl(address.query))
        assert (address.path, given["start"]) == ("/estimate", start.answers.start.isoformat())
        assert query.items() <= given.items()
        assert bool(row.all("span", class_="soft")) == bool(start.reasons)


@pytest.mark.parametrize("query", EVERYBODY)
def test_the_sentence_names_the_largest_step_between_two_months(visitor, query):
    page = visitor.get("/start", query)
    sides, found = starts(read_answers(query, BOOK, TODAY), BOOK, months_later(TODAY, MOST_MONTHS_AHEAD))
    shown = [[known(cents) for cents in one.amounts[: sides.agreed]] for one in found]
    steps = [abs(b - a) for before, after in pairwise(shown) for a, b in zip(before, after, strict=True)]
    if max(steps) == 0:
        assert said(page) == "Over the next 12 months it makes no difference to what you pay when you start."
    else:
        assert f"costs about {money(max(steps))} " in said(page)
    assert ("If your insurer agrees:" in said(page)) == sides.refused
    assert ("whenever you start" in page.text) == sides.refused


def test_a_deductible_that_starts_again_is_named_with_its_day(visitor):
    words = said(visitor.get("/start", {**MET, "start": "2026-11-22", "sessions": "4"}))
    assert "Starting in January 2027 costs about" in words
    assert "more than in December 2026." in words
    assert "Your deductible and your yearly maximum start again on January 1, 2027." in words


def test_a_plan_year_of_its_own_and_the_card_are_named(visitor):
    page = visitor.get("/start", {**SPRAVATO, "plan_year_start": "6"})
    assert "The savings card’s year starts again on January 1, 2027." in page.text
    assert "start again on June 1, 2027." in page.text


def test_a_change_of_plan_is_named(visitor):
    page = visitor.get("/start", {**SPRAVATO, "new_plan_from": "2027-04-01"})
    assert "Your new plan begins on April 1, 2027." in page.text


def test_health_comes_first(visitor):
    page = visitor.get("/start", SPRAVATO)
    assert "Your health comes first." in page.text
    assert page.root.all("svg", class_="lines")


@pytest.mark.parametrize("more", [{}, {"lang": "es"}])
def test_where_no_month_is_cheaper_there_is_nothing_to_wait_for_and_no_flat_line(visitor, more):
    page = visitor.get("/start", FOUR | more)
    assert len({row.one("td").text for row in table(page)}) == 1
    assert "cheaper month" not in page.text
    assert "un mes más barato" not in page.text
    assert page.root.all("svg", class_="lines") == []


def label_boxes(chart, width):
    """Left, top, right and bottom of each mark's label, in pixels; digits of 8 by 11."""
    for mark in chart.marks:
        x, long = mark.x * width / 100, 8 * len(mark.label)
        left = x - 9 - long if mark.left else x + 9
        yield left, mark.label_y - 11, left + long, mark.label_y


def points_of(path, width):
    """Where a path of `M`, `L`, `H` and `V` leads, a point at every pixel across or so."""
    at = None
    for command, numbers in re.findall(r"([MLHV])([0-9. -]+)", path):
        given = [float(number) for number in numbers.split()]
        x, y = given if len(given) == 2 else (given[0], at[1]) if command == "H" else (at[0], given[0])
        from_x, from_y = at or (x, y)
        yield from (
            ((from_x + (x - from_x) * step / 400) * width / 100, from_y + (y - from_y) * step / 400)
            for step in range(401)
        )
        at = x, y


@pytest.mark.parametrize("width", [280, 640])
@pytest.mark.parametrize(
    ("amounts", "at"),
    [
        (range(0, 6_001_00, 300_00), (4, 6, 20)),
        ((0, 0, 900_00, 1_000_00, 1_000_00, 1_000_00), (2, 3, 5)),
        ([*range(0, 2_000_00, 500_00), *range(2_000_00, 4_000_00, 50_00)], (4, 10, 40)),
    ],
)
@pytest.mark.parametrize("stepped", [False, True])
def test_no_label_lies_on_its_curve_or_beyond_the_chart(amounts, at, width, stepped):
    for line in ([*amounts], [2_000_00 + cents for cents in amounts][::-1]):
        falls = line[0] > line[-1]
        marks = [(place, line[place], money(line[place])) for place in at if not falls or line[place - 1] > line[place]]
        chart = line_chart([ChartLine("", "asked", line)], marks, stepped)
        for left, top, right, bottom in label_boxes(chart, width):
            assert left >= 0, "begins in the chart"
            assert 0 <= top < bottom <= HEIGHT, "and stands above its foot"
            for x, y in points_of(chart.lines[0].path, width):
                assert not (left < x < right and top < y < bottom)


@pytest.mark.parametrize("query", EVERYBODY)
def test_what_each_stop_costs_stands_in_the_table(visitor, query):
    page = visitor.get("/sessions", query)
    found = stopping(read_answers(query, BOOK, TODAY), BOOK)
    for row in table(page):
        number = int(row.one("th").text.split()[0])
        assert [cell.text for cell in row.all("td")] == as_shown(line[number - 1] for line in found.lines)
    assert int(table(page)[-1].one("th").text.split()[0]) == len(found.days)


@pytest.mark.parametrize("query", [FOUR, SPRAVATO])
def test_the_sentence_says_four_all_and_a_year(visitor, query):
    page = visitor.get("/sessions", query)
    found = stopping(read_answers(query, BOOK, TODAY), BOOK)
    four, whole, year = as_shown(found.lines[0][number - 1] for number in (4, found.asked, len(found.days)))
    assert f"If you stop after 4 sessions, you pay about {four}." in said(page)
    assert f"With all {query['sessions']} sessions, you pay about {whole}." in said(page)
    assert f"If you go on for a year, {len(found.days)} sessions, you pay about {year}." in said(page)
    refused = as_shown(found.lines[-1])[found.asked - 1]
    assert (f"If it says no, {found.asked} sessions cost about {refused}." in page.text) == found.sides.refused
    labels = page.response.text.split('<text class="at"')[1:]
    for amount, label in zip((four, whole, year), labels, strict=True):
        assert f">{amount}</text>" in label, "and stands on the curve"


def test_one_session_can_be_stopped_no_earlier(visitor):
    page = visitor.get("/sessions", {**FOUR, "sessions": "1"})
    assert "If you stop" not in said(page)
    assert said(page).startswith("With 1 session, you pay")


def test_a_course_longer_than_a_year_goes_no_further(visitor):
    page = visitor.get("/sessions", {**FOUR, "treatment": "at_home", "sessions": "80"})
    assert "If you go on" not in said(page)
    assert len(table(page)) <= 45, "not every session has a row of its own"
    assert table(page)[-1].one("th").text.startswith("80 sessions")


def test_where_the_plan_decides_each_plan_has_a_line(visitor):
    page = visitor.get("/sessions", MEDICARE)
    heads = [one.text for one in page.root.one("thead").all("th")]
    assert [name for name in heads if "Medicare" in name] == heads[1:]
    assert len(heads) == 5
    assert len(page.root.one("svg", class_="lines").all("path")) == 4


@pytest.mark.parametrize(("words", "path"), [("When to start", "/start"), ("Stop earlier, or go on", "/sessions")])
def test_the_estimate_leads_here_with_the_answers(visitor, words, path):
    links = visitor.get("/estimate", MET).root.all("a")
    (address,) = {one.attributes["href"] for one in links if one.text.startswith(words)}
    assert urlsplit(address).path == path
    assert MET.items() <= dict(parse_qsl(urlsplit(address).query)).items()


@pytest.mark.parametrize("path", ["/start", "/sessions"])
def test_the_pages_lead_to_one_another_with_the_answers(visitor, path):
    page = visitor.get(path, MET)
    leads_to = {"Back to your estimate": "/estimate", "Compare with other treatments": "/compare"}
    leads_to |= {"Stop earlier, or go on": "/sessions"} if path == "/start" else {"When to start": "/start"}
    for words, target in leads_to.items():
        address = urlsplit(page.href(words))
        assert address.path == target
        assert MET.items() <= dict(parse_qsl(address.query)).items()


@pytest.mark.parametrize("path", ["/start", "/sessions"])
def test_bad_answers_bring_back_the_form(visitor, path):
    page = visitor.get(path, {**FOUR, "sessions": "500"}, status=400)
    assert page.control("sessions").attributes["value"] == "500"
    visitor.get(path, status=400)


@pytest.mark.parametrize("path", ["/start", "/sessions"])
def test_the_pages_are_light_and_kept_from_search_engines(visitor, path):
    for query in EVERYBODY:
        page = visitor.get(path, query)
        assert page.root.one("meta", name="robots").attributes["content"] == "noindex"
        assert len(gzip.compress(page.response.data)) <= MOST_BYTES
