"""What is still open in an estimate: the questions worth asking, each with its field, and what was counted instead."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from estimator.core.answers import NAMES, UNTOLD, Answers
from estimator.core.plan import profiles_like
from estimator.core.results import Driver, Estimate
from estimator.web.fields import Option, TextBox
from estimator.web.filters import day, money, percent, words
from estimator.web.patient.choices import month_name
from estimator.web.patient.details import only_on_details
from estimator.web.patient.forms import AnswersForm
from estimator.web.query import answered_query

AT_FIRST = 4
"""Questions in sight; the others stand folded under them."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenQuestion:
    """
    An unknown that moves the total, with a form to answer it where one field does.

    `label` and `options` are that field's; where the answer is typed it is of a `kind`. `other_answers` are what the
    form submits besides.
    """

    driver: Driver
    label: str
    kind: str
    options: tuple[Option, ...]
    other_answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Assumption:
    """A question that was not answered, and what was counted with instead; `target` is its field's id on `page`."""

    label: str
    instead: str
    target: str
    page: str


def open_questions(estimate: Estimate, form: AnswersForm) -> Iterator[OpenQuestion]:
    """What would narrow the range, most first."""
    answered = {**answered_query(estimate.answers), "lang": form.raw.get("lang", "")}
    for driver in estimate.drivers:
        field = None
        if driver.answer:
            form.add_told([driver.answer])
            field = form[driver.answer]
        yield OpenQuestion(
            driver,
            field.label.text if field else "",
            field.kind if isinstance(field, TextBox) else "",
            () if field is None or isinstance(field, TextBox) else _options(field.choices, estimate.answers),
            tuple((name, text) for name, text in answered.items() if text and name != driver.answer),
        )


def _options(choices: Sequence[Option], answers: Answers) -> tuple[Option, ...]:
    """The choices of the patient's payer."""
    return tuple(option for option in choices if option.when in ("", f"p-{answers.insurance}"))


def assumptions(estimate: Estimate, form: AnswersForm) -> list[Assumption]:
    """Every open question of the estimate that matters to the plan, in the form's order."""
    instead = _instead(estimate.answers)
    idle = UNTOLD if any(plan.starts_again for plan in estimate.plan) else UNTOLD | {"plan_year_start"}
    return [
        Assumption(
            str(form[name].label.text),
            str(instead[name]) if name in instead else _plan_term(name, estimate),
            form.first_id(name),
            "patient.more_questions" if only_on_details(name) else "patient.questions",
        )
        for name in NAMES
        if name in estimate.answers.assumed and name not in idle
    ]


def _instead(answers: Answers) -> dict[str, str]:
    """What is counted with where a question other than a plan's term is open."""
    return {
        "therapist_present": _("nobody else in the room"),
        "rides": _("no paid rides"),
        "dose": _("either dose"),
        "setting": _("a doctor's office; a hospital is in the range"),
        "state": _("any state; where rules differ, both are in the range"),
        "network": _("in network"),
        "authorization": _("the insurer agrees; the other case is shown too"),
        "drug_benefit": _("either way"),
        "savings_program": _("yes, where you qualify"),
        "accumulator": _("either way"),
        "start": day(answers.start),
        "plan_year_start": month_name(answers.plan_year_start),
        "psychotherapy_sessions": ngettext(
            "%(num)d session, the usual number", "%(num)d sessions, the usual number", answers.psychotherapy_sessions
        ),
    }


def _which_plan(estimate: Estimate) -> str:
    """Which kinds of plans are counted: those that what was typed fits, and the typical one among them."""
    payer = estimate.book.tables.payers[estimate.answers.insurance]
    profile = payer.profiles.get(estimate.plan[1].profile or "")
    if len(payer.profiles) == 1 or profile is None:
        return str(_("the usual plan"))
    fitting, _unlike = profiles_like(estimate.answers, payer)
    if len(fitting) == len(payer.profiles):
        return str(_("any usual plan; typical: %(plan)s", plan=words(profile.label)))
    plans = ", ".join(words(payer.profiles[one].label) for one in fitting)
    if len(fitting) == 1:
        return str(_("the kind that fits best what you told us: %(plans)s", plans=plans))
    return str(_("the kinds that fit best what you told us: %(plans)s", plans=plans))


def _plan_term(name: str, estimate: Estimate) -> str:
    """A term of the insurance plan: what the typical scenario used."""
    plan = estimate.plan[1]
    if name == "plan":
        return _which_plan(estimate)
    value = getattr(plan, name, None)
    if value is not None:
        return str(_("typical: %(amount)s", amount=money(value)))
    terms = list(plan.benefits.values())
    if name not in ("coinsurance", "copay"):
        return str(_("none"))
    if name == "coinsurance":
        rates = sorted({one.coinsurance_bp for one in terms if one.coinsurance_bp is not None})
        said = ", ".join(percent(rate) for rate in rates)
    else:
        said = ", ".join(money(one) for one in sorted({one.copay for one in terms if one.copay is not None}))
    return str(_("typical: %(amount)s", amount=said) if said else _("none"))
