"""Reading the shipped tables, beside PyYAML alone; and what each hostile file costs in time and memory."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from support.hostile_tables import HOSTILE

from estimator.prices.nodes import parsed
from estimator.prices.reading import collect, read_files

ROOT = Path(__file__).parent.parent

ONE_FILE = """
import re, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])

def kilobytes(what):
    return int(re.search(what + r":\\s+([0-9]+)", Path("/proc/self/status").read_text())[1])

from estimator.prices.reading import read_files
data = sys.stdin.buffer.read()
read_files({"national/warm.yaml": b"charges: {a: {label: b}}"})
Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
before = kilobytes("VmRSS")
begun = time.process_time()
reading = read_files({"national/a.yaml": data})
seconds = time.process_time() - begun
print(seconds, kilobytes("VmHWM") - before, len(reading.errors))
"""


def median(action: Callable[[], object], repeats: int = 15) -> float:
    """The middle of the seconds of processor time that one call of `action` took."""
    times = []
    for _ in range(repeats):
        begun = time.process_time()
        action()
        times.append(time.process_time() - begun)
    return sorted(times)[repeats // 2]


def read_anew(files: dict[str, bytes]) -> None:
    """Read them all, as if for the first time."""
    parsed.cache_clear()
    read_files(files)


def cost(name: str) -> tuple[float, float, int]:
    """Milliseconds of processor time, megabytes and problems of one hostile file, in a process of its own."""
    command = [sys.executable, "-c", ONE_FILE, str(ROOT)]
    answer = subprocess.run(command, input=HOSTILE[name], capture_output=True, check=True).stdout
    seconds, kilobytes, problems = answer.split()
    return float(seconds) * 1000, int(kilobytes) / 1024, int(problems)


def main() -> None:
    files, _ = collect(ROOT / "pricing")
    size = sum(map(len, files.values())) / 1000
    ours = median(lambda: read_anew(files))
    alone = median(lambda: [yaml.load(data, Loader=yaml.CSafeLoader) for data in files.values()])
    print(f"shipped tables     {ours * 1000:7.1f} ms   {len(files)} files, {size:.0f} KB, with every check")
    print(f"PyYAML alone       {alone * 1000:7.1f} ms   (C loader, no lines, no checks)")
    begun = time.perf_counter()
    costs = {name: cost(name) for name in HOSTILE}
    print(f"{len(costs)} hostile files, each in a process of its own, {time.perf_counter() - begun:.0f} s in all:")
    for name, (milliseconds, megabytes, problems) in sorted(costs.items(), key=lambda item: -item[1][0])[:8]:
        print(f"  {name:<36} {milliseconds:6.1f} ms {megabytes:6.1f} MB {problems:3} problems")
    slowest, largest = max(one[0] for one in costs.values()), max(one[1] for one in costs.values())
    print(f"slowest            {slowest:7.1f} ms   (mark: at most 100 ms)")
    print(f"largest            {largest:7.1f} MB   (mark: at most 50 MB)")


if __name__ == "__main__":
    main()
