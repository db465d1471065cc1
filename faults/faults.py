"""Each fault: how it is done to a server, how it is put right, and when that is over."""

import contextlib
import os
import resource
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faults.running import Served

Act = Callable[[Served], None]


@dataclass(frozen=True)
class Fault:
    """
    `make` breaks it and `mend` puts it right; `store` is where the server keeps its store.

    `costs` is how many requests may fail: those that a killed worker was working on.
    """

    name: str
    make: Act
    mend: Act
    store: str = "sqlite"
    costs: int = 0
    recovered: Callable[[Served], bool] = lambda server: all(server.status("/readyz") == 200 for _ in range(4))


def _nothing(_server: Served) -> None:
    pass


def _overwrite(path: Path, data: bytes) -> None:
    with path.open("r+b") as file:
        file.write(data)


def _corrupt(server: Served) -> None:
    for path in server.data.glob("estimator.db*"):
        _overwrite(path, b"\xff" * path.stat().st_size)


def _restore(server: Served) -> None:
    for path in server.data.glob("estimator.db*"):
        path.rename(path.with_name(f"gone-{path.name}-{time.monotonic_ns()}"))
    server.command("restore", str(server.place / "kept.backup"))


def _delete(server: Served) -> None:
    for path in server.data.glob("estimator.db*"):
        path.unlink()


def _limit_files(server: Served, most: int) -> None:
    for pid in server.workers:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def _disk_full(server: Served) -> None:
    """No file may grow, and something has to be written: an edit of the tables, which the store would take up."""
    _limit_files(server, 1)
    _edit(server, "disk full")


def _edit(server: Served, what: str) -> None:
    path = server.place / "pricing" / "national" / "payers.yaml"
    path.write_bytes(path.read_bytes() + f"# {what}\n".encode())


def _read_only(server: Served) -> None:
    for path in server.data.glob("estimator.db*"):
        path.chmod(0o400)
    server.data.chmod(0o500)
    _edit(server, "read-only")


def _writable(server: Served) -> None:
    server.data.chmod(0o700)
    for path in server.data.glob("estimator.db*"):
        path.chmod(0o600)


def _clock(days: int) -> Act:
    def act(server: Served) -> None:
        (server.place / "clock").write_text(f"{days * 86_400}\n")

    return act


def _move_folder(server: Served) -> None:
    (server.place / "pricing").rename(server.place / "away")


def _move_back(server: Served) -> None:
    shutil.rmtree(server.place / "pricing", ignore_errors=True)
    (server.place / "away").rename(server.place / "pricing")


def _replace_folder(server: Served) -> None:
    """Another copy of the tables, older, without the mark of the store's folder."""
    _move_folder(server)
    shutil.copytree(server.place / "away", server.place / "pricing", ignore=shutil.ignore_patterns(".*"))
    path = server.place / "pricing" / "national" / "payers.yaml"
    path.write_bytes(b"# an older copy\n" + path.read_bytes())


def _half_write(server: Served) -> None:
    path = server.place / "pricing" / "national" / "payers.yaml"
    (server.place / "whole").write_bytes(path.read_bytes())
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _write_whole(server: Served) -> None:
    path = server.place / "pricing" / "national" / "payers.yaml"
    path.write_bytes((server.place / "whole").read_bytes())


def _kill_worker(server: Served) -> None:
    os.kill(server.workers[0], signal.SIGKILL)


_dripping: list[socket.socket] = []


def _drip(server: Served) -> None:
    """Three hundred clients from another address, who begin a request and send a byte now and then."""
    for number in range(300):
        with contextlib.suppress(OSError):
            one = socket.create_connection(
                ("127.0.0.1", server.port), timeout=2, source_address=(f"127.0.0.{2 + number % 3}", 0)
            )
            _dripping.append(one)
            one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")


def _stop_dripping(_server: Served) -> None:
    while _dripping:
        _dripping.pop().close()


def _backends(server: Served) -> Iterator[int]:
    """Every process of the PostgreSQL that the server uses, its postmaster first."""
    master = int(Path(server.environment["POSTMASTER"]).read_text().split()[0])
    yield master
    with contextlib.suppress(OSError):
        yield from map(int, Path(f"/proc/{master}/task/{master}/children").read_text().split())


def _signal_store(number: signal.Signals) -> Act:
    def act(server: Served) -> None:
        for pid in list(_backends(server)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    return act


def _no_longer_there(server: Served) -> None:
    """PostgreSQL ends at once, as after a crash: whoever is connected is thrown out."""
    os.kill(next(_backends(server)), signal.SIGQUIT)


FAULTS = (
    Fault("store frozen (PostgreSQL)", _signal_store(signal.SIGSTOP), _signal_store(signal.SIGCONT), "postgresql"),
    Fault("store killed (PostgreSQL)", _no_longer_there, lambda server: server.revive(), "postgresql"),
    Fault("store corrupt", _corrupt, _restore),
    Fault("store deleted", _delete, _restore),
    Fault("disk full", _disk_full, lambda server: _limit_files(server, resource.RLIM_INFINITY)),
    Fault("store read-only", _read_only, _writable),
    Fault("clock -2 days", _clock(-2), _clock(0), "clock"),
    Fault("clock +2 days", _clock(2), _clock(0), "clock"),
    Fault("folder deleted", _move_folder, _move_back),
    Fault("folder replaced", _replace_folder, _move_back),
    Fault("folder half-written", _half_write, _write_whole),
    Fault("worker killed", _kill_worker, _nothing, costs=8, recovered=lambda server: len(server.workers) == 2),
    Fault("300 slow clients", _drip, _stop_dripping),
)
