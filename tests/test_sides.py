"""Headline amounts: rounded to what is known, and one for each side where an either-or decides."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.core.answers import read_answers
from estimator.core.branches import answers_to
from estimator.core.estimate import estimate, model_of
from estimator.core.results import YouPay
from estimator.core.words import STATEMENTS
from estimator.prices.reading import read_books
from estimator.prices.schema.basics import LANGUAGES
from estimator.web.patient.estimate_rounding import rounded_estimate
from estimator.web.patient.sides import shown_amounts, sides_of
from estimator.web.rounding import known

BOOK = read_books(Path(__file__).resolve().parent.parent / "pricing").books.national
SPRAVATO = {"treatment": "spravato", "insurance": "commercial", "sessions": "12", "psychotherapy": "none"}
CENTS = st.lists(st.integers(0, 99_999_99), min_size=5, max_size=5).map(sorted)


def estimated(**answers):
    return estimate(read_answers(SPRAVATO | answers, BOOK, date(2026, 11, 28)), BOOK)


@pytest.mark.parametrize(
    ("cents", "shown"),
    [(0, 0), (449, 400), (1499, 1000), (1500, 2000), (939_60, 940_00), (1000_00, 1000_00), (14_524_99, 14_500_00)],
)
def test_an_amount_is_rounded_to_what_is_known(cents, shown):
    assert known(cents) == shown


@given(CENTS)
def test_a_shown_range_holds_the_exact_one_and_stays_in_order(cents):
    low, first, typical, last, high = cents
    shown = shown_amounts(YouPay(low, typical, high, (first, last)))
    assert shown.low <= low <= high <= shown.high
    assert shown.low <= shown.typical <= shown.high
    assert shown.low <= shown.likely[0] <= shown.likely[1] <= shown.high
    assert low == high or not any(amount % 100 for amount in (*shown, *shown.likely))


def test_where_nothing_is_open_the_amount_is_exact():
    exact = YouPay(612_34, 612_34, 612_34, (612_34, 612_34))
    assert shown_amounts(exact) == exact


def test_the_insurers_open_answer_has_two_sides():
    made = estimated()
    agrees, refuses = sides_of(made)
    assert (agrees.answers, refuses.answers) == ({"authorization": "approved"}, {"authorization": "denied"})
    assert refuses.you_pay == shown_amounts(made.if_not_covered)
    assert refuses.you_pay.typical > agrees.you_pay.typical


@pytest.mark.parametrize("answer", ["approved", "denied"])
def test_once_the_insurer_has_answered_its_other_answer_is_no_side(answer):
    labels = [one.labels[0].en for one in sides_of(estimated(authorization=answer))]
    assert not {"If your insurer agrees", "If it says no"}.intersection(labels)


def test_the_plans_of_a_payer_are_sides_whose_answer_leads_to_that_one_amount():
    made = estimated(insurance="medicare")
    found = sides_of(made)
    assert len(found) > 2
    for side in found:
        alone = estimated(insurance="medicare", **side.answers)
        if not alone.branches:
            assert abs(alone.you_pay.typical - side.you_pay.typical) <= 100_00


OPEN = [
    {"setting": "office"},
    {"network": "mixed", "psychotherapy": "virtual"},
    {"network": "out"},
    {"insurance": "medicare"},
    {"treatment": "iv", "insurance": "commercial", "therapist_present": "yes"},
    {"treatment": "iv", "insurance": "none", "therapist_present": "yes"},
]


def test_every_either_or_that_can_split_has_statements_for_its_sides():
    """No question with a bare yes or no behind it, which beside the insurer's answer would be somebody else's yes."""
    seen = set()
    for more in OPEN:
        answers = read_answers(SPRAVATO | more, BOOK, date(2026, 11, 28))
        model = model_of(answers, BOOK)
        for unknown in model.unknowns:
            if not unknown.continuous:
                seen.add(unknown.id)
                texts = [words for _, words in answers_to(unknown, model.plan, ("56", "84"))]
                for language in LANGUAGES:
                    said = [words.get(language) for words in texts]
                    assert len({*said}) == len(said)
                    assert not any(set("?¿{") & set(one) or one in ("Yes", "No", "Sí") for one in said), said
    kinds = {name.rpartition(".")[2] for name in seen}
    assert kinds >= STATEMENTS.keys()
    assert {"setting", "dose", "drug_benefit", "session_copay", "plan", "network.drug"} <= seen


def test_what_the_plan_does_with_the_cards_money_is_said_beside_the_insurers_yes():
    made = estimated(plan="employer_high_deductible", start="2027-01-15", deductible="5000")
    said = [": ".join(label.en for label in one.labels) for one in sides_of(made)]
    assert said == [
        "If your insurer agrees: Plan does not count the card's money",
        "If your insurer agrees: Plan counts the card's money",
        "If it says no",
    ]


@settings(max_examples=12)
@given(st.sampled_from(["none", "medicare", "medicaid", "military"]), st.integers(1, 20).map(str))
def test_sides_are_the_same_for_an_estimate_rounded_for_its_page(insurance, sessions):
    made = estimated(insurance=insurance, sessions=sessions)
    one, two = sides_of(made), sides_of(rounded_estimate(made))
    assert [side.labels for side in one] == [side.labels for side in two]
    for exact, rounded in zip(one, two, strict=True):
        assert abs(exact.you_pay.typical - rounded.you_pay.typical) <= 50_00


@pytest.mark.parametrize(
    "answers",
    [
        {"deductible": "3500", "accumulator": "yes"},
        {"deductible": "5000", "accumulator": "yes"},
        {"deductible": "5000"},
        {"accumulator": "yes"},
    ],
)
def test_no_range_of_a_whole_reaches_beyond_its_sides(answers):
    """The strip said up to $6,200 over cards that said up to $6,100: the sides were searched less than the whole."""
    made = estimated(plan="employer_high_deductible", start="2027-01-15", **answers)
    (branch,) = (one for one in made.branches if one.unknown != "authorization")
    ranges = [one.you_pay for one in branch.options]
    assert min(one.low for one in ranges) <= made.you_pay.low
    assert max(one.high for one in ranges) >= made.you_pay.high
    assert any(one.typical == made.you_pay.typical for one in ranges)
