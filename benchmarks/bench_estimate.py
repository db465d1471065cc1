"""One full estimate against a plain ledger run once per scenario, in one run on one core."""

import gc
import time
from statistics import median

from support import plain_ledger

from benchmarks import cases
from estimator.core.estimate import estimate


def seconds(action) -> float:
    """Processor seconds of one call of `action`."""
    begun = time.process_time()
    action()
    return time.process_time() - begun


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
    # Side by side in turns, so that a machine that slows down slows both; medians of processor time.
    turns = [
        (sum(seconds(lambda: estimate(answers, book)) for _ in range(10)) / 10, seconds(plainly)) for _ in range(9)
    ]
    ours, theirs = median(mine for mine, _ in turns), median(its for _, its in turns)
    ratio = median(its / mine for mine, its in turns)
    print(f"claims {len(rows)}, scenarios {one.scenarios}, drivers {len(one.drivers)}")
    print(f"full estimate      {ours * 1000:7.2f} ms")
    print(f"plain ledger       {theirs * 1000:7.2f} ms   for as many scenarios")
    print(f"ratio              {ratio:7.1f} x")


if __name__ == "__main__":
    main()
