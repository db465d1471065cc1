"""The real server: several processes, slow clients, a crash, a stop. Linux only, as the fork is."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from conftest import own_place
from support.strategies_yaml import small_book
from support.writing import publish_files
from waitress.server import create_server

from estimator.store.database import open_database
from estimator.versions.publications import Publications
from estimator.web.serve import behind_proxy

ROOT = Path(__file__).resolve().parent.parent
ASKED = "/estimate?treatment=iv&insurance=none&sessions=6&psychotherapy=none&deductible_remaining=4321"

SLOW_MACHINE = 5
"""How many times slower than promised a busy test machine may be."""

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")


class Server:
    """An ``estimator serve`` of its own."""

    def __init__(self, folder: Path, *arguments: str, tables: bool = True, **environment: str) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.log = folder, folder / "log"
        own = own_place(folder, tables)
        own["env"] |= environment
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "estimator", "serve", "--port", str(self.port), *arguments]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command, **own, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )

    def wait(self, answers: bool = True) -> Server:
        wait_until(lambda: self.status("/healthz") == 200 or self.process.poll() is not None)
        assert (self.process.poll() is None) == answers, self.said
        return self

    def get(self, path: str, timeout: float = 10) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        connection.request("GET", path, headers={"Connection": "close"})
        response = connection.getresponse()
        response.read()
        connection.close()
        return response

    def status(self, path: str) -> int | None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get(path).status
        return None

    @property
    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def wait_until(true, seconds=30):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def alive(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def server(tmp_path):
    one = Server(tmp_path / "server")
    yield one.wait()
    one.end()


def test_it_says_where_it_listens_and_answers_from_two_processes(server):
    assert f"http://127.0.0.1:{server.port}" in server.said
    assert len(server.workers) >= 2
    assert server.status("/") == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_clean_and_leaves_nobody_behind(server, number):
    workers = server.workers
    server.get("/")
    assert server.stop(number) == 0
    assert not any(alive(pid) for pid in workers)
    assert "Traceback" not in server.said
    with pytest.raises(ConnectionRefusedError):
        server.get("/")


def test_a_dead_worker_is_replaced(server):
    (first, *others) = server.workers
    os.kill(first, signal.SIGKILL)
    assert server.status("/healthz") == 200
    wait_until(lambda: len([pid for pid in server.workers if pid not in (first, *others)]) == 1)
    assert server.status("/healthz") == 200
    assert "signal 9" in server.said


def test_workers_end_when_the_master_is_killed(server):
    workers = server.workers
    server.process.kill()
    server.process.wait()
    wait_until(lambda: not any(alive(pid) for pid in workers), seconds=10)


def test_slow_clients_block_nobody(server):
    """Sixty readers who send half a request and wait: the next one is still answered at once."""
    with contextlib.ExitStack() as open_sockets:
        for _ in range(60):
            slow = open_sockets.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        begun = time.monotonic()
        assert all(server.get("/", timeout=5).status == 200 for _ in range(5))
        assert time.monotonic() - begun < 5


def test_slow_readers_block_nobody(server):
    """Readers who ask for much and take nothing."""
    with contextlib.ExitStack() as open_sockets:
        for _ in range(20):
            slow = open_sockets.enter_context(socket.socket())
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            slow.connect(("127.0.0.1", server.port))
            slow.sendall(b"GET /prices HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
        begun = time.monotonic()
        assert all(server.get("/", timeout=10).status == 200 for _ in range(5))
        assert time.monotonic() - begun < 10


def test_the_log_holds_no_answers(server):
    server.get(ASKED)
    server.get("/line%0Abreak?secret=4321")
    wait_until(lambda: "GET /line%0Abreak 404" in server.said)
    assert re.search(r"GET /estimate 200 [0-9.]+ ms", server.said)
    assert "4321" not in server.said
    assert "treatment" not in server.said


def test_odd_requests_are_answered_and_the_server_goes_on(server):
    for data in (
        b"GET /?\xff\xfe=\x80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a b<c>\r\nConnection: close\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /?a=" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.sendall(data)
            answer = connection.recv(200)
            assert re.match(rb"HTTP/1\.[01] (200|4[0-9]{2}) ", answer), answer
    assert server.status("/") == 200
    assert "Traceback" not in server.said


def test_broken_tables_at_the_start_are_named_and_nothing_is_served(tmp_path):
    folder = tmp_path / "pricing"
    shutil.copytree(ROOT / "pricing", folder)
    (folder / "national" / "wrong.yaml").write_text("mistake: here\n", encoding="utf-8")
    server = Server(tmp_path / "server", "--pricing", str(folder)).wait(answers=False)
    assert server.process.returncode == 1
    assert "wrong.yaml:1" in server.said
    assert "Traceback" not in server.said


def test_a_taken_port_is_said_plainly(server, tmp_path):
    command = [sys.executable, "-m", "estimator", "serve", "--port", str(server.port)]
    own = own_place(tmp_path / "other")
    done = subprocess.run(command, **own, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1 port {server.port}" in done.stderr
    assert "Traceback" not in done.stderr


# The store


def health(server):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", "/healthz")
        return json.loads(connection.getresponse().read())


def test_the_store_is_made_in_the_data_folder_and_the_next_start_goes_on_with_it(tmp_path):
    for _ in range(2):
        server = Server(tmp_path / "server").wait()
        assert health(server)["status"] == "ok"
        server.stop()
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/server/data/estimator.db")) as database:
        assert [(one.number, one.how) for one in Publications(database).history("national")] == [(1, "first")]


def test_an_edit_on_disk_reaches_every_process_within_two_seconds(server):
    before = health(server)["price_book"]["version"]
    path = server.folder / "pricing" / "national" / "payers.yaml"
    path.write_bytes(path.read_bytes() + b"# checked on a Tuesday\n")
    edited = time.monotonic()
    # Whichever of the processes answers.
    wait_until(lambda: all(health(server)["price_book"]["version"] != before for _ in range(20)))
    assert time.monotonic() - edited < 2 * SLOW_MACHINE


def test_a_broken_file_keeps_the_prices_in_force_and_health_says_so(server):
    before = health(server)["price_book"]["version"]
    path = server.folder / "pricing" / "clinics" / "example-harbor.yaml"
    good = path.read_bytes()
    path.write_bytes(good + b"mistake: here\n")
    wait_until(lambda: all(health(server)["status"] == "broken tables" for _ in range(10)))
    told = health(server)
    assert told["price_book"]["version"] == before
    assert [one["file"] for one in told["problems"]] == ["clinics/example-harbor.yaml"]
    assert "example-harbor" in told["clinics"]
    path.write_bytes(good)
    wait_until(lambda: all(health(server)["status"] == "ok" for _ in range(10)))


def test_with_a_named_folder_nothing_else_is_touched(tmp_path):
    own_place(tmp_path / "named")
    folder = tmp_path / "named" / "pricing"
    server = Server(tmp_path / "server", "--pricing", str(folder)).wait()
    assert health(server)["status"] == "ok"
    server.end()
    assert not (tmp_path / "server" / "data").exists()


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"ESTIMATOR_DATABASE": "nonsense"}, "URL cannot be read"),
        ({"ESTIMATOR_FOLDER": "perhaps"}, "ESTIMATOR_FOLDER is 'perhaps'. Set it to on or off"),
    ],
)
def test_a_setting_that_means_nothing_is_one_sentence(tmp_path, setting, says):
    server = Server(tmp_path / "server", **setting).wait(answers=False)
    assert server.process.returncode == 1
    assert says in server.said
    assert "Traceback" not in server.said


def test_a_data_folder_that_cannot_be_had_closes_the_desk_and_nothing_else(tmp_path):
    """The disk that it is on did not come up: patients are served with the tables at hand."""
    server = Server(tmp_path / "server", ESTIMATOR_DATA="/proc/nowhere").wait()
    try:
        assert [server.status(path) for path in ("/", "/admin/sign-in", "/readyz")] == [200, 503, 503]
        assert "the desk is closed" in server.said
        assert "Traceback" not in server.said
    finally:
        server.end()


def test_a_folder_that_is_not_kept_in_step_is_read_at_the_first_start_only(tmp_path):
    server = Server(tmp_path / "server", ESTIMATOR_FOLDER="off").wait()
    version = health(server)["price_book"]["version"]
    path = tmp_path / "server" / "pricing" / "national" / "payers.yaml"
    path.write_bytes(path.read_bytes() + b"# not for this one\n")
    time.sleep(2)
    assert health(server)["price_book"]["version"] == version
    server.end()


def installed(place, amount=b"420"):
    """What a wheel puts into a machine's packages: the program and its tables, `amount` being one of theirs."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(ROOT / "estimator", place / "estimator", ignore=shutil.ignore_patterns("__pycache__"))
    included = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    for source, target in included["force-include"].items():
        shutil.copytree(ROOT / source, place / target)
    tables = place / "estimator" / "_data" / "pricing"
    for part in ("national", "clinics"):
        shutil.rmtree(tables / part)
    for name, data in small_book().items():
        (tables / name).parent.mkdir(parents=True, exist_ok=True)
        (tables / name).write_bytes(data.replace(b"typical: 500", b"typical: " + amount))
    return {name: (tables / name).read_bytes() for name in small_book()}


