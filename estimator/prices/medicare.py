"""
What Medicare allows for codes: nationally, and in the areas of a state.

An amount is (work × area + practice × area + malpractice × area) × conversion factor, rounded to the cent for each code
(42 CFR 414.22 to 414.28; CMS, Medicare Claims Processing Manual, chapter 12, section 20). The national amount is the
one in an area whose factors are all 1. What holds on a day is the row that began last.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal, TypeVar

from estimator.money import Cents, Range, cents_of, divided
from estimator.prices.schema.charges import Charge
from estimator.prices.schema.dated_prices import PaymentSetting, Price, began_last
from estimator.prices.schema.fee_schedule import Area, AreaFactors, FeeScheduleEntry
from estimator.prices.schema.files import Book

BY_LAW = frozenset({"AK"})
"""States whose work factor a law sets far above the rest (1.5 in Alaska): no part of a range for the whole country."""

Basis = Literal["office", "facility", "hospital"]
"""What an amount of Medicare's is: the physician's in an office or in a facility, or what the hospital itself gets."""

_NATIONAL = AreaFactors.model_validate({"work": "1", "practice": "1", "malpractice": "1"})


def areas_in(book: Book, state: str) -> tuple[Area, ...]:
    """The payment areas of a state, and those of other states that reach into it."""
    return tuple(area for home, area in _all_areas(book) if home == state or state in area.also_in)


def national_amount(book: Book, codes: Iterable[str], day: date, setting: PaymentSetting = "office") -> Cents | None:
    """What the codes together are worth before any area's factors; None where one is not known, or not paid there."""
    return _amount(_entries(book, codes, day), _NATIONAL, setting)


