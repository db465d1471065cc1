"""
Bytes of a table -> a tree of text, lists and groups of keys that knows its lines; or every problem.

Only a small, safe part of YAML is a table: no anchors, tags, merge keys, directives or second documents, and every
scalar stays the text that was written. The tree is built from the parser's events, one at a time, under limits, so a
hostile file costs no more than a large honest one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import yaml

from estimator.prices.problems import Path, Problem, shortened

MOST_BYTES = 1_000_000
MOST_NODES = 10_000
DEEPEST = 24
MOST_PROBLEMS = 50
"""No more problems than these are told about one file; nobody reads further."""

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_REFUSED = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]"
)
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)


@dataclass(slots=True)
class Node:
    """
    One value of a table, and where it stands: line and column from 1.

    A scalar stands where its text begins, a list or group where its key does. `key_line` and `key_column` are
    those of its key; for a list's item and for the top, its own.
    """

    content: "str | list[Node] | dict[str, Node]"
    line: int
    column: int
    key_line: int
    key_column: int

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

    def find(self, path: Path) -> "Node | None":
        """The value at `path`, or None."""
        node, rest = self.nearest(path)
        return None if rest else node

    def nearest(self, path: Path) -> "tuple[Node, Path]":
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
    text, problems = _text_of(data, file)
    if text is None or problems:
        return None, problems
    reader = _TreeReader(file)
    try:
        reader.read(text)
    except _Stop:
        return None, reader.problems[:MOST_PROBLEMS]
    except yaml.YAMLError as error:
        return None, [*reader.problems[:MOST_PROBLEMS], _syntax_problem(error, text, file)]
    return reader.root, reader.problems[:MOST_PROBLEMS]


def _text_of(data: bytes, file: str) -> tuple[str | None, list[Problem]]:
    if len(data) > MOST_BYTES:
        says = f"the file is larger than {MOST_BYTES:,} bytes"
        return None, [Problem(file, 0, 0, "", says, "split it into several files, or remove what is no price table")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        line, column = _position(before, len(before))
        return None, [Problem(file, line, column, "", "the text is not UTF-8", "save the file as UTF-8")]
    return text, list(islice(_refused_text(text, file), MOST_PROBLEMS))


def _refused_text(text: str, file: str) -> Iterator[Problem]:
    """The first refused character of every line, and the first directive."""
    line, start = 1, 0
    while match := _REFUSED.search(text, start):
        line, column = _position(text, match.start(), line, start)
        says = f"an invisible character (U+{ord(match[0]):04X}) stands here"
        yield Problem(file, line, column, "", says, "remove it")
        line_break = _LINE_BREAK.search(text, match.end())
        if line_break is None:
            break
        line, start = line + 1, line_break.end()
    directive = _DIRECTIVE.search(text)
    if directive:
        line, column = _position(text, directive.start())
        yield Problem(file, line, column, "", "a line of a table cannot begin with %", "remove it, or indent it")


def _position(text: str, index: int, line: int = 1, start: int = 0) -> tuple[int, int]:
    """Line and column, from 1, of the character at `index`, counted on from the `line` that begins at `start`."""
    for match in _LINE_BREAK.finditer(text, start, index):
        line, start = line + 1, match.end()
    return line, index - start + 1


class _Stop(Exception):
    """The rest of the file is not worth reading; the reason is among the problems."""


@dataclass(slots=True)
class _Open:
    """A list or group whose end has not been seen, and the key that waits for its value."""

    node: Node
    key: str | None = None
    mark: Any = None
    keys: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _TreeReader:
    file: str
    root: Node | None = None
    problems: list[Problem] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    nodes: int = 0
    ignored: int = 0
    """How many lists and groups that stand in place of a key are open: they are read past."""

    def read(self, text: str) -> None:
        documents = 0
        for event in _events(text):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.problem(event.start_mark, "a second document begins here", "remove the line ---")
                    raise _Stop
            elif isinstance(event, yaml.NodeEvent):
                self.begin(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.end()
        if self.root is None:
            self.problems.append(Problem(self.file, 0, 0, "", "the file is empty"))

    def begin(self, event: yaml.NodeEvent) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self.problem(event.start_mark, f"the file holds more than {MOST_NODES:,} keys and values", "split it")
            raise _Stop
        self.refuse_what_is_no_table(event)
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event.value, event.start_mark)
        elif isinstance(event, yaml.AliasEvent):
            self.scalar("", event.start_mark)
        else:
            self.collection([] if isinstance(event, yaml.SequenceStartEvent) else {}, event.start_mark)

    def refuse_what_is_no_table(self, event: Any) -> None:
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            self.problem(
                mark, f"*{event.anchor} repeats another place", "write the values here, or put the text in quotes"
            )
            return
        if event.anchor is not None:
            self.problem(mark, f"&{event.anchor} names a place; tables have no such names", "remove it, or use quotes")
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.problem(mark, f"{tag} is a YAML tag; tables have none", "remove it, or put the text in quotes")

    def scalar(self, value: str, mark: Any) -> None:
        if self.ignored:
            return
        if self.open and isinstance(self.open[-1].node.content, dict) and self.open[-1].mark is None:
            self.key(value, mark)
        else:
            self.put(value, mark)

    def key(self, key: str, mark: Any) -> None:
        top = self.open[-1]
        top.key, top.mark = key, mark
        line = mark.line + 1
        if key == "<<":
            self.problem(mark, "<< would merge another group of keys; tables cannot", "write the keys here")
            top.key = None
        elif key in top.keys:
            says = f"the key {key} is written twice, on lines {top.keys[key]} and {line}"
            self.problem(mark, says, "remove one of them", key)
            top.key = None
        else:
            top.keys[key] = line

    def collection(self, content: Any, mark: Any) -> None:
        if len(self.open) + self.ignored >= DEEPEST:
            self.problem(
                mark, f"keys are nested deeper than {DEEPEST} levels", "remove the levels that tables do not have"
            )
            raise _Stop
        top = self.open[-1] if self.open else None
        if self.ignored:
            self.ignored += 1
        elif top is not None and isinstance(top.node.content, dict) and top.mark is None:
            self.problem(mark, "a list or group stands where a key is expected", "write a name and a colon")
            self.ignored = 1
        else:
            self.open.append(_Open(self.put(content, mark)))

    def put(self, content: Any, mark: Any) -> Node:
        """A node for `content`, hung where the reader stands."""
        here = (mark.line + 1, mark.column + 1)
        top = self.open[-1] if self.open else None
        key_mark = top.mark if top is not None else None
        key = here if key_mark is None else (key_mark.line + 1, key_mark.column + 1)
        node = Node(content, *(here if isinstance(content, str) else key), *key)
        if top is None:
            self.root = node
            if not isinstance(content, dict):
                self.problem(mark, "a table begins with keys, like 'charges:'", "put a key in front")
                raise _Stop
        elif isinstance(top.node.content, list):
            top.node.content.append(node)
        elif isinstance(top.node.content, dict):
            if top.key is not None:
                top.node.content[top.key] = node
            top.key = top.mark = None
        return node

    def end(self) -> None:
        if not self.ignored:
            self.open.pop()
            return
        self.ignored -= 1
        if not self.ignored:
            # Its value comes next, and belongs to no key.
            self.open[-1].key, self.open[-1].mark = None, _NOWHERE

    def problem(self, mark: Any, says: str, fix: str = "", key: str = "") -> None:
        path = [level.key for level in self.open if level.key is not None]
        if len(self.problems) < MOST_PROBLEMS:
            where = ".".join([*path, key] if key and (not path or path[-1] != key) else path)
            self.problems.append(Problem(self.file, mark.line + 1, mark.column + 1, where, says, fix))


_NOWHERE = yaml.Mark("", 0, 0, 0, "", 0)


def _events(text: str) -> Iterator[Any]:
    # Only events: the C loader's composer is recursive and crashes the process on deep nesting.
    return yaml.parse(text, Loader=yaml.CSafeLoader)


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """What the parser could not read, in plain words."""
    says = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None)
    if mark is None or "unexpected" in says:
        mark = getattr(error, "context_mark", None) or mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    written = _LINE_BREAK.split(text)[:line]
    while len(written) > 1 and not written[-1].strip():
        written.pop()
    if len(written) < line:
        line, column = len(written), len(written[-1]) + 1
    if "\t" in written[-1][: len(written[-1]) - len(written[-1].lstrip())]:
        return Problem(file, line, 1, "", "a tab stands where spaces are expected", "indent with spaces only")
    for known, plain, fix in _PLAIN_WORDS:
        if known in says:
            return Problem(file, line, column, "", plain, fix)
    return Problem(file, line, column, "", f"this cannot be read ({shortened(says, 150)})", "put the text in quotes")


_PLAIN_WORDS = (
    (
        "mapping values are not allowed",
        "a colon stands where none is expected",
        "put the text in quotes, or add the colon that the line before lacks",
    ),
    ("could not find expected ':'", "a key has no colon after it, here or in the line before", "write key: value"),
    (
        "did not find expected key",
        "the indentation does not fit the lines before",
        "align it with the keys of its group",
    ),
    ("did not find expected '-' indicator", "a list is not aligned, or a - is missing", "align the items of the list"),
    ("did not find expected ',' or '}'", "a comma or } is missing", "close the group that begins with {"),
    ("did not find expected ',' or ']'", "a comma or ] is missing", "close the list that begins with ["),
    ("found unexpected end of stream", "a quotation mark is not closed", "close it"),
    ("found unexpected document indicator", "a quotation mark is not closed", "close it"),
    ("cannot start any token", "this character cannot begin a value", "put the text in quotes"),
    ("found unknown escape character", "\\ has a meaning between double quotes", "use single quotes"),
    ("block sequence entries are not allowed", "a list cannot begin here", "put it on its own line, or in quotes"),
    ("did not find expected node content", "a value is missing here", "write it, or remove the comma"),
    ("comment or line break", "| and > stand alone at the end of a line", "put the text in quotes"),
    ("alphabetic or numeric character", "& and * have a meaning of their own in front", "put the text in quotes"),
    ("found unexpected ':'", "a colon stands where none is expected", "put the text in quotes"),
    ("mapping keys are not allowed", "a ? has a meaning of its own in front", "put the text in quotes"),
    ("URI", "an ! has a meaning of its own in front", "put the text in quotes"),
    ("the expected '>'", "an ! has a meaning of its own in front", "put the text in quotes"),
    ("expected <document start>", "the indentation does not fit the lines before", "begin the line at the left edge"),
)
