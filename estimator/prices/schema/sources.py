"""Sources, and the prices that providers post."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from estimator.money import divided
from estimator.prices.schema.basics import Provenance, Table, Text
from estimator.prices.schema.scalars import Address, Amount, Count, Day, Name, State, Words, YesNo, refuse
from estimator.sentences import say


class Source(Table):
    """Who says so: a page, a file, a regulation; or our own derivation or assumption, and then why."""

    title: Text
    url: Address | None = None
    kind: Literal["price-list", "survey", "official", "press", "other", "derived", "assumption"] = "other"
    published: Text | None = None
    note: Text | None = None


def kinds_without_address(clinic: bool) -> tuple[str, ...]:
    """The kinds of sources that need no address; among them a `clinic`'s own price list, which may be on paper."""
    return ("derived", "assumption", "price-list") if clinic else ("derived", "assumption")


class Service(Table):
    """Something price lists post that no charge of the tables stands for."""

    label: Text
    per: Text = Text(en="session")


Included = Literal[
    "evaluation",
    "medicine",
    "monitoring",
    "guide",
    "therapist",
    "coach",
    "physician",
    "preparation",
    "integration",
    "follow_up",
    "extra_medicine",
    "kit",
]
"""What a posted price holds beside the thing itself, in the words that price lists use."""


LeftOut = Literal["withdrawn", "not_open", "press", "doubtful", "replaced", "repeated", "billed", "in_part"]
"""
Why a posted price is shown and not counted: no longer sold, not sold yet, told by the press and not by the provider,
provider or price in doubt, a newer price of the same provider counts, another price of the same provider counts, what
is billed to insurers, only a part of what is meant.
"""


class Sample(Provenance):
    """
    One price that a provider posts, as it stood on the day it was seen (`checked`).

    `of` names the charges, or services, that it is a price of. It says `price`, or `low` and `high` where the provider
    posts a range; the amount buys `units` of it. `dated` is the price list's own day. `seen` says whether the page
    itself was read or a copy of it. What is `left_out` is shown and does not count.
    """

    provider: Text
    city: Words | None = None
    state: State | None = None
    remote: YesNo = False
    of: Annotated[tuple[Name, ...], Field(min_length=1)]
    price: Amount | None = None
    low: Amount | None = None
    high: Amount | None = None
    units: Annotated[Count, Field(ge=1)] = 1
    includes: tuple[Included, ...] = ()
    dated: Day | None = None
    seen: Literal["page", "copy"] = "page"
    left_out: LeftOut | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_name_is_a_list_of_one(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("of"), str):
            return {**value, "of": (value["of"],)}
        return value

    @model_validator(mode="after")
    def _a_price_or_a_range(self) -> Self:
        ends = (self.low, self.high)
        if (self.price is None) == (ends == (None, None)) or (self.price is None and None in ends):
            raise refuse(say("give either price, or low and high"))
        if self.low is not None and self.high is not None and self.low > self.high:
            raise refuse(say("low is above high"))
        return self

    @property
    def label(self) -> Text:
        """Whose price it is."""
        return self.provider

    @property
    def ends(self) -> tuple[int, int]:
        """The least and the most for one, in cents; the same where one price is posted."""
        low, high = self._posted
        return divided(low, self.units), divided(high, self.units)

    @property
    def value(self) -> int:
        """What counts: the price of one in cents, of a range its middle."""
        return divided(sum(self._posted), 2 * self.units)

    @property
    def _posted(self) -> tuple[int, int]:
        return (self.low or 0, self.high or 0) if self.price is None else (self.price, self.price)
