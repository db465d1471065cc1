"""What Medicare allows: the formula, the areas of a state, the setting, and that the shipped tables agree with it."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.money import Range
from estimator.prices.medicare import (
    BY_LAW,
    allowed,
    amount_of,
    areas_in,
    basis_of,
    in_area,
    national_amount,
)
from estimator.prices.reading import read_books
from estimator.prices.schema.charges import Charge
from estimator.prices.schema.fee_schedule import Area, FeeScheduleEntry
from estimator.prices.schema.files import Book

TABLES = read_books(Path(__file__).resolve().parent.parent / "pricing").books.national.tables
DAY = date(2026, 11, 28)

UNITS = st.decimals(0, 99, places=2).map(lambda units: f"{units:.2f}")
FACTORS = st.decimals(Decimal("0.3"), Decimal("2.5"), places=3).map(lambda factor: f"{factor:.3f}")


def book(schedule, areas):
    """A book of nothing but a fee schedule and areas, as tables write them."""
    entries = {
        code: {day: FeeScheduleEntry.model_validate(entry) for day, entry in dated.items()}
        for code, dated in schedule.items()
    }
    places = {
        state: {number: Area.model_validate(area) for number, area in own.items()} for state, own in areas.items()
    }
    return Book.model_construct(fee_schedule=entries, areas=places)


def entry(work="1", practice="2", malpractice="0.5", factor="10", **others):
    return {
        "work": work, "practice_office": practice, "malpractice": malpractice, "conversion_factor": factor, **others,
    }  # fmt: skip


def area(work="1", practice="1", malpractice="1", day="2020-01-01", **others):
    factors = {day: {"work": work, "practice": practice, "malpractice": malpractice}}
    return {"name": "AN AREA", "factors": factors, **others}


@given(st.tuples(UNITS, UNITS, UNITS), st.tuples(FACTORS, FACTORS, FACTORS))
def test_an_amount_is_each_part_times_its_factor_times_the_conversion_factor_rounded_half_up(units, factors):
    tables = book({"X": {DAY: entry(*units, "33.4009")}}, {"OR": {"00": area(*factors)}})
    exact = sum(Fraction(one) * Fraction(other) for one, other in zip(units, factors, strict=True))
    cents = exact * Fraction("33.4009") * 100
    rounded = (cents + Fraction(1, 2)).__floor__()
    assert tuple(allowed(tables, ["X"], DAY, "OR")) == (rounded, rounded, rounded)
    assert (
        national_amount(tables, ["X"], DAY)
        == (sum(map(Fraction, units)) * Fraction("33.4009") * 100 + Fraction(1, 2)).__floor__()
    )


def test_several_codes_are_rounded_one_by_one():
    tables = book({code: {DAY: entry("0", "0.05", "0", "0.1")} for code in "XYZ"}, {})
    assert national_amount(tables, ["X"], DAY) == 1
    assert national_amount(tables, ["X", "Y", "Z"], DAY) == 3


def test_what_holds_on_a_day_is_what_began_last():
    days = {date(2026, 1, 1): entry(factor="10"), date(2027, 1, 1): entry(factor="20")}
    tables = book({"X": days}, {})
    amounts = [
        national_amount(tables, ["X"], day) for day in (date(2025, 12, 31), date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert amounts == [None, 35_00, 70_00]


def test_a_setting_in_which_a_code_is_not_paid_has_no_amount():
    tables = book({"X": {DAY: entry(practice_facility="0.5")}, "Y": {DAY: entry()}}, {"OR": {"00": area()}})
    assert national_amount(tables, ["X"], DAY, "facility") == 20_00
    assert national_amount(tables, ["X", "Y"], DAY, "facility") is None
    assert allowed(tables, ["X", "Y"], DAY, "OR", "facility") is None
    assert national_amount(tables, ["unknown"], DAY) is None
    assert national_amount(tables, [], DAY) is None


def test_a_state_is_the_range_of_its_areas_and_of_those_that_reach_into_it():
    tables = book(
        {"X": {DAY: entry("1", "0", "0", "100")}},
        {
            "MD": {"01": area("1.1"), "99": area("1.0")},
            "DC": {"01": area("1.3", also_in=["MD", "VA"])},
            "VA": {"00": area("0.9")},
            "AK": {"01": area("1.5")},
        },
    )
    assert tuple(allowed(tables, ["X"], DAY, "MD")) == (100_00, 110_00, 130_00)
    assert tuple(allowed(tables, ["X"], DAY, "VA")) == (90_00, 90_00, 130_00)
    assert tuple(allowed(tables, ["X"], DAY, "DC")) == (130_00, 130_00, 130_00)
    assert allowed(tables, ["X"], DAY, "OR") is None
    assert len(areas_in(tables, "MD")) == 3
    # The whole country leaves out Alaska, whose factor a law sets; who lives there sees it.
    assert tuple(allowed(tables, ["X"], DAY)) == (90_00, 100_00, 130_00)
    assert tuple(allowed(tables, ["X"], DAY, "AK")) == (150_00, 150_00, 150_00)


def test_an_area_whose_factors_begin_later_is_left_out():
    tables = book({"X": {DAY: entry()}}, {"OR": {"01": area(), "99": area("5", day="2030-01-01")}})
    assert allowed(tables, ["X"], DAY, "OR") == Range.exactly(national_amount(tables, ["X"], DAY))


# The shipped areas, against the amounts that were worked out for each beforehand (CMS's 2025 factors, RVU26C)


@pytest.mark.parametrize(
    ("state", "number", "amounts"),
    [
        ("MS", "00", ("160.92", "124.64", "192.26", "814.87", "1158.64")),
        ("CA", "05", ("194.54", "166.65", "235.22", "1341.71", "1914.26")),
        ("CA", "75", ("172.21", "140.66", "206.87", "1038.09", "1479.10")),
        ("AK", "01", ("233.11", "171.18", "273.89", "1038.41", "1474.57")),
        ("DC", "01", ("182.01", "152.87", "221.98", "1132.28", "1613.23")),
        ("FL", "04", ("169.09", "144.43", "212.14", "981.13", "1395.50")),
        ("NY", "02", ("183.84", "157.40", "227.77", "1141.62", "1625.80")),
        ("ND", "01", ("166.68", "133.35", "199.33", "951.46", "1354.95")),
    ],
)
def test_the_shipped_areas_give_the_amounts_worked_out_beforehand(state, number, amounts):
    own = TABLES.model_copy(update={"areas": {state: {number: TABLES.areas[state][number]}}})
    codes = ("90837", "99214", "90792", "G2082", "G2083")
    found = [allowed(own, [code], DAY, state).low for code in codes]
    assert found == [int(Decimal(amount) * 100) for amount in amounts]


@pytest.mark.parametrize(
    ("codes", "ends"),
    [
        (["90837"], (160_92, 167_00, 196_77)),
        (["99214"], (124_00, 135_61, 169_02)),
        (["90792"], (191_30, 202_08, 238_46)),
        (["99215", "99415", "99416"], (206_66, 228_13, 289_31)),
        (["G2082"], (814_87, 952_59, 1357_09)),
        (["G2083"], (1158_64, 1356_08, 1936_09)),
    ],
)
def test_the_shipped_range_over_the_country_is_what_the_research_found(codes, ends):
    """figures-2026-11-28, rows 1 to 6: the national amounts, and the areas without Alaska."""
    assert tuple(allowed(TABLES, codes, DAY)) == ends


def test_every_state_has_an_area_and_a_suburb_is_in_both():
    assert len(TABLES.areas) == 53
    assert sum(map(len, TABLES.areas.values())) == 109
    assert {area.name for area in areas_in(TABLES, "MD")} >= {"DC + MD/VA SUBURBS", "REST OF MARYLAND"}
    assert set(TABLES.areas) >= BY_LAW


def test_the_prices_in_medicares_column_are_an_amount_of_medicares():
    """The physician's in an office, the physician's in a facility, or what a hospital gets."""
    found = set()
    for charge in TABLES.charges.values():
        for start, price in (charge.medicare or {}).items():
            basis = basis_of(TABLES, charge, price, start)
            found.add(basis)
            assert price.range == amount_of(TABLES, charge.codes, start, basis or "office"), charge.codes
    assert found == {"office", "facility", "hospital"}


def following(codes, **amounts):
    """A charge with one price that differs by area."""
    price = {"low": "80", "typical": "100", "high": "150", "by_area": "office", "source": "x"} | amounts
    charge = Charge.model_validate({"label": "X", "codes": codes, "commercial": {DAY.isoformat(): price}})
    return charge.price_on("commercial", DAY)


def test_a_share_of_medicares_amount_moves_with_the_area():
    """Low with the cheapest area, high with the dearest; half a cent goes up. What follows no area stays as it is."""
    tables = book(
        {"X": {DAY: entry("1", "0", "0", "200")}},
        {"OR": {"01": area("1.1"), "99": area("0.9")}, "WA": {"00": area("1.2")}},
    )
    price = following(["X"])
    assert tuple(in_area(tables, ["X"], price, DAY, "OR")) == (72_00, 90_00, 165_00)
    assert tuple(in_area(tables, ["X"], price, DAY, "WA")) == (96_00, 120_00, 180_00)
    assert tuple(in_area(tables, ["X"], price, DAY, None)) == (72_00, 100_00, 180_00)
    assert in_area(tables, ["unknown"], price, DAY, "OR") == price.range
    own = following(["X"], typical="200", low="180", high="240")
    assert tuple(in_area(tables, ["X"], own, DAY, "OR")) == (180_00, 180_00, 220_00)
    still = price.model_copy(update={"by_area": None})
    assert in_area(tables, ["X"], still, DAY, "OR") == price.range
