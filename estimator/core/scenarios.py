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

from estimator.core.unknowns import Flags, Positions, Unknown
from estimator.money import CentsArray

SPREAD = 509
"""Evenly spread points: a Korobov lattice. Size and generator from L'Ecuyer & Lemieux (2000), table 1."""
GENERATOR = 35
CORNERS = 251
CORNER_GENERATOR = 33
STEPS = (0.25, 0.06, 0.015)

Walk = Callable[[Positions, bool], CentsArray]
"""
What the patient pays in each world: positions of shape (unknowns, scenarios) to cents of shape (scenarios,).

The flag says that this batch is the last, the one the result is about.
"""


@dataclass(frozen=True, slots=True)
class Search:
    """
    What the search found: a last batch of worlds, shape (unknowns, scenarios), and which of them are shown.

    `columns` are the cheapest, the typical and the dearest world of that batch, `paid` what they cost the patient.
    `alone` has for every unknown the least and the most the patient pays when only it is varied. `likely` is the 10th
    and 90th percentile of the evenly spread points. `tried` counts the worlds.
    """

    positions: Positions
    columns: tuple[int, int, int]
    paid: tuple[int, int, int]
    alone: tuple[tuple[int, int], ...]
    likely: tuple[int, int]
    tried: int


@lru_cache(maxsize=256)
def lattice(dimensions: int, points: int, generator: int) -> Positions:
    """`points` points of the unit cube, shape (dimensions, points); each axis takes every multiple of 1/points once."""
    powers = [pow(generator, axis, points) for axis in range(dimensions)]
    steps = np.outer(np.array(powers, dtype=np.int64), np.arange(points, dtype=np.int64)) % points
    return np.asarray((steps + 0.5) / points, dtype=np.float64)


def search(unknowns: Sequence[Unknown], walk: Walk, rounds: int) -> Search:
    """
    Find the cheapest and the dearest world for the patient, and how much each unknown matters.

    After the first batch come `rounds` (1 to 3) of refinement around the ends found so far; the first of them also
    tries the two worlds in which every unknown takes the end that was cheapest, or dearest, for it alone.
    """
    typical = np.array([unknown.typical for unknown in unknowns], dtype=np.float64)
    if not unknowns:
        known = int(walk(typical.reshape(0, 1), True)[0])
        return Search(typical.reshape(0, 1), (0, 0, 0), (known,) * 3, (), (known, known), 1)
    alone, owners = _each_alone(unknowns, typical)
    fixed, first = _fixed_worlds(unknowns), 1 + len(owners)
    positions = np.concatenate([typical[:, None], alone, fixed], axis=1)
    paid = walk(positions, False)
    ends_paid = paid[1:first].tolist()
    likely = _likely(paid[-SPREAD:])
    tried, columns = len(paid), (int(paid.argmin()), 0, int(paid.argmax()))
    for round_, step in enumerate(STEPS[:rounds], start=1):
        best, worst = positions[:, columns[0]], positions[:, columns[2]]
        batches = [_around(unknowns, typical, best, worst, step)]
        if round_ == 1:
            batches += [_greedy(unknowns, owners, ends_paid, pick) for pick in (min, max)]
        positions = np.concatenate(batches, axis=1)
        paid = walk(positions, round_ == rounds)
        tried += len(paid)
        columns = (int(paid.argmin()), 0, int(paid.argmax()))
    shown = (int(paid[columns[0]]), int(paid[0]), int(paid[columns[2]]))
    ranges_alone = _ranges_alone(len(unknowns), shown[1], ends_paid, owners)
    return Search(positions, columns, shown, ranges_alone, likely, tried)


def _greedy(
    unknowns: Sequence[Unknown], owners: Sequence[int], paid: Sequence[int], pick: Callable[..., tuple[int, float]]
) -> Positions:
    """The world in which every unknown stands at the end that `pick` chooses by what was paid when it alone moved."""
    ends = [end for unknown in unknowns for end in unknown.ends]
    own: list[list[tuple[int, float]]] = [[] for _ in unknowns]
    for row, amount, end in zip(owners, paid, ends, strict=True):
        own[row].append((amount, end))
    return np.array([[pick(choices)[1]] for choices in own])


def _each_alone(unknowns: Sequence[Unknown], typical: Positions) -> tuple[Positions, list[int]]:
    owners = [row for row, unknown in enumerate(unknowns) for _ in unknown.ends]
    alone = np.repeat(typical[:, None], len(owners), axis=1)
    alone[owners, np.arange(len(owners))] = [end for unknown in unknowns for end in unknown.ends]
    return alone, owners


def _ranges_alone(count: int, typical: int, paid: Sequence[int], owners: Sequence[int]) -> tuple[tuple[int, int], ...]:
    ranges = [(typical, typical)] * count
    for row, amount in zip(owners, paid, strict=True):
        ranges[row] = (min(ranges[row][0], amount), max(ranges[row][1], amount))
    return tuple(ranges)


@lru_cache(maxsize=256)
def _worlds_for(ends: tuple[tuple[float, ...], ...]) -> Positions:
    """Corners, in which every unknown stands at one of its ends (all low, all high first), then spread points."""
    places = lattice(len(ends), CORNERS, CORNER_GENERATOR)
    corners = [
        np.array([own[0], own[-1], *np.take(own, (place * len(own)).astype(np.int64))])
        for own, place in zip(ends, places, strict=True)
    ]
    return np.concatenate([np.stack(corners), lattice(len(ends), SPREAD, GENERATOR)], axis=1)


def _fixed_worlds(unknowns: Sequence[Unknown]) -> Positions:
    return _worlds_for(tuple(unknown.ends for unknown in unknowns))


def _around(
    unknowns: Sequence[Unknown], typical: Positions, best: Positions, worst: Positions, step: float
) -> Positions:
    """The typical, the best and the worst world, and the two last with one unknown changed at a time."""
    rows, values, relative = _moves(tuple((u.ends, u.typical, u.continuous) for u in unknowns), step)
    batches = [np.stack([typical, best, worst], axis=1)]
    for world in (best, worst):
        nearby = np.repeat(world[:, None], len(rows), axis=1)
        nearby[rows, np.arange(len(rows))] = np.where(relative, np.clip(world[rows] + values, 0.0, 1.0), values)
        batches.append(nearby)
    return np.concatenate(batches, axis=1)


@lru_cache(maxsize=256)
def _moves(
    unknowns: tuple[tuple[tuple[float, ...], float, bool], ...], step: float
) -> tuple[CentsArray, Positions, Flags]:
    """Every change worth trying: which unknown, to where, and whether that is a step from where it stands."""
    moves: list[tuple[int, float, bool]] = []
    for row, (ends, typical, continuous) in enumerate(unknowns):
        moves += [(row, end, False) for end in ends]
        if continuous:
            moves += [(row, typical, False), (row, step, True), (row, -step, True)]
    rows, values, relative = zip(*moves, strict=True)
    return np.array(rows, dtype=np.int64), np.array(values), np.array(relative)


def _likely(paid: CentsArray) -> tuple[int, int]:
    """The 10th and 90th percentile, by nearest rank."""
    low, high = len(paid) // 10, len(paid) - 1 - len(paid) // 10
    ordered = np.partition(paid, (low, high))
    return int(ordered[low]), int(ordered[high])
