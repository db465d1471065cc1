"""
Our scripts. A patient's page has at most one, which refreshes estimates in place; the desk has its own. Pages work
fully without them, and request nothing else.

A script's name holds its digest, so a browser may keep it for good and never holds an old one.
"""

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for
from markupsafe import Markup

FOLDER = Path(__file__).resolve().parent / "static"
A_YEAR = 365 * 24 * 60 * 60

bp = Blueprint("script", __name__)


@cache
def _script(name: str = "live") -> tuple[str, bytes]:
    """The last part of a script's address, and its bytes without comments and indentation."""
    text = re.sub(r"/\*.*?\*/", "", (FOLDER / f"{name}.js").read_text(encoding="utf-8"), flags=re.DOTALL)
    body = "\n".join(line.strip() for line in text.splitlines() if line.strip()).encode()
    return f"{name}.{hashlib.sha256(body).hexdigest()[:12]}.js", body


def script(name: str) -> Markup:
    """The element that loads today's script of this name once the page is read."""
    return Markup('<script src="{}" defer></script>').format(script_source(name))


def script_source(name: str) -> str:
    """The address of today's script of this name."""
    return url_for("script.get_script", name=_script(name)[0])


def live_script() -> Markup:
    """The one script of a patient's page."""
    return script("live")


@bp.get("/static/<name>")
def get_script(name: str) -> Response:
    """A script; any other name, an older digest too, is not found."""
    stem = next((path.stem for path in FOLDER.glob("*.js") if _script(path.stem)[0] == name), None) or abort(404)
    response = script_response(stem, A_YEAR)
    response.cache_control.immutable = True
    return response


def script_response(name: str, seconds: int) -> Response:
    """A script by its name, which browsers may keep for so many seconds."""
    body = _script(name)[1]
    packed = bool(request.accept_encodings.quality("gzip"))
    response = Response(gzip.compress(body, mtime=0) if packed else body, mimetype="text/javascript")
    if packed:
        response.content_encoding = "gzip"
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    return response
