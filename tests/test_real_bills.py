"""Real cases that an earlier release got wrong, each with its right value worked out by hand."""

from datetime import date
from pathlib import Path

import pytest

from estimator.core.answers import BadAnswers, read_answers
from estimator.core.estimate import estimate
from estimator.prices.reading import read_books

BOOKS = read_books(Path(__file__).parent / "first_release_book").books
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


def test_an_infusion_visit_that_the_plan_pays_back_out_of_network():
    """
    Evaluation $250 and six infusions at $275 are the patient's; of each $200 visit the plan allows $160 and pays 60 %.

    250 + 6 x 275 + 6 x (200 - 96) = 2,524.
    """
    shipped = read_books(Path(__file__).parent.parent / "pricing").books.national
    raw = {
        "treatment": "iv",
        "insurance": "commercial",
        "sessions": "6",
        "psychotherapy": "none",
        "start": "2026-12-01",
        "price.infusion": "275",
        "price.evaluation": "250",
        "coverage.evaluation": "not_covered",
        "network.visit": "out",
        "coverage.infusion_visit": "covered",
        "price.infusion_visit": "200",
        "allowed.infusion_visit": "160",
        "out_of_network_deductible": "500",
        "out_of_network_deductible_remaining": "0",
        "out_of_network_coinsurance": "40",
    }
    found = estimate(read_answers(raw, shipped, ASKED), shipped)
    assert found.you_pay.typical == 250_00 + 6 * 275_00 + 6 * (200_00 - 96_00) == 2524_00


MET = SPRAVATO | {
    "plan": "employer_typical",
    "sessions": "3",
    "start": "2026-12-01",
    "dose": "84",
    "drug_benefit": "medical",
    "savings_program": "no",
    "deductible": "1500",
    "deductible_remaining": "0",
    "out_of_pocket_maximum": "4000",
    "out_of_pocket_remaining": "4000",
    "coinsurance": "20",
    "coverage.psychiatric_evaluation": "not_covered",
    "price.psychiatric_evaluation": "300",
    "allowed.spravato_84": "900",
    "allowed.spravato_56": "600",
    "allowed.observation": "200",
}


def test_what_the_plan_told_about_one_charge_takes_the_terms_place():
    """$300; three visits of $50 for the drug as told, and 20 % of $200 for the observation."""
    found = asked(MET | {"share.spravato_84": "50", "share.spravato_56": "$50"})
    assert found.you_pay.typical == 300_00 + 3 * (50_00 + 40_00)


def test_only_the_drug_is_out_of_network():
    """
    The clinic asks $1,200 and $800 for the drug; the plan allows $900 and $600, and pays half after $500.

    Drug: 800 + 2 x 1,200; paid back (600 - 500) / 2 + 900 / 2 + 900 / 2 = 950. Observation 3 x 40, evaluation 300.
    """
    found = asked(
        MET
        | {
            "network": "mixed",
            "network.drug": "out",
            "network.procedure": "in",
            "network.visit": "in",
            "price.spravato_84": "1200",
            "price.spravato_56": "800",
            "out_of_network_deductible": "500",
            "out_of_network_deductible_remaining": "500",
            "out_of_network_coinsurance": "50",
        }
    )
    assert found.you_pay.typical == 300_00 + (800_00 + 2 * 1200_00 - 950_00) + 3 * 40_00


def test_a_maximizer_leaves_the_patient_the_cards_minimum():
    """$10 a treatment for the drug, 20 % of each observation, and the evaluation."""
    found = asked(MET | {"savings_program": "yes", "accumulator": "maximizer", "start": "2026-12-01"})
    drug = next(item for item in found.items if item.charge == "spravato_56")
    assert drug.you_pay.typical == 10_00


def test_a_card_that_is_nearly_used_up():
    """$100 of the card are left: of the first drug's share of $120 it pays $100, of the others nothing."""
    found = asked(MET | {"savings_program": "yes", "savings_maximum": "8150", "savings_remaining": "100"})
    assert found.program_pays.typical == 100_00


