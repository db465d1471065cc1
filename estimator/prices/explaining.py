"""What the schema found wrong with a tree -> problems in plain words, with the line and the nearest known key."""

import difflib
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from estimator.prices.nodes import Node
from estimator.prices.problems import KeyPath, Problem, dotted, shortened
from estimator.prices.schema.dated_prices import Price
from estimator.prices.schema.scalars import FIX, SAYS
from estimator.prices.yaml_text import MOST_PROBLEMS
from estimator.sentences import Sentence, say

_KEY = "[key]"
"""How pydantic marks an error about a mapping's key."""


def explained(error: ValidationError, root: Node, model: type[BaseModel], file: str) -> list[Problem]:
    """The problems behind one validation of `root` against `model`, in the order of the file."""
    found: dict[tuple[int, int, str], Problem] = {}
    for details in error.errors(include_url=False):
        problem = _problem(details, root, model, file)
        found.setdefault((problem.line, problem.column, problem.says), problem)
        if len(found) >= MOST_PROBLEMS:
            break
    return sorted(found.values(), key=lambda problem: (problem.line, problem.column))


def _problem(details: ErrorDetails, root: Node, model: type[BaseModel], file: str) -> Problem:
    path: KeyPath = details["loc"]
    about_key = path[-1:] == (_KEY,) or details["type"] == "extra_forbidden"
    path = path[:-1] if path[-1:] == (_KEY,) else path
    node, rest = root.nearest(path)
    if rest and rest[0] in ("low", "typical", "high") and (price := node.child("price")):
        node, path = price, (*path[: len(path) - len(rest)], "price")
    elif rest and details["type"] != "missing":
        path = path[: len(path) - len(rest)]
    says, fix = _words(details, node, path, model)
    line, column = (node.key_line, node.key_column) if about_key else (node.line, node.column)
    return Problem(file, line, column, dotted(path), says, fix)


def _words(details: ErrorDetails, node: Node, path: KeyPath, model: type[BaseModel]) -> tuple[str, str]:
    """The sentence and the fix."""
    kind, context = details["type"], details.get("ctx", {})
    if node.content == "" and kind not in ("missing", "extra_forbidden"):
        return say("this is empty"), say("write the value, or remove the key")
    match kind:
        case "table":
            return context[SAYS], context[FIX]
        case "extra_forbidden":
            says = say("%(key)s is no key that can stand here", key=shortened(str(path[-1]), 80))
            return says, _known_keys(path, model)
        case "missing":
            return say("%(key)s is missing", key=path[-1]), say("add %(key)s: …", key=path[-1])
        case "literal_error":
            choices = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            written = str(path[-1]) if isinstance(node.content, dict) else str(node.content)
            fix = _nearest(written, choices) or say("write one of %(names)s", names=", ".join(choices))
            return say("'%(text)s' is not known here", text=shortened(written, 80)), fix
        case "greater_than_equal":
            return say("'%(text)s' is too small; the least is %(least)s", text=node.content, least=context["ge"]), ""
        case "less_than_equal":
            return say("'%(text)s' is too large; the most is %(most)s", text=node.content, most=context["le"]), ""
        case "too_short":
            return say("at least one is needed here"), ""
        case "tuple_type":
            return say("expected a list here, not %(kind)s", kind=_kind(node)), _as_list(node)
        case "dict_type" | "mapping_type" | "model_type" | "model_attributes_type":
            return say("expected a group of keys here, not %(kind)s", kind=_kind(node)), _as_group(node, path, model)
    return say("this cannot be read (%(reason)s)", reason=details["msg"]), ""


def _kind(node: Node) -> Sentence:
    if isinstance(node.content, str):
        return say("one value")
    return say("a list") if isinstance(node.content, list) else say("a group of keys")


def _as_list(node: Node) -> Sentence:
    if not isinstance(node.content, str):
        return say("begin each item with -")
    return say("write [%(value)s]", value=shortened(node.content, 80))


def _as_group(node: Node, path: KeyPath, model: type[BaseModel]) -> str:
    wanted = _annotation_at(model, path)
    if typing.get_origin(wanted) is Mapping and stripped(typing.get_args(wanted)[0]) is date:
        return say("write the day the price begins in front of it, like 2026-01-01: 75")
    keys = _keys_of(wanted)
    return say("write its keys: %(keys)s", keys=", ".join(keys)) if keys else ""


def _known_keys(path: KeyPath, model: type[BaseModel]) -> str:
    keys = _keys_of(_annotation_at(model, path[:-1]))
    near = _nearest(str(path[-1]), keys)
    return near or (say("the keys here are %(keys)s", keys=", ".join(keys)) if keys else "")


def _keys_of(annotation: Any) -> list[str]:
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return []
    return [*annotation.model_fields, *(["price"] if annotation is Price else [])]


def _nearest(written: str, known: list[str]) -> str:
    """``did you mean …``, or nothing when no known word resembles the written one."""
    near = difflib.get_close_matches(written[:60], known, n=1)
    return say("did you mean %(name)s?", name=near[0]) if near else ""


def _annotation_at(model: type[BaseModel], path: KeyPath) -> Any:
    """The type the schema gives to the value at `path`; None where it gives none."""
    wanted: Any = model
    for key in path:
        if isinstance(wanted, type) and issubclass(wanted, BaseModel):
            field = wanted.model_fields.get(str(key))
            wanted = stripped(field.annotation) if field is not None else None
        elif typing.get_origin(wanted) is tuple:
            wanted = stripped(typing.get_args(wanted)[0])
        elif typing.get_origin(wanted) is Mapping:
            wanted = stripped(typing.get_args(wanted)[1])
        else:
            return None
    return wanted


def stripped(annotation: Any) -> Any:
    """`annotation` without ``Annotated`` and without ``| None``."""
    while True:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            annotation = typing.get_args(annotation)[0]
        elif origin in (typing.Union, types.UnionType):
            annotation = next(_real_members(annotation), None)
        else:
            return annotation


def _real_members(annotation: Any) -> Iterator[Any]:
    return (member for member in typing.get_args(annotation) if member is not type(None))
