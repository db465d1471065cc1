"""The large estimate beside the first release's, in turns on one core; and how its time grows with the sessions."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

FIRST_RELEASE = "8ff0736"
ROOT = Path(__file__).parent.parent
ROUNDS = 15

WORKER = """
import sys, time
from benchmarks import cases
try:
    from estimator.core.answers import read_answers
    from estimator.core.estimate import estimate
except ImportError:
    from estimator.answers import read_answers
    from estimator.estimate import estimate
book = cases.books().national
for line in sys.stdin:
    raw = cases.LARGE | {"sessions": line.strip(), "psychotherapy_sessions": str(int(line) // 2)}
    answers = read_answers(raw, book, cases.TODAY)
    estimate(answers, book)
    begun = time.process_time()
    for _ in range(5):
        estimate(answers, book)
    print((time.process_time() - begun) / 5, flush=True)
"""


class Tree:
    """A checkout of the program with a process that times estimates in it, always on the same core."""

    def __init__(self, root: Path) -> None:
        core = {min(os.sched_getaffinity(0))}
        self.worker = subprocess.Popen(
            [sys.executable, "-c", WORKER],
            cwd=root,
            env=os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, core),
        )

    def seconds(self, sessions: int) -> float:
        """Processor seconds of one estimate of so many sessions."""
        assert self.worker.stdin is not None
        assert self.worker.stdout is not None
        self.worker.stdin.write(f"{sessions}\n")
        self.worker.stdin.flush()
        return float(self.worker.stdout.readline())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", FIRST_RELEASE], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "x", "-C", folder], input=archive, check=True)
        first, now = Tree(Path(folder)), Tree(ROOT)
        turns = [(first.seconds(24), now.seconds(24), now.seconds(48), now.seconds(96)) for _ in range(ROUNDS)]
        first.worker.terminate()
        now.worker.terminate()
    print(f"first release      {median(turn[0] for turn in turns) * 1000:7.2f} ms   24 sessions")
    print(f"now                {median(turn[1] for turn in turns) * 1000:7.2f} ms")
    print(f"ratio              {median(turn[1] / turn[0] for turn in turns):7.2f} x    (mark: at most 1)")
    for times, place in ((2, 2), (4, 3)):
        grows = median(turn[place] / turn[1] for turn in turns)
        print(f"{times} times the sessions {grows:6.2f} x    (mark: at most {times})")


if __name__ == "__main__":
    main()
