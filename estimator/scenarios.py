"""
Scenarios: many exact worlds, chosen so that the cheapest and the dearest are among them.

A dearer price can make the patient's total smaller once a savings program helps, so the ends of a range cannot be
found by adding up lows and highs. We try the anchors, each unknown alone, corners and evenly spread points, then refine
around the best and the worst world found. All of it is exact arithmetic: the same on every machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from estimator.money import CentsArray
from estimator.unknowns import Positions, Unknown

SPREAD = 509
"""Evenly spread points: a Korobov lattice. Size and generator from L'Ecuyer & Lemieux (2000), table 1."""
GENERATOR = 35
CORNERS = 251
CORNER_GENERATOR = 33
ROUNDS = 3
STEPS = (0.25, 0.06, 0.015)

Totals = Callable[[Positions], CentsArray]
"""What the patient pays in each world: positions of shape (unknowns, scenarios) to cents of shape (scenarios,)."""


@dataclass(frozen=True, slots=True)
class Search:
    """
    What the search found: the positions of the three scenarios, shape (unknowns, 3), and what each unknown does alone.

    `alone` has for every unknown the least and the most the patient pays when only it is varied. `likely` is the
    10th and 90th percentile of the evenly spread points. `tried` counts the worlds.
    """

    positions: Positions
    alone: tuple[tuple[int, int], ...]
    likely: tuple[int, int]
    tried: int


@lru_cache(maxsize=256)
def lattice(dimensions: int, points: int, generator: int) -> Positions:
    """`points` points of the unit cube, shape (dimensions, points); each axis takes every multiple of 1/points once."""
    powers = [pow(generator, axis, points) for axis in range(dimensions)]
    steps = np.outer(np.array(powers, dtype=np.int64), np.arange(points, dtype=np.int64)) % points
    return np.asarray((steps + 0.5) / points, dtype=np.float64)


def search(unknowns: Sequence[Unknown], totals: Totals) -> Search:
    """Find the cheapest and the dearest world for the patient, and how much each unknown matters."""
    typical = np.array([[u.typical] for u in unknowns], dtype=np.float64).reshape(len(unknowns), 1)
    if not unknowns:
        known = int(totals(typical)[0])
        return Search(np.repeat(typical, 3, axis=1), (), (known, known), 1)
    alone, owners = _each_alone(unknowns, typical)
    corners = _corners(unknowns)
    spread = lattice(len(unknowns), SPREAD, GENERATOR)
    positions = np.concatenate([typical, alone, corners, spread], axis=1)
    paid = totals(positions)
    best, best_paid = positions[:, paid.argmin()], int(paid.min())
    worst, worst_paid = positions[:, paid.argmax()], int(paid.max())
    tried = positions.shape[1]
    for step in STEPS[:ROUNDS]:
        near_best, near_worst = _neighbours(unknowns, best, step), _neighbours(unknowns, worst, step)
        nearby = np.concatenate([near_best, near_worst], axis=1)
        paid_nearby = totals(nearby)
        tried += nearby.shape[1]
        low, high = int(paid_nearby.argmin()), int(paid_nearby.argmax())
        if paid_nearby[low] < best_paid:
            best, best_paid = nearby[:, low], int(paid_nearby[low])
        if paid_nearby[high] > worst_paid:
            worst, worst_paid = nearby[:, high], int(paid_nearby[high])
    first = 1 + len(owners)
    return Search(
        positions=np.stack([best, typical[:, 0], worst], axis=1),
        alone=_ranges_alone(len(unknowns), int(paid[0]), paid[1:first], owners),
        likely=_likely(paid[first + corners.shape[1] :]),
        tried=tried,
    )


def _each_alone(unknowns: Sequence[Unknown], typical: Positions) -> tuple[Positions, list[int]]:
    owners = [row for row, unknown in enumerate(unknowns) for _ in unknown.ends]
    alone = np.repeat(typical, len(owners), axis=1)
    alone[owners, np.arange(len(owners))] = [end for unknown in unknowns for end in unknown.ends]
    return alone, owners


def _ranges_alone(count: int, typical: int, paid: CentsArray, owners: Sequence[int]) -> tuple[tuple[int, int], ...]:
    ranges = [(typical, typical)] * count
    for row, amount in zip(owners, paid.tolist(), strict=True):
        ranges[row] = (min(ranges[row][0], amount), max(ranges[row][1], amount))
    return tuple(ranges)


def _corners(unknowns: Sequence[Unknown]) -> Positions:
    """Worlds in which every unknown stands at one of its ends; all low and all high are the first two."""
    places = lattice(len(unknowns), CORNERS, CORNER_GENERATOR)
    rows = [
        np.array(
            [unknown.ends[0], unknown.ends[-1], *np.take(unknown.ends, (place * len(unknown.ends)).astype(np.int64))]
        )
        for unknown, place in zip(unknowns, places, strict=True)
    ]
    return np.stack(rows)


def _neighbours(unknowns: Sequence[Unknown], world: Positions, step: float) -> Positions:
    """`world` with one unknown changed at a time: to each of its ends, and a step up and down."""
    changes: list[tuple[int, float]] = []
    for row, unknown in enumerate(unknowns):
        options = list(unknown.ends)
        if unknown.continuous:
            here = float(world[row])
            options += [min(here + step, 1.0), max(here - step, 0.0), unknown.typical]
        changes += [(row, option) for option in options]
    nearby = np.repeat(world.reshape(-1, 1), len(changes), axis=1)
    nearby[[row for row, _ in changes], np.arange(len(changes))] = [value for _, value in changes]
    return nearby


def _likely(paid: CentsArray) -> tuple[int, int]:
    """The 10th and 90th percentile, by nearest rank."""
    low, high = len(paid) // 10, len(paid) - 1 - len(paid) // 10
    ordered = np.partition(paid, (low, high))
    return int(ordered[low]), int(ordered[high])
