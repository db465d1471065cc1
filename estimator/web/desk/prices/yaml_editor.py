"""The draft as text: a file of tables in a box with line numbers, its problems beside their lines."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from estimator.prices.problems import Problem, errors_among
from estimator.versions.drafting import Edit
from estimator.versions.drafts import Draft, DraftConflict
from estimator.versions.snapshot import Work
from estimator.versions.three_way import Merged, three_way
from estimator.web.desk.permissions import editor_of
from estimator.web.desk.prices.owner_tables import OwnerTables, desk, forget_tables, tables_of, yaml_address
from estimator.web.desk.prices.typed_text import plain, shown, typed
from estimator.web.desk.services import PREFIX
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import still_busy
from estimator.web.filters import spoken

bp = Blueprint("desk_yaml", __name__, url_prefix=PREFIX)

TRIES = 5
"""A save is tried again when somebody else saved another file of the draft at the same moment."""

LONGEST_QUOTE = 160


class TextChanged(Exception):
    """The file no longer says what it did when the page was opened; `theirs` is what it says now."""

    def __init__(self, theirs: bytes) -> None:
        self.theirs = theirs
        super().__init__("somebody changed this text meanwhile")


@dataclass(frozen=True, slots=True)
class QuotedProblem:
    """A problem of the file in the box, with its line as it stands there."""

    problem: Problem
    quote: str


@dataclass(frozen=True, slots=True, eq=False)
class TextProblems:
    """What is wrong with a text: here line by line, and elsewhere."""

    here: tuple[QuotedProblem, ...]
    elsewhere: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        return len(errors_among((*(one.problem for one in self.here), *self.elsewhere)))

    @property
    def alerts(self) -> int:
        return len(self.here) + len(self.elsewhere) - self.errors

    @property
    def summary(self) -> str:
        """How much there is to put right, in a sentence."""
        if not self.errors and not self.alerts:
            return str(_("No mistakes."))
        mistakes = ngettext("%(num)d mistake", "%(num)d mistakes", self.errors) if self.errors else _("No mistakes")
        look = ngettext("%(num)d thing worth a look", "%(num)d things worth a look", self.alerts)
        return f"{mistakes}, {look}." if self.alerts else f"{mistakes}."

    def at(self, line: int) -> list[Problem]:
        """The problems of one line."""
        return [one.problem for one in self.here if one.problem.line == line]


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """
    The text in the box and what belongs to it.

    `base` is the text it was begun from; `theirs` and `merged` are there when somebody changed that meanwhile.
    """

    file: str
    text: str
    base: str
    found: TextProblems
    line: int = 0
    theirs: str | None = None
    merged: Merged | None = None
    by: str = ""

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


@bp.get("/<owner>/yaml")
@editor_of
def show(owner: str) -> ResponseReturnValue:
    """One file of the draft; `file` says which, `line` where to look."""
    tables = tables_of(owner)
    file = _file(tables.work, request.args.get("file", ""))
    text = shown(tables.work.files[file])
    return _page(owner, Box(file, text, text, _sorted(tables.checked.problems, file, text), _line(request.args)))


@bp.post("/<owner>/yaml")
@editor_of
def save(owner: str) -> ResponseReturnValue:
    """Save the text in the draft, broken or not; or only check it."""
    tables = tables_of(owner)
    file = _file(tables.work, request.form.get("file", ""))
    text, base = plain(request.form.get("text", "")), plain(request.form.get("base", ""))
    if "check" in request.form:
        return _page(owner, Box(file, text, base, _checked(tables, file, text), _line(request.form)))
    try:
        draft = _saved(owner, file, text, base)
    except TextChanged as conflict:
        forget_tables()
        return _conflict(owner, file, text, base, conflict.theirs)
    except DraftConflict as error:
        forget_tables()
        flash(still_busy(error), "trouble")
        return _page(owner, Box(file, text, base, _checked(tables_of(owner), file, text), _line(request.form))), 409
    forget_tables()
    found = _sorted(tables_of(owner).checked.problems, file, text)
    _say_saved(draft, found)
    return redirect(yaml_address(owner, file, _line(request.form)))


@bp.post("/<owner>/yaml/check")
@editor_of
def check(owner: str) -> ResponseReturnValue:
    """For the script: what is wrong with the text as it stands in the box."""
    file, text = _asked(owner)
    found = _checked(tables_of(owner), file, text)
    listed = render_template("desk/yaml/_problems.html", owner=owner, box=Box(file, text, text, found))
    beside = {one.problem.line: _beside(found.at(one.problem.line)) for one in found.here if one.problem.line}
    return jsonify(summary=found.summary, errors=found.errors, listed=listed, beside=beside)


def _asked(owner: str) -> tuple[str, str]:
    """The file and the text that a script sent."""
    asked = request.get_json(silent=True)
    file, text = (asked.get("file"), asked.get("text")) if isinstance(asked, dict) else (None, None)
    if not isinstance(file, str) or not isinstance(text, str):
        abort(400)
    return _file(tables_of(owner).work, file), plain(text)


def _file(work: Work, asked: str) -> str:
    """The file asked for, else the first one that the draft changes, else the first one."""
    if asked:
        return asked if asked in work.files else abort(404)
    changed = work.draft.changed if work.draft else {}
    return min(changed or work.files, default=None) or abort(404)


def _line(given: Mapping[str, str]) -> int:
    text = given.get("line", "")
    return int(text) if text.isdecimal() and len(text) < 8 else 0


# Saving


def _saved(owner: str, file: str, text: str, base: str) -> Draft | None:
    """Raises `TextChanged` when somebody else changed this file since the page was opened."""
    for attempt in range(TRIES):
        try:
            return desk().change(owner, file, _put(text, base), current_person().name)
        except DraftConflict:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _put(text: str, base: str) -> Edit:
    """The text, if the file says what it was begun from, or already says the same."""

    def edit(now: bytes) -> bytes:
        if shown(now) not in (base, text):
            raise TextChanged(now)
        return typed(text, now)

    return edit


def _conflict(owner: str, file: str, text: str, base: str, theirs: bytes) -> ResponseReturnValue:
    """Both texts; mine stays in the box, and the two together are proposed."""
    tables = tables_of(owner)
    now = shown(theirs)
    merged = three_way(base.encode(), text.encode(), now.encode())
    draft, latest = tables.work.draft, tables.work.latest
    by = draft.by if draft else latest.by if latest else ""
    box = Box(file, text, now, _checked(tables, file, text), theirs=now, merged=merged, by=by)
    return _page(owner, box, base), 409


def _say_saved(draft: Draft | None, found: TextProblems) -> None:
    if draft is None:
        flash(_("The tables now say what is published: there is nothing left in the draft."))
    elif found.errors:
        flash(_("Saved in the draft as it is. It cannot be published yet: %(summary)s", summary=found.summary))
    else:
        flash(_("Saved in the draft. Patients see it once it is published."))


# Looking


def _checked(tables: OwnerTables, file: str, text: str) -> TextProblems:
    data = typed(text, tables.work.files[file])
    found = tables.check({**tables.work.files, file: data})
    return _sorted(found.problems, file, text)


def _sorted(problems: tuple[Problem, ...], file: str, text: str) -> TextProblems:
    lines = text.split("\n")
    here = tuple(
        QuotedProblem(
            problem, lines[problem.line - 1].strip()[:LONGEST_QUOTE] if 0 < problem.line <= len(lines) else ""
        )
        for problem in problems
        if problem.file == file
    )
    return TextProblems(here, tuple(problem for problem in problems if problem.file != file))


def _beside(problems: list[Problem]) -> str:
    return "; ".join(spoken(problem.says) for problem in problems)


def _page(owner: str, box: Box, begun: str = "") -> str:
    work = tables_of(owner).work
    return render_template(
        "desk/yaml/edit.html",
        owner=owner,
        box=box,
        begun=begun,
        files=sorted(work.files),
        changed=work.draft.changed if work.draft else {},
        beside=_beside,
        address=url_for("desk_yaml.save", owner=owner),
    )
