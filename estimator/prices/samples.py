"""
Posted prices -> what a charge usually costs.

One price per provider counts. From eight of them on, low and high are the 10th and the 90th percentile, so that one odd
price moves neither; with fewer, percentiles would claim to know more than was seen, and low and high are the lowest and
the highest price as posted. The typical price is the median in any case. Percentiles lie on straight lines between
neighbouring prices (Hyndman and Fan's type 7, as spreadsheets count), and what lies between is rounded to $5, from $500
on to $25. Fewer than four prices give no range.
"""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from estimator.money import WHOLE, Range, divided
from estimator.prices.regions import REGION_OF, Region
from estimator.prices.schema.dated_prices import Price
from estimator.prices.schema.files import Book
from estimator.prices.schema.sources import Sample

FEWEST = 4
"""With fewer posted prices there is no range, and no word about a region."""

ENOUGH_FOR_PERCENTILES = 8

_FINE, _COARSE, _COARSE_FROM = 5_00, 25_00, 500_00


@dataclass(frozen=True, slots=True)
class Posted:
    """The samples of one charge or service, those that count from the cheapest to the dearest."""

    counted: tuple[Sample, ...]
    left_out: tuple[Sample, ...] = ()

    @property
    def range(self) -> Range | None:
        """Low, typical and high in cents; None where too few count."""
        return spread([sample.value for sample in self.counted]) if len(self.counted) >= FEWEST else None

    @property
    def charged(self) -> "Posted":
        """The same without those who ask nothing."""
        return Posted(tuple(sample for sample in self.counted if sample.value), self.left_out)

    @property
    def free(self) -> int:
        """How many of those that count ask nothing, in basis points."""
        return divided(WHOLE * sum(not sample.value for sample in self.counted), max(len(self.counted), 1))

    @property
    def regions(self) -> "dict[Region, Posted]":
        """The same for each region in which enough were seen."""
        found: dict[Region, list[Sample]] = {}
        for sample in self.counted:
            if sample.state in REGION_OF:
                found.setdefault(REGION_OF[sample.state], []).append(sample)
        return {region: Posted(tuple(there)) for region, there in found.items() if len(there) >= FEWEST}


def posted(book: Book, name: str) -> Posted:
    """What was seen of a charge or a service."""
    own = sorted((sample for _, sample in of(book, name)), key=lambda sample: sample.value)
    return Posted(
        tuple(sample for sample in own if sample.left_out is None),
        tuple(sample for sample in own if sample.left_out is not None),
    )


def behind(book: Book, name: str, price: Price) -> Posted:
    """The posted prices that `price` of a charge says the range of: where some ask nothing, those of the others."""
    seen = posted(book, name)
    return seen if price.free is None else seen.charged


def of(book: Book, name: str) -> Iterator[tuple[str, Sample]]:
    """The samples of a charge or a service, with their ids, in the order of the tables."""
    return ((id_, sample) for id_, sample in book.samples.items() if name in sample.of)


def spread(values: Sequence[int]) -> Range:
    """Low, typical and high of at least one price in cents, as the module says."""
    ordered = sorted(values)
    low, high = ordered[0], ordered[-1]
    if len(ordered) >= ENOUGH_FOR_PERCENTILES:
        tenths = statistics.quantiles(ordered, n=10, method="inclusive")
        low, high = _rounded(tenths[0]), _rounded(tenths[-1])
    return Range(low, min(max(_rounded(statistics.median(ordered)), low), high), high)


def _rounded(cents: float) -> int:
    step = _COARSE if cents >= _COARSE_FROM else _FINE
    # Tenths of a cent, because a quantile may lie between two cents.
    return divided(round(10 * cents), 10 * step) * step
