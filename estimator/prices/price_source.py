"""Where an app takes its prices from: a folder of tables, or a store of publications."""

from datetime import date, datetime
from typing import Any, Protocol

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

    @property
    def stale_since(self) -> datetime | None:
        """When the store was last heard of, where it does not answer: then `current` is what was good at that time."""

    @property
    def damage(self) -> tuple[Problem, ...]:
        """What is damaged in the store itself, as far as anybody has looked."""

    def old(self, owner: str, version: str) -> PriceBook | None:
        """A clinic's (or the national) price book of any version that was ever in force, as far as it is known."""

    def held_on(self, owner: str, day: date) -> PriceBook | None:
        """The owner's price book that was in force on a `day` gone by; None where none was, or none is known."""

    def withdrawn(self, clinic: str) -> tuple[PriceBook, date] | None:
        """The last price book of a clinic that has none any more, and since when; None for any other."""

    def on(self, day: date) -> PriceBooks:
        """The price books that will be in force on `day`, as far as it is known."""

    def refresh(self) -> None:
        """
        Look at once whether the tables have changed, and wait until they are shown: after a publication, so that
        whoever published sees it.
        """

    def keep_up(self) -> None:
        """
        Look whether the tables have changed: for a thread of its own, again and again.

        From the first time on, whoever asks for prices looks at nothing, so that no page waits for a disk or a store.
        """

    # The desk's folder page asks these; their types are `versions`' own, which stands above this room.

    @property
    def conflicts(self) -> tuple[Any, ...]:
        """`FolderConflict`s: whose files and publications have both changed, so that somebody has to decide."""

    def resolution(self) -> Any:
        """The `ConflictResolution` that carries out such a decision; None where no folder is kept in step."""
