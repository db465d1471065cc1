"""The publications of a store as one looked at them: what was, is and will be in force, and under which versions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from estimator.prices.book import NATIONAL
from estimator.prices.digests import version_of
from estimator.versions.publications import Publication

Pair = tuple[Publication, Publication | None]
"""What a price book is made of: national tables, and a clinic's unless it is the national book."""


def in_force_of(history: Sequence[Publication], day: date) -> Publication | None:
    """Of one owner's publications, oldest first, the one that holds on `day`."""
    return next((one for one in reversed(history) if one.in_force_from <= day), None)


@dataclass(frozen=True, eq=False)
class Timeline:
    """Every publication by owner, oldest first, without their texts."""

    by_owner: Mapping[str, tuple[Publication, ...]]

    @staticmethod
    def of(publications: Iterable[Publication]) -> "Timeline":
        """The timeline of all publications of a store, in any order."""
        by_owner: dict[str, tuple[Publication, ...]] = {}
        for one in sorted(publications, key=lambda one: one.number):
            by_owner[one.owner] = (*by_owner.get(one.owner, ()), one)
        return Timeline(by_owner)

    @cached_property
    def newest_id(self) -> int:
        return max((history[-1].id for history in self.by_owner.values()), default=0)

    def history(self, owner: str) -> tuple[Publication, ...]:
        """The owner's publications, oldest first: number n stands at n - 1."""
        return self.by_owner.get(owner, ())

    def in_force(self, owner: str, day: date) -> Publication | None:
        """The owner's publication that holds on `day`."""
        return in_force_of(self.history(owner), day)

    def all_in_force(self, day: date) -> dict[str, Publication]:
        """Everybody's publication that holds on `day`, by owner."""
        found = {owner: in_force_of(history, day) for owner, history in self.by_owner.items()}
        return {owner: one for owner, one in found.items() if one is not None}

    def pair(self, owner: str, version: str) -> Pair | None:
        """What the owner's price book of a version was made of; None for a version that never was in force."""
        if owner not in self._versions:
            self._versions[owner] = dict(self._pairs(owner)) if owner in self.by_owner else {}
        return self._versions[owner].get(version)

    @cached_property
    def _versions(self) -> dict[str, dict[str, Pair]]:
        return {}

    def _pairs(self, owner: str) -> Iterator[tuple[str, Pair]]:
        if owner == NATIONAL:
            yield from ((version_of(one.files), (one, None)) for one in self.history(NATIONAL))
            return
        for national, clinic in _together(self.history(NATIONAL), self.history(owner)):
            if clinic.files:
                yield version_of({**national.files, **clinic.files}), (national, clinic)


def _together(
    national: Sequence[Publication], clinic: Sequence[Publication]
) -> Iterator[tuple[Publication, Publication]]:
    """
    The publications of two owners that were, or will be, in force at the same moment.

    After each publication the days count on which something begins, from the day before it was published on: what
    day it was where the site stands is not written down.
    """
    found = set()
    so_far: tuple[list[Publication], list[Publication]] = ([], [])
    for one in sorted((*national, *clinic), key=lambda one: one.id):
        so_far[one.owner != NATIONAL].append(one)
        first = min(one.at.date(), one.in_force_from)
        first -= timedelta(days=first > date.min)
        days = {first, *(other.in_force_from for history in so_far for other in history)}
        for day in days:
            two = in_force_of(so_far[0], day), in_force_of(so_far[1], day)
            if day >= first and two[0] and two[1] and (two[0].id, two[1].id) not in found:
                found.add((two[0].id, two[1].id))
                yield two[0], two[1]
