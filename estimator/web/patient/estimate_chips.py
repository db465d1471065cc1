"""What an estimate assumes, in a line of a few words that can each be changed where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from estimator.core.answers import applicable
from estimator.core.results import AUTHORIZATION, Estimate
from estimator.web.filters import day_of_year, money, short_day, words
from estimator.web.patient.estimate_questions import Control, control
from estimator.web.patient.forms import AnswersForm
from estimator.web.rounding import known

LEFT = "deductible_remaining"

DEDUCTIBLES = ("deductible", LEFT)
"""What is said of a deductible: that of the year, or what is left of it; one of them has a chip."""

ALWAYS = ("sessions", "plan", LEFT, "network")
"""Whatever of these matters for the answers has its chip, and the start."""

ONE_OF = ("setting", "dose", "drug_benefit", "stage")
"""Of these the one that moves the total most, else the first; the insurer's answer in place of it, once it is told."""


@dataclass(frozen=True, slots=True, eq=False)
class Chip:
    """One answer or assumption in a few words, and its question; `told` is whether the reader has answered it."""

    text: str
    told: bool
    control: Control


def chips(estimate: Estimate, form: AnswersForm) -> list[Chip]:
    """The line, what was told first."""
    answers = estimate.answers
    apply = applicable(answers.treatment, answers.insurance, answers.psychotherapy, estimate.book)
    moves = {one.answer: one.swing for one in estimate.drivers}
    one = max((name for name in ONE_OF if name in apply), key=lambda name: moves.get(name, 0))
    if AUTHORIZATION in apply and AUTHORIZATION not in answers.assumed:
        one = AUTHORIZATION
    # What is left today does not count in a plan year that has not begun: its whole deductible does.
    always = [name if name != LEFT or estimate.balances_count else "deductible" for name in ALWAYS]
    names = (*(name for name in always if name in apply), one, "start")
    found = (
        Chip(text, name not in answers.assumed, control(name, form))
        for name in names
        if (text := next(_text(name, estimate, form), ""))
    )
    return sorted(found, key=lambda chip: not chip.told)


def _text(name: str, estimate: Estimate, form: AnswersForm) -> Iterator[str]:
    """The words of a chip; none where there is nothing to assume."""
    answers, plan = estimate.answers, estimate.plan[1]
    told = name not in answers.assumed
    if name == "sessions":
        yield ngettext("%(num)d session", "%(num)d sessions", answers.sessions)
    elif name == "plan":
        profile = estimate.book.tables.payers[answers.insurance].profiles.get(plan.profile or "")
        if any(branch.unknown == "plan" for branch in estimate.branches):
            yield _("any plan")
        elif profile is not None:
            yield words(profile.label)
    elif name == "deductible":
        if plan.deductible:
            yield _("%(amount)s of deductible a year", amount=money(known(plan.deductible)))
    elif name == LEFT:
        if plan.deductible:
            yield _deductible_left(estimate)
    elif name == "start":
        if told:
            yield _("from %(day)s", day=short_day(answers.start))
        else:
            yield _("from about %(day)s", day=day_of_year(answers.start))
    else:
        said = str(getattr(answers, name)) if told else ""
        yield _said(name, said) or form.answer_in_words(name, said)


def _deductible_left(estimate: Estimate) -> str:
    """What is left at the first visit, with its plan year where the next one begins during the course."""
    left = estimate.plan[1].deductible_remaining or 0
    amount = money(known(left))
    turns = [one.date for one in estimate.resets if one.what == "plan_year" and not one.before_first_claim]
    if not turns:
        return str(_("%(amount)s of deductible left", amount=amount) if left else _("deductible met"))
    year = turns[0].year - 1
    if left:
        return str(_("%(amount)s of the %(year)s deductible left", amount=amount, year=year))
    return str(_("%(year)s deductible met", year=year))


def _said(name: str, value: str) -> str:
    """An answer to a question with choices in a few words, "" being none; "" where the form's own words are few."""
    return {
        ("network", ""): _("in network"),
        ("setting", ""): _("doctor's office"),
        ("dose", ""): _("either dose"),
        ("drug_benefit", ""): _("drug billed either way"),
        ("drug_benefit", "medical"): _("drug billed by the clinic"),
        ("drug_benefit", "pharmacy"): _("drug billed by a pharmacy"),
        ("stage", ""): _("new to this treatment"),
        ("stage", "continuing"): _("going on with it"),
        (AUTHORIZATION, "approved"): _("your insurer agreed"),
        (AUTHORIZATION, "denied"): _("your insurer said no"),
    }.get((name, value), "")
