"""Real cases that an earlier release got wrong, each with its right value worked out by hand."""

from datetime import date
from pathlib import Path

import pytest

from estimator.core.answers import BadAnswers, read_answers
from estimator.core.estimate import estimate
from estimator.prices.reading import read_books

BOOKS = read_books(Path(__file__).parent / "frozen_book").books
ASKED = date(2026, 11, 28)

SPRAVATO = {"treatment": "spravato", "insurance": "commercial", "sessions": "12", "psychotherapy": "none"}


def asked(raw, today=ASKED):
    return estimate(read_answers(raw, BOOKS.national, today), BOOKS.national)


def refusal(raw, today=ASKED):
    with pytest.raises(BadAnswers) as refused:
        read_answers(raw, BOOKS.national, today)
    return {problem.field: problem.message for problem in refused.value.problems}


def test_what_is_met_this_year_starts_again_before_a_course_of_next_year():
    """
    Two visits at $45, the deductible of $1,500 from drug and observation, then 20 % of the rest: below the maximum.
    """
    found = asked(
        SPRAVATO
        | {
            "plan": "employer_typical",
            "dose": "84",
            "drug_benefit": "medical",
            "savings_program": "no",
            "deductible": "1500",
            "deductible_remaining": "0",
            "out_of_pocket_maximum": "4000",
            "out_of_pocket_remaining": "0",
            "coinsurance": "20",
            "start": "2027-01-11",
        }
    )
    # 2 x 45 + 1,500 + 20 % x (590 + 11 x 885 + 12 x 228 - 1,500)
    assert found.you_pay.typical == 2 * 4500 + 150000 + (59000 + 11 * 88500 + 12 * 22800 - 150000) // 5 == 390220
    assert [(one.date, one.what, one.before_first_claim) for one in found.resets] == [
        (date(2027, 1, 1), "plan_year", True)
    ]


AT_HOME = {
    "treatment": "at_home",
    "insurance": "commercial",
    "sessions": "6",
    "psychotherapy": "virtual",
    "psychotherapy_sessions": "6",
    "network": "out",
    "out_of_network_deductible": "500",
    "out_of_network_deductible_remaining": "0",
    "out_of_network_coinsurance": "20",
    "price.psychotherapy_virtual": "400",
    "price.home_session": "100",
    "start": "2027-01-11",
}


def test_a_told_price_does_not_raise_what_the_plan_allows():
    """Of $400 the plan allows $145 and pays $116 back; six sessions at home are $100 each."""
    found = asked(AT_HOME | {"allowed.psychotherapy_virtual": "145"}, today=date(2027, 1, 4))
    assert found.you_pay.typical == 600_00 + 6 * (400_00 - 116_00) == 2304_00


def test_the_same_balances_read_before_new_year_are_full_again():
    """The deductible of $500 is due first: $500 of the $870 allowed, then 80 % of the other $370 comes back."""
    found = asked(AT_HOME | {"allowed.psychotherapy_virtual": "145"})
    assert found.you_pay.typical == 600_00 + 2400_00 - 37_000 * 8 // 10


def test_what_is_left_in_network_says_nothing_about_care_outside():
    outside = SPRAVATO | {"network": "out", "start": "2026-12-12"}
    assert asked(outside | {"out_of_pocket_remaining": "0"}).you_pay == asked(outside).you_pay


@pytest.mark.parametrize(
    ("insurance", "plan", "copay", "visits"),
    [("military", "tricare_prime", 40, 14), ("military", "va", 50, 14), ("medicaid", "medicaid", 0, 14)],
)
def test_a_copay_is_asked_once_for_every_visit_whatever_is_billed(insurance, plan, copay, visits):
    """Evaluation, twelve sessions with drug and observation, one follow-up: fourteen visits."""
    found = asked(SPRAVATO | {"insurance": insurance, "plan": plan, "copay": str(copay), "start": "2027-01-11"})
    assert found.you_pay.typical == copay * 100 * visits


def test_whether_a_session_takes_the_copay_is_a_question_of_its_own():
    found = asked(SPRAVATO | {"plan": "employer_typical", "start": "2027-01-11"})
    assert "session_copay" in {driver.unknown for driver in found.drivers}


def test_a_told_price_leaves_its_followers_in_proportion():
    """Boosters at the infusions' price are among what is possible: six at $900, six at $900, and the visits."""
    found = asked(
        {"treatment": "iv", "insurance": "none", "sessions": "12", "psychotherapy": "none"}
        | {"price.infusion": "900", "start": "2027-01-11"}
    )
    assert found.you_pay.low < 10_950_00 < 11_200_00 < found.you_pay.high
    assert "infusion_booster.price" in {driver.unknown for driver in found.drivers}


@pytest.mark.parametrize("start", ["2025-06-02", "2026-01-03"])
def test_days_before_the_tables_begin_are_refused_with_the_first_possible_day(start):
    said = refusal({"treatment": "iv", "insurance": "none", "sessions": "6", "psychotherapy": "none", "start": start})
    assert said == {"start": "choose a day from 2026-01-08 on: earlier prices are not known"}


def test_a_start_more_than_two_years_ahead_is_refused():
    assert refusal(SPRAVATO | {"start": "2028-11-29"}) == {"start": "choose a day up to 2028-11-28"}


def test_an_accumulator_that_the_state_forbids_widens_nothing():
    colorado = SPRAVATO | {
        "sessions": "30",
        "state": "CO",
        "deductible": "1500",
        "dose": "56",
        "rides": "yes",
        "start": "2027-12-25",
        "plan_year_start": "10",
    }
    open_, told = asked(colorado).you_pay, asked(colorado | {"accumulator": "yes"}).you_pay
    assert open_.low <= told.low
    assert told.high <= open_.high * 1.01


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"coinsurance": "0.2"}, {"coinsurance": "write 20 if you mean 20 %"}),
        (
            {"out_of_pocket_maximum": "0"},
            {
                "out_of_pocket_maximum": "a maximum of $0 would mean that you never pay; leave this open, "
                "or write the plan's amount"
            },
        ),
        (
            {"deductible": "3000", "deductible_remaining": "6000"},
            {
                "deductible_remaining": "this is more than the whole amount you gave ($3,000.00); if it is the whole "
                "family's, write it in the family's box"
            },
        ),
    ],
)
def test_a_plausible_slip_is_asked_about(typed, says):
    assert refusal(SPRAVATO | typed) == says


def test_a_family_limit_caps_what_one_person_pays():
    """The family has $300 of its maximum left: drug and observation cost no more than that until New Year."""
    found = asked(
        SPRAVATO
        | {"sessions": "4", "start": "2026-12-05", "family_out_of_pocket_remaining": "300", "savings_program": "no"}
    )
    assert found.you_pay.high <= 300_00
