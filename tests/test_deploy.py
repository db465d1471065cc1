"""What stands in deploy/ does what it says, as far as this machine has the programs to show it."""

from __future__ import annotations

import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from conftest import IN_CI
from test_one_truth import Visitors, one_truth
from test_serve import ROOT, Server, wait_until

from estimator.cli import main
from estimator.store.database import open_database

DEPLOY = ROOT / "deploy"
PROGRAM = "/opt/ketamine-cost-estimator/.venv/bin/estimator"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])


def needs(program):
    """Skip without it; Debian's nginx and systemd come with `make test` where root runs it."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if found is None:
        pytest.skip(f"NOT RUN: no {program} on this machine")
    return found


def test_the_units_are_units_and_the_server_s_is_shut_in(tmp_path):
    """`systemd-analyze verify` finds misspelled settings and missing programs; `security` rates what is left open."""
    analyze = needs("systemd-analyze")
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, "/bin/true"))
    places = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run([analyze, "verify", *places], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    server = str(tmp_path / "ketamine-cost-estimator.service")
    done = subprocess.run(
        [analyze, "security", "--offline=yes", "--threshold=20", server], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-300:]


def test_the_units_name_a_command_that_there_is():
    for unit in DEPLOY.glob("*.service"):
        (command,) = re.findall(rf"{re.escape(PROGRAM)} ([a-z]+)", unit.read_text())
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0


def _container():
    """The steps of the last stage, joined lines and all."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    steps = [line.split(" ", 1) for line in text.splitlines() if line and not line.startswith("#")]
    last = max(number for number, (word, _) in enumerate(steps) if word == "FROM")
    return steps[last + 1 :]


def test_the_container_s_steps_make_a_server_that_writes_nowhere_but_its_volume(tmp_path):
    """Where no builder is to be had: its copies, settings, commands and rights, done here. Its packages are ours."""
    ignored = (ROOT / ".dockerignore").read_text().split()
    root, settings = tmp_path / "root", {}
    for word, rest in _container():
        if word == "COPY" and not rest.startswith("--from="):
            source, target = rest.split()
            assert f"!{source}" in ignored
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            (root / target.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            skip = {"ignore": shutil.ignore_patterns("__pycache__", ".*")} if copy is shutil.copytree else {}
            copy(ROOT / source, root / target.lstrip("/"), **skip)
        elif word == "ENV":
            name, value = rest.split("=", 1)
            settings[name] = value.replace("/app", f"{root}/app").replace("/data", f"{root}/data")
        elif word == "RUN":
            here = rest.replace("/app", f"{root}/app").replace(" /data", f" {root}/data")
            here = here.replace("python ", f"{sys.executable} ")
            if os.geteuid() != 0:
                here = re.sub(r" -[og] 10001", "", here)
            subprocess.run(shlex.split(here), check=True)
        elif word == "CMD":
            command = json.loads(rest)
    data = root / "data"
    assert data.stat().st_mode & 0o777 == 0o700
    if os.geteuid() == 0:
        assert (data.stat().st_uid, data.stat().st_gid) == (10001, 10001)
        os.chown(data, 0, 0)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable if one == "python" else str(port) if one == "8000" else one for one in command]
    command = ["127.0.0.1" if one == "0.0.0.0" else one for one in command]
    before = sorted(path for path in root.rglob("*") if data not in path.parents)
    log = tmp_path / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=data, env={**settings, "HOME": "/nonexistent"}, stdout=output, stderr=output
        )
    try:
        wait_until(lambda: _status(port, "/readyz") == 200 or server.poll() is not None)
        assert server.poll() is None, log.read_text()
        assert _status(port, "/") == 200
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    finally:
        server.kill()
    assert sorted(path for path in root.rglob("*") if data not in path.parents) == before
    kept = {path.name for path in data.iterdir()} - {"estimator.db-wal", "estimator.db-shm"}
    assert kept == {"estimator.db", "last-good-prices.json", "secret"}
    assert {path.stat().st_mode & 0o777 for path in data.iterdir()} == {0o600}
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert any(line.get("path") == "/" and line["status"] == 200 for line in lines)


def _status(port, path, **headers):
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", path, headers={"Host": "localhost", **headers})
            answer = connection.getresponse()
            answer.read()
            return answer.status
    except (OSError, http.client.HTTPException):
        return 0


