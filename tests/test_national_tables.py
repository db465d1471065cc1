"""The shipped price tables: complete, sourced, and giving estimates that keep their promises."""

from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support import plain_ledger, promises
from support.strategies import told_answers

from estimator.core.answers import read_answers
from estimator.core.billed_lines import presences
from estimator.core.branches import told_resets
from estimator.core.estimate import estimate
from estimator.core.words import PLAN_STANDS_IN
from estimator.prices.medicare import allowed
from estimator.prices.new_year import lacking
from estimator.prices.reading import read_books

TODAY = date(2026, 11, 28)
READING = read_books(Path(__file__).parent.parent / "pricing", today=TODAY)
BOOKS = READING.books
NATIONAL = BOOKS.national
TREATMENTS = list(NATIONAL.tables.treatments)
PAYERS = list(NATIONAL.tables.payers)


def estimated(book=NATIONAL, **raw):
    raw = {
        "treatment": "iv",
        "insurance": "none",
        "sessions": "6",
        "psychotherapy": "none",
        "start": "2027-01-11",
    } | raw
    return estimate(read_answers(raw, book, TODAY), book)


def test_they_have_no_errors():
    assert READING.errors == ()


def test_nothing_in_them_waits_for_somebody():
    """Ranges are what posted prices, fee schedule and areas say; where little is known, the confidence says so."""
    assert READING.alerts == ()


def test_the_day_on_which_a_rule_ends_is_an_alert():
    """Prescribing ketamine by video alone rests on a rule that ends with 2026 (Federal Register, 2025-24123)."""
    folder = Path(__file__).parent.parent / "pricing"
    ended = read_books(folder, today=date(2026, 12, 31)).alerts
    assert "this was known to hold until 2026-12-31" in [str(alert.says) for alert in ended]


def test_the_four_treatments_and_five_payers_are_there():
    assert TREATMENTS == ["iv", "spravato", "im", "at_home"]
    assert PAYERS == ["commercial", "none", "medicare", "medicaid", "military"]


@pytest.mark.parametrize(("treatment", "payer"), list(product(TREATMENTS, PAYERS)))
def test_every_treatment_has_a_price_under_every_payer(treatment, payer):
    one = estimated(treatment=treatment, insurance=payer, psychotherapy="virtual", sessions="14", rides="yes")
    assert one.missing == ()
    assert one.you_pay.high > 0
    assert all(item.sources for item in one.items)


def test_a_series_of_six_without_insurance():
    """
    6 infusions at $375 / $500 / $675; an evaluation is free at 32 of 100 clinics, $120 / $275 / $395 at the others.

    The typical case is one that charges: 6 × $500 + $275. The dearest: 6 × $675 + $395.
    """
    paid = estimated().you_pay
    assert (paid.low, paid.typical, paid.high) == (2250_00, 3275_00, 4445_00)
    charged = estimated(**{"price.evaluation": "150"})
    assert "evaluation.free" not in [driver.unknown for driver in charged.drivers]
    assert charged.you_pay.low == 2250_00 + 150_00


def test_a_guide_in_the_room_is_counted_once():
    """
    Six guided infusions: research of 2026-11-28, clinic-prices, section 4a.

    On top: 6 × ($375 + $150), 6 × ($500 + $240), 6 × ($675 + $300), and an evaluation at $0 / $275 / $395. Inside:
    Rewired posts six for $2,900 with a free consult: 6 × $483 is $2 less. A doctor who leads takes its place.
    """
    one = estimated(therapist_present="yes")
    assert one.you_pay.low <= 2900_00
    assert (one.you_pay.typical, one.you_pay.high) == (4715_00, 6245_00)
    apart = estimated(therapist_present="yes", therapist_inside="no").you_pay
    assert (apart.low, apart.typical, apart.high) == (3150_00, 4715_00, 6245_00)
    assert not {"infusion", "therapist_joins"} & billed(estimated(therapist_present="yes", therapist_inside="yes"))
    assert billed(estimated(therapist_present="physician")) == {"evaluation", "physician_session"}


def test_six_shots_with_a_therapist_are_about_what_a_practice_posts():
    """InnerPath: $4,675 for six shots with therapist, both intakes and 7 hours of therapy."""
    paid = estimated(
        treatment="im", therapist_present="yes", psychotherapy="in_person", psychotherapy_sessions="7"
    ).you_pay
    assert paid.low < 4675_00 < paid.high


def test_a_therapist_takes_the_home_programs_place():
    """The evaluation and the lozenges, which a program holds, are then paid apart."""
    assert billed(estimated(treatment="at_home")) == {"home_session"}
    with_therapist = estimated(treatment="at_home", therapist_present="yes")
    assert billed(with_therapist) == {"evaluation", "therapist_session", "home_medicine"}


