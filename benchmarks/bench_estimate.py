"""One full estimate against running a plain one-world ledger once per scenario, in one run on one core."""

import gc
import time

import plain_ledger

from benchmarks import cases
from estimator.estimate import estimate


def best(action, repeats: int) -> float:
    """The least seconds one call of `action` took."""
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return min(times)


def median(action, repeats: int) -> float:
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return sorted(times)[len(times) // 2]


def main() -> None:
    book = cases.books().national
    answers = cases.large(book)
    one = estimate(answers, book)
    rows, plan = one.ledger[1], one.plan[1]

    def plainly() -> None:
        for _ in range(one.scenarios):
            plain_ledger.settle(rows, plan)

    estimate(answers, book)
    gc.collect()
    ours, theirs = median(lambda: estimate(answers, book), 200), median(plainly, 5)
    print(f"claims {len(rows)}, scenarios {one.scenarios}, drivers {len(one.drivers)}")
    print(f"full estimate      {ours * 1000:7.2f} ms   (mark: at most 3 ms)")
    print(f"plain ledger       {theirs * 1000:7.2f} ms   for as many scenarios")
    print(f"ratio              {theirs / ours:7.1f} x    (mark: at least 30 x)")


if __name__ == "__main__":
    main()
