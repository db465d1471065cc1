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
from estimator.web.patient.estimate_rounding import rounded_estimate

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


def amounts(estimate):
    """What the patient pays, as a page shows it: once, or for each side of an either-or."""
    return [side.you_pay for side in estimate.sides] or [estimate.you_pay]


def at(query, months):
    return query if months is None else {**query, "months": str(months)}


@pytest.mark.parametrize("months", [None, *SPANS])
@pytest.mark.parametrize("query", [FOUR, SPRAVATO, {**SPRAVATO, "insurance": "medicare"}])
def test_each_row_says_what_its_own_estimate_says(visitor, query, months):
    found = rows(visitor.get("/compare", at(query, months)))
    comparison = compared(query, months)
    assert len(found) == len(comparison.alternatives)
    for row, one in zip(found, comparison.alternatives, strict=True):
        estimate = rounded_estimate(one.estimate)
        assert row.one("h2").text == BOOK.tables.treatments[one.treatment].label.en
        assert [strong.text for strong in row.all("strong")] == [money(paid.typical) for paid in amounts(estimate)]
        for paid in amounts(estimate):
            assert paid.low == paid.high or f"low {money(paid.low)}, high {money(paid.high)}" in row.text
        assert f"{estimate.answers.sessions} session" in row.text
        assert f"{estimate.visits} day" in row.text
        assert facts(row)["FDA"] == BOOK.tables.treatments[one.treatment].regulatory.en


@pytest.mark.parametrize("query", [FOUR, SPRAVATO])
def test_each_row_leads_to_its_estimate_with_the_same_number(visitor, query):
    for row in rows(visitor.get("/compare", at(query, 6))):
        (address,) = (one.attributes["href"] for one in row.one("p", class_="links").all("a"))
        headline = visitor.get(address).root.one("div", class_="headline")
        assert [one.text for one in headline.all("strong")] == [one.text for one in row.all("strong")]


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
        no = rounded_estimate(one.estimate).if_not_covered
        assert ("prior authorization" in facts(row)["Insurance"]) == one.estimate.authorization_applies
        sides = {side.text.partition(" $")[0]: side.text for side in row.all("li") if side.all("strong")}
        assert ("If it says no" in sides) == one.estimate.authorization_applies
        if one.estimate.authorization_applies:
            assert money(no.typical) in sides["If it says no"]
            assert money(no.high) in sides["If it says no"]


def test_psychotherapy_is_shown_apart_only_where_it_was_asked_for(visitor):
    for row, one in zip(rows(visitor.get("/compare", SPRAVATO)), compared(SPRAVATO).alternatives, strict=True):
        for paid in amounts(rounded_estimate(one.alone)):
            assert money(paid.typical) in facts(row)["Without psychotherapy"]
    assert "Without psychotherapy" not in visitor.get("/compare", FOUR).text


def test_the_bars_share_one_scale(visitor):
    page = visitor.get("/compare", SPRAVATO)
    comparison = compared(SPRAVATO)
    most = max(paid.high for one in comparison.alternatives for paid in amounts(one.estimate))
    for row, one in zip(rows(page), comparison.alternatives, strict=True):
        for mark, end, paid in zip(
            row.all("line", class_="mark"), row.all("rect", class_="whole"), amounts(one.estimate), strict=True
        ):
            left, width = (float(end.attributes[name].removesuffix("%")) for name in ("x", "width"))
            assert left + width <= 100
            at_mark = float(mark.attributes["x1"].removesuffix("%"))
            assert at_mark / 100 * 1.24 * most == pytest.approx(paid.typical, abs=most / 5000)


def test_where_the_plan_decides_there_is_no_verdict_about_an_amount_that_nobody_pays(visitor):
    page = visitor.get("/compare", SPRAVATO | {"insurance": "medicare"})
    assert page.root.all("p", class_="verdict") == []
    assert "Medigap" in rows(page)[1].text


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
    two = [one for one in compared(SPRAVATO, months).alternatives if one.treatment in ("iv", "spravato")]
    branches = [branch for one in two for branch in one.estimate.branches]
    if any(branch.unknown != "authorization" for branch in branches):
        assert page.root.all("p", class_="verdict") == [], "an amount that is nobody's"
        return
    paid = {row.one("h2").text: row.all("strong")[0].text for row in rows(page)}
    both = (paid["IV infusion"], paid["Spravato nasal spray"])
    said = page.root.one("p", class_="verdict").text.partition(" At the usual")[0]
    less, more = sorted(both, key=lambda one: float(one.strip("$").replace(",", "")))
    assert said.startswith("If your insurer agrees:")
    assert f"about {less}, not {more}." in said
    assert said.index("IV ketamine" if both[0] == less else "Spravato") < said.index(" costs you less than ")


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


def test_a_start_too_early_for_one_treatment_is_refused_with_the_first_day_for_all(visitor):
    """On January 2, 2026 a drug can be posted home; the evaluation a week before a first session has no price yet."""
    early = FOUR | {"treatment": "at_home", "start": "2026-01-02"}
    visitor.get("/estimate", early)
    page = visitor.get("/compare", early, status=400)
    assert "to compare the treatments choose a day from January 8, 2026 on" in page.root.one("div", role="alert").text
    assert page.control("start").attributes["value"] == "2026-01-02"
    visitor.get("/compare", early | {"start": "2026-01-08"})


def test_another_treatment_inherits_nothing_about_this_ones_course_or_bills(visitor):
    """Own rhythm, stage, dose and told prices stay with Spravato; what was told about psychotherapy goes along."""
    told = {
        "every": "30",
        "stage": "continuing",
        "dose": "56",
        "allowed.observation": "200",
        "coverage.spravato_84": "covered",
    }
    alike = {"price.psychotherapy_virtual": "90", "deductible": "2000"}
    page = visitor.get("/compare", SPRAVATO | told | alike)
    for row in rows(page):
        (address,) = (one.attributes["href"] for one in row.one("p", class_="links").all("a"))
        given = dict(parse_qsl(urlsplit(address).query))
        assert alike.items() <= given.items()
        assert (told.items() <= given.items()) == (given["treatment"] == "spravato")
        assert given["treatment"] == "spravato" or not told.keys() & given.keys()


def test_a_clinic_compares_what_it_offers(visitor):
    page = visitor.get("/compare", {**FOUR, "clinic": "example-harbor"})
    clinic = read_books(pricing_folder()).books.get("example-harbor")
    assert [row.one("h2").text for row in rows(page)] == [one.label.en for one in clinic.tables.treatments.values()]


def test_the_page_is_light(visitor):
    for months in (None, 12):
        data = visitor.client.get("/compare", query_string=at(SPRAVATO, months)).data
        assert len(gzip.compress(data)) <= MOST_BYTES
