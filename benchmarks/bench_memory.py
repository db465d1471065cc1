"""Memory of one worker of the web server after a few hundred estimates."""

import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

from benchmarks import cases

PORT = 8765
ROOT = Path(__file__).parent.parent


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]


def main() -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "estimator", "serve", "--port", str(PORT)],
        cwd=ROOT,
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(4)
        query = urllib.parse.urlencode(cases.LARGE)
        for _ in range(300):
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/estimate?{query}") as response:
                response.read()
        workers = [rss_mb(child) for child in children(server.pid)]
        print("workers            " + ", ".join(f"{mb:.0f} MB" for mb in workers) + "   (mark: below 120 MB each)")
    finally:
        server.terminate()
        server.wait(10)
