"""
The course: answers and a treatment's schedule become dated sessions and visits.

Same answers, same dates, always. Dates are a plan to count with, not appointments.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from estimator.core.answers import Answers, bills
from estimator.prices.schema import Line, Treatment


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


def sessions(treatment: Treatment, count: int, start: date) -> tuple[Session, ...]:
    """
    The first `count` sessions of the schedule, the first on `start`.

    Each phase says the days between sessions; its gaps repeat in turn, and the gap that leads into a phase is
    the one that phase begins with. The last phase goes on as long as needed.
    """
    planned: list[Session] = []
    day = start
    for name, phase in treatment.phases.items():
        last = name == list(treatment.phases)[-1]
        in_phase = count if last or phase.sessions is None else phase.sessions
        for step in range(in_phase):
            if len(planned) == count:
                return tuple(planned)
            if planned:
                gap = phase.gaps[(step - 1) % len(phase.gaps)] if step else phase.gaps[0]
                day += timedelta(days=gap)
            planned.append(Session(len(planned) + 1, day, name))
    return tuple(planned)


def psychotherapy_days(count: int, first: date, last: date) -> tuple[date, ...]:
    """
    `count` psychotherapy sessions spread evenly from the first to the last treatment session.

    A short course is stretched so that they are never closer than a week.
    """
    span = max((last - first).days, 7 * count)
    return tuple(first + timedelta(days=(2 * i + 1) * span // (2 * count)) for i in range(count))


def course(answers: Answers, treatment: Treatment) -> tuple[Billed, ...]:
    """
    Everything billed, by day; on one day in the table's order.

    The evaluation comes its ``days_before`` ahead of the first session, a follow-up the day after each session whose
    number is a multiple of its ``after``.
    """
    payer = answers.insurance
    plan = sessions(treatment, answers.sessions, answers.start)
    billed: list[Billed] = [
        Billed(answers.start - timedelta(days=line.days_before), line)
        for line in treatment.before
        if bills(line, payer)
    ]
    present = Line(charge=treatment.therapist_present) if treatment.therapist_present else None
    for session in plan:
        lines = [line for line in treatment.each_session if bills(line, payer) and _belongs(line, session)]
        if answers.therapist_present and present:
            lines.append(present)
        if answers.rides and treatment.ride:
            lines.append(treatment.ride)
        billed.extend(Billed(session.day, line, session.number) for line in lines)
        billed.extend(
            Billed(session.day + timedelta(days=1), line)
            for line in treatment.follow_ups
            if bills(line, payer) and session.number % (line.after or 1) == 0
        )
    if answers.psychotherapy != "none" and answers.psychotherapy_sessions:
        line = Line(charge=getattr(treatment.psychotherapy, answers.psychotherapy))
        days = psychotherapy_days(answers.psychotherapy_sessions, plan[0].day, plan[-1].day)
        billed.extend(Billed(day, line) for day in days)
    return tuple(sorted(billed, key=lambda b: b.day))


def _belongs(line: Line, session: Session) -> bool:
    in_phase = line.phase is None or line.phase == session.phase
    if line.only == "first":
        return in_phase and session.number == 1
    return in_phase and (line.only is None or session.number > 1)
