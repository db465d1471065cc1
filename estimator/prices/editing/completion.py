"""
What could be written where the cursor stands in a table's text: keys the schema knows, names, choices, dates.

Works on text that does not parse, because that is what a text is while somebody types.
"""

import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import BaseModel, WithJsonSchema

from estimator.prices import schema
from estimator.prices.editing.outline import Outline, Spot, lines_of, outline
from estimator.prices.explaining import stripped
from estimator.prices.problems import KeyPath
from estimator.prices.scalars import AMOUNT_JSON, COUNT_JSON, PERCENT_JSON
from estimator.prices.schema import (
    MORE_UNKNOWNS,
    UNKNOWNS,
    Price,
    Text,
)
from estimator.sentences import Translate
from estimator.sentences import marked as _

MOST = 40
"""No more suggestions than these."""

LONGEST_TEXT = 300_000
"""In a longer text nothing is suggested: it would take too long at every letter."""

REFERS: Mapping[tuple[str, str], str] = {
    ("Provenance", "source"): "sources",
    ("_ChargeKeys", "moves_with"): "charges",
    ("_ChargeKeys", "same_as"): "charges",
    ("_ChargeKeys", "included_in"): "charges",
    ("_ChargeKeys", "never_with"): "charges",
    ("_ChargeKeys", "coverage"): "payers",
    ("Package", "also_covers"): "charges",
    ("Line", "charge"): "charges",
    ("Line", "lower_dose"): "charges",
    ("Line", "payers"): "payers",
    ("Line", "not_payers"): "payers",
    ("Psychotherapy", "in_person"): "charges",
    ("Psychotherapy", "virtual"): "charges",
    ("Treatment", "therapist_present"): "charges",
    ("Program", "charges"): "charges",
    ("Program", "payers"): "payers",
    ("Advice", "treatments"): "treatments",
    ("Advice", "payers"): "payers",
    ("Clinic", "offers"): "treatments",
    ("ClinicFile", "charges"): "charges",
    ("ClinicFile", "adds"): "treatments",
    ("NationalFile", "unknowns"): "unknowns",
}
"""Keys of the schema whose value, items or own keys are ids of another section."""

_EXCLUSIVE: Mapping[str, tuple[frozenset[str], ...]] = {
    "Price": (frozenset({"price"}), frozenset({"low", "typical", "high"})),
    "Benefit": (frozenset({"copay"}), frozenset({"coinsurance"})),
}
"""Keys of which one group excludes the other."""


@dataclass(frozen=True, slots=True)
class Completion:
    """`insert` takes the place of the last `replaces` characters before the cursor; `detail` explains `label`."""

    insert: str
    label: str
    detail: str
    replaces: int


@dataclass(frozen=True, slots=True)
class Known:
    """The day, and the ids of each section with their names in the reader's language."""

    today: date
    sections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """What the schema wants at a path: a type; and the key it came by, which tells of which section names are."""

    wanted: Any
    model: type[BaseModel] | None = None
    key: str = ""

    @property
    def section(self) -> str | None:
        """The section whose ids stand here."""
        kinds = self.model.__mro__ if self.model else ()
        return next((REFERS[kind.__name__, self.key] for kind in kinds if (kind.__name__, self.key) in REFERS), None)


def complete(
    text: str, line: int, column: int, model: type[BaseModel], known: Known, translate: Translate = str
) -> list[Completion]:
    """
    What could be written before `column` of `line`, both from 1, in a file that `model` describes.

    Keys and items that stand there already are left out. Places outside the text have no suggestions.
    """
    lines = lines_of(text) if len(text) <= LONGEST_TEXT else []
    if not (1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1):
        return []
    prefix, rest = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
    spot = outline(lines[: line - 1]).spot(prefix)
    if spot is None or (rest.strip() and rest.lstrip()[0] not in ",}]#"):
        return []
    whole = outline(lines)
    own = {section: (name for name, _, _ in whole.keys.get((section,), ())) for section in known.sections}
    sections = {section: {**dict.fromkeys(own[section], ""), **names} for section, names in known.sections.items()}
    place = _place(model, spot.path)
    if spot.kind == "key" and not (spot.path and isinstance(spot.path[-1], int) and place.wanted is str):
        found = _keys(spot, line, whole, place, Known(known.today, sections), translate)
    else:
        found = _values(spot, whole, place, Known(known.today, sections))
    return list(_fitting(spot, found))[:MOST]


Suggestion = tuple[str, str, str]
"""What to insert, its label, its detail."""


def _fitting(spot: Spot, found: Iterable[Suggestion]) -> Iterator[Completion]:
    """The suggestions that begin with what is written, then those that hold it."""
    word = spot.word.lower()
    every = [one for one in found if word in one[1].lower() and one[0] != spot.word]
    for insert, label, detail in sorted(every, key=lambda one: not one[1].lower().startswith(word)):
        yield Completion((" " if spot.tight else "") + insert, label, detail, len(spot.word))


# Keys


def _keys(
    spot: Spot, line: int, whole: Outline, place: _Place, known: Known, translate: Translate
) -> Iterator[Suggestion]:
    beside = [one for one in whole.keys.get(spot.path, ()) if one[1:] != (line, spot.column)]
    if not spot.inside and any(column != spot.column for _, _, column in beside):
        return
    present = {name for name, _, _ in beside}
    if isinstance(place.wanted, type) and issubclass(place.wanted, BaseModel):
        excluded = {
            key
            for group in _EXCLUSIVE.get(place.wanted.__name__, ())
            if not group & present
            for key in group
            if _others(place.wanted, group) & present
        }
        for key in _keys_of(place.wanted):
            if key not in present | excluded:
                yield f"{key}: ", key, translate(_kind(place.wanted, key))
        return
    for key, detail in _keys_of_mapping(place, known):
        if key not in present:
            yield f"{key}: ", key, detail