def allowed(
    book: Book, codes: Iterable[str], day: date, state: str | None = None, setting: PaymentSetting = "office"
) -> Range | None:
    """
    Low, typical and high in cents of the codes together; None where one of them is not known, or not paid there.

    In a state: of its areas, the middle one as typical. In the whole country: the national amount, and the lowest and
    highest area but those `BY_LAW`.
    """
    entries = _entries(book, codes, day)
    if state is not None:
        found = _amounts(areas_in(book, state), entries, day, setting)
        return Range(found[0], found[(len(found) - 1) // 2], found[-1]) if found else None
    typical = _amount(entries, _NATIONAL, setting)
    if typical is None:
        return None
    areas = (area for home, area in _all_areas(book) if home not in BY_LAW)
    found = _amounts(areas, entries, day, setting)
    return Range(min(*found, typical), typical, max(*found, typical)) if found else Range.exactly(typical)


def basis_of(book: Book, charge: Charge, price: Price, day: date) -> Basis | None:
    """Which of Medicare's amounts for the charge's codes a price is; None where it is another one."""
    if price.by_area == "facility":
        return "facility"
    if price.typical == national_amount(book, charge.codes, day):
        return "office"
    paid = amount_of(book, charge.codes, day, "hospital")
    return "hospital" if paid is not None and price.range == paid else None


def amount_of(book: Book, codes: Iterable[str], day: date, basis: Basis) -> Range | None:
    """Low, typical and high of what Medicare allows for the codes together, in the whole country."""
    if basis != "hospital":
        return allowed(book, codes, day, setting=basis)
    paid = [began_last(book.hospital_payments.get(code, {}), day) for code in codes]
    known = [one.range for one in paid if one is not None]
    return Range(*map(sum, zip(*known, strict=True))) if known and len(known) == len(paid) else None


def in_area(book: Book, codes: Iterable[str], price: Price, day: date, state: str | None) -> Range:
    """
    A price that differs by area, in a state, or without one in the whole country.

    Medicare's own amount is the areas'. What is a share of it, such as a plan's, moves with it: low with the cheapest
    area, high with the dearest.
    """
    if price.by_area is None:
        return price.range
    own = tuple(codes)
    return _once(book, price, ("area", own, _stretch(book, day), state), lambda: _in_area(book, own, price, day, state))


def _in_area(book: Book, codes: Iterable[str], price: Price, day: date, state: str | None) -> Range:
    setting = price.by_area or "office"
    national, there = national_amount(book, codes, day, setting), allowed(book, codes, day, state, setting)
    if national is None or there is None or national == 0:
        return price.range
    if price.typical == national:
        return there
    return Range(*(divided(own * area, national) for own, area in zip(price.range, there, strict=True)))


def year_of(book: Book, charge: Charge, price: Price, day: date) -> int | None:
    """The calendar year whose amount of Medicare's a price is on `day`; None where it follows none."""
    key = "year", charge.codes, _stretch(book, day)
    return _once(book, price, key, lambda: _year_of(book, charge, price, day))


def _year_of(book: Book, charge: Charge, price: Price, day: date) -> int | None:
    basis = price.by_area or basis_of(book, charge, price, day)
    if basis is None:
        return None
    tables: Mapping[str, Mapping[date, object]] = book.hospital_payments if basis == "hospital" else book.fee_schedule
    begun = [last_begun(tables.get(code, {}), day) for code in charge.codes]
    return min((start.year for start in begun if start is not None), default=None)


def last_begun(dated: Iterable[date], day: date) -> date | None:
    """The last of the days that has come by `day`."""
    return max((start for start in dated if start <= day), default=None)


def _all_areas(book: Book) -> Iterator[tuple[str, Area]]:
    return ((state, area) for state, areas in book.areas.items() for area in areas.values())


def _entries(book: Book, codes: Iterable[str], day: date) -> list[FeeScheduleEntry | None]:
    return [began_last(book.fee_schedule.get(code, {}), day) for code in codes]


def _amounts(
    areas: Iterable[Area], entries: list[FeeScheduleEntry | None], day: date, setting: PaymentSetting
) -> tuple[Cents, ...]:
    known = (began_last(area.factors, day) for area in areas)
    found = [_amount(entries, factors, setting) for factors in known if factors is not None]
    return tuple(sorted(amount for amount in found if amount is not None))


def _amount(entries: Iterable[FeeScheduleEntry | None], area: AreaFactors, setting: PaymentSetting) -> Cents | None:
    parts = [_of_code(entry, area, setting) for entry in entries]
    return sum(part for part in parts if part is not None) if parts and None not in parts else None


def _of_code(entry: FeeScheduleEntry | None, area: AreaFactors, setting: PaymentSetting) -> Cents | None:
    practice = getattr(entry, f"practice_{setting}", None)
    if entry is None or practice is None:
        return None
    units = entry.work * area.work + practice * area.practice + entry.malpractice * area.malpractice
    return cents_of(units * entry.conversion_factor)


# An estimate asks the same again and again, and a hundred areas are slow to work out.

Made = TypeVar("Made")
_MOST_KEPT = 2_000
_kept: dict[tuple[Hashable, ...], tuple[Book, Price | None, Any]] = {}


def _once(book: Book, price: Price | None, key: tuple[Hashable, ...], make: Callable[[], Made]) -> Made:
    """What `make` gives, worked out once for these tables and this price: neither ever changes."""
    place = (id(book), id(price), *key)
    known = _kept.get(place)
    # An id may be given away again, so the objects themselves are kept and compared.
    if known is not None and known[0] is book and known[1] is price:
        return known[2]  # type: ignore[no-any-return]
    made = make()
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[place] = book, price, made
    return made


def _stretch(book: Book, day: date) -> int:
    """Which of the stretches of days in which nothing of the fee schedule, the areas and the hospital's part begins."""
    return sum(first <= day for first in _once(book, None, ("days",), lambda: _first_days(book)))


def _first_days(book: Book) -> list[date]:
    factors = (area.factors for _, area in _all_areas(book))
    return sorted(
        {day for dated in (*book.fee_schedule.values(), *book.hospital_payments.values(), *factors) for day in dated}
    )
