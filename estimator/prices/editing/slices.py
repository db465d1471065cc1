"""
One value put at a path of a table's text, or taken away: what every form that changes a draft is made of.

The reader knows from which character to which a value stands. Only that slice is written anew, and of a group of keys
only the keys that should say something else; so comments, order, quotation marks, line ends and a byte order mark stay.
At the end the text is read again: it must say exactly what was asked for, and hold every comment that it held. Where it
does not, `CannotSplice` says that a person has to change the YAML.
"""

import hashlib
import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import Any, cast

from estimator.prices.editing.yaml_values import Tree, entry, inline, scalar
from estimator.prices.nodes import Node, read_tree
from estimator.prices.problems import KeyPath, dotted
from estimator.sentences import Sentence
from estimator.sentences import marked as _

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_COMMENT = re.compile(r"#[^\r\n]*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_ORDER = (
    *("clinic", "defaults", "sources", "treatments", "charges", "adds", "discounts", "reference_patients"),
    *("name", "fictional", "logo", "colours", "city", "state", "time_zone", "offers", "contact", "good_faith_estimate"),
    *("label", "per", "codes", "benefit", "pharmacy_benefit"),
    *("self_pay", "insured_patient", "commercial", "medicare", "medicaid", "military"),
    *("moves_with", "same_as", "included_in", "credited_toward", "never_with"),
    *("packages", "introductory", "subscription", "coverage"),
    *("price_question", "free_question", "coverage_question"),
    *("price", "low", "typical", "high", "free", "by_area", "source", "checked", "confidence", "note"),
    *("en", "es"),
)
"""Where a new key goes: behind those that stand before it here. Days go by date, all others to the end."""


class CannotSplice(Exception):
    """
    The change cannot be made in the text without touching more than it should; a person can make it in the YAML.

    The `sentence` knows its template and values (``%(name)s``), so that it can be translated.
    """

    def __init__(self, template: str, **values: object) -> None:
        self.sentence = Sentence(template, values)
        super().__init__(self.sentence)


def read(data: bytes) -> Node:
    """The tree of a table's bytes; raises CannotSplice where it cannot be made out."""
    root, problems = read_tree(data, "")
    if root is None or problems:
        raise CannotSplice(
            _("The file has a mistake on line %(line)s: %(problem)s. Put it right in the YAML first."),
            line=str(problems[0].line),
            problem=problems[0].says,
        )
    return root


def needed(root: Node, path: KeyPath) -> Tree:
    """The value at `path`; raises CannotSplice where the file says none."""
    said: Tree | None = root.said(path)
    if said is None:
        says = _("The file itself does not say this, so it cannot be changed here: %(where)s")
        raise CannotSplice(says, where=dotted(path))
    return said


def hash_at(root: Node, path: KeyPath) -> str:
    """What a file says at `path`, in short: whoever saw it there can tell whether somebody has changed it since."""
    said = json.dumps(root.said(path), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def put(data: bytes, path: KeyPath, value: Tree) -> bytes:
    """
    `data` with `value` at `path`; groups that are missing on the way are added, and so is a list's next item.

    In place of a group or list only what differs is changed.
    """
    root = read(data)
    return _changed(data, root, _with(root.plain(), path, value))


def become(data: bytes, wanted: Tree) -> bytes:
    """`data` made to say `wanted`; only what differs is changed."""
    return _changed(data, read(data), wanted)


def remove(data: bytes, path: KeyPath) -> bytes:
    """`data` without the value at `path`, and without groups that would hold nothing any more."""
    root = read(data)
    needed(root, path)
    return _changed(data, root, _without(root.plain(), path))


def _changed(data: bytes, root: Node, wanted: Tree) -> bytes:
    """`data` made to say `wanted`, slice by slice."""
    mark = _BYTE_ORDER_MARK if data.startswith(_BYTE_ORDER_MARK) else b""
    text = data.decode("utf-8-sig")
    comments = Counter(_comments(text, root))
    for path, value in _steps(root.plain(), wanted):
        cut = _Text(text, root).cut(path, value)
        comments.subtract(_comments(cut.dropped))
        text = text[: cut.start] + cut.text + text[cut.end :]
        data = mark + text.encode(errors="surrogatepass")
        found, problems = read_tree(data, "")
        if found is None or problems:
            raise _touches_more()
        root = found
    if root.plain() != wanted:
        raise _touches_more()
    if +comments != Counter(_comments(text, root)):
        raise CannotSplice(_("A comment stands where the change would be. Change it in the YAML."))
    return data


def _touches_more() -> CannotSplice:
    return CannotSplice(_("This cannot be changed here without touching other lines. Change it in the YAML."))


# What should be said


def _with(tree: Tree, path: KeyPath, value: Tree) -> Tree:
    """`tree` with `value` at `path`; groups on the way there are added."""
    if not path:
        return value
    key, *rest = path
    if isinstance(key, int):
        if not isinstance(tree, list) or key >= len(tree) + (not rest):
            raise CannotSplice(_("There is no item %(number)s in this list."), number=str(key + 1))
        inner = tree[key] if key < len(tree) else ""
        return [*tree[:key], _with(inner, tuple(rest), value), *tree[key + 1 :]]
    if tree and not isinstance(tree, dict):
        raise _touches_more()
    group = tree if isinstance(tree, dict) else {}
    return group | {key: _with(group.get(key, {}), tuple(rest), value)}


def _without(tree: Any, path: KeyPath) -> Any:
    """`tree` without what is at `path`, and without what that leaves empty."""
    key, *rest = path
    inner = _without(tree[key], tuple(rest)) if rest else None
    if isinstance(key, int):
        return [*tree[:key], *([inner] if inner else []), *tree[key + 1 :]]
    return {name: inner if name == key else one for name, one in tree.items() if name != key or inner}


def _steps(old: Tree, new: Tree, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Tree | None]]:
    """The values to put, each with its path, that make `old` say `new`; None where one is to be taken away."""
    if old == new:
        return
    if old and new and isinstance(old, dict) and isinstance(new, dict):
        for key, value in new.items():
            yield from _steps(old[key], value, (*path, key)) if key in old else [((*path, key), value)]
        yield from (((*path, key), None) for key in old if key not in new)
    elif old and new and isinstance(old, list) and isinstance(new, list):
        yield from _steps_in_list(old, new, path)
    else:
        yield path, new


