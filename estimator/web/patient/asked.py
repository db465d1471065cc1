"""What a page about an estimate is asked for: the answers in its query, or the form again."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from estimator.core.answers import REQUIRED, Answers
from estimator.web.patient.details import ON_FORM, can_be_asked, details, stands_on_details
from estimator.web.patient.forms import GROUPS, AnswersForm
from estimator.web.site import site


def form_asked(clinic: str | None = None) -> AnswersForm:
    """The form, filled with what stands in the query; on a clinic's own page with that clinic chosen."""
    args = MultiDict(request.args)
    if clinic is not None:
        args.setlist("clinic", [clinic])
    return AnswersForm.offering(site().prices.current, args, site().today())


def form_page(form: AnswersForm) -> str:
    """The questions, with what was typed and what is wrong with it; answers given elsewhere are sent along."""
    besides = form.wrong((*REQUIRED, *ON_FORM))
    return render_template(
        "patient/questions.html",
        form=form,
        groups=GROUPS,
        besides=besides,
        carried=form.carried((*REQUIRED, *ON_FORM, *besides)),
        book=form.book,
        problems=list(form.problems),
    )


def details_page(form: AnswersForm) -> str:
    """More about plan, clinic and sessions, with what was typed and what is wrong with it."""
    return render_template(
        "patient/details.html",
        form=form,
        details=details(form, request.args.get("about", "")),
        book=form.book,
        problems=list(form.problems),
    )


def form_again(form: AnswersForm) -> ResponseReturnValue:
    """The page on which what is wrong was asked, as a bad request."""
    if can_be_asked(form) and all(stands_on_details(name) for name in form.wrong()):
        return details_page(form), 400
    return form_page(form), 400


def in_link(answers: Answers) -> dict[str, str]:
    """The answers as a link holds them: it shows the same estimate on any day."""
    return dict(answers.query())


def given(answers: Answers) -> dict[str, str]:
    """Only what was answered, to go back to the form with."""
    return {name: text for name, text in answers.query() if name not in answers.assumed}