def _others(model: type[BaseModel], group: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(other for other in _EXCLUSIVE[model.__name__] if other is not group))


def _keys_of(model: type[BaseModel]) -> list[str]:
    return [*(["price"] if model is Price else []), *model.model_fields]


def _keys_of_mapping(place: _Place, known: Known) -> Iterator[tuple[str, str]]:
    if typing.get_origin(place.wanted) is not Mapping:
        return
    wanted = stripped(typing.get_args(place.wanted)[0])
    if wanted is date:
        yield from _days(known.today)
    elif typing.get_origin(wanted) is typing.Literal:
        yield from ((str(choice), "") for choice in typing.get_args(wanted))
    elif place.section == "unknowns":
        yield from ((name, "") for name in (*UNKNOWNS, *MORE_UNKNOWNS))
    elif place.section is not None:
        yield from known.sections.get(place.section, {}).items()


def _days(today: date) -> Iterator[tuple[str, str]]:
    yield today.isoformat(), ""
    yield date(today.year + 1, 1, 1).isoformat(), ""


# Values


def _values(spot: Spot, whole: Outline, place: _Place, known: Known) -> Iterator[Suggestion]:
    taken: set[str] = set()
    if spot.path and isinstance(spot.path[-1], int):
        taken = {name for name, _ in whole.items.get(spot.path[:-1], ())} - {spot.word.strip()}
    listed = typing.get_origin(place.wanted) is tuple and place.key != "source"
    for value, detail in _choices(place, known):
        if value not in taken:
            yield f"[{value}]" if listed else value, value, detail


def _choices(place: _Place, known: Known) -> Iterator[tuple[str, str]]:
    if typing.get_origin(place.wanted) is typing.Literal:
        yield from ((str(choice), "") for choice in typing.get_args(place.wanted))
    elif place.wanted is bool:
        yield from (("yes", ""), ("no", ""))
    elif place.wanted is date:
        yield known.today.isoformat(), ""
    elif place.section is not None and _holds_names(place.wanted):
        yield from known.sections.get(place.section, {}).items()


def _holds_names(wanted: Any) -> bool:
    """Whether `wanted` is a name, or a list of names."""
    return wanted is str or (typing.get_origin(wanted) is tuple and stripped(typing.get_args(wanted)[0]) is str)


# The schema


def _place(model: type[BaseModel], path: KeyPath) -> _Place:
    """What the schema wants at `path`; nothing where it knows no such path."""
    place = _Place(model)
    for key in path:
        place = _below(place, key)
    return place


def _below(place: _Place, key: str | int) -> _Place:
    wanted = place.wanted
    if isinstance(wanted, type) and issubclass(wanted, BaseModel):
        if wanted is Price and key == "price":
            key = "typical"
        field_ = wanted.model_fields.get(str(key))
        return _Place(stripped(field_.annotation), wanted, str(key)) if field_ is not None else _Place(None)
    if typing.get_origin(wanted) is tuple and isinstance(key, int):
        return _Place(stripped(typing.get_args(wanted)[0]), place.model, place.key)
    if typing.get_origin(wanted) is Mapping and isinstance(key, str):
        return _Place(stripped(typing.get_args(wanted)[1]))
    return _Place(None)


_KINDS_OF_TEXT = ((AMOUNT_JSON, _("dollars")), (PERCENT_JSON, _("percent")), (COUNT_JSON, _("a number")))
_KINDS_OF_MODEL = (
    (schema.AmountRange, _("dollars")),
    (schema.PercentRange, _("percent")),
    (schema.CountRange, _("a number")),
    (Price, _("dollars")),
    (Text, _("words")),
)


def _kind(model: type[BaseModel], key: str) -> str:
    """What a key of `model` takes, in a word or two, in English."""
    if model is Price and key == "price":
        key = "typical"
    info = model.model_fields[key]
    described = _described([*info.metadata, *typing.get_args(info.annotation)])
    for known, words in _KINDS_OF_TEXT:
        if described is known:
            return words
    wanted = stripped(info.annotation)
    if isinstance(wanted, type) and issubclass(wanted, BaseModel):
        return next((words for kind, words in _KINDS_OF_MODEL if issubclass(wanted, kind)), _("a group of keys"))
    if typing.get_origin(wanted) is tuple:
        return _("a list")
    if typing.get_origin(wanted) is Mapping:
        by_day = stripped(typing.get_args(wanted)[0]) is date
        return _("prices, each with the day it begins") if by_day else _("a group of keys")
    if typing.get_origin(wanted) is typing.Literal:
        return _("one of a few words")
    return {
        bool: _("yes or no"),
        date: _("a date"),
        str: _("a name") if _Place(str, model, key).section else _("words"),
    }.get(wanted, _("a value"))


def _described(parts: Iterable[Any]) -> Any:
    """The JSON Schema of a type's own text, if it has one, among what the type is made of."""
    for part in parts:
        if isinstance(part, WithJsonSchema):
            return part.json_schema
        if typing.get_origin(part) is typing.Annotated and (found := _described(part.__metadata__)):
            return found
    return None
