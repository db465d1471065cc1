"""
What the page of an estimate shows, decided before a word of it is written.

The templates in ``templates/patient/estimate/`` put it into words: whether a sentence stands, and which, is said here.
"""

from dataclasses import dataclass
from datetime import date

from flask import request
from markupsafe import Markup

from estimator.core.answers import Answers
from estimator.core.branches import told_resets
from estimator.core.course import sessions
from estimator.core.estimate import estimate
from estimator.core.plan_notes import plan_notes
from estimator.core.results import AUTHORIZATION, Estimate, LineItem, Month, SourceNote, YouPay
from estimator.core.words import PLAN_UNLIKE
from estimator.prices.book import PriceBook
from estimator.prices.schema.basics import LANGUAGES, Text
from estimator.prices.schema.treatments import Treatment
from estimator.web.filters import money
from estimator.web.patient.dose_warning import cheaper_at_higher_dose
from estimator.web.patient.estimate_bill import BillLine, LedgerTable, bill_lines, ledger_table, session_charges
from estimator.web.patient.estimate_chips import DEDUCTIBLES, Chip, chips
from estimator.web.patient.estimate_months import MonthLine, PaidSteps, first_paid, month_lines, paid_steps
from estimator.web.patient.estimate_moved import ANSWERED, Moved, amounts_before, moved
from estimator.web.patient.estimate_questions import Assumption, OpenQuestion, assumptions, open_questions
from estimator.web.patient.estimate_rounding import rounded_estimate
from estimator.web.patient.estimate_told import ToldLine, told_lines
from estimator.web.patient.forms import AnswersForm
from estimator.web.patient.glossary import spoken_with_terms
from estimator.web.patient.previous_estimate import PreviousEstimate, previous_estimate
from estimator.web.patient.sides import ShownSide, shown_amounts, sides_of
from estimator.web.patient.sources import sources_named, usual_day
from estimator.web.query import answered_query, permanent_query
from estimator.web.rounding import known

LATER = "later"
"""What a link carries beside the answers: the unknowns, with commas, that the reader cannot ask about yet."""


@dataclass(frozen=True, slots=True)
class Course:
    """How long the sessions take, in which phases, and what is paid for besides them."""

    first: date
    last: date
    weeks: int
    phases: tuple[Text, ...]
    besides: tuple[LineItem, ...]


@dataclass(frozen=True, slots=True)
class Queries:
    """
    What links from this page carry: only what was `answered`, to change it in the form; what shows the same estimate on
    any day; `sent` along with an answer; `skipping`, which asks the next question instead of the first.
    """

    answered: dict[str, str]
    sent: dict[str, str]
    skipping: dict[str, str]
    permanent: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class EstimateView:
    """
    An estimate as its page shows it; `exact` is the same to the cent.

    `insured`: a plan or a program pays a part in some case; `helped`: a program does; `rebates`: some of it comes back
    later. `agreement_needed`: all this is only true if the insurer agrees; `denied`: it has said no. `resets` are those
    worth a sentence, `plan_notes` how the plan was counted, `told` what each fact the patient was told changes. `moved`
    is what the last answer has moved; the first of `questions` is asked in the open.
    """

    estimate: Estimate
    exact: Estimate
    sides: tuple[ShownSide, ...]
    treatment: Treatment
    course: Course
    queries: Queries
    previous: PreviousEstimate | None
    moved: Moved | None
    chips: list[Chip]
    higher_dose: tuple[str, int] | None
    insured: bool
    helped: bool
    rebates: bool
    agreement_needed: bool
    denied: bool
    resets: tuple[tuple[Text, date], ...]
    plan_notes: tuple[Markup, ...]
    told: tuple[ToldLine, ...]
    questions: list[OpenQuestion]
    lines: tuple[BillLine, ...]
    first_paid: Month | None
    months: list[MonthLine]
    paid: PaidSteps | None
    assumptions: list[Assumption]
    ledger: LedgerTable
    sources: list[SourceNote]
    usual_day: date | None

    @property
    def shown(self) -> YouPay:
        """The one amount, as the headline shows it where no either-or decides."""
        return shown_amounts(self.exact.you_pay)

    @property
    def depends_on(self) -> tuple[Text, ...]:
        """What the sides in the headline depend on besides the insurer's answer, which they say themselves."""
        return tuple(branch.label for branch in self.estimate.branches if branch.unknown != AUTHORIZATION)

    @property
    def typical_side(self) -> Text | None:
        """Whose case the typical amounts of bills and months are, where more than the insurer's answer decides."""
        side = self.estimate.typical_side if self.depends_on else None
        return side.labels[-1] if side else None

    @property
    def rests_on(self) -> str:
        """The plan and the deductible that the one amount rests on, as their chips say them; "" where sides differ."""
        names = ("plan", *DEDUCTIBLES) if self.insured and not self.depends_on else ()
        return ", ".join(chip.text for chip in self.chips if chip.control.name in names)

    @property
    def without_card(self) -> int | None:
        """What would be paid, as shown, where a savings card pays a large part and the plan may not count it."""
        card = next((one for one in self.estimate.drivers if one.unknown == "accumulator"), None)
        if card is None or any(one.unknown == "accumulator" for one in self.estimate.branches):
            return None
        large = self.estimate.program_pays.typical >= self.estimate.you_pay.typical
        return known(card.high) if large and known(card.high) > self.shown.typical else None

    @property
    def plan_unlike(self) -> Text:
        """What is said where the terms that were typed are those of no usual plan."""
        return PLAN_UNLIKE


