"""How true a range is: an adversary against its ends, the percentiles of very many scenarios against `likely`."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks import cases
from benchmarks.adversary import furthest, scenarios
from estimator.core.answers import Answers
from estimator.core.estimate import estimate, model_of
from estimator.prices.book import PriceBook

SETS = 300
SCENARIOS = 20_000
MANY = 200_000
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Judged:
    """One estimate in cents: by how much its ends were beaten, scenarios outside, `likely` beside the percentiles."""

    answers: Answers
    low: int
    high: int
    low_missed: int
    high_missed: int
    outside: int
    likely: tuple[int, int]
    percentiles: tuple[int, int]

    @property
    def missed(self) -> float:
        """The larger miss of the two ends, as a part of `high`."""
        return max(self.low_missed, self.high_missed) / max(self.high, 1)

    @property
    def likely_off(self) -> float:
        """How far `likely` is from the percentiles, as a part of the larger percentile."""
        off = max(abs(said - true) for said, true in zip(self.likely, self.percentiles, strict=True))
        return off / max(self.percentiles[1], 1)


def judged(answers: Answers, book: PriceBook, seed: int = 1) -> Judged:
    one, model = estimate(answers, book), model_of(answers, book)
    unknowns, found = model.unknowns.all, model.search()
    least, most = furthest(unknowns, model.totals, found.shown, seed)
    chance = np.random.default_rng(seed + 1)
    ends_heavy = [model.totals(scenarios(unknowns, AT_ONCE, 0.75, chance)) for _ in range(SCENARIOS // AT_ONCE)]
    paid = np.concatenate(ends_heavy)
    low, high = one.you_pay.low, one.you_pay.high
    many = [model.totals(chance.random((len(unknowns), AT_ONCE))) for _ in range(MANY // AT_ONCE if unknowns else 1)]
    tenth, ninetieth = np.percentile(np.concatenate(many), [10, 90], method="inverted_cdf").astype(int).tolist()
    least, most = min(least, int(paid.min())), max(most, int(paid.max()))
    outside = int(((paid < low) | (paid > high)).sum())
    return Judged(answers, low, high, low - least, most - high, outside, one.you_pay.likely, (tenth, ninetieth))


def all_judged(sets: int = SETS, seed: int = 1) -> Iterator[Judged]:
    for answers, book in cases.varied(cases.books(), sets, seed):
        yield judged(answers, book)


def main() -> None:
    found = list(all_judged())
    missed = sorted((one.missed for one in found), reverse=True)
    off = sorted((one.likely_off for one in found), reverse=True)
    outside, tried = sum(one.outside for one in found), len(found) * SCENARIOS
    print(f"sets of answers    {len(found)}")
    print(f"beaten at all      {sum(one > 0 for one in missed)} sets")
    print(f"missed by more than 1 % of high      {sum(one > 0.01 for one in missed):4} sets   (mark: none)")
    print(f"furthest           {missed[0]:.2%} of high, then {', '.join(f'{one:.2%}' for one in missed[1:6])}")
    print(f"likely off by more than 3 %          {sum(one > 0.03 for one in off):4} sets   (mark: none)")
    print(f"furthest off       {off[0]:.2%}, then {', '.join(f'{one:.2%}' for one in off[1:6])}")
    print(
        f"ends-heavy scenarios outside            {outside} of {tried:,}, 1 in {tried // max(outside, 1):,}"
        "   (mark: 1 in 100,000)"
    )


if __name__ == "__main__":
    main()
