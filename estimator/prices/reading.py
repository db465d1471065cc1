"""
A folder of tables -> price books, or every problem with its file and line.

``national/*.yaml`` together are the national tables, ``clinics/<id>.yaml`` is one clinic each. A clinic's file with
errors leaves out that clinic only; with an error in the national tables there is no book at all.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from estimator.prices.alerts import ALERTS
from estimator.prices.book import NATIONAL, PriceBook, PriceBooks
from estimator.prices.book_walks import newest_check
from estimator.prices.checks import CHECKS, OWN_CHECKS
from estimator.prices.digests import digests_of, version_of
from estimator.prices.explaining import explained
from estimator.prices.findings import Finding
from estimator.prices.merging import ClinicPlaces, NationalPlaces, TableFile, merge_clinic, merge_national
from estimator.prices.nodes import read_tree
from estimator.prices.problems import Problem, alerts_among, errors_among, shortened
from estimator.prices.schema.files import Book, ClinicFile, NationalFile
from estimator.prices.yaml_text import MOST_BYTES
from estimator.sentences import reason_of, say

T = TypeVar("T", NationalFile, ClinicFile)

_CLINIC_ID = re.compile(r"[a-z][a-z0-9_-]{0,59}")

LONGEST_NAME = 200
"""Characters in the name of a table's file; names go into the store, into logs and onto pages."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a folder says: its price books, unless the national tables have errors, and every problem found."""

    books: PriceBooks | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return errors_among(self.problems)

    @property
    def alerts(self) -> tuple[Problem, ...]:
        return alerts_among(self.problems)

    @property
    def broken_clinics(self) -> frozenset[str]:
        """The clinics whose files have errors, and that have no book for this reason."""
        return frozenset(Path(problem.file).stem for problem in self.errors if _of_clinic(problem))


def may_name_clinic(id_: str) -> bool:
    """Whether a clinic, and so its file, may be called `id_`."""
    return bool(_CLINIC_ID.fullmatch(id_)) and id_ != NATIONAL


def misnamed(id_: str) -> Problem:
    """What is wrong with a clinic's file of this name."""
    says = say("'%(name)s' cannot be the name of a clinic", name=id_)
    fix = say("rename it: small letters, digits, - and _, beginning with a letter")
    return Problem(f"clinics/{id_}.yaml", 0, 0, "", says, fix)


def _of_clinic(problem: Problem) -> bool:
    return problem.file.startswith("clinics/")


@dataclass(frozen=True, slots=True, eq=False)
class National:
    """
    The national tables, ready to take a clinic's figures.

    `book` is None where they have errors. `tables` may stand even then, as long as every file could be read.
    """

    files: Mapping[str, bytes]
    tables: Book | None
    book: PriceBook | None
    findings: frozenset[Finding]
    problems: tuple[Problem, ...]


def read_books(folder: Path, today: date | None = None) -> Reading:
    """
    Read the tables in `folder`. Never raises for what files hold; a missing folder is a problem too.

    Without `today` nothing is said about figures that are out of date.
    """
    files, unread = collect(folder)
    return read_files(files, today, unread)


def read_files(files: Mapping[str, bytes], today: date | None = None, unread: Iterable[Problem] = ()) -> Reading:
    """
    The same for files by their names, such as ``national/charges.yaml`` or ``clinics/riverbend.yaml``.

    `unread` are the problems of files whose bytes could not be had.
    """
    unread = list(unread)
    national = read_national(files, today, [problem for problem in unread if not _of_clinic(problem)])
    problems = [*national.problems, *(problem for problem in unread if _of_clinic(problem))]
    clinics = {}
    for name in sorted(files):
        kind, _, file = name.partition("/")
        if kind == "clinics" and file.endswith(".yaml"):
            book, found = read_clinic(national, file.removesuffix(".yaml"), files[name], today)
            problems.extend(found)
            if book is not None:
                clinics[book.id] = book
        elif kind != "national":
            says = say("only national/*.yaml and clinics/*.yaml are tables")
            problems.append(Problem(name, 0, 0, "", says, say("move the file")))
    books = PriceBooks(national.book, clinics) if national.book is not None else None
    return Reading(books, tuple(dict.fromkeys(problems)))


