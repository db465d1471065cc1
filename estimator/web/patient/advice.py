"""What to do with an estimate: the list to take along, what to know before deciding, the glossary."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.core.estimate import estimate
from estimator.prices.schema.files import Book
from estimator.prices.schema.treatments import Treatment
from estimator.web.filters import words
from estimator.web.links import NAMES_OF_LANGUAGES
from estimator.web.patient.appeal_letter import appeal_letter
from estimator.web.patient.call_script import CALLERS, Wrong, call_settings, opened, parties
from estimator.web.patient.estimate_moved import ANSWERED, amounts_before, moved
from estimator.web.patient.estimate_rounding import rounded_estimate
from estimator.web.patient.form_pages import form_from_query, page_with_problems
from estimator.web.patient.sides import shown_amounts, sides_of
from estimator.web.patient.sources import numbered_sources, usual_day
from estimator.web.query import answered_query, permanent_query
from estimator.web.site import site

bp = Blueprint("advice", __name__)


@bp.get("/next-steps")
def next_steps() -> ResponseReturnValue:
    """The calls and a checklist for the answers in the query, or the form again with what is wrong."""
    form, wrong = form_from_query(), None
    found = form.answers()
    if found is None and form.with_errors() == [answered := request.args.get(ANSWERED, "")]:
        # Only the answer that was just given on this page cannot be counted: it is mended where it stands.
        wrong = Wrong(answered, form.raw[answered], " ".join(form[answered].errors))
        form = form_from_query(leave_out=answered)
        found = form.answers()
    if found is None:
        return page_with_problems(form)
    answers, book = found
    exact = estimate(answers, book)
    rounded = rounded_estimate(exact)
    tables, treatment = book.tables, book.tables.treatments[answers.treatment]
    settings = call_settings(request.args)
    g.also_in_links = settings.query
    advice = {
        name: [one for one in getattr(tables.texts, name) if one.meant_for(answers.treatment, answers.insurance)]
        for name in ("calling", "questions", "refused", "good_faith_estimate", "lower_cost")
    }
    needs_yes = exact.authorization_applies or answers.authorization == "denied"
    if not needs_yes:
        advice["refused"] = []
    criteria = treatment.criteria if needs_yes else ()
    found_parties = parties(rounded, form, settings)
    sent = {**answered_query(answers), **settings.query}
    page = render_template(
        "patient/next_steps.html",
        moved=moved(request.args, exact, form),
        wrong=wrong,
        estimate=rounded,
        exact=exact,
        answers=answers,
        book=book,
        treatment=treatment,
        settings=settings,
        languages=[(one, NAMES_OF_LANGUAGES[one]) for one in site().languages],
        callers=list(zip(CALLERS, (_("myself"), _("my son"), _("my daughter"), _("somebody else")), strict=True)),
        parties=found_parties,
        opened=opened(found_parties, request.args, wrong),
        sides=sides_of(exact),
        shown=shown_amounts(exact.you_pay),
        advice=advice,
        criteria=criteria,
        letter=appeal_letter(treatment, settings.language) if needs_yes else "",
        insured=bool(tables.payers[answers.insurance].profiles),
        needs_yes=needs_yes,
        answered=sent,
        sent={**sent, "was": amounts_before(exact)},
        permanent=permanent_query(answers),
    )
    return page, 400 if wrong else 200


@bp.get("/before-you-decide")
def before_you_decide() -> ResponseReturnValue:
    """What is approved and what is not, who must not take it, and what it can do to you; the same for everybody."""
    book = site().prices.current.national
    texts = book.tables.texts
    approvals = [(one, _approval_sources(one, book.tables)) for one in book.tables.treatments.values()]
    backed = texts.safety, texts.decide, texts.why_notice
    numbers = numbered_sources(book.tables, *backed, first=(name for _one, names in approvals for name in names))
    usual = usual_day(texts.safety, texts.decide, book.tables.treatments.values())
    return render_template("patient/decide.html", book=book, approvals=approvals, numbers=numbers, usual=usual)


@bp.get("/glossary")
def glossary() -> ResponseReturnValue:
    """Every technical word in a sentence or two."""
    book = site().prices.current.national
    terms = sorted(book.tables.glossary.items(), key=lambda item: words(item[1].label).casefold())
    numbers = numbered_sources(book.tables, (term for _name, term in terms), book.tables.texts.why_notice)
    usual = usual_day(term for _name, term in terms)
    return render_template("patient/glossary.html", book=book, terms=terms, numbers=numbers, usual=usual)


def _approval_sources(treatment: Treatment, tables: Book) -> tuple[str, ...]:
    """Of a treatment's sources, those that can say what is approved."""
    return tuple(name for name in treatment.source if tables.sources[name].kind in ("official", "press"))
