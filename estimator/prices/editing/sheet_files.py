"""A clinic's price sheet as rows of a spreadsheet, and what such rows, or anybody's list of names and prices, fill."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from estimator.prices.editing.sheet_lists import pasted
from estimator.prices.editing.sheet_rows import ALONGSIDE
from estimator.prices.editing.sheet_texts import DISCOUNT, LINE, PACKAGE, YES, Sheet, Texts
from estimator.prices.editing.spreadsheets import Rows, column_name
from estimator.sentences import Sentence, say

TICKS = ("included-", "credited-", "billed-")

_YES = frozenset({"yes", "y", "x", "si", "true", "1"})
_NO = frozenset({"", "no", "n", "-", "false", "0"})


@dataclass(frozen=True, slots=True)
class FilledIn:
    """
    What a list says: `texts` by field, and in which cell each stands (``C7``). `wrong` are the rows that say nothing
    that the sheet has, by cell.
    """

    texts: Texts
    cells: Mapping[str, str]
    wrong: Mapping[str, Sentence]


def filled_in(sheet: Sheet, rows: Rows, field: Collection[str], value: Collection[str]) -> FilledIn:
    """
    The fields that the rows of a spreadsheet fill.

    Under a row with one of the headings `field` and one of `value` (small letters) each row is a field of the sheet;
    without such a row, each is a name and a price, as a pasted list has them.
    """
    for number, row in enumerate(rows, 1):
        headings = [cell.casefold() for cell in row]
        at = next((place for place, one in enumerate(headings) if one in field), None)
        says = next((place for place, one in enumerate(headings) if one in value), None)
        if at is not None and says is not None:
            return _by_field(sheet, rows, number, at, says)
    return _by_name(sheet, rows)


def _by_field(sheet: Sheet, rows: Rows, heading: int, at: int, says: int) -> FilledIn:
    texts: Texts = {}
    cells: dict[str, str] = {}
    wrong: dict[str, Sentence] = {}
    lists = _lists(sheet)
    for number, row in enumerate(rows[heading:], heading + 1):
        name, text = (_plain(row[place]) if place < len(row) else "" for place in (at, says))
        cell = f"{column_name(says)}{number}"
        if not name:
            if text:
                wrong[cell] = say("The field of this row is missing in column %(column)s.", column=column_name(at))
        elif name in texts:
            wrong[cell] = say("'%(name)s' stands in cell %(cell)s already.", name=name, cell=cells[name])
        elif name not in sheet.texts and not lists.fullmatch(name):
            wrong[cell] = say("The sheet of this clinic has no field '%(name)s'.", name=name[:60])
        elif name.startswith(TICKS) and (tick := _tick(text)) is None:
            wrong[cell] = say("'%(text)s' is neither yes nor no.", text=text[:40])
        elif name.endswith("-when") and text not in ("", "first"):
            wrong[cell] = say("Write first, for once at the first session, or leave the cell empty.")
        else:
            texts[name], cells[name] = (tick or "") if name.startswith(TICKS) else text, cell
    return FilledIn(texts, cells, wrong)


def _lists(sheet: Sheet) -> re.Pattern[str]:
    """The fields of lists that may grow, such as the packages of a charge."""
    kinds: list[tuple[str, tuple[str, ...]]] = [(f"package-{row.charge}", PACKAGE) for row in sheet.rows if row.sells]
    kinds += [(f"line-{group.id}", LINE) for group in sheet.groups if group.id != ALONGSIDE]
    kinds.append(("discount", DISCOUNT))
    return re.compile("|".join(f"{re.escape(start)}-[0-9]{{1,2}}-(?:{'|'.join(keys)})" for start, keys in kinds))


def _by_name(sheet: Sheet, rows: Rows) -> FilledIn:
    texts: Texts = {}
    cells: dict[str, str] = {}
    wrong: dict[str, Sentence] = {}
    for number, row in enumerate(rows, 1):
        if not any(row) or not any(any(c.isdigit() for c in cell) for cell in row[1:]):
            # An empty row, or one without a figure: a heading.
            continue
        found = pasted(Sheet(sheet.groups, sheet.root, sheet.day, sheet.texts | texts, sheet.packages), "\t".join(row))
        cell = f"{column_name(next(place for place, text in enumerate(row) if text))}{number}"
        if found.unmatched:
            wrong[cell] = say("'%(name)s' is not on the sheet, or has no price that can be read.", name=row[0][:60])
        texts |= found.texts
        cells |= dict.fromkeys(found.texts, cell)
    return FilledIn(texts, cells, wrong)


def _tick(text: str) -> str | None:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode().strip()
    return YES if plain in _YES else "" if plain in _NO else None


def _plain(cell: str) -> str:
    """A cell without the sign that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell.startswith("'") else cell
