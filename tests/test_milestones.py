"""Milestones explain why the same visit costs differently; they are read off the worked examples' ledgers."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from test_examples import book_of

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate
from estimator.core.milestones import milestones
from estimator.core.results import BenefitRecord, LedgerRow, OutOfNetworkRecord, PlanTerms, ProgramRecord

EXAMPLES = Path(__file__).parent / "examples"
PLAN = PlanTerms("some", None, 0, None, None, 1, None, {}, {})


def kinds(name):
    example = yaml.load((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    book = book_of(example)
    one = estimate(read_answers(example["answers"], book, date(2026, 11, 22)), book)
    return [(found.day.isoformat(), found.kind) for found in milestones(one.ledger[1], one.plan[1])]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1-average-plan-no-help", [("2027-01-07", "deductible_met"), ("2027-03-25", "maximum_reached")]),
        ("3-card-does-not-count", [("2027-01-28", "deductible_met")]),
        ("3b-card-runs-dry", [("2027-01-28", "deductible_met"), ("2027-05-06", "program_exhausted")]),
        ("6-new-year-resets-everything", [("2027-01-01", "plan_year_turns"), ("2027-01-10", "deductible_met")]),
        ("8-no-insurance", []),
    ],
)
def test_milestones_of_the_worked_examples(name, expected):
    assert kinds(name) == expected


def turns(day, plan, start=1, **of_row):
    """The days on which a plan year turns between a covered bill in December 2026 and another on `day`."""
    row = LedgerRow(
        date(2026, 12, 6), "visit", 0, "visit", True, 0, 0, 0, 0, None, 0, 0, deductible_left=0, out_of_pocket_left=None
    )
    rows = [row, replace(row, date=day, **of_row)]
    found = milestones(rows, replace(PLAN, plan_year_start=start, **plan))
    return [one.day.isoformat() for one in found if one.kind == "plan_year_turns"]


def test_a_plan_year_turns_only_where_something_starts_again():
    """A plan without deductible and maximum, as in Medicaid, has nothing that a new year could change."""
    assert turns(date(2027, 1, 10), {"deductible": 500}) == ["2027-01-01"]
    assert turns(date(2027, 1, 10), {"out_of_pocket_maximum": 1000}) == ["2027-01-01"]
    assert turns(date(2027, 1, 10), {}) == []


def test_a_plan_year_turns_only_before_a_bill_that_the_plan_covers():
    assert turns(date(2027, 1, 10), {"deductible": 500}, covered=False) == []


def test_a_plan_year_that_begins_in_summer_turns_on_its_own_day():
    """The next bill may come only in the following calendar year."""
    assert turns(date(2028, 2, 10), {"deductible": 500}, start=7) == ["2027-07-01"]


def row(day, left, network="in", benefit="procedure", maximum=4000):
    return LedgerRow(
        date(2026, 12, day), "some", 0, benefit, True, 0, 0, 0, 0, None, 0, 0, left, maximum, network=network
    )


def test_each_deductible_is_met_once_however_the_bills_alternate():
    """The plan's own, the drugs' and the one out of network are three accounts, each with what is left of it."""
    plan = replace(
        PLAN,
        deductible=900,
        deductible_remaining=900,
        drug_deductible=400,
        drug_deductible_remaining=150,
        out_of_network=OutOfNetworkRecord(500, 500, None, None, 5000),
        benefits={
            "pharmacy": BenefitRecord(True, 2000, None, drug_deductible=True),
            "procedure": BenefitRecord(True, 2000, None),
        },
    )
    rows = [row(1, 0, benefit="pharmacy"), row(1, 500), row(2, 0, benefit="pharmacy"), row(2, 100), row(3, 0, "out")]
    rows += [row(3, 50), row(4, 0, benefit="pharmacy"), row(4, 0), row(5, 0, "out")]
    assert [(one.day.day, one.kind) for one in milestones(rows, plan)] == [
        (1, "drug_deductible_met"),
        (3, "outside_deductible_met"),
        (4, "deductible_met"),
    ]


def test_a_card_runs_dry_at_what_was_left_of_it():
    """Of $8,150 a year $100 were left; next year the whole is there again."""
    program = ProgramRecord(1000, None, 815_000, rebate=False, annual_remaining=100_00)
    plan = replace(PLAN, deductible=900, programs={"card": program})
    helped = [replace(row(day, 0), program="card", program_pays=cents) for day, cents in ((1, 60_00), (2, 40_00))]
    later = replace(helped[0], date=date(2027, 1, 5), program_pays=100_00)
    assert [(one.day, one.kind) for one in milestones([*helped, later], plan) if one.program] == [
        (date(2026, 12, 2), "program_exhausted")
    ]
