"""Hypothesis profiles, the real server, and Chromium, for every test; the stores are in `stores`."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = ["support.stores"]

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")

UPDATE = bool(os.environ.get("UPDATE"))
"""Set by `make pictures`: what the app shows now takes the place of what tests compare it with."""

FROZEN_BOOK = ROOT / "tests" / "frozen_book"
FROZEN_DAY = date(2026, 11, 22)

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=150, deadline=None, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if IN_CI else "dev"))

FONTS = ROOT / "node_modules" / "dejavu-fonts-ttf" / "ttf"
"""The fonts that tests/support/fonts.conf shows to the browser, and no others."""

SERVER_START_SECONDS = 30
SERVER_STOP_SECONDS = 10

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def own_place(folder: Path, tables: bool = True) -> dict[str, Any]:
    """Where a server of a test's own runs, for `Popen`: with its own copy of the price `tables`, its own store."""
    if tables and not (folder / "pricing").exists():
        for part in ("national", "clinics"):
            shutil.copytree(ROOT / "pricing" / part, folder / "pricing" / part, ignore=shutil.ignore_patterns(".*"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ESTIMATOR_")}
    environment |= {"ESTIMATOR_DATA": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    return {"cwd": folder, "env": environment}


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real ``estimator serve``, started for this run and stopped as an operator would."""
    log = tmp_path_factory.mktemp("live-server") / "server.log"
    own = own_place(log.parent)
    port = _free_port()
    command = [sys.executable, "-m", "estimator", "serve", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            **own,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(server, port, log)
        yield f"http://127.0.0.1:{port}"
        code = server.poll()
        if code is not None:
            pytest.fail(f"The server ended by itself, with code {code}:\n{_read(log)}", pytrace=False)
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(SERVER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            pytest.fail(
                f"The server did not stop within {SERVER_STOP_SECONDS} s of SIGTERM:\n{_read(log)}",
                pytrace=False,
            )
    finally:
        # Whatever is left of it, forked workers included.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@pytest.fixture(scope="session")
def frozen_server() -> Iterator[str]:
    """The address of the app on tests/frozen_book, on one fixed day: pages that only a change of the app changes."""
    from support.serving import serving

    from estimator.web.app import create_app

    if UPDATE:
        shutil.rmtree(FROZEN_BOOK, ignore_errors=True)
        for part in ("national", "clinics"):
            shutil.copytree(ROOT / "pricing" / part, FROZEN_BOOK / part, ignore=shutil.ignore_patterns(".*"))
    try:
        app = create_app(FROZEN_BOOK, clock=lambda: FROZEN_DAY)
    except Exception as error:
        pytest.fail(f"tests/frozen_book cannot be read; `make pictures` copies pricing/ anew. {error}", pytrace=False)
    with serving(app) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, driven by Playwright; Playwright's own browsers are never downloaded."""
    executable = shutil.which(os.environ.get("CHROMIUM") or "chromium")
    if executable is None:
        no_browser("no Chromium: install Debian's `chromium`, or set CHROMIUM to the path of one")
    if not FONTS.is_dir():
        no_browser("the tests' own fonts are missing: `make node_modules/.installed` (needs npm)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        no_browser(f"Playwright cannot be imported: {error}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGS, env=_browser_environment())
        yield browser
        browser.close()


def _browser_environment() -> dict[str, str | float | bool]:
    """Ours, but with the tests' own fonts and English whatever this machine has and speaks."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FONTCONFIG_", "LANG", "LC_"))}
    return kept | {"FONTCONFIG_FILE": str(ROOT / "tests" / "support" / "fonts.conf"), "LANG": "en_US.UTF-8"}


def no_browser(reason: str) -> NoReturn:
    """Skip, saying why; but fail in CI, where a browser test that did not run would look like a pass."""
    if IN_CI:
        pytest.fail(f"Browser tests must run in CI: {reason}", pytrace=False)
    pytest.skip(f"BROWSER TEST NOT RUN: {reason}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_healthy(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    last = "no answer"
    deadline = time.monotonic() + SERVER_START_SECONDS
    while time.monotonic() < deadline:
        code = server.poll()
        if code is not None:
            pytest.fail(f"The server ended with code {code} at its start:\n{_read(log)}", pytrace=False)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            last = repr(error)
        else:
            if status == 200:
                return
            last = f"status {status}"
        finally:
            connection.close()
        time.sleep(0.05)
    pytest.fail(f"/healthz did not answer 200 within {SERVER_START_SECONDS} s ({last}):\n{_read(log)}", pytrace=False)


def _read(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace").strip() or "(the server printed nothing)"
