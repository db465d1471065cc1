"""
The course: answers and a treatment's schedule become dated sessions and visits.

Same answers, same dates, always. Dates are a plan to count with, not appointments.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from estimator.core.answers import Answers
from estimator.core.billed_lines import arrangements_for
from estimator.prices.schema.treatments import Line, Treatment


@dataclass(frozen=True, slots=True)
class Billed:
    """One line to bill on one day. `number` is the treatment session it belongs to, 0 outside sessions."""

    day: date
    line: Line
    number: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """One treatment session: its number from 1, its day, the name of its phase."""

    number: int
    day: date
    phase: str


def sessions(
    treatment: Treatment, count: int, start: date, every: int | None = None, new: bool = True
) -> tuple[Session, ...]:
    """
    The first `count` sessions of the schedule, the first on `start`; one that goes on (not `new`) is in its last phase.

    Each phase says the days between sessions; its gaps repeat in turn. A phase that names its week begins on that
    week's first day, another one after its own first gap. The last phase goes on as long as needed. `every` gives the
    days between sessions in place of the schedule's.
    """
    planned: list[Session] = []
    day = start
    phases = list(treatment.phases.items())
    for name, phase in phases if new else phases[-1:]:
        in_phase = count if name == phases[-1][0] or phase.sessions is None else phase.sessions
        for step in range(in_phase):
            if len(planned) == count:
                return tuple(planned)
            if planned and every is not None:
                day += timedelta(days=every)
            elif planned and step == 0 and phase.week is not None:
                day = max(start + timedelta(weeks=phase.week - 1), day + timedelta(days=1))
            elif planned:
                day += timedelta(days=phase.gaps[(step - 1) % len(phase.gaps)] if step else phase.gaps[0])
            planned.append(Session(len(planned) + 1, day, name))
    return tuple(planned)


def psychotherapy_days(count: int, first: date, last: date) -> tuple[date, ...]:
    """
    `count` psychotherapy sessions spread evenly from the first to the last treatment session.

    A short course is stretched so that they are never closer than a week.
    """
    span = max((last - first).days, 7 * count)
    return tuple(first + timedelta(days=(2 * i + 1) * span // (2 * count)) for i in range(count))


def course(answers: Answers, treatment: Treatment, is_told: Callable[[str], bool]) -> tuple[Billed, ...]:
    """
    Everything billed, by day; on one day in the table's order.

    The evaluation comes its ``days_before`` ahead of the first session, a follow-up the day after each session whose
    number is a multiple of its ``after``. A course that goes on has had its evaluation. `is_told` says of which
    charges the patient was told anything.
    """
    new = answers.stage == "new"
    there = arrangements_for(treatment, answers.therapist_present, answers.therapist_inside)
    plan = sessions(treatment, answers.sessions, answers.start, answers.every, new)

    # A clinic that bills a line to everybody does not bill it once more to those who were told about it.
    always = {line.charge for line in treatment.each_session if not line.if_told}

    def billed_here(line: Line) -> bool:
        elsewhere = line.setting is not None and answers.setting not in (None, line.setting)
        told = not line.if_told or (is_told(line.charge) and line.charge not in always)
        return line.billed_to(answers.insurance) and line.sold(there) and not elsewhere and told

    billed: list[Billed] = [
        Billed(answers.start - timedelta(days=line.days_before), line)
        for line in treatment.before
        if new and billed_here(line)
    ]
    extra = Line(charge=treatment.therapist_present, therapist=("extra",)) if treatment.therapist_present else None
    each = [line for line in treatment.each_session if billed_here(line)]
    follow_ups = [line for line in treatment.follow_ups if billed_here(line)]
    for session in plan:
        lines = [line for line in each if _belongs(line, session, new)]
        if extra and "extra" in there:
            lines.append(extra)
        if answers.rides and treatment.ride:
            lines.append(treatment.ride)
        billed.extend(Billed(session.day, line, session.number) for line in lines)
        billed.extend(
            Billed(session.day + timedelta(days=1), line)
            for line in follow_ups
            if session.number % (line.after or 1) == 0
        )
    if answers.psychotherapy != "none" and answers.psychotherapy_sessions:
        line = Line(charge=getattr(treatment.psychotherapy, answers.psychotherapy))
        days = psychotherapy_days(answers.psychotherapy_sessions, plan[0].day, plan[-1].day)
        billed.extend(Billed(day, line) for day in days)
    return tuple(sorted(billed, key=lambda b: b.day))


def _belongs(line: Line, session: Session, new: bool) -> bool:
    in_phase = line.phase is None or line.phase == session.phase
    first = new and session.number == 1
    if line.only == "first":
        return in_phase and first
    return in_phase and (line.only is None or not first)
