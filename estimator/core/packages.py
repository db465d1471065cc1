"""Prepaid packages: the cheapest mix of packages and single sessions that covers every session."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import takewhile
from typing import NamedTuple

from estimator.prices.schema.offers import Package


class SingleSession(NamedTuple):
    """A session as it costs without a package, in cents."""

    charge: str
    price: int
    day: date


def cheapest_mix(
    singles: Sequence[SingleSession], charge: str, packages: Sequence[Package], extras: Mapping[int, int] | None = None
) -> dict[int, tuple[Package, int]]:
    """
    Which packages to buy: index of the first session it covers -> the package and how many sessions it covers.

    `singles` are the sessions in date order. A package covers the next
    sessions of `charge` and of what it ``also_covers``, and may be larger than what is left when it is still cheaper:
    so one more session never costs less. A tie is decided for single sessions. `extras` says what the other charges
    that a package includes are worth, cents by the package's ``id``.
    """
    worth = extras or {}
    cheapest = [0] * (len(singles) + 1)
    choice: list[tuple[Package, int] | None] = [None] * len(singles)
    for first in reversed(range(len(singles))):
        cheapest[first] = singles[first].price + cheapest[first + 1]
        for package in packages:
            if not package.holds(singles[first].day):
                continue
            covered = _covered(singles, first, {charge, *package.also_covers}, package)
            price = package.price - worth.get(id(package), 0) + cheapest[first + covered]
            if covered and price < cheapest[first]:
                cheapest[first], choice[first] = price, (package, covered)
    return _bought(choice)


def _covered(singles: Sequence[SingleSession], first: int, charges: set[str], package: Package) -> int:
    within = package.within_days
    last = date.max if within is None else singles[first].day + timedelta(days=within)
    following = takewhile(
        lambda one: one.charge in charges and one.day <= last, singles[first : first + package.sessions]
    )
    return len(list(following))


def _bought(choice: Sequence[tuple[Package, int] | None]) -> dict[int, tuple[Package, int]]:
    bought, session = {}, 0
    while session < len(choice):
        chosen = choice[session]
        if chosen:
            bought[session] = chosen
        session += chosen[1] if chosen else 1
    return bought
