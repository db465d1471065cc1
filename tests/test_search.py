"""The ends of a range are found where a naive search misses them: each case is one that an earlier search missed."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate, model_of
from estimator.prices.reading import read_books

BOOK = read_books(Path(__file__).parent / "first_release_book").books.national
SPRAVATO = {"treatment": "spravato", "insurance": "commercial", "psychotherapy": "virtual"}


def answers(**raw):
    return read_answers(SPRAVATO | raw, BOOK, date(2026, 11, 28))


@pytest.mark.parametrize(
    ("raw", "drug_price", "low"),
    [
        # The card pays all but $10 a session; its money fills the maximum, so nothing else is asked: 3 x $10.
        ({"sessions": "3", "start": "2027-02-15"}, 0.0, 30_00),
        # The $700 are full after three sessions.
        ({"sessions": "6", "start": "2027-05-05", "out_of_pocket_remaining": "700"}, 0.0, 30_00),
        # Only with dear sessions is the maximum full before the first talk therapy.
        ({"sessions": "6", "start": "2026-12-25", "every": "4", "out_of_pocket_remaining": "3000"}, 1.0, 135_00),
    ],
)
def test_large_shares_and_a_small_maximum_are_the_cheapest_where_a_card_pays(raw, drug_price, low):
    """The deductible and the coinsurance stand high, all other ranges low, and that is the low end."""
    model = model_of(answers(**raw), BOOK)

    def place(unknown):
        if unknown.id in ("deductible", "coinsurance"):
            return 1.0
        if unknown.id in ("spravato_84.allowed", "observation.allowed"):
            return drug_price
        # The plan counts the card's money, and pays sessions as a medical benefit in per cent.
        return 1.0 if unknown.id in ("accumulator", "drug_benefit", "session_copay") else unknown.ends[0]

    scenario = np.array([[place(unknown)] for unknown in model.unknowns])
    assert model.totals(scenario).tolist() == [low]
    assert estimate(answers(**raw), BOOK).you_pay.low <= low
