"""
The server: worker processes on one shared listening socket, so that all others go on when one is slow or crashes.

Waitress reads requests without a thread per connection, and each worker is one process with a few threads. The
master only waits: it restarts a worker that died and stops them all on SIGTERM or SIGINT.
"""

import contextlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from flask import Flask, abort, request

from estimator.accounts.secret import BadSecret, site_secret
from estimator.places import data_folder, shipped_pricing, working_folder
from estimator.prices.price_source import PriceSource
from estimator.prices.watched_folder import BrokenTables
from estimator.store.database import StoreUnavailable, database_at
from estimator.store.opening import store_url
from estimator.versions.folder.last_good import FILE, LastGood
from estimator.versions.folder.served_books import ServedPriceBooks
from estimator.web.app import create_app
from estimator.web.guarded_server import GuardedServer
from estimator.web.hosts import BadAddress, environment_hosts
from estimator.web.logs import LogFormat, log_to_streams, logged

THREADS = 4
STOP_SECONDS = 8.0
WATCH_SECONDS = 0.25
SHORT_LIFE_SECONDS = 1.0
"""A worker that dies younger than this is restarted no sooner than this."""

NO_PROXY_NAMED = (
    "WARNING: ESTIMATOR_HTTPS is on, but ESTIMATOR_PROXY does not name the proxy that speaks https. Every visitor seems"
    " to come from its address, so failed sign-ins cannot be counted by address. Set ESTIMATOR_PROXY to that address."
)

logger = logging.getLogger(__name__)


def serve(host: str, port: int, processes: int = 2, pricing: Path | None = None, log_format: LogFormat = "text") -> int:
    """
    Serve until told to stop; returns the exit status. `port` 0 picks a free one.

    With a `pricing` folder its tables are served as they are, without a store; otherwise what the store's publications
    say, and the usual folder is kept in step with them unless ``ESTIMATOR_FOLDER`` is ``off``.
    """
    log_to_streams(log_format)
    try:
        hosts = environment_hosts(host)
        app = create_app(pricing) if pricing else _app_on_store(hosts.https)
        app.extensions["hosts"] = hosts
        listener = _listen(host, port)
    except (BadAddress, BrokenTables, StoreUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Cannot listen on {host} port {port}: {error.strerror or error}", file=sys.stderr)
        return 1
    print(f"Ketamine Cost Estimator: {_address(listener)} (stop with Ctrl-C)", flush=True)
    if not hasattr(os, "fork"):
        _work(app, listener)
        return 0
    _Master(lambda: _work(app, listener), processes).run()
    return 0


def _app_on_store(https: bool) -> Flask:
    """The app with its desk, as the environment says; `https`: so does the site's own address."""
    from estimator.web.desk.app import add_desk  # accounts are not needed to serve a folder

    setting = os.environ.get("ESTIMATOR_FOLDER", "").strip().lower()
    if setting not in ("", "on", "off"):
        raise StoreUnavailable(f"ESTIMATOR_FOLDER is '{setting}'. Set it to on or off, or leave it out.")
    database, in_step = database_at(store_url()), setting != "off"
    prices = ServedPriceBooks(
        database, working_folder(), shipped_pricing(), LastGood(data_folder() / FILE), in_step=in_step
    )
    app = create_app(database=database, prices=prices)
    try:
        secret = site_secret(data_folder())
    except BadSecret as error:
        raise StoreUnavailable(f"The desk has no secret to sign with. {error}") from error
    except OSError as error:
        logger.error("The desk is closed: it has no secret to sign with. %s", error)
        app.before_request(_desk_is_closed)
        return app
    add_desk(app, database, secret, https=True if https else None)
    if app.config["DESK_HTTPS"] and not os.environ.get("ESTIMATOR_PROXY", "").strip():
        logger.warning(NO_PROXY_NAMED)
    return app


def _desk_is_closed() -> None:
    if request.path.startswith("/admin"):
        abort(503)


class _Master:
    """Keeps `processes` workers running, each a fork that calls `work`."""

    SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}) if hasattr(signal, "SIGCHLD") else frozenset()

    def __init__(self, work: Callable[[], None], processes: int) -> None:
        self.work, self.processes = work, processes
        self.started: dict[int, float] = {}
        # Workers hold the reading end; it ends when the master is gone, however it went.
        self.reading, self.writing = os.pipe()

    def run(self) -> None:
        # Signals stay blocked and are taken one by one, so none can arrive between a fork and its bookkeeping.
        signal.pthread_sigmask(signal.SIG_BLOCK, self.SIGNALS)
        for _ in range(self.processes):
            self._fork()
        while signal.sigwait(self.SIGNALS) == signal.SIGCHLD:
            for pid, status in self._ended():
                age = time.monotonic() - self.started.pop(pid)
                logger.error("Worker %d ended with %s; starting another", pid, _said(status))
                time.sleep(max(0.0, SHORT_LIFE_SECONDS - age))
                self._fork()
        self._stop()

    def _fork(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._become_worker()
        self.started[pid] = time.monotonic()

    def _become_worker(self) -> NoReturn:
        code = 1
        try:
            os.close(self.writing)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, _exit)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, self.SIGNALS)
            threading.Thread(target=_end_with_master, args=(self.reading,), daemon=True).start()
            self.work()
            code = 0
        except SystemExit:
            code = 0
        except BaseException:
            logger.exception("A worker ended")
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _ended(self) -> Iterable[tuple[int, int]]:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self.started:
                yield pid, status

    def _stop(self) -> None:
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self.started and time.monotonic() < deadline:
            for pid, _status in self._ended():
                del self.started[pid]
            time.sleep(0.02)
        self._signal(signal.SIGKILL)
        for pid in self.started:
            os.waitpid(pid, 0)

    def _signal(self, number: int) -> None:
        for pid in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _work(app: Flask, listener: socket.socket) -> None:
    threading.Thread(target=_watch, args=(app.extensions["site"].prices,), daemon=True).start()
    server = GuardedServer(logged(app), listener, THREADS, **behind_proxy(os.environ.get("ESTIMATOR_PROXY", "")))
    signal.signal(signal.SIGTERM, lambda _number, _frame: server.stop())
    server.run()


def behind_proxy(address: str) -> dict[str, Any]:
    """
    Waitress's settings for a reverse proxy at `address`, the only one that may tell a visitor's address and https.

    Without one, what anybody says about that is dropped.
    """
    if not address.strip():
        return {}
    return {
        "trusted_proxy": address.strip(),
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }


def _watch(prices: PriceSource) -> None:
    """Look at the tables, so that no page has to: an edit is recorded, a publication written to the folder."""
    while True:
        time.sleep(WATCH_SECONDS)
        try:
            prices.keep_up()
        except Exception:
            logger.exception("Looking at the price tables failed")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _end_with_master(reading: int) -> None:
    os.read(reading, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _exit(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


def _said(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"signal {-code}" if code < 0 else f"status {code}"
