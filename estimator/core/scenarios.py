"""
The search for the ends of a range: many scenarios, chosen so that the cheapest and the dearest are among them.

A dearer price can make the patient's total smaller once a savings program helps, so the ends of a range cannot be
found by adding up lows and highs. We try the anchors, each unknown alone, every combination of the alternatives,
corners and evenly spread points, then refine around several of the best and the worst scenarios. All of it is exact
arithmetic: the same on every machine.

What makes it fast: the first batch depends on the unknowns' shapes alone and is kept; a move that would leave an
unknown where it stands is left out (three in ten); the last batch is also the one that is looked at claim by claim.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, combinations, pairwise, product

import numpy as np

from estimator.core.percentiles import GENERATOR, SPREAD, finer_points, lattice, likely
from estimator.core.unknowns import Flags, Group, Positions, Shape, Unknown
from estimator.money import CentsArray

CORNERS = 101
CORNER_GENERATOR = 33
STEPS = ((0.25, 4), (0.06, 2))
"""In each round of refinement, how far a range is moved, and from how many of the best and of the worst scenarios."""
COMBINATIONS = 192
"""At most so many combinations of alternatives (plans, yes/no) are tried, each at every one of the `PLACES`."""
FRACTION = 509
FRACTION_GENERATOR = 76
"""Where that is less than a quarter of all, so many evenly spread ones of all are tried besides."""
GROUPS: tuple[Group, ...] = ("asked", "helped", "allowed", "share", "limit", "relief")
PLACES: tuple[Mapping[Group, float], ...] = tuple(
    dict(zip(GROUPS, place, strict=True))
    for place in (
        (0.0, 0.0, 0.0, 0.0, 0.0, 1.0),  # each where it is cheapest by itself
        (1.0, 1.0, 1.0, 1.0, 1.0, 0.0),  # each where it is dearest by itself
        (0.0, 1.0, 0.0, 1.0, 0.0, 1.0),  # a program pays large shares of dear sessions, which fill a small maximum
        (0.0, 0.0, 0.0, 1.0, 0.0, 0.0),  # the same with cheap sessions
        (1.0, 1.0, 1.0, 1.0, 0.0, 0.0),  # a small maximum that is filled soon
        (1.0, 1.0, 1.0, 0.0, 1.0, 0.0),  # a large one that is filled late
        (1.0, 0.0, 0.0, 1.0, 1.0, 0.0),  # out of network: much asked, little of it allowed
    )
)
"""Where the ranges of each group stand in them, see `Unknown`. All low, all high is not enough where a card pays."""

Walk = Callable[[Positions], CentsArray]
"""What the patient pays in each scenario: positions of shape (unknowns, scenarios) to cents of shape (scenarios,)."""


# A batch works with two or three megabytes, which glibc's malloc would give back to the system and ask for anew, page
# by page, in every walk. Once it has freed a block as large as this one, it keeps as much; see mallopt(3), "dynamic".
np.empty(8_000_000, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Search:
    """
    What the search found: the cheapest, the typical and the dearest scenario, the `columns` of the last batch.

    `paid` is what they cost the patient. `alone` has for every unknown the least and the most the patient pays when
    only it is varied. `likely` is what most combinations cost, `spread` the positions of evenly spread points and
    `spread_paid` their amounts. `tried` counts the scenarios.
    """

    shown: Positions
    columns: tuple[int, int, int]
    paid: tuple[int, int, int]
    alone: tuple[tuple[int, int], ...]
    likely: tuple[int, int]
    spread: Positions
    spread_paid: CentsArray
    tried: int


@dataclass(frozen=True, slots=True)
class FirstBatch:
    """
    The scenarios that are tried for unknowns of these shapes, whatever they are about.

    Column 0 is the typical one, then each unknown alone at its ends (`owners` says which), then the families that
    stand at `stretches`, last the evenly spread points.
    """

    positions: Positions
    owners: tuple[int, ...]
    stretches: tuple[slice, ...]


def search(unknowns: Sequence[Unknown], walk: Walk, rounds: int, last: Walk | None = None) -> Search:
    """
    Find the cheapest and the dearest scenario for the patient, and how much each unknown matters.

    After the first batch come `rounds` (1 or 2) of refinement; `last` is called in place of `walk` for the last batch.
    The first round begins at the cheapest and the dearest of every family of scenarios, since the best of all may lie
    in another valley, and also tries the two in which every unknown takes the end that was cheapest, or dearest, for
    it alone, and two alternatives at once from the best and from the worst.
    """
    last = last or walk
    shapes = tuple(unknown.shape for unknown in unknowns)
    if not unknowns:
        shown = np.zeros((0, 1))
        known = int(last(shown)[0])
        return Search(shown, (0, 0, 0), (known,) * 3, (), (known, known), shown, np.array([known]), 1)
    batch = _first_batch(shapes)
    positions, stretches = batch.positions, batch.stretches
    typical = positions[:, :1]
    paid = walk(positions)
    amount, ends_paid, spread_paid = int(paid[0]), paid[1 : 1 + len(batch.owners)].tolist(), paid[-SPREAD:]
    tried, spread = len(paid), positions[:, -SPREAD:]
    alone = _ranges_alone(len(unknowns), amount, ends_paid, batch.owners)
    swings = [most - least for least, most in alone]
    finer = finer_points(unknowns, swings, spread, spread_paid)
    finer_paid = walk(finer) if rounds == 1 and finer.size else spread_paid[:0]
    for round_, (step, several) in enumerate(STEPS[:rounds], start=1):
        low, high = _several(positions, paid, stretches, several), _several(positions, -paid, stretches, several)
        nearby = [_around(shapes, centre, step) for centre in np.concatenate([low, high], axis=1).T]
        batches = [typical, low, high, *nearby]
        if round_ == 1:
            batches += [_greedy(shapes, batch.owners, ends_paid, pick) for pick in (min, max)]
            batches += [_two_alternatives(shapes, centre) for centre in (low[:, 0], high[:, 0])]
            # In the last batch every claim is kept, so they are not among it.
            batches += [finer] if rounds > 1 else []
        stretches = _stretches([1 + low.shape[1] + high.shape[1], *(one.shape[1] for one in batches[3:])])
        positions = np.concatenate(batches, axis=1)
        paid = (last if round_ == rounds else walk)(positions)
        tried += len(paid)
        if round_ == 1 and rounds > 1:
            finer_paid = paid[len(paid) - finer.shape[1] :]
    columns = (int(paid.argmin()), 0, int(paid.argmax()))
    points, points_paid = np.concatenate([spread, finer], axis=1), np.concatenate([spread_paid, finer_paid])
    return Search(
        positions[:, columns],
        columns,
        (int(paid[columns[0]]), amount, int(paid[columns[2]])),
        alone,
        likely(unknowns, swings, points, points_paid),
        spread,
        spread_paid,
        tried,
    )


def _stretches(sizes: Iterable[int]) -> tuple[slice, ...]:
    """Where parts of these sizes stand in a batch, one after the other."""
    return tuple(slice(*pair) for pair in pairwise(accumulate(sizes, initial=0)))


def _several(positions: Positions, cost: CentsArray, stretches: Sequence[slice], most: int) -> Positions:
    """The scenario of least `cost` of every stretch of a batch, at most so many in all, no cost twice."""
    bests = [one.start + int(cost[one].argmin()) for one in stretches if one.stop > one.start]
    distinct = {int(cost[best]): best for best in reversed(bests)}
    return positions[:, [distinct[amount] for amount in sorted(distinct)[:most]]]


def _greedy(
    shapes: Sequence[Shape], owners: Sequence[int], paid: Sequence[int], pick: Callable[..., tuple[int, float]]
) -> Positions:
    """Every unknown at the end that `pick` chooses by what was paid when it alone moved."""
    ends = [end for own, *_ in shapes for end in own]
    own: list[list[tuple[int, float]]] = [[] for _ in shapes]
    for row, amount, end in zip(owners, paid, ends, strict=True):
        own[row].append((amount, end))
    return np.array([[pick(choices)[1]] for choices in own])


def _ranges_alone(count: int, typical: int, paid: Sequence[int], owners: Sequence[int]) -> tuple[tuple[int, int], ...]:
    ranges = [(typical, typical)] * count
    for row, amount in zip(owners, paid, strict=True):
        ranges[row] = (min(ranges[row][0], amount), max(ranges[row][1], amount))
    return tuple(ranges)


@lru_cache(maxsize=48)  # up to a megabyte each
def _first_batch(shapes: tuple[Shape, ...]) -> FirstBatch:
    typical = np.array([[middle] for _, middle, *_ in shapes], dtype=np.float64)
    owners = tuple(row for row, (ends, *_) in enumerate(shapes) for _ in ends)
    alone = np.repeat(typical, len(owners), axis=1)
    alone[owners, np.arange(len(owners))] = [end for ends, *_ in shapes for end in ends]
    places = lattice(len(shapes), CORNERS, CORNER_GENERATOR)
    corners = [
        np.take(own, (place * len(own)).astype(np.int64)) for (own, *_), place in zip(shapes, places, strict=True)
    ]
    families = [*_combinations(shapes), np.stack(corners), lattice(len(shapes), SPREAD, GENERATOR)]
    sizes = [1 + len(owners), *(one.shape[1] for one in families)]
    return FirstBatch(np.concatenate([typical, alone, *families], axis=1), owners, _stretches(sizes))


def _combinations(shapes: Sequence[Shape]) -> Iterator[Positions]:
    """
    Every combination of the alternatives, the ranges at each of the `PLACES` that differ for these unknowns.

    Where there are more than `COMBINATIONS`, the later alternatives stand still at their typical place; where there are
    far more, a `FRACTION` of all follows.
    """
    sides: list[tuple[float, ...]] = []
    count = 1
    for ends, typical, continuous, _ in shapes:
        vary = not continuous and count * len(ends) <= COMBINATIONS
        sides.append(ends if vary else (typical,))
        count *= len(ends) if vary else 1
    alternatives = np.array(list(product(*sides)), dtype=np.float64).T
    every = 1
    rows = [row for row, (_, _, continuous, _) in enumerate(shapes) if not continuous]
    for row in rows:
        every *= len(shapes[row][0])
    if every > 4 * COMBINATIONS:
        alternatives = np.concatenate([alternatives, _fraction(shapes, rows)], axis=1)
    ranges = [(row, group) for row, (_, _, continuous, group) in enumerate(shapes) if continuous]
    for places in dict.fromkeys(tuple((row, place[group]) for row, group in ranges) for place in PLACES):
        batch = alternatives.copy()
        for row, where in places:
            batch[row] = where
        yield batch


def _fraction(shapes: Sequence[Shape], rows: Sequence[int]) -> Positions:
    """Evenly spread combinations of the alternatives in these `rows`; the other rows are to be filled in."""
    chosen = np.zeros((len(shapes), FRACTION))
    # The first axis of a lattice counts up, which is no spread.
    for row, places in zip(rows, lattice(len(rows) + 1, FRACTION, FRACTION_GENERATOR)[1:], strict=True):
        ends = shapes[row][0]
        chosen[row] = np.take(ends, (places * len(ends)).astype(np.int64))
    return chosen


def _two_alternatives(shapes: Sequence[Shape], centre: Positions) -> Positions:
    """The scenario `centre`, shape (unknowns,), with every pair of alternatives moved at once."""
    moves = [(row, end) for row, (ends, _, continuous, _) in enumerate(shapes) for end in ends if not continuous]
    moves = [(row, end) for row, end in moves if end != centre[row]]
    pairs = [(*one, *other) for one, other in combinations(moves, 2) if one[0] != other[0]]
    nearby = np.repeat(centre[:, None], len(pairs), axis=1)
    if pairs:
        first, one, second, other = zip(*pairs, strict=True)
        columns = np.arange(len(pairs))
        nearby[first, columns], nearby[second, columns] = one, other
    return nearby


def _around(shapes: tuple[Shape, ...], centre: Positions, step: float) -> Positions:
    """The scenario `centre`, shape (unknowns,), with one unknown moved at a time: a column for every move."""
    rows, values, relative = _moves(shapes, step)
    stood = centre[rows]
    values = np.where(relative, np.clip(stood + values, 0.0, 1.0), values)
    moves = np.flatnonzero(values != stood)
    nearby = np.repeat(centre[:, None], len(moves), axis=1)
    nearby[rows[moves], np.arange(len(moves))] = values[moves]
    return nearby


@lru_cache(maxsize=256)
def _moves(shapes: tuple[Shape, ...], step: float) -> tuple[CentsArray, Positions, Flags]:
    """Every change worth trying: which unknown, to where, and whether that is a step from where it stands."""
    moves: list[tuple[int, float, bool]] = []
    for row, (ends, typical, continuous, _) in enumerate(shapes):
        moves += [(row, end, False) for end in ends]
        if continuous:
            moves += [(row, typical, False), (row, step, True), (row, -step, True)]
    rows, values, relative = zip(*moves, strict=True)
    return np.array(rows, dtype=np.int64), np.array(values), np.array(relative)
