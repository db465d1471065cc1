"""A price, and the prices of one thing from day to day."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, TypeVar

from pydantic import model_validator

from estimator.money import Range
from estimator.prices.schema.basics import Provenance, range_from
from estimator.prices.schema.scalars import Amount, Day, Frozen, Percent, as_text, refuse
from estimator.sentences import say

T = TypeVar("T")

PaymentSetting = Literal["office", "facility"]
"""Where a service is given: an office pays for rooms and staff itself; in a hospital's department the hospital does."""


class Price(Provenance):
    """
    One price: ``{low, typical, high, source, checked}``, or ``{price, source, checked}``, or one number.

    Missing ``source`` and ``checked`` come from the file's ``defaults``. `free` is how many of 100 ask nothing for it;
    the amounts are then those of the others. `by_area` says that it differs among Medicare's areas as the amount for
    the charge's codes does, in an office or where a facility brings rooms and staff.
    """

    low: Amount
    typical: Amount
    high: Amount
    free: Percent | None = None
    by_area: PaymentSetting | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_price(cls, value: Any) -> Any:
        if isinstance(value, str):
            return range_from(value)
        if isinstance(value, dict) and "price" in value:
            if value.keys() & {"low", "typical", "high"}:
                raise refuse(say("give either price, or low, typical and high, not both"))
            rest = {key: item for key, item in value.items() if key != "price"}
            return rest | range_from(as_text(value["price"]))
        return value

    @property
    def range(self) -> Range:
        return Range(self.low, self.typical, self.high)


DatedPrices = Frozen[Day, Price]
"""Start date -> price. A price holds until the next date begins, so no gap or overlap can be written."""


def price_in_force(prices: Mapping[date, Price], day: date) -> Price | None:
    """The price that holds on `day`, or None before the first start date."""
    return began_last(prices, day)


def began_last(dated: Mapping[date, T], day: date) -> T | None:
    """What began last until `day`, and so holds on it; None before the first."""
    begun = [start for start in dated if start <= day]
    return dated[max(begun)] if begun else None


def last_start(prices: Mapping[date, Price], today: date | None) -> date | None:
    """The start date of the price that holds `today`, or, before the first one and without a day, of the last one."""
    begun = [start for start in prices if today is None or start <= today]
    return max(begun or prices, default=None)
