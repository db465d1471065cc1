"""The publications of a store as one looked at them: what was, is and will be in force, and under which versions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from sqlalchemy import Connection

from estimator.prices.book import NATIONAL
from estimator.prices.digests import version_of
from estimator.versions.publications import Publication, published_from_in

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
        by_owner: dict[str, list[Publication]] = {}
        for one in sorted(publications, key=lambda one: one.number):
            by_owner.setdefault(one.owner, []).append(one)
        return Timeline({owner: tuple(history) for owner, history in by_owner.items()})

    @property
    def publications(self) -> list[Publication]:
        """Everybody's publications, in the order in which they were published."""
        return sorted((one for history in self.by_owner.values() for one in history), key=lambda one: one.id)

    @cached_property
    def newest(self) -> Publication | None:
        """What anybody has published last."""
        return max((history[-1] for history in self.by_owner.values()), key=lambda one: one.id, default=None)

    @property
    def newest_id(self) -> int:
        return self.newest.id if self.newest else 0

    def history(self, owner: str) -> tuple[Publication, ...]:
        """The owner's publications, oldest first: number n stands at n - 1."""
        return self.by_owner.get(owner, ())

    def latest(self, owner: str) -> Publication | None:
        """The owner's last one, in force or not yet."""
        return self.get(owner, len(self.history(owner)))

    def get(self, owner: str, number: int) -> Publication | None:
        """The owner's publication of this number."""
        history = self.history(owner)
        return history[number - 1] if 0 < number <= len(history) else None

    def beginning_after(self, day: date) -> list[Publication]:
        """Everybody's publications that begin after `day`, overtaken ones too, in the order they were published."""
        return [one for one in self.publications if one.in_force_from > day]

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


class TimelineReader:
    """
    Reads a store's timeline, again and again.

    What is published is never changed, and ids grow in the order in which others come to see them
    (`publications._take_turn`). So what was read is kept, and a look asks for the newest one known and whatever came
    after it: one query, however many publications there are, instead of two and all of them. Where the newest one known
    is gone, as after a backup was restored, everything is read anew. Any number of threads may look.
    """

    def __init__(self) -> None:
        self._known = Timeline({})

    def look(self, connection: Connection) -> Timeline:
        """The timeline as `connection` sees it; the same object as before while nobody has published."""
        known, newest = self._known, self._known.newest
        found = published_from_in(connection, newest.id if newest else 0)
        if newest is not None:
            if found[:1] == [newest]:
                del found[0]
            else:
                known, found = Timeline({}), published_from_in(connection, 0)
        timeline = Timeline.of([*known.publications, *found]) if found else known
        self._known = timeline
        return timeline


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
