"""Where a price book names charges and payers, and which of its lines meet in one visit."""

from collections.abc import Callable, Iterator
from functools import partial

from estimator.prices.book_walks import all_lines, lines, tables
from estimator.prices.problems import KeyPath
from estimator.prices.schema.charges import Charge
from estimator.prices.schema.files import Book
from estimator.prices.schema.treatments import Line, Treatment
from estimator.prices.schema.wording import Advice, Note

Visit = Callable[[str, Line], bool]
"""Whether a line of a part of a treatment belongs to one kind of visit."""


def charge_names(book: Book) -> Iterator[tuple[KeyPath, str]]:
    """Every place that names a charge."""
    for path, _, line in all_lines(book):
        yield (*path, "charge"), line.charge
        if line.lower_dose is not None:
            yield (*path, "lower_dose"), line.lower_dose
    for id_, treatment in book.treatments.items():
        yield ("treatments", id_, "psychotherapy", "in_person"), treatment.psychotherapy.in_person
        yield ("treatments", id_, "psychotherapy", "virtual"), treatment.psychotherapy.virtual
        if treatment.therapist_present is not None:
            yield ("treatments", id_, "therapist_present"), treatment.therapist_present
    for id_, charge in book.charges.items():
        for key in ("moves_with", "same_as", "included_in", "credited_toward"):
            if getattr(charge, key) is not None:
                yield ("charges", id_, key), getattr(charge, key)
        yield from ((("charges", id_, *path), name) for path, name in lists_of_charges(charge))
    for id_, program in book.programs.items():
        yield from ((("programs", id_, "charges", position), name) for position, name in enumerate(program.charges))
    for id_, discount in book.discounts.items():
        yield from ((("discounts", id_, "charges", position), name) for position, name in enumerate(discount.charges))
        yield from ((("discounts", id_, "prices", name), name) for name in discount.prices)


def lists_of_charges(charge: Charge) -> Iterator[tuple[KeyPath, str]]:
    """Every place inside a charge that lists other charges."""
    yield from ((("never_with", position), name) for position, name in enumerate(charge.never_with))
    for position, package in enumerate(charge.packages):
        for place, name in enumerate(package.also_covers):
            yield ("packages", position, "also_covers", place), name
        yield from ((("packages", position, "includes", name), name) for name in package.includes)


def payer_names(book: Book) -> Iterator[tuple[KeyPath, str]]:
    """Every place that names a payer."""
    for path, _, line in all_lines(book):
        yield from (((*path, "payers", position), name) for position, name in enumerate(line.payers))
        yield from (((*path, "not_payers", position), name) for position, name in enumerate(line.not_payers))
    for id_, charge in book.charges.items():
        yield from ((("charges", id_, "coverage", name), name) for name in charge.coverage)
    for id_, program in book.programs.items():
        yield from ((("programs", id_, "payers", position), name) for position, name in enumerate(program.payers))
    for path, note in all_notes(book):
        yield from (((*path, "payers", position), name) for position, name in enumerate(note.payers))


def all_advice(book: Book) -> Iterator[tuple[KeyPath, Advice]]:
    """Every piece of advice among the texts."""
    return ((path, note) for path, note in all_notes(book) if isinstance(note, Advice))


def all_notes(book: Book) -> Iterator[tuple[KeyPath, Note]]:
    """Every sentence for patients among the texts."""
    return ((("texts", *path), table) for path, table in tables(book.texts) if isinstance(table, Note))


def visits(treatment: Treatment, payer: str) -> Iterator[list[tuple[KeyPath, str]]]:
    """The lines that meet in one visit of somebody with `payer`: for each kind of visit and each dose."""
    mine = [(path, line) for path, line in lines(treatment) if line.billed_to(payer)]
    if treatment.therapist_present is not None:
        mine.append((("therapist_present",), Line(charge=treatment.therapist_present)))
    for lower in (False, True):
        for meets in _kinds_of_visits(treatment):
            yield [
                (path, line.lower_dose if lower and line.lower_dose else line.charge)
                for path, line in mine
                if meets(str(path[0]), line)
            ]


def _kinds_of_visits(treatment: Treatment) -> Iterator[Visit]:
    for days in {line.days_before for line in treatment.before}:
        yield partial(_so_many_days_before, days)
    yield _follows_up
    for position, phase in enumerate(treatment.phases):
        for session in ("first", "later") if position == 0 else ("later",):
            yield partial(_at_session, phase, session)


def _so_many_days_before(days: int, part: str, line: Line) -> bool:
    return part == "before" and line.days_before == days


def _follows_up(part: str, line: Line) -> bool:
    # After every third and after every second session meet after the sixth.
    return part == "follow_ups"


def _at_session(phase: str, session: str, part: str, line: Line) -> bool:
    return (
        part in ("each_session", "therapist_present", "ride")
        and line.phase in (None, phase)
        and line.only in (None, session)
    )
