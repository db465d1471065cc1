"""Treatments side by side: the same person in every row, the numbers of each row's own estimate."""

import gzip
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from support.pages import FOUR, SPRAVATO, TODAY, Visitor
from support.tables_for_tests import shipped_without_price

from estimator.core.answers import read_answers
from estimator.core.compare import SPANS, BreakEven, compare
from estimator.places import pricing_folder
from estimator.prices.reading import read_books
from estimator.web.filters import money
from estimator.web.patient.figures import shown

BOOK = read_books(pricing_folder()).books.national
MOST_BYTES = 20_000


@pytest.fixture(scope="module")
def visitor():
    return Visitor()


def compared(query, months=None):
    return compare(read_answers(query, BOOK, TODAY), BOOK, months)


def rows(page):
    return page.root.one("ol", class_="rows").all("li", class_="row")


def facts(row):
    return {one.one("dt").text: one.one("dd").text for one in row.one("dl").all("div")}


def at(query, months):
    return query if months is None else {**query, "months": str(months)}


@pytest.mark.parametrize("months", [None, *SPANS])
@pytest.mark.parametrize("query", [FOUR, SPRAVATO, {**SPRAVATO, "insurance": "medicare"}])
def test_each_row_says_what_its_own_estimate_says(visitor, query, months):
    found = rows(visitor.get("/compare", at(query, months)))
    comparison = compared(query, months)
    assert len(found) == len(comparison.alternatives)
    for row, one in zip(found, comparison.alternatives, strict=True):
        estimate = shown(one.estimate)
        assert row.one("h2").text == BOOK.tables.treatments[one.treatment].label.en
        assert row.one("strong").text == money(estimate.you_pay.typical)
        if estimate.you_pay.low != estimate.you_pay.high:
            assert f"low {money(estimate.you_pay.low)}, high {money(estimate.you_pay.high)}" in row.text
        assert f"{estimate.answers.sessions} session" in row.text
        assert f"{estimate.visits} day" in row.text
        assert facts(row)["FDA"] == BOOK.tables.treatments[one.treatment].regulatory.en


@pytest.mark.parametrize("query", [FOUR, SPRAVATO])
def test_each_row_leads_to_its_estimate_with_the_same_number(visitor, query):
    for row in rows(visitor.get("/compare", at(query, 6))):
        (address,) = (one.attributes["href"] for one in row.one("p", class_="links").all("a"))
        assert visitor.get(address).root.one("p", class_="figure").one("strong").text == row.one("strong").text


def test_the_treatment_asked_about_is_marked_and_leads_back(visitor):
    page = visitor.get("/compare", SPRAVATO)
    marked = [row for row in rows(page) if "The one you asked about" in row.text]
    assert [row.one("h2").text for row in marked] == ["Spravato nasal spray"]
    assert "Back to your estimate" in marked[0].text


def test_the_estimate_leads_here_and_back_again(visitor):
    address = visitor.get("/estimate", SPRAVATO).href("Compare with other treatments")
    back = visitor.get(address).href("Back to your estimate")
    assert urlsplit(back).path == "/estimate"
    assert dict(SPRAVATO).items() <= dict(parse_qsl(urlsplit(back).query)).items()


def test_approval_and_denial_stand_only_where_an_insurer_must_agree(visitor):
    for row, one in zip(rows(visitor.get("/compare", SPRAVATO)), compared(SPRAVATO).alternatives, strict=True):
        no = shown(one.estimate).if_not_covered
        assert ("prior authorization" in facts(row)["Insurance"]) == one.estimate.authorization_applies
        if one.estimate.authorization_applies:
            assert money(no.typical) in facts(row)["If your insurer says no"]
            assert money(no.high) in facts(row)["If your insurer says no"]
        else:
            assert "If your insurer says no" not in facts(row)


def test_psychotherapy_is_shown_apart_only_where_it_was_asked_for(visitor):
    for row, one in zip(rows(visitor.get("/compare", SPRAVATO)), compared(SPRAVATO).alternatives, strict=True):
        assert money(shown(one.alone).you_pay.typical) in facts(row)["Without psychotherapy"]
    assert "Without psychotherapy" not in visitor.get("/compare", FOUR).text


def test_the_bars_share_one_scale(visitor):
    page = visitor.get("/compare", SPRAVATO)
    comparison = compared(SPRAVATO)
    most = max(one.estimate.you_pay.high for one in comparison.alternatives)
    for row, one in zip(rows(page), comparison.alternatives, strict=True):
        mark = float(row.one("line", class_="mark").attributes["x1"].removesuffix("%"))
        end = row.one("rect", class_="whole").attributes
        assert float(end["x"].removesuffix("%")) + float(end["width"].removesuffix("%")) <= 100
        assert mark / 100 * 1.24 * most == pytest.approx(one.estimate.you_pay.typical, abs=most / 5000)


