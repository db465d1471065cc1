"""Answers to measure with, on the shipped price tables."""

import random
from datetime import date, timedelta
from pathlib import Path

from estimator.core.answers import Answers, BadAnswers, read_answers
from estimator.places import pricing_folder
from estimator.prices.book import PriceBook, PriceBooks
from estimator.prices.reading import read_books

TODAY = date(2026, 11, 22)
LARGE = {
    "treatment": "spravato",
    "insurance": "commercial",
    "sessions": "24",
    "psychotherapy": "in_person",
    "psychotherapy_sessions": "12",
    "start": "2026-12-06",
}
"""The estimate that the speed mark is about: 24 Spravato sessions, 12 psychotherapy sessions, nothing known."""


def books() -> PriceBooks:
    found = read_books(pricing_folder(Path(__file__).parent.parent)).books
    assert found is not None
    return found


def large(book: PriceBook) -> Answers:
    return read_answers(LARGE, book, TODAY)


def varied(book: PriceBook, count: int, seed: int = 1) -> list[Answers]:
    """`count` different sets of answers, the same every time."""
    chance, found = random.Random(seed), []
    while len(found) < count:
        raw = {
            "treatment": chance.choice(list(book.tables.treatments)),
            "insurance": chance.choice(["commercial", "commercial", *book.tables.payers]),
            "sessions": str(chance.choice([1, 3, 6, 8, 12, 14, 21, 30])),
            "psychotherapy": chance.choice(["none", "in_person", "virtual"]),
            "start": (TODAY + timedelta(days=chance.randrange(365))).isoformat(),
            "plan_year_start": str(chance.choice([1, 1, 1, 7])),
            "network": chance.choice(["in", "in", "in", "out"]),
        }
        for name, choices in {
            "dose": ["56", "84"],
            "accumulator": ["yes", "no"],
            "drug_benefit": ["medical", "pharmacy"],
            "deductible": ["500", "1500", "3000"],
            "deductible_remaining": ["0", "400"],
            "coinsurance": ["10", "20", "40"],
            "state": ["CO", "MA", "NY"],
            "plan": list(book.tables.payers["commercial"].profiles),
            "rides": ["yes"],
            "therapist_present": ["yes"],
        }.items():
            if chance.random() < 0.3:
                raw[name] = chance.choice(choices)
        try:
            found.append(read_answers(raw, book, TODAY))
        except BadAnswers:
            continue
    return found
