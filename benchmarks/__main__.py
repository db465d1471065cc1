"""``make bench``: every benchmark in turn; each prints its figures and the mark it is held to."""

import importlib
import pkgutil
import sys
from pathlib import Path

import benchmarks

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

for module in sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__)):
    if module.startswith("bench_"):
        print(f"\n== {module.removeprefix('bench_')} ==")
        importlib.import_module(f"benchmarks.{module}").main()
