"""``python -m faults [--short] [NAME …]``: the table; exit status 1 where requests failed or it stayed broken."""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support import postgres

from faults.faults import FAULTS, Fault
from faults.running import Load, Served, wait_until

SHORT = ("store frozen (PostgreSQL)", "store corrupt", "folder deleted", "worker killed", "300 slow clients")
RECOVERY_SECONDS = 60.0
WARM_UP_SECONDS = 1.5
"""The first pages of a new worker take longer."""


@dataclass(frozen=True)
class Noticed:
    """What patients noticed of one fault: milliseconds before and during it, errors, seconds until all was well."""

    fault: Fault
    asked: int
    before: tuple[float, float]
    during: tuple[float, float]
    errors: tuple[str, ...]
    desk: int
    ready: int
    recovery: float

    @property
    def is_too_much(self) -> bool:
        """More failed than this fault costs, or not well again: times are printed, they depend on the machine."""
        return len(self.errors) > self.fault.costs or self.recovery >= RECOVERY_SECONDS

    def line(self) -> str:
        p50, p99 = self.before
        kinds = f" ({', '.join(sorted(set(self.errors)))})" if self.errors else ""
        return (
            f"{self.fault.name:<26} {p50:>6.0f} {p99:>6.0f}  {self.during[0]:>6.0f} {self.during[1]:>6.0f} "
            f"{self.asked:>6} {len(self.errors):>6}{kinds} {self.desk:>6} {self.ready:>6} {self.recovery:>8.1f}"
        )


HEAD = """\
                               without         during
fault                         p50    p99     p50    p99  asked errors   desk  ready  well in"""


def noticed(fault: Fault, server: Served, seconds: float) -> Noticed:
    """Break it under load, put it right, wait until all is well."""
    with Load(server).running() as load:
        time.sleep(WARM_UP_SECONDS)
        begun = time.monotonic()
        time.sleep(seconds)
        broken = time.monotonic()
        fault.make(server)
        time.sleep(seconds)
        desk, ready = server.status("/admin/sign-in"), server.status("/readyz")
        mended = time.monotonic()
        fault.mend(server)
        with contextlib.suppress(AssertionError):
            wait_until(lambda: fault.recovered(server), RECOVERY_SECONDS)
        well = time.monotonic()
        time.sleep(0.3)
    before = load.milliseconds(begun, broken, 0.5), load.milliseconds(begun, broken, 0.99)
    during = load.milliseconds(broken, well, 0.5), load.milliseconds(broken, well, 0.99)
    asked = sum(one[0] >= broken for one in (*load.answered, *load.failed))
    errors = tuple(load.errors(begun, well + 1))
    return Noticed(fault, asked, before, during, errors, desk, ready, well - mended)


@contextlib.contextmanager
def served(kind: str, place: Path) -> Iterator[Served]:
    """A server that keeps its store so; raises `postgres.NoPostgresql`."""
    with contextlib.ExitStack() as stack:
        server = Served(place, as_anybody=kind == "sqlite")
        if kind == "postgresql":
            database = stack.enter_context(postgres.server())

            def revive() -> None:
                stack.callback(postgres.stop, postgres.start(postgres.find_programs(), database.folder))

            server.revive = revive
            server.environment |= {
                "ESTIMATOR_DATABASE": database.url(database.create()),
                "POSTMASTER": str(database.folder / "data" / "postmaster.pid"),
            }
        if kind == "clock":
            (place / "clock").write_text("0\n")
            library, source = str(place / "clock.so"), str(Path(__file__).with_name("clock.c"))
            subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
            server.environment |= {"LD_PRELOAD": library, "CLOCK_FILE": str(place / "clock")}
        stack.callback(lambda: server.end() if hasattr(server, "process") else None)
        server.start()
        server.command("backup", str(place / "kept.backup"))
        yield server


def run(chosen: list[Fault], seconds: float) -> list[Noticed]:
    """All of them, each on a server that nothing has happened to."""
    found = []
    print(HEAD, flush=True)
    for fault in chosen:
        if fault.store == "clock" and not shutil.which("cc"):
            print(f"{fault.name:<26} not done: no C compiler (Debian: apt-get install gcc libc6-dev)")
            continue
        with tempfile.TemporaryDirectory(prefix="faults-") as name:
            os.chmod(name, 0o755)
            try:
                with served(fault.store, Path(name)) as server:
                    one = noticed(fault, server, seconds)
            except postgres.NoPostgresql as error:
                if os.environ.get("CI"):
                    raise
                print(f"{fault.name:<26} not done: {error}")
                continue
        print(one.line(), "  TOO MUCH" if one.is_too_much else "", flush=True)
        found.append(one)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m faults")
    parser.add_argument("--short", action="store_true", help="the few that CI does, two seconds each")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only faults whose name holds one of these")
    options = parser.parse_args()
    chosen = [one for one in FAULTS if one.name in SHORT or not options.short]
    chosen = [one for one in chosen if not options.names or any(name in one.name for name in options.names)]
    return int(any(one.is_too_much for one in run(chosen, 2.0 if options.short else 4.0)))


if __name__ == "__main__":
    raise SystemExit(main())