def billed(one):
    """The charges of an estimate's line items."""
    return {item.charge for item in one.items}


def test_commercial_insurance_changes_little_for_iv_and_much_for_spravato():
    iv, spravato = (
        estimated(insurance="commercial"),
        estimated(treatment="spravato", insurance="commercial", sessions="12"),
    )
    assert iv.plan_pays.typical < 300_00
    assert spravato.if_not_covered.typical > 5 * spravato.you_pay.typical
    assert spravato.authorization_applies
    assert not iv.authorization_applies


def test_ten_dollars_a_session_is_true_for_the_drug_until_the_card_runs_dry():
    one = estimated(
        treatment="spravato", insurance="commercial", sessions="8", plan="employer_typical", accumulator="no", dose="84"
    )  # fmt: skip
    drug = [row for row in one.ledger[1] if row.program == "spravato_card"]
    assert len(drug) == 8
    assert {row.you_pay for row in drug} == {10_00}


def on_medicare(sessions="12", **raw):
    """Sessions at the higher dose of somebody with Original Medicare alone."""
    return estimated(
        treatment="spravato", insurance="medicare", sessions=sessions, plan="medicare_original", dose="84", **raw
    )


def test_medicare_costs_a_californian_more_than_a_mississippian():
    """
    The same twelve sessions in an office: G2082 once, G2083 eleven times, 90792 and 99214 once.

    Mississippi is one of Medicare's areas, so its amounts are exact. California has 29, the cheapest of them dearer.
    """
    south, west = (on_medicare(state=state, setting="office") for state in ("MS", "CA"))
    codes = {"G2082": 1, "G2083": 11, "90792": 1, "99214": 1}
    day = date(2027, 1, 11)
    billed = sum(allowed(NATIONAL.tables, [code], day, "MS").typical * times for code, times in codes.items())
    assert south.billed.low == south.billed.typical == south.billed.high == billed
    assert south.you_pay.high < west.you_pay.low < west.you_pay.high
    for one, name in ((south, "Mississippi"), (west, "California")):
        session = next(item for item in one.items if item.charge == "spravato_medicare_84")
        assert any("GPCI" in note.title.en for note in session.sources)
        assert session.notes[0].en.startswith(f"In {name}: $")


def test_a_plans_amounts_move_with_the_area_and_cash_prices_never_do():
    """Psychotherapy is dearest for plans in the dearest areas; an infusion's cash price is no area's."""
    asked = {"treatment": "iv", "psychotherapy": "in_person", "psychotherapy_sessions": "4"}
    somewhere, there = (estimated(insurance="commercial", **asked, **one) for one in ({}, {"state": "MS"}))
    assert prices_of(there, "psychotherapy_in_person").high < prices_of(somewhere, "psychotherapy_in_person").high
    assert prices_of(estimated(state="CA"), "infusion") == prices_of(estimated(), "infusion")


def prices_of(one, charge):
    """What is asked for one of a charge, or allowed for it."""
    item = next(item for item in one.items if item.charge == charge)
    return item.allowed or item.asked


def test_a_hospitals_patient_sees_what_the_hospital_adds():
    """
    Original Medicare, 20 %: $1,050.50 once and $1,650.50 eleven times to the hospital, $31.06 twelve times to the
    doctor (CMS, January 2026, Addendum B, and RVU26C), and the visits before and after as in an office.
    """
    hospital, office = on_medicare(setting="hospital"), on_medicare(setting="office")
    visits = [item for item in office.items if item.charge.startswith("psychiatric")]
    expected = 1050_50 + 11 * 1650_50 + 12 * 31_06 + sum(item.billed.typical for item in visits)
    assert hospital.billed.typical == expected
    assert hospital.you_pay.typical - office.you_pay.typical > 700_00
    without = [estimated(treatment="spravato", sessions="12", setting=one).you_pay for one in ("office", "hospital")]
    added = [getattr(without[1], end) - getattr(without[0], end) for end in ("low", "typical", "high")]
    assert added == [12 * 95_00, 12 * 175_00, 12 * 500_00]


def test_what_the_law_lets_a_plan_ask_in_a_year_is_that_years():
    """The legal maximum is $10,600 in 2026 and $12,000 from 2027 on (CMS, January 29, 2026)."""
    asked = {"treatment": "spravato", "insurance": "commercial", "sessions": "40", "plan": "marketplace_bronze"}
    most = {
        start: max(terms.out_of_pocket_maximum for terms in estimated(start=start, **asked).plan)
        for start in ("2026-02-02", "2027-01-11")
    }
    assert most == {"2026-02-02": 10_600_00, "2027-01-11": 12_000_00}


