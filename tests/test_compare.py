"""Treatments side by side for the same person."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from support.strategies_yaml import small_book

from estimator.core.answers import BadAnswers, read_answers
from estimator.core.compare import SPANS, YEAR, Lead, answers_for_all, compare, leads, sessions_within
from estimator.core.estimate import estimate, outcome, typical_of
from estimator.prices.reading import read_books, read_files

TODAY = date(2026, 11, 22)
BOOKS = read_books(Path(__file__).parent.parent / "pricing").books
BOOK = BOOKS.national
SMALL = read_files(small_book()).books.national


def answers(book=BOOK, **raw):
    given = {
        "treatment": "iv",
        "insurance": "commercial",
        "sessions": "6",
        "psychotherapy": "none",
        "start": "2027-01-11",
    }
    return read_answers(given | raw, book, TODAY)


@pytest.mark.parametrize("insurance", list(BOOK.tables.payers))
def test_an_outcome_is_what_the_estimate_says(insurance):
    """Compared are outcomes, without lines; each is the very estimate of its own page."""
    mine = answers(insurance=insurance, treatment="spravato", psychotherapy="virtual", psychotherapy_sessions="4")
    one, whole = outcome(mine, BOOK), estimate(mine, BOOK)
    assert (one.you_pay, one.branches) == (whole.you_pay, whole.branches)
    assert one.if_not_covered == whole.if_not_covered
    own = next(each for each in compare(mine, BOOK, "series") if each.treatment == "spravato")
    assert own.outcome.you_pay == whole.you_pay


def test_the_first_series_is_as_asked_for_one_and_usual_for_the_others():
    found = answers_for_all(answers(sessions="9"), BOOK, "series")
    assert {one.treatment: one.sessions for one in found} == {"iv": 9, "spravato": 12, "im": 6, "at_home": 6}
    assert {one.sessions for one in answers_for_all(answers(sessions="9"), BOOK, "asked")} == {9}


def test_sessions_of_a_span_follow_each_schedule():
    spravato = BOOK.tables.treatments["spravato"]
    counts = [sessions_within(spravato, months, date(2027, 1, 11)) for months in (1, *SPANS)]
    # 8 in the first four weeks, the ninth on the first day of week 5, and the last of a year on its 365th day.
    assert counts == [9, 15, 35]


def test_a_span_counts_months_of_the_calendar():
    spravato = BOOK.tables.treatments["spravato"]
    assert sessions_within(spravato, 1, date(2027, 1, 31)) == 8


def test_a_clinic_compares_only_what_it_offers():
    book = BOOKS.get("example-harbor")
    assert [one.treatment for one in compare(answers(book), book, "series")] == ["iv", "spravato", "im"]


@pytest.mark.parametrize("insurance", list(BOOK.tables.payers))
@pytest.mark.parametrize("span", ["series", YEAR])
def test_a_year_ends_with_the_typical_amount_of_each_side_of_a_year(insurance, span):
    mine = answers(insurance=insurance, treatment="spravato", sessions="12", psychotherapy="virtual")
    for one in compare(mine, BOOK, span):
        of_year = next(own for own in answers_for_all(mine, BOOK, YEAR) if own.treatment == one.treatment)
        there = outcome(of_year, BOOK)
        sides = next((each for each in there.branches if each.unknown == one.sides.unknown), None)
        ends, typical = [line[-1] for line in one.year], typical_of(of_year, BOOK)
        if one.sides.refused:
            assert ends.pop() == there.if_not_covered.typical
        if sides:
            assert ends == [option.you_pay.typical for option in sides.options]
        elif one.sides.unknown:
            assert typical in ends, "what decides the first series may not decide the year"
        else:
            assert ends == [typical]
        assert all(len(line) == YEAR for line in one.year)
        assert all(before <= after for line in one.year for before, after in pairwise(line))


def test_paid_so_far_by_hand():
    """
    The small book's infusions at $500 (from 2027 on $525, boosters still $500), an evaluation of $200 a week before.

    Six sessions from January 12, 2026 by January 29, a follow-up of $200 the day after, a booster every 28 days: on
    February 26, March 26, April 23, May 21, June 18, July 16, August 13, September 10, October 8, November 5,
    December 3 and 31. The twelfth session, on July 16, and the eighteenth have a follow-up each.
    """
    mine = read_answers(
        {"treatment": "iv", "insurance": "none", "sessions": "6", "psychotherapy": "none", "start": "2026-01-12"},
        SMALL,
        date(2026, 1, 2),
    )
    (line,) = next(one.year for one in compare(mine, SMALL, "series") if one.treatment == "iv")
    first = 200 + 6 * 500 + 200
    boosters = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12]
    follow_ups = [0] * 6 + [200] * 5 + [400]
    assert line[0] == first * 100
    expected = [first + 500 * number + extra for number, extra in zip(boosters, follow_ups, strict=True)]
    assert [cents // 100 for cents in line] == expected


def test_who_leads_by_hand():
    """The first costs least up to the third month, the same as the second in the fourth, more from the fifth on."""
    lines = {"first": tuple(100 * month for month in range(1, 13)), "second": (400,) * 12, "third": (2000,) * 12}
    assert leads(lines) == (Lead(1, "first"), Lead(5, "second"))
    assert leads({"only": (1,) * 12}) == (Lead(1, "only"),)
    assert leads({}) == ()


def test_the_lead_changes_where_the_lines_cross():
    lines = {one.treatment: one.year[0] for one in compare(answers(insurance="none"), BOOK, "series")}
    found = leads(lines)
    assert len(found) > 1, "without insurance at home costs least only at first"
    for lead in found:
        assert all(lines[lead.treatment][lead.month - 1] <= line[lead.month - 1] for line in lines.values())
    for before, after in pairwise(found):
        month = after.month - 2
        assert lines[before.treatment][month] <= lines[after.treatment][month]


def test_a_start_too_early_for_one_treatment_is_refused():
    early = answers(treatment="at_home", insurance="none", start="2026-01-02")
    with pytest.raises(BadAnswers, match="to compare the treatments choose a day from 2026-01-08 on"):
        answers_for_all(early, BOOK, "series")
