"""
Where a cursor stands in a table's text, by indentation alone: the text may be broken, as it is while somebody types.

Nothing here decides what is right. A line that cannot be made out is passed over, and an open bracket ends at the
first line that is indented no deeper than the line it began in.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from estimator.prices.problems import KeyPath

_KEY = re.compile(r"""(?:"([^"]*)"[ ]*|'([^']*)'[ ]*|([^\s"'#{}\[\],&*!|>%@`?:-][^:#]*)):(?=\s|$)""")
_DASH = re.compile(r"-( +|$)")
_BREAKS = re.compile(r"\r\n|\r|\n")

LONGEST_LINE = 2_000
"""Longer lines are passed over: nobody writes a table in them."""


@dataclass(frozen=True, slots=True)
class Spot:
    """
    Where the cursor stands.

    `path` leads to the group whose key is being written, or to the value that is; `word` is what is written of it.
    `tight` says that the colon before a value has no space after it yet, `inside` that it stands between brackets.
    """

    kind: Literal["key", "value"]
    path: KeyPath
    word: str
    column: int
    inside: bool = False
    tight: bool = False


@dataclass(slots=True)
class _Bracket:
    """An open ``{`` or ``[``: the place it holds, the key that waits for its value, the word being read."""

    kind: str
    path: KeyPath
    key: str | None = None
    index: int = 0
    word: str = ""
    start: int = 0

    @property
    def here(self) -> KeyPath:
        """The path of the value that is being read."""
        if self.kind == "[":
            return (*self.path, self.index)
        return (*self.path, self.key) if self.key is not None else self.path


