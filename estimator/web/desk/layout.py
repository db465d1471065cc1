"""What the desk's pages have around them: where one can go, other languages, messages, its scripts."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask import Flask, current_app, request, url_for
from flask_babel import lazy_gettext as _l
from webauthn.helpers import bytes_to_base64url

from estimator.core.answers import Language
from estimator.web.desk import permissions
from estimator.web.desk.gate import second_factor_is_missing
from estimator.web.desk.sessions import signed_in
from estimator.web.links import NAMES_OF_LANGUAGES
from estimator.web.script import script
from estimator.web.site import language, locale, site

NAVIGATION = (
    ("desk_prices.show", _l("Prices"), "editor"),
    ("desk_history.show", _l("History"), "editor"),
    ("desk_log.show", _l("Log"), "owner"),
    ("desk_accounts.show", _l("Accounts"), "owner"),
)
"""The desk's rooms: the view, its name, and the role it takes anywhere. A room without a view is left out."""


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the navigation; `here`: the page belongs to it."""

    address: str
    label: str
    here: bool


def rooms() -> list[Room]:
    """Where the current person can go."""
    found = signed_in()
    if found is None or second_factor_is_missing():
        return []
    return [
        Room(url_for(endpoint), str(label), endpoint.split(".")[0] == request.blueprint)
        for endpoint, label, role in NAVIGATION
        if endpoint in current_app.view_functions and found.account.scopes(role)  # type: ignore[arg-type]
    ]


def home() -> str:
    """The desk's first page for the current person: a room, else their account; for a stranger, where to sign in."""
    alone = "desk_account.show" if signed_in() else "desk_sign_in.show"
    return next((room.address for room in rooms()), url_for(alone))


def desk_languages() -> list[tuple[Language, str, str]]:
    """This page in every other language: its code, its own name, its address."""
    others: list[Language] = [one for one in site().languages if one != language()]
    rules = request.url_rule
    here = request.path if rules and "GET" in (rules.methods or ()) else home()
    kept = [(name, text) for name, text in request.args.items(multi=True) if name != "lang"]
    return [(one, NAMES_OF_LANGUAGES[one], _with(here, [*kept, ("lang", one)])) for one in others]


def _with(path: str, query: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(query)}"


def add_layout(app: Flask) -> None:
    """Make this module's names available to the desk's templates."""
    app.jinja_env.globals.update(
        signed_in=signed_in,
        rooms=rooms,
        desk_home=home,
        desk_languages=desk_languages,
        desk_script=script,
        may=permissions.may,
        others_may_publish=permissions.others_may_publish,
        name_of_owner=permissions.name_of_owner,
        name_of_role=permissions.name_of_role,
    )
    app.add_template_filter(instant)
    app.add_template_filter(bytes_to_base64url, "base64url")


def instant(value: datetime) -> str:
    """``Nov 22, 2026, 9:41 PM PST``: in the time zone of the clinic whose page it is, else in the machine's."""
    here = value.astimezone(_zone())
    said = f"{format_date(here, 'medium', locale=locale())}, {format_time(here, 'short', locale=locale())}"
    return f"{said} {here.tzname()}"


def _zone() -> ZoneInfo | None:
    book = site().prices.current.get(str((request.view_args or {}).get("owner", "")))
    clinic = book.tables.clinic if book else None
    return ZoneInfo(clinic.time_zone) if clinic and clinic.time_zone else None
