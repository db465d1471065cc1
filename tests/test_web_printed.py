"""What paper says shorter than a screen, without losing an amount: equal months of a long course, and repetitions."""

import re

import pytest
from support.pages import FOUR, SPRAVATO, Visitor

from estimator.core.results import NOTHING, Amounts, Month
from estimator.web.patient.estimate_months import RUN, SINGLY, printed_months

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


def runs(*amounts):
    return [(line.stands_for, line.until) for line in printed_months(months(*amounts))]


def test_up_to_two_years_every_month_keeps_its_line():
    assert {stands_for for stands_for, _until in runs(*[USUAL] * SINGLY)} == {1}


def test_equal_months_of_a_longer_course_share_the_line_of_the_first():
    found = runs(*[USUAL] * 10, OTHER, *[USUAL] * 20)
    assert found[0] == (10, "2027-10")
    assert found[1:10] == [(0, "2027-10")] * 9
    assert found[10] == (1, "2027-11")
    assert found[11] == (20, "2029-07")


def test_too_few_equal_months_keep_their_lines():
    """The shared line is two lines high, so a pair would gain nothing."""
    found = runs(*[OTHER, USUAL, USUAL] * 10)
    assert len(found) > SINGLY
    assert RUN > 2
    assert {stands_for for stands_for, _until in found} == {1}


def test_a_month_without_a_payment_does_not_end_a_run_and_is_not_counted():
    found = runs(*[USUAL] * 20, NOTHING, *[USUAL] * 10)
    assert found[0] == (30, "2029-07")
    assert found[20] == (1, "2028-09")


def test_months_that_differ_only_at_the_visits_are_equal_on_paper():
    """Paper says what is paid after rebates."""
    visits = [
        Month(month.month, month.you_pay + (OTHER if number % 2 else USUAL), OTHER if number % 2 else USUAL, USUAL)
        for number, month in enumerate(months(*[USUAL] * 30))
    ]
    assert printed_months(visits)[0].stands_for == 30


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_printed_lines_of_a_long_course_stand_for_every_month_of_it(visitor, lang):
    rows = visitor.get("/estimate", LONG | {"lang": lang}).root.one("table", class_="months").one("tbody").all("tr")
    printed = [row for row in rows if "nil" not in row.attributes["class"].split()]
    said = [" ".join(part.text for part in row.all("span", class_="paper")) for row in printed]
    assert sum(int(re.findall(r"[0-9]+", one)[-1]) if one else 1 for one in said) == len(rows) > SINGLY
    assert len(printed) <= SINGLY


def test_paper_refers_to_the_line_that_says_why_something_is_covered(visitor):
    """Two lines of one drug have one reason: a screen says it twice, paper once and then where."""
    page = visitor.get("/estimate", SPRAVATO)
    labels = {one.text for one in page.root.all("span", class_="what")}
    reasons = [one for one in page.root.all("span", class_="status") if one.all("span", class_="paper")]
    assert len(reasons) >= 2
    for reason in reasons:
        assert reason.one("span", class_="screen").text
        told = reason.one("span", class_="paper")
        assert "hidden" in told.attributes
        assert told.text == "As above." or any(f"“{label}”" in told.text for label in labels)


def test_paper_has_a_row_for_each_case_that_stands_beside_the_others_on_a_screen(visitor):
    """With the same amounts: what is most usual, where most combinations fall, the lowest and the highest."""
    page = visitor.get("/estimate", SPRAVATO)
    cases = page.root.one("table", class_="cases")
    sides = page.root.one("div", class_="sides").all("div")
    rows = [[cell.text for cell in row.all("th") + row.all("td")] for row in cases.one("tbody").all("tr")]
    assert len(rows) == len(sides) > 1
    for (name, *amounts), side in zip(rows, sides, strict=True):
        assert name == side.one("h2").text
        assert re.findall(r"\$[0-9,.]+", " ".join(amounts)) == re.findall(r"\$[0-9,.]*[0-9]", side.text)
