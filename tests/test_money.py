"""Cents, the only parsing of dollars and the only rounding."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.money import (
    Range,
    between,
    dollars,
    parse_amount,
    parse_percent,
    parse_typed_amount,
    part_of,
    weights_at,
)

cents = st.integers(0, 999_999_999)


@given(cents)
def test_what_is_written_is_read_again(amount):
    assert parse_typed_amount(dollars(amount)) == amount
    assert parse_amount(dollars(amount).lstrip("$").replace(",", "")) == amount


@pytest.mark.parametrize(
    ("text", "expected"),
    [("75", 7500), ("75.5", 7550), ("75.05", 7505), ("0", 0), ("0.01", 1), ("1234567.89", 123456789)],
)
def test_amounts_in_tables(text, expected):
    assert parse_amount(text) == expected


@pytest.mark.parametrize(
    "text", ["", " ", "$75", "1,500", "-1", "+1", "1e3", "Infinity", "NaN", "1_000", "٣", ".5", "5.", "12345678"]
)
def test_what_is_no_amount_in_a_table_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"is not an amount like 75 or 75\.00"):
        parse_amount(text)


def test_fractions_of_a_cent_are_refused_as_such():
    with pytest.raises(ValueError, match="fractions of a cent"):
        parse_amount("1.005")


@pytest.mark.parametrize("text", ["1,50", "1 500", "$", "1e9", "--5", "1.234", "12,34,567"])
def test_what_no_person_means_as_dollars_is_refused(text):
    with pytest.raises(ValueError, match="is not a dollar amount"):
        parse_typed_amount(text)


@given(cents, st.integers(0, 10_000))
def test_a_part_is_rounded_half_up_to_the_cent(amount, points):
    exact = Decimal(amount) * points / 10_000
    assert part_of(amount, points) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    assert part_of(np.array([amount]), np.array([points]))[0] == part_of(amount, points)


@pytest.mark.parametrize(("text", "expected"), [("20", 2000), ("12.5", 1250), ("0", 0), ("100", 10_000), ("0.01", 1)])
def test_percentages(text, expected):
    assert parse_percent(text) == expected


@pytest.mark.parametrize("text", ["101", "100.01", "-1", "20%", "1e1", ""])
def test_bad_percentages_are_refused(text):
    with pytest.raises(ValueError, match="percent"):
        parse_percent(text)


@given(st.lists(cents, min_size=3, max_size=3).map(sorted))
def test_a_range_is_walked_from_low_through_typical_to_high(ends):
    range_ = Range(*ends)
    values = between(*range_, weights_at(np.array([0.0, 0.25, 0.5, 0.75, 1.0])))
    assert list(values[[0, 2, 4]]) == ends
    assert list(values) == sorted(values)


def test_dollars_are_exact():
    assert [dollars(amount) for amount in (0, 5, 123456, -2050)] == ["$0.00", "$0.05", "$1,234.56", "-$20.50"]
