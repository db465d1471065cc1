"""
What somebody typed into a long form, held against what the form had shown and what the draft says by now.

A form of many fields carries what it showed (``was``). Only the fields in which something else was typed are written;
so two people at one form keep each other's fields, and where both changed the same one it is said.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from flask import request


@dataclass(frozen=True, slots=True)
class TypedOver:
    """`mine` are the fields that were changed, `theirs` those of them that somebody else changed too; as texts."""

    mine: dict[str, str]
    theirs: dict[str, str]


def typed_over(typed: Mapping[str, str], now: Mapping[str, str]) -> TypedOver:
    """What was `typed` in a form that shows `now`; a field that `typed` leaves out was not touched."""
    was = shown_before(now)
    mine = {name: text for name, text in typed.items() if text != was.get(name, "")}
    theirs = {
        name: now.get(name, "")
        for name, text in mine.items()
        if now.get(name, "") != was.get(name, "") and now.get(name, "") != text
    }
    return TypedOver(mine, theirs)


def shown_before(now: Mapping[str, str]) -> Mapping[str, str]:
    """What the form had shown; where it does not say, what it would show `now`."""
    try:
        was = json.loads(request.form.get("was", ""))
    except (ValueError, RecursionError):
        return now
    return {str(name): str(text) for name, text in was.items()} if isinstance(was, dict) else now


def remembered(shown: Mapping[str, str]) -> str:
    """What the form's hidden field says: the fields that are not empty."""
    return json.dumps({name: text for name, text in shown.items() if text}, ensure_ascii=False)
