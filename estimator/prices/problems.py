"""What is wrong with a table, as a value: something a person can find and fix."""

from dataclasses import dataclass
from typing import TypeAlias

from estimator.sentences import Sentence

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of a file, or of a price book, down to one value."""

LONGEST_SENTENCE = 400
"""Problems quote what was written; a problem never grows with the file it is about."""


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


def dotted(path: Path) -> str:
    """``charges.infusion.packages[1].price`` for people, who count from 1."""
    text = "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".")


def shortened(text: str, longest: int = LONGEST_SENTENCE) -> str:
    """`text` on one line of at most `longest` characters, its middle left out where it is longer."""
    if isinstance(text, Sentence):
        return _sentence_shortened(text, longest)
    text = text if len(text) <= longest else f"{text[: longest - 60]} … {text[-55:]}"
    return " ".join(text.splitlines())


def _sentence_shortened(text: Sentence, longest: int) -> str:
    """The same sentence with shorter values in it."""
    if len(text) <= longest and len(text.splitlines()) <= 1:
        return text
    most = max(90, longest // (len(text.values) or 1))
    values = {name: shortened(one, most) if isinstance(one, str) else one for name, one in text.values.items()}
    return Sentence(text.template, values)
