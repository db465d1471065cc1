"""
The files in which CMS publishes Medicare's prices, read as they come: relative values, area factors, hospital amounts.

Titles and copyright lines stand above the header, which may be split over two lines; notes stand below the rows. Text
is Latin-1 or UTF-8, cells are quoted or not, separated by commas or tabs; relative values and area factors also come
with columns of fixed width. Columns are found by their names, and a row is believed only where its parts add up.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import zip_longest

from estimator.money import Cents, parse_decimal, parse_typed_amount
from estimator.prices.problems import Problem
from estimator.sentences import say

MOST_PROBLEMS = 50
_QUARTERS = {"January": 1, "April": 4, "July": 7, "October": 10}
_PAID = frozenset("ART")
"""Status codes with which the fee schedule itself sets an amount."""


@dataclass(frozen=True, slots=True)
class Units:
    """One code's relative values; None where it is not paid in that setting. `line` is where they stand."""

    line: int
    work: Decimal
    office: Decimal | None
    facility: Decimal | None
    malpractice: Decimal
    conversion_factor: Decimal


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One payment area and its factors."""

    state: str
    number: str
    name: str
    work: Decimal
    practice: Decimal
    malpractice: Decimal


@dataclass(frozen=True, slots=True)
class FeeScheduleFile:
    """The relative values of the codes asked for; `unpaid` are those with a status that sets no amount."""

    start: date | None
    title: str
    codes: dict[str, Units]
    unpaid: dict[str, str]


@dataclass(frozen=True, slots=True)
class AreaFile:
    start: date | None
    title: str
    areas: tuple[AreaRow, ...]


@dataclass(frozen=True, slots=True)
class HospitalFile:
    """What hospitals are paid for the codes asked for, in cents; codes without an amount of their own are left out."""

    start: date | None
    title: str
    amounts: dict[str, Cents]


# The three files


def read_fee_schedule(data: bytes, file: str, codes: Collection[str]) -> tuple[FeeScheduleFile | None, list[Problem]]:
    """The relative value file (PPRRVU…): rows of `codes` without a modifier."""
    reader = _Reader(file)
    sheet = reader.sheet(data, lambda cells: cells[:2] == ["HCPCS", "MOD"], _FEE_SCHEDULE, _FIXED_FEE_SCHEDULE)
    found: dict[str, Units] = {}
    unpaid: dict[str, str] = {}
    for row in sheet.rows if sheet else ():
        code = row["code"]
        if code not in codes or row["modifier"]:
            continue
        if code in found or code in unpaid:
            reader.row_problem(row, "code", say("code %(code)s stands in the file twice", code=code))
        elif row["status"] not in _PAID:
            unpaid[code] = row["status"]
        elif (units := reader.units(row)) is not None:
            found[code] = units
    if sheet is None or reader.problems:
        return None, reader.problems
    title = _first(r"(20\d\d) National Physician Fee Schedule Relative Value File (\w+) Release", sheet.title)
    month = _QUARTERS.get(title[2]) if title else None
    start = date(int(title[1]), month, 1) if title and month else None
    return FeeScheduleFile(start, title[0] if title else "", found, unpaid), []


def read_areas(data: bytes, file: str) -> tuple[AreaFile | None, list[Problem]]:
    """The area factors (Addendum E, GPCI…): every row with a state."""
    reader = _Reader(file)
    sheet = reader.sheet(data, lambda cells: "State" in cells and "GPCI" in " ".join(cells), _AREAS, _FIXED_AREAS)
    found: dict[tuple[str, str], AreaRow] = {}
    for row in sheet.rows if sheet else ():
        if not row["state"]:
            continue  # a note below the table
        area = reader.area(row)
        if area is None:
            continue
        if (area.state, area.number) in found:
            says = say("area %(number)s of %(state)s stands in the file twice", number=area.number, state=area.state)
            reader.row_problem(row, "number", says)
        found[area.state, area.number] = area
    if sheet is not None and not found and not reader.problems:
        reader.problems.append(Problem(file, sheet.header, 0, "", say("no area stands below the header")))
    if sheet is None or reader.problems:
        return None, reader.problems
    return AreaFile(_january(sheet.title), _title(sheet.title, "ADDENDUM E"), tuple(found.values())), []


def read_hospital(data: bytes, file: str, codes: Collection[str]) -> tuple[HospitalFile | None, list[Problem]]:
    """The hospital outpatient amounts (OPPS, Addendum B) of `codes`."""
    reader = _Reader(file)
    sheet = reader.sheet(data, lambda cells: {"HCPCS Code", "Payment Rate"} <= set(cells), _HOSPITAL, None)
    found: dict[str, Cents] = {}
    for row in sheet.rows if sheet else ():
        if row["code"] not in codes or not row["amount"]:
            continue
        if row["code"] in found:
            reader.row_problem(row, "code", say("code %(code)s stands in the file twice", code=row["code"]))
        try:
            found[row["code"]] = parse_typed_amount(row["amount"])
        except ValueError as error:
            reader.row_problem(row, "amount", error.args[0])
    if sheet is None or reader.problems:
        return None, reader.problems
    return HospitalFile(_january(sheet.title), _title(sheet.title, "Addendum B"), found), []


def _first(pattern: str, text: str) -> re.Match[str] | None:
    return re.search(pattern, text, re.IGNORECASE)


def _january(title: str) -> date | None:
    """The first day of the calendar year that a title names."""
    year = _first(r"\bCY (20\d\d)\b", title)
    return date(int(year[1]), 1, 1) if year else None


def _title(text: str, begins: str) -> str:
    return next((line.strip(" ,") for line in text.splitlines() if begins.lower() in line.lower()), "")


# Columns


Columns = tuple[tuple[str, str], ...]
"""Our names of columns, and the words by which they are found in the header, its lines joined; in the file's order."""

