"""Prepaid packages: the cheapest mix of packages and single sessions that covers every session."""

from collections.abc import Sequence

from estimator.prices.schema import Package


def cheapest_mix(
    singles: Sequence[tuple[str, int]], charge: str, packages: Sequence[Package]
) -> dict[int, tuple[Package, int]]:
    """
    Which packages to buy: index of the first session it covers -> the package and how many sessions it covers.

    `singles` are the sessions in date order, each with its charge and single price in cents. A package covers the next
    sessions of `charge` and of what it ``also_covers``, and may be larger than what is left when it is still cheaper:
    so one more session never costs less. A tie is decided for single sessions.
    """
    cheapest = [0] * (len(singles) + 1)
    choice: list[tuple[Package, int] | None] = [None] * len(singles)
    for first in reversed(range(len(singles))):
        cheapest[first] = singles[first][1] + cheapest[first + 1]
        for package in packages:
            covered = _covered(singles, first, {charge, *package.also_covers}, package.sessions)
            price = package.price + cheapest[first + covered]
            if covered and price < cheapest[first]:
                cheapest[first], choice[first] = price, (package, covered)
    return _bought(choice)


def _covered(singles: Sequence[tuple[str, int]], first: int, charges: set[str], most: int) -> int:
    covered = 0
    while covered < most and first + covered < len(singles) and singles[first + covered][0] in charges:
        covered += 1
    return covered


def _bought(choice: Sequence[tuple[Package, int] | None]) -> dict[int, tuple[Package, int]]:
    bought, session = {}, 0
    while session < len(choice):
        chosen = choice[session]
        if chosen:
            bought[session] = chosen
        session += chosen[1] if chosen else 1
    return bought