def test_installing_another_release_changes_no_published_price(tmp_path):
    """
    The tables that come with the program are read at the first start and never again: neither edits nor written to.

    They were kept in step as if people edited them: a published $777 went back to $420 when the program was upgraded,
    and a clinic that was made at the desk was gone.
    """
    packages, place = tmp_path / "packages", tmp_path / "server"
    shipped = installed(packages)
    server = Server(place, tables=False, PYTHONPATH=str(packages)).wait()
    database = open_database(f"sqlite:///{place}/data/estimator.db")
    publications = Publications(database)
    files = publications.files(publications.latest("national"))
    files["national/care.yaml"] = files["national/care.yaml"].replace(b"typical: 420", b"typical: 577")
    ours = {"by": "Ann", "why": "x", "how": "browser", "in_force_from": date.today()}
    publish_files(publications, "national", files, based_on=1, **ours)
    publish_files(publications, "harbor", {"clinics/harbor.yaml": b"clinic: {name: Harbor}\n"}, based_on=0, **ours)
    wait_until(lambda: "harbor" in health(server)["clinics"])
    version = health(server)["price_book"]["version"]
    server.end()
    assert installed(packages) == shipped
    for amount in (b"420", b"430"):
        shipped = installed(packages, amount)
        server = Server(place, tables=False, PYTHONPATH=str(packages)).wait()
        time.sleep(2)
        found = health(server)
        assert (found["status"], found["price_book"]["version"]) == ("ok", version)
        assert found["clinics"] == ["harbor", "riverbend"]
        assert server.status("/estimate?clinic=harbor&treatment=iv&insurance=none&sessions=6&psychotherapy=none") == 200
        server.end()
        tables = packages / "estimator" / "_data" / "pricing"
        assert {name: (tables / name).read_bytes() for name in shipped} == shipped
        assert not (tables / ".estimator-folder").exists()
    assert [publications.latest(owner).number for owner in ("national", "harbor")] == [2, 1]
    database.close()