_FEE_SCHEDULE: Columns = (
    ("code", "HCPCS"),
    ("modifier", "MOD"),
    ("status", "STATUS CODE"),
    ("work", "WORK RVU"),
    ("office", "NON-FAC PE RVU"),
    ("office_na", "NA INDICATOR"),
    ("facility", "FACILITY PE RVU"),
    ("facility_na", "NA INDICATOR"),
    ("malpractice", "MP RVU"),
    ("office_total", "NON-FACILITY TOTAL"),
    ("facility_total", "FACILITY TOTAL"),
    ("factor", "CONV FACTOR"),
)
_AREAS: Columns = (
    ("state", "State"),
    ("number", "Locality Number"),
    ("name", "Locality Name"),
    ("work", "PW GPCI"),
    ("practice", "PE GPCI"),
    ("malpractice", "MP GPCI"),
)
_HOSPITAL: Columns = (("code", "HCPCS Code"), ("amount", "Payment Rate"))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's cells by our names; `heads`: place from 1 (0 where columns have fixed widths) and name in the file."""

    line: int
    cells: dict[str, str]
    heads: dict[str, tuple[int, str]]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The rows below the header on line `header`; `title` is everything above it."""

    header: int
    title: str
    rows: list[_Row]


@dataclass(slots=True)
class _Reader:
    file: str
    problems: list[Problem] = field(default_factory=list)

    def row_problem(self, row: _Row, column: str, says: str, fix: str = "") -> None:
        """Something wrong with a cell; its column is named as the file names it."""
        place, head = row.heads[column]
        where = f"column {_letter(place)} ({head})" if place else head
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(self.file, row.line, place, where, says, fix))

    def whole(self, says: str, fix: str = "", line: int = 0) -> None:
        """Something wrong with the file as a whole, or with all that follows a line."""
        self.problems.append(Problem(self.file, line, 0, "", says, fix))

    def sheet(
        self, data: bytes, is_header: Callable[[list[str]], bool], columns: Columns, fixed: re.Pattern[str] | None
    ) -> _Sheet | None:
        """The rows of a file; None after a problem with the file as a whole."""
        text = self.text(data)
        if text is None:
            return None
        rows = self.split(text)
        place = next((place for place, (_, cells) in enumerate(rows) if is_header(cells)), None)
        if place is not None:
            return self.below(rows, place, columns)
        if fixed is not None and (sheet := _fixed(text, fixed, columns)).rows:
            self.problems.clear()  # quotation marks mean nothing where columns have fixed widths
            return sheet
        wanted = ", ".join(words for _, words in columns[:2])
        says = say("no line of this file is a header with the columns %(columns)s", columns=wanted)
        self.whole(says, say("name the CSV or TXT file as CMS publishes it"))
        return None

    def text(self, data: bytes) -> str | None:
        if data.startswith(b"PK"):
            self.whole(
                say("this is a ZIP archive or an Excel file"), say("unpack it and name the CSV or TXT file in it")
            )
        elif b"\0" in data:
            self.whole(say("this is no text file"), say("name the CSV or TXT file as CMS publishes it"))
        elif not data.strip():
            self.whole(say("the file is empty"))
        else:
            try:
                return data.decode("utf-8-sig")
            except UnicodeDecodeError:
                return data.decode("latin-1")
        return None

    def split(self, text: str) -> list[tuple[int, list[str]]]:
        """The cells of every row, and on which line it begins."""
        delimiter = "\t" if text.count("\t") > text.count(",") else ","
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows: list[tuple[int, list[str]]] = []
        line = 1
        try:
            for cells in reader:
                rows.append((line, [" ".join(cell.split()) for cell in cells]))
                line = reader.line_num + 1
        except csv.Error as error:
            says = say("this line cannot be split into cells (%(reason)s)", reason=str(error))
            self.whole(says, say("is a quotation mark missing?"), line)
        return rows

    def below(self, rows: Sequence[tuple[int, list[str]]], place: int, columns: Columns) -> _Sheet | None:
        """What stands below the header, whose upper line, if it has one, names columns too."""
        line, cells = rows[place]
        above = rows[place - 1][1] if place else []
        upper = above if sum(map(bool, above)) > 2 else []
        names = [f"{one} {two}".strip() for one, two in zip_longest(upper, cells, fillvalue="")]
        heads = self.heads(names, columns, line)
        if heads is None:
            return None
        found = [
            _Row(number, {name: row[at - 1] for name, (at, _) in heads.items() if at <= len(row)}, heads)
            for number, row in rows[place + 1 :]
        ]
        return _Sheet(line, "\n".join(" ".join(row) for _, row in rows[:place]), found)

    def heads(self, names: Sequence[str], columns: Columns, line: int) -> dict[str, tuple[int, str]] | None:
        """Where our columns stand, counted from 1, each behind the one before it."""
        found: dict[str, tuple[int, str]] = {}
        last = 0
        for column, words in columns:
            wanted = re.compile(rf"(?<!\w){re.escape(words)}\b")
            there = [(at, name) for at, name in enumerate(names, 1) if at > last and wanted.search(name)]
            if not there:
                self.whole(say("the header has no column %(name)s", name=words), line=line)
                return None
            # Some years publish the work factors without the floor that the law sets, beside those with it.
            found[column] = next((one for one in there if "without" not in one[1].lower()), there[0])
            last = found[column][0]
        return found

    # Values

    def number(self, row: _Row, column: str, places: int) -> Decimal | None:
        try:
            return parse_decimal(row[column], places)
        except ValueError as error:
            self.row_problem(row, column, error.args[0])
            return None

    def units(self, row: _Row) -> Units | None:
        numbers = {name: self.number(row, name, 2) for name in ("work", "office", "facility", "malpractice")}
        totals = {name: self.number(row, f"{name}_total", 2) for name in ("office", "facility")}
        factor = self.number(row, "factor", 4)
        work, malpractice = numbers["work"], numbers["malpractice"]
        if work is None or malpractice is None or factor is None or None in (*numbers.values(), *totals.values()):
            return None
        for setting, total in totals.items():
            parts = work + (numbers[setting] or 0) + malpractice
            if parts != total:
                says = say("the parts add up to %(sum)s, and the total says %(total)s", sum=parts, total=total)
                self.row_problem(row, f"{setting}_total", says, say("have columns moved?"))
                return None
        if not factor:
            self.row_problem(row, "factor", say("the conversion factor is 0"))
            return None
        paid = {name: None if row[f"{name}_na"] == "NA" else numbers[name] for name in ("office", "facility")}
        return Units(row.line, work, paid["office"], paid["facility"], malpractice, factor)

    def area(self, row: _Row) -> AreaRow | None:
        if not re.fullmatch("[A-Z]{2}", row["state"]):
            self.row_problem(row, "state", say("'%(text)s' is not a state's two capital letters", text=row["state"]))
        if not re.fullmatch("[0-9]{1,2}", row["number"]):
            self.row_problem(row, "number", say("'%(text)s' is not the number of an area like 05", text=row["number"]))
        factors = [self.number(row, name, 3) for name in ("work", "practice", "malpractice")]
        for name, factor in zip(("work", "practice", "malpractice"), factors, strict=True):
            if factor is not None and not Decimal("0.1") <= factor <= 5:
                self.row_problem(row, name, say("a factor of %(factor)s cannot be right", factor=factor))
        work, practice, malpractice = factors
        if work is None or practice is None or malpractice is None:
            return None
        return AreaRow(row["state"], row["number"].zfill(2), row["name"].rstrip("* "), work, practice, malpractice)


def _letter(place: int) -> str:
    """``F`` of 6, as spreadsheets name their columns."""
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# Columns of fixed width


_FIXED_FEE_SCHEDULE = re.compile(
    r"(?P<code>[0-9A-Z]{5})(?P<modifier>..).{50}(?P<status>[A-Z])\s*(?P<work>\d*\.\d\d)"
    r"\s*(?P<office>\d*\.\d\d)\s*(?P<office_na>NA)?\s*(?P<facility>\d*\.\d\d)\s*(?P<facility_na>NA)?"
    r"\s*(?P<malpractice>\d*\.\d\d)\s*(?P<office_total>\d*\.\d\d)\s*(?P<facility_total>\d*\.\d\d)"
    r".*?\s(?P<factor>\d\d\.\d{4})\b.*"
)
_FIXED_AREAS = re.compile(
    r"\s*\d{4,5}\s+(?P<state>[A-Z]{2})\s+(?P<number>\d{1,2})\s+(?P<name>\S.*?)\s{2,}"
    r"(?P<work>\d*\.\d+)\s+(?P<practice>\d*\.\d+)\s+(?P<malpractice>\d*\.\d+)\s*"
)


def _fixed(text: str, pattern: re.Pattern[str], columns: Columns) -> _Sheet:
    """The lines of a text that have the shape of a row; what stands above the first one is the title."""
    lines = text.splitlines()
    heads = {name: (0, words) for name, words in columns}
    matches = [(number, match) for number, line in enumerate(lines, 1) if (match := pattern.fullmatch(line))]
    rows = [
        _Row(number, {name: _plain(cell) for name, cell in match.groupdict().items()}, heads)
        for number, match in matches
    ]
    header = rows[0].line - 1 if rows else 0
    return _Sheet(header, "\n".join(lines[:header]), rows)


def _plain(cell: str | None) -> str:
    """``0.17`` of ``.17``, blanks taken away."""
    cell = (cell or "").strip()
    return f"0{cell}" if cell.startswith(".") else cell
