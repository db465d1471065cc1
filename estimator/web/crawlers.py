"""
What programs ask a site for: which pages to read, the picture beside a shared link, whom to tell about a weakness.
"""

import os
import re
from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, Response, abort, send_file, url_for

from estimator.web.script import A_YEAR, FOLDER
from estimator.web.site import site

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


CONTACT = "ESTIMATOR_SECURITY_CONTACT"
READ_AGAIN_AFTER = timedelta(days=180)


@bp.get("/.well-known/security.txt")
def security_txt() -> Response:
    """Whom to tell about a weakness (RFC 9116); not there where whoever runs the site has named nobody."""
    contact = contact_in(os.environ.get(CONTACT, ""))
    if contact is None:
        abort(404)
    ends = datetime.combine(site().today() + READ_AGAIN_AFTER, time(), UTC)
    lines = (
        f"Contact: {contact}",
        f"Expires: {ends.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: en, es",
        f"Canonical: {url_for('crawlers.security_txt', _external=True)}",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def contact_in(said: str) -> str | None:
    """A contact as security.txt has it: of an e-mail address, an ``https:``, ``mailto:`` or ``tel:``; else None."""
    contact = said.strip()
    if re.fullmatch(r"[^@\s:]+@[^@\s]+", contact):
        return f"mailto:{contact}"
    return contact if re.fullmatch(r"(https://|mailto:|tel:)[!-~]+", contact) else None
