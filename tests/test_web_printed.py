"""What stands once for many: months alike share a line, and a reason that another line has said is not said again."""

import re

import pytest
from support.pages import FOUR, SPRAVATO, Visitor

from estimator.core.results import NOTHING, Amounts, Month
from estimator.web.patient.estimate_months import RUN, month_lines

USUAL, OTHER = Amounts(300_00, 450_00, 675_00), Amounts(320_00, 700_00, 1075_00)
LONG = FOUR | {"sessions": "104", "start": "2026-12-06"}


@pytest.fixture(scope="module")
def visitor():
    return Visitor()


def months(*amounts):
    """Months from January 2027 on, each with one of these amounts after rebates."""
    return [
        Month(f"{2027 + number // 12}-{number % 12 + 1:02}", pay, NOTHING, pay) for number, pay in enumerate(amounts)
    ]


def lines(*amounts):
    return [(line.number, line.month.month, line.last) for line in month_lines(months(*amounts))]


def test_months_alike_share_a_line_that_says_the_first_and_the_last():
    assert lines(*[USUAL] * 10, OTHER, *[USUAL] * RUN) == [
        (10, "2027-01", "2027-10"),
        (1, "2027-11", "2027-11"),
        (RUN, "2027-12", "2028-02"),
    ]


def test_a_pair_keeps_its_lines():
    assert RUN > 2
    assert {number for number, *_ in lines(OTHER, USUAL, USUAL, OTHER)} == {1}


def test_months_without_a_payment_are_one_line_however_few():
    assert lines(USUAL, NOTHING, NOTHING, USUAL) == [
        (1, "2027-01", "2027-01"),
        (2, "2027-02", "2027-03"),
        (1, "2027-04", "2027-04"),
    ]


def test_months_that_differ_at_the_visits_are_not_alike():
    """What is paid first and comes back later is told, so it has to be the same."""
    visits = [
        Month(month.month, month.you_pay + (OTHER if number % 2 else USUAL), OTHER if number % 2 else USUAL, USUAL)
        for number, month in enumerate(months(*[USUAL] * 30))
    ]
    assert len(month_lines(visits)) == 30


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_long_course_has_fewer_lines_than_months(visitor, lang):
    rows = visitor.get("/estimate", LONG | {"lang": lang}).root.one("table", class_="months").one("tbody").all("tr")
    assert len(rows) <= 24


def test_a_reason_that_a_line_has_said_is_referred_to(visitor):
    """Two lines of one drug have one reason."""
    page = visitor.get("/estimate", SPRAVATO)
    labels = {one.text for one in page.root.all("span", class_="what")}
    said = re.findall("As for “([^”]+)”", page.root.one("details", class_="why").text)
    assert len(said) >= 2
    assert set(said) <= labels


def test_paper_and_screen_have_the_same_sides_with_amount_and_range(visitor):
    """Nothing of a side is for a screen alone."""
    sides = visitor.get("/estimate", SPRAVATO).root.one("div", class_="sides")
    assert not sides.all(class_="screen")
    for side in sides.all("div"):
        assert len(re.findall(r"\$[0-9,]+", side.text)) == 5
