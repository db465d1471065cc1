"""Treatments side by side for the same person."""

from datetime import date
from pathlib import Path

import pytest

from estimator.core.answers import read_answers
from estimator.core.compare import SPANS, compare, sessions_within
from estimator.core.estimate import estimate
from estimator.prices.reading import read_books

TODAY = date(2026, 11, 22)
BOOKS = read_books(Path(__file__).parent.parent / "pricing").books
BOOK = BOOKS.national


def answers(book=BOOK, **raw):
    given = {
        "treatment": "iv",
        "insurance": "commercial",
        "sessions": "6",
        "psychotherapy": "none",
        "start": "2027-01-11",
    }
    return read_answers(given | raw, book, TODAY)


def test_the_asked_treatment_is_the_very_estimate_of_its_own_page():
    mine = answers(psychotherapy="virtual", psychotherapy_sessions="4")
    first = compare(mine, BOOK, None).alternatives[0]
    assert first.treatment == "iv"
    assert first.estimate.you_pay == estimate(mine, BOOK).you_pay


def test_without_psychotherapy_it_costs_no_more():
    for alternative in compare(answers(psychotherapy="in_person"), BOOK, 3).alternatives:
        assert alternative.alone.you_pay.typical <= alternative.estimate.you_pay.typical
    assert compare(answers(), BOOK, 3).alternatives[0].alone is None


def test_sessions_of_a_span_follow_each_schedule():
    spravato = BOOK.tables.treatments["spravato"]
    counts = [sessions_within(spravato, months, date(2027, 1, 11)) for months in SPANS]
    # 8 in the first four weeks, the ninth on the first day of week 5, and the last of a year on its 365th day.
    assert counts == [9, 15, 21, 35]


def test_a_span_counts_months_of_the_calendar():
    spravato = BOOK.tables.treatments["spravato"]
    assert sessions_within(spravato, 1, date(2027, 1, 31)) == 8


def test_a_clinic_compares_only_what_it_offers():
    book = BOOKS.get("example-harbor")
    assert [a.treatment for a in compare(answers(book), book, None).alternatives] == ["iv", "spravato", "im"]


def test_the_break_even_month_is_the_first_from_which_the_insured_treatment_stays_cheaper():
    mine = answers(insurance="medicare")
    found = compare(mine, BOOK, None).break_even
    assert (found.cheaper, found.dearer) == ("spravato", "iv")
    for months in range(1, 13):
        rows = {a.treatment: a.estimate.you_pay.typical for a in compare(mine, BOOK, months).alternatives}
        if months >= found.month:
            assert rows["spravato"] < rows["iv"]
        if months == found.month - 1:
            assert rows["spravato"] >= rows["iv"]


@pytest.mark.parametrize("insurance", ["none"])
def test_nobody_speaks_of_breaking_even_without_insurance(insurance):
    assert compare(answers(insurance=insurance), BOOK, None).break_even is None
