"""The promises of an estimate, one property each, and the tempting ones that are false."""

from dataclasses import asdict, replace
from datetime import date, timedelta

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from support import plain_ledger, promises
from support.strategies import CHARGES, TODAY, cases

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate, model_of
from estimator.core.results import SCENARIOS

SEARCH_TOLERANCE = 0.02
"""The search for the ends is numerical: a scenario may lie outside by this part of `high`. Measured in benchmarks/."""

NARROWER = 0.01
"""How far, as a part of `high`, one answer more may leave the former range by the same search."""

SEEDS = st.integers(0, 2**32 - 1)


def columns(one):
    """The four columns of the itemized table, with their totals."""
    return [
        ("billed", one.billed),
        ("plan_pays", one.plan_pays),
        ("program_pays", one.program_pays),
        ("you_pay", one.you_pay),
    ]


@given(cases())
def test_every_cent_lands_with_someone(case):
    for rows in estimate(*case).ledger:
        for row in rows:
            assert row.billed == row.plan_pays + row.program_pays + row.you_pay
            assert min(row.billed, row.plan_pays, row.program_pays, row.you_pay, row.share) >= 0


@given(cases(insurance="commercial", told=True), SEEDS)
def test_the_vectorised_ledger_equals_the_plain_one_claim_by_claim(case, seed):
    """In any scenarios, whatever the patient knows: networks, balances of a day, told shares, a change of plan."""
    for rows, plan in zip(*promises.rows_in(model_of(*case), seed), strict=True):
        assert_plain_ledger_agrees(rows, plan, case[0])


@given(cases(insurance="commercial"))
def test_what_an_estimate_publishes_can_be_settled_again(case):
    one = estimate(*case)
    for rows, plan in zip(one.ledger, one.plan, strict=True):
        assert_plain_ledger_agrees(rows, plan, one.answers)


def assert_plain_ledger_agrees(rows, plan, answers):
    for row, expected in zip(rows, plain_ledger.settle(rows, plan, answers.shares), strict=True):
        assert {name: getattr(row, name) for name in expected} == expected


@given(cases(insurance="commercial"))
def test_shares_of_a_plan_year_stay_under_the_maximum_and_help_under_the_annual_limit(case):
    one = estimate(*case)
    for rows, plan in zip(one.ledger, one.plan, strict=True):
        counted, helped = {}, {}
        first = plain_ledger.year_of(rows[0].date, plan.plan_year_start)
        for row in rows:
            credit = row.share
            if row.program and plan.accumulator and not plan.programs[row.program].rebate:
                credit -= row.program_pays
            year = plain_ledger.year_of(row.date, plan.plan_year_start)
            counted[year] = counted.get(year, 0) + credit
            if row.program:
                key = (row.program, row.date.year)
                helped[key] = helped.get(key, 0) + row.program_pays
        for year, credit in counted.items():
            limit = plan.out_of_pocket_remaining if year == first else plan.out_of_pocket_maximum
            assert limit is None or credit <= limit
        for (name, _), help_ in helped.items():
            assert plan.programs[name].annual_max is None or help_ <= plan.programs[name].annual_max


@given(cases())
def test_every_column_adds_up(case):
    one = estimate(*case)
    for name, total in columns(one):
        for place, scenario in enumerate(SCENARIOS):
            assert sum(getattr(getattr(item, name), scenario) for item in one.items) == getattr(total, scenario)
            assert sum(getattr(row, name) for row in one.ledger[place]) == getattr(total, scenario)
    for scenario in SCENARIOS:
        assert sum(getattr(month.you_pay, scenario) for month in one.months) == getattr(one.you_pay, scenario)
        for month in one.months:
            at_visit, back = getattr(month.at_visit, scenario), getattr(month.rebates, scenario)
            assert at_visit - back == getattr(month.you_pay, scenario)


@given(cases())
def test_low_typical_high_and_likely_stand_in_order(case):
    paid = estimate(*case).you_pay
    assert paid.low <= paid.typical <= paid.high
    assert paid.low <= paid.likely[0] <= paid.likely[1] <= paid.high


@given(cases(), st.data())
def test_every_possible_scenario_lies_inside_the_range(case, data):
    """The range is a promise: whatever clinic and plan turn out to charge, within what we were told."""
    paid = estimate(*case).you_pay
    model = model_of(*case)
    scenarios = data.draw(
        st.lists(st.tuples(*[st.floats(0, 1, exclude_max=True)] * len(model.unknowns)), min_size=1, max_size=20)
    )
    totals = model.totals(np.array(scenarios, dtype=np.float64).T.reshape(len(model.unknowns), len(scenarios)))
    slack = SEARCH_TOLERANCE * paid.high
    assert paid.low - slack <= totals.min()
    assert totals.max() <= paid.high + slack


@given(cases())
def test_what_the_two_ends_say_is_what_their_own_ledger_adds_up_to(case):
    """Attainment: low and high are results of actual scenarios, walked again one by one."""
    one = estimate(*case)
    for rows, paid in zip(one.ledger, one.you_pay, strict=True):
        assert sum(row.you_pay for row in rows) == paid


