"""
Bytes of a table -> a tree of text, lists and groups of keys that knows its lines; or every problem.

Only a small, safe part of YAML is a table: no anchors, tags, merge keys, directives or second documents, and every
scalar stays the text that was written. The tree is built from the parser's events, one at a time, under limits, so a
hostile file costs no more than a large honest one.

The trees read last are kept by their bytes, so that whoever looks at a file twice, for its prices, a line or a form,
has it parsed once (without it a form of a price parses the same file 21 times). Code that changed a tree would break
that; none does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import yaml

from estimator.prices.problems import KeyPath, Problem
from estimator.prices.yaml_text import MOST_PROBLEMS, syntax_problem, text_of
from estimator.sentences import say

MOST_NODES = 6_000
DEEPEST = 24
LONGEST_VALUE = 5_000
TREES_KEPT = 32
"""The shipped tables are 13 files, whose trees take 2 MB."""


@dataclass(slots=True)
class Node:
    """
    One value of a table, and where it stands: line and column from 1.

    A scalar stands where its text begins, a list or group where its key does. `key_line` and `key_column` are
    those of its key; for a list's item and for the top, its own.

    In a text without problems ``text[start:end]`` is the value and ``text[key_start:key_end]`` its key. `style` is that
    of a scalar (``"``, ``'``, ``|``, ``>`` or nothing); `flow` says that a group or list stands between braces or
    brackets, or that the value stands inside one that does.
    """

    content: "str | list[Node] | dict[str, Node]"
    line: int
    column: int
    key_line: int
    key_column: int
    start: int
    end: int
    key_start: int
    key_end: int
    style: str
    flow: bool

    def plain(self) -> Any:
        """The same as text, lists and dicts, without positions."""
        if isinstance(self.content, dict):
            return {key: node.plain() for key, node in self.content.items()}
        if isinstance(self.content, list):
            return [node.plain() for node in self.content]
        return self.content

    def child(self, key: str | int) -> "Node | None":
        """The value of a key of a group, or the item of a list; None where there is none."""
        if isinstance(self.content, dict):
            return self.content.get(str(key))
        if isinstance(self.content, list) and isinstance(key, int) and 0 <= key < len(self.content):
            return self.content[key]
        return None

    def find(self, path: KeyPath) -> "Node | None":
        """The value at `path`, or None."""
        node, rest = self.nearest(path)
        return None if rest else node

    def said(self, path: KeyPath) -> Any:
        """What stands at `path`, without positions; None where nothing does."""
        node = self.find(path)
        return node.plain() if node is not None else None

    def nearest(self, path: KeyPath) -> "tuple[Node, KeyPath]":
        """The deepest value on the way to `path`, and the rest of the path that leads nowhere."""
        node = self
        for position, key in enumerate(path):
            child = node.child(key)
            if child is None:
                return node, path[position:]
            node = child
        return node, ()


def read_tree(data: bytes, file: str) -> tuple[Node | None, list[Problem]]:
    """
    The tree of a table's bytes, and the problems on the way.

    The tree is None where its rest could not be made out; after lesser problems it is there, so that
    what it says can be checked too.
    """
    root, problems = parsed(data)
    return root, [replace(problem, file=file) for problem in problems]


@lru_cache(maxsize=TREES_KEPT)
def parsed(data: bytes) -> tuple[Node | None, tuple[Problem, ...]]:
    """The same of a file without a name."""
    text, problems = text_of(data, "")
    if text is None or problems:
        return None, tuple(problems)
    reader = _TreeReader("", text)
    try:
        reader.read()
    except _Stop:
        return None, tuple(reader.problems[:MOST_PROBLEMS])
    except yaml.YAMLError as error:
        return None, (*reader.problems[:MOST_PROBLEMS], syntax_problem(error, text, ""))
    return reader.root, tuple(reader.problems[:MOST_PROBLEMS])


class _Stop(Exception):
    """The rest of the file is not worth reading; the reason is among the problems."""


@dataclass(slots=True)
class _Open:
    """A list or group whose end has not been seen, and the key that waits for its value, with its marks."""

    node: Node
    key: str | None = None
    mark: Any = None
    key_end: Any = None
    keys: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _TreeReader:
    file: str
    text: str
    root: Node | None = None
    problems: list[Problem] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    nodes: int = 0
    ignored: int = 0
    """How many lists and groups that stand in place of a key are open: they are read past."""

    def read(self) -> None:
        documents = 0
        for event in _events(self.text):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self.count(event)
                self.scalar(event.value, event)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self.end(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self.count(event)
                self.collection({} if kind is yaml.MappingStartEvent else [], event)
            elif kind is yaml.AliasEvent:
                self.count(event)
                self.scalar("", event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    fix = say("remove the line ---")
                    self.problem(event.start_mark, say("a second document begins here"), fix)
                    raise _Stop
        if self.root is None:
            self.problems.append(Problem(self.file, 0, 0, "", say("the file is empty")))

    def count(self, event: Any) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            says = say("the file holds more than %(most)s keys and values", most=f"{MOST_NODES:,}")
            self.problem(event.start_mark, says, say("split it"))
            raise _Stop
        if event.anchor is not None or getattr(event, "tag", None) is not None:
            self.refuse_what_is_no_table(event)

    def refuse_what_is_no_table(self, event: Any) -> None:
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            says = say("*%(name)s repeats another place", name=event.anchor)
            self.problem(mark, says, say("write the values here, or put the text in quotes"))
            return
        if event.anchor is not None:
            says = say("&%(name)s names a place; tables have no such names", name=event.anchor)
            self.problem(mark, says, say("remove it, or use quotes"))
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            says = say("%(tag)s is a YAML tag; tables have none", tag=tag)
            self.problem(mark, says, say("remove it, or put the text in quotes"))

    def scalar(self, value: str, event: Any) -> None:
        if len(value) > LONGEST_VALUE:
            says = say("a value or key is longer than %(most)s characters", most=f"{LONGEST_VALUE:,}")
            self.problem(event.start_mark, says, say("shorten it, or close the quotation mark"))
            raise _Stop
        if self.ignored:
            return
        if self.open and isinstance(self.open[-1].node.content, dict) and self.open[-1].mark is None:
            self.key(value, event)
        else:
            self.put(value, event)

    def key(self, key: str, event: Any) -> None:
        top, mark = self.open[-1], event.start_mark
        top.key, top.mark, top.key_end = key, mark, event.end_mark
        line = mark.line + 1
        if key == "<<":
            says = say("<< would merge another group of keys; tables cannot")
            self.problem(mark, says, say("write the keys here"))
            top.key = None
        elif key in top.keys:
            first = top.keys[key]
            says = say("the key %(key)s is written twice, on lines %(one)s and %(two)s", key=key, one=first, two=line)
            self.problem(mark, says, say("remove one of them"), key)
            top.key = None
        else:
            top.keys[key] = line

    def collection(self, content: Any, event: Any) -> None:
        if len(self.open) + self.ignored >= DEEPEST:
            says = say("keys are nested deeper than %(most)s levels", most=DEEPEST)
            self.problem(event.start_mark, says, say("remove the levels that tables do not have"))
            raise _Stop
        top = self.open[-1] if self.open else None
        if self.ignored:
            self.ignored += 1
        elif top is not None and isinstance(top.node.content, dict) and top.mark is None:
            says = say("a list or group stands where a key is expected")
            self.problem(event.start_mark, says, say("write a name and a colon"))
            self.ignored = 1
        else:
            self.open.append(_Open(self.put(content, event)))

    def put(self, content: Any, event: Any) -> Node:
        """A node for `content`, hung where the reader stands."""
        top = self.open[-1] if self.open else None
        node = self.node(content, event, top)
        self.reaches(node.end)
        if top is None:
            self.root = node
            if not isinstance(content, dict):
                says = say("a table begins with keys, like 'charges:'")
                self.problem(event.start_mark, says, say("put a key in front"))
                raise _Stop
        elif isinstance(top.node.content, list):
            top.node.content.append(node)
        elif isinstance(top.node.content, dict):
            if top.key is not None:
                top.node.content[top.key] = node
            top.key = top.mark = None
        return node

    def reaches(self, end: int) -> None:
        """The group or list that is open ends with its last value: its own mark stands where the next thing begins."""
        if self.open:
            self.open[-1].node.end = end

    def node(self, content: Any, event: Any, top: _Open | None) -> Node:
        mark, end = event.start_mark, event.end_mark.index
        key, key_end = (top.mark, top.key_end.index) if top is not None and top.mark is not None else (mark, mark.index)
        here = mark if isinstance(content, str) else key
        flow = bool(getattr(event, "flow_style", False)) or (top is not None and top.node.flow)
        style = getattr(event, "style", None) or ""
        if style in ("|", ">"):
            # The mark behind such a text stands after the line breaks that follow it.
            end = mark.index + len(self.text[mark.index : end].rstrip())
        return Node(
            content,
            line=here.line + 1,
            column=here.column + 1,
            key_line=key.line + 1,
            key_column=key.column + 1,
            start=mark.index,
            end=end,
            key_start=key.index,
            key_end=key_end,
            style=style,
            flow=flow,
        )

    def end(self, event: Any) -> None:
        if not self.ignored:
            closed = self.open.pop().node
            if closed.flow:
                closed.end = event.end_mark.index
            self.reaches(closed.end)
            return
        self.ignored -= 1
        if not self.ignored:
            # Its value comes next, and belongs to no key.
            top = self.open[-1]
            top.key, top.mark, top.key_end = None, _NOWHERE, _NOWHERE

    def problem(self, mark: Any, says: str, fix: str = "", key: str = "") -> None:
        path = [level.key for level in self.open if level.key is not None]
        if len(self.problems) < MOST_PROBLEMS:
            where = ".".join([*path, key] if key and (not path or path[-1] != key) else path)
            self.problems.append(Problem(self.file, mark.line + 1, mark.column + 1, where, says, fix))


_NOWHERE = yaml.Mark("", 0, 0, 0, "", 0)


def _events(text: str) -> Iterator[Any]:
    # Only events: the C loader's composer is recursive and crashes the process on deep nesting.
    return yaml.parse(text, Loader=yaml.CSafeLoader)
