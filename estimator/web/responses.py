"""Answers that are no pages: JSON for programs, tables for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response, json

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes the letters of Spanish for something else."""


def json_response(content: object, status: int = 200) -> Response:
    """`content` as JSON, in the order it was put together."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=False, separators=(",", ":"))
    return Response(text + "\n", status, mimetype="application/json")


def csv_response(rows: Iterable[Sequence[str]], name: str) -> Response:
    """`rows` as a file of this name for a spreadsheet."""
    table = io.StringIO()
    csv.writer(table).writerows([safe(cell) for cell in row] for row in rows)
    response = Response(BYTE_ORDER_MARK + table.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def safe(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.lstrip().startswith(("=", "+", "-", "@")) or cell[:1] in ("\t", "\r", "\n") else cell
