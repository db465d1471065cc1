"""Every price of a book as it stands on a day: what it is, whose it is, how old, and what comes next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from estimator.prices.book_walks import out_of_date, prices
from estimator.prices.schema.basics import PriceColumn, Text
from estimator.prices.schema.dated_prices import Price, price_in_force
from estimator.prices.schema.files import Book
from estimator.prices.schema.sources import Source

SOON = timedelta(days=90)
"""How far ahead a change of price is soon."""


@dataclass(frozen=True, slots=True)
class PriceRow:
    """
    One column of one charge on a day.

    `price` is the one in force since `start`; None where the first one is still to begin. `next` is the next change.
    `own` prices stand in the clinic's own file, under the charge `stands_at`; the others are inherited from the
    national tables. Of the national book every price is its own. `sources` holds id and source.
    """

    charge: str
    label: Text
    column: PriceColumn
    start: date | None
    price: Price | None
    own: bool
    stands_at: str
    stale: bool
    soon: bool
    sources: tuple[tuple[str, Source], ...]
    next: tuple[date, Price] | None

    @property
    def checked(self) -> date | None:
        """The day on which somebody last looked at the price's source."""
        return self.price.checked if self.price is not None else None

    @property
    def stale_from(self) -> date | None:
        """The first day on which the price is out of date, if nobody looks at its source again before."""
        if self.checked is None:
            return None
        leap_day = (self.checked.month, self.checked.day) == (2, 29)
        year_on = date(self.checked.year + 1, 2, 28) if leap_day else self.checked.replace(year=self.checked.year + 1)
        return year_on + timedelta(days=1)


def price_rows(book: Book, today: date, national: Book | None = None) -> Iterator[PriceRow]:
    """
    Every price of `book` on `today`, in the order of the tables.

    `national` are the tables that a clinic's book was made from; without them every price is the book's own. What is
    missing altogether only the claims can say: `estimator.core.missing`.
    """
    for (_, id_, _), charge, column, dated in prices(book):
        name = str(id_)
        start = max((start for start in dated if start <= today), default=None)
        price = price_in_force(dated, today)
        later = min((start for start in dated if start > today), default=None)
        yield PriceRow(
            name,
            charge.label,
            column,
            start,
            price,
            national is None or _prices_in(national, name, column) != dated,
            _stands_at(book, name, column, national),
            price is not None and out_of_date(price.checked, today),
            later is not None and later - today <= SOON,
            tuple((source, book.sources[source]) for source in (price.source if price else ())),
            (later, dated[later]) if later is not None else None,
        )


def _stands_at(book: Book, charge: str, column: PriceColumn, national: Book | None) -> str:
    """The charge under which a clinic's file holds the price: by ``same_as`` it may be another one."""
    model = book.charges[charge].same_as
    if national is None or model is None or model not in book.charges:
        return charge
    copied = book.charges[charge].prices(column) is book.charges[model].prices(column)
    return model if copied and _prices_in(national, charge, column) != book.charges[charge].prices(column) else charge


def _prices_in(book: Book, charge: str, column: PriceColumn) -> Mapping[date, Price] | None:
    return book.charges[charge].prices(column) if charge in book.charges else None
