"""Milestones explain why the same visit costs differently; they are read off the worked examples' ledgers."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from test_examples import book_of

from estimator.answers import read_answers
from estimator.estimate import estimate
from estimator.milestones import milestones

EXAMPLES = Path(__file__).parent / "examples"


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