def estimate_view(
    form: AnswersForm, answers: Answers, book: PriceBook, wrong: AnswersForm | None = None
) -> EstimateView:
    """
    The view of the estimate for these answers with any price book.

    `wrong` is the form with one more answer that cannot be counted: it is shown with its sentence, in its place.
    """
    shown = wrong or form
    exact = estimate(answers, book)
    later = [name for name in request.args.get(LATER, "").split(",") if name]
    rounded = rounded_estimate(exact)
    sources = sources_named(rounded)
    questions = open_questions(rounded, shown, later, request.args.get(ANSWERED, "") if wrong else "")
    insured, helped = any((*rounded.plan_pays, *rounded.program_pays)), any(rounded.program_pays)
    denied = answers.authorization == "denied"
    return EstimateView(
        estimate=rounded,
        exact=exact,
        treatment=book.tables.treatments[answers.treatment],
        course=_course(rounded),
        queries=_queries(exact, later, questions),
        sides=sides_of(exact),
        previous=previous_estimate(request.args, book, exact.you_pay),
        moved=moved(request.args, exact, form) if wrong is None else None,
        chips=chips(rounded, shown),
        higher_dose=cheaper_at_higher_dose(exact),
        insured=insured,
        helped=helped,
        rebates=helped and any(any(month.rebates) for month in rounded.months),
        agreement_needed=rounded.authorization_applies and not denied,
        denied=denied,
        resets=tuple(told_resets(exact)),
        plan_notes=tuple(map(spoken_with_terms, plan_notes(exact, money))),
        told=tuple(told_lines(exact, form)),
        questions=questions,
        lines=tuple(bill_lines(rounded)),
        first_paid=first_paid(rounded),
        months=month_lines(rounded.months),
        paid=paid_steps(rounded),
        assumptions=assumptions(rounded, form),
        ledger=ledger_table(rounded, exact, insured, helped),
        sources=sources,
        usual_day=usual_day(sources),
    )


def _course(estimate: Estimate) -> Course:
    answers = estimate.answers
    treatment = estimate.book.tables.treatments[answers.treatment]
    planned = sessions(treatment, answers.sessions, answers.start, answers.every, answers.stage == "new")
    first, last = planned[0].day, planned[-1].day
    phases = tuple(treatment.phases[name].label for name in dict.fromkeys(session.phase for session in planned))
    in_session = session_charges(estimate)
    besides = tuple(item for item in estimate.items if item.charge not in in_session)
    return Course(first, last, (last - first).days // 7 + 1, phases, besides)


def _queries(exact: Estimate, later: list[str], questions: list[OpenQuestion]) -> Queries:
    permanent = permanent_query(exact.answers)
    answered = answered_query(exact.answers)
    chosen = {"lang": request.args["lang"]} if request.args.get("lang") in LANGUAGES else {}
    asked_later = {LATER: ",".join(later)} if later else {}
    skipped = ",".join([*later, *(one.unknown for one in questions[:1] if one.unknown not in later)])
    return Queries(
        answered=answered,
        sent=answered | chosen | asked_later | {"was": amounts_before(exact)},
        skipping=answered | {LATER: skipped},
        permanent=permanent,
    )
