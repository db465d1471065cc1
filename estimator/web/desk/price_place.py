"""One price of an owner's tables: which file it stands in, what that file says about it, and since when."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _

from estimator.prices.columns import COLUMN_WORDS
from estimator.prices.problems import Path
from estimator.prices.rewriting import tree_of
from estimator.prices.schema import PRICE_COLUMNS, Price, PriceColumn
from estimator.prices.splicing import TypedPrice, price_in
from estimator.web.desk.current import Tables, file_with, line_of, tables_of, yaml_address
from estimator.web.filters import words
from estimator.web.site import site


@dataclass(frozen=True, slots=True)
class Period:
    """One price of the column: from which day it holds, whether it can still be taken away as if it had never been."""

    start: date
    price: Price
    own: bool
    ahead: bool


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Which price of whose tables a page is about, and in which file it stands or would stand."""

    tables: Tables
    charge: str
    column: PriceColumn

    @property
    def owner(self) -> str:
        return self.tables.owner

    @property
    def path(self) -> Path:
        return ("charges", self.charge, self.column)

    @property
    def file(self) -> str:
        return file_with(self.tables.work, ("charges", self.charge))

    @property
    def data(self) -> bytes:
        return self.tables.work.files.get(self.file, b"")

    @property
    def label(self) -> str:
        charge = self.tables.book.tables.charges.get(self.charge) if self.tables.book else None
        return words(charge.label) if charge else self.charge

    @property
    def column_words(self) -> str:
        return str(_(COLUMN_WORDS[self.column]))

    def address(self, **query: Any) -> str:
        return url_for("desk_prices.price", owner=self.owner, charge=self.charge, column=self.column, **query)

    @property
    def row(self) -> str:
        """The overview, at this price."""
        here = f"price-{self.charge}-{self.column}"
        return url_for("desk_prices.overview", owner=self.owner, _anchor=here)

    @property
    def as_yaml(self) -> str:
        return yaml_address(self.owner, self.file, line_of(self.tables.work, self.file, self.path))

    def own_starts(self) -> list[date]:
        """The first days of the prices that the file itself gives; raises CannotSplice where it cannot be read."""
        charges = tree_of(self.data).get("charges")
        charge = charges.get(self.charge) if isinstance(charges, dict) else None
        column = charge.get(self.column) if isinstance(charge, dict) else None
        return sorted(filter(None, (day_in(text) for text in column or ()))) if isinstance(column, dict) else []

    def own(self, start: date) -> TypedPrice | None:
        return price_in(self.data, self.charge, self.column, start)

    def periods(self) -> list[Period]:
        """Every price of the column, in order of time."""
        tables = self.tables.book.tables if self.tables.book else None
        charge = tables.charges.get(self.charge) if tables else None
        dated: Mapping[date, Price] = (charge.prices(self.column) if charge else None) or {}
        own, today = self.own_starts(), site().today()
        return [Period(start, dated[start], start in own, start > today) for start in sorted(dated)]

    def fingerprint(self) -> str:
        """What the file itself says about this price, in short: it tells whether somebody changed it meanwhile."""
        said = [(start.isoformat(), repr(self.own(start))) for start in self.own_starts()]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def place_of(owner: str, charge: str, column: str) -> Place:
    """The price that a route names; a strange one is not found."""
    tables = tables_of(owner)
    if column not in PRICE_COLUMNS or (tables.book and charge not in tables.book.tables.charges):
        abort(404)
    return Place(tables, charge, column)


def day_in(text: str) -> date | None:
    """A day as a link or a form writes it; None for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
