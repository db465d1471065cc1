"""The pages with the form: filled from the query of an address, and again with what is wrong."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from estimator.core.answers import REQUIRED
from estimator.web.patient.details import ON_FORM, can_be_asked, details, only_on_details
from estimator.web.patient.forms import AnswersForm
from estimator.web.site import site


def form_from_query(clinic: str | None = None, leave_out: str = "") -> AnswersForm:
    """
    The form, filled with what stands in the query; on a clinic's own page with that clinic chosen.

    `leave_out` is a question whose answer is not taken.
    """
    args = MultiDict(request.args)
    args.poplist(leave_out)
    if clinic is not None:
        args.setlist("clinic", [clinic])
    return AnswersForm.filled(site().prices.current, args, site().today())


def questions_page(form: AnswersForm) -> str:
    """The questions, with what was typed and what is wrong with it; answers given elsewhere are sent along."""
    besides = form.with_errors((*REQUIRED, *ON_FORM))
    return render_template(
        "patient/questions.html",
        form=form,
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


def page_with_problems(form: AnswersForm) -> ResponseReturnValue:
    """The page on which what is wrong was asked, as a bad request."""
    if can_be_asked(form) and all(only_on_details(name) for name in form.with_errors()):
        return details_page(form), 400
    return questions_page(form), 400
