"""What is still open in an estimate: the questions worth asking, each with its field, and what was counted instead."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from estimator.core.answers import NAMES, UNTOLD, Answers
from estimator.core.plan import profiles_like
from estimator.core.results import AUTHORIZATION, Driver, Estimate
from estimator.prices.schema.basics import Whom
from estimator.web.fields import Option, TextBox
from estimator.web.filters import day, money, percent, words
from estimator.web.patient.choices import month_name
from estimator.web.patient.details import only_on_details
from estimator.web.patient.forms import AnswersForm
from estimator.web.patient.glossary import with_terms
from estimator.web.patient.sides import agreement_open
from estimator.web.rounding import known

BUTTONS = 4
"""Up to this many choices, each is a button; more are a list."""


@dataclass(frozen=True, slots=True, eq=False)
class Control:
    """
    How one question is answered in place: its `name` and `label`, and choices, or a `kind` where the answer is typed.

    `value` is what was answered or typed before; `error` is the sentence about what cannot be read.
    """

    name: str
    label: str
    kind: str
    options: tuple[Option, ...]
    value: str = ""
    error: str = ""

    @property
    def buttons(self) -> tuple[Option, ...]:
        """The choices as buttons, where they are few enough; without the one that says nothing."""
        told = tuple(option for option in self.options if option.value)
        return told if len(told) <= BUTTONS else ()


@dataclass(frozen=True, slots=True, eq=False)
class OpenQuestion:
    """
    An unknown that moves the total, from `low` to `high` in cents: what it is, whom to ask in which words.

    `control` is its answer's, None where no one question of the form settles it.
    """

    unknown: str
    label: str
    whom: Whom
    ask: Markup
    low: int
    high: int
    control: Control | None

    @property
    def moves(self) -> int:
        """By how much its answer may move the total, in cents as a headline shows them."""
        return known(self.high - self.low)


@dataclass(frozen=True, slots=True)
class Assumption:
    """A question that was not answered, and what was counted with instead; `target` is its field's id on `page`."""

    label: str
    instead: str
    target: str
    page: str


def open_questions(estimate: Estimate, form: AnswersForm, later: Sequence[str], wrong: str) -> list[OpenQuestion]:
    """
    What would narrow the range, most first; but first what is `wrong`, and last what the reader wants to ask `later`.

    The insurer's open answer is one of them, the greatest as a rule.
    """
    found = [
        OpenQuestion(
            one.unknown, words(one.label), one.whom, with_terms(one.ask), one.low, one.high, _answer(one, form)
        )
        for one in estimate.drivers
        if one.unknown != "other_care" or estimate.balances_count
    ]
    if agreement_open(estimate):
        found.append(_agreement(estimate, form))
    return sorted(found, key=lambda one: (not _is(one, wrong), one.unknown in later, one.low - one.high))


def _is(question: OpenQuestion, name: str) -> bool:
    return question.control is not None and question.control.name == name


def _answer(driver: Driver, form: AnswersForm) -> Control | None:
    return control(driver.answer, form) if driver.answer else None


def _agreement(estimate: Estimate, form: AnswersForm) -> OpenQuestion:
    treatment = estimate.book.tables.treatments[estimate.answers.treatment]
    low, high = sorted((estimate.you_pay.typical, estimate.if_not_covered.typical))
    asked = _(
        "Have you approved %(treatment)s for me at this clinic, for how many sessions, and until when?",
        treatment=words(treatment.short),
    )
    label = _("Whether your insurer agrees to pay")
    answer = control(AUTHORIZATION, form)
    return OpenQuestion(AUTHORIZATION, label, "insurer", Markup.escape(asked), low, high, answer)


def control(name: str, form: AnswersForm) -> Control:
    """The question of this name as the form asks it, with what was answered or typed."""
    form.add_told([name])
    field = form[name]
    written = isinstance(field, TextBox)
    choices = () if written else (one for one in field.choices if one.when in ("", f"p-{form.raw['insurance']}"))
    return Control(
        name,
        str(field.label.text),
        field.kind if isinstance(field, TextBox) else "",
        tuple(choices),
        form.raw.get(name, ""),
        " ".join(field.errors),
    )


def assumptions(estimate: Estimate, form: AnswersForm) -> list[Assumption]:
    """Every open question of the estimate that matters: what decides most first, then in the form's order."""
    instead = _instead(estimate.answers)
    idle = UNTOLD if any(plan.starts_again for plan in estimate.plan) else UNTOLD | {"plan_year_start"}
    if not estimate.balances_count:
        idle = idle | {"deductible_remaining", "out_of_pocket_remaining"}
    moves = {one.answer: one.swing for one in estimate.drivers if one.answer} | {AUTHORIZATION: 1 << 62}
    names = [name for name in NAMES if name in estimate.answers.assumed and name not in idle]
    return [
        Assumption(
            str(form[name].label.text),
            str(instead[name]) if name in instead else _plan_term(name, estimate),
            form.first_id(name),
            "patient.more_questions" if only_on_details(name) else "patient.questions",
        )
        for name in sorted(names, key=lambda name: -moves.get(name, 0))
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
