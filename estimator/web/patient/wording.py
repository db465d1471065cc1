"""What the result page says in whole sentences: what the money buys, and what was taken for granted."""

from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from flask_babel import gettext as _
from flask_babel import ngettext

from estimator.core.answers import NAMES, Answers
from estimator.core.course import sessions
from estimator.core.milestones import Milestone, milestones
from estimator.core.results import Estimate, LineItem
from estimator.prices.schema import Program, Text
from estimator.web.filters import day, money, percent, typed_address, words
from estimator.web.patient.choices import month_name
from estimator.web.patient.forms import AnswersForm


@dataclass(frozen=True, slots=True)
class Course:
    """How long the sessions take, in which phases, and what is paid for besides them."""

    first: date
    last: date
    weeks: int
    phases: tuple[Text, ...]
    besides: tuple[LineItem, ...]


@dataclass(frozen=True, slots=True)
class Assumption:
    """A question that was not answered, and what was counted with instead; `target` is its field's id."""

    label: str
    instead: str
    target: str


@dataclass(frozen=True, slots=True)
class PaidSoFar:
    """What the patient has paid in the typical case by the end of a month (``YYYY-MM``), and what happened in it."""

    month: str
    total: int
    marks: tuple[Milestone, ...]


def paid_so_far(estimate: Estimate) -> list[PaidSoFar]:
    """Month by month, rebates back; a plan year that turns between two visits is told with the later one."""
    months = [month.month for month in estimate.months]
    totals = accumulate(month.you_pay.typical for month in estimate.months)
    marks = milestones(estimate.ledger[1], estimate.plan[1])
    told = {mark: next((month for month in months if month >= mark.month), months[-1]) for mark in marks}
    return [
        PaidSoFar(month, total, tuple(mark for mark in marks if told[mark] == month))
        for month, total in zip(months, totals, strict=True)
    ]


def course_of(estimate: Estimate) -> Course:
    """The course of `estimate` as a sentence needs it."""
    answers = estimate.answers
    treatment = estimate.book.tables.treatments[answers.treatment]
    planned = sessions(treatment, answers.sessions, answers.start)
    first, last = planned[0].day, planned[-1].day
    phases = tuple(treatment.phases[name].label for name in dict.fromkeys(session.phase for session in planned))
    in_session = session_charges(estimate)
    besides = tuple(item for item in estimate.items if item.charge not in in_session)
    return Course(first, last, (last - first).days // 7 + 1, phases, besides)


def session_charges(estimate: Estimate) -> frozenset[str]:
    """The charges of the treatment sessions themselves, in whatever dose."""
    lines = estimate.book.tables.treatments[estimate.answers.treatment].each_session
    return frozenset(name for line in lines for name in (line.charge, line.lower_dose) if name)


def assumptions(estimate: Estimate, form: AnswersForm) -> list[Assumption]:
    """Every open question of the estimate that matters to the plan, in the form's order."""
    instead = _instead(estimate.answers)
    idle = () if any(plan.starts_again for plan in estimate.plan) else ("plan_year_start",)
    return [
        Assumption(
            str(form[name].label.text),
            str(instead[name]) if name in instead else _plan_term(name, estimate),
            form.first_id(name),
        )
        for name in NAMES
        if name in estimate.answers.assumed and name not in idle
    ]


def addresses(estimate: Estimate) -> list[str]:
    """The addresses of the sources of the bill, the notice and the notes, each once, as somebody would type them."""
    tables = estimate.book.tables
    texts = (*tables.texts.why_notice, *tables.texts.payer_notes)
    notes = (note for note in texts if note.applies_to(estimate.answers.insurance))
    why = (tables.sources[name].url for note in notes for name in note.source)
    bill = (note.url for item in estimate.items for note in item.sources)
    return [typed_address(url) for url in dict.fromkeys((*bill, *why)) if url]


def program_of(estimate: Estimate, item: LineItem) -> Program | None:
    """The savings program that may help with this line."""
    payer = estimate.answers.insurance
    programs = estimate.book.tables.programs.values() if item.program else ()
    return next((one for one in programs if item.charge in one.charges and payer in one.payers), None)


def limits(program: Program) -> str:
    """What a savings program leaves to the patient, and how far it goes, in one sentence."""
    sure = program.pays is None
    parts = [
        _("With it you pay %(amount)s each time.", amount=money(program.patient_pays))
        if sure
        else _("If it pays your whole share, you pay %(amount)s each time.", amount=money(program.patient_pays))
    ]
    if each := program.per_treatment_max:
        parts.append(_("It gives at most %(amount)s each time.", amount=_between(each.low, each.high)))
    if year := program.annual_max:
        parts.append(_("It gives at most %(amount)s in a calendar year.", amount=_between(year.low, year.high)))
    if program.rebate:
        parts.append(_("You pay first; the money comes back later."))
    return " ".join(parts)


def _between(low: int, high: int) -> str:
    if low == high:
        return money(low)
    return str(_("%(low)s to %(high)s", low=money(low), high=money(high)))


def _instead(answers: Answers) -> dict[str, str]:
    """What is counted with where a question other than a plan's term is open."""
    return {
        "therapist_present": _("no therapist in the room"),
        "rides": _("no paid rides"),
        "dose": _("either dose"),
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


def _plan_term(name: str, estimate: Estimate) -> str:
    """A term of the insurance plan: what the typical scenario used."""
    plan = estimate.plan[1]
    profiles = estimate.book.tables.payers[estimate.answers.insurance].profiles
    profile = profiles.get(plan.profile or "")
    if name == "plan":
        if len(profiles) == 1 or profile is None:
            return str(_("the usual plan"))
        return str(_("any usual plan; typical: %(plan)s", plan=words(profile.label)))
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
