"""How true the range is: random scenarios inside every range, how many fall outside [low, high], and by how much."""

import numpy as np

from benchmarks import cases
from estimator.core.estimate import estimate, model_of

ANSWERS = 100
TRIED_IN_EACH = 20_000


def main() -> None:
    random = np.random.default_rng(7)
    outside, tried, furthest, searched = 0, 0, 0.0, 0
    for answers, book in cases.varied(cases.books(), ANSWERS):
        one, model = estimate(answers, book), model_of(answers, book)
        searched += one.scenarios
        positions = random.random((len(model.unknowns), TRIED_IN_EACH))
        # Half of the scenarios stand at ends, where the extremes mostly are.
        half = positions[:, : TRIED_IN_EACH // 2]
        half[:] = np.where(random.random(half.shape) < 0.5, np.round(half), half)
        paid = model.totals(np.minimum(positions, 1 - 1e-9))
        beyond = np.maximum(one.you_pay.low - paid, paid - one.you_pay.high)
        outside += int((beyond > 0).sum())
        tried += TRIED_IN_EACH
        furthest = max(furthest, float(beyond.max()) / max(one.you_pay.high, 1))
    print(f"answers {ANSWERS}, scenarios tried {tried:,}, searched per estimate {searched / ANSWERS:.0f}")
    print(f"outside the range  {outside} scenarios, 1 in {tried // max(outside, 1):,}   (mark: 1 in 100,000)")
    print(f"furthest outside   {max(furthest, 0):.2%} of high   (mark: 1 %)")


if __name__ == "__main__":
    main()
