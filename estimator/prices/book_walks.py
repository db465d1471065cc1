"""
Walks over a price book: every group of keys, every figure, every line, with its path.

`tables` looks at a value's exact type and into the model's own dictionary: the shipped national book in 3 ms, where
asking for protocols and field by field takes 94, and a check of the tables walks several times. It knows a table, a
frozen mapping and a tuple; a schema with another container has to be added to `_collect`, or nobody looks inside.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from estimator.prices.problems import KeyPath
from estimator.prices.schema.basics import PRICE_COLUMNS, AmountRange, CountRange, PriceColumn, Provenance, Table, Text
from estimator.prices.schema.charges import Charge
from estimator.prices.schema.dated_prices import Price
from estimator.prices.schema.files import Book
from estimator.prices.schema.treatments import Line, Treatment
from estimator.prices.schema.wording import QuestionWording, UnknownWording

_LEAVES = frozenset({str, int, bool, date, Decimal, type(None), Text, QuestionWording})


def tables(value: Any) -> list[tuple[KeyPath, Table]]:
    """`value` and every table inside it but plain words, each with its path; days stand in a path as text."""
    found: list[tuple[KeyPath, Table]] = []
    _collect(value, (), found)
    return found


def _collect(value: Any, path: KeyPath, found: list[tuple[KeyPath, Table]]) -> None:
    kind = type(value)
    if kind is MappingProxyType:
        for key, item in value.items():
            _collect(item, (*path, key.isoformat() if isinstance(key, date) else key), found)
    elif kind is tuple:
        for position, item in enumerate(value):
            if type(item) not in _LEAVES:
                _collect(item, (*path, position), found)
    elif isinstance(value, Table):
        found.append((path, value))
        for name, item in value.__dict__.items():
            if type(item) not in _LEAVES:
                _collect(item, (*path, name), found)


def figures(book: Book) -> Iterator[tuple[KeyPath, Provenance]]:
    """Everything that needs a source; a question only where it carries a number."""
    for path, table in tables(book):
        if isinstance(table, Provenance) and not (isinstance(table, UnknownWording) and table.chance is None):
            yield path, table


def prices(book: Book) -> Iterator[tuple[KeyPath, Charge, PriceColumn, Mapping[date, Price]]]:
    """Every column of dated prices, with the charge it belongs to."""
    for id_, charge in book.charges.items():
        for column in PRICE_COLUMNS:
            dated = charge.prices(column)
            if dated is not None:
                yield ("charges", id_, column), charge, column, dated


def lines(treatment: Treatment) -> Iterator[tuple[KeyPath, Line]]:
    """Every line of a treatment."""
    for part in ("before", "each_session", "follow_ups"):
        for position, line in enumerate(getattr(treatment, part)):
            yield (part, position), line
    if treatment.ride is not None:
        yield ("ride",), treatment.ride


def all_lines(book: Book) -> Iterator[tuple[KeyPath, Treatment, Line]]:
    """Every line of every treatment."""
    for id_, treatment in book.treatments.items():
        for path, line in lines(treatment):
            yield ("treatments", id_, *path), treatment, line


def newest_check(book: Book) -> date | None:
    """The last day on which any figure was checked against its source."""
    return max((figure.checked for _, figure in figures(book) if figure.checked), default=None)


def out_of_date(checked: date | None, today: date | None) -> bool:
    """Whether a figure was last checked more than twelve months before `today`; without either day it is not said."""
    if checked is None or today is None:
        return False
    return (checked.year + 1, checked.month, checked.day) < (today.year, today.month, today.day)


def as_written(table: Table, value: int) -> str:
    """A number of a range as its table writes it: dollars and percent with at most two digits after the point."""
    if isinstance(table, CountRange):
        return str(value)
    text = f"{value // 100}" + (f".{value % 100:02d}" if value % 100 else "")
    return f"${text}" if isinstance(table, AmountRange | Price) else f"{text} %"
