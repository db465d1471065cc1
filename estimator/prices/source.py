"""Where an app takes its prices from: a folder of tables, or a store of publications."""

from typing import Protocol

from estimator.prices.book import PriceBook, PriceBooks
from estimator.prices.problems import Problem


class PriceSource(Protocol):
    """Price books that change while the app runs."""

    @property
    def current(self) -> PriceBooks:
        """The price books in force."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the tables now; empty when `current` is all that they say."""

    def old(self, owner: str, version: str) -> PriceBook | None:
        """A clinic's (or the national) price book of any version that was ever in force, as far as it is known."""
