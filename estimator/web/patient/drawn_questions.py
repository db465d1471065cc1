"""
The form's questions as HTML. One that nobody has answered is the same for every reader, so it is drawn once.

Nothing that was typed is ever kept: a question with an answer or an error is drawn anew.
"""

from collections.abc import Hashable
from typing import cast

from flask import current_app
from markupsafe import Markup

from estimator.web.patient.forms import AnswersForm
from estimator.web.site import language

MOST = 1_000
"""Questions that are kept; then the oldest day's, or the oldest tables', make room with all others."""

_DRAWN: dict[Hashable, Markup] = {}


def question(form: AnswersForm, name: str, required: bool = False) -> Markup:
    """The question of this name with what was answered and what is wrong with it."""
    if name in form.raw or form[name].errors:
        return _drawn(form, name, required)
    versions = (form.books.national.version, form.book.id, form.book.version)
    key = (*versions, language(), form.today, name, required, _besides(form, name))
    if key not in _DRAWN:
        if len(_DRAWN) >= MOST:
            _DRAWN.clear()
        _DRAWN[key] = _drawn(form, name, required)
    return _DRAWN[key]


def _besides(form: AnswersForm, name: str) -> Hashable:
    """What a question hangs on besides the tables: other clinics, or the first answers."""
    if name == "clinic":
        return tuple((option.value, option.label) for option in form[name].choices)
    return (form[name].first_day, form[name].last_day) if name == "start" else None


def _drawn(form: AnswersForm, name: str, required: bool) -> Markup:
    macros = current_app.jinja_env.get_template("_fields.html").module
    return cast(Markup, macros.question(form, name, required=required))  # type: ignore[attr-defined]