def read_national(files: Mapping[str, bytes], today: date | None = None, unread: Iterable[Problem] = ()) -> National:
    """The national tables among `files`; `unread` are the problems of those whose bytes could not be had."""
    own = {name: files[name] for name in sorted(files) if name.startswith("national/")}
    problems = list(unread)
    if not own:
        says = say("there are no national tables")
        problems.append(Problem("national", 0, 0, "", says, say("add national/*.yaml, or name another folder")))
    read = [_read_table(name, data, NationalFile, problems) for name, data in own.items()]
    complete = [file for file in read if file is not None]
    tables, found = merge_national(complete)
    if own and not problems:
        problems.extend(found)
    checks = OWN_CHECKS if problems else CHECKS
    places = NationalPlaces(complete)
    findings = [finding for check in checks for finding in check(tables)]
    problems.extend(places.problem(finding) for finding in findings)
    book = None if problems else _price_book(NATIONAL, tables, own)
    alerts = [finding for alert in ALERTS for finding in alert(tables, today)]
    problems.extend(places.problem(finding, alert=True) for finding in alerts)
    whole = tables if checks is CHECKS else None
    return National(own, whole, book, frozenset([*findings, *alerts]), _ordered(problems))


def read_clinic(
    national: National, id_: str, data: bytes, today: date | None = None
) -> tuple[PriceBook | None, tuple[Problem, ...]]:
    """
    A clinic's price book from its file's bytes, and what is wrong with them.

    What is wrong with the national tables themselves is not repeated here. The book is None after any error.
    """
    name = f"clinics/{id_}.yaml"
    problems: list[Problem] = []
    if not may_name_clinic(id_):
        problems.append(misnamed(id_))
    file = _read_table(name, data, ClinicFile, problems)
    if file is None or national.tables is None:
        return None, _ordered(problems)
    tables, places, found = merge_clinic(national.tables, file)
    problems.extend(found)
    problems.extend(_new(national, places, (finding for check in CHECKS for finding in check(tables))))
    wrong = bool(problems) or national.book is None
    book = None if wrong else _price_book(id_, tables, {**national.files, name: data})
    alerts = (finding for alert in ALERTS for finding in alert(tables, today))
    problems.extend(_new(national, places, alerts, alert=True))
    return book, _ordered(problems)


def _new(
    national: National, places: ClinicPlaces, findings: Iterable[Finding], alert: bool = False
) -> Iterator[Problem]:
    return (places.problem(finding, alert) for finding in findings if finding not in national.findings)


def _read_table(name: str, data: bytes, model: type[T], problems: list[Problem]) -> TableFile[T] | None:
    """One file's tree and what it says; None after an error, which joins `problems`."""
    root, found = read_tree(data, name)
    problems.extend(found)
    if root is None:
        return None
    try:
        table = model.model_validate(root.plain())
    except ValidationError as error:
        told = {problem.line for problem in found}
        problems.extend(problem for problem in explained(error, root, model, name) if problem.line not in told)
        return None
    return None if found else TableFile(name, root, table)


def _price_book(id_: str, tables: Book, files: Mapping[str, bytes]) -> PriceBook:
    return PriceBook(id_, tables, version_of(digests_of(files)), newest_check(tables) or date.min)


def _ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line, problem.column)))


def collect(folder: Path) -> tuple[dict[str, bytes], list[Problem]]:
    """
    The bytes of every table in `folder` by name, and the files that could not be read or named.

    Of a file that is too large only so much is read that its size shows.
    """
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name, path in collectable(folder):
        if not _is_plain(path.name):
            says = say("the file's name is too long, or has characters that cannot be shown")
            fix = say("rename it to a short name of plain letters")
            problems.append(Problem(_escaped(name), 0, 0, "", says, fix))
            continue
        if name.endswith(".yml"):
            problems.append(Problem(name, 0, 0, "", say("the name ends in .yml"), say("rename it to .yaml")))
            continue
        try:
            files[name] = _bytes_of(path)
        except OSError as error:
            problems.append(
                Problem(name, 0, 0, "", say("the file cannot be read: %(reason)s", reason=reason_of(error)))
            )
    return files, problems


def collectable(folder: Path) -> list[tuple[str, Path]]:
    """Names and paths of what should be a table of `folder`, in order; hidden files are passed over."""
    paths = [
        path
        for kind in ("national", "clinics")
        for path in (folder / kind).glob("*")
        if path.suffix in (".yaml", ".yml") and not path.name.startswith(".")
    ]
    return sorted((f"{path.parent.name}/{path.name}", path) for path in paths)


def _is_plain(name: str) -> bool:
    """Whether a file's name can be written down as it is; bytes that are no UTF-8 are not printable either."""
    return name.isprintable() and len(name) <= LONGEST_NAME


def _escaped(name: str) -> str:
    """Any name of a file, in ASCII that can be shown."""
    plain = os.fsencode(name).decode("ascii", "backslashreplace")
    return shortened(re.sub(r"[^ -~]", lambda found: f"\\x{ord(found[0]):02x}", plain), LONGEST_NAME)


def _bytes_of(path: Path) -> bytes:
    # Opened without waiting, so that a pipe among the tables cannot hold up the reader.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, say("it is no regular file"))
        return file.read(MOST_BYTES + 1)