def test_a_new_plan_from_a_day_begins_with_full_amounts():
    """On January 1 the new plan's deductible of $2,700 is due in full; until then 20 % of what the plan allows."""
    found = asked(MET | {"start": "2026-12-28", "new_plan_from": "2027-01-01", "new_plan": "employer_high_deductible"})
    december, january = found.months[-2], found.months[-1]
    # One more hump: the evaluation lies a week before the first session, in December too.
    assert december.you_pay.typical == 300_00 + (600_00 + 200_00 + 900_00 + 200_00) // 5
    assert january.you_pay.typical == 900_00 + 200_00


def test_where_the_new_plan_decides_each_of_them_stands_by_itself():
    """
    By December other care has met the old plan's $283. From January a supplement asks $283 and pays the rest; Medicaid
    pays that too.
    """
    course = SPRAVATO | {"insurance": "medicare", "start": "2026-12-20"}
    found = asked(course | {"plan": "medicare_supplement", "new_plan_from": "2027-01-01"})
    (branch,) = found.branches
    assert branch.unknown == "new_plan"
    typical = {one.value: one.you_pay.typical for one in branch.options}
    assert typical["medicare_supplement"] == 28300
    assert typical["medicare_medicaid"] == 0


def test_going_on_with_a_treatment_has_no_evaluation_and_the_last_phases_rhythm():
    found = asked(
        {"treatment": "iv", "insurance": "none", "sessions": "3", "psychotherapy": "none"}
        | {"stage": "continuing", "start": "2026-12-01", "price.infusion_booster": "400"}
    )
    assert found.you_pay.typical == 3 * 400_00
    assert [row.date for row in found.ledger[1]] == [date(2026, 12, 1), date(2027, 1, 5), date(2027, 2, 9)]


def test_a_typed_maximum_out_of_network_holds_although_the_tables_deductible_is_larger():
    """Evaluation, twelve sessions with drug and observation: what the plan allows of them is far above $600."""
    found = asked(
        SPRAVATO
        | {"dose": "84", "network": "out", "start": "2027-01-11", "out_of_network_out_of_pocket_maximum": "600"}
        | {"savings_program": "no"}
    )
    for place in range(3):
        assert found.plan[place].out_of_network.deductible == 600_00
        assert sum(row.share for row in found.ledger[place]) == 600_00


def test_a_pharmacys_copay_is_asked_once_for_each_fill():
    """$300; one fill for three sessions within 28 days, $100; 20 % of $200 three times."""
    found = asked(MET | {"drug_benefit": "pharmacy", "pharmacy_copay": "100", "plan": "employer_high_deductible"})
    assert found.you_pay.typical == 300_00 + 100_00 + 3 * 40_00


def test_the_first_talks_of_a_year_have_a_copay_of_their_own():
    """Five talks at $150 with the whole deductible left: three at $20, two in full; $200 and three shots at $300."""
    found = asked(
        {"treatment": "im", "insurance": "commercial", "sessions": "3", "psychotherapy": "virtual"}
        | {"psychotherapy_sessions": "5", "plan": "employer_high_deductible", "start": "2027-01-11"}
        | {"first_visits": "3", "first_visits_copay": "20", "allowed.psychotherapy_virtual": "150"}
        | {"price.injection": "300", "price.evaluation": "200", "coverage.evaluation": "not_covered"}
    )
    assert found.you_pay.typical == 200_00 + 3 * 300_00 + 3 * 20_00 + 2 * 150_00


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"first_visits": "3"}, "first_visits_copay"),
        ({"first_visits_copay": "20"}, "first_visits"),
    ],
)
def test_first_visits_need_their_copay_and_the_copay_its_visits(typed, says):
    talks = SPRAVATO | {"psychotherapy": "virtual"}
    assert list(refusal(talks | typed)) == [says]
