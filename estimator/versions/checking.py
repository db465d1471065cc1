"""An owner's files as they would read among everybody else's, on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.problems import Problem
from estimator.prices.reading import National, read_clinic, read_national
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


def file_of(clinic: str) -> str:
    """The name of a clinic's one file."""
    return f"clinics/{clinic}.yaml"


def check(publications: Publications, owner: str, files: Files, day: date, today: date) -> Checked:
    """
    Read `files` as `owner`'s, together with what everybody else has in force on `day`.

    National tables must leave every clinic readable that is readable now: what they would break is their error.
    """
    if owner != NATIONAL:
        national = _national(published_files(publications, NATIONAL, day), today)
        book, problems = read_clinic(national, owner, files.get(file_of(owner), b""), today)
        return Checked(book, problems)
    national = _national(files, today)
    if national.book is None:
        return Checked(None, national.problems)
    broken = tuple(_broken_clinics(publications, national, day, today))
    return Checked(None if broken else national.book, (*national.problems, *broken))


def _broken_clinics(publications: Publications, national: National, day: date, today: date) -> Iterable[Problem]:
    before = _national(published_files(publications, NATIONAL, day), today)
    for owner in publications.owners():
        data = published_files(publications, owner, day).get(file_of(owner)) if owner != NATIONAL else None
        if data is None or read_clinic(before, owner, data, today)[0] is None:
            continue
        yield from (problem for problem in read_clinic(national, owner, data, today)[1] if not problem.alert)


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
