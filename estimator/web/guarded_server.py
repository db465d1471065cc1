"""
Waitress, with the deadlines and caps that it lacks: no stranger can take the connections of all others.

Waitress counts every byte as activity, so that clients who drip one now and then hold their connections as long as they
like; it takes any number of connections from one address; and it reads a request that says its length in two ways.
"""

import contextlib
import copy
import ipaddress
import socket
import time
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HEAD_SECONDS = 10.0
BODY_SECONDS = 30.0
ANSWER_SECONDS = 120.0
"""How long a client may take to send the head of a request, its body, and to fetch the answer."""

IDLE_SECONDS = 30
MOST_CONNECTIONS = 1000
MOST_FROM_ONE_ADDRESS = 100
"""Connections of one worker at a time; an IPv6 network of 64 bits counts as one address."""

LARGEST_HEAD = 64 * 1024
LARGEST_BODY_OF_A_STRANGER = 64 * 1024
LARGEST_BODY = 2_000_000
"""Bytes; only the desk takes more than a stranger may send, and its app refuses it to whoever is not signed in."""

LOOK_EVERY = 2
DRAIN_SECONDS = 5.0


class StrictParser(HTTPRequestParser):
    """Refuses what can be read in two ways, and large bodies outside the desk."""

    path: str

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("A request says its length in one way.")
        if not self.path.startswith("/admin"):
            self.adj = _for_strangers(self.adj)


class TimedChannel(HTTPChannel):
    """A connection that knows since when its client has been sending a request, or fetching an answer."""

    parser_class = StrictParser
    sending_since: float | None = None
    fetching_since: float | None = None

    def received(self, data: bytes) -> bool:
        if self.sending_since is None:
            self.sending_since = time.monotonic()
        went_on = super().received(data)
        if self.request is None:
            self.sending_since = None
        return bool(went_on)

    def is_overdue(self) -> bool:
        """Whether the client has taken too long over one request or one answer."""
        now = time.monotonic()
        if not self.total_outbufs_len:
            self.fetching_since = None
        elif self.fetching_since is None:
            self.fetching_since = now
        if self.fetching_since is not None and now - self.fetching_since > ANSWER_SECONDS:
            return True
        if self.sending_since is None or self.requests:
            return False
        most = BODY_SECONDS if self.request is not None and self.request.headers_finished else HEAD_SECONDS
        return now - self.sending_since > most

    @property
    def is_busy(self) -> bool:
        return bool(self.requests or self.total_outbufs_len)


class GuardedServer(TcpWSGIServer):
    """
    Serves `app` on a socket that other processes listen on too; `settings` are Waitress's own.

    A request that nobody works on yet is left to the others: what a worker has not taken, it cannot lose.
    """

    channel_class = TimedChannel
    active_channels: dict[int, TimedChannel]  # type: ignore[assignment]
    _map: dict[int, Any]
    stopping_since: float | None = None

    def __init__(self, app: "WSGIApplication", listener: socket.socket, threads: int, **settings: Any) -> None:
        adjustments = Adjustments(
            sockets=[listener],
            threads=threads,
            ident=None,
            connection_limit=MOST_CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=LOOK_EVERY,
            max_request_header_size=LARGEST_HEAD,
            max_request_body_size=LARGEST_BODY,
            clear_untrusted_proxy_headers=True,
            asyncore_use_poll=True,
            **settings,
        )
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        place = (listener.family, listener.type, listener.proto, listener.getsockname())
        super().__init__(
            app, {}, True, listener, dispatcher=dispatcher, adj=adjustments, bind_socket=False, sockinfo=place
        )

    def readable(self) -> bool:
        ready = super().readable()
        has_time = self.task_dispatcher.active_count < self.adj.threads or not self.task_dispatcher.queue
        return bool(ready) and self.stopping_since is None and has_time

    def accept(self) -> Any:
        taken = super().accept()
        if taken is not None and self._is_crowded(taken[1][0]):
            taken[0].close()
            return None
        return taken

    def _is_crowded(self, address: str) -> bool:
        # All of a proxy's visitors come from its address; it has its own limits.
        if address == self.adj.trusted_proxy:
            return False
        network = _network(address)
        others = sum(_network(channel.addr[0]) == network for channel in self.active_channels.values())
        return others >= MOST_FROM_ONE_ADDRESS

    def maintenance(self, now: int) -> None:
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.is_overdue():
                channel.will_close = True
                # A client who takes nothing leaves no room to write, which Waitress would wait for before it closes.
                with contextlib.suppress(OSError, AttributeError):
                    channel.socket.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

    def stop(self) -> None:
        """Take no more connections, answer what was asked, then end `run`; from any thread or signal handler."""
        if self.stopping_since is None:
            self.stopping_since = time.monotonic()
        self.pull_trigger()

    def run(self) -> None:
        while not self._is_done():
            wasyncore.loop(timeout=1.0, map=self._map, use_poll=True, count=1)
        self.task_dispatcher.shutdown(timeout=1)

    def _is_done(self) -> bool:
        if self.stopping_since is None:
            return False
        is_idle = not any(channel.is_busy for channel in self.active_channels.values())
        return is_idle or time.monotonic() - self.stopping_since > DRAIN_SECONDS


def _network(address: str) -> str:
    if ":" not in address:
        return address
    plain = ipaddress.IPv6Address(address.split("%")[0])
    return str(plain.ipv4_mapped or ipaddress.IPv6Network((int(plain), 64), strict=False))


def _for_strangers(adjustments: Adjustments) -> Adjustments:
    smaller = copy.copy(adjustments)
    smaller.max_request_body_size = LARGEST_BODY_OF_A_STRANGER
    return smaller