def _steps_in_list(old: list[Tree], new: list[Tree], path: KeyPath) -> Iterator[tuple[KeyPath, Tree | None]]:
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False))))
    gone = len(old) - len(new)
    if gone == 0:
        for place, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _steps(one, other, (*path, place))
    elif same == len(old):
        yield from (((*path, place), new[place]) for place in range(same, len(new)))
    elif gone > 0 and old[same + gone :] == new[same:]:
        yield from (((*path, place), None) for place in reversed(range(same, same + gone)))
    else:
        yield path, new


# Slices


@dataclass(frozen=True, slots=True)
class _Cut:
    """`text` in place of the characters from `start` to `end`; `dropped` is a comment that may go with them."""

    start: int
    end: int
    text: str
    dropped: str = ""


class _Text:
    """A table's text, its tree and its lines, which count from 0."""

    def __init__(self, text: str, root: Node) -> None:
        self.text, self.root = text, root
        self.lines = text.splitlines(keepends=True)
        self.starts = list(accumulate(map(len, self.lines), initial=0))
        self.line_break = self.lines[0].removeprefix(self.lines[0].rstrip("\r\n")) or "\n"

    def cut(self, path: KeyPath, value: Tree | None) -> _Cut:
        """What has to be written so that `value` stands at `path`; None takes away what stands there."""
        if not path:
            return _Cut(self.root.start, self.root.end, inline(value or {}))
        parent = cast(Node, self.root.find(path[:-1]))
        node = parent.child(path[-1])
        if value is None:
            return self.removed(parent, cast(Node, node))
        return self.added(parent, path[-1], value) if node is None else self.replaced(parent, node, value)

    def replaced(self, parent: Node, node: Node, value: Tree) -> _Cut:
        if isinstance(value, str) and node.style in ("'", '"'):
            return _Cut(node.start, node.end, scalar(value, parent.flow, node.style))
        if parent.flow:
            return _Cut(node.start, node.end, inline(value) if node.end > node.start else f" {inline(value)}")
        start, behind = self.begin(parent, node), self.behind(node)
        key = "-" if isinstance(parent.content, list) else self.text[start : self.text.find(":", node.key_end) + 1]
        first, *more = entry(key, value, self.column(start))
        lines = [first.lstrip() + behind.rstrip(), *more]
        return _Cut(start, node.end + len(behind), self.line_break.join(lines))

    def added(self, parent: Node, key: str | int, value: Tree) -> _Cut:
        """A new key at its place among the others, or an item at the end."""
        siblings = _inside(parent)
        place = _place(key, [*cast(dict[str, Node], parent.content)]) if isinstance(key, str) else len(siblings)
        before, after = siblings[max(place, 1) - 1], siblings[0]
        if parent.flow:
            written = f"{scalar(key, True)}: {inline(value)}" if isinstance(key, str) else inline(value)
            at, words = (before.end, f", {written}") if place else (after.key_start, f"{written}, ")
            return _Cut(at, at, words)
        indent = self.column(self.begin(parent, after))
        lines = entry(f"{scalar(key)}:" if isinstance(key, str) else "-", value, indent)
        if place == 0 and self.begins_line(after.key_start):
            at = self.starts[self.above_remarks(self.line(after.key_start), indent)]
            return _Cut(at, at, "".join(line + self.line_break for line in lines))
        if len(siblings) > 1 and self.are_apart(*siblings[-2:]):
            lines = ["", *lines]
        at = self.line_end(self.below_remarks(self.line(before.end), indent))
        return _Cut(at, at, "".join(self.line_break + line for line in lines))

    def removed(self, parent: Node, node: Node) -> _Cut:
        """Without a key or an item, and without a comment behind it in its last line."""
        siblings = _inside(parent)
        place = next(place for place, one in enumerate(siblings) if one is node)
        if parent.flow and place:
            return _Cut(siblings[place - 1].end, node.end, "")
        start, dropped = self.begin(parent, node), "" if parent.flow else self.behind(node)
        if parent.flow or (not self.begins_line(start) and place + 1 < len(siblings)):
            # It begins behind something else, such as a brace or the dash of an item: the next one moves up.
            return _Cut(start, self.begin(parent, siblings[place + 1]), "", dropped)
        first, last = self.line(start), self.line(node.end) + 1
        if first and self.is_empty(first - 1) and (last == len(self.lines) or self.is_empty(last)):
            first -= 1
        if first and self.starts[last] == self.line_end(last - 1):
            # The file ends without a line break, and goes on doing so.
            return _Cut(self.line_end(first - 1), self.starts[last], "", dropped)
        return _Cut(self.starts[first], self.starts[last], "", dropped)

    def begin(self, parent: Node, node: Node) -> int:
        """Where an entry begins: with its key, or with the dash of an item."""
        in_lines = isinstance(parent.content, list) and not parent.flow
        return self.text.rfind("-", 0, node.start) if in_lines else node.key_start

    def behind(self, node: Node) -> str:
        """What stands behind a value in its last line: nothing, or a comment."""
        return self.text[node.end : self.line_end(self.line(node.end))]

    def line(self, index: int) -> int:
        return min(bisect_right(self.starts, index), len(self.lines)) - 1

    def line_end(self, line: int) -> int:
        """Where a line ends, in front of its line break."""
        return self.starts[line] + len(self.lines[line].rstrip("\r\n"))

    def column(self, index: int) -> int:
        return index - self.starts[self.line(index)]

    def begins_line(self, index: int) -> bool:
        return not self.text[self.starts[self.line(index)] : index].strip()

    def is_empty(self, line: int) -> bool:
        return not self.lines[line].strip()

    def are_apart(self, one: Node, other: Node) -> bool:
        """Whether an empty line stands between two entries."""
        return any(self.is_empty(line) for line in range(self.line(one.end) + 1, self.line(other.key_start)))

    def above_remarks(self, line: int, indent: int) -> int:
        """The first of the remarks right above `line` at the same indent; `line` where they begin the file."""
        first = line
        while first and self.lines[first - 1].startswith(" " * indent + "#"):
            first -= 1
        return first or line

    def below_remarks(self, line: int, indent: int) -> int:
        """The last of the remarks right below `line` that are indented deeper than `indent`."""
        while line + 1 < len(self.lines) and re.match(rf" {{{indent + 1},}}#", self.lines[line + 1]):
            line += 1
        return line


