"""Every publication of an owner: what it changed, its exact text, any two compared, and the last one undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.core.price_change_effects import Effect, effects
from estimator.prices.comparing.changes import Change
from estimator.sentences import say
from estimator.store.stored_sentences import UNDO
from estimator.versions.comparing import DiffLine, State, diff_lines, states
from estimator.versions.drafts import DraftConflict
from estimator.versions.publications import Publication, PublicationRefused, TablesHaveErrors
from estimator.web.desk.permissions import editor_of, may, publisher_of
from estimator.web.desk.prices.owner_tables import desk, forget_tables, my_owners, snapshot, tables_of, yaml_address
from estimator.web.desk.prices.typed_text import shown
from estimator.web.desk.services import PREFIX
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal
from estimator.web.filters import day as day_in_words
from estimator.web.filters import spoken
from estimator.web.patient.updates import comparing
from estimator.web.query import UNPRINTABLE

bp = Blueprint("desk_history", __name__, url_prefix=PREFIX)

ON_A_PAGE = 20
MOST_CHANGES = 8
"""No more changes of one publication are listed in the history; all of them stand on its own page."""

LONGEST_REASON = 500

LARGEST_NUMBER = 2**31 - 1
"""A version's number that every store can be asked for."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One publication in the history; `changes` are those against the one before, None where they cannot be said."""

    publication: Publication
    state: State
    before: Publication | None
    changes: tuple[Change, ...] | None


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file of two versions, as far as it differs."""

    name: str
    lines: list[DiffLine]


@bp.get("/history")
def show() -> ResponseReturnValue:
    """Whose history; the only one at once."""
    owners = my_owners()
    if len(owners) == 1:
        return redirect(url_for("desk_history.of_owner", owner=owners[0]))
    latest = {owner: snapshot().timeline.latest(owner) for owner in owners}
    return render_template("desk/history/owners.html", owners=owners, latest=latest)


@bp.get("/<owner>/history")
@editor_of
def of_owner(owner: str) -> ResponseReturnValue:
    """The publications, newest first; `before` is the number to go on from."""
    return _history_page(owner)


def _history_page(owner: str, refused: TablesHaveErrors | None = None, why: str = "") -> str:
    history = tables_of(owner).snapshot.timeline.history(owner)[::-1]
    found = states(history[::-1], snapshot().today)
    before = _number(request.args, "before")
    listed = [one for one in history if not before or one.number < before][:ON_A_PAGE]
    earlier = {one.number: one for one in history}
    # Read together, before they are compared one by one.
    snapshot().load([*listed, *(earlier[one.number - 1] for one in listed if one.number > 1)])
    entries = [_entry(one, earlier.get(one.number - 1), found[one.number]) for one in listed]
    return render_template(
        "desk/history/list.html",
        owner=owner,
        entries=entries,
        latest=history[0] if history else None,
        older=listed[-1].number if listed and listed[-1].number > 1 else None,
        most=MOST_CHANGES,
        why=why or (_reason(history[0].number) if history else ""),
        refused=refused,
        may_publish=may("publisher", owner),
        how_words=_how_words,
    )


def _entry(one: Publication, before: Publication | None, state: State) -> HistoryEntry:
    return HistoryEntry(one, state, before, comparing().changes(before, one) if before else None)


def _reason(number: int) -> str:
    """The reason that the form offers for undoing a version."""
    return spoken(say(UNDO, number=number))


def _how_words(how: str) -> str:
    """How something was published, in words."""
    return {
        "first": str(_("from the files, at the first start")),
        "browser": str(_("at the desk")),
        "disk": str(_("edited on disk")),
        "command": str(_("by the command line")),
        "undo": str(_("as an undo")),
        "renamed": str(_("by another short name")),
    }.get(how, how)


@bp.get(f"/<owner>/history/<int(max={LARGEST_NUMBER}):number>")
@editor_of
def version(owner: str, number: int) -> ResponseReturnValue:
    """One publication: who, when, why, what it changed, its text."""
    one = _publication(owner, number)
    files = snapshot().files(one)
    work = tables_of(owner).work
    return render_template(
        "desk/history/version.html",
        owner=owner,
        entry=_entry(one, snapshot().timeline.get(owner, number - 1), _state(one)),
        texts={name: shown(content) for name, content in files.items()},
        sizes={name: len(content) for name, content in files.items()},
        work=work,
        can_take=_can_take(work.files, files),
        how_words=_how_words,
    )


def _state(one: Publication) -> State:
    return states(snapshot().timeline.history(one.owner), snapshot().today)[one.number]


def _can_take(now: Mapping[str, bytes], files: Mapping[str, bytes]) -> bool:
    """Whether a draft can say what these files say: it changes files and adds some, but removes none."""
    return bool(files) and now.keys() <= files.keys()


@bp.get(f"/<owner>/history/<int(max={LARGEST_NUMBER}):number>/file")
@editor_of
def download(owner: str, number: int) -> ResponseReturnValue:
    """One file of a publication, byte for byte."""
    files = snapshot().files(_publication(owner, number))
    name = request.args.get("name", "")
    if name not in files:
        abort(404)
    response = Response(files[name], mimetype="application/yaml")
    stem = name.rpartition("/")[2].removesuffix(".yaml")
    response.headers.set("Content-Disposition", "attachment", filename=f"{stem}-version-{number}.yaml")
    return response


@bp.post(f"/<owner>/history/<int(max={LARGEST_NUMBER}):number>/draft")
@editor_of
def take(owner: str, number: int) -> ResponseReturnValue:
    """Begin a draft that says what this publication said; a draft that is there stays."""
    files = snapshot().files(_publication(owner, number))
    if not _can_take(tables_of(owner).work.files, files):
        abort(409)
    try:
        draft = desk().edit(owner, files, revision=0, by=current_person().name)
    except DraftConflict:
        flash(_("There is a draft already. Publish it or throw it away first."), "trouble")
        return redirect(url_for("desk_history.version", owner=owner, number=number))
    if draft is None:
        flash(_("This is what is published already, so there is nothing to change."))
        return redirect(url_for("desk_history.version", owner=owner, number=number))
    flash(_("The draft now says what version %(number)d said. Patients see it once it is published.", number=number))
    return redirect(yaml_address(owner))


@bp.get("/<owner>/compare")
@editor_of
def compare(owner: str) -> ResponseReturnValue:
    """Any two versions `a` and `b`: in words, for reference patients, line by line."""
    history = tables_of(owner).snapshot.timeline.history(owner)[::-1]
    numbers = [_number(request.args, name) for name in ("a", "b")]
    if not all(numbers) and len(history) > 1:
        numbers = [history[1].number, history[0].number]
    before, after = (next((one for one in history if one.number == number), None) for number in numbers)
    if before is None or after is None:
        abort(404)
    return render_template(
        "desk/history/compare.html",
        owner=owner,
        history=history,
        before=before,
        after=after,
        changes=comparing().changes(before, after),
        effects=_effects(before, after),
        on=_day_of(before, after),
        texts=_differing(before, after),
    )


def _day_of(before: Publication, after: Publication) -> date:
    """The first day on which reference patients are looked at: both versions have begun by then."""
    return max(snapshot().today, before.in_force_from, after.in_force_from)


def _effects(before: Publication, after: Publication) -> list[Effect]:
    old, new = comparing().books(before, after)
    return effects(old, new, _day_of(before, after)) if old and new else []


def _differing(before: Publication, after: Publication) -> list[FileDiff]:
    old, new = snapshot().files(before), snapshot().files(after)
    found = [FileDiff(name, diff_lines(old.get(name, b""), new.get(name, b""))) for name in sorted({*old, *new})]
    return [one for one in found if one.lines]


@bp.post("/<owner>/undo")
@publisher_of
def undo(owner: str) -> ResponseReturnValue:
    """Publish again what stood before the last publication, the one that was seen."""
    why = UNPRINTABLE.sub("", " ".join(request.form.get("why", "").split()))[:LONGEST_REASON]
    seen = _number(request.form, "seen")
    offered = why in ("", _reason(seen))
    try:
        done = desk().undo(owner, seen=seen, by=current_person().name, why=say(UNDO, number=seen) if offered else why)
    except TablesHaveErrors as refused:
        return _history_page(owner, refused, why), 409
    except PublicationRefused as refused:
        flash(refusal(refused), "trouble")
        return redirect(url_for("desk_history.of_owner", owner=owner))
    forget_tables()
    flash(_undone(done, seen))
    return redirect(url_for("desk_history.of_owner", owner=owner))


def _undone(done: Publication, seen: int) -> str:
    """What is in force now."""
    if done.in_force_from > snapshot().today:
        return str(
            _(
                "Version %(seen)d is undone. Version %(number)d says what stood before; it begins on %(day)s.",
                seen=seen,
                number=done.number,
                day=day_in_words(done.in_force_from),
            )
        )
    return str(
        _(
            "Version %(seen)d is undone. In force now is version %(number)d, which says what version %(before)d said.",
            seen=seen,
            number=done.number,
            before=seen - 1,
        )
    )


def _publication(owner: str, number: int) -> Publication:
    return snapshot().timeline.get(owner, number) or abort(404)


def _number(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
