"""
Money: whole US cents, the only parsing of dollars and the only rounding.

A `Cents` is an ``int`` or an ``int64`` array with one element per scenario. Rates are whole basis points
(1/100 of a percent). Dollars exist only at the edges: in tables, in forms and on the page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from estimator.sentences import say

CentsArray = npt.NDArray[np.int64]
Cents = int

WHOLE = 10_000
"""100 percent in basis points."""

_AMOUNT = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,2}))?")
_TYPED = re.compile(r"\$?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,7})(?:\.([0-9]{1,2}))?")
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Range:
    """Low, typical and high of one quantity, in whole cents, basis points or counts; low ≤ typical ≤ high."""

    low: int
    typical: int
    high: int

    @classmethod
    def exactly(cls, value: int) -> "Range":
        """The range of something known: all three ends are one value."""
        return cls(value, value, value)

    @property
    def known(self) -> bool:
        """Whether there is nothing left to ask."""
        return self.low == self.high

    def __iter__(self) -> Iterator[int]:
        return iter((self.low, self.typical, self.high))

    def place(self, value: int) -> float:
        """Where `value` stands in this range: 0 at or below low, 0.5 at typical, 1 at or above high."""
        if value <= self.typical:
            return 0.5 if self.typical == self.low else max(value - self.low, 0) / (self.typical - self.low) / 2
        return (
            1.0
            if self.high == self.typical
            else 0.5 + min(value - self.typical, self.high - self.typical) / (self.high - self.typical) / 2
        )

    def at(self, place: float) -> int:
        """The value at a `place` between 0 and 1, halves rounded up; the opposite of `place`."""
        return int(between(self.low, self.typical, self.high, weights_at(np.array([place])))[0])


def parse_amount(text: str) -> Cents:
    """
    Cents of an amount in a table, written like ``75`` or ``75.00``.

    Raises ValueError with a `Sentence` for the person who wrote it.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        if re.fullmatch(r"[0-9]+\.[0-9]{3,}", text):
            raise ValueError(
                say("'%(text)s' has fractions of a cent; write at most two digits after the point", text=text)
            )
        says = say("'%(text)s' is not an amount like 75 or 75.00 (digits only: no $, comma or minus sign)", text=text)
        raise ValueError(says)
    return _cents(match[1], match[2])


def parse_typed_amount(text: str) -> Cents:
    """
    Cents of an amount typed by a person, who may write ``$1,500`` or ``1500.50``.

    Raises ValueError when it cannot be read; the caller names the field.
    """
    match = _TYPED.fullmatch(text.strip())
    if match is None:
        raise ValueError(say("'%(text)s' is not a dollar amount", text=text))
    return _cents(match[1].replace(",", ""), match[2])


def parse_percent(text: str) -> int:
    """Basis points of a percentage written like ``20`` or ``12.5``; raises ValueError above 100."""
    match = _PERCENT.fullmatch(text)
    if match is None:
        raise ValueError(say("'%(text)s' is not a percentage like 20 or 12.5", text=text))
    points = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if points > WHOLE:
        raise ValueError(say("'%(text)s' is more than 100 percent", text=text))
    return points


def _cents(whole: str, fraction: str | None) -> Cents:
    return int(whole) * 100 + int((fraction or "").ljust(2, "0"))


def parse_decimal(text: str, places: int) -> Decimal:
    """A number written like ``1.92`` with at most so many digits after the point; raises ValueError otherwise."""
    if re.fullmatch(rf"[0-9]{{1,4}}(\.[0-9]{{1,{places}}})?", text) is None:
        says = say(
            "'%(text)s' is not a number with at most %(places)s digits after the point", text=text, places=places
        )
        raise ValueError(says)
    return Decimal(text)


def cents_of(dollars: Decimal) -> Cents:
    """Whole cents of an exact number of dollars ≥ 0, halves rounded up."""
    return int((dollars * 100).to_integral_value(ROUND_HALF_UP))


def part_of(amount: Any, basis_points: Any) -> Any:
    """
    `basis_points` of `amount`, in whole cents, halves rounded up.

    Works alike on one number and on int64 arrays; both must be ≥ 0.
    """
    return (amount * basis_points + WHOLE // 2) // WHOLE


Amount = TypeVar("Amount", int, CentsArray)


def divided(amount: Amount, by: int) -> Amount:
    """`amount`, one number or an int64 array, divided by `by`, halves rounded up; both must be ≥ 0."""
    return (2 * amount + by) // (2 * by)


Weights = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def weights_at(position: npt.NDArray[np.float64]) -> Weights:
    """How far each position has gone from low to typical, and from typical to high; both in [0, 1]."""
    doubled = position * 2
    return np.minimum(doubled, 1.0), np.maximum(doubled, 1.0) - 1.0


def between(low: Any, typical: Any, high: Any, weights: Weights) -> CentsArray:
    """
    The value at each position of a range: 0 is low, 0.5 typical, 1 high, straight lines between.

    The ends are numbers or int64 arrays of shape (scenarios,), `weights` come from `weights_at`. Halves round up.
    """
    return along(typical - low, high - typical, low + 0.5, weights)


def along(below: Any, above: Any, start: Any, weights: Weights) -> CentsArray:
    """The same of a range that starts at `start`, half a cent added, and is so wide `below` and `above` its typical."""
    gone_below, gone_above = weights
    value = below * gone_below
    value += above * gone_above
    value += start
    return np.asarray(np.floor(value, out=value), dtype=np.int64)


def dollars(cents: Cents) -> str:
    """``$1,234.50``, the exact amount."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}${cents // 100:,}.{cents % 100:02d}"


def plain_amount(cents: Cents) -> str:
    """``420`` or ``420.50``: the amount as tables and forms write it."""
    return f"{cents // 100}" + (f".{cents % 100:02d}" if cents % 100 else "")
