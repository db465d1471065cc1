"""
A new year of Medicare's prices put into the tables' text: relative values, area factors, hospital amounts, and every
price that is Medicare's amount for its codes.

A new row begins on its own day; the rows before it stay. A price is Medicare's where its typical amount is what the fee
schedule, or a hospital's list, gives for the charge's codes, whichever column it stands in. Where the numbers are the
same, nothing changes.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from estimator.money import Range, dollars, plain_amount
from estimator.prices.book_walks import prices
from estimator.prices.cms_files import AreaFile, FeeScheduleFile, HospitalFile, Units
from estimator.prices.editing.slices import CannotSplice, put, read
from estimator.prices.editing.splicing import TypedPrice, file_of, price_in, price_path, set_price
from estimator.prices.editing.yaml_values import Tree
from estimator.prices.medicare import Basis, amount_of, basis_of
from estimator.prices.problems import KeyPath
from estimator.prices.schema.basics import PriceColumn, Text
from estimator.prices.schema.dated_prices import began_last
from estimator.prices.schema.fee_schedule import FeeScheduleEntry
from estimator.prices.schema.files import Book
from estimator.sentences import Sentence, Translate, say, translated
from estimator.sentences import marked as _

COLUMNS: tuple[PriceColumn, ...] = ("medicare", "medicaid", "military")
"""Where Medicare's amount stands, as its own or in place of one that nobody publishes."""

_CMS = "https://www.cms.gov/medicare/payment"
_SCHEDULE_PAGE = f"{_CMS}/fee-schedules/physician/pfs-relative-value-files"
_HOSPITAL_PAGE = f"{_CMS}/prospective-payment-systems/hospital-outpatient-pps/quarterly-addenda-updates"

Rows = dict[KeyPath, Tree]
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class NewYear:
    """What the files say, and from which days on; `schedule_file` is the name of the relative values' file."""

    schedule: FeeScheduleFile
    schedule_file: str
    start: date
    areas: AreaFile
    areas_start: date
    hospital: HospitalFile
    hospital_start: date


@dataclass(frozen=True, slots=True)
class Moved:
    """A price that is Medicare's, before and after."""

    charge: str
    column: PriceColumn
    before: Range
    after: Range


def put_year(
    files: Files, tables: Book, year: NewYear, today: date, book_of: Callable[[Files], Book], spanish: Translate
) -> tuple[dict[str, bytes], list[Moved]]:
    """
    The files with the new year in them, and every price that moved; `book_of` makes a book of changed files.

    Raises CannotSplice where a person has to change the text.
    """
    schedule, areas, hospital = _Source.all(year)
    entries = _entries(tables, year, schedule.id, today)
    factors = _area_rows(tables, year, areas.id, today)
    payments = _hospital_rows(tables, year, hospital.id, today)
    cited = [source for source, rows in ((schedule, entries), (areas, factors), (hospital, payments)) if rows]
    changed = _with(files, _unknown(cited, tables) | entries | payments | factors)
    changed, moved = _with_prices(
        changed, tables, book_of(changed), year, (schedule.id, areas.id, hospital.id), today, spanish
    )
    late = [source for source in (schedule, areas) if moved and source not in cited]
    return _with(changed, _unknown(late, tables)), moved


def _unknown(cited: "Iterable[_Source]", tables: Book) -> Rows:
    """The entries of sources that the tables do not have yet."""
    return {("sources", source.id): source.entry for source in cited if source.id not in tables.sources}


def codes_of(tables: Book, more: Iterable[str]) -> tuple[set[str], set[str]]:
    """
    The codes that the tables need, and others that they may use: of what insurers pay, of hospital amounts, and `more`.

    Needed is what stands in the fee schedule already, and whatever has a price in Medicare's column.
    """
    needed = set(tables.fee_schedule)
    others = {*tables.hospital_payments, *more}
    for charge in tables.charges.values():
        if charge.medicare:
            needed.update(charge.codes)
        elif charge.commercial or charge.medicaid or charge.military:
            others.update(charge.codes)
    return needed, others - needed


