"""The national figures that a release of the program brings: compared with what is on the desk, taken or left."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator import places
from estimator.prices.book import NATIONAL
from estimator.prices.comparing.changes import changes
from estimator.versions.comparing import diff_lines
from estimator.versions.drafts import DraftConflict
from estimator.versions.release import Release, release_of
from estimator.versions.three_way import Merged
from estimator.web.desk.permissions import require
from estimator.web.desk.prices.owner_tables import bp, desk, forget_tables, snapshot, tables_of
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal
from estimator.web.site import site


def release() -> Release | None:
    """What this release of the program brings, where its tables are not the ones that people edit."""
    resolution = site().prices.resolution()
    return release_of(desk(), places.shipped_pricing(), resolution.sync.tables.folder if resolution else None)


def release_changes(owner: str) -> dict[str, Merged]:
    """The files that the release would change; none for a clinic, and mostly none at all."""
    found = release() if owner == NATIONAL else None
    return found.changed(snapshot()) if found else {}


@bp.get("/national/release")
def compare_release() -> ResponseReturnValue:
    """What the release would change, in words and line by line."""
    require("editor", NATIONAL)
    return _page()


def _page(trouble: str = "") -> str:
    tables, found = tables_of(NATIONAL), release_changes(NATIONAL)
    files = {name: one.text for name, one in found.items()}
    now, then = tables.book, tables.check({**tables.work.files, **files}).book if files else None
    return render_template(
        "desk/prices/release.html",
        owner=NATIONAL,
        work=tables.work,
        trouble=trouble,
        changes=changes(now.tables, then.tables) if now and then else None,
        lines={name: diff_lines(tables.work.files.get(name, b""), text) for name, text in files.items()},
        collisions=sum(len(one.collisions) for one in found.values()),
    )


@bp.post("/national/release")
def decide_release() -> ResponseReturnValue:
    """Take the release's figures into the draft, or leave them."""
    require("editor", NATIONAL)
    found, by = release(), current_person().name
    if found is None or tables_of(NATIONAL).work.behind:
        return redirect(url_for("desk_prices.compare_release"))
    take = request.form.get("do") == "take"
    try:
        if take:
            found.take(snapshot(), by)
        else:
            found.leave(snapshot(), by)
    except DraftConflict as error:
        forget_tables()
        return _page(refusal(error)), 409
    forget_tables()
    if take:
        flash(_("The release’s figures are in the draft. Nothing is published yet."))
        return redirect(url_for("desk_prices.preview", owner=NATIONAL))
    flash(_("The prices stay as they are. This release is not offered again."))
    return redirect(url_for("desk_prices.overview", owner=NATIONAL))
