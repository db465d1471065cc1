"""
The log of what was done at the desk, for owners.

Its page says in the reader's language what the program wrote; the spreadsheet has every line in English, as it is
stored, so that two people who compare theirs have the same.
"""

from collections.abc import Collection

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext

from estimator.accounts.accounts import EVERYWHERE
from estimator.store.journal import JournalEntry
from estimator.web.desk.log_words import in_words
from estimator.web.desk.permissions import name_of_owner, owner_of_any
from estimator.web.desk.services import PREFIX, services
from estimator.web.desk.sessions import current_person
from estimator.web.responses import csv_response

bp = Blueprint("desk_log", __name__, url_prefix=f"{PREFIX}/log")

ON_A_PAGE = 100
LARGEST_ID = 2**63 - 1
DIGITS = len(str(LARGEST_ID))


@bp.get("")
@owner_of_any
def show() -> ResponseReturnValue:
    """One page of the log, the newest first; ``before`` an entry's number."""
    asked = request.args.get("before", "")
    # Very long digits are not even made a number of: Python refuses that.
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) <= DIGITS and int(asked) <= LARGEST_ID):
        abort(404)
    entries = services().desk.journal.newest(ON_A_PAGE + 1, before=int(asked) if asked else None, owners=_owners())
    more = entries[ON_A_PAGE - 1].id if len(entries) > ON_A_PAGE else None
    return render_template(
        "desk/account/log.html",
        entries=entries[:ON_A_PAGE],
        more=more,
        first=not asked,
        action_in_words=in_words,
    )


@bp.get("/log.csv")
@owner_of_any
def download() -> Response:
    """The whole log for a spreadsheet, the oldest first, its lines as they are stored. Times are UTC."""
    owners = _owners()
    what = pgettext("log", "What")
    heading = [_("Number"), _("Time (UTC)"), _("Who"), what, _("Whose tables"), _("Details")]
    readable = (_cells(entry) for entry in services().desk.journal.all() if owners is None or entry.owner in owners)
    return csv_response([heading, *readable], "desk-log.csv")


def _owners() -> Collection[str] | None:
    """Whose entries the person may read; None for all."""
    scopes = current_person().scopes("owner")
    return None if EVERYWHERE in scopes else scopes


def _cells(entry: JournalEntry) -> list[str]:
    at = entry.at.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
    whose = name_of_owner(entry.owner) if entry.owner else ""
    return [str(entry.id), at, entry.who, entry.action, whose, entry.detail]
