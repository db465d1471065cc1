"""
The cells of a spreadsheet that somebody sends, CSV or XLSX, as plain texts; or why they cannot be had.

Nothing in a file is carried out: a formula is refused where it stands, macros and links are never looked at, and a file
that would unpack to more than a price list needs is refused before it is unpacked.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from estimator.sentences import Sentence, say

MOST_BYTES = 1_000_000
MOST_UNPACKED = 20_000_000
MOST_PARTS = 200
MOST_ROWS = 1_000
MOST_COLUMNS = 30
LONGEST_CELL = 500

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SEPARATORS = ",;\t"
_DECLARES = ("<!DOCTYPE", "<!ENTITY")

Rows = list[list[str]]


class BadSpreadsheet(Exception):
    """A file that cannot be read as a price list; the `sentence` says what to do."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(sentence)


def cells_of(data: bytes) -> Rows:
    """
    The rows of a CSV file, or of the first sheet of an XLSX file, without empty ends; raises `BadSpreadsheet`.

    Numbers are written plainly (``450``, ``450.5``), days as in ISO, percentages without their sign.
    """
    if len(data) > MOST_BYTES:
        raise BadSpreadsheet(say("The file is too large: a price list has at most %(most)s bytes.", most="1,000,000"))
    if not data.strip():
        raise BadSpreadsheet(say("The file is empty."))
    if data.startswith(_OLD_EXCEL):
        raise BadSpreadsheet(
            say("This is an old Excel file, or one with a password. Save it as .xlsx or .csv, without a password.")
        )
    rows = _of_xlsx(data) if data.startswith(_ZIP) else _of_csv(data)
    return _cut(rows)


def column_name(number: int) -> str:
    """``A`` of 0, ``AB`` of 27."""
    first, last = divmod(number, 26)
    return (column_name(first - 1) if first else "") + chr(ord("A") + last)


def _of_csv(data: bytes) -> Iterator[list[str]]:
    text = _text_of(data)
    if "\0" in text:
        raise BadSpreadsheet(say("This is neither a CSV nor an XLSX file."))
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise BadSpreadsheet(say("The CSV file cannot be read: %(reason)s.", reason=str(error))) from error


def _text_of(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel on Windows writes, unless it is told otherwise.
        return data.decode("cp1252", "replace")


def _of_xlsx(data: bytes) -> Iterator[list[str]]:
    _refuse_bombs(data)
    from openpyxl import load_workbook  # half a second that nobody else has to wait for

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        found = [
            [(cell.value, getattr(cell, "data_type", "n"), getattr(cell, "number_format", "")) for cell in row]
            for row in sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1)
        ]
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise BadSpreadsheet(
            say("The XLSX file cannot be read. Open it in a spreadsheet program and save it again.")
        ) from error
    for number, row in enumerate(found, 1):
        yield [_text(*cell, where=f"{column_name(place)}{number}") for place, cell in enumerate(row)]


def _refuse_bombs(data: bytes) -> None:
    """Refuse what unpacks to too much, or declares entities; nothing is unpacked beyond what the parts say."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise BadSpreadsheet(say("The XLSX file unpacks to too much for a price list."))
            for part in parts:
                content = packed.read(part)
                declared = [word.encode(code) for word in _DECLARES for code in ("ascii", "utf-16-le", "utf-16-be")]
                if any(word in content for word in declared):
                    raise BadSpreadsheet(say("The XLSX file declares what no price list needs."))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise BadSpreadsheet(
            say("The XLSX file is damaged, or has a password. Open it in a spreadsheet program and save it again.")
        ) from error


def _text(value: Any, kind: str, shape: str, where: str) -> str:
    if kind == "f" or (isinstance(value, str) and kind != "s" and value.startswith("=")):
        raise BadSpreadsheet(
            say("Cell %(cell)s holds a formula. Copy the cells and paste them as values, then send it.", cell=where)
        )
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float) and "%" in shape:
        value *= 100
    if isinstance(value, int | float):
        return f"{round(value, 6):.6f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(value)


def _cut(rows: Iterable[list[str]]) -> Rows:
    """The rows without empty ends, as many and as long as a price list may be."""
    found: Rows = []
    for number, row in enumerate(rows, 1):
        cells = ["".join(c if c.isprintable() else " " for c in cell).strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if number > MOST_ROWS and cells:
            raise BadSpreadsheet(say("The list is too long: it has more than %(most)s rows.", most=f"{MOST_ROWS:,}"))
        if len(cells) > MOST_COLUMNS:
            raise BadSpreadsheet(say("Row %(row)s has more than %(most)s columns.", row=number, most=MOST_COLUMNS))
        for place, cell in enumerate(cells):
            if len(cell) > LONGEST_CELL:
                raise BadSpreadsheet(
                    say(
                        "Cell %(cell)s is longer than %(most)s letters.",
                        cell=f"{column_name(place)}{number}",
                        most=LONGEST_CELL,
                    )
                )
        found.append(cells)
    while found and not found[-1]:
        found.pop()
    return found
