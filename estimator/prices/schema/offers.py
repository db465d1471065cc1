"""How a clinic sells for less than its price of one session: packages, first sessions, subscriptions, discounts."""

from datetime import date
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field, model_validator

from estimator.prices.schema.basics import Provenance, Text
from estimator.prices.schema.scalars import Amount, Count, Day, Frozen, Name, Percent, refuse
from estimator.sentences import say


class Offer(Provenance):
    """Something sold from `starts` on and `until` a day, both included; left out means always."""

    starts: Day | None = None
    until: Day | None = None

    def holds(self, day: date) -> bool:
        """Whether it can be bought on `day`."""
        return (self.starts is None or self.starts <= day) and (self.until is None or day <= self.until)


class Package(Offer):
    """
    A prepaid bundle of `sessions` of the charge (and of `also_covers`) for one `price`, paid at the first.

    `includes` says how many of other charges the price holds as well. With `payments` it is paid in so many parts, one
    a month. Sessions later than `within_days` after the first one are not covered any more.
    """

    sessions: Annotated[Count, Field(ge=2, le=104)]
    price: Amount
    also_covers: tuple[Name, ...] = ()
    includes: Frozen[Name, Annotated[Count, Field(ge=1, le=104)]] = Field(default_factory=lambda: MappingProxyType({}))
    payments: Annotated[Count, Field(ge=1, le=36)] = 1
    within_days: Annotated[Count, Field(ge=1, le=1095)] | None = None


class Introductory(Offer):
    """The first `sessions` of a new patient, at a `price` of their own."""

    sessions: Annotated[Count, Field(ge=1, le=104)] = 1
    price: Amount


class Subscription(Offer):
    """So much a month for up to `sessions` of the charge in it; left out means however many."""

    monthly: Amount
    sessions: Annotated[Count, Field(ge=1, le=104)] | None = None


class Discount(Provenance):
    """
    Less for a group of people, such as veterans, or for members: `percent` off, or other `prices`.

    It holds for `charges`, left out means for all that the clinic sells. `monthly` is what membership costs.
    """

    label: Text
    percent: Percent | None = None
    prices: Frozen[Name, Amount] = Field(default_factory=lambda: MappingProxyType({}))
    charges: tuple[Name, ...] = ()
    monthly: Amount | None = None

    @model_validator(mode="after")
    def _says_what_is_less(self) -> Self:
        if self.percent is None and not self.prices:
            raise refuse(say("give either percent or prices"))
        return self
