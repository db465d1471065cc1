"""Slow and hostile clients of the bare server: deadlines, a cap for each address, one way to say a length."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import logging
import socket
import sys
import threading
import time

import pytest

from estimator.web import guarded_server
from estimator.web.guarded_server import GuardedServer
from estimator.web.logs import JsonLines, access_log, log_to_streams, logged
from estimator.web.serve import behind_proxy


def hello(environ, start_response):
    """Says how long the body was."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(environ["wsgi.input"].read())).encode()]


@pytest.fixture
def patient(monkeypatch):
    """Deadlines that a test can wait for."""
    monkeypatch.setattr(guarded_server, "HEAD_SECONDS", 0.6)
    monkeypatch.setattr(guarded_server, "BODY_SECONDS", 1.2)
    monkeypatch.setattr(guarded_server, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(guarded_server, "MOST_FROM_ONE_ADDRESS", 5)


@contextlib.contextmanager
def running(app=hello, **settings):
    listener = socket.create_server(("127.0.0.1", 0))
    server = GuardedServer(app, listener, threads=2, **settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server, listener.getsockname()
    finally:
        server.stop()
        thread.join(10)
        listener.close()
    assert not thread.is_alive()


def connect(place, source="127.0.0.1"):
    return socket.create_connection(place, timeout=10, source_address=(source, 0))


def status(place, source="127.0.0.1"):
    with contextlib.closing(http.client.HTTPConnection(*place, timeout=10, source_address=(source, 0))) as connection:
        connection.request("GET", "/")
        return connection.getresponse().status


def seconds_until_closed(connection, drip):
    """How long the server bears a client who sends `drip` again and again."""
    begun = time.monotonic()
    connection.settimeout(0.1)
    while time.monotonic() - begun < 10:
        try:
            connection.sendall(drip)
            if not connection.recv(1000):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("begun", "least", "most"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", 0.5, 3),
        (b"", 0.5, 3),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n", 1.1, 4),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nEA60\r\n", 1.1, 4),
    ],
)
def test_whoever_drips_is_closed_after_a_while(patient, begun, least, most):
    """Every byte counted as activity, and held the connection as long as the client liked."""
    with running() as (_server, place), connect(place) as connection:
        if begun:
            connection.sendall(begun)
        assert least < seconds_until_closed(connection, b"a") < most
        assert status(place) == 200


def test_an_answer_that_nobody_fetches_is_dropped(patient, monkeypatch):
    monkeypatch.setattr(guarded_server, "ANSWER_SECONDS", 0.5)

    def much(_environ, start_response):
        start_response("200 OK", [])
        return [b"a" * 50_000_000]

    with running(much) as (server, place), connect(place) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        deadline = time.monotonic() + 10
        while server.active_channels and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not server.active_channels


def test_one_address_takes_its_share_and_no_more(patient):
    with running() as (server, place), contextlib.ExitStack() as held:
        for _ in range(40):
            held.enter_context(connect(place, "127.0.0.2"))
        for _ in range(5):
            assert status(place) == 200
        # Only theirs are counted: a visitor's closed connection may still be listed.
        assert sum(channel.addr[0] == "127.0.0.2" for channel in list(server.active_channels.values())) == 5


def test_all_of_a_proxy_s_visitors_come_from_its_address(patient):
    with running(**behind_proxy("127.0.0.1")) as (_server, place), contextlib.ExitStack() as held:
        for _ in range(10):
            held.enter_context(connect(place))
        assert status(place) == 200


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_what_counts_as_one_address(one, other, same):
    assert (guarded_server._network(one) == guarded_server._network(other)) == same


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"200"),
        (b"POST / HTTP/1.1\r\nContent-Length: 65536\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n" + b"a" * 65536, b"413"),
        (b"POST /admin/x HTTP/1.1\r\nContent-Length: 65536\r\n\r\n" + b"a" * 65536, b"200"),
        (b"POST /admin/x HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n", b"413"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", b"431"),
    ],
)
def test_bodies_and_lengths(said, answer):
    """A length said in two ways is refused, and with it whatever else was sent on that connection."""
    with running() as (_server, place), connect(place) as connection:
        connection.sendall(said + b"GET /smuggled HTTP/1.1\r\n\r\n" * (answer == b"400"))
        got = b""
        connection.settimeout(1)
        with contextlib.suppress(OSError):
            while more := connection.recv(10_000):
                got += more
        assert got.split(b" ", 2)[1] == answer
        assert got.count(b"HTTP/1.") == 1


def test_who_stops_answers_first_what_was_asked():
    asked, go_on = threading.Event(), threading.Event()

    def slow(environ, start_response):
        asked.set()
        assert go_on.wait(10)
        return hello(environ, start_response)

    with running(slow) as (server, place), connect(place) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert asked.wait(10)
        server.stop()
        go_on.set()
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_worker_that_is_busy_leaves_connections_to_the_others():
    """Two threads at work, one request in the queue: the next stay with the kernel, and no killed worker loses them."""
    go_on = threading.Event()

    def slow(environ, start_response):
        assert go_on.wait(10)
        return hello(environ, start_response)

    with running(slow) as (server, place), contextlib.ExitStack() as held:
        for _ in range(8):
            held.enter_context(connect(place)).sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            time.sleep(0.05)
        deadline = time.monotonic() + 10
        while len(server.active_channels) < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.3)
        assert len(server.active_channels) == 3
        go_on.set()
        deadline = time.monotonic() + 10
        while server.active_channels and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not server.active_channels


def test_a_line_of_the_log_is_one_json_object_without_the_query(capsys):
    log_to_streams("json")
    try:
        answer = logged(hello)
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": '/a"b\n', "QUERY_STRING": "secret=4321"}
        environ["wsgi.input"] = io.BytesIO()
        answer(environ, lambda *_: None)
        (line,) = capsys.readouterr().out.splitlines()
    finally:
        access_log.handlers = []
    told = json.loads(line)
    assert {name: told[name] for name in ("level", "method", "path", "status")} == {
        "level": "info",
        "method": "GET",
        "path": "/a%22b%0A",
        "status": 200,
    }
    assert told["ms"] >= 0
    assert "4321" not in line


def test_an_error_in_the_json_log_carries_its_traceback():
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        record = logging.LogRecord("estimator.x", logging.ERROR, "x.py", 1, "went %s", ("wrong",), sys.exc_info())
    told = json.loads(JsonLines().format(record))
    assert told["message"] == "went wrong"
    assert "ZeroDivisionError" in told["exception"]
