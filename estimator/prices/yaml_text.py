"""The bytes of a table before and after the parser: refused text, and what the parser could not read in plain words."""

import re
from collections.abc import Iterator
from itertools import islice

import yaml

from estimator.prices.problems import Problem, shortened
from estimator.sentences import say

MOST_BYTES = 1_000_000
MOST_PROBLEMS = 50
"""No more problems than these are told about one file; nobody reads further."""

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_REFUSED = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]"
)
_DIRECTIVE = re.compile(r"^%(?!YAML 1\.[0-9][ \r]*$)", re.MULTILINE)
"""A line that begins with %, but for the one by which tools say which YAML they write."""

_PLAIN_ASCII = bytes([*b"\t\n\r", *range(0x20, 0x7F)])


def text_of(data: bytes, file: str) -> tuple[str | None, list[Problem]]:
    """The text of `data`, a byte order mark left out, and what must not stand in it."""
    if len(data) > MOST_BYTES:
        says = say("the file is larger than %(most)s bytes", most=f"{MOST_BYTES:,}")
        fix = say("split it into several files, or remove what is no price table")
        return None, [Problem(file, 0, 0, "", says, fix)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        line, column = _position(before, len(before))
        return None, [Problem(file, line, column, "", say("the text is not UTF-8"), say("save the file as UTF-8"))]
    if data.isascii() and not data.translate(None, _PLAIN_ASCII) and b"%" not in data:
        # Nothing to look for, found out faster than by looking.
        return text, []
    return text, list(islice(_refused_text(text, file), MOST_PROBLEMS))


def _refused_text(text: str, file: str) -> Iterator[Problem]:
    """The first refused character of every line, and the first directive."""
    line, start = 1, 0
    while match := _REFUSED.search(text, start):
        line, column = _position(text, match.start(), line, start)
        says = say("an invisible character (U+%(code)s) stands here", code=f"{ord(match[0]):04X}")
        yield Problem(file, line, column, "", says, say("remove it"))
        line_break = _LINE_BREAK.search(text, match.end())
        if line_break is None:
            break
        line, start = line + 1, line_break.end()
    directive = _DIRECTIVE.search(text)
    if directive:
        line, column = _position(text, directive.start())
        says = say("a line of a table cannot begin with %")
        yield Problem(file, line, column, "", says, say("remove it, or indent it"))


def _position(text: str, index: int, line: int = 1, start: int = 0) -> tuple[int, int]:
    """Line and column, from 1, of the character at `index`, counted on from the `line` that begins at `start`."""
    for match in _LINE_BREAK.finditer(text, start, index):
        line, start = line + 1, match.end()
    return line, index - start + 1


def syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """What the parser could not read, in plain words."""
    parser_says = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None)
    if mark is None or "unexpected" in parser_says:
        mark = getattr(error, "context_mark", None) or mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    written = _LINE_BREAK.split(text)[:line]
    while len(written) > 1 and not written[-1].strip():
        written.pop()
    if len(written) < line:
        line, column = len(written), len(written[-1]) + 1
    if "\t" in written[-1][: len(written[-1]) - len(written[-1].lstrip())]:
        says = say("a tab stands where spaces are expected")
        return Problem(file, line, 1, "", says, say("indent with spaces only"))
    for known, plain, fix in _PLAIN_WORDS:
        if known in parser_says:
            return Problem(file, line, column, "", plain, fix)
    says = say("this cannot be read (%(reason)s)", reason=shortened(parser_says, 150))
    return Problem(file, line, column, "", says, say("put the text in quotes"))


_PLAIN_WORDS = (
    (
        "mapping values are not allowed",
        say("a colon stands where none is expected"),
        say("put the text in quotes, or add the colon that the line before lacks"),
    ),
    (
        "could not find expected ':'",
        say("a key has no colon after it, here or in the line before"),
        say("write key: value"),
    ),
    (
        "did not find expected key",
        say("the indentation does not fit the lines before"),
        say("align it with the keys of its group"),
    ),
    (
        "did not find expected '-' indicator",
        say("a list is not aligned, or a - is missing"),
        say("align the items of the list"),
    ),
    ("did not find expected ',' or '}'", say("a comma or } is missing"), say("close the group that begins with {")),
    ("did not find expected ',' or ']'", say("a comma or ] is missing"), say("close the list that begins with [")),
    ("found unexpected end of stream", say("a quotation mark is not closed"), say("close it")),
    ("found unexpected document indicator", say("a quotation mark is not closed"), say("close it")),
    ("cannot start any token", say("this character cannot begin a value"), say("put the text in quotes")),
    ("found unknown escape character", say("\\ has a meaning between double quotes"), say("use single quotes")),
    (
        "block sequence entries are not allowed",
        say("a list cannot begin here"),
        say("put it on its own line, or in quotes"),
    ),
    ("did not find expected node content", say("a value is missing here"), say("write it, or remove the comma")),
    ("comment or line break", say("| and > stand alone at the end of a line"), say("put the text in quotes")),
    (
        "alphabetic or numeric character",
        say("& and * have a meaning of their own in front"),
        say("put the text in quotes"),
    ),
    ("found unexpected ':'", say("a colon stands where none is expected"), say("put the text in quotes")),
    ("mapping keys are not allowed", say("a ? has a meaning of its own in front"), say("put the text in quotes")),
    ("URI", say("an ! has a meaning of its own in front"), say("put the text in quotes")),
    ("the expected '>'", say("an ! has a meaning of its own in front"), say("put the text in quotes")),
    (
        "expected <document start>",
        say("the indentation does not fit the lines before"),
        say("begin the line at the left edge"),
    ),
)