@pytest.mark.parametrize("months", [None, *SPANS])
def test_the_chooser_marks_the_span_on_show(visitor, months):
    links = visitor.get("/compare", at(SPRAVATO, months)).root.one("nav", class_="spans").all("a")
    current = [one for one in links if "aria-current" in one.attributes]
    assert [one.text for one in links] == ["12 sessions", "1 month", "3 months", "6 months", "12 months"]
    assert [one.text for one in current] == [links[(None, *SPANS).index(months)].text]
    for one, span in zip(links, (None, *SPANS), strict=True):
        given = dict(parse_qsl(urlsplit(one.attributes["href"]).query))
        assert given.get("months") == (str(span) if span else None)
        assert SPRAVATO.items() <= given.items()


@pytest.mark.parametrize(
    ("month", "words"),
    [
        (1, "At the usual schedule of each, Spravato costs you less than IV ketamine from the first month on."),
        (8, "At the usual schedule of each, Spravato costs you less than IV ketamine from month 8 on."),
        (None, "At the usual schedule of each, IV ketamine costs you less than Spravato over a whole year."),
    ],
)
def test_the_break_even_is_said_in_words(visitor, monkeypatch, month, words):
    monkeypatch.setattr("estimator.core.compare._break_even", lambda *_: BreakEven("spravato", "iv", month))
    assert words in visitor.get("/compare", SPRAVATO).text


def test_the_break_even_is_the_one_that_was_computed(visitor):
    even = compared(SPRAVATO).break_even
    said = visitor.get("/compare", SPRAVATO).root.one("p", class_="verdict").text
    when = {None: "over a whole year", 1: "from the first month"}.get(even.month, f"from month {even.month} on")
    assert when in said


@pytest.mark.parametrize("months", [None, *SPANS])
def test_the_verdict_speaks_of_the_rows_on_show(visitor, months):
    """Once it spoke of a year while the rows showed the sessions asked for."""
    page = visitor.get("/compare", at(SPRAVATO, months))
    paid = {row.one("h2").text: row.one("strong").text for row in rows(page)}
    amounts = (paid["IV infusion"], paid["Spravato nasal spray"])
    said = page.root.one("p", class_="verdict").text.partition(" At the usual")[0]
    less, more = sorted(amounts, key=lambda one: float(one.strip("$").replace(",", "")))
    assert f"about {less}, not {more}." in said
    assert said.index("IV ketamine" if amounts[0] == less else "Spravato") < said.index(" costs you less than ")


def test_equal_amounts_are_said_to_be_equal(visitor, monkeypatch):
    alike = replace(compared(SPRAVATO), break_even=BreakEven("spravato", "iv", 3))
    one = next(row for row in alike.alternatives if row.treatment == "iv")
    same = tuple(replace(one, treatment=row.treatment) for row in alike.alternatives)
    monkeypatch.setattr("estimator.web.patient.compare.compare", lambda *_: replace(alike, alternatives=same))
    said = visitor.get("/compare", SPRAVATO).root.one("p", class_="verdict").text
    assert "IV ketamine and Spravato cost you about the same" in said


def test_without_insurance_nothing_breaks_even(visitor):
    assert compared(FOUR).break_even is None
    assert visitor.get("/compare", FOUR).root.all("p", class_="verdict") == []


def test_a_missing_price_is_said_and_silences_the_break_even(visitor, tmp_path):
    folder = shipped_without_price(tmp_path / "pricing", "infusion")
    page = Visitor(pricing=folder).get("/compare", SPRAVATO)
    iv = rows(page)[0]
    assert "You pay at least" in iv.text
    assert "Price missing" in facts(iv)
    assert page.root.all("p", class_="verdict") == []


@pytest.mark.parametrize("months", ["0", "2", "13", "-1", "x", "", "1e9", "\u0661"])
def test_a_strange_span_is_passed_over(visitor, months):
    page = visitor.get("/compare", {**FOUR, "months": months})
    current = [one.text for one in page.root.one("nav", class_="spans").all("a") if "aria-current" in one.attributes]
    assert current == ["6 sessions"]


def test_bad_answers_bring_back_the_form(visitor):
    page = visitor.get("/compare", {**FOUR, "sessions": "500"}, status=400)
    assert page.root.one("form").attributes["action"] == "/estimate"
    assert page.control("sessions").attributes["value"] == "500"


def test_a_clinic_compares_what_it_offers(visitor):
    page = visitor.get("/compare", {**FOUR, "clinic": "example-harbor"})
    clinic = read_books(pricing_folder()).books.get("example-harbor")
    assert [row.one("h2").text for row in rows(page)] == [one.label.en for one in clinic.tables.treatments.values()]


def test_the_page_is_light(visitor):
    for months in (None, 12):
        data = visitor.client.get("/compare", query_string=at(SPRAVATO, months)).data
        assert len(gzip.compress(data)) <= MOST_BYTES
