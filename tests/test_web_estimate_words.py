"""Sentences that stand on an estimate only where they mean something: the plan year, the dose, the insurer's yes."""

import pytest
from pages import FOUR, SPRAVATO, TODAY, Visitor

from estimator.answers import read_answers
from estimator.estimate import estimate
from estimator.places import pricing_folder
from estimator.prices.reading import read_books
from estimator.web.figures import shown
from estimator.web.filters import money

BOOK = read_books(pricing_folder()).books.national
LONG = SPRAVATO | {"start": "2026-12-06", "sessions": "21"}
LOWER = "The lower dose costs you more here"


@pytest.fixture(scope="module")
def visitor():
    return Visitor()


def typical(raw):
    return shown(estimate(read_answers(raw, BOOK, TODAY), BOOK)).you_pay.typical


@pytest.mark.parametrize(
    ("payer", "plan", "said"),
    [
        ("commercial", "employer_typical", "deductible and maximum start again"),
        ("medicare", "medicare_original", "the deductible starts again"),
        ("military", "tricare_prime", "the yearly maximum starts again"),
    ],
)
def test_a_new_plan_year_says_what_starts_again(visitor, payer, plan, said):
    """Original Medicare has no maximum, TRICARE Prime no deductible."""
    text = visitor.get("/estimate", LONG | {"insurance": payer, "plan": plan}).text
    assert f"Jan 1, 2027: a new plan year; {said}" in text


def test_medicaid_has_no_plan_year_and_nothing_to_meet(visitor):
    """No deductible, no maximum: neither a sentence, nor an assumption, a column or a question speaks of them."""
    page = visitor.get("/estimate", LONG | {"insurance": "medicaid"})
    for words in ("plan year", "Plan year", "Deductible left", "Toward deductible", "my deductible"):
        assert words not in page.text, words
    (asked,) = [one for one in page.root.all("q") if "copay" in one.text]
    assert asked.text == BOOK.tables.unknowns["plan_copay"].ask.en
    assert page.control("copay")
    assert "Plan year" in visitor.get("/estimate", LONG).text


def test_where_a_lower_dose_costs_more_the_page_says_so_and_why(visitor):
    lower, higher = LONG | {"dose": "56"}, LONG | {"dose": "84"}
    assert typical(lower) > typical(higher)
    text = visitor.get("/estimate", lower).text
    assert f"{LOWER}, not less: with 84 mg it would be about {money(typical(higher))}." in text


@pytest.mark.parametrize(
    "answers", [{}, {"dose": "84"}, {"dose": "56", "insurance": "none"}, {"dose": "56", "accumulator": "yes"}]
)
def test_where_a_lower_dose_costs_no_more_nothing_is_explained(visitor, answers):
    """A plan that does not count the maker's money has no such effect."""
    lower = LONG | answers
    assert "dose" not in answers or typical(lower) <= typical(lower | {"dose": "84"})
    assert LOWER not in visitor.get("/estimate", lower).text


def test_the_questions_that_narrow_lead_to_the_insurers_answer(visitor):
    """The agreement is a case of its own, no part of the range, so it has a line in place of a bar."""
    page = visitor.get("/estimate", LONG)
    (way,) = [one for one in page.root.all("a") if one.attributes["href"] == "#agreement"]
    assert way.within("section").one("h2").text == "What would narrow this"
    assert "insurer" in page.root.one("section", id="agreement").one("h2").text
    exact = shown(estimate(read_answers(LONG, BOOK, TODAY), BOOK))
    assert f"from {money(exact.you_pay.typical)} to {money(exact.if_not_covered.typical)}" in way.within("p").text


@pytest.mark.parametrize("answers", [FOUR, LONG | {"authorization": "approved"}, LONG | {"authorization": "denied"}])
def test_an_insurer_that_has_answered_or_is_not_asked_has_no_such_line(visitor, answers):
    assert not [
        one for one in visitor.get("/estimate", answers).root.all("a") if "#agreement" in one.attributes["href"]
    ]


def test_veterans_are_told_what_holds_for_va(visitor):
    """The figures of the payer are TRICARE's; VA is one of its plans, with its own copay, and can be chosen."""
    (note,) = [one for one in BOOK.tables.texts.payer_notes if one.payers == ("military",)]
    page = visitor.get("/estimate", LONG | {"insurance": "military"})
    assert note.text.en in page.text
    assert {BOOK.tables.sources[name].url for name in note.source} <= {
        one.attributes["href"] for one in page.root.all("a", class_="cite")
    }
    assert BOOK.tables.payers["military"].profiles["va"].label.en in note.text.en
    assert note.text.en not in visitor.get("/estimate", LONG).text