def test_a_server_whose_folder_is_gone_takes_no_other_one(tmp_path):
    """The next best folder would be that of the program, with the prices of a release. Without a folder, on request."""
    place = tmp_path / "server"
    server = Server(place).wait()
    version = health(server)["price_book"]["version"]
    server.end()
    (place / "pricing").rename(place / "elsewhere")
    server = Server(place, tables=False).wait(answers=False)
    assert server.process.returncode == 1
    assert f"are kept in step with a folder ({place / 'pricing'}), and there is no folder 'pricing' here" in server.said
    assert "Traceback" not in server.said
    server = Server(place, tables=False, ESTIMATOR_FOLDER="off").wait()
    assert health(server)["price_book"]["version"] == version
    server.end()


@pytest.mark.parametrize("proxy", ["", "127.0.0.1"])
def test_a_proxy_that_is_not_named_is_said_loudly_at_the_start(tmp_path, proxy):
    """All visitors would share one count of failed sign-ins: the proxy's."""
    server = Server(tmp_path / "server", ESTIMATOR_HTTPS="on", ESTIMATOR_PROXY=proxy).wait()
    assert ("WARNING: ESTIMATOR_HTTPS is on, but ESTIMATOR_PROXY does not name" in server.said) == (not proxy)
    server.end()


@pytest.mark.parametrize(("trusted", "seen"), [("", "127.0.0.1 http"), ("127.0.0.1", "203.0.113.7 https")])
def test_only_the_named_proxy_may_say_who_asks(trusted, seen):
    """Limits on sign-in count visitors by address, so nobody may choose their own."""

    def app(environ, start_response):
        start_response("200 OK", [])
        return [f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']}".encode()]

    sockets = {}
    server = create_server(
        app, map=sockets, host="127.0.0.1", port=0, clear_untrusted_proxy_headers=True, **behind_proxy(trusted)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", server.effective_port, timeout=10)) as connection:
            said = {"X-Forwarded-For": "198.51.100.9, 203.0.113.7", "X-Forwarded-Proto": "https"}
            connection.request("GET", "/", headers=said)
            assert connection.getresponse().read().decode() == seen
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(10)
