"""
What most combinations cost: the 10th and the 90th percentile of evenly spread scenarios.

A thousand points are enough where costs rise gently. Two things go wrong with them. Where a yes/no makes a step in the
distribution, the step stands a little beside its chance, on the other side of a percentile: so each combination of the
alternatives that matter most counts as much as its chance (post-stratification; W. G. Cochran, "Sampling Techniques",
1977, section 5A.9). And where costs rise steeply around a percentile, there are three times as many points.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from estimator.core.unknowns import Positions, Unknown
from estimator.money import CentsArray

SPREAD, GENERATOR = 1021, 76
FINER, FINER_GENERATOR = 2039, 1507
"""
Evenly spread points, and those that are added: Korobov lattices as in L'Ecuyer & Lemieux (2000). Of the sizes and
generators that were tried, the percentiles of these are nearest to those of very many random scenarios.
"""
TENTHS = (0.1, 0.9)
NEAR = 0.012
STEEP = 0.03
"""Costs are steep where so little away from a percentile they differ by more than this part of the 90th."""
IN_EACH = 24
"""So many points there are on average in each combination of alternatives that is given its exact weight."""

Weights = npt.NDArray[np.float64]


@lru_cache(maxsize=256)
def lattice(dimensions: int, points: int, generator: int) -> Positions:
    """`points` points of the unit cube, shape (dimensions, points); each axis takes every multiple of 1/points once."""
    powers = [pow(generator, axis, points) for axis in range(dimensions)]
    steps = np.outer(np.array(powers, dtype=np.int64), np.arange(points, dtype=np.int64)) % points
    return np.asarray((steps + 0.5) / points, dtype=np.float64)


def finer_points(unknowns: Sequence[Unknown], swings: Sequence[int], spread: Positions, paid: CentsArray) -> Positions:
    """More points for where costs are steep around a percentile of those that are known; none where they are not."""
    ranks = [rank + off for rank in TENTHS for off in (-NEAR, 0.0, NEAR)]
    least, low, more, less, high, most = _ranked(paid, weights(unknowns, swings, spread), ranks)
    steep = max(low - least, more - low, high - less, most - high) > STEEP * high
    return lattice(len(unknowns), FINER, FINER_GENERATOR) if steep else spread[:, :0]


def likely(unknowns: Sequence[Unknown], swings: Sequence[int], points: Positions, paid: CentsArray) -> tuple[int, int]:
    """
    The two percentiles in cents, each the least amount that so many combinations do not exceed.

    `swings` says how far what is paid moves when each unknown moves alone, `paid` what it is at the `points`.
    """
    low, high = _ranked(paid, weights(unknowns, swings, points), TENTHS)
    return low, high


def weights(unknowns: Sequence[Unknown], swings: Sequence[int], points: Positions) -> Weights:
    """
    What each point counts, shape (points,): combinations of the alternatives that swing most have their chances.

    One that swings nothing alone comes last, and may matter together with another.
    """
    cell, chances = np.zeros(points.shape[1], dtype=np.int64), np.ones(1)
    for row in sorted(range(len(unknowns)), key=lambda row: -swings[row]):
        sides = np.diff(unknowns[row].edges)
        if unknowns[row].continuous or len(chances) * len(sides) * IN_EACH > len(cell):
            continue
        cell = cell * len(sides) + np.searchsorted(unknowns[row].edges[1:-1], points[row], side="right")
        chances = np.outer(chances, sides).ravel()
    counts = np.bincount(cell, minlength=len(chances))
    return np.asarray((chances / np.maximum(counts, 1))[cell])


def _ranked(paid: CentsArray, weight: Weights, ranks: Sequence[float]) -> list[int]:
    order = np.argsort(paid, kind="stable")
    reached = np.cumsum(weight[order])
    # A step that ends exactly at a percentile belongs to it, whatever the last bit of a sum is.
    places = np.searchsorted(reached, np.array(ranks) * reached[-1] - 1e-9)
    return [int(one) for one in paid[order[np.minimum(places, len(order) - 1)]]]
