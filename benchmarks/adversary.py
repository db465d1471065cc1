"""
An adversary of the search: it looks for a scenario outside a range that an estimate calls true.

Many restarts, then single and paired moves from each of several chains, as long as they gain anything. It takes a
hundred times as long as the search and shares nothing with it but the ledger.
"""

from collections.abc import Callable, Sequence

import numpy as np

from estimator.core.unknowns import Positions, Unknown
from estimator.money import CentsArray

RESTARTS = 4_000
CHAINS = 10
PAIRS = 150
STEPS = (0.3, 0.1, 0.03, 0.01, 0.003)
MOST_ROUNDS = 15

Totals = Callable[[Positions], CentsArray]
Chance = np.random.Generator


def scenarios(unknowns: Sequence[Unknown], count: int, ends: float, chance: Chance) -> Positions:
    """Random scenarios, shape (unknowns, count); a part `ends` of all positions stands at an end or an alternative."""
    positions = chance.random((len(unknowns), count))
    for row, unknown in enumerate(unknowns):
        own = np.asarray(unknown.ends)[chance.integers(len(unknown.ends), size=count)]
        positions[row] = np.where(chance.random(count) < ends, own, positions[row])
    return positions


def furthest(unknowns: Sequence[Unknown], totals: Totals, known: Positions, seed: int = 1) -> tuple[int, int]:
    """The least and the most it can make the patient pay, in cents; some chains begin at the scenarios `known`."""
    if not unknowns:
        only = int(totals(known[:, :1])[0])
        return only, only
    chance = np.random.default_rng(seed)
    half = RESTARTS // 2
    starts = [known, scenarios(unknowns, half, 1.0, chance), scenarios(unknowns, RESTARTS - half, 0.6, chance)]
    positions = np.concatenate(starts, axis=1)
    paid = totals(positions)
    least = _climb(unknowns, totals, positions, paid, chance)
    most = -_climb(unknowns, lambda there: -totals(there), positions, -paid, chance)
    return least, most


def _climb(unknowns: Sequence[Unknown], cost: Totals, positions: Positions, costs: CentsArray, chance: Chance) -> int:
    """The least cost that chains from the best of `positions` come down to."""
    _, first = np.unique(costs, return_index=True)
    tops, least, idle = positions[:, first[:CHAINS]], int(costs.min()), 0
    for _ in range(MOST_ROUNDS):
        chains = [_nearby(unknowns, tops[:, chain], chance) for chain in range(tops.shape[1])]
        costs = cost(np.concatenate(chains, axis=1)).reshape(len(chains), -1)
        bests = costs.argmin(axis=1)
        tops = np.stack([own[:, best] for own, best in zip(chains, bests, strict=True)], axis=1)
        idle = 0 if costs.min() < least else idle + 1
        least = min(least, int(costs.min()))
        if idle == 2:
            break
    return least


def _nearby(unknowns: Sequence[Unknown], centre: Positions, chance: Chance) -> Positions:
    """The centre itself, every single move from it, and some pairs of moves."""
    moves = [move for row, unknown in enumerate(unknowns) for move in _moves(row, unknown, centre[row], chance)]
    rows, values = np.array([row for row, _ in moves]), np.array([value for _, value in moves])
    count = len(moves)
    nearby = np.repeat(centre[:, None], 1 + count + PAIRS, axis=1)
    nearby[rows, 1 + np.arange(count)] = values
    for one in chance.integers(count, size=(2, PAIRS)):
        nearby[rows[one], 1 + count + np.arange(PAIRS)] = values[one]
    return nearby


def _moves(row: int, unknown: Unknown, stands: float, chance: Chance) -> list[tuple[int, float]]:
    places = list(unknown.ends)
    if unknown.continuous:
        places += [unknown.typical, float(chance.random())]
        places += [min(max(stands + sign * step, 0.0), 1.0) for step in STEPS for sign in (1, -1)]
    return [(row, place) for place in places]
