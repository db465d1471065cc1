"""A price book: the tables in force for one clinic (or the nation), with their version."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from estimator.prices.schema.files import Book

NATIONAL = "national"
"""The id of the price book without a clinic's own figures."""


Made = TypeVar("Made")

MOST_KEPT = 2_000
"""So many things are kept with a book; what people may type has no end."""


@dataclass(frozen=True, slots=True, eq=False)
class PriceBook:
    """
    Tables, and which ones they are.

    `version` is made from the files' names and bytes (see `digests.version_of`): same version, same numbers.
    `as_of` is the newest day on which any of the figures was checked.
    """

    id: str
    tables: Book = field(repr=False)
    version: str
    as_of: date
    _kept: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, worked out once for these tables, which never change; `key` is all else it depends on."""
        known = self._kept.get(key, self)  # itself stands for nothing: it is never made
        if known is not self:
            return known  # type: ignore[no-any-return]
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = made = make()
        return made


@dataclass(frozen=True, slots=True, eq=False)
class PriceBooks:
    """
    Every price book of one folder: the national one and one per clinic file.

    `moved` leads from ids that clinics had before to those that they have now.
    """

    national: PriceBook
    clinics: dict[str, PriceBook]
    moved: Mapping[str, str] = field(default_factory=dict)

    def get(self, id_: str) -> PriceBook | None:
        """The book of a clinic, by an earlier id too, or `NATIONAL`; None when there is no such clinic."""
        return self.national if id_ == NATIONAL else self.clinics.get(self.moved.get(id_, id_))
