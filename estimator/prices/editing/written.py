"""How new values are written into a table: as plain as YAML allows, short ones in one line."""

import json
import re
import textwrap
from typing import TypeAlias

Tree: TypeAlias = str | list["Tree"] | dict[str, "Tree"]
"""A value of a table as the reader takes it: text, lists, and groups of keys."""

WIDTH = 120
"""Lines longer than this are written in another way where there is one."""

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n\r\t]*")
_NOT_PLAIN = re.compile(r": |:$| #|\s$|[\x00-\x1f\x7f]")
_NOT_IN_FLOW = re.compile(r"[,\[\]{}]|:[,\[\]{}]")
_OTHER_MEANINGS = frozenset({"null", "true", "false"})
"""To editors these words are no text."""

_SHORT_GROUPS = (
    frozenset({"price", "low", "typical", "high", "source", "checked", "confidence"}),
    frozenset({"en", "es"}),
)
"""Groups of these keys alone are written in one line where they fit."""


def scalar(text: str, flow: bool = False, style: str = "") -> str:
    """`text` in one line: in the quotation marks of `style`, or plain where that says the same."""
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    plain = _PLAIN.fullmatch(text) and not _NOT_PLAIN.search(text) and text.lower() not in _OTHER_MEANINGS
    if plain and style != '"' and not (flow and _NOT_IN_FLOW.search(text)):
        return text
    return json.dumps(text, ensure_ascii=False)


def inline(value: Tree) -> str:
    """`value` in one line, groups between braces and lists between brackets."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key, True)}: {inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(one) for one in value) + "]"
    return scalar(value, True)


def after_colon(value: Tree, indent: int, step: int, used: int) -> list[str]:
    """
    `value` as it follows a key and its colon: the rest of the key's line, then further lines.

    `indent` is the key's, `step` how much deeper each level goes, `used` how many characters the key's line has.
    """
    if isinstance(value, str):
        return _text(value, indent + step, used)
    if not value or (_may_be_short(value) and used + 1 + len(inline(value)) <= WIDTH):
        return [" " + inline(value)]
    return ["", *block(value, indent + step, step)]


def block(value: Tree, indent: int, step: int) -> list[str]:
    """A group or list with each key or item on a line of its own."""
    if isinstance(value, dict):
        return [line for key, one in value.items() for line in key_lines(key, one, indent, step)]
    return [line for one in value for line in item_lines(one, indent, step)]


def key_lines(key: str, value: Tree, indent: int, step: int) -> list[str]:
    """The lines of one key of a group."""
    start = " " * indent + scalar(key) + ":"
    rest, *more = after_colon(value, indent, step, len(start))
    return [start + rest, *more]


def item_lines(value: Tree, indent: int, step: int) -> list[str]:
    """The lines of one item of a list."""
    start = " " * indent + "-"
    if isinstance(value, dict) and value:
        first, *more = block(value, indent + 2, step)
        return [f"{start} {first.lstrip()}", *more]
    if isinstance(value, str):
        rest, *more = _text(value, indent + 2, len(start))
        return [start + rest, *more]
    return [f"{start} {inline(value)}"]


def folded(text: str, indent: int) -> list[str] | None:
    """The lines of `text` under ``>-``, or None where folding would change it."""
    if not text.isprintable() or text != text.strip() or "  " in text:
        return None
    width = max(WIDTH - indent, 40)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return [" " * indent + line for line in lines]


def _text(text: str, indent: int, used: int) -> list[str]:
    written = scalar(text)
    if used + 1 + len(written) > WIDTH and (lines := folded(text, indent)):
        return [" >-", *lines]
    return [f" {written}"]


def _may_be_short(value: list[Tree] | dict[str, Tree]) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    if not any(value.keys() <= keys for keys in _SHORT_GROUPS):
        return False
    return all(isinstance(one, str) or (isinstance(one, list) and _may_be_short(one)) for one in value.values())
