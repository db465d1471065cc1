"""How clinics sell: what a patient who pays the clinic's own price is asked, worked out by hand in every test."""

from datetime import date
from pathlib import Path

import pytest

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate
from estimator.prices.reading import read_files

NATIONAL = {
    f"national/{path.name}": path.read_bytes()
    for path in (Path(__file__).parent / "first_release_book" / "national").glob("*.yaml")
}
CLINIC = """
clinic: {name: Lakeside, fictional: yes}
sources: {list: {title: Lakeside's list, kind: price-list}}
defaults: {source: list, checked: 2026-11-01}
"""
PRICES = """
charges:
  evaluation: {self_pay: {2026-01-01: 250}%(evaluation)s}
  infusion: {self_pay: {2026-01-01: 450}%(infusion)s}
  infusion_booster: {self_pay: {2026-01-01: 450}}
  follow_up: {included_in: infusion}
  psychotherapy_in_person: {self_pay: {2026-01-01: 180}}
"""
IV = {"treatment": "iv", "insurance": "none", "psychotherapy": "none", "clinic": "lakeside", "start": "2026-12-12"}


def paid(answers, *, more="", evaluation="", infusion=""):
    """What this patient pays at Lakeside; its prices are exact, so all three scenarios are one."""
    text = CLINIC + PRICES % {"evaluation": evaluation, "infusion": infusion} + more
    reading = read_files(NATIONAL | {"clinics/lakeside.yaml": text.encode()})
    assert not reading.errors, reading.errors
    book = reading.books.get("lakeside")
    found = estimate(read_answers(IV | answers, book, date(2026, 11, 28)), book)
    assert found.you_pay.low == found.you_pay.typical == found.you_pay.high
    assert sum(month.you_pay.typical for month in found.months) == found.you_pay.typical
    assert sum(item.you_pay.typical for item in found.items) == found.you_pay.typical
    return found


def dollars(found):
    return found.you_pay.typical / 100


@pytest.mark.parametrize(
    ("sessions", "amount"),
    [("4", 250 + 4 * 450), ("6", 250 + 2400), ("8", 250 + 2400 + 2 * 450)],
)
def test_six_for_2400_where_that_is_cheaper(sessions, amount):
    found = paid({"sessions": sessions}, infusion=", packages: [{sessions: 6, price: 2400}]")
    assert dollars(found) == amount


def test_a_package_is_sold_from_its_day_on():
    """The course begins in December; the package only in January, when no six infusions are left to pay."""
    january = ", packages: [{sessions: 6, price: 2400, starts: 2027-01-01}]"
    assert dollars(paid({"sessions": "6"}, infusion=january)) == 250 + 6 * 450
    assert dollars(paid({"sessions": "6", "start": "2027-01-11"}, infusion=january)) == 250 + 2400


def test_an_offer_of_six_that_the_patient_was_told():
    assert dollars(paid({"sessions": "6", "package.infusion": "6@2100"})) == 250 + 2100


def test_an_introductory_price_for_the_first_session_of_a_new_patient():
    offer = ", introductory: {sessions: 1, price: 199}"
    assert dollars(paid({"sessions": "6"}, infusion=offer)) == 250 + 199 + 5 * 450
    assert dollars(paid({"sessions": "6", "stage": "continuing"}, infusion=offer)) == 6 * 450


def test_the_evaluation_is_credited_toward_the_first_session():
    assert dollars(paid({"sessions": "6"}, evaluation=", credited_toward: infusion")) == 6 * 450


def test_a_subscription_covers_a_month_however_many_sessions():
    """Six infusions within 18 days fall into one month from the first: 250 + 1,500."""
    found = paid({"sessions": "6"}, infusion=", subscription: {monthly: 1500}")
    assert dollars(found) == 250 + 1500


def test_sessions_beyond_the_subscription_are_single():
    found = paid({"sessions": "6"}, infusion=", subscription: {monthly: 1500, sessions: 4}")
    assert dollars(found) == 250 + 1500 + 2 * 450


DISCOUNTS = """
discounts:
  veterans: {label: Veterans, percent: 15}
  members: {label: Members, monthly: 50, prices: {infusion: 350}}
  group: {label: In a group, prices: {infusion: 250}}
"""


def test_a_discount_for_veterans_takes_fifteen_percent_off():
    assert dollars(paid({"sessions": "6", "discount": "veterans"}, more=DISCOUNTS)) == 0.85 * (250 + 6 * 450)


def test_members_pay_their_fee_every_month():
    """Six infusions within one month: one fee."""
    assert dollars(paid({"sessions": "6", "discount": "members"}, more=DISCOUNTS)) == 250 + 50 + 6 * 350


def test_a_group_session_has_a_price_of_its_own():
    assert dollars(paid({"sessions": "6", "discount": "group"}, more=DISCOUNTS)) == 250 + 6 * 250


def test_three_sessions_with_psychotherapy_for_one_price():
    bundle = ", packages: [{sessions: 3, price: 1500, includes: {psychotherapy_in_person: 3}}]"
    answers = {"sessions": "3", "psychotherapy": "in_person", "psychotherapy_sessions": "4"}
    assert dollars(paid(answers, infusion=bundle)) == 250 + 1500 + 180


def test_instalments_move_money_between_months_and_never_the_total():
    found = paid({"sessions": "6"}, infusion=", packages: [{sessions: 6, price: 2400, payments: 3}]")
    assert dollars(found) == 250 + 2400
    assert found.visits == 1 + 6, "somebody comes seven times, however few bills there are"
    assert [(m.month, m.you_pay.typical) for m in found.months] == [
        ("2026-12", 250_00 + 800_00),
        ("2027-01", 800_00),
        ("2027-02", 800_00),
    ]


def test_a_clinics_first_own_price_leaves_no_hole_before_its_first_day():
    """The evaluation seven days before the first session has the national price; nothing is missing."""
    text = CLINIC + "charges:\n  evaluation: {self_pay: {2026-12-12: 250}}\n"
    reading = read_files(NATIONAL | {"clinics/lakeside.yaml": text.encode()})
    book = reading.books.get("lakeside")
    found = estimate(read_answers(IV | {"sessions": "6"}, book, date(2026, 11, 28)), book)
    assert found.missing == ()