def test_where_a_year_is_not_known_the_line_and_the_plan_say_what_stands_in():
    """Somebody with Medicare who is treated in 2027 reads that the amounts are of 2026; in 2026 nobody does."""
    said = {note.en for item in on_medicare().items for note in item.notes}
    assert "2026's figure stands in for 2027's, which we do not have yet." in said
    assert PLAN_STANDS_IN in [words for words, _ in told_resets(on_medicare())]
    notes = [note.en for item in on_medicare(sessions="60").items for note in item.notes if "stands in" in note.en]
    assert "2026's figure stands in for those of 2027 to 2028, which we do not have yet." in notes
    assert not any("for 2028's" in note for note in notes), "one sentence for all those years"
    this_year = on_medicare(start="2026-03-02")
    assert not any("stands in" in note.en for item in this_year.items for note in item.notes)
    assert PLAN_STANDS_IN not in [words for words, _ in told_resets(this_year)]


def test_what_the_new_year_still_lacks_is_listed_from_october_on():
    tables = NATIONAL.tables
    lacks = [str(one) for one in lacking(tables, date(2026, 10, 1))]
    assert lacks[:3] == ["Medicare's fee schedule", "the factors of Medicare's areas", "what Medicare pays hospitals"]
    assert "the terms of “Original Medicare alone”" in lacks
    assert not any("terms" in str(one) or "schedule" in str(one) for one in lacking(tables, date(2026, 9, 30)))


@pytest.mark.parametrize(
    ("plan", "paid"),
    [
        # An evaluation, twelve sessions and a follow-up: fourteen visits.
        ("tricare_prime", (0, 0, 0)),
        ("tricare_prime_retired", (14 * 39_00, 14 * 39_00, 14 * 50_00)),
        # The evaluation and two sessions are the year's first three; nothing at all with a rating of 10 % or more.
        ("va", (0, 11 * 50_00, 11 * 50_00)),
    ],
)
def test_retirees_and_veterans_pay_what_their_own_plan_asks(plan, paid):
    one = estimated(treatment="spravato", insurance="military", sessions="12", plan=plan, setting="office")
    assert (one.you_pay.low, one.you_pay.typical, one.you_pay.high) == paid


def test_a_medicare_advantage_plan_asks_copays_for_visits():
    """Up to $65, 2026's most for a specialist; nobody pays above the plan's yearly maximum of $9,250 at most."""
    one = estimated(treatment="spravato", insurance="medicare", sessions="12", plan="medicare_advantage")
    visit = next(item for item in one.items if item.charge == "psychiatric_evaluation")
    assert tuple(visit.you_pay) == (0, 40_00, 65_00)
    assert max(terms.out_of_pocket_maximum for terms in one.plan) <= 9250_00


def test_medicare_pays_one_bundle_and_no_savings_program():
    one = estimated(treatment="spravato", insurance="medicare", sessions="8")
    assert {row.charge for row in one.ledger[1]} >= {"spravato_medicare_56"}
    assert "observation" not in {row.charge for row in one.ledger[1]}
    assert one.program_pays.high == 0


def test_the_fictional_clinic_says_so_and_sells_six_for_2200():
    book = BOOKS.get("example-harbor")
    assert book.tables.clinic.fictional
    assert "fictional" in book.tables.clinic.name.en.lower()
    one = estimated(book)
    assert one.you_pay.low == one.you_pay.high == 2200_00 + 150_00


def test_a_price_the_patient_was_told_replaces_the_range():
    """Told $450 for an infusion, only the evaluation is still open: free, or $120 to $395."""
    one = estimated(**{"price.infusion": "450"})
    assert (one.you_pay.low, one.you_pay.high) == (2700_00, 2700_00 + 395_00)
    assert {driver.unknown for driver in one.drivers} == {"evaluation.price", "evaluation.free"}


def test_a_price_that_moves_with_another_stays_in_the_tables_proportion():
    """56 mg are two of the three devices of 84 mg: two thirds of $820, but for what the tables' rounding leaves."""
    one = estimated(treatment="spravato", **{"price.spravato_84": "820"})
    first = next(item for item in one.items if item.charge == "spravato_56")
    assert all(546_00 < cents <= 547_00 for cents in first.unit_price)


