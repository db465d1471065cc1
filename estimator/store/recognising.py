"""
Sentences of `stored_sentences` found again in stored text, so that they can be said in another language.

Nothing is ever lost: text that nobody recognises, such as a reason that a person typed, is answered as it is.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import lru_cache

from estimator.sentences import Sentence, Translate
from estimator.store.stored_sentences import PARTS

DEEPEST = 40
"""Sentences in sentences are looked for so deep: a list of roles, which is the longest, nests one in another."""

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_FILE = r"(?:national|clinics)/[^/\0]+\.yaml"
_FILES = rf"{_FILE}(?:, {_FILE})*"
_NUMBER = r"[0-9]+"

_SHAPES: Mapping[str, str] = {
    **dict.fromkeys(("number", "before", "undone", "revision"), _NUMBER),
    "day": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    **dict.fromkeys(("edited", "new", "removed"), _FILES),
    "held": rf"{_FILE} [0-9a-f]{{64}}(?:, {_FILE} [0-9a-f]{{64}})*",
    "scope": r"[^,\s]+",
    "role": r"[a-z]+ of [^,\s]+",
    **dict.fromkeys(("first", "second"), "[^,]+"),
    "setting": "[a-z_]+",
    # A name may hold a colon; what follows it may not.
    "account": ".*",
}
"""What a value looks like, by its name; anything else is anything, as little of it as will do."""


def recognised(
    text: str,
    templates: Collection[str],
    day: Callable[[date], str] = date.isoformat,
    spoken: Collection[Translate] = (str,),
) -> str:
    """
    `text` as a `Sentence`, where it was said with one of `templates`; else as it is.

    `day` writes the days in it. `spoken` are the languages it may have been said in: some reasons were offered to
    people in their own.
    """
    return _found(text, templates, day, spoken, DEEPEST) or text


def _found(
    text: str, templates: Collection[str], day: Callable[[date], str], spoken: Collection[Translate], deepest: int
) -> Sentence | None:
    for template in templates:
        for translate in spoken:
            match = _pattern(translate(template)).fullmatch(text)
            if match:
                values = {
                    name: _value(name, value, day, spoken, deepest - 1) for name, value in match.groupdict().items()
                }
                return Sentence(template, values)
    return None


def _value(name: str, text: str, day: Callable[[date], str], spoken: Collection[Translate], deepest: int) -> str:
    if name == "day":
        return _day(text, day)
    found = _found(text, PARTS[name], day, spoken, deepest) if name in PARTS and deepest else None
    return found or text


def _day(text: str, day: Callable[[date], str]) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


@lru_cache(maxsize=512)
def _pattern(template: str) -> re.Pattern[str]:
    """The texts that a template can have become."""
    pieces = _PLACEHOLDER.split(template)
    shaped = [
        f"(?P<{piece}>{_SHAPES.get(piece, '.*?')})" if place % 2 else re.escape(piece)
        for place, piece in enumerate(pieces)
    ]
    return re.compile("".join(shaped), re.DOTALL)
