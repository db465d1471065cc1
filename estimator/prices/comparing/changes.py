"""
Two price books -> what changed between them: as values, and in words.

A price is compared day by day: what held on the start date before, and what holds on it afterwards. Everything else
is compared place by place. Amounts are cents, percentages basis points.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from estimator.money import Range
from estimator.prices.columns import COLUMN_WORDS
from estimator.prices.comparing.differences import ABSENT, Difference, Unit, differences
from estimator.prices.key_words import KEY_WORDS, VALUE_WORDS
from estimator.prices.merging import SECTIONS
from estimator.prices.problems import KeyPath
from estimator.prices.schema.basics import PRICE_COLUMNS, PriceColumn, Text
from estimator.prices.schema.charges import Charge
from estimator.prices.schema.dated_prices import Price, price_in_force
from estimator.prices.schema.files import Book
from estimator.prices.schema.offers import Package
from estimator.prices.schema.treatments import Line
from estimator.prices.schema.wording import QuestionWording
from estimator.sentences import marked as _

Kind = Literal["price", "value", "new", "gone", "order"]
"""``new`` and ``gone`` are whole entries; a ``value`` may be None on one side."""

ALIKE = 3
"""More figures than these that change in the same way (a file's defaults) are one change."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the interface, in English, with its values; shown in the reader's language."""

    template: str
    values: tuple[tuple[str, int | date | Text], ...] = ()


About: TypeAlias = Text | Word
Value: TypeAlias = Range | int | bool | Decimal | date | str | Text | Word | tuple["Value", ...] | None


@dataclass(frozen=True, slots=True)
class Change:
    """
    One thing that changed.

    `path` leads to it in the book that has it (`paths` to all that changed alike), `about` names it from the outside
    in. Of a price, `column` and `start` say which; `before` and `after` are then the ranges that hold on that day, None
    where there is no price, and `period` says whether the start date itself is new or gone.
    """

    kind: Kind
    path: KeyPath
    about: tuple[About, ...]
    before: Value = None
    after: Value = None
    unit: Unit = "other"
    charge: str | None = None
    column: PriceColumn | None = None
    start: date | None = None
    period: Literal["same", "new", "gone"] = "same"
    paths: tuple[KeyPath, ...] = ()


def changes(before: Book, after: Book) -> list[Change]:
    """Every change from one book to the other; empty exactly where both say the same, in the same order."""
    books = _Books(before, after)
    return list(_alike(change for one in differences(before, after) for change in books.changes(one)))


def names_on(path: KeyPath, book: Book) -> tuple[About, ...]:
    """What a path of a book leads to, from the outside in; empty where nothing on the way has a name of its own."""
    here: Any = book
    named = any(_label(here := _child(here, key), book) is not None for key in path)
    try:
        return _Books(book, book).about(path, book) if named else ()
    except ValueError:
        # Where a price's day should stand is something else.
        return _Books(book, book).about(path[:3], book)


def _alike(found: Iterable[Change]) -> Iterator[Change]:
    """`found`, with many figures whose source, day or confidence changed in the same way as one change."""
    found = list(found)
    groups: dict[object, list[Change]] = {}
    for change in found:
        groups.setdefault(_group(change), []).append(change)
    for change in found:
        alike = groups[_group(change)]
        if len(alike) <= ALIKE:
            yield change
        elif change is alike[0]:
            paths = tuple(one.path for one in alike)
            yield replace(change, about=change.about[-1:], start=None, column=None, charge=None, paths=paths)


def _group(change: Change) -> object:
    many = change.kind == "value" and change.path[-1] in ("source", "checked", "confidence")
    return (change.path[-1], change.before, change.after) if many else (*change.path, change.kind)


@dataclass(frozen=True, slots=True)
class _Books:
    before: Book
    after: Book

    def changes(self, one: Difference) -> Iterator[Change]:
        """A difference as a change; a new charge brings its prices along."""
        of_price = _of_price(one.path)
        if of_price and len(one.path) == 4:
            # A price of the clinic's own that takes the national one's place on its day, or gives it back, is a change
            # on that day alone: what the national tables say before and after is not gone or new.
            if not self.holds_in_both(*of_price):
                yield self.price(one.path, *of_price)
            return
        yield self.other(one)
        if isinstance(one.after, Charge) and one.before is ABSENT:
            for column in PRICE_COLUMNS:
                for start in one.after.prices(column) or {}:
                    path = (*one.path, column, start.isoformat())
                    yield self.price(path, str(one.path[1]), column, start)

    def price(self, path: KeyPath, charge: str, column: PriceColumn, start: date) -> Change:
        there = [_starts(book, charge, column, start) for book in (self.before, self.after)]
        return Change(
            "price",
            path,
            self.about(path, self.after if there[1] else self.before),
            _range_on(self.before, charge, column, start),
            _range_on(self.after, charge, column, start),
            "amount",
            charge,
            column,
            start,
            "same" if all(there) else "new" if there[1] else "gone",
            (path,),
        )

    def holds_in_both(self, charge: str, column: PriceColumn, start: date) -> bool:
        """Whether the same price begins on that day in both books, whoever says it."""
        here, there = (_in_effect(book, charge, column).get(start) for book in (self.before, self.after))
        return here is not None and here == there

    def other(self, one: Difference) -> Change:
        book = self.before if one.after is ABSENT else self.after
        kind: Kind = "order" if one.order else "value"
        before, after = (self.value(one.path, side) for side in (one.before, one.after))
        if not one.order and one.before is ABSENT and _is_entry(one.after):
            kind, after = "new", None
        elif not one.order and one.after is ABSENT and _is_entry(one.before):
            kind, before = "gone", None
        charge, column, start = _of_price(one.path) or (None, None, None)
        about = self.about(one.path, book)
        return Change(kind, one.path, about, before, after, one.unit, charge, column, start, paths=(one.path,))

    def about(self, path: KeyPath, book: Book) -> tuple[About, ...]:
        """What a path leads to, in the words of the tables and of the interface, from the outside in."""
        parts: list[About] = []
        here: Any = book
        for place, key in enumerate(path):
            outer, here = here, _child(here, key)
            label = _label(here, book)
            if label is not None:
                parts.append(label)
            elif place == 0 and key in SECTIONS and len(path) > 1:
                continue
            elif path[place - 1] == "coverage" and key in book.payers:
                parts.append(book.payers[str(key)].label)
            elif isinstance(outer, Charge) and key in COLUMN_WORDS:
                parts.append(Word(COLUMN_WORDS[str(key)]))
            elif isinstance(key, int):
                parts.append(Word("%(number)s", (("number", key + 1),)))
            elif place != 3 or (of_price := _of_price(path)) is None:
                parts.append(_key_words(str(key), outer))
            elif len(path) > 4:
                parts.append(Word(_("price from %(day)s"), (("day", of_price[2]),)))
        return tuple(parts)

    def value(self, path: KeyPath, value: Any) -> Value:
        """A value in a form that can be shown: names of entries become their labels."""
        if value is ABSENT:
            return None
        if isinstance(value, Price):
            return value.range
        if isinstance(value, tuple):
            return tuple(self.value((*path, place), one) for place, one in enumerate(value))
        if isinstance(value, str):
            return self.named(path, value)
        if isinstance(value, Text):
            return _quoted(value)
        if isinstance(value, Range | bool | int | Decimal | date):
            return value
        return _label(value, self.after) or Text(en=type(value).__name__)

    def named(self, path: KeyPath, value: str) -> Value:
        key = next((str(key) for key in reversed(path) if not isinstance(key, int)), "")
        section = _NAMED_IN.get(key) or (str(path[0]) if len(path) == 2 and key == path[0] else None)
        for book in (self.after, self.before) if section else ():
            entries: Mapping[str, Any] = getattr(book, str(section))
            if value in entries and (label := _label(entries[value], book)) is not None:
                return label
        if key in ("en", "es"):
            return _quoted(Text(en=value))
        return Word(VALUE_WORDS[value]) if key in _FIXED and value in VALUE_WORDS else value


_NAMED_IN = (
    {"source": "sources"}
    | dict.fromkeys(("payers", "not_payers"), "payers")
    | dict.fromkeys(("treatments", "offers"), "treatments")
    | dict.fromkeys(("charge", "charges", "lower_dose", "never_with", "also_covers"), "charges")
    | dict.fromkeys(
        ("moves_with", "same_as", "included_in", "credited_toward", "in_person", "virtual", "therapist_present"),
        "charges",
    )
)
"""Keys whose values are names, and of what."""

_FIXED = frozenset({"status", "confidence", "whom", "benefit", "pharmacy_benefit", "includes", "left_out"})


def _quoted(text: Text) -> Word:
    return Word("“%(words)s”", (("words", text),))


def _is_entry(value: Any) -> bool:
    """Whether a value is a whole group of keys, or many of them."""
    return not isinstance(value, str | int | Decimal | date | tuple | Range | Text | Price)


def _child(here: Any, key: str | int) -> Any:
    if isinstance(here, Mapping):
        return here.get(key) if key in here else _dated(here, str(key))
    if isinstance(here, tuple):
        return here[key] if isinstance(key, int) and key < len(here) else None
    return getattr(here, str(key), None)


def _dated(here: Mapping[Any, Any], key: str) -> Any:
    return next((value for day, value in here.items() if isinstance(day, date) and day.isoformat() == key), None)


def _label(value: Any, book: Book) -> About | None:
    """What an entry calls itself; None where it has no name of its own."""
    if isinstance(value, Line) and value.label is None:
        charge = book.charges.get(value.charge)
        return charge.label if charge is not None else Text(en=value.charge)
    if isinstance(value, Package):
        return Word(_("package of %(sessions)s"), (("sessions", value.sessions),))
    if isinstance(value, QuestionWording | Text):
        return None
    label = getattr(value, "label", None) or getattr(value, "title", None)
    return label if isinstance(label, Text) else None


def _key_words(key: str, outer: Any) -> About:
    if key in VALUE_WORDS and isinstance(outer, Mapping):
        return Word(VALUE_WORDS[key])
    return Word(KEY_WORDS[key]) if key in KEY_WORDS and not isinstance(outer, Mapping) else Text(en=key)


def _of_price(path: KeyPath) -> tuple[str, PriceColumn, date] | None:
    """Charge, column and start date of a price, or of something inside one."""
    if len(path) < 4 or path[0] != "charges":
        return None
    column = next((column for column in PRICE_COLUMNS if column == path[2]), None)
    return (str(path[1]), column, date.fromisoformat(str(path[3]))) if column else None


def _starts(book: Book, charge: str, column: PriceColumn, start: date) -> bool:
    return start in _in_effect(book, charge, column)


def _in_effect(book: Book, charge: str, column: PriceColumn) -> Mapping[date, Price]:
    return book.charges[charge].prices_in_effect(column) if charge in book.charges else {}


def _range_on(book: Book, charge: str, column: PriceColumn, day: date) -> Range | None:
    price = price_in_force(_in_effect(book, charge, column), day)
    return price.range if price is not None else None
