"""The dated prices of one charge in one column: which file they stand in, what that file itself says, since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, flash, url_for
from flask_babel import gettext as _

from estimator.prices.book import NATIONAL
from estimator.prices.columns import COLUMN_WORDS
from estimator.prices.editing.slices import hash_at, read
from estimator.prices.editing.splicing import TypedPrice, price_in
from estimator.prices.nodes import Node
from estimator.prices.problems import KeyPath
from estimator.prices.schema.basics import PRICE_COLUMNS, PriceColumn
from estimator.prices.schema.dated_prices import Price
from estimator.sentences import InLanguages, Sentence
from estimator.store.stored_sentences import listed
from estimator.versions.drafting import Edit
from estimator.web.desk.prices.clinic_day import day_at
from estimator.web.desk.prices.owner_tables import OwnerTables, tables_of, yaml_address
from estimator.web.filters import day, money, words


class PriceChanged(Exception):
    """A price no longer says what it said to the person who saw it."""


@dataclass(frozen=True, slots=True)
class Period:
    """
    One price of the column: from which day it holds, whether it can still be taken away as if it had never been.

    `price` is None where a draft with mistakes says it in a way that cannot be read.
    """

    start: date
    price: Price | TypedPrice | None
    checked: date | None
    own: bool
    future: bool


@dataclass(frozen=True, slots=True, eq=False)
class PriceSeries:
    """The prices of `charge` in `column` of an owner's tables, and in which file they stand or would stand."""

    tables: OwnerTables
    charge: str
    column: PriceColumn

    @property
    def owner(self) -> str:
        return self.tables.owner

    @property
    def path(self) -> KeyPath:
        return ("charges", self.charge, self.column)

    @property
    def file(self) -> str:
        return self.tables.file_with(("charges", self.charge))

    @property
    def root(self) -> Node:
        """What the file says, each value with its place; raises CannotSplice where it cannot be read."""
        return read(self.tables.work.files.get(self.file, b""))

    @property
    def label(self) -> str:
        charge = self.tables.book.tables.charges.get(self.charge) if self.tables.book else None
        return words(charge.label) if charge else self.charge

    @property
    def column_words(self) -> str:
        return str(_(COLUMN_WORDS[self.column]))

    @property
    def in_any_language(self) -> str:
        """Which price this is, as the store keeps it: read by whoever, in whatever language."""
        charge = self.tables.book.tables.charges.get(self.charge) if self.tables.book else None
        label = InLanguages(charge.label.model_dump(exclude_none=True)) if charge else self.charge
        return listed([label, Sentence(COLUMN_WORDS[self.column], {})])

    def address(self, **query: Any) -> str:
        return url_for("desk_prices.price", owner=self.owner, charge=self.charge, column=self.column, **query)

    @property
    def id(self) -> str:
        """What a link to this price in the overview ends in."""
        return f"price-{self.charge}-{self.column}"

    @property
    def row(self) -> str:
        """The overview, at this price."""
        return url_for("desk_prices.overview", owner=self.owner, _anchor=self.id)

    def say(self, sentence: str, category: str = "message") -> None:
        """Say something beside this price's row on the overview, the next page."""
        flash(sentence, f"{category} {self.id}")

    def answer(self, show: str | None = None) -> str:
        """The overview, at what `say` says there; `show` limits the table as it was limited before."""
        return url_for("desk_prices.overview", owner=self.owner, show=show, _anchor=f"said-{self.id}")

    @property
    def as_yaml(self) -> str:
        return yaml_address(self.owner, self.file, self.tables.line_of(self.file, self.path))

    def own_starts(self) -> list[date]:
        """The first days of the prices that the file itself gives; raises CannotSplice where it cannot be read."""
        column = self.root.said(self.path)
        return sorted(filter(None, (day_in(text) for text in column or ()))) if isinstance(column, dict) else []

    def own(self, start: date) -> TypedPrice | None:
        """The price of that day as the file itself says it; None where there is none, or none that can be read."""
        return price_in(self.root, self.charge, self.column, start)

    def standing(self, start: date) -> str:
        """What saving a price that begins on `start` would replace, in words; nothing where no price begins then."""
        if start not in self.own_starts():
            return ""
        price = self.own(start)
        if price is None:
            return str(_("On %(day)s stands a price already that cannot be read; saving replaces it.", day=day(start)))
        return str(
            _("On %(day)s stands %(price)s already; saving replaces it.", day=day(start), price=amounts_in_words(price))
        )

    def periods(self) -> list[Period]:
        """Every price of the column, in order of time; of a draft with mistakes, as far as they can be read."""
        own, today = self.own_starts(), day_at(self.owner)
        if self._is_broken and own:
            usual = day_in(str(self.defaults().get("checked", "")))
            found = {start: self.own(start) for start in own}
            return [
                Period(start, price, (price.checked or usual) if price else None, True, start > today)
                for start, price in found.items()
            ]
        dated = self._dated()
        return [
            Period(start, dated[start], dated[start].checked, start in own, start > today) for start in sorted(dated)
        ]

    @property
    def _is_broken(self) -> bool:
        """Whether the draft has mistakes, so that it cannot be read as a whole."""
        return self.tables.work.draft is not None and self.tables.checked.book is None

    def _dated(self) -> Mapping[date, Price]:
        """The column's prices in the tables; those that are inherited where a draft with mistakes has none."""
        book = self.tables.national_book if self._is_broken and self.owner != NATIONAL else self.tables.book
        charge = book.tables.charges.get(self.charge) if book else None
        return (charge.prices(self.column) if charge else None) or {}

    def defaults(self) -> Mapping[str, Any]:
        """What the file says for every price that does not say its own source, day and confidence."""
        found = self.root.said(("defaults",))
        return found if isinstance(found, dict) else {}

    def fingerprint(self) -> str:
        """What the file itself says about this price, in short: it tells whether somebody changed it meanwhile."""
        return hash_at(self.root, self.path)

    def as_seen(self, edit: Edit, fingerprint: str) -> Edit:
        """The same edit, of a text that still says of this price what was seen; else it raises `PriceChanged`."""

        def careful(data: bytes) -> bytes:
            if hash_at(read(data), self.path) != fingerprint:
                raise PriceChanged
            return edit(data)

        return careful


def amounts_in_words(price: Price | TypedPrice) -> str:
    """``$440``, or low, typical and high."""
    if price.low == price.high:
        return money(price.typical)
    ends = {end: money(getattr(price, end)) for end in ("low", "typical", "high")}
    return str(_("%(low)s / %(typical)s / %(high)s", **ends))


def price_series(owner: str, charge: str, column: str) -> PriceSeries:
    """The price that a route names; a strange one is not found."""
    tables = tables_of(owner)
    if column not in PRICE_COLUMNS or (tables.book and charge not in tables.book.tables.charges):
        abort(404)
    return PriceSeries(tables, charge, column)


def day_in(text: str) -> date | None:
    """A day as a link or a form writes it; None for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