def _inside(parent: Node) -> list[Node]:
    return [*parent.content.values()] if isinstance(parent.content, dict) else cast(list[Node], parent.content)


def _place(name: str, keys: list[str]) -> int:
    """At which position the new key `name` goes among `keys`."""
    if _DAY.fullmatch(name):
        return sum(key < name for key in keys)
    if name not in _ORDER:
        return len(keys)
    before = [place for place, key in enumerate(keys) if key in _ORDER and _ORDER.index(key) < _ORDER.index(name)]
    if before:
        return before[-1] + 1
    return 0 if all(key in _ORDER for key in keys) else len(keys)


def _comments(text: str, root: Node | None = None) -> list[str]:
    """The comments of a text; with its tree only those that stand between keys and values."""
    between, end = [], 0
    for start, following in _words(root, text) if root else ():
        between.append(text[end:start])
        end = following
    return [one.strip() for one in _COMMENT.findall("\n".join([*between, text[end:]]))]


def _words(node: Node, text: str) -> Iterator[tuple[int, int]]:
    """From where to where each key and each single value stands, in their order."""
    if isinstance(node.content, str):
        # The line that begins with | or > may end in a comment.
        head = re.compile(r"[^\r\n]*").match(text, node.start) if node.style in ("|", ">") else None
        yield min(head.end(), node.end) if head else node.start, node.end
    elif isinstance(node.content, list):
        for item in node.content:
            yield from _words(item, text)
    else:
        for value in node.content.values():
            yield value.key_start, value.key_end
            yield from _words(value, text)
