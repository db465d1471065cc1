"""Amounts as the page shows them: rounded, and still adding up."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate
from estimator.prices.reading import read_books
from estimator.web.filters import money, percent
from estimator.web.patient.estimate_rounding import PARTS, rounded_estimate
from estimator.web.rounding import WHOLE_ABOVE, adding_up, whole_dollars

BOOK = read_books(Path(__file__).resolve().parent.parent / "pricing").books.national
CENTS = st.integers(0, 9_999_999_99)


# As many as a course has, with many that are whole or stand exactly between two dollars.
AMOUNTS = st.one_of(CENTS, st.sampled_from([0, 1, 49, 50, 51, 99, 100, 150, 1_000_00]))
ROWS = st.integers(1, 4).flatmap(lambda parts: st.lists(st.lists(AMOUNTS, min_size=parts, max_size=parts), min_size=1))


def next_dollars(cents):
    """The whole dollars just below and just above, the same where `cents` are whole."""
    return {cents // 100 * 100, -(-cents // 100) * 100}


@given(ROWS)
def test_every_entry_and_every_sum_of_a_table_goes_to_one_of_its_next_dollars(table):
    rounded = adding_up(table)
    for before, after in zip([*table, *zip(*table, strict=True)], [*rounded, *zip(*rounded, strict=True)], strict=True):
        assert sum(after) in next_dollars(sum(before))
        for cents, dollars in zip(before, after, strict=True):
            assert dollars in next_dollars(cents)
    assert sum(map(sum, rounded)) in next_dollars(sum(map(sum, table)))
    assert sum(row[0] for row in rounded) == whole_dollars(sum(row[0] for row in table))


def test_a_lone_row_and_a_lone_column_are_rounded_too():
    assert adding_up([[50]]) == [[100]]
    assert adding_up([[49], [49], [1]]) in ([[100], [0], [0]], [[0], [100], [0]])
    assert sum(adding_up([[33, 33, 33]])[0]) in (0, 100)


def read(said):
    """Cents of an amount as a reader finds it on the page."""
    return round(float(said.removeprefix("$").replace(",", "")) * 100)


def printed(amounts):
    """Amounts as they are printed, in cents."""
    return [read(money(cents)) for cents in amounts]


def sums(rows):
    return [sum(column) for column in zip(*rows, strict=True)]


@given(
    st.fixed_dictionaries(
        {
            "treatment": st.sampled_from(list(BOOK.tables.treatments)),
            "insurance": st.sampled_from(list(BOOK.tables.payers)),
            "sessions": st.integers(1, 40).map(str),
            "psychotherapy": st.sampled_from(["none", "in_person", "virtual"]),
            "coinsurance": st.sampled_from([0, *range(100, 10_001)]).map(lambda points: f"{points / 100:.2f}"),
            "deductible_remaining": st.integers(0, 100_000).map(lambda cents: f"{cents / 100:.2f}"),
            "copay": st.one_of(st.just(""), st.integers(0, 10_000).map(lambda cents: f"{cents / 100:.2f}")),
        }
    )
)
def test_what_is_printed_adds_up_in_rows_and_columns_and_stays_within_a_dollar(raw):
    """Once who paid a line came to a dollar more than the line's bill, where only some amounts passed $1,000."""
    exact = estimate(read_answers(raw, BOOK, date(2026, 11, 22)), BOOK)
    page = rounded_estimate(exact)
    for one in (*page.items, page):
        assert sums(printed(getattr(one, part)) for part in PARTS) == printed(one.billed)
    for part in (*PARTS, "billed"):
        assert sums(printed(getattr(item, part)) for item in page.items) == printed(getattr(page, part))
    for month in page.months:
        assert sums((printed(month.rebates), printed(month.you_pay))) == printed(month.at_visit)
    assert sums(printed(month.you_pay) for month in page.months) == printed(page.you_pay)
    for part in (*PARTS, "billed"):
        for before, after in zip((exact, *exact.items), (page, *page.items), strict=True):
            for cents, rounded in zip(getattr(before, part), getattr(after, part), strict=True):
                assert rounded == cents or rounded in next_dollars(cents)
    low, typical, high = page.you_pay
    assert low <= typical <= high
    assert low <= page.you_pay.likely[0] <= page.you_pay.likely[1] <= high
    assert all(abs(after - before) <= 50 for before, after in zip(exact.you_pay, page.you_pay, strict=True))
    if max(exact.billed) > WHOLE_ABOVE:
        assert all(cents % 100 == 0 for item in page.items for cents in item.you_pay)


def test_a_known_price_is_shown_to_the_cent_because_readers_multiply_it():
    raw = {"treatment": "iv", "insurance": "none", "sessions": "6", "psychotherapy": "none", "price.infusion": "412.50"}
    line = next(
        item
        for item in rounded_estimate(estimate(read_answers(raw, BOOK, date(2026, 11, 22)), BOOK)).items
        if item.charge == "infusion"
    )
    assert set(line.unit_price) == {412_50}
    assert set(line.billed) == {6 * 412_50}


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
