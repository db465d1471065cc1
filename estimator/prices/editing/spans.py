"""
Where each key and value of a table stands in its text: from which character to which.

Only for text that `estimator.prices.nodes.read_tree` could read without a problem.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a group: where it begins, where it ends, and its value."""

    start: int
    end: int
    value: "Span"


@dataclass(frozen=True, slots=True)
class Span:
    """
    One value and its place: ``text[start:end]``, without what stands behind it in its last line.

    `style` is that of a scalar (``"``, ``'``, ``|``, ``>`` or nothing); `flow` says that a group or list stands
    between braces or brackets, or inside another that does.
    """

    content: "str | list[Span] | dict[str, Key]"
    start: int
    end: int
    style: str = ""
    flow: bool = False

    def plain(self) -> Any:
        """The same as text, lists and dicts, without positions."""
        if isinstance(self.content, dict):
            return {key: one.value.plain() for key, one in self.content.items()}
        if isinstance(self.content, list):
            return [one.plain() for one in self.content]
        return self.content


def read_spans(text: str) -> Span:
    """The spans of a table's text; raises yaml.YAMLError where it is no YAML."""
    # Only events: the C loader's composer is recursive and crashes the process on deep nesting.
    events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            break
    return _value(next(events), events, text)


def _value(event: Any, events: Iterator[Any], text: str, inside_flow: bool = False) -> Span:
    start = event.start_mark.index
    if isinstance(event, yaml.MappingStartEvent):
        flow = bool(event.flow_style) or inside_flow
        return _group(start, flow, events, text)
    if isinstance(event, yaml.SequenceStartEvent):
        flow = bool(event.flow_style) or inside_flow
        return _list(start, flow, events, text)
    # The mark behind a | or > text stands after the line breaks that follow it.
    end = start + len(text[start : event.end_mark.index].rstrip())
    return Span(event.value, start, end, event.style or "", inside_flow)


def _group(start: int, flow: bool, events: Iterator[Any], text: str) -> Span:
    keys: dict[str, Key] = {}
    end = start
    for event in events:
        if type(event) is yaml.MappingEndEvent:
            return Span(keys, start, _end(event) if flow else end, flow=flow)
        value = _value(next(events), events, text, flow)
        keys[event.value] = Key(event.start_mark.index, event.end_mark.index, value)
        end = value.end
    raise AssertionError("a group of keys without an end")


def _list(start: int, flow: bool, events: Iterator[Any], text: str) -> Span:
    items: list[Span] = []
    end = start
    for event in events:
        if type(event) is yaml.SequenceEndEvent:
            return Span(items, start, _end(event) if flow else end, flow=flow)
        items.append(_value(event, events, text, flow))
        end = items[-1].end
    raise AssertionError("a list without an end")


def _end(event: Any) -> int:
    return int(event.end_mark.index)
