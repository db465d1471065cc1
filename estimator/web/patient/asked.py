"""What a page about an estimate is asked for: the answers in its query, or the form again."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from estimator.core.answers import Answers
from estimator.web.patient.forms import GROUPS, AnswersForm
from estimator.web.site import site


def form_asked(clinic: str | None = None) -> AnswersForm:
    """The form, filled with what stands in the query; on a clinic's own page with that clinic chosen."""
    args = MultiDict(request.args)
    if clinic is not None:
        args.setlist("clinic", [clinic])
    return AnswersForm.offering(site().prices.current, args, site().today())


def form_again(form: AnswersForm) -> ResponseReturnValue:
    """The form with what is wrong, as a bad request."""
    page = render_template(
        "patient/questions.html", form=form, groups=GROUPS, book=form.book, problems=list(form.problems)
    )
    return page, 400


def in_link(answers: Answers) -> dict[str, str]:
    """The answers as a link holds them: it shows the same estimate on any day."""
    return dict(answers.query())


def given(answers: Answers) -> dict[str, str]:
    """Only what was answered, to go back to the form with."""
    return {name: text for name, text in answers.query() if name not in answers.assumed}
