"""A clinic's price list on one sheet, for the wall and for taking along: what the clinic itself asks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from estimator.prices.book import PriceBook
from estimator.prices.price_rows import PriceRow, price_rows
from estimator.prices.schema.basics import PriceColumn, Text
from estimator.prices.schema.charges import Charge
from estimator.prices.schema.files import Book
from estimator.web.qr import qr_svg
from estimator.web.site import site

bp = Blueprint("price_list", __name__)

ASKED: tuple[PriceColumn, ...] = ("self_pay", "insured_patient")
"""The columns that a clinic asks of patients; the others are what plans allow."""


@dataclass(frozen=True, slots=True)
class ListedCharge:
    """One line of the list: a charge and what the clinic asks for it, by column; `sold`: it has offers of its own."""

    id: str
    charge: Charge
    prices: Mapping[PriceColumn, PriceRow]
    sold: bool


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """The lines of one treatment; `heading` is None for what belongs to several treatments, or to none."""

    heading: Text | None
    charges: tuple[ListedCharge, ...]

    @property
    def columns(self) -> list[PriceColumn]:
        """The columns in which any of them has a price; the first one always."""
        return [ASKED[0], *(column for column in ASKED[1:] if any(column in one.prices for one in self.charges))]


@bp.get("/c/<clinic>/price-list")
def show(clinic: str) -> ResponseReturnValue:
    """The sheet, as the prices hold today."""
    books = site().prices.current
    book = books.clinics.get(clinic) or abort(404)
    national = books.national.tables
    groups = price_list_groups(book, national, site().today())
    return render_template(
        "patient/price_list.html",
        book=book,
        groups=groups,
        discounts={name: one for name, one in book.tables.discounts.items() if name not in national.discounts},
        checked=min(_checks(groups), default=None),
        today=site().today(),
        address=url_for("patient.clinic_questions", clinic=clinic, _external=True),
        qr=qr_svg,
    )


def price_list_groups(book: PriceBook, national: Book, today: date) -> tuple[ListedGroup, ...]:
    """What is the clinic's own, by treatment in the tables' order, then what several treatments share."""
    own = {one.id: one for one in _own_charges(book.tables, national, today)}
    users = {name: _charges_of(book.tables, name) for name in book.tables.treatments}
    shared = [id_ for id_ in own if sum(id_ in used for used in users.values()) != 1]
    alone = [(name, [id_ for id_ in used if id_ in own and id_ not in shared]) for name, used in users.items()]
    groups = [ListedGroup(book.tables.treatments[name].label, tuple(own[id_] for id_ in ids)) for name, ids in alone]
    groups.append(ListedGroup(None, tuple(own[id_] for id_ in shared)))
    return tuple(group for group in groups if group.charges)


def _checks(groups: Iterable[ListedGroup]) -> Iterator[date]:
    rows = (row for group in groups for one in group.charges for row in one.prices.values())
    return (row.checked for row in rows if row.checked is not None)


def _own_charges(tables: Book, national: Book, today: date) -> Iterator[ListedCharge]:
    rows: dict[str, dict[PriceColumn, PriceRow]] = {}
    without = _billed_without_insurance(tables)
    for row in price_rows(tables, today, national):
        if row.own and row.column in ASKED:
            # What is billed only to plans costs nobody without insurance anything.
            column = row.column if row.charge in without else ASKED[1]
            rows.setdefault(row.charge, {}).setdefault(column, row)
    for id_, charge in tables.charges.items():
        usual = national.charges.get(id_)
        sold = usual is None or any(getattr(charge, name) != getattr(usual, name) for name in _SOLD)
        included = charge.included_in is not None and (usual is None or charge.included_in != usual.included_in)
        if id_ in rows or included or (sold and any(getattr(charge, name) for name in _SOLD)):
            yield ListedCharge(id_, charge, rows.get(id_, {}), sold)


_SOLD = ("packages", "introductory", "subscription", "credited_toward")


def _billed_without_insurance(tables: Book) -> frozenset[str]:
    """The charges that somebody without insurance may be billed for, and those that no treatment names."""
    lines = [
        line
        for one in tables.treatments.values()
        for line in (*one.before, *one.each_session, *one.follow_ups, *((one.ride,) if one.ride else ()))
    ]
    plans_only = {line.charge for line in lines} | {line.lower_dose for line in lines if line.lower_dose}
    for line in lines:
        if (not line.payers or "none" in line.payers) and "none" not in line.not_payers:
            plans_only -= {line.charge, line.lower_dose}
    return frozenset(tables.charges.keys() - plans_only)


def _charges_of(tables: Book, treatment: str) -> list[str]:
    """The charges that a treatment bills, in the order of its visits."""
    one = tables.treatments[treatment]
    lines: Iterable[str | None] = (
        name
        for line in (*one.before, *one.each_session, *one.follow_ups, *((one.ride,) if one.ride else ()))
        for name in (line.charge, line.lower_dose)
    )
    return list(dict.fromkeys(name for name in lines if name))
