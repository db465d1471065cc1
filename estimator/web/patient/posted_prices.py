"""Posted prices as the price list shows them: a strip of dots, and where in the country enough were seen."""

from dataclasses import dataclass

from estimator.prices.regions import REGION_OF, Region
from estimator.prices.samples import Posted, posted
from estimator.prices.schema.dated_prices import Price, last_start
from estimator.prices.schema.files import Book
from estimator.sentences import marked as _

IN_REGION: dict[Region, str] = {
    "northeast": _("in the Northeast"),
    "midwest": _("in the Midwest"),
    "south": _("in the South"),
    "west": _("in the West"),
}

_LEFT, _WIDTH = 1.5, 97.0
"""Where the scale begins and how far it goes, in percent of the strip: a dot at either end is whole."""

_APART = 2.4
"""Dots nearer than this, in percent, would cover each other on a phone: they are stacked."""


@dataclass(frozen=True, slots=True)
class Dots:
    """
    The prices that count, on a scale from zero: for each its place in percent and how high it is stacked.

    `range` is the place and the width of the range in the tables, `typical` the place of its typical price; None where
    the tables have no price.
    """

    dots: tuple[tuple[float, int], ...]
    range: tuple[float, float] | None
    typical: float | None

    @property
    def levels(self) -> int:
        """How many dots are stacked at most."""
        return 1 + max(level for _, level in self.dots)


@dataclass(frozen=True, slots=True)
class PostedPrices:
    """What was seen of a charge or service, as a page shows it."""

    seen: Posted
    dots: Dots | None


@dataclass(frozen=True, slots=True)
class SeenInRegion:
    """How many prices of a region count, and from where to where they go, in cents; `where` is in English."""

    number: int
    where: str
    low: int
    high: int


def seen_in_region(book: Book, name: str, state: str | None) -> SeenInRegion | None:
    """What was seen of a charge in the region of `state`; None where too few were, and of a clinic's own prices."""
    region = REGION_OF.get(state or "")
    there = posted(book, name).regions.get(region) if region is not None and book.clinic is None else None
    if region is None or there is None:
        return None
    ends = [end for sample in there.counted for end in sample.ends]
    return SeenInRegion(len(there.counted), IN_REGION[region], min(ends), max(ends))


def posted_prices(book: Book, name: str) -> PostedPrices:
    """The posted prices of a charge or service; without dots where none counts."""
    seen = posted(book, name)
    return PostedPrices(seen, _dots(seen, _self_pay(book, name)) if seen.counted else None)


def _self_pay(book: Book, name: str) -> Price | None:
    prices = book.charges[name].self_pay if name in book.charges else None
    start = last_start(prices, None) if prices else None
    return prices[start] if prices and start else None


def _dots(seen: Posted, price: Price | None) -> Dots:
    values = [sample.value for sample in seen.counted]
    scale = max(*values, price.high if price else 0, 1)

    def at(cents: int) -> float:
        return _LEFT + _WIDTH * cents / scale

    if price is None:
        return Dots(_stacked([at(value) for value in values]), None, None)
    ends = at(price.low), at(price.high) - at(price.low)
    return Dots(_stacked([at(value) for value in values]), ends, at(price.typical))


def _stacked(places: list[float]) -> tuple[tuple[float, int], ...]:
    """Each place, from the left, with the lowest level on which no dot is too near."""
    last: list[float] = []
    found = []
    for place in places:
        level = next((level for level, near in enumerate(last) if place - near >= _APART), len(last))
        last[level:] = [place, *last[level + 1 :]]
        found.append((place, level))
    return tuple(found)