@dataclass(slots=True)
class Outline:
    """
    The keys of a text, by the path of their group, with line and column from 1; and the items of lists in one word.

    Read from the first line on; `spot` says where the end of what was read stands.
    """

    keys: dict[KeyPath, list[tuple[str, int, int]]] = field(default_factory=dict)
    items: dict[KeyPath, list[tuple[str, int]]] = field(default_factory=dict)
    _open: list[tuple[int, str | int]] = field(default_factory=list)
    _brackets: list[_Bracket] = field(default_factory=list)
    _bracket_indent: int = 0
    _block_text: int | None = None
    """The indentation of the key whose ``|`` or ``>`` text is being passed over."""

    def read(self, line: str, number: int) -> None:
        """Take in one line."""
        indent, rest = _indented(line)
        if not rest or rest.startswith("#") or len(line) > LONGEST_LINE or self._passed_over(indent):
            return
        if self._brackets and indent > self._bracket_indent:
            self._bracketed(rest, number, indent)
            return
        self._brackets.clear()
        start = indent
        while dash := _DASH.match(rest):
            self._item(indent)
            indent, rest = indent + dash.end(), rest[dash.end() :]
        if key := _KEY.match(rest):
            name = _name(key)
            self._pop(indent)
            self.keys.setdefault(self._path, []).append((name, number, indent + 1))
            self._open.append((indent, name))
            spaces, rest = _indented(rest[key.end() :])
            indent += key.end() + spaces
        self._value(rest, number, indent, start)

    def spot(self, prefix: str) -> Spot | None:
        """Where the end of `prefix` stands, the line before the cursor; None in comments, block texts and quotes."""
        indent, rest = _indented(prefix)
        if len(prefix) > LONGEST_LINE or self._passed_over(indent) or _in_comment(prefix):
            return None
        if self._brackets and (indent > self._bracket_indent or not rest):
            self._bracketed(rest, 0, indent)
            return self._inside(len(prefix))
        self._brackets.clear()
        start = indent
        while dash := _DASH.match(rest):
            if dash.end() == 1:
                return None
            self._item(indent)
            indent, rest = indent + dash.end(), rest[dash.end() :]
        key = _KEY.match(rest)
        if key is None:
            if rest[:1] in ("{", "["):
                self._value(rest, 0, indent, start)
                return self._inside(len(prefix))
            self._pop(indent)
            return Spot("key", self._path, rest, indent + 1)
        self._pop(indent)
        self._open.append((indent, _name(key)))
        spaces, rest = _indented(rest[key.end() :])
        indent += key.end() + spaces
        self._value(rest, 0, indent, start)
        if rest[:1] in ("{", "["):
            return self._inside(len(prefix))
        if rest[:1] and rest[0] in "\"'|>&*!%@`":
            return None
        return Spot("value", self._path, rest, indent + 1, tight=not rest and spaces == 0)

    @property
    def _path(self) -> KeyPath:
        return tuple(key for _, key in self._open)

    def _passed_over(self, indent: int) -> bool:
        if self._block_text is not None and indent <= self._block_text:
            self._block_text = None
        return self._block_text is not None

    def _pop(self, indent: int) -> None:
        while self._open and self._open[-1][0] >= indent:
            self._open.pop()

    def _item(self, indent: int) -> None:
        """A ``-`` begins an item of the list that the group above it waits for."""
        before = -1
        while self._open and self._open[-1][0] >= indent:
            at, key = self._open[-1]
            if at == indent and isinstance(key, str):
                break
            if at == indent and isinstance(key, int):
                before = key
            self._open.pop()
        self._open.append((indent, before + 1))

    def _value(self, text: str, number: int, column: int, indent: int) -> None:
        if text[:1] in ("|", ">"):
            self._block_text = self._open[-1][0] if self._open else 0
        elif text[:1] in ("{", "["):
            self._bracket_indent = indent
            self._bracketed(text, number, column)
        elif self._open and isinstance(self._open[-1][1], int) and text:
            self.items.setdefault(self._path[:-1], []).append((text.split(" #")[0].strip(), number))

    def _bracketed(self, text: str, number: int, column: int) -> None:
        """Read on between brackets, from `column` (from 0) of a line."""
        position = 0
        while position < len(text):
            letter = text[position]
            here = self._brackets[-1] if self._brackets else None
            if letter == "#" and (position == 0 or text[position - 1].isspace()):
                return
            if letter in "{[":
                self._brackets.append(_Bracket(letter, here.here if here else self._path, start=column + position + 1))
            elif here is None:
                return
            elif letter in "}]":
                self._ended(here, number)
                self._brackets.pop()
            elif letter == ",":
                self._ended(here, number)
                here.key, here.word, here.index, here.start = None, "", here.index + 1, column + position + 1
            elif letter == ":" and here.kind == "{" and here.key is None and text[position + 1 : position + 2] in " ":
                self._key_inside(here, number)
                here.start = column + position + 1
            elif letter in "\"'" and not here.word.strip():
                here.start = column + position
                closed = text.find(letter, position + 1)
                end = len(text) if closed < 0 else closed + 1
                here.word += text[position:end]
                position = end
                continue
            elif letter != " " or here.word:
                here.start = here.start if here.word else column + position
                here.word += letter
            position += 1

    def _key_inside(self, here: _Bracket, number: int) -> None:
        name = here.word.strip().strip("\"'")
        self.keys.setdefault(here.path, []).append((name, number, here.start + 1))
        here.key, here.word = name, ""

    def _ended(self, here: _Bracket, number: int) -> None:
        if here.kind == "[" and here.word.strip():
            self.items.setdefault(here.path, []).append((here.word.strip(), number))

    def _inside(self, end: int) -> Spot | None:
        """Where the cursor stands between brackets."""
        if not self._brackets:
            return None
        here = self._brackets[-1]
        if here.word[:1] in ('"', "'"):
            return None
        column = here.start + 1 if here.word else end + 1
        key = here.kind == "{" and here.key is None
        tight = not here.word and here.key is not None and here.start == end
        return Spot("key" if key else "value", here.here, here.word, column, inside=True, tight=tight)


def lines_of(text: str) -> list[str]:
    """The lines of `text` as the reader counts them, without their ends."""
    return _BREAKS.split(text)


def outline(lines: Sequence[str]) -> Outline:
    """The outline of `lines`."""
    made = Outline()
    for number, line in enumerate(lines, 1):
        made.read(line, number)
    return made


def ids_of(text: str, section: str) -> Iterator[str]:
    """The keys that stand directly under a key of the first level, such as the ids of ``sources``."""
    return (name for name, _, _ in outline(lines_of(text)).keys.get((section,), ()))


def _indented(text: str) -> tuple[int, str]:
    rest = text.lstrip(" ")
    return len(text) - len(rest), rest.rstrip() if rest.isspace() else rest


def _name(key: re.Match[str]) -> str:
    return next(part for part in key.groups() if part is not None).strip()


def _in_comment(text: str) -> bool:
    """Whether a ``#`` outside of quotes has begun a comment in `text`."""
    quote = ""
    for before, letter in zip(f" {text}", text, strict=False):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'" and before in " [{,":
            quote = letter
        elif letter == "#" and before.isspace():
            return True
    return False
