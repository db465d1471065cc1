"""A server of our own under a steady load of patients, and what they noticed. Loopback only, few clients, seconds."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASKED = "/estimate?treatment=iv&insurance=none&sessions=6&psychotherapy=none"
CLIENTS = 3
PAUSE_SECONDS = 0.08
"""Each client rests so long after each answer: together about 25 requests a second, a quarter of what one core does."""

START_SECONDS = 40.0
TIMEOUT_SECONDS = 10.0


@dataclass
class Served:
    """An ``estimator serve`` with its own folder, store and log."""

    place: Path
    environment: dict[str, str] = field(default_factory=dict)
    as_anybody: bool = False
    revive: Callable[[], object] = lambda: None
    port: int = 0

    def start(self) -> None:
        if not (self.place / "pricing").exists():
            for part in ("national", "clinics"):
                source = ROOT / "pricing" / part
                shutil.copytree(source, self.place / "pricing" / part, ignore=shutil.ignore_patterns(".*"))
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        # Root may write whatever permissions say; without its capabilities it is as anybody else.
        drops = self.as_anybody and os.geteuid() == 0 and shutil.which("setpriv")
        command = [
            *(["setpriv", "--bounding-set=-all", "--"] if drops else []),
            sys.executable,
            "-m",
            "estimator",
            "serve",
            "--port",
            str(self.port),
        ]
        own = {name: value for name, value in os.environ.items() if not name.startswith("ESTIMATOR_")}
        own |= {"ESTIMATOR_DATA": str(self.data), "PYTHONPATH": str(ROOT), **self.environment}
        with (self.place / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.place,
                env=own,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(lambda: self.status("/readyz") == 200, START_SECONDS)

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def database(self) -> Path:
        return self.data / "estimator.db"

    @property
    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def status(self, path: str) -> int:
        """The status, 0 where nobody answers."""
        try:
            return self.get(path)[0]
        except (OSError, http.client.HTTPException):
            return 0

    def version(self) -> str:
        return str(json.loads(self.get("/healthz")[1])["price_book"]["version"])

    def command(self, *arguments: str) -> None:
        """One of the program's own commands on this store."""
        own = {**os.environ, "ESTIMATOR_DATA": str(self.data), "PYTHONPATH": str(ROOT), **self.environment}
        done = subprocess.run(
            [sys.executable, "-m", "estimator", *arguments], cwd=self.place, env=own, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Load:
    """Patients who ask one after another, each time on a new connection: when each began, how long it took, errors."""

    server: Served
    answered: list[tuple[float, float]] = field(default_factory=list)
    failed: list[tuple[float, str]] = field(default_factory=list)

    @contextlib.contextmanager
    def running(self) -> Iterator["Load"]:
        self.done = threading.Event()
        threads = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]
        for one in threads:
            one.start()
        try:
            yield self
        finally:
            self.done.set()
            for one in threads:
                one.join()

    def _ask(self) -> None:
        while not self.done.wait(PAUSE_SECONDS):
            begun = time.monotonic()
            try:
                status, _ = self.server.get(ASKED)
            except (OSError, http.client.HTTPException) as error:
                self.failed.append((begun, type(error).__name__))
                continue
            if status == 200:
                self.answered.append((begun, time.monotonic() - begun))
            else:
                self.failed.append((begun, str(status)))

    def milliseconds(self, since: float, until: float, share: float) -> float:
        took = sorted(one for begun, one in self.answered if since <= begun < until)
        return took[min(len(took) - 1, int(share * len(took)))] * 1000 if took else float("nan")

    def errors(self, since: float, until: float) -> Sequence[str]:
        return [what for begun, what in self.failed if since <= begun < until]


def wait_until(true: Callable[[], bool], seconds: float) -> float:
    """Seconds until it is true; raises AssertionError where that does not come."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, "it never came"
        time.sleep(0.05)
    return time.monotonic() - begun
