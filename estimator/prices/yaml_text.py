"""The bytes of a table before and after the parser: refused text, and what the parser could not read in plain words."""

import re
from collections.abc import Iterator
from itertools import islice

import yaml

from estimator.prices.problems import Problem, shortened

MOST_BYTES = 1_000_000
MOST_PROBLEMS = 50
"""No more problems than these are told about one file; nobody reads further."""

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_REFUSED = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]"
)
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_PLAIN_ASCII = bytes([*b"\t\n\r", *range(0x20, 0x7F)])


def text_of(data: bytes, file: str) -> tuple[str | None, list[Problem]]:
    """The text of `data`, a byte order mark left out, and what must not stand in it."""
    if len(data) > MOST_BYTES:
        says = f"the file is larger than {MOST_BYTES:,} bytes"
        return None, [Problem(file, 0, 0, "", says, "split it into several files, or remove what is no price table")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        line, column = _position(before, len(before))
        return None, [Problem(file, line, column, "", "the text is not UTF-8", "save the file as UTF-8")]
    if data.isascii() and not data.translate(None, _PLAIN_ASCII) and b"%" not in data:
        # Nothing to look for, found out faster than by looking.
        return text, []
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


def syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
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
