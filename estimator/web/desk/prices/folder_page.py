"""The files on disk, where they and the store do not say the same: what is wrong, and whose text stays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.prices.digests import digest_of_all, digests_of
from estimator.prices.problems import Problem, errors_among
from estimator.versions.comparing import DiffLine, diff_lines
from estimator.versions.folder.conflict_resolution import ConflictResolution, FolderNotWritten
from estimator.versions.folder.sync import FolderConflict
from estimator.versions.folder.table_folder import kind_of, owner_of
from estimator.versions.publications import PublicationRefused, TablesHaveErrors
from estimator.versions.three_way import Merged, Side
from estimator.web.desk.permissions import editor_of, may, publisher_of
from estimator.web.desk.prices.folder_decision import MERGEABLE, decision_on
from estimator.web.desk.prices.owner_tables import forget_tables, snapshot
from estimator.web.desk.prices.typed_text import shown
from estimator.web.desk.services import PREFIX
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal
from estimator.web.filters import spoken
from estimator.web.site import site

bp = Blueprint("desk_folder", __name__, url_prefix=PREFIX)

SIDES: dict[str, Side] = {"ours": "ours", "theirs": "theirs"}
"""Whose lines: the file's, or those that are published."""


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A file on disk that has problems: its text, and what is wrong by line."""

    name: str
    text: str
    beside: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class BothSides:
    """A file of a conflict: what the disk says, what is published, and how the two differ."""

    name: str
    disk: str
    published: str
    lines: list[DiffLine]


@bp.get("/<owner>/folder")
@editor_of
def show(owner: str) -> ResponseReturnValue:
    """What is wrong with the owner's files on disk; nothing, mostly."""
    return _page(owner)


def _page(owner: str, trouble: str = "", problems: tuple[Problem, ...] = ()) -> str:
    conflict, resolution = conflict_of(owner), _resolution()
    found = problems_on_disk(owner)
    return render_template(
        "desk/folder/show.html",
        owner=owner,
        kept=resolution is not None,
        problems=found,
        files=_broken(owner, resolution, found),
        conflict=conflict,
        sides=_sides(conflict) if conflict else [],
        decision=decision_on(conflict) if conflict else None,
        merged=resolution.merged(conflict) if conflict and resolution and conflict.why in MERGEABLE else {},
        seen=seen_of(conflict) if conflict else "",
        trouble=trouble,
        refused=problems,
        may_publish=may("publisher", owner),
    )


def problems_on_disk(owner: str) -> tuple[Problem, ...]:
    """What the folder's files of an owner have wrong, as the last look at them found."""
    found = errors_among(site().prices.problems)
    return tuple(one for one in found if owner_of(one.file) == owner or one.file in (kind_of(owner), "store"))


def conflict_of(owner: str) -> FolderConflict | None:
    """The decision that waits for a person, if there is one."""
    return next((one for one in site().prices.conflicts if one.owner == owner), None)


def _resolution() -> ConflictResolution | None:
    found: ConflictResolution | None = site().prices.resolution()
    return found


def _broken(owner: str, resolution: ConflictResolution | None, problems: tuple[Problem, ...]) -> list[BrokenFile]:
    held = resolution.sync.tables.look() if resolution else None
    files = held.files(owner) if held else {}
    named = {problem.file for problem in problems if problem.line}
    return [
        BrokenFile(
            name,
            shown(files[name]),
            {problem.line: _on_line(problems, name, problem.line) for problem in problems if problem.file == name},
        )
        for name in sorted(named & files.keys())
    ]


def _on_line(problems: tuple[Problem, ...], name: str, line: int) -> str:
    """What is wrong with one line, in the reader's language."""
    there = (one.says for one in problems if (one.file, one.line) == (name, line))
    return "; ".join(spoken(says) for says in there)


def _sides(conflict: FolderConflict) -> list[BothSides]:
    published = snapshot().files(conflict.published)
    disk = conflict.on_disk_files
    return [
        BothSides(name, shown(disk.get(name, b"")), shown(published.get(name, b"")), lines)
        for name in sorted({*disk, *published})
        if (lines := diff_lines(published.get(name, b""), disk.get(name, b"")))
    ]


def _decided(merged: Mapping[str, Merged]) -> dict[str, dict[int, Side]]:
    """Whose lines stand, as chosen, by file and by the collision's position in it."""
    found: dict[str, dict[int, Side]] = {}
    for place, (name, one) in enumerate(merged.items()):
        for position in range(len(one.collisions)):
            side = SIDES.get(request.form.get(f"side-{place}-{position}", ""))
            if side is not None:
                found.setdefault(name, {})[position] = side
    return found


@bp.post("/<owner>/folder")
@publisher_of
def decide(owner: str) -> ResponseReturnValue:
    """Settle the conflict that was seen, as the person chose."""
    prices, conflict, resolution = site().prices, conflict_of(owner), _resolution()
    if conflict is None or resolution is None:
        flash(_("There is nothing to decide any more."))
        return redirect(url_for("desk_folder.show", owner=owner))
    if request.form.get("seen") != seen_of(conflict):
        flash(_("Files or prices have changed again. Look once more, then decide."), "trouble")
        return redirect(url_for("desk_folder.show", owner=owner))
    acts: dict[str, Callable[[FolderConflict, str], None]] = {
        "disk": resolution.keep_disk,
        "published": resolution.keep_published,
        "merged": lambda one, by: resolution.keep_merged(one, by, _decided(resolution.merged(one))),
    }
    act = acts.get(request.form.get("keep", ""))
    if act is None:
        return _page(owner, str(_("Choose which of them stays."))), 400
    try:
        act(conflict, current_person().name)
    except TablesHaveErrors as error:
        return _page(owner, refusal(error), error.problems), 409
    except FolderNotWritten as error:
        # It may be published all the same.
        prices.refresh()
        forget_tables()
        return _page(owner, refusal(error)), 409
    except PublicationRefused as error:
        return _page(owner, refusal(error)), 409
    prices.refresh()
    forget_tables()
    flash(_said(request.form["keep"]))
    return redirect(url_for("desk_folder.show", owner=owner))


def seen_of(conflict: FolderConflict) -> str:
    """What tells this conflict from another one of the same owner: both texts."""
    return f"{conflict.published.number} {digest_of_all(digests_of(conflict.on_disk_files))}"


def _said(kept: str) -> str:
    return {
        "disk": str(_("What the files say is published now.")),
        "published": str(_("The files say again what is published. What they said before is kept in the store.")),
        "merged": str(_("Both together are published, and the files say the same.")),
    }[kept]
