"""Amounts as the page shows them: rounded, and still adding up."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from estimator.answers import read_answers
from estimator.estimate import estimate
from estimator.prices.reading import read_books
from estimator.results import SCENARIOS
from estimator.web.figures import PARTS, WHOLE_ABOVE, apportioned, shown, sum_of, whole_dollars
from estimator.web.filters import money, percent

BOOK = read_books(Path(__file__).resolve().parent.parent / "pricing").books.national
CENTS = st.integers(0, 9_999_999_99)


@given(st.lists(CENTS, max_size=40))
def test_rounded_parts_add_up_to_the_rounded_total_and_each_moves_less_than_a_dollar(parts):
    total = whole_dollars(sum(parts))
    rounded = apportioned(parts, total)
    assert sum(rounded) == total
    for before, after in zip(parts, rounded, strict=True):
        assert abs(after - before) < 100
        assert after % 100 == 0


@given(
    st.fixed_dictionaries(
        {
            "treatment": st.sampled_from(list(BOOK.tables.treatments)),
            "insurance": st.sampled_from(list(BOOK.tables.payers)),
            "sessions": st.integers(1, 40).map(str),
            "psychotherapy": st.sampled_from(["none", "in_person", "virtual"]),
            "coinsurance": st.integers(0, 10_000).map(lambda points: f"{points / 100:.2f}"),
            "deductible_remaining": st.integers(0, 100_000).map(lambda cents: f"{cents / 100:.2f}"),
        }
    )
)
def test_the_shown_estimate_adds_up_and_stays_within_a_dollar_of_the_exact_one(raw):
    exact = estimate(read_answers(raw, BOOK, date(2026, 11, 22)), BOOK)
    page = shown(exact)
    for part in (*PARTS, "billed"):
        assert tuple(sum_of(*(getattr(item, part) for item in page.items))) == tuple(getattr(page, part))
    for part in PARTS:
        for scenario in SCENARIOS:
            rounded, cents = getattr(getattr(page, part), scenario), getattr(getattr(exact, part), scenario)
            assert abs(rounded - cents) <= 50
    assert tuple(sum_of(*(month.you_pay for month in page.months))) == tuple(page.you_pay)
    for month in page.months:
        assert tuple(sum_of(month.rebates, month.you_pay)) == tuple(month.at_visit)
    low, typical, high = page.you_pay
    assert low <= typical <= high
    assert low <= page.you_pay.likely[0] <= page.you_pay.likely[1] <= high
    if high > WHOLE_ABOVE:
        assert all(cents % 100 == 0 for item in page.items for cents in item.you_pay)


@given(CENTS)
def test_money_reads_as_the_locale_data_say_in_english_and_in_spanish(cents):
    for locale in ("en_US", "es_US"):
        if cents > WHOLE_ABOVE:
            expected = format_currency(
                Decimal(whole_dollars(cents)) / 100, "USD", "¤#,##0", locale, currency_digits=False
            )
        elif cents % 100:
            expected = format_currency(Decimal(cents) / 100, "USD", locale=locale)
        else:
            expected = format_currency(Decimal(cents) / 100, "USD", "¤#,##0", locale, currency_digits=False)
        assert money(cents) == expected


@pytest.mark.parametrize(("points", "said"), [(0, "0%"), (2000, "20%"), (1250, "12.5%"), (10_000, "100%")])
def test_percentages_are_read_without_needless_zeros(points, said):
    assert percent(points) == said
