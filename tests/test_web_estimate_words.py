"""Sentences that stand on an estimate only where they mean something: the plan year, the dose, the insurer's yes."""

import pytest
from support.pages import FOUR, SPRAVATO, TODAY, Visitor

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate
from estimator.places import pricing_folder
from estimator.prices.reading import read_books
from estimator.web.filters import money
from estimator.web.patient.estimate_rounding import rounded_estimate
from estimator.web.rounding import known

BOOK = read_books(pricing_folder()).books.national
LONG = SPRAVATO | {"start": "2026-12-06", "sessions": "21"}
LOWER = "The lower dose costs you more here"


@pytest.fixture(scope="module")
def visitor():
    return Visitor()


def typical(raw):
    return rounded_estimate(estimate(read_answers(raw, BOOK, TODAY), BOOK)).you_pay.typical


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


def test_the_insurers_open_answer_is_the_question_worth_most(visitor):
    """It is asked in the open, before any other, with what it moves and the answers as buttons."""
    page = visitor.get("/estimate", LONG)
    asked = page.root.one("section", id="next")
    exact = rounded_estimate(estimate(read_answers(LONG, BOOK, TODAY), BOOK))
    moves = known(exact.if_not_covered.typical - exact.you_pay.typical)
    assert asked.one("h2").text == f"Ask your insurer moves it by {money(moves)}"
    assert "Have you approved Spravato for me" in asked.one("q").text
    told = {one.attributes["value"] for one in asked.all("button")}
    assert told == {"approved", "denied"}


@pytest.mark.parametrize("answers", [FOUR, LONG | {"authorization": "approved"}, LONG | {"authorization": "denied"}])
def test_an_insurer_that_has_answered_or_is_not_asked_is_not_asked_again(visitor, answers):
    page = visitor.get("/estimate", answers)
    assert not [one for one in page.root.all("q") if "Have you approved" in one.text]
    assert not page.root.all("button", name="authorization")


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


def test_an_exact_amount_too_holds_only_if_the_insurer_agrees(visitor):
    """Without a range there is nothing between the ends; both answers stand side by side all the same."""
    sure = LONG | {"insurance": "military", "plan": "tricare_prime", "psychotherapy": "none"}
    exact = rounded_estimate(estimate(read_answers(sure, BOOK, TODAY), BOOK))
    assert exact.you_pay.low == exact.you_pay.high < exact.if_not_covered.typical
    both = [money(exact.you_pay.typical), money(known(exact.if_not_covered.typical))]
    assert [one.text for one in visitor.get("/estimate", sure).root.one(class_="sides").all("strong")] == both
    denied = visitor.get("/estimate", sure | {"authorization": "denied"})
    assert denied.root.one("p", class_="figure").one("strong").text == both[1]


@pytest.mark.parametrize(
    ("raw", "words"),
    [(FOUR, "combinations of prices, as if"), (LONG, "combinations of prices and plan terms, as if")],
)
def test_what_was_tried_is_what_there_is(visitor, raw, words):
    assert words in visitor.get("/estimate", raw).text


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (LONG, "What you, your plan and the drug's maker pay makes up each bill."),
        (FOUR | {"insurance": "commercial", "psychotherapy": "in_person"}, "What you and your plan pay makes up each"),
    ],
)
def test_programs_are_named_where_one_helps(visitor, raw, words):
    assert words in visitor.get("/estimate", raw).text


@pytest.mark.parametrize(("psychotherapy", "told"), [("none", False), ("in_person", True)])
def test_when_the_psychotherapy_takes_place_is_told(visitor, psychotherapy, told):
    """Over two years each of three sessions may meet a new deductible: the months cannot be explained without."""
    text = visitor.get("/estimate", LONG | {"psychotherapy": psychotherapy}).text
    assert ("Psychotherapy is spread evenly over the course." in text) == told


KNOWN = {"treatment": "spravato", "sessions": "3", "psychotherapy": "none", "start": "2027-01-11"}


@pytest.mark.parametrize(
    ("answers", "sides"),
    [
        (
            {"insurance": "medicare", "plan": "medicare_original", "setting": "hospital", "state": "CA"},
            ("84 mg", "56 mg"),
        ),
        (
            {"insurance": "commercial", "plan": "employer_typical", "dose": "84", "drug_benefit": "medical"}
            | {"savings_program": "no", "authorization": "approved", "deductible": "1500", "coinsurance": "20"},
            ("One copay for a session", "A share in percent"),
        ),
        (
            {"insurance": "commercial", "plan": "employer_high_deductible", "state": "CA", "dose": "84"}
            | {"authorization": "approved", "drug_benefit": "medical", "accumulator": "maximizer"}
            | {"allowed.observation": "300", "setting": "office"},
            (
                "Spravato observation rebate: pays your whole share",
                "Spravato observation rebate: pays nothing",
            ),
        ),
    ],
    ids=["dose", "copay", "rebate"],
)
def test_the_sides_of_an_either_or_say_what_they_are(visitor, answers, sides):
    """No "Yes" by itself, which beside "If your insurer agrees" would be somebody else's yes."""
    page = visitor.get("/estimate", KNOWN | answers)
    assert [one.one("h2").text for one in page.root.one("div", class_="sides").all("div")] == list(sides)


def test_whoever_says_that_the_insurer_agreed_is_not_shown_its_no_as_an_even_case(visitor):
    """Left open, both stand side by side; answered, the no is a sentence and a part of the page further down."""
    raw = KNOWN | {"insurance": "commercial", "plan": "employer_typical"}
    assert "If it says no" in visitor.get("/estimate", raw).root.one("div", class_="headline").text
    agreed = visitor.get("/estimate", raw | {"authorization": "approved"}).root
    assert "If it says no" not in agreed.one("div", class_="headline").text
    assert agreed.all("section", id="agreement") or agreed.all(id="agreement")
