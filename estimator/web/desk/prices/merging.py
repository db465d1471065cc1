"""Somebody published while a draft was being written: what they changed, what the draft changes, and both together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.prices.comparing.changes import Change, changes
from estimator.versions.comparing import DiffLine, diff_lines
from estimator.versions.drafting import merge_draft
from estimator.versions.drafts import DraftConflict
from estimator.versions.publications import Publication, PublicationConflict
from estimator.versions.snapshot import Work
from estimator.versions.three_way import Side
from estimator.web.desk.permissions import editor_of
from estimator.web.desk.prices.owner_tables import OwnerTables, bp, desk, forget_tables, snapshot, tables_of
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal

SIDE = re.compile(r"side-([0-9]{1,3})-([0-9]{1,4})")
"""The name of the choice for one collision: the file's position among the draft's, and the collision's in it."""

Decided = dict[str, dict[int, Side]]


@dataclass(frozen=True, slots=True)
class Divergence:
    """
    What happened since the draft was begun.

    `publications` are the later ones, the newest first; `theirs` and `mine` are both sides' changes, None where a side
    cannot be read; `lines` are those that they changed, by file.
    """

    publications: tuple[Publication, ...]
    theirs: tuple[Change, ...] | None
    mine: tuple[Change, ...] | None
    lines: tuple[tuple[str, list[DiffLine]], ...]


@bp.get("/<owner>/merge")
@editor_of
def merge(owner: str) -> ResponseReturnValue:
    """Both sides, and the merged proposal."""
    if not tables_of(owner).work.behind:
        return redirect(_on_to_preview(owner, request.args))
    return _page(owner, {}, request.args)


@bp.post("/<owner>/merge")
@editor_of
def take_merged(owner: str) -> ResponseReturnValue:
    """Go on with the merged draft, as far as every collision is decided."""
    work = tables_of(owner).work
    if not work.behind:
        return redirect(_on_to_preview(owner, request.form))
    decided = _decided(work)
    both = merge_draft(snapshot(), owner, decided)
    if any(one.collisions for one in both.values()):
        return _page(
            owner, decided, request.form, str(_("Choose one of both wherever the same lines were changed."))
        ), 400
    try:
        draft = desk().take_merged(
            owner,
            {name: one.text for name, one in both.items()},
            revision=_number("revision"),
            onto=_number("onto"),
            by=current_person().name,
        )
    except (PublicationConflict, DraftConflict) as error:
        forget_tables()
        return _page(owner, decided, request.form, refusal(error)), 409
    if draft is None:
        flash(_("Both together say what is published: there is nothing left in the draft."))
        return redirect(url_for("desk_prices.overview", owner=owner))
    flash(_("The draft now has both: what was published meanwhile, and your changes."))
    return redirect(_on_to_preview(owner, request.form))


def _page(owner: str, decided: Decided, kept: Mapping[str, str], trouble: str = "") -> str:
    tables = tables_of(owner)
    return render_template(
        "desk/prices/merge.html",
        owner=owner,
        work=tables.work,
        divergence=_divergence(tables),
        merged=merge_draft(tables.snapshot, owner),
        decided=decided,
        kept=kept,
        trouble=trouble,
        errors=tables.errors,
    )


def _divergence(tables: OwnerTables) -> Divergence:
    work = tables.work
    later = tables.snapshot.timeline.history(work.owner)[work.based_on :][::-1]
    new = tables.snapshot.files(work.latest)
    base, theirs, mine = tables.published_book, tables.check(new).book, tables.checked.book
    return Divergence(
        later,
        tuple(changes(base.tables, theirs.tables)) if base and theirs else None,
        tuple(changes(base.tables, mine.tables)) if base and mine else None,
        tuple(
            (name, diff_lines(work.base_files.get(name, b""), text))
            for name, text in new.items()
            if work.base_files.get(name) != text
        ),
    )


def _decided(work: Work) -> Decided:
    """The choices of the form, by file and position; anything else that was sent is none."""
    names = list(work.draft.changed if work.draft else {})
    found: Decided = {}
    for field, side in request.form.items():
        match = SIDE.fullmatch(field)
        if match and int(match[1]) < len(names) and side in ("ours", "theirs"):
            found.setdefault(names[int(match[1])], {})[int(match[2])] = "ours" if side == "ours" else "theirs"
    return found


def _on_to_preview(owner: str, kept: Mapping[str, str]) -> str:
    query: dict[str, Any] = {"why": kept.get("why") or None, "from": kept.get("from") or None}
    return url_for("desk_prices.preview", owner=owner, **query)


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
