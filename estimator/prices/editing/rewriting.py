"""
A table's text and what it should say -> the text with only those lines changed that must be.

Comments, order, quotation marks, line ends and a byte order mark stay. The edits are made one after the other at the
places where keys and values stand; at the end the text is read again, and it must say exactly what was asked for.
"""

import re
from dataclasses import dataclass

import yaml

from estimator.prices.editing.spans import Key, Span, read_spans
from estimator.prices.editing.written import Tree, after_colon, folded, inline, item_lines, key_lines, scalar
from estimator.prices.nodes import read_tree
from estimator.prices.problems import Problem
from estimator.sentences import Sentence
from estimator.sentences import marked as _

MOST_EDITS = 500
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_ORDER = (
    *("clinic", "defaults", "sources", "treatments", "charges", "adds", "reference_patients"),
    *("label", "per", "codes", "benefit", "pharmacy_benefit"),
    *("self_pay", "insured_patient", "commercial", "medicare", "medicaid", "military"),
    *("moves_with", "same_as", "included_in", "never_with", "packages", "coverage"),
    *("price_question", "coverage_question"),
    *("price", "low", "typical", "high", "source", "checked", "confidence", "note"),
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


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str


def tree_of(data: bytes) -> dict[str, Tree]:
    """What a table's bytes say, as text, lists and groups; raises CannotSplice where they cannot be read."""
    root, problems = read_tree(data, "")
    if root is None or problems:
        raise _unreadable(problems)
    tree: dict[str, Tree] = root.plain()
    return tree


def rewrite(data: bytes, wanted: dict[str, Tree]) -> bytes:
    """
    `data` changed to say `wanted`, line by line as it was wherever that says the same already.

    Raises CannotSplice where the text cannot be read, or where the change would touch more than was asked for.
    """
    if tree_of(data) == wanted:
        return data
    text = data.decode("utf-8-sig")
    for _edit in range(MOST_EDITS):
        try:
            root = read_spans(text)
            edit = _Editor(text, _step(root, text)).next_edit(root, wanted, None)
        except (yaml.YAMLError, UnicodeError):
            break
        if edit is None:
            break
        text = text[: edit.start] + edit.text + text[edit.end :]
    changed = (_BYTE_ORDER_MARK if data.startswith(_BYTE_ORDER_MARK) else b"") + text.encode(errors="surrogatepass")
    said, problems = read_tree(changed, "")
    if said is None or problems or said.plain() != wanted:
        raise CannotSplice(_("This cannot be changed here without touching other lines. Change it in the YAML."))
    return changed


def _unreadable(problems: list[Problem]) -> CannotSplice:
    first = problems[0]
    return CannotSplice(
        _("The file has a mistake on line %(line)s: %(problem)s. Put it right in the YAML first."),
        line=str(first.line),
        problem=first.says,
    )


def _step(root: Span, text: str) -> int:
    """How many spaces deeper the first nested group stands; 2 where there is none."""
    for key in root.content.values() if isinstance(root.content, dict) else ():
        if isinstance(key.value.content, dict) and not key.value.flow:
            inner = next(iter(key.value.content.values()))
            return max(_column(text, inner.start) - _column(text, key.start), 1)
    return 2


def _column(text: str, index: int) -> int:
    return index - _line_start(text, index)


def _line_start(text: str, index: int) -> int:
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


@dataclass(frozen=True, slots=True)
class _Editor:
    """Finds the next place where a text says something else than it should, and what to write there."""

    text: str
    step: int

    @property
    def line_break(self) -> str:
        found = _LINE_BREAK.search(self.text)
        return found[0] if found else "\n"

    def next_edit(self, span: Span, wanted: Tree, key: Key | None) -> _Edit | None:
        """The first edit below `span`, which is the value of `key` unless it is a list's item or the whole."""
        if span.plain() == wanted:
            return None
        if isinstance(wanted, dict) and isinstance(span.content, dict) and wanted and span.content:
            return self.in_group(span, span.content, wanted)
        if isinstance(wanted, list) and isinstance(span.content, list) and wanted and span.content:
            return self.in_list(span, span.content, wanted)
        if isinstance(wanted, str) and isinstance(span.content, str):
            return self.other_text(span, wanted, key)
        return self.other_value(span, wanted, key)

    # Groups of keys

    def in_group(self, span: Span, keys: dict[str, Key], wanted: dict[str, Tree]) -> _Edit | None:
        for name, value in wanted.items():
            if name in keys and (edit := self.next_edit(keys[name].value, value, keys[name])):
                return edit
        for name, value in wanted.items():
            if name not in keys:
                return self.new_key(span, keys, name, value)
        gone = next(name for name in keys if name not in wanted)
        return self.without_key(span, list(keys.values()), list(keys).index(gone))

    def new_key(self, span: Span, keys: dict[str, Key], name: str, value: Tree) -> _Edit:
        neighbours = list(keys.values())
        place = _place(name, list(keys))
        if span.flow:
            written = f"{scalar(name, True)}: {inline(value)}"
            if place:
                return self.put(neighbours[place - 1].value.end, f", {written}")
            return self.put(neighbours[0].start, f"{written}, ")
        indent = _column(self.text, neighbours[0].start)
        lines = key_lines(name, value, indent, self.step)
        if place == 0 and not self.text[_line_start(self.text, neighbours[0].start) : neighbours[0].start].strip():
            return self.put(self.above_comments(neighbours[0].start, indent), self.as_lines(lines) + self.line_break)
        before = neighbours[max(place, 1) - 1]
        if len(keys) > 1 and self.apart(neighbours):
            lines = ["", *lines]
        return self.put(self.below_comments(before.value.end, indent), self.line_break + self.as_lines(lines))

    def without_key(self, span: Span, keys: list[Key], place: int) -> _Edit:
        key = keys[place]
        if span.flow:
            return self.without_item([(one.start, one.value.end) for one in keys], place)
        if self.text[_line_start(self.text, key.start) : key.start].strip():
            # It begins behind something else, such as the dash of an item: the next key moves up.
            return _Edit(key.start, keys[place + 1].start, "") if place + 1 < len(keys) else self.without_lines(key)
        return self.without_lines(key)

    def without_lines(self, key: Key) -> _Edit:
        return self.lines_from_to(key.start, key.value.end)

    def apart(self, keys: list[Key]) -> bool:
        """Whether an empty line stands between the last two keys."""
        between = self.text[keys[-2].value.end : keys[-1].start]
        return any(not line.strip() for line in _LINE_BREAK.split(between)[1:-1])

    # Lists

    def in_list(self, span: Span, items: list[Span], wanted: list[Tree]) -> _Edit | None:
        same = 0
        while same < min(len(items), len(wanted)) and items[same].plain() == wanted[same]:
            same += 1
        tail = 0
        while tail < min(len(items), len(wanted)) - same and items[-1 - tail].plain() == wanted[-1 - tail]:
            tail += 1
        if same < len(items) - tail and same < len(wanted) - tail:
            return self.next_edit(items[same], wanted[same], None)
        if same < len(wanted) - tail:
            return self.new_item(span, items, same, wanted[same])
        if span.flow:
            return self.without_item([(one.start, one.end) for one in items], same)
        return self.lines_from_to(self.dash(items[same]), items[same].end)

    def new_item(self, span: Span, items: list[Span], place: int, value: Tree) -> _Edit:
        if span.flow:
            if place:
                return self.put(items[place - 1].end, f", {inline(value)}")
            return self.put(items[0].start, f"{inline(value)}, ")
        indent = _column(self.text, self.dash(items[0]))
        lines = self.as_lines(item_lines(value, indent, self.step))
        if place:
            return self.put(self.line_end(items[place - 1].end), self.line_break + lines)
        return self.put(_line_start(self.text, self.dash(items[0])), lines + self.line_break)

    def dash(self, item: Span) -> int:
        """Where the dash of an item of a list stands."""
        return self.text.rfind("-", 0, item.start)

    def without_item(self, places: list[tuple[int, int]], place: int) -> _Edit:
        """Without one part between braces or brackets, and without the comma beside it."""
        if place:
            return _Edit(places[place - 1][1], places[place][1], "")
        return _Edit(places[0][0], places[1][0], "")

    # Values

    def other_text(self, span: Span, wanted: str, key: Key | None) -> _Edit:
        if span.style in ("|", ">"):
            head, *lines = _LINE_BREAK.split(self.text[span.start : span.end])
            indent = next((len(line) - len(line.lstrip()) for line in lines if line.strip()), 0)
            if span.style == ">" and head.strip() == ">-" and indent and (new := folded(wanted, indent)):
                return _Edit(span.start, span.end, self.as_lines([head, *new]))
        elif span.content == "" and not span.style:
            return self.put(span.start, " " + scalar(wanted, span.flow))
        elif not span.flow and key is not None and not span.style:
            line = _column(self.text, span.start)
            indent = _column(self.text, key.start)
            rest, *more = after_colon(wanted, indent, self.step, line - 1)
            return _Edit(span.start, span.end, self.as_lines([rest[1:], *more]))
        return _Edit(span.start, span.end, scalar(wanted, span.flow, span.style))

    def other_value(self, span: Span, wanted: Tree, key: Key | None) -> _Edit:
        """A value of another kind: a group in place of a number, a list in place of a name."""
        if self.has_comment(span):
            raise CannotSplice(_("A comment stands where the change would be. Change it in the YAML."))
        if span.flow or key is None:
            return _Edit(span.start, span.end, self.kept(span, inline(wanted), wanted))
        colon = self.text.index(":", key.end) + 1
        indent = _column(self.text, key.start)
        used = colon - _line_start(self.text, key.start)
        rest, *more = after_colon(wanted, indent, self.step, used)
        if not more:
            return _Edit(colon, span.end, self.kept(span, rest, wanted))
        end = self.line_end(span.end)
        return _Edit(colon, end, self.as_lines([rest + self.text[span.end : end].rstrip(), *more]))

    def kept(self, span: Span, written: str, wanted: Tree) -> str:
        """`written`, in which a number that stood alone before keeps its own text, quotation marks included."""
        text = self.text[span.start : span.end]
        price = scalar(span.content, True) if isinstance(span.content, str) else ""
        if isinstance(wanted, dict) and wanted.get("price") == span.content and span.style in ("'", '"'):
            return written.replace(f"price: {price}", f"price: {text}", 1)
        return written

    def has_comment(self, span: Span) -> bool:
        if isinstance(span.content, str):
            return False
        rest = list(self.text[span.start : span.end])
        for start, end in _scalars(span):
            rest[start - span.start : end - span.start] = " " * (end - start)
        return "#" in rest

    # Lines

    def put(self, index: int, text: str) -> _Edit:
        return _Edit(index, index, text)

    def as_lines(self, lines: list[str]) -> str:
        return self.line_break.join(lines)

    def line_end(self, index: int) -> int:
        """Where the line of `index` ends, in front of its line break."""
        found = _LINE_BREAK.search(self.text, index)
        return found.start() if found else len(self.text)

    def below_comments(self, index: int, indent: int) -> int:
        """The end of the line of `index`, or of the remarks that follow it and are indented deeper than `indent`."""
        end = self.line_end(index)
        for line in _LINE_BREAK.finditer(self.text, end):
            next_end = self.line_end(line.end())
            words = self.text[line.end() : next_end]
            if not words.lstrip().startswith("#") or len(words) - len(words.lstrip()) <= indent:
                break
            end = next_end
        return end

    def above_comments(self, index: int, indent: int) -> int:
        """The start of the line of `index`, or of the remarks right above it that stand at the same indent."""
        start = _line_start(self.text, index)
        while start:
            above = _line_start(self.text, start - len(self.line_break))
            words = self.text[above:start]
            if not words.startswith(" " * indent + "#"):
                break
            start = above
        return start

    def lines_from_to(self, start: int, end: int) -> _Edit:
        """Without the lines from `start` to `end`, and without one of two empty lines that would meet."""
        first, last = _line_start(self.text, start), self.line_end(end)
        after = _LINE_BREAK.match(self.text, last)
        if after is None:
            return _Edit(max(first - len(self.line_break), 0), last, "")
        last = after.end()
        empty_above = not first or not self.text[_line_start(self.text, first - len(self.line_break)) : first].strip()
        empty_below = _LINE_BREAK.match(self.text, last)
        if empty_above and empty_below:
            last = empty_below.end()
        return _Edit(first, last, "")


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


def _scalars(span: Span) -> list[tuple[int, int]]:
    """The places of every key and every text below `span`."""
    if isinstance(span.content, dict):
        inner = [place for key in span.content.values() for place in _scalars(key.value)]
        return inner + [(key.start, key.end) for key in span.content.values()]
    if isinstance(span.content, list):
        return [place for one in span.content for place in _scalars(one)]
    return [(span.start, span.end)]
