"""
Promises of the estimate model for any tables and answers; tests call them on small books and on the shipped ones.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from estimator.core.estimate import model_of
from estimator.core.records import ScenarioLedgers, statements

SCENARIOS_AT_ONCE = 3
"""As many as a statement shows: the ends and the middle, here any scenarios."""

WHOLES = {
    "deductible_remaining": "deductible",
    "out_of_pocket_remaining": "out_of_pocket_maximum",
    "drug_deductible_remaining": "drug_deductible",
    "out_of_network_deductible_remaining": "out_of_network_deductible",
    "out_of_network_out_of_pocket_remaining": "out_of_network_out_of_pocket_maximum",
}
"""What is left, and of which whole amount."""


def rows_in(model, seed):
    """Every claim in some scenarios, the same for the same seed and the same unknowns."""
    ledger = model.ledger(np.random.default_rng(seed).random((len(model.unknowns), SCENARIOS_AT_ONCE)))
    columns = (0, 1, 2)
    shown = ScenarioLedgers(ledger, statements(ledger.settle()[1], columns), columns)
    return [shown.rows(place) for place in range(SCENARIOS_AT_ONCE)], [
        shown.plan(place) for place in range(SCENARIOS_AT_ONCE)
    ]


def assert_last_years_balances_say_nothing(answers, book, seed, days):
    """Balances read `days` before the plan year of the first claim are worth full amounts on its first day."""
    told = {left: getattr(answers, left) for left, whole in WHOLES.items() if getattr(answers, whole) is not None}
    answers = replace(answers, **(dict.fromkeys(WHOLES) | told), savings_remaining=None)
    first = min(claim.day for claim in model_of(answers, book).claims.all)
    month = answers.plan_year_start
    begins = date(first.year if first.month >= month else first.year - 1, month, 1)
    before = replace(answers, balances_as_of=begins - timedelta(days=days))
    full = {left: getattr(answers, WHOLES[left]) for left, amount in told.items() if amount is not None}
    family = {"family_deductible_remaining": None, "family_out_of_pocket_remaining": None}
    on_the_day = replace(answers, balances_as_of=begins, **full, **family)
    old, new = model_of(before, book), model_of(on_the_day, book)
    assert old.unknowns.rows == new.unknowns.rows
    assert rows_in(old, seed) == rows_in(new, seed)


def facts_of(answers, book):
    """What the clinic asks and what the plan allows for every claim, apart: ranges by day, charge and network."""
    asked, allowed = Counter(), Counter()
    for claim in model_of(answers, book).claims.all:
        here = (claim.day, claim.charge, claim.network)
        if claim.coverage.covered != "no":
            asked[here, claim.asked and claim.asked.range] += 1
            allowed[here, claim.allowed and claim.allowed.range] += 1
    return asked, allowed


def assert_three_prices_are_three(answers, book, charge, cents):
    """What is told of the clinic's price, the allowed amount or the patient's share moves none of the other two."""
    asked, allowed = facts_of(answers, book)
    other_prices = tuple(pair for pair in answers.prices if pair[0] != charge)
    assert facts_of(replace(answers, prices=(*other_prices, (charge, cents))), book)[1] == allowed
    other_amounts = tuple(pair for pair in answers.allowed_amounts if pair[0] != charge)
    assert facts_of(replace(answers, allowed_amounts=(*other_amounts, (charge, cents))), book)[0] == asked
    other_shares = tuple(pair for pair in answers.shares if pair[0] != charge)
    assert facts_of(replace(answers, shares=other_shares), book) == (asked, allowed)


def assert_never_wider(before, after, tolerance):
    """An estimate with one more answer inside its former range stays within the former range."""
    slack = tolerance * before.you_pay.high
    assert before.you_pay.low - slack <= after.you_pay.low
    assert after.you_pay.high <= before.you_pay.high + slack


def narrower_answers(answers, book):
    """Single answers to what is still open, each inside its former range: names of `Answers`, and values by name."""
    plan = model_of(answers, book).plan
    treatment = book.tables.treatments[answers.treatment]
    open_ = {
        "dose": treatment.doses,
        "drug_benefit": ("medical", "pharmacy"),
        "accumulator": ("yes", "no"),
        "plan": plan.names if plan else (),
        "setting": ("office", "hospital"),
        "therapist_inside": ("yes", "no") if answers.therapist_present == "yes" else (),
        "state": ("CO", "MA", "TX"),
    }
    return {name: values for name, values in open_.items() if values and getattr(answers, name) is None}


def told_prices(answers, book):
    """Told prices and allowed amounts inside what the tables say on every day: (field, charge, range in cents)."""
    found = {}
    for claim in model_of(answers, book).claims.all:
        for field, price in (("prices", claim.asked), ("allowed_amounts", claim.allowed)):
            if price is not None:
                own = price.lower is None and (price.unknown or "").partition(".")[0] == claim.charge
                found.setdefault((field, claim.charge), set()).add(tuple(price.range) if own else None)
                if price.lower is not None:
                    found.setdefault((field, claim.lower_charge), set()).add(tuple(price.lower.range))
    told = {(field, name) for field in ("prices", "allowed_amounts") for name, _ in getattr(answers, field)}
    one_range = {key: ranges.pop() for key, ranges in found.items() if len(ranges) == 1 and key not in told}
    return sorted((*key, range_) for key, range_ in one_range.items() if range_ is not None)
