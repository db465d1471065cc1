"""
The search for the ends of a range: many scenarios, chosen so that the cheapest and the dearest are among them.

A dearer price can make the patient's total smaller once a savings program helps, so the ends of a range cannot be
found by adding up lows and highs. We try the anchors, each unknown alone, every combination of the alternatives,
corners and evenly spread points, then refine around several of the best and the worst scenarios. All of it is exact
arithmetic: the same on every machine.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise, product

import numpy as np

from estimator.core.unknowns import Flags, Positions, Shape, Unknown
from estimator.money import CentsArray

SPREAD = 1021
GENERATOR = 76
"""
Evenly spread points: a Korobov lattice as in L'Ecuyer & Lemieux (2000). Of the sizes and generators that were tried,
the percentiles of this one are nearest to those of very many random scenarios (benchmarks/README.md).
"""
CORNERS = 251
CORNER_GENERATOR = 33
STEPS = (0.25, 0.06, 0.015)
COMBINATIONS = 192
"""At most so many combinations of alternatives (plans, yes/no) are tried, each at every one of the `PLACES`."""
PLACES = tuple(
    {"price": price, "share": share, "other": other}
    for price, share, other in ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (1.0, 1.0, 0.0), (0.0, 1.0, 0.0))
)
"""
Where prices, shares and all other ranges stand in them. Large shares with a small maximum are the cheapest where a
savings card pays them, so all low and all high are not enough.
"""
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

    After the first batch come `rounds` (1 to 3) of refinement. The first begins at the cheapest and the dearest of
    every family of scenarios, since the best of all may lie in another valley, and also tries the two in which every
    unknown takes the end that was cheapest, or dearest, for it alone.
    """
    typical = np.array([unknown.typical for unknown in unknowns], dtype=np.float64)
    if not unknowns:
        shown = np.zeros((0, 3))
        known = int(walk(shown[:, :1])[0])
        return Search(shown, (known,) * 3, (), (known, known), shown[:, :1], np.array([known]), 1)
    alone, owners = _each_alone(unknowns, typical)
    first = 1 + len(owners)
    fixed, families = _fixed_scenarios(tuple(unknown.shape for unknown in unknowns))
    positions = np.concatenate([typical[:, None], alone, fixed], axis=1)
    paid = walk(positions)
    ends_paid, spread_paid = paid[1:first].tolist(), paid[-SPREAD:]
    spread, tried, amount = positions[:, -SPREAD:], len(paid), int(paid[0])
    stretches = [slice(0, first), *(slice(first + one.start, first + one.stop) for one in families)]
    for round_, step in enumerate(STEPS[:rounds], start=1):
        low, high = _several(positions, paid, stretches), _several(positions, -paid, stretches)
        nearby = _around(unknowns, np.concatenate([low, high], axis=1), step)
        batches = [low, high, nearby]
        if round_ == 1:
            batches += [_greedy(unknowns, owners, ends_paid, pick) for pick in (min, max)]
        positions = np.concatenate(batches, axis=1)
        paid = walk(positions)
        tried += len(paid)
        stretches = _stretches(low.shape[1] + high.shape[1], nearby.shape[1], len(paid))
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


def _stretches(centres: int, nearby: int, count: int) -> list[slice]:
    """Where the neighbours of each centre stand in a batch of refinement, and what comes before and after them."""
    each = nearby // centres
    around = [slice(centres + each * one, centres + each * (one + 1)) for one in range(centres)]
    return [slice(0, centres), *around, slice(centres + nearby, count)]


def _several(positions: Positions, cost: CentsArray, stretches: Sequence[slice]) -> Positions:
    """The scenario of least `cost` of every stretch of a batch, at most `SEVERAL` in all, no cost twice."""
    bests = [one.start + int(cost[one].argmin()) for one in stretches if one.stop > one.start]
    distinct = {int(cost[best]): best for best in reversed(bests)}
    return positions[:, [distinct[amount] for amount in sorted(distinct)[:SEVERAL]]]


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
def _fixed_scenarios(unknowns: tuple[Shape, ...]) -> tuple[Positions, list[slice]]:
    """Families of scenarios: combinations at each place, corners, last the evenly spread points; where each stands."""
    ends = [own for own, *_ in unknowns]
    places = lattice(len(ends), CORNERS, CORNER_GENERATOR)
    corners = [np.take(own, (place * len(own)).astype(np.int64)) for own, place in zip(ends, places, strict=True)]
    families = [*_combinations(unknowns), np.stack(corners), lattice(len(ends), SPREAD, GENERATOR)]
    reached = list(accumulate((one.shape[1] for one in families), initial=0))
    return np.concatenate(families, axis=1), [slice(*pair) for pair in pairwise(reached)]


def _combinations(unknowns: Sequence[Shape]) -> Iterator[Positions]:
    """
    Every combination of the alternatives, the ranges at each of the `PLACES` in turn.

    Where there are more than `COMBINATIONS`, the later alternatives stand still at their typical place.
    """
    sides: list[tuple[float, ...]] = []
    count = 1
    for ends, typical, continuous, _ in unknowns:
        vary = not continuous and count * len(ends) <= COMBINATIONS
        sides.append(ends if vary else (typical,))
        count *= len(ends) if vary else 1
    alternatives = np.array(list(product(*sides)), dtype=np.float64).T
    for places in PLACES:
        batch = alternatives.copy()
        for row, (_, _, continuous, group) in enumerate(unknowns):
            if continuous:
                batch[row] = places[group]
        yield batch


def _around(unknowns: Sequence[Unknown], centres: Positions, step: float) -> Positions:
    """Every one of `centres`, shape (unknowns, centres), with one unknown changed at a time."""
    rows, values, relative = _moves(tuple(unknown.shape for unknown in unknowns), step)
    nearby = np.repeat(centres, len(rows), axis=1)
    columns, moved = np.arange(nearby.shape[1]), np.tile(rows, centres.shape[1])
    values, relative = np.tile(values, centres.shape[1]), np.tile(relative, centres.shape[1])
    stood = nearby[moved, columns]
    nearby[moved, columns] = np.where(relative, np.clip(stood + values, 0.0, 1.0), values)
    return nearby


@lru_cache(maxsize=256)
def _moves(unknowns: tuple[Shape, ...], step: float) -> tuple[CentsArray, Positions, Flags]:
    """Every change worth trying: which unknown, to where, and whether that is a step from where it stands."""
    moves: list[tuple[int, float, bool]] = []
    for row, (ends, typical, continuous, _) in enumerate(unknowns):
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
