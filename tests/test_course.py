"""Answers become dated visits, the same every time."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from estimator.core.course import psychotherapy_days, sessions
from estimator.prices.reading import read_books
from estimator.prices.schema.treatments import Phase


class Schedule:
    """A treatment as far as the calendar is concerned."""

    phases = {  # noqa: RUF012
        "induction": Phase.model_validate({"label": "I", "sessions": "8", "gaps": ["3", "4"]}),
        "weekly": Phase.model_validate({"label": "W", "sessions": "4", "gaps": ["7"]}),
        "maintenance": Phase.model_validate({"label": "M", "gaps": ["14"]}),
    }


MONDAY = date(2027, 1, 4)


def test_the_spravato_schedule_is_twice_a_week_then_weekly_then_every_two_weeks():
    days = [(session.day - MONDAY).days for session in sessions(Schedule, 14, MONDAY)]
    assert days == [0, 3, 7, 10, 14, 17, 21, 24, 31, 38, 45, 52, 66, 80]


def test_sessions_know_their_phase():
    names = [session.phase for session in sessions(Schedule, 14, MONDAY)]
    assert names == ["induction"] * 8 + ["weekly"] * 4 + ["maintenance"] * 2


@given(st.integers(1, 104), st.dates(date(2020, 1, 1), date(2090, 12, 31)))
def test_there_are_as_many_sessions_as_asked_for_in_order(count, start):
    planned = sessions(Schedule, count, start)
    assert [session.number for session in planned] == list(range(1, count + 1))
    assert planned[0].day == start
    assert all(a.day < b.day for a, b in pairwise(planned))
    assert planned == sessions(Schedule, count, start)


@given(st.integers(1, 104), st.integers(0, 700))
def test_psychotherapy_is_spread_over_the_course_and_never_twice_a_week(count, span):
    last = MONDAY + timedelta(days=span)
    days = psychotherapy_days(count, MONDAY, last)
    assert len(days) == count
    assert days[0] >= MONDAY
    assert all((b - a).days >= 6 for a, b in pairwise(days))
    if span >= 7 * count:
        assert days[-1] <= last


def test_a_phase_begins_in_the_week_that_its_label_names():
    """Spravato as its label has it: 8 sessions in weeks 1 to 4, one in each of weeks 5 to 8, session 13 in week 9."""
    spravato = read_books(Path(__file__).parent.parent / "pricing").books.national.tables.treatments["spravato"]
    weeks = [(session.day - MONDAY).days // 7 + 1 for session in sessions(spravato, 14, MONDAY)]
    assert weeks == [1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 11]


def test_an_own_rhythm_takes_the_schedules_place():
    """Ninety doses, one a day, are ninety days."""
    days = [(session.day - MONDAY).days for session in sessions(Schedule, 90, MONDAY, every=1)]
    assert days == list(range(90))


def test_a_course_that_goes_on_is_in_its_last_phase():
    planned = sessions(Schedule, 3, MONDAY, new=False)
    assert {session.phase for session in planned} == {list(Schedule.phases)[-1]}
