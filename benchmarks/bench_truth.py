"""How true a range is: an adversary against its ends, the percentiles of very many scenarios against `likely`."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks import cases
from benchmarks.adversary import furthest, scenarios
from estimator.core.answers import Answers
from estimator.core.estimate import estimate, model_of
from estimator.core.unknowns import Positions, Unknown
from estimator.money import CentsArray
from estimator.prices.book import PriceBook

SETS = 300
SCENARIOS = 20_000
MANY = 200_000
AT_ONCE = 5_000
MOST_COMBINATIONS = 4_000

Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """
    One estimate in cents: by how much its ends were beaten, scenarios outside, `likely` beside the percentiles.

    `percentiles` gives every combination of alternatives exactly its chance, `as_drawn` counts all scenarios alike.
    They differ where a step of the distribution stands at a percentile, such as two chances that make 10 % together.
    """

    answers: Answers
    low: int
    high: int
    low_missed: int
    high_missed: int
    outside: int
    likely: tuple[int, int]
    percentiles: tuple[int, int]
    as_drawn: tuple[int, int]

    @property
    def missed(self) -> float:
        """The larger miss of the two ends, as a part of `high`."""
        return max(self.low_missed, self.high_missed) / max(self.high, 1)

    @property
    def likely_off(self) -> float:
        """How far `likely` is from the percentiles, as a part of the larger percentile."""
        return self.off(self.percentiles)

    def off(self, true: tuple[int, int]) -> float:
        """The same from other percentiles."""
        return max(abs(said - one) for said, one in zip(self.likely, true, strict=True)) / max(true[1], 1)


def judged(answers: Answers, book: PriceBook, seed: int = 1) -> Judged:
    one, model = estimate(answers, book), model_of(answers, book)
    unknowns, found = model.unknowns.all, model.search()
    least, most = furthest(unknowns, model.totals, found.shown, seed)
    chance = np.random.default_rng(seed + 1)
    ends_heavy = [model.totals(scenarios(unknowns, AT_ONCE, 0.75, chance)) for _ in range(SCENARIOS // AT_ONCE)]
    paid = np.concatenate(ends_heavy)
    low, high = one.you_pay.low, one.you_pay.high
    many = [chance.random((len(unknowns), AT_ONCE)) for _ in range(MANY // AT_ONCE if unknowns else 1)]
    drawn = np.concatenate([model.totals(one) for one in many])
    tenth, ninetieth = np.percentile(drawn, [10, 90], method="inverted_cdf").astype(int).tolist()
    exact = percentiles(drawn, chances(unknowns, np.concatenate(many, axis=1)))
    least, most = min(least, int(paid.min())), max(most, int(paid.max()))
    outside = int(((paid < low) | (paid > high)).sum())
    ends = low - least, most - high
    return Judged(answers, low, high, *ends, outside, one.you_pay.likely, exact, (tenth, ninetieth))


def chances(unknowns: Sequence[Unknown], positions: Positions) -> Weights:
    """What each random scenario counts if every combination of alternatives is to count as much as its chance."""
    combination, expected = np.zeros(positions.shape[1], dtype=np.int64), np.ones(1)
    for unknown, places in zip(unknowns, positions, strict=True):
        sides = len(unknown.edges) - 1
        if not unknown.continuous and len(expected) * sides <= MOST_COMBINATIONS:
            combination = combination * sides + np.searchsorted(unknown.edges[1:-1], places, side="right")
            expected = np.outer(expected, np.diff(unknown.edges)).ravel()
    return (expected / np.maximum(np.bincount(combination, minlength=len(expected)), 1))[combination]


def percentiles(paid: CentsArray, weight: Weights) -> tuple[int, int]:
    """The least amounts that a tenth and nine tenths of the weight do not exceed."""
    order = np.argsort(paid)
    reached = np.cumsum(weight[order])
    tenth, ninetieth = np.searchsorted(reached, np.array([0.1, 0.9]) * reached[-1] - 1e-9)
    return int(paid[order[tenth]]), int(paid[order[ninetieth]])


def all_judged(sets: int = SETS, seed: int = 1) -> Iterator[Judged]:
    for answers, book in cases.varied(cases.books(), sets, seed):
        yield judged(answers, book)


def main() -> None:
    """Judge the sets of one seed: the first argument, else 1."""
    found = list(all_judged(seed=int(sys.argv[1]) if sys.argv[1:] else 1))
    missed = sorted((one.missed for one in found), reverse=True)
    off = sorted((one.likely_off for one in found), reverse=True)
    as_drawn = sorted((one.off(one.as_drawn) for one in found), reverse=True)
    outside, tried = sum(one.outside for one in found), len(found) * SCENARIOS
    print(f"sets of answers    {len(found)}")
    print(f"beaten at all      {sum(one > 0 for one in missed)} sets")
    print(f"missed by more than 1 % of high      {sum(one > 0.01 for one in missed):4} sets   (mark: none)")
    print(f"furthest           {missed[0]:.2%} of high, then {', '.join(f'{one:.2%}' for one in missed[1:6])}")
    print(f"likely off by more than 3 %          {sum(one > 0.03 for one in off):4} sets   (mark: none)")
    print(f"furthest off       {off[0]:.2%}, then {', '.join(f'{one:.2%}' for one in off[1:6])}")
    print(f"off from the percentiles as drawn    {sum(one > 0.03 for one in as_drawn):4} sets")
    print(
        f"ends-heavy scenarios outside            {outside} of {tried:,}, 1 in {tried // max(outside, 1):,}"
        "   (mark: 1 in 100,000)"
    )


if __name__ == "__main__":
    main()
