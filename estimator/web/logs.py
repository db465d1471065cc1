"""
What the server writes about itself: requests to standard output, everything else to standard error; as text or JSON.

Never a query, a form, a cookie or a password: a query holds a patient's answers.
"""

import json
import logging
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LogFormat = Literal["text", "json"]

access_log = logging.getLogger("estimator.access")

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and whatever the record carries besides (`extra`)."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _OWN}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to_streams(format_: LogFormat) -> None:
    """Send the access log to standard output and every warning and error to standard error."""
    text = logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")
    formatter = JsonLines() if format_ == "json" else text
    requests, rest = logging.StreamHandler(sys.stdout), logging.StreamHandler(sys.stderr)
    requests.setFormatter(formatter)
    rest.setFormatter(formatter)
    access_log.handlers = [requests]
    access_log.setLevel(logging.INFO)
    access_log.propagate = False
    logging.getLogger().handlers = [rest]
    logging.getLogger("estimator").setLevel(logging.INFO)


def logged(app: "WSGIApplication") -> "WSGIApplication":
    """`app`, each request written to the access log: method, path, status, time. Never the query."""

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        begun = time.perf_counter()
        seen: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
            seen.append(status.split(" ", 1)[0])
            return start_response(status, headers, exc_info)  # type: ignore[arg-type]

        answer = app(environ, start)  # type: ignore[arg-type]
        path = quote(environ.get("PATH_INFO", "").encode("latin-1", "replace"), safe="/")[:200]
        took = (time.perf_counter() - begun) * 1000
        method, status = environ["REQUEST_METHOD"], "".join(seen[-1:])
        named = {"method": method, "path": path, "status": int(status or 0), "ms": round(took, 1)}
        access_log.info("%s %s %s %.1f ms", method, path, status, took, extra=named)
        return answer

    return application
