"""What search engines and messengers ask for: which pages to read, and the picture beside a shared link."""

from flask import Blueprint, Response, send_file

from estimator.web.script import A_YEAR, FOLDER

bp = Blueprint("crawlers", __name__)

ROBOTS = """\
User-agent: *
Disallow: /admin
Disallow: /api/
"""
"""Pages that hold somebody's answers may be fetched, and say themselves that they are not to be listed."""


@bp.get("/robots.txt")
def robots() -> Response:
    """The rules for crawlers (RFC 9309)."""
    return Response(ROBOTS, mimetype="text/plain")


@bp.get("/share.png")
def share_picture() -> Response:
    """The same for every link: a picture of somebody's amounts would tell them to whoever sees the link."""
    return send_file(FOLDER / "share.png", max_age=A_YEAR)