def mentions(tables: Book, moved: Iterable[Moved]) -> Iterator[tuple[str, PriceColumn, str]]:
    """Prices that were worked out from an amount that has moved, as their notes say: charge, column, amount."""
    moved = [one for one in moved if one.before.typical != one.after.typical]
    amounts = {dollars(one.before.typical) for one in moved}
    told = {(one.charge, one.column) for one in moved}
    for path, _charge, column, dated in prices(tables):
        for price in dated.values():
            for amount in sorted(amounts):
                if price.note and amount in price.note.en and (path[1], column) not in told:
                    yield str(path[1]), column, amount


def _with(files: Files, rows: Rows) -> dict[str, bytes]:
    """`files` with each value at its path, in the file that holds its entry, or else its section."""
    changed = dict(files)
    for path, value in rows.items():
        name = file_of(changed, path[:2]) or file_of(changed, path[:1])
        if name is None:
            raise CannotSplice(_("No file has a section %(name)s. Add it to one first."), name=str(path[0]))
        changed[name] = put(changed[name], path, value)
    return changed


@dataclass(frozen=True, slots=True)
class _Source:
    id: str
    title: str
    url: str
    start: date

    @property
    def entry(self) -> Tree:
        return {"title": self.title, "url": self.url, "kind": "official", "published": f"{self.start:%Y-%m}"}

    @classmethod
    def all(cls, year: NewYear) -> "tuple[_Source, _Source, _Source]":
        """Where relative values, area factors and hospital amounts come from."""
        one, two, three = year.start.year, year.areas_start.year, year.hospital_start.year
        factor = next((units.conversion_factor for units in year.schedule.codes.values()), 0)
        title = f"Medicare physician fee schedule {one}, {year.schedule_file} (${factor} a unit)"
        return (
            cls(f"cms-fee-schedule-{one}", title, _SCHEDULE_PAGE, year.start),
            cls(f"cms-gpci-{two}", f"Medicare price indexes by area (GPCI), {two}", _SCHEDULE_PAGE, year.areas_start),
            cls(
                f"cms-opps-{three}",
                f"Medicare hospital amounts, {three}, Addendum B",
                _HOSPITAL_PAGE,
                year.hospital_start,
            ),
        )


# Rows


def _entries(tables: Book, year: NewYear, source: str, today: date) -> Rows:
    rows: Rows = {}
    for code, units in year.schedule.codes.items():
        if not _says(began_last(tables.fee_schedule.get(code, {}), year.start), units):
            numbers = {
                "work": units.work,
                "practice_office": units.office,
                "practice_facility": units.facility,
                "malpractice": units.malpractice,
                "conversion_factor": units.conversion_factor,
            }
            said = {key: str(number) for key, number in numbers.items() if number is not None}
            rows["fee_schedule", code, year.start.isoformat()] = {**said, **_provenance(source, today)}
    return rows


def _says(entry: FeeScheduleEntry | None, units: Units) -> bool:
    if entry is None:
        return False
    said = (entry.work, entry.practice_office, entry.practice_facility, entry.malpractice, entry.conversion_factor)
    return said == (units.work, units.office, units.facility, units.malpractice, units.conversion_factor)


def _hospital_rows(tables: Book, year: NewYear, source: str, today: date) -> Rows:
    rows: Rows = {}
    for code, cents in year.hospital.amounts.items():
        price = began_last(tables.hospital_payments.get(code, {}), year.hospital_start)
        if price is None or price.range != Range.exactly(cents):
            path = ("hospital_payments", code, year.hospital_start.isoformat())
            rows[path] = {"price": plain_amount(cents), **_provenance(source, today)}
    return rows


