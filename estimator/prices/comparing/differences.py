"""Two price books -> every place where they differ, whatever it is; `changes` puts them into words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pydantic import WithJsonSchema

from estimator.prices.problems import KeyPath
from estimator.prices.schema.basics import PRICE_COLUMNS, AmountRange, CountRange, PercentRange, Table
from estimator.prices.schema.charges import Charge
from estimator.prices.schema.dated_prices import Price
from estimator.prices.schema.files import Book
from estimator.prices.schema.scalars import AMOUNT_JSON, PERCENT_JSON

Unit = Literal["amount", "percent", "other"]
"""What a whole number counts: cents, basis points, or sessions, minutes, days."""


class Absent:
    """Nothing was said at a place."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()
ENDS = ("low", "typical", "high")


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One place where two books differ; `ABSENT` where one of them says nothing.

    Low, typical and high of one quantity differ together, as `Range`. With `order`, the two sides are the same names
    in another order.
    """

    path: KeyPath
    before: Any
    after: Any
    unit: Unit = "other"
    order: bool = False


def differences(before: Book, after: Book) -> Iterator[Difference]:
    """Every difference, in the order of the schema; none exactly where the books say the same in the same order."""
    return _of_tables(before, after, ())


def _of(before: Any, after: Any, path: KeyPath, unit: Unit = "other") -> Iterator[Difference]:
    if before is after:
        return
    if isinstance(before, Table) and type(before) is type(after):
        yield from _of_tables(before, after, path)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_mappings(before, after, path)
    elif isinstance(before, tuple) and isinstance(after, tuple) and any(isinstance(x, Table) for x in before + after):
        yield from _of_lists(before, after, path)
    elif before != after:
        yield Difference(path, _or_absent(before), _or_absent(after), unit)


def _of_tables(before: Table, after: Table, path: KeyPath) -> Iterator[Difference]:
    names = list(type(before).model_fields)
    if isinstance(before, Price | AmountRange | PercentRange | CountRange):
        yield from _of_ranges(before, after, path)
        names = [name for name in names if name not in ENDS]
    for name in names:
        old, new, unit = getattr(before, name), getattr(after, name), unit_of(type(before), name)
        if isinstance(before, Charge) and name in PRICE_COLUMNS and (old or new):
            # A column of prices comes and goes period by period.
            old, new = old or {}, new or {}
        yield from _of(old, new, (*path, name), unit)


def _of_ranges(before: Any, after: Any, path: KeyPath) -> Iterator[Difference]:
    model: type[Table] = type(before)
    if before.range != after.range:
        yield Difference(path, before.range, after.range, unit_of(model, "low"))


def _of_mappings(before: Mapping[Any, Any], after: Mapping[Any, Any], path: KeyPath) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        inner = (*path, key.isoformat() if isinstance(key, date) else key)
        if key in before and key in after:
            yield from _of(before[key], after[key], inner)
        else:
            yield Difference(inner, before.get(key, ABSENT), after.get(key, ABSENT))
    old, new = tuple(key for key in before if key in after), tuple(key for key in after if key in before)
    if old != new and not any(isinstance(key, date) for key in old):
        yield Difference(path, old, new, order=True)


def _of_lists(before: tuple[Any, ...], after: tuple[Any, ...], path: KeyPath) -> Iterator[Difference]:
    """Items that differ between what is the same at the beginning and at the end, in pairs; the rest is new or gone."""
    shorter = min(len(before), len(after))
    head = next((place for place in range(shorter) if before[place] != after[place]), shorter)
    tail = next((place for place in range(shorter - head) if before[-1 - place] != after[-1 - place]), shorter - head)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    for place in range(max(len(old), len(new))):
        if place < len(old) and place < len(new):
            yield from _of(old[place], new[place], (*path, head + place))
        else:
            gone = old[place] if place < len(old) else ABSENT
            yield Difference((*path, head + place), gone, new[place] if place < len(new) else ABSENT)


def _or_absent(value: Any) -> Any:
    return ABSENT if value is None else value


@cache
def unit_of(model: type[Table], name: str) -> Unit:
    """What the numbers of a key count, as the schema says it."""
    field = model.model_fields[name]
    schemas = [one.json_schema for one in _metadata(field.annotation, field.metadata)]
    if any(one is AMOUNT_JSON for one in schemas):
        return "amount"
    return "percent" if any(one is PERCENT_JSON for one in schemas) else "other"


def _metadata(annotation: Any, metadata: Any) -> Iterator[WithJsonSchema]:
    yield from (one for one in metadata if isinstance(one, WithJsonSchema))
    if get_origin(annotation) is Annotated:
        yield from _metadata(annotation.__origin__, annotation.__metadata__)
    else:
        for one in get_args(annotation):
            yield from _metadata(one, ())
