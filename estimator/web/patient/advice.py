"""What to do with an estimate: the list to take along, what to know before deciding, the glossary."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.core.estimate import estimate
from estimator.core.results import Estimate
from estimator.prices.schema.basics import Whom
from estimator.prices.schema.files import Book
from estimator.prices.schema.treatments import Treatment
from estimator.prices.schema.wording import Advice
from estimator.web.filters import words
from estimator.web.patient.estimate_rounding import rounded_estimate
from estimator.web.patient.form_pages import form_from_query, page_with_problems
from estimator.web.patient.sources import numbered_sources, usual_day
from estimator.web.query import answered_query, permanent_query
from estimator.web.site import site

bp = Blueprint("advice", __name__)


@dataclass(frozen=True, slots=True)
class ListedQuestion:
    """A question for the clinic or the insurer; its answer moves the total from `low` to `high`, if that is known."""

    label: str
    ask: str
    low: int | None = None
    high: int | None = None

    @property
    def worth(self) -> int | None:
        return None if self.low is None or self.high is None else self.high - self.low


@bp.get("/next-steps")
def next_steps() -> ResponseReturnValue:
    """A checklist for the answers in the query, or the form again with what is wrong."""
    form = form_from_query()
    found = form.answers()
    if found is None:
        return page_with_problems(form)
    answers, book = found
    exact = estimate(answers, book)
    rounded = rounded_estimate(exact)
    tables, whose = book.tables, (answers.treatment, answers.insurance)
    good_faith_estimate = _meant_for(*whose, tables.texts.good_faith_estimate)
    lower_cost = _meant_for(*whose, tables.texts.lower_cost)
    before_buying = _meant_for(*whose, tables.texts.questions)
    why_notice = (note for note in tables.texts.why_notice if note.applies_to(answers.insurance))
    return render_template(
        "patient/next_steps.html",
        estimate=rounded,
        exact=exact,
        answers=answers,
        book=book,
        treatment=tables.treatments[answers.treatment],
        questions={"clinic": questions_for("clinic", rounded), "insurer": questions_for("insurer", rounded)},
        before_buying=before_buying,
        good_faith_estimate=good_faith_estimate,
        lower_cost=lower_cost,
        numbers=numbered_sources(tables, why_notice, before_buying, good_faith_estimate, lower_cost),
        usual=usual_day(before_buying, good_faith_estimate, lower_cost),
        answered=answered_query(answers),
        permanent=permanent_query(answers),
    )


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


def questions_for(whom: Whom, estimate: Estimate) -> list[ListedQuestion]:
    """What to ask the clinic or the insurer: prices that are missing first, then in order of what they are worth."""
    missing = [_missing(name, estimate) for name in estimate.missing] if whom == "clinic" else []
    known = [
        ListedQuestion(words(driver.label), words(driver.ask), driver.low, driver.high)
        for driver in estimate.drivers
        if driver.whom == whom
    ]
    if whom == "insurer" and estimate.authorization_applies:
        known.append(_agreement(estimate))
    return missing + sorted(known, key=lambda question: -(question.worth or 0))


def _missing(name: str, estimate: Estimate) -> ListedQuestion:
    charge = estimate.book.tables.charges[name]
    if charge.price_question is None:
        return ListedQuestion(words(charge.label), _("What does this cost?"))
    insured = bool(estimate.book.tables.payers[estimate.answers.insurance].profiles)
    return ListedQuestion(words(charge.label), words(charge.price_question.of_patient(insured).ask))


def _agreement(estimate: Estimate) -> ListedQuestion:
    treatment = estimate.book.tables.treatments[estimate.answers.treatment]
    low, high = sorted((estimate.you_pay.typical, estimate.if_not_covered.typical))
    return ListedQuestion(
        _("Whether your insurer agrees to pay"),
        _(
            "Have you approved %(treatment)s for me at this clinic, for how many sessions, and until when?",
            treatment=words(treatment.short),
        ),
        low,
        high,
    )


def _meant_for(treatment: str, payer: str, advice: Sequence[Advice]) -> list[Advice]:
    return [one for one in advice if one.meant_for(treatment, payer)]
