"""What went wrong, in plain words and in the site's layout; as JSON for programs. Never a stack trace."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from estimator.web.hosts import HostRefused, words_of_refusal
from estimator.web.responses import json_response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LONGEST_QUERY = 8_000
"""Every answer, spelled out, fits in a tenth of this many bytes."""

LARGEST_BODY = 16_000
"""No page of the patients' takes a body; this many bytes are overlooked."""

LARGEST_DESK_BODY = 2_000_000
"""The desk takes whole price tables; waitress refuses what is larger than its own limit before that."""


def add_errors(app: Flask) -> None:
    """Every error of `app` becomes a page; requests that are too large are refused before they are read."""
    app.before_request(_refuse_large_requests)
    inner = app.wsgi_app

    def plain(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["QUERY_STRING"] = _escaped(environ.get("QUERY_STRING", ""))
        return inner(environ, start_response)

    app.wsgi_app = plain  # type: ignore[method-assign]

    app.register_error_handler(HTTPException, show_error)


def _escaped(query: str) -> str:
    """`query` with every byte beyond ASCII escaped: Werkzeug takes unescaped ones for UTF-8 and stumbles if not."""
    return query if query.isascii() else "".join(c if c.isascii() else f"%{ord(c):02X}" for c in query)


def _refuse_large_requests() -> None:
    if len(request.query_string) > LONGEST_QUERY:
        abort(414)
    at_the_desk = request.path.startswith("/admin")
    if (request.content_length or 0) > (LARGEST_DESK_BODY if at_the_desk else LARGEST_BODY):
        abort(413)


def show_error(error: HTTPException) -> ResponseReturnValue:
    """`error` as a page, or as JSON where a program asked."""
    if isinstance(error, RequestRedirect) or error.code is None or error.code < 400:
        return error.get_response()
    heading, advice = words_of_refusal() if isinstance(error, HostRefused) else words_of(error.code)
    if request.path.startswith(("/api/", "/healthz", "/readyz")):
        response = json_response({"errors": [{"field": None, "message": f"{heading}. {advice}"}]}, error.code)
    else:
        page = render_template("patient/error.html", code=error.code, heading=heading, advice=advice)
        response = Response(page, error.code, mimetype="text/html")
    if error.code == 503:
        response.headers["Retry-After"] = "10"
    if error.code == 405:
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    return response


def words_of(code: int) -> tuple[str, str]:
    """A heading and what the reader can do about it."""
    known = {
        404: (_("Page not found"), _("The address may be misspelled, or the page has moved.")),
        405: (_("This page cannot be used that way"), _("Open it with a link or by typing its address.")),
        413: (_("That was too much to read"), _("Nothing here needs more than a few short answers.")),
        414: (_("This link is too long"), _("Start again from the questions; a link from there is short.")),
        503: (
            _("Not just now"),
            _("This page needs the store of prices, which does not answer at the moment. Estimates still work."),
        ),
    }
    if code in known:
        heading, advice = known[code]
    elif code >= 500:
        heading, advice = _("Something went wrong here"), _("It is not your fault. Please try again in a few minutes.")
    else:
        heading, advice = _("This request cannot be answered"), _("Start again from the questions.")
    return str(heading), str(advice)
