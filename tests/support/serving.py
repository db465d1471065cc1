"""The app served by this process on a port of its own, with whatever tables and day a test needs."""

import contextlib
import threading
from collections.abc import Iterator

from flask import Flask
from waitress.server import create_server

STOP_SECONDS = 10


@contextlib.contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of `app` while the block runs."""
    # Its sockets are in a map of their own, so that closing the server ends its loop.
    sockets: dict[int, object] = {}
    server = create_server(app, map=sockets, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    server.task_dispatcher.shutdown()
    thread.join(STOP_SECONDS)
