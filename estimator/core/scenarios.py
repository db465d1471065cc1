"""
The search for the ends of a range: many scenarios, chosen so that the cheapest and the dearest are among them.

A dearer price can make the patient's total smaller once a savings program helps, so the ends of a range cannot be
found by adding up lows and highs. We try the anchors, each unknown alone, every combination of the alternatives,
corners and evenly spread points, then refine around several of the best and the worst scenarios. All of it is exact
arithmetic: the same on every machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from estimator.core.unknowns import Flags, Positions, Unknown
from estimator.money import CentsArray

SPREAD = 509
"""Evenly spread points: a Korobov lattice. Size and generator from L'Ecuyer & Lemieux (2000), table 1."""
GENERATOR = 35
CORNERS = 251
CORNER_GENERATOR = 33
STEPS = (0.25, 0.06, 0.015)
COMBINATIONS = 384
"""At most so many combinations of alternatives (plans, yes/no) are tried, each at three places of the ranges."""
SEVERAL = 4
"""From so many of the best and of the worst scenarios the search goes on."""

Walk = Callable[[Positions], CentsArray]
"""What the patient pays in each scenario: positions of shape (unknowns, scenarios) to cents of shape (scenarios,)."""


@dataclass(frozen=True, slots=True)
class Search:
    """
    What the search found: the cheapest, the typical and the dearest scenario, positions of shape (unknowns, 3).

    `paid` is what they cost the patient. `alone` has for every unknown the least and the most the patient pays when
    only it is varied. `likely` is the 10th and 90th percentile of the evenly spread points, whose positions are
    `spread` and whose amounts `spread_paid`. `tried` counts the scenarios.
    """

    shown: Positions
    paid: tuple[int, int, int]
    alone: tuple[tuple[int, int], ...]
    likely: tuple[int, int]
    spread: Positions
    spread_paid: CentsArray
    tried: int


@lru_cache(maxsize=256)
def lattice(dimensions: int, points: int, generator: int) -> Positions:
    """`points` points of the unit cube, shape (dimensions, points); each axis takes every multiple of 1/points once."""
    powers = [pow(generator, axis, points) for axis in range(dimensions)]
    steps = np.outer(np.array(powers, dtype=np.int64), np.arange(points, dtype=np.int64)) % points
    return np.asarray((steps + 0.5) / points, dtype=np.float64)


def search(unknowns: Sequence[Unknown], walk: Walk, rounds: int) -> Search:
    """
    Find the cheapest and the dearest scenario for the patient, and how much each unknown matters.

    After the first batch come `rounds` (1 to 3) of refinement around the best and the worst found so far; the first of
    them also tries the two in which every unknown takes the end that was cheapest, or dearest, for it alone.
    """
    typical = np.array([unknown.typical for unknown in unknowns], dtype=np.float64)
    if not unknowns:
        shown = np.zeros((0, 3))
        known = int(walk(shown[:, :1])[0])
        return Search(shown, (known,) * 3, (), (known, known), shown[:, :1], np.array([known]), 1)
    alone, owners = _each_alone(unknowns, typical)
    first = 1 + len(owners)
    fixed = _fixed_scenarios(tuple((u.ends, u.typical, u.continuous) for u in unknowns))
    positions = np.concatenate([typical[:, None], alone, fixed], axis=1)
    paid = walk(positions)
    ends_paid, spread_paid = paid[1:first].tolist(), paid[-SPREAD:]
    spread, tried, amount = positions[:, -SPREAD:], len(paid), int(paid[0])
    for round_, step in enumerate(STEPS[:rounds], start=1):
        best, worst = _several(positions, paid)
        batches = [best, worst, _around(unknowns, np.concatenate([best, worst], axis=1), step)]
        if round_ == 1:
            batches += [_greedy(unknowns, owners, ends_paid, pick) for pick in (min, max)]
        positions = np.concatenate(batches, axis=1)
        paid = walk(positions)
        tried += len(paid)
    cheapest, dearest = int(paid.argmin()), int(paid.argmax())
    shown = np.stack([positions[:, cheapest], typical, positions[:, dearest]], axis=1)
    return Search(
        shown,
        (int(paid[cheapest]), amount, int(paid[dearest])),
        _ranges_alone(len(unknowns), amount, ends_paid, owners),
        _likely(spread_paid),
        spread,
        spread_paid,
        tried,
    )


def _several(positions: Positions, paid: CentsArray) -> tuple[Positions, Positions]:
    """The cheapest and the dearest few scenarios, each with an amount of its own."""
    _, first = np.unique(paid, return_index=True)
    return positions[:, first[:SEVERAL]], positions[:, first[-SEVERAL:]]


def _greedy(
    unknowns: Sequence[Unknown], owners: Sequence[int], paid: Sequence[int], pick: Callable[..., tuple[int, float]]
) -> Positions:
    """Every unknown at the end that `pick` chooses by what was paid when it alone moved."""
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


@lru_cache(maxsize=256)
def _fixed_scenarios(unknowns: tuple[tuple[tuple[float, ...], float, bool], ...]) -> Positions:
    """Combinations of alternatives, then corners (all low, all high first), then the evenly spread points."""
    ends = [own for own, _, _ in unknowns]
    places = lattice(len(ends), CORNERS, CORNER_GENERATOR)
    corners = [
        np.array([own[0], own[-1], *np.take(own, (place * len(own)).astype(np.int64))])
        for own, place in zip(ends, places, strict=True)
    ]
    return np.concatenate([_combinations(unknowns), np.stack(corners), lattice(len(ends), SPREAD, GENERATOR)], axis=1)


def _combinations(unknowns: Sequence[tuple[tuple[float, ...], float, bool]]) -> Positions:
    """
    Every combination of the alternatives, the ranges at their low end, their typical place and their high end.

    Where there are more than `COMBINATIONS`, the later alternatives stand still at their typical place.
    """
    sides: list[tuple[float, ...]] = []
    count = 1
    for ends, typical, continuous in unknowns:
        vary = not continuous and count * len(ends) <= COMBINATIONS
        sides.append(ends if vary else (typical,))
        count *= len(ends) if vary else 1
    alternatives = np.array(list(product(*sides)), dtype=np.float64).T
    ranges = np.array([continuous for _, _, continuous in unknowns])
    batches = []
    for place in (0.0, 0.5, 1.0):
        batch = alternatives.copy()
        batch[ranges] = place
        batches.append(batch)
    return np.concatenate(batches, axis=1)


def _around(unknowns: Sequence[Unknown], centres: Positions, step: float) -> Positions:
    """Every one of `centres`, shape (unknowns, centres), with one unknown changed at a time."""
    rows, values, relative = _moves(tuple((u.ends, u.typical, u.continuous) for u in unknowns), step)
    nearby = np.repeat(centres, len(rows), axis=1)
    columns, moved = np.arange(nearby.shape[1]), np.tile(rows, centres.shape[1])
    values, relative = np.tile(values, centres.shape[1]), np.tile(relative, centres.shape[1])
    stood = nearby[moved, columns]
    nearby[moved, columns] = np.where(relative, np.clip(stood + values, 0.0, 1.0), values)
    return nearby


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
