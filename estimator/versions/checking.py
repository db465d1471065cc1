"""An owner's files as they would read among everybody else's, on a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.problems import Problem
from estimator.prices.reading import National, read_clinic, read_national
from estimator.sentences import say
from estimator.versions.publications import Files, Publications


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """What files say: the price book, unless something in them has to be put right first."""

    book: PriceBook | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.alert)

    @property
    def alerts(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.alert)


def clinic_file(clinic: str) -> str:
    """The name of a clinic's one file."""
    return f"clinics/{clinic}.yaml"


def check(publications: Publications, owner: str, files: Files, day: date, today: date) -> Checked:
    """
    Read `files` as `owner`'s, together with what everybody else has in force on `day` and on every later day on which
    something of theirs begins.

    National tables must leave every clinic readable that is readable now: what they would break is their error.
    """
    if owner == NATIONAL:
        return _check_national(publications, files, day, today)
    book, problems = _clinic_on(publications, owner, files, day, today)
    later = (
        problem
        for begins in _later_days(publications, owner, day)
        for problem in _errors(_clinic_on(publications, owner, files, begins, today)[1], begins)
    )
    found = tuple(dict.fromkeys((*problems, *later))) if book else problems
    return Checked(None if any(not problem.alert for problem in found) else book, found)


def _check_national(publications: Publications, files: Files, day: date, today: date) -> Checked:
    national = _national(files, today)
    if national.book is None:
        return Checked(None, national.problems)
    days = (day, *_later_days(publications, NATIONAL, day))
    broken = tuple(
        dict.fromkeys(problem for one in days for problem in _broken_clinics(publications, national, one, day, today))
    )
    return Checked(None if broken else national.book, (*national.problems, *broken))


def _clinic_on(
    publications: Publications, clinic: str, files: Files, day: date, today: date
) -> tuple[PriceBook | None, tuple[Problem, ...]]:
    national = _national(published_files(publications, NATIONAL, day), today)
    return read_clinic(national, clinic, files.get(clinic_file(clinic), b""), today)


def _later_days(publications: Publications, owner: str, day: date) -> list[date]:
    """The days after `day` on which a publication of somebody else begins."""
    return sorted({one.in_force_from for one in publications.beginning_after(day) if one.owner != owner})


def _broken_clinics(
    publications: Publications, national: National, day: date, first: date, today: date
) -> Iterator[Problem]:
    """What the national tables make of the clinics' tables of `day`, where these can be read without them."""
    before = _national(published_files(publications, NATIONAL, day), today)
    for owner in publications.owners():
        data = published_files(publications, owner, day).get(clinic_file(owner)) if owner != NATIONAL else None
        if data is None or read_clinic(before, owner, data, today)[0] is None:
            continue
        yield from _errors(read_clinic(national, owner, data, today)[1], day if day > first else None)


def _errors(problems: Iterable[Problem], since: date | None) -> Iterator[Problem]:
    """The errors among `problems`, and where they begin later, since when."""
    for problem in problems:
        if not problem.alert:
            yield problem if since is None else replace(problem, says=_beginning(since, problem.says))


def _beginning(day: date, says: str) -> str:
    return say("from %(day)s on: %(problem)s", day=day, problem=says)


def _national(files: Files, today: date) -> National:
    """The national tables; every page of the desk needs the same ones, so those read last are kept."""
    return _read(tuple(sorted(files.items())), today)


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[str, bytes], ...], today: date) -> National:
    return read_national(dict(files), today)


def published_files(publications: Publications, owner: str, day: date) -> dict[str, bytes]:
    """The files that `owner` has in force on `day`; none before the first publication."""
    publication = publications.in_force(owner, day)
    return publications.files(publication) if publication else {}
