"""
A draft that was thrown away can be taken back from the page that says so: its files wait in that page, nowhere else.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.prices.book import NATIONAL
from estimator.versions.drafts import Draft, DraftConflict
from estimator.versions.publications import PublicationConflict
from estimator.versions.snapshot import clinic_file
from estimator.web.desk.permissions import editor_of
from estimator.web.desk.prices.owner_tables import bp, desk, forget_tables, name_of, snapshot
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal

MOST = 1_500_000
"""A form of the desk takes no more characters than these, with room for the rest of it."""


def discarded_page(owner: str, draft: Draft, name: str, known: bool) -> str:
    """
    That the draft is gone, and the form that brings it back, byte for byte.

    `known`: the owner, called `name`, still has tables without it, so that there are pages about them.
    """
    files = {file: urlsafe_b64encode(content).decode() for file, content in sorted(draft.changed.items())}
    return render_template(
        "desk/prices/discarded.html",
        **({"owner": owner} if known else {}),
        whose=name,
        draft=draft,
        files=files if sum(map(len, files.values())) <= MOST else {},
        address=url_for("desk_prices.take_back", owner=owner),
    )


@bp.post("/<owner>/take-back")
@editor_of
def take_back(owner: str) -> ResponseReturnValue:
    """Make the files of the page the draft again, unless somebody has begun another one meanwhile."""
    overview = redirect(url_for("desk_prices.overview", owner=owner))
    try:
        done = desk().take_back(owner, _files(owner), based_on=_number(), by=current_person().name)
    except DraftConflict as error:
        by = error.current.by if error.current else ""
        flash(_("%(by)s has begun another draft meanwhile. Yours was not taken back.", by=by), "trouble")
        return overview
    except PublicationConflict as error:
        flash(_("%(sentence)s So this draft cannot be taken back.", sentence=refusal(error)), "trouble")
        return overview
    forget_tables()
    if done is None:
        flash(_("The tables now say what is published: there is nothing left in the draft."))
        return overview
    flash(_("The draft of %(whose)s is back.", whose=name_of(owner)))
    return redirect(url_for("desk_prices.preview", owner=owner))


def _files(owner: str) -> dict[str, bytes]:
    """The files that the page held; anything that it cannot have held is refused."""
    base = snapshot().timeline.get(owner, _number())
    allowed = {clinic_file(owner)} if owner != NATIONAL else set(base.files if base else ())
    names, kept = request.form.getlist("file"), request.form.getlist("kept")
    if not names or len(names) != len(kept) or not allowed.issuperset(names):
        abort(400)
    try:
        return {name: urlsafe_b64decode(text.encode("ascii")) for name, text in zip(names, kept, strict=True)}
    except (binascii.Error, UnicodeEncodeError):
        abort(400)


def _number() -> int:
    text = request.form.get("onto", "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else abort(400)