@given(cases(insurance="commercial", everything=True, known=True))
def test_with_nothing_unknown_the_range_is_one_number(case):
    answers, book = case
    one = estimate(replace(answers, state="CO"), book)
    assume(not one.drivers)
    assert one.you_pay.low == one.you_pay.typical == one.you_pay.high
    assert one.ledger[0] == one.ledger[1] == one.ledger[2]


@given(cases(insurance="commercial") | cases(insurance="commercial", told=True), st.data())
def test_an_answer_inside_its_former_range_never_widens_the_range(case, data):
    answers, book = case
    choices = promises.narrower_answers(answers, book)
    assume(choices)
    name = data.draw(st.sampled_from(sorted(choices)))
    after = replace(answers, **{name: data.draw(st.sampled_from(choices[name]))})
    promises.assert_never_wider(estimate(answers, book), estimate(after, book), NARROWER)


@given(cases(insurance="commercial") | cases(insurance="commercial", told=True), st.data())
def test_a_told_price_inside_its_former_range_never_widens_the_range(case, data):
    answers, book = case
    told = promises.told_prices(answers, book)
    assume(told)
    field, charge, (low, _, high) = data.draw(st.sampled_from(told))
    facts = (*getattr(answers, field), (charge, data.draw(st.integers(low, high))))
    after = replace(answers, **{field: facts})
    promises.assert_never_wider(estimate(answers, book), estimate(after, book), NARROWER)


@given(cases(insurance="commercial", told=True), SEEDS, st.integers(1, 400))
def test_balances_of_last_plan_year_are_full_balances_on_the_first_day_of_the_next(case, seed, days):
    promises.assert_last_years_balances_say_nothing(*case, seed, days)


@given(cases(insurance="commercial", told=True), st.sampled_from(CHARGES), st.integers(0, 2_000_00))
def test_typing_one_of_three_prices_never_moves_another(case, charge, cents):
    promises.assert_three_prices_are_three(*case, charge, cents)


@given(cases(savings=False), st.integers(1, 5))
def test_without_savings_programs_more_sessions_never_cost_less(case, more):
    answers, book = case
    answers = replace(answers, psychotherapy="none", psychotherapy_sessions=0)
    fewer, extra = model_of(answers, book), model_of(replace(answers, sessions=answers.sessions + more), book)
    scenario = np.full((len(fewer.unknowns), 1), 0.3)
    assume(fewer.unknowns.rows == extra.unknowns.rows)
    assert fewer.totals(scenario)[0] <= extra.totals(scenario)[0]


@given(cases(savings=False, insurance="commercial", coverage="covered"), st.data())
def test_without_savings_programs_a_dearer_price_never_lowers_the_total(case, data):
    model = model_of(*case)
    prices = [row for name, row in model.unknowns.rows.items() if name.endswith((".price", ".allowed"))]
    assume(prices)
    scenario = np.array([[data.draw(st.floats(0, 0.99))] for _ in model.unknowns], dtype=np.float64)
    dearer = scenario.copy()
    row = data.draw(st.sampled_from(prices))
    dearer[row] = data.draw(st.floats(float(scenario[row, 0]), 1))
    # Halves of a cent of coinsurance may round apart: one cent a claim.
    assert model.totals(scenario)[0] <= model.totals(dearer)[0] + len(model.claims.all)


@given(cases(insurance="commercial", savings=False) | cases(insurance="commercial", told=True), SEEDS)
def test_a_plan_that_shares_nothing_costs_nothing_for_covered_claims(case, seed):
    """In network, in every scenario; a class that asks a copay, or does for its first visits, does ask something."""
    answers, book = case
    nothing = dict.fromkeys(("deductible", "deductible_remaining", "drug_deductible", "coinsurance", "copay"), 0)
    free = replace(answers, **nothing, drug_deductible_remaining=0, accumulator="no", shares=(), new_plan_from=None)
    for rows, plan in zip(*promises.rows_in(model_of(free, book), seed), strict=True):
        costly = {name for name, terms in plan.benefits.items() if terms.copay or terms.first_copay}
        mine = [row for row in rows if row.covered and row.network == "in" and row.benefit not in costly]
        assert all(row.you_pay == row.program_pays == 0 for row in mine)


@given(cases(known=True, everything=True), st.integers(0, 364))
def test_where_the_new_year_falls_does_not_change_what_is_billed(case, days):
    answers, book = case
    start = date(2027, 2, 1)
    billed = estimate(replace(answers, start=start), book).billed
    assert estimate(replace(answers, start=start + timedelta(days=days)), book).billed == billed


@given(cases())
def test_the_same_answers_give_the_same_estimate(case):
    first, second = estimate(*case), estimate(*case)
    assert asdict(first.you_pay) == asdict(second.you_pay)
    assert first.ledger == second.ledger
    assert first.drivers == second.drivers


@given(cases())
def test_nobody_pays_for_the_uninsured(case):
    answers, book = case
    raw = dict(answers.query()) | {"insurance": "none"}
    one = estimate(read_answers(raw, book, TODAY), book)
    assert one.plan_pays.high == one.program_pays.high == 0
    assert one.billed == type(one.billed)(*one.you_pay)
