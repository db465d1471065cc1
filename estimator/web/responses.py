"""Answers that are no pages: JSON for programs, tables for spreadsheets."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from flask import Response, json

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes the letters of Spanish for something else."""

FORMULA_SIGNS = tuple("=+-@\N{MINUS SIGN}")

FILLERS = "\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}\N{HANGUL FILLER}\N{BRAILLE PATTERN BLANK}"
"""Letters and signs by their category, but nothing is seen of them."""


def json_response(content: object, status: int = 200) -> Response:
    """`content` as JSON, in the order it was put together."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=False, separators=(",", ":"))
    return Response(text + "\n", status, mimetype="application/json")


def csv_response(rows: Iterable[Sequence[str]], name: str) -> Response:
    """`rows` as a file of this name for a spreadsheet."""
    table = io.StringIO()
    # All in quotes: where lists are parted by semicolons, one inside a cell would begin another.
    csv.writer(table, quoting=csv.QUOTE_ALL).writerows([safe(cell) for cell in row] for row in rows)
    response = Response(BYTE_ORDER_MARK + table.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def xlsx_response(rows: Iterable[Sequence[str]], name: str, widths: Sequence[int]) -> Response:
    """The same as an Excel file, its columns so many letters wide; every cell is text."""
    from openpyxl import Workbook  # half a second that nobody else has to wait for
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for place, width in enumerate(widths):
        sheet.column_dimensions[chr(ord("A") + place)].width = width
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        cells = [WriteOnlyCell(sheet, safe(text)) for text in row]
        for cell in cells:
            cell.data_type, cell.number_format = "s", "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number == 0)
        sheet.append(cells)
    file = io.BytesIO()
    book.save(file)
    response = Response(file.getvalue(), mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def safe(cell: str) -> str:
    """
    `cell` so that no spreadsheet takes it for a formula.

    Whatever form the sign has, full width or superscript, and whatever nobody can see stands before it.
    """
    begins = next((c for c in cell if not _unseen(c)), "")
    is_formula = unicodedata.normalize("NFKC", begins)[:1] in FORMULA_SIGNS
    return f"'{cell}" if is_formula or cell[:1] in ("\t", "\r", "\n") else cell


def _unseen(character: str) -> bool:
    """Whether a spreadsheet or its reader may overlook it: spaces, controls, marks without a letter, fillers."""
    return unicodedata.category(character)[0] in "ZCM" or character in FILLERS