class Nginx:
    """deploy/nginx.conf on loopback, without TLS, in front of servers of ours."""

    def __init__(self, folder, ports):
        self.folder = folder
        folder.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        site = (DEPLOY / "nginx.conf").read_text()
        site = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", site, flags=re.DOTALL)
        site = re.sub(r"    ssl_.*\n", "", site).replace("listen 443 ssl http2", f"listen 127.0.0.1:{self.port}")
        servers = "\n".join(f"    server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;" for port in ports)
        site = re.sub(r"    server 127\.0\.0\.1:8000 .*", servers, site)
        site = site.replace("/var/log/nginx", str(folder)).replace("rate=20r/s", "rate=2000r/s")
        site = site.replace("client_header_timeout 10s", "client_header_timeout 2s")
        (folder / "site").write_text(site)
        places = "".join(
            f"{one}_temp_path {folder}/{one};\n" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; worker_processes 1; error_log {folder}/own.log emerg;\n"
            f"{'user root;' if os.geteuid() == 0 else ''}\n"
            f"events {{}}\nhttp {{ {places} include {folder}/site; }}\n"
        )

    def __enter__(self):
        self.process = subprocess.Popen(
            [needs("nginx"), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")], stderr=subprocess.PIPE
        )
        wait_until(lambda: _status(self.port, "/healthz") or self.process.poll() is not None)
        assert self.process.poll() is None, self.process.stderr.read()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def replicas(tmp_path, postgresql_url):
    """Three servers on one PostgreSQL, no folder kept in step, nginx in front."""
    needs("nginx")
    shared = {"ESTIMATOR_DATABASE": postgresql_url, "ESTIMATOR_FOLDER": "off", "ESTIMATOR_SECRET": "s" * 64}
    shared |= {"ESTIMATOR_PROXY": "127.0.0.1", "ESTIMATOR_HTTPS": "on"}
    servers = []
    try:
        for number in range(3):
            servers.append(Server(tmp_path / f"replica-{number}", **shared).wait())
        yield servers
    finally:
        for one in servers:
            one.end()


def test_three_replicas_behind_nginx_show_one_truth_and_one_may_go(replicas, tmp_path, postgresql_url):
    """Published: on all of them within two seconds, from one moment on. One killed, one rolled: no failed request."""
    with (
        Nginx(tmp_path / "nginx", [one.port for one in replicas]) as nginx,
        Visitors(nginx.port, number=3) as visitors,
        closing(open_database(postgresql_url)) as database,
    ):
        wait_until(lambda: one_truth(database, visitors), seconds=30)
        replicas[0].end()
        time.sleep(1)
        # Rolled: told to stop, it answers what it was asked; the next release starts in its place.
        replicas[1].process.send_signal(signal.SIGTERM)
        assert replicas[1].process.wait(10) == 0
        time.sleep(1)
        visitors.done.set()
        log = (nginx.folder / "estimator.access.log").read_text()
    assert visitors.failed == []
    assert "/api/v1/estimate 200" in log
    assert "treatment" not in log
    assert "treatment" not in (nginx.folder / "estimator.error.log").read_text()


def test_behind_nginx_strangers_send_little_and_slow_ones_are_closed(tmp_path):
    server = Server(tmp_path / "server", ESTIMATOR_PROXY="127.0.0.1", ESTIMATOR_HTTPS="on").wait()
    try:
        with Nginx(tmp_path / "nginx", [server.port]) as nginx:
            statuses = {}

            def slow():
                with socket.create_connection(("127.0.0.1", nginx.port), timeout=30) as connection:
                    begun = time.monotonic()
                    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
                    connection.settimeout(0.5)
                    while time.monotonic() - begun < 20:
                        try:
                            connection.sendall(b"a")
                            if not connection.recv(100):
                                break
                        except TimeoutError:
                            continue
                        except OSError:
                            break
                    statuses["slow"] = time.monotonic() - begun

            thread = threading.Thread(target=slow)
            thread.start()
            for path, size in (("/estimate", 70_000), ("/admin/sign-in", 70_000), ("/admin/sign-in", 2_100_000)):
                connection = http.client.HTTPConnection("127.0.0.1", nginx.port, timeout=10)
                connection.request("POST", path, b"a" * size, {"Host": "localhost"})
                statuses[path, size] = connection.getresponse().status
                connection.close()
            with socket.create_connection(("127.0.0.1", nginx.port), timeout=10) as connection:
                both = b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n" + both)
                statuses["both"] = connection.recv(100).split()[1]
            assert _status(nginx.port, "/") == 200
            thread.join()
    finally:
        server.end()
    assert 1.5 < statuses.pop("slow") < 6
    assert statuses == {
        ("/estimate", 70_000): 413,
        ("/admin/sign-in", 70_000): 413,
        ("/admin/sign-in", 2_100_000): 413,
        "both": b"400",
    }


def test_ci_has_the_programs():
    """So that no skip passes for a pass there."""
    if IN_CI:
        assert shutil.which("nginx") or Path("/usr/sbin/nginx").exists()
