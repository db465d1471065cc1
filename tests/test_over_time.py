"""A course begun later, stopped earlier, gone on with: right by hand, and never another figure than the estimate's."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from support.strategies_yaml import small_book
from test_examples import EXAMPLES, book_of

from estimator.core.answers import read_answers
from estimator.core.estimate import outcome, typical_of
from estimator.core.over_time import sides_found
from estimator.core.starts import Reason, starts
from estimator.core.stopping import stopping
from estimator.money import parse_amount
from estimator.prices.reading import read_books, read_files

TODAY = date(2026, 11, 22)
BOOK = read_books(Path(__file__).parent.parent / "pricing").books.national
SMALL = read_files(small_book()).books.national
NEW_YEAR = date(2027, 1, 1)
SPRAVATO = {"treatment": "spravato", "sessions": "12", "psychotherapy": "virtual", "start": "2026-12-06"}


def example(name):
    path = next(path for path in EXAMPLES if path.stem == name)
    read = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return read, book_of(read)


def amounts(raw, book, latest=date(2028, 11, 22)):
    _, found = starts(read_answers(raw, book, TODAY), book, latest)
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_stopping_costs_what_the_worked_example_says(path):
    """The examples say by hand what has been paid after each session."""
    read, book = example(path.stem)
    mine = read_answers(read["answers"], book, TODAY)
    line = stopping(mine, book).lines[0]
    for session, paid in read.get("after_session", {}).items():
        assert line[int(session) - 1] == parse_amount(paid), session
    assert line[mine.sessions - 1] == parse_amount(read["you_pay"])


def test_an_infusion_at_a_time_by_hand():
    """$200 before, $500 each, a follow-up of $200 after every sixth; boosters every 28 days, twelve in a year."""
    raw = {"treatment": "iv", "insurance": "none", "sessions": "6", "psychotherapy": "none", "start": "2026-03-02"}
    found = stopping(read_answers(raw, SMALL, date(2026, 2, 1)), SMALL)
    assert found.asked == 6
    assert [cents // 100 for cents in found.lines[0]] == [
        200 + 500 * number + 200 * (number // 6) for number in range(1, 19)
    ]
    assert found.days[5] == date(2026, 3, 19)
    assert found.days[6] == date(2026, 4, 16)


def test_whoever_asks_for_more_than_a_year_is_shown_that():
    raw = {"treatment": "at_home", "insurance": "none", "sessions": "60", "psychotherapy": "none"}
    found = stopping(read_answers(raw, BOOK, TODAY), BOOK)
    assert len(found.lines[0]) == len(found.days) == found.asked == 60


@pytest.mark.parametrize("insurance", list(BOOK.tables.payers))
def test_all_sessions_cost_what_the_estimate_says_on_every_side(insurance):
    mine = read_answers({**SPRAVATO, "insurance": insurance}, BOOK, TODAY)
    found, out = stopping(mine, BOOK), outcome(mine, BOOK)
    assert found.sides == sides_found(out), "told from the evenly spread scenarios alone"
    sides = next((one for one in out.branches if one.unknown == found.sides.unknown), None)
    expected = [one.you_pay.typical for one in sides.options] if sides else [out.you_pay.typical]
    if found.sides.refused:
        expected.append(out.if_not_covered.typical)
    assert [line[found.asked - 1] for line in found.lines] == expected


def test_psychotherapy_goes_on_at_the_same_pace():
    """Six for twelve sessions are seventeen or eighteen for thirty-five, at the price of one each."""
    raw = {"treatment": "iv", "insurance": "none", "sessions": "6", "psychotherapy": "virtual", "start": "2026-03-02"}
    alone = stopping(read_answers(raw | {"psychotherapy": "none"}, SMALL, date(2026, 2, 1)), SMALL)
    with_three = read_answers(raw | {"psychotherapy_sessions": "3"}, SMALL, date(2026, 2, 1))
    extra = [both - one for both, one in zip(stopping(with_three, SMALL).lines[0], alone.lines[0], strict=True)]
    assert extra[5] == 3 * 150_00, "three for the six that were asked about"
    assert extra[-1] == 9 * 150_00, "nine for the eighteen of a year"


def test_a_deductible_that_starts_again_by_hand():
    """
    Six sessions of $400 in 17 days, the deductible of $1,000 met in 2026, then 20 %.

    From November 24 all six are in 2026: 6 x $80. From December 24 three cost $80 and three meet the new deductible:
    $400, $400, $200 + 20 % of $200. From January on all six are in one new year: $400, $400, $240, then 3 x $80.
    """
    read, book = example("6-new-year-resets-everything")
    found = amounts(read["answers"] | {"start": "2026-11-24"}, book)
    assert [one.amounts for one in found] == [(480_00,), *[(1280_00,)] * 11]
    assert found[1].reasons == (Reason("both", "during", NEW_YEAR),)
    assert all(one.reasons == () for one in found[2:]), "nothing to explain where nothing changes"


def test_a_start_right_after_the_new_year_is_told_from_one_across_it():
    read, book = example("6-new-year-resets-everything")
    found = amounts(read["answers"] | {"start": "2026-11-01", "deductible_remaining": "500"}, book)
    # 500 of 2026's deductible are open: $400, $100 + 20 % of $300, then 4 x $80. From January it is all of it.
    assert [one.amounts[0] for one in found[:3]] == [400_00 + 160_00 + 320_00, 400_00 + 160_00 + 320_00, 1280_00]
    assert found[2].reasons == (Reason("both", "before", NEW_YEAR),)


def test_a_plan_year_of_its_own_and_a_new_plan_are_named():
    read, book = example("6-new-year-resets-everything")
    raw = read["answers"] | {"start": "2026-12-01", "plan_year_start": "3", "new_plan_from": "2027-06-01"}
    by_month = {one.answers.start.isoformat()[:7]: one for one in amounts(raw, book)}
    assert by_month["2027-02"].amounts == (480_00,)
    assert by_month["2027-03"].amounts == (1280_00,)
    assert by_month["2027-03"].reasons == (Reason("both", "before", date(2027, 3, 1)),)
    changed = next(one for one in by_month.values() if any(reason.what == "new_plan" for reason in one.reasons))
    assert date(2027, 6, 1) in {reason.day for reason in changed.reasons}


def test_dearer_prices_are_a_reason():
    """The small book's infusion costs $525 in place of $500 from 2027 on; from December 22 three are of that year."""
    raw = {"treatment": "iv", "insurance": "none", "sessions": "6", "psychotherapy": "none", "start": "2026-11-22"}
    found = amounts(raw, SMALL)
    assert [one.amounts[0] // 100 for one in found[:3]] == [3400, 3475, 3550]
    assert found[1].reasons[0].what == "prices"


def test_no_start_lies_further_ahead_than_can_be_asked():
    found = amounts({**SPRAVATO, "insurance": "none", "start": "2028-09-01"}, BOOK)
    assert [one.answers.start for one in found] == [date(2028, 9, 1), date(2028, 10, 1), date(2028, 11, 1)]


CLINIC = read_books(Path(__file__).parent.parent / "pricing").books.get("example-harbor")
ALL_YEAR = {"start": "2026-09-20", "psychotherapy": "none"}


STARTS = [
    pytest.param(book, insurance, treatment, id=f"{name}-{insurance}-{treatment}")
    for name, book in (("national", BOOK), ("small", SMALL), ("clinic", CLINIC))
    for insurance in ("none", "commercial", "medicare")
    for treatment in ("iv", "spravato", "at_home")
    if insurance in book.tables.payers and treatment in book.tables.treatments
]


@pytest.mark.parametrize(("book", "insurance", "treatment"), STARTS)
def test_each_start_costs_what_its_own_estimate_says(book, insurance, treatment):
    """Claims are moved to another day, or made anew where prices, packages or subscriptions hang on it."""
    raw = {**ALL_YEAR, "treatment": treatment, "insurance": insurance, "sessions": "12", "psychotherapy": "virtual"}
    sides, found = starts(read_answers(raw, book, TODAY), book, date(2028, 11, 22))
    assert len(found) == 12
    for one in found:
        typical = typical_of(one.answers, book)
        assert typical in one.amounts[: sides.agreed]
        if sides.refused:
            assert one.amounts[-1] == typical_of(replace(one.answers, authorization="denied"), book)