@st.composite
def answers_to_the_shipped_tables(draw, told=False):
    """Answers to the first questions and some more; with `told` all that a patient with a plan may know."""
    treatment, payer = draw(st.sampled_from(TREATMENTS)), draw(st.sampled_from(PAYERS))
    raw = {
        "treatment": treatment,
        "insurance": payer,
        "sessions": str(draw(st.integers(1, 40))),
        "psychotherapy": draw(st.sampled_from(["none", "in_person", "virtual"])),
        "start": draw(st.dates(date(2026, 2, 1), date(2027, 12, 31))).isoformat(),
        "plan_year_start": str(draw(st.integers(1, 12))),
    }
    for name, values in {
        "authorization": ["approved", "denied"],
        "state": ["CO", "MA"],
        "accumulator": ["yes", "no"],
        "savings_program": ["yes", "no"],
        "deductible_remaining": ["0", "900"],
        "copay": ["30"],
        "therapist_present": list(presences(NATIONAL.tables.treatments[treatment])),
        "therapist_inside": ["yes", "no"],
        "setting": ["office", "hospital"],
        "discount": list(NATIONAL.tables.discounts),
    }.items():
        if values and draw(st.booleans()) and not (told and name == "deductible_remaining"):
            raw[name] = draw(st.sampled_from(values))
    if told and NATIONAL.tables.payers[payer].profiles:
        raw |= draw(told_answers(charges_of(treatment), list(NATIONAL.tables.payers[payer].profiles), TODAY))
        if any(name.startswith("share.spravato") for name in raw):
            raw.setdefault("dose", "84")
    return raw


def charges_of(treatment):
    """The charges of a treatment's visits and of its psychotherapy."""
    told = NATIONAL.tables.treatments[treatment]
    lines = (*told.before, *told.each_session, *told.follow_ups)
    return [line.charge for line in lines] + [told.psychotherapy.in_person, told.psychotherapy.virtual]


@settings(max_examples=60)
@given(answers_to_the_shipped_tables() | answers_to_the_shipped_tables(told=True))
def test_estimates_on_them_add_up_and_agree_with_the_plain_ledger(raw):
    one = estimated(**raw)
    assert one.missing == () or any(name.startswith("coverage.") for name in raw)
    assert one.you_pay.low <= one.you_pay.typical <= one.you_pay.high
    for place, scenario in enumerate(("low", "typical", "high")):
        rows, plan = one.ledger[place], one.plan[place]
        for row, expected in zip(rows, plain_ledger.settle(rows, plan, one.answers.shares), strict=True):
            assert {name: getattr(row, name) for name in expected if plan.profile or "left" not in name} == {
                name: value for name, value in expected.items() if plan.profile or "left" not in name
            }
        assert sum(getattr(item.you_pay, scenario) for item in one.items) == getattr(one.you_pay, scenario)
        assert sum(row.you_pay for row in rows) == getattr(one.you_pay, scenario)


def told(raw):
    """Answers of somebody with a plan, on the shipped tables."""
    return read_answers(raw, NATIONAL, TODAY)


@settings(max_examples=25)
@given(answers_to_the_shipped_tables(told=True), st.integers(0, 2**32 - 1), st.integers(1, 400))
def test_balances_of_last_plan_year_are_full_balances_on_the_first_day_of_the_next(raw, seed, days):
    assume(NATIONAL.tables.payers[raw["insurance"]].profiles)
    promises.assert_last_years_balances_say_nothing(told(raw), NATIONAL, seed, days)


@settings(max_examples=25)
@given(answers_to_the_shipped_tables(told=True), st.data())
def test_typing_one_of_three_prices_never_moves_another(raw, data):
    charge = data.draw(st.sampled_from(charges_of(raw["treatment"])))
    promises.assert_three_prices_are_three(told(raw), NATIONAL, charge, data.draw(st.integers(0, 2_000_00)))


@settings(max_examples=15)
@given(answers_to_the_shipped_tables(told=True), st.data())
def test_one_answer_more_never_widens_the_range(raw, data):
    answers = told(raw)
    choices = narrower(answers)
    name = data.draw(st.sampled_from(sorted(choices)))
    value = data.draw(st.sampled_from(choices[name]))
    after = estimate(replace(answers, **{name.partition(".")[0]: value}), NATIONAL)
    promises.assert_never_wider(estimate(answers, NATIONAL), after, tolerance=0.01)


def narrower(answers):
    """What may be answered inside its former range, told prices at the ends and in the middle of theirs."""
    prices = {
        f"{field}.{charge}": tuple((*getattr(answers, field), (charge, cents)) for cents in range_)
        for field, charge, range_ in promises.told_prices(answers, NATIONAL)
    }
    return promises.narrower_answers(answers, NATIONAL) | prices
