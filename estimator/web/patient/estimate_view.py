"""
What the page of an estimate shows, decided before a word of it is written.

The templates in ``templates/patient/estimate/`` put it into words: whether a sentence stands, and which, is said here.
"""

from dataclasses import dataclass
from datetime import date

from flask import request

from estimator.core.answers import Answers
from estimator.core.branches import told_resets
from estimator.core.course import sessions
from estimator.core.estimate import estimate
from estimator.core.results import Estimate, LineItem
from estimator.core.words import PLAN_UNLIKE
from estimator.prices.book import PriceBook
from estimator.prices.schema.basics import Text
from estimator.prices.schema.treatments import Treatment
from estimator.web.filters import amounts_in_link
from estimator.web.patient.dose_warning import cheaper_at_higher_dose
from estimator.web.patient.estimate_bill import BillLine, LedgerTable, bill_lines, ledger_table, session_charges
from estimator.web.patient.estimate_months import PaidSoFar, PrintedMonth, paid_so_far, printed_months
from estimator.web.patient.estimate_questions import AT_FIRST, Assumption, OpenQuestion, assumptions, open_questions
from estimator.web.patient.estimate_rounding import rounded_estimate
from estimator.web.patient.estimate_told import ToldLine, told_lines
from estimator.web.patient.forms import AnswersForm
from estimator.web.patient.plan_notes import plan_notes
from estimator.web.patient.previous_estimate import PreviousEstimate, previous_estimate
from estimator.web.patient.sources import source_addresses
from estimator.web.query import answered_query, permanent_query
from estimator.web.site import language


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
    any day; the same `on_paper`, with the same prices and language whoever types it; and `to_share`, with what it said.
    """

    answered: dict[str, str]
    permanent: dict[str, str]
    on_paper: dict[str, str | None]
    to_share: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class EstimateView:
    """
    An estimate as its page shows it; `exact` is the same to the cent.

    `insured`: a plan or a program pays a part in some case; `helped`: a program does; `rebates`: some of it comes back
    later. `agreement_needed`: all this is only true if the insurer agrees; `denied`: it has said no. `resets` are those
    worth a sentence, `plan_notes` how the plan was counted, `told` what each fact the patient was told changes.
    """

    estimate: Estimate
    exact: Estimate
    treatment: Treatment
    course: Course
    queries: Queries
    previous: PreviousEstimate | None
    higher_dose: tuple[str, int] | None
    insured: bool
    helped: bool
    rebates: bool
    agreement_needed: bool
    denied: bool
    resets: tuple[tuple[Text, date], ...]
    plan_notes: tuple[str, ...]
    told: tuple[ToldLine, ...]
    questions: tuple[OpenQuestion, ...]
    lines: tuple[BillLine, ...]
    months: list[PrintedMonth]
    paid_so_far: list[PaidSoFar]
    assumptions: list[Assumption]
    ledger: LedgerTable
    addresses: list[str]

    @property
    def first_questions(self) -> tuple[OpenQuestion, ...]:
        return self.questions[:AT_FIRST]

    @property
    def other_questions(self) -> tuple[OpenQuestion, ...]:
        return self.questions[AT_FIRST:]

    @property
    def depends_on(self) -> tuple[Text, ...]:
        """What the sides in the headline depend on; empty where one amount stands there."""
        return tuple(branch.label for branch in self.estimate.branches)

    @property
    def plan_unlike(self) -> Text:
        """What is said where the terms that were typed are those of no usual plan."""
        return PLAN_UNLIKE

    @property
    def months_share_lines(self) -> bool:
        """Whether a line on paper stands for several months."""
        return any(line.stands_for > 1 for line in self.months)

    @property
    def agreement_moves(self) -> tuple[int, int] | None:
        """From where to where the insurer's open answer moves the typical total."""
        if not (self.agreement_needed and "authorization" in self.estimate.answers.assumed):
            return None
        low, high = sorted((self.estimate.you_pay.typical, self.estimate.if_not_covered.typical))
        return low, high


def estimate_view(form: AnswersForm, answers: Answers, book: PriceBook) -> EstimateView:
    """The view of the estimate for these answers with any price book."""
    exact = estimate(answers, book)
    rounded = rounded_estimate(exact)
    insured, helped = any((*rounded.plan_pays, *rounded.program_pays)), any(rounded.program_pays)
    denied = answers.authorization == "denied"
    return EstimateView(
        estimate=rounded,
        exact=exact,
        treatment=book.tables.treatments[answers.treatment],
        course=_course(rounded),
        queries=_queries(exact),
        previous=previous_estimate(request.args, book, exact.you_pay, rounded.you_pay),
        higher_dose=cheaper_at_higher_dose(exact),
        insured=insured,
        helped=helped,
        rebates=helped and any(any(month.rebates) for month in rounded.months),
        agreement_needed=rounded.authorization_applies and not denied,
        denied=denied,
        resets=tuple(told_resets(exact)),
        plan_notes=tuple(plan_notes(exact)),
        told=tuple(told_lines(exact, form)),
        questions=tuple(open_questions(rounded, form)),
        lines=tuple(bill_lines(rounded)),
        months=printed_months(rounded.months),
        paid_so_far=paid_so_far(rounded),
        assumptions=assumptions(rounded, form),
        ledger=ledger_table(rounded, exact, insured, helped),
        addresses=source_addresses(rounded),
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


def _queries(exact: Estimate) -> Queries:
    permanent, version = permanent_query(exact.answers), exact.book.version
    without_language = {name: text for name, text in permanent.items() if name != "lang"}
    return Queries(
        answered=answered_query(exact.answers),
        permanent=permanent,
        on_paper={**without_language, "prices": version, "lang": language() if language() != "en" else None},
        to_share={**permanent, "prices": version, "was": amounts_in_link(exact.you_pay)},
    )
