"""
A clinic's pages inside the clinic's own site: who may show them so, and what is different there.

A browser says of each page that it asks for whether it is for a frame (``Sec-Fetch-Dest``), so that no link has to
carry it, and the pages work in a frame without scripts too. The few browsers that do not say it show the page as it is
everywhere, at the height that the frame was given.
"""

import re
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, g, request, url_for
from markupsafe import Markup

from estimator.prices.book import PriceBook
from estimator.web.links import PAGES
from estimator.web.script import script_response, script_source

bp = Blueprint("embedding", __name__)

AN_HOUR = 60 * 60

_LINK = re.compile(r'<a (?![^>]*\btarget=)(?=[^>]*\bhref="([^"]*)")')


@bp.get("/embed.js")
def embed_script() -> Response:
    """What a clinic puts on a page of its own site; its address holds no digest, so it is kept for an hour only."""
    response = script_response("embed", AN_HOUR)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def in_frame() -> bool:
    """Whether the browser asked for this page to show it inside another one."""
    return request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame")


def framing(book: PriceBook) -> Markup:
    """
    Let the sites that the clinic lists show this page of its book; in a frame, the script that tells its height.

    Pages about the whole nation, and everything outside the patients' pages, stay out of every frame.
    """
    clinic = book.tables.clinic
    if clinic is None or not clinic.embed or request.blueprint not in PAGES:
        return Markup()
    g.framed_by = clinic.embed
    g.framed_clinic = book.id
    if not in_frame():
        return Markup()
    source = script_source("framed")
    sites = " ".join(clinic.embed)
    return Markup('<script src="{}" data-by="{}" data-clinic="{}" defer></script>').format(source, sites, book.id)


@bp.after_app_request
def _lead_out_of_the_frame(response: Response) -> Response:
    """In a frame, whatever is not about the clinic opens in a tab of its own: no site may show it inside a page."""
    if not g.get("framed_by"):
        return response
    response.vary.add("Sec-Fetch-Dest")
    if in_frame() and response.mimetype == "text/html":
        response.set_data(_LINK.sub(_with_target, response.get_data(as_text=True)))
    return response


def _with_target(found: re.Match[str]) -> str:
    return "<a " if _stays(Markup(found[1]).unescape(), g.framed_clinic) else '<a target="_blank" '


def _stays(href: str, clinic: str) -> bool:
    """Whether a link may be followed inside the frame: it stays on the page, or is about the same clinic."""
    address = urlsplit(href)
    if address.scheme or address.netloc:
        return address.scheme not in ("", "http", "https")
    if not address.path:
        return True
    home = url_for("patient.clinic_questions", clinic=clinic)
    named = parse_qs(address.query).get("clinic") == [clinic]
    about_it = named or address.path == home or address.path.startswith(f"{home}/")
    return about_it and "." not in address.path.rpartition("/")[2]
