"""What a patient may answer, what is assumed instead, and what a bad answer is told."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.core.answers import NAMES, BadAnswers, applicable, book_for, read_answers, unknown_names
from estimator.prices.reading import read_books

TODAY = date(2026, 11, 22)
BOOKS = read_books(Path(__file__).parent / "examples" / "book").books
BOOK = BOOKS.national
FOUR = {"treatment": "spravato", "insurance": "commercial", "sessions": "12", "psychotherapy": "none"}


def problems(**raw):
    with pytest.raises(BadAnswers) as caught:
        read_answers(FOUR | raw, BOOK, TODAY)
    return {problem.field: problem.message for problem in caught.value.problems}


def test_four_answers_are_enough():
    answers = read_answers(FOUR, BOOK, TODAY)
    assert answers.sessions == 12
    assert answers.start == date(2026, 12, 6)
    assert {"plan", "state", "start", "accumulator"} <= answers.assumed
    assert not answers.assumed & FOUR.keys()


def test_every_missing_answer_is_named_at_once():
    with pytest.raises(BadAnswers) as caught:
        read_answers({}, BOOK, TODAY)
    assert [problem.field for problem in caught.value.problems] == list(FOUR)


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("sessions", "0", "choose a number from 1 to 104"),
        ("sessions", "105", "choose a number from 1 to 104"),
        ("sessions", "six", "choose a number from 1 to 104"),
        ("sessions", "1_0", "choose a number from 1 to 104"),
        ("sessions", "٣", "choose a number from 1 to 104"),
        ("treatment", "lsd", "choose one of spravato, infusion"),
        ("start", "2027-02-30", "write a date like 2027-01-31 or 1/31/2027"),
        ("start", "20270131", "write a date like 2027-01-31 or 1/31/2027"),
        ("start", "0001-01-01", "write a date like 2027-01-31 or 1/31/2027"),
        ("deductible", "Infinity", "write an amount in dollars, like 1500 or $1,500.00"),
        ("deductible", "-5", "write an amount in dollars, like 1500 or $1,500.00"),
        ("coinsurance", "120", "write a percentage from 0 to 100, like 20"),
        ("accumulator", "maybe", "choose one of yes, no, maximizer"),
        ("state", "XX", "write the two letters of a state, like CO"),
        ("plan_year_start", "13", "choose a number from 1 to 12"),
    ],
)
def test_a_bad_answer_gets_a_sentence_beside_its_field(field, text, message):
    assert problems(**{field: text}) == {field: message}


def test_amounts_and_percentages_are_read_as_people_write_them():
    answers = read_answers(FOUR | {"deductible": "$1,500", "coinsurance": "12.5%", "copay": " 25 "}, BOOK, TODAY)
    assert (answers.deductible, answers.coinsurance, answers.copay) == (150_000, 1250, 2500)


def test_plan_terms_that_cannot_be_true_together_are_refused():
    assert problems(deductible="500", deductible_remaining="600") == {
        "deductible_remaining": "this is more than the whole amount you gave ($500.00); if it is the whole family's, "
        "write it in the family's box"
    }
    assert problems(deductible="5000", out_of_pocket_maximum="4000") == {
        "deductible": "a deductible is never above the out-of-pocket maximum ($4,000.00); if one of them is the whole "
        "family's, write what counts for you alone"
    }


def test_answers_that_do_not_apply_are_ignored():
    answers = read_answers(FOUR | {"insurance": "none", "deductible": "oops", "accumulator": "yes"}, BOOK, TODAY)
    assert answers.deductible is None
    assert answers.accumulator is None
    assert "deductible" not in answers.assumed
    assert "deductible" not in applicable("spravato", "none", "none", BOOK)
    assert "psychotherapy_sessions" not in applicable("spravato", "commercial", "none", BOOK)


def test_a_link_gives_back_the_same_answers():
    raw = FOUR | {
        "deductible": "1500.50",
        "coinsurance": "12.5",
        "accumulator": "no",
        "state": "co",
        "start": "2027-03-01",
    }
    answers = read_answers(raw, BOOK, TODAY)
    assert read_answers(dict(answers.query()), BOOK, TODAY) == answers


def test_a_link_keeps_the_start_that_was_assumed():
    answers = read_answers(FOUR, BOOK, TODAY)
    later = read_answers(dict(answers.query()), BOOK, date(2027, 6, 1))
    assert later.start == answers.start


def test_unknown_names_are_named():
    assert [
        problem.field for problem in unknown_names({"treatment": "iv", "colour": "red", "price.infusion": "1"}, BOOK)
    ] == ["colour"]


def test_a_strange_clinic_is_refused():
    with pytest.raises(BadAnswers, match="choose one of national"):
        book_for({"clinic": "nowhere"}, BOOKS)


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=20)))
def test_no_text_at_all_makes_reading_crash(raw):
    found = ()
    try:
        read_answers(FOUR | raw, BOOK, TODAY)
    except BadAnswers as bad:
        found = bad.problems or ("refused without a reason",)
    assert all(problem.message and problem.field in NAMES for problem in found)


def test_a_price_somebody_was_told_is_an_answer():
    answers = read_answers(FOUR | {"start": "2027-03-01", "price.observation": "$150"}, BOOK, TODAY)
    assert answers.prices == (("observation", 15000),)
    assert read_answers(dict(answers.query()), BOOK, TODAY) == answers
    assert problems(**{"price.observation": "cheap"}).keys() == {"price.observation"}
