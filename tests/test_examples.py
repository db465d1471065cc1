"""Worked examples that a clinic could check with a pencil, reproduced to the cent; each file is a test."""

from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate
from estimator.money import Range, parse_amount
from estimator.prices.reading import read_books

FOLDER = Path(__file__).parent / "examples"
EXAMPLES = sorted(FOLDER.glob("*.yaml"))


def book_of(example):
    """The examples' book with the prices and the card's limit that this example names."""
    book = read_books(FOLDER / "book").books.national
    tables = book.tables
    charges, programs = dict(tables.charges), dict(tables.programs)
    for name, amount in example.get("prices", {}).items():
        range_ = Range.exactly(parse_amount(amount))
        day, price = next(iter(charges[name].commercial.items()))
        price = price.model_copy(update={"low": range_.low, "typical": range_.typical, "high": range_.high})
        charges[name] = charges[name].model_copy(update={"commercial": {day: price}, "self_pay": {day: price}})
    if "card_annual_max" in example:
        cents = parse_amount(example["card_annual_max"])
        limit = programs["card"].annual_max.model_copy(update={"low": cents, "typical": cents, "high": cents})
        programs["card"] = programs["card"].model_copy(update={"annual_max": limit})
    tables = tables.model_copy(update={"charges": MappingProxyType(charges), "programs": MappingProxyType(programs)})
    return type(book)(book.id, tables, book.version, book.as_of)


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_worked_example(path):
    example = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    book = book_of(example)
    one = estimate(read_answers(example["answers"], book, date(2026, 11, 22)), book)
    assert one.you_pay.low == one.you_pay.typical == one.you_pay.high == parse_amount(example["you_pay"])
    for name in ("program_pays", "plan_pays", "billed"):
        if name in example:
            assert getattr(one, name).typical == parse_amount(example[name])
    if "at_the_visits" in example:
        assert sum(month.at_visit.typical for month in one.months) == parse_amount(example["at_the_visits"])
    days = sorted({row.date for row in one.ledger[1]})
    for session, paid in example.get("after_session", {}).items():
        until = days[int(session) - 1]
        assert sum(row.you_pay for row in one.ledger[1] if row.date <= until) == parse_amount(paid), session


def test_there_are_examples():
    assert len(EXAMPLES) >= 12
