"""
The one script: it refreshes estimates in place. Pages work fully without it, and it is the only thing they load.

Its name holds its digest, so a browser may keep it for good and never holds an old one.
"""

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for
from markupsafe import Markup

FILE = Path(__file__).resolve().parent / "static" / "live.js"
A_YEAR = 365 * 24 * 60 * 60

bp = Blueprint("script", __name__)


@cache
def _script() -> tuple[str, bytes]:
    """The script's name and its bytes, without comments and indentation."""
    text = re.sub(r"/\*.*?\*/", "", FILE.read_text(encoding="utf-8"), flags=re.DOTALL)
    body = "\n".join(line.strip() for line in text.splitlines() if line.strip()).encode()
    return f"live.{hashlib.sha256(body).hexdigest()[:12]}.js", body


def live_script() -> Markup:
    """The element that loads today's script once the page is read."""
    address = url_for("script.get_script", name=_script()[0])
    return Markup('<script src="{}" defer></script>').format(address)


@bp.get("/static/<name>")
def get_script(name: str) -> Response:
    """The script; any other name, an older digest too, is not found."""
    current, body = _script()
    if name != current:
        abort(404)
    packed = bool(request.accept_encodings.quality("gzip"))
    response = Response(gzip.compress(body, mtime=0) if packed else body, mimetype="text/javascript")
    if packed:
        response.content_encoding = "gzip"
    response.cache_control.public = True
    response.cache_control.max_age = A_YEAR
    response.cache_control.immutable = True
    return response
