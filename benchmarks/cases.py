"""Answers to measure with, on the shipped price tables."""

import random
from datetime import date, timedelta
from pathlib import Path

from estimator.core.answers import Answers, BadAnswers, read_answers
from estimator.core.billed_lines import charges_of, offered_treatments
from estimator.places import pricing_folder
from estimator.prices.book import PriceBook, PriceBooks
from estimator.prices.reading import read_books
from estimator.prices.schema.basics import NETWORK_CLASSES

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


TERMS = {
    "plan_year_start": ("1", "1", "7"),
    "network": ("out", "mixed"),
    "dose": ("56", "84"),
    "accumulator": ("yes", "no", "maximizer"),
    "drug_benefit": ("medical", "pharmacy"),
    "authorization": ("denied",),
    "deductible": ("500", "1500", "3000", "6000"),
    "deductible_remaining": ("0", "400"),
    "out_of_pocket_maximum": ("4000", "9000"),
    "out_of_pocket_remaining": ("0", "700", "3000"),
    "coinsurance": ("10", "20", "40"),
    "copay": ("0", "40", "75"),
    "balances_as_of": ("2026-06-15", "2026-11-01"),
    "family_deductible_remaining": ("0", "1000", "3000"),
    "family_out_of_pocket_remaining": ("500", "2000", "8000"),
    "drug_deductible": ("250", "615"),
    "drug_deductible_remaining": ("0", "100"),
    "out_of_network_deductible": ("1000", "5000"),
    "out_of_network_deductible_remaining": ("0", "800"),
    "out_of_network_out_of_pocket_maximum": ("8000",),
    "out_of_network_out_of_pocket_remaining": ("0", "2500"),
    "out_of_network_coinsurance": ("30", "50"),
    "new_plan_from": ("2027-01-01", "2027-03-01"),
    "savings_program": ("no",),
    "savings_maximum": ("3000", "8150"),
    "savings_remaining": ("0", "2000"),
    "state": ("CO", "MA", "NY"),
    "setting": ("office", "hospital"),
    "stage": ("continuing",),
    "every": ("4", "30"),
    "psychotherapy_sessions": ("4", "20"),
    "rides": ("yes",),
    "therapist_present": ("yes",),
}
"""Answers beyond the first four, and what may be said; each is given in a part of the sets."""

TOLD = {
    "price.": ("90", "380", "900"),
    "allowed.": ("90", "260", "800"),
    "share.": ("30", "20%"),
    "coverage.": ("covered", "not_covered"),
    "package.": ("6@1500",),
}


def varied(books: PriceBooks, count: int, seed: int = 1) -> list[tuple[Answers, PriceBook]]:
    """
    `count` different sets of answers and the book of each, the same every time.

    All treatments and payers, every kind of answer there is; one set in five is a clinic's.
    """
    chance = random.Random(seed)
    found: list[tuple[Answers, PriceBook]] = []
    while len(found) < count:
        book = chance.choice(list(books.clinics.values())) if chance.random() < 0.2 else books.national
        raw = _varied(book, chance)
        try:
            found.append((read_answers(raw, book, TODAY), book))
        except BadAnswers:
            continue
    return found


def _varied(book: PriceBook, chance: random.Random) -> dict[str, str]:
    tables = book.tables
    # Half of the people have commercial insurance, where programs help and the search is hard.
    payer = chance.choice(["commercial", "commercial", "commercial", *tables.payers])
    raw = {
        "treatment": chance.choice(["spravato", *offered_treatments(book)]),
        "insurance": payer,
        "sessions": str(chance.choice([1, 3, 6, 8, 12, 14, 21, 30])),
        "psychotherapy": chance.choice(["none", "in_person", "virtual"]),
        "start": (TODAY + timedelta(days=chance.randrange(365))).isoformat(),
    }
    # Some people know nearly nothing, others nearly everything.
    known = chance.choice([0.02, 0.1, 0.25])
    plans = tuple(tables.payers[payer].profiles)
    open_terms = TERMS | ({"plan": plans, "new_plan": plans} if plans else {}) | {"discount": tuple(tables.discounts)}
    for name, choices in open_terms.items():
        if choices and chance.random() < known:
            raw[name] = chance.choice(choices)
    for prefix, choices in TOLD.items():
        for charge in charges_of(tables.treatments[raw["treatment"]], payer, raw):
            if chance.random() < known / 3:
                raw[prefix + charge] = chance.choice(choices)
    for class_ in NETWORK_CLASSES:
        if tables.payers[payer].out_of_network and chance.random() < known / 2:
            raw[f"network.{class_}"] = chance.choice(["in", "out"])
    return raw
