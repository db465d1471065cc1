"""Checks one owner's files together with all other published tables, for a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.problems import Problem, alerts_among, errors_among
from estimator.prices.reading import National
from estimator.sentences import say
from estimator.versions.publications import Files
from estimator.versions.snapshot import Clinic, Snapshot, clinic_file


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """What files say: the price book, unless something in them has to be put right first."""

    book: PriceBook | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return errors_among(self.problems)

    @property
    def alerts(self) -> tuple[Problem, ...]:
        return alerts_among(self.problems)


def check(snapshot: Snapshot, owner: str, files: Files, day: date) -> Checked:
    """
    Read `files` as `owner`'s, together with what everybody else has in force on `day` and on every later day on which
    something of theirs begins.

    National tables must leave every clinic readable that is readable now: what they would break is their error.
    """
    if owner == NATIONAL:
        return _check_national(snapshot, files, day)
    book, problems = _clinic_on(snapshot, owner, files, day)
    later = (
        problem
        for begins in _later_days(snapshot, owner, day)
        for problem in _errors(_clinic_on(snapshot, owner, files, begins)[1], begins)
    )
    found = tuple(dict.fromkeys((*problems, *later))) if book else problems
    return Checked(None if errors_among(found) else book, found)


def _check_national(snapshot: Snapshot, files: Files, day: date) -> Checked:
    national = snapshot.national(files)
    if national.book is None:
        return Checked(None, national.problems)
    days = (day, *_later_days(snapshot, NATIONAL, day))
    broken = tuple(dict.fromkeys(problem for one in days for problem in _broken_clinics(snapshot, national, one, day)))
    return Checked(None if broken else national.book, (*national.problems, *broken))


def _clinic_on(snapshot: Snapshot, clinic: str, files: Files, day: date) -> Clinic:
    return snapshot.clinic(snapshot.national(snapshot.files_on(NATIONAL, day)), clinic, files)


def _later_days(snapshot: Snapshot, owner: str, day: date) -> list[date]:
    """The days after `day` on which a publication of somebody else begins."""
    return sorted({one.in_force_from for one in snapshot.timeline.beginning_after(day) if one.owner != owner})


def _broken_clinics(snapshot: Snapshot, national: National, day: date, first: date) -> Iterator[Problem]:
    """What the national tables make of the clinics' tables of `day`, where these can be read without them."""
    before = snapshot.national(snapshot.files_on(NATIONAL, day))
    for owner in snapshot.owners:
        files = snapshot.files_on(owner, day) if owner != NATIONAL else {}
        if clinic_file(owner) not in files or snapshot.clinic(before, owner, files)[0] is None:
            continue
        yield from _errors(snapshot.clinic(national, owner, files)[1], day if day > first else None)


def _errors(problems: Iterable[Problem], since: date | None) -> Iterator[Problem]:
    """The errors among `problems`, and where they begin later, since when."""
    for problem in errors_among(problems):
        yield problem if since is None else replace(problem, says=_beginning(since, problem.says))


def _beginning(day: date, says: str) -> str:
    return say("from %(day)s on: %(problem)s", day=day, problem=says)
