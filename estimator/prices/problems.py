"""What is wrong with a table, as a value: something a person can find and fix."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from estimator.sentences import Sentence

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of a file, or of a price book, down to one value."""

LONGEST_SENTENCE = 400
"""Problems quote what was written; a problem never grows with the file it is about."""

_SHORTEST_VALUE = 90
"""Values in a sentence are left at least this long, so that they can still be recognised."""


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing to fix in a table.

    `file` is relative to the tables' folder, `line` and `column` count from 1 (0: the whole file), `where` is the
    dotted path of the key. An `alert` is worth a look and stops nothing; everything else is an error.
    """

    file: str
    line: int
    column: int
    where: str
    says: str
    fix: str = ""
    alert: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", shortened(self.where, 200))
        object.__setattr__(self, "says", shortened(self.says))
        object.__setattr__(self, "fix", shortened(self.fix))

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f"{self.where}: " if self.where else ""
        fix = f". Fix: {self.fix}" if self.fix else ""
        return f"{place}: {where}{self.says}{fix}"


def errors_among(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """What has to be put right."""
    return tuple(problem for problem in problems if not problem.alert)


def alerts_among(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """What deserves a look."""
    return tuple(problem for problem in problems if problem.alert)


def dotted(path: KeyPath) -> str:
    """``charges.infusion.packages[1].price`` for people, who count from 1."""
    text = "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".")


def path_of(where: str) -> KeyPath:
    """The path that `dotted` wrote; a list's positions count from 0 again."""
    found = re.findall(r"\[([0-9]{1,9})\]|([^.\[\]]+)", where)
    return tuple(int(number) - 1 if number else key for number, key in found)


def shortened(text: str, longest: int = LONGEST_SENTENCE) -> str:
    """`text` on one line of at most `longest` characters, its middle left out where it is longer."""
    if isinstance(text, Sentence):
        return _sentence_shortened(text, longest)
    text = text if len(text) <= longest else f"{text[: longest - 60]} … {text[-55:]}"
    return " ".join(text.splitlines())


def _sentence_shortened(text: Sentence, longest: int) -> Sentence:
    """The same sentence with shorter values in it, each on one line."""
    if len(text) <= longest and text.splitlines() == [text]:
        return text
    lengths = [len(one) for one in text.values.values() if isinstance(one, str)]
    most = max(_SHORTEST_VALUE, _share(lengths, longest - len(text.template)))
    values = {name: _value_shortened(one, most) for name, one in text.values.items()}
    return Sentence(text.template, values)


def _value_shortened(value: object, longest: int) -> object:
    if isinstance(value, Sentence):
        return shortened(value, longest)
    # A line end at its end stays to be seen, as a blank: it may be what is wrong with the value.
    return shortened(f"{value}.", longest + 1)[:-1] if isinstance(value, str) else value


def _share(lengths: list[int], room: int) -> int:
    """How long the longest values may be so that all of them fit into `room`, shorter ones as they are."""
    for position, length in enumerate(sorted(lengths)):
        share = room // (len(lengths) - position)
        if length > share:
            return share
        room -= length
    return room