def _area_rows(tables: Book, year: NewYear, source: str, today: date) -> Rows:
    rows: Rows = {}
    for row in year.areas.areas:
        area = tables.areas.get(row.state, {}).get(row.number)
        old = began_last(area.factors, year.areas_start) if area is not None else None
        if old is not None and (old.work, old.practice, old.malpractice) == (row.work, row.practice, row.malpractice):
            continue
        numbers = {"work": str(row.work), "practice": str(row.practice), "malpractice": str(row.malpractice)}
        factors: Tree = {**numbers, **_provenance(source, today)}
        path = ("areas", row.state, row.number)
        if area is None:
            rows[path] = {"name": row.name, "factors": {year.areas_start.isoformat(): factors}}
        else:
            rows[*path, "factors", year.areas_start.isoformat()] = factors
    return rows


def _provenance(source: str, today: date) -> dict[str, Tree]:
    return {"source": source, "checked": today.isoformat()}


# Prices that are Medicare's


def _with_prices(
    files: dict[str, bytes],
    before: Book,
    after: Book,
    year: NewYear,
    sources: tuple[str, str, str],
    today: date,
    spanish: Translate,
) -> tuple[dict[str, bytes], list[Moved]]:
    moved = []
    for charge, column, start, basis in _medicare_prices(before, year):
        begins = year.hospital_start if basis == "hospital" else year.start
        dated = before.charges[charge].prices(column) or {}
        old, new = dated[start].range, amount_of(after, before.charges[charge].codes, begins, basis)
        name = file_of(files, ("charges", charge))
        if new is None or new == old or name is None:
            continue
        price = price_in(read(files[name]), charge, column, start) or TypedPrice(*old)
        price = replace(
            price,
            low=new.low,
            typical=new.typical,
            high=new.high,
            source=_cited_now(price.source, sources, basis),
            checked=today,
            note=_note(price.note, new, spanish),
        )
        files[name] = set_price(files[name], charge, column, begins, price)
        if (place := dated[start].by_area) is not None:
            files[name] = put(files[name], (*price_path(charge, column, begins), "by_area"), place)
        moved.append(Moved(charge, column, old, new))
    return files, moved


def _medicare_prices(tables: Book, year: NewYear) -> Iterator[tuple[str, PriceColumn, date, Basis]]:
    """Every price in force when the year begins that is an amount of Medicare's: where it stands, and which it is."""
    for id_, charge in tables.charges.items():
        for column in COLUMNS:
            dated = charge.prices(column) or {}
            begun = [start for start in dated if start <= max(year.start, year.hospital_start)]
            if begun and (basis := basis_of(tables, charge, dated[max(begun)], max(begun))):
                yield id_, column, max(begun), basis


def _cited_now(old: tuple[str, ...], sources: tuple[str, str, str], basis: Basis) -> tuple[str, ...]:
    """The new year's files in place of those of earlier years, then whatever else was cited."""
    rest = (name for name in old if not re.fullmatch(r"cms-(fee-schedule|gpci|opps)-[0-9]{4}|locality-range", name))
    return (*(sources[2:] if basis == "hospital" else sources[:2]), *rest)


def _note(old: Text | None, range_: Range, spanish: Translate) -> Text | None:
    """`old` with its sentence about the areas brought up to date; a note without it stays."""
    if old is None:
        return None
    low, high = (round(100 * end / range_.typical) for end in (range_.low, range_.high))
    return Text(en=_replaced(old.en, low, high, str), es=_replaced(old.es, low, high, spanish) if old.es else None)


def _replaced(text: str, low: int, high: int, translate: Translate) -> str:
    pattern = re.escape(translated(_by_area("@", "@"), translate)).replace("@", "[0-9]+")
    return re.sub(pattern, lambda _: translated(_by_area(low, high), translate), text)


def _by_area(low: object, high: object) -> Sentence:
    return say("National amount; by area, from %(low)s %% to %(high)s %% of it, Alaska aside.", low=low, high=high)
