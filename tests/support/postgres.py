"""
A PostgreSQL of the tests' own: started in a temporary folder for one run, asked over a Unix socket, then thrown away.

It needs the server's programs (Debian's `postgresql`), no running server, no network and no rights. PostgreSQL refuses
to be run by root, so that root starts it as `nobody`.
"""

import contextlib
import glob
import itertools
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

START_SECONDS = 30
STOP_SECONDS = 10

OPTIONS = {
    "listen_addresses": "",
    # Nothing here has to survive a power cut.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
}


class NoPostgresql(Exception):
    """There is no PostgreSQL to test with; the message says why."""


class Server:
    """A running server; `create` makes databases in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        """How the store, and SQLAlchemy, name one of the databases."""
        return f"postgresql://estimator@/{name}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """The name of a new database, a copy of `template`."""
        name = f"test_{next(self._numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._run("DROP DATABASE {} WITH (FORCE)", name)

    def is_up(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, statement: str, *names: str) -> None:
        with self._connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.folder), user="estimator", dbname="postgres", autocommit=True)


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Start one, and stop it whatever happens; raises `NoPostgresql` where it cannot be had."""
    programs = find_programs()
    with _folder() as folder:
        data, log = folder / "data", folder / "log"
        _initialise(programs, data, log)
        process = start(programs, folder)
        try:
            running = Server(folder)
            _wait_until_up(running, process, log)
            yield running
        finally:
            stop(process)


def start(programs: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start the server on the data in `folder`; a second time after it was killed."""
    settings = [f"-c{name}={value}" for name, value in {**OPTIONS, "unix_socket_directories": folder}.items()]
    return _spawn([str(programs / "postgres"), "-D", str(folder / "data"), *settings], folder / "log")


def find_programs() -> Path:
    """The folder of initdb and postgres: on PATH, where pg_config says, or where Debian puts them, the newest."""
    candidates = []
    if on_path := shutil.which("initdb"):
        candidates.append(Path(on_path).resolve().parent)
    if config := shutil.which("pg_config"):
        found = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        candidates.append(Path(found.stdout.strip() or "/nowhere"))
    debian = glob.glob("/usr/lib/postgresql/*/bin")
    candidates += map(Path, sorted(debian, key=lambda path: int(re.sub(r"\D", "", path) or 0), reverse=True))
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgresql("no initdb and postgres: install Debian's `postgresql`, or put its programs on PATH")


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the server's user owns; its path has to stay short enough for a socket's name."""
    folder = Path(tempfile.mkdtemp(prefix="estimator-pg-"))
    try:
        if user := _other_user():
            os.chown(folder, user.pw_uid, user.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_user() -> pwd.struct_passwd | None:
    """Who runs the server where we are root; None: ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise NoPostgresql("root may not run it, and there is no user `nobody` to run it") from error


def _initialise(programs: Path, data: Path, log: Path) -> None:
    options = ["--auth=trust", "--username=estimator", "--encoding=UTF8", "--locale=C", "--no-sync"]
    if _spawn([str(programs / "initdb"), f"--pgdata={data}", *options], log).wait() != 0:
        raise NoPostgresql(f"initdb failed: {_last_words(log)}")


def _spawn(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    user = _other_user()
    as_user: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    # It goes when we go, even killed, wherever Linux can be asked for that.
    with_us = ["setpriv", "--pdeathsig", "INT", "--"] if shutil.which("setpriv") else []
    with log.open("ab") as output:
        return subprocess.Popen(
            [*with_us, *command],
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for pytest, which then stops the server.
            start_new_session=True,
            **as_user,
        )


def _wait_until_up(running: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not running.is_up():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoPostgresql(f"it did not start: {_last_words(log)}")
        time.sleep(0.02)


def _last_words(log: Path) -> str:
    return " / ".join(log.read_text(errors="replace").split("\n")[-6:]).strip(" /") or "it said nothing"


def stop(process: subprocess.Popen[bytes]) -> None:
    """A fast shutdown, by the server's own process id."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
