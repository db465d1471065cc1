"""How new values are written into a table: as plain as YAML allows, short ones in one line."""

import json
import re
import textwrap
from typing import TypeAlias

Tree: TypeAlias = str | list["Tree"] | dict[str, "Tree"]
"""A value of a table as the reader takes it: text, lists, and groups of keys."""

WIDTH = 120
"""Lines longer than this are written in another way where there is one."""

STEP = 2
"""How many spaces deeper each level goes."""

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n\r\t]*")
_NOT_PLAIN = re.compile(r": |:$| #|\s$|[\x00-\x1f\x7f]")
_NOT_IN_FLOW = re.compile(r"[,\[\]{}]|:[,\[\]{}]")
_OTHER_MEANINGS = frozenset({"null", "~", "true", "false"})
"""To editors these words are no text."""

_SHORT_GROUPS = (
    frozenset({"price", "low", "typical", "high", "source", "checked", "confidence"}),
    frozenset({"en", "es"}),
    frozenset({"accent", "accent_dark"}),
    frozenset({"sessions", "price", "within_days", "starts", "until", "checked", "monthly"}),
    frozenset({"charge", "only", "payers"}),
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


def entry(key: str, value: Tree, indent: int) -> list[str]:
    """The lines of one entry of a group or list; `key` is its key with the colon, or the dash of an item."""
    start = " " * indent + key
    if isinstance(value, str):
        written = scalar(value)
        lines = _folded(value, indent + STEP) if len(start) + 1 + len(written) > WIDTH else None
        return [f"{start} >-", *lines] if lines else [f"{start} {written}"]
    if key == "-" and isinstance(value, dict) and value:
        first, *more = _block(value, indent + STEP)
        return [f"{start} {first.lstrip()}", *more]
    if not value or key == "-" or (_may_be_short(value) and len(start) + 1 + len(inline(value)) <= WIDTH):
        return [f"{start} {inline(value)}"]
    return [start, *_block(value, indent + STEP)]


def _block(value: Tree, indent: int) -> list[str]:
    """A group or list with each key or item on a line of its own."""
    entries = (
        ((f"{scalar(key)}:", one) for key, one in value.items())
        if isinstance(value, dict)
        else (("-", one) for one in value)
    )
    return [line for key, one in entries for line in entry(key, one, indent)]


def _folded(text: str, indent: int) -> list[str] | None:
    """The lines of `text` under ``>-``, or None where folding would change it."""
    if not text.isprintable() or text != text.strip() or "  " in text:
        return None
    width = max(WIDTH - indent, 40)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return [" " * indent + line for line in lines]


def _may_be_short(value: list[Tree] | dict[str, Tree]) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    if not any(value.keys() <= keys for keys in _SHORT_GROUPS):
        return False
    return all(isinstance(one, str) or (isinstance(one, list) and _may_be_short(one)) for one in value.values())
