"""
What a change of prices does to somebody: two price books and the reference patients -> before and after.

Nobody is dropped: who cannot be estimated with one of the books is listed with the reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from estimator.core.answers import BadAnswers, FieldProblem, read_answers, unknown_names
from estimator.core.estimate import estimate
from estimator.core.results import YouPay
from estimator.money import WHOLE, divided
from estimator.prices.book import PriceBook
from estimator.prices.schema.basics import Text
from estimator.prices.schema.files import ReferencePatient

MOST_MOVE = 100 * WHOLE
"""What a move away from nothing counts as, in basis points: more than any rule about the size of moves allows."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reference patient pays with one book, in cents; with `missing` charges it is only a floor."""

    you_pay: YouPay
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """
    One reference patient before and after a change; `answers` are those of a link, by name.

    Where an outcome is None, `not_before` or `not_after` says which answers that book cannot be asked, and why.
    """

    id: str
    label: Text
    answers: tuple[tuple[str, str], ...]
    before: Outcome | None
    after: Outcome | None
    not_before: tuple[FieldProblem, ...] = ()
    not_after: tuple[FieldProblem, ...] = ()

    @property
    def difference(self) -> int | None:
        """How many cents more the typical scenario is afterwards; None where one side is not known."""
        if self.before is None or self.after is None:
            return None
        return self.after.you_pay.typical - self.before.you_pay.typical

    @property
    def basis_points(self) -> int | None:
        """The same in basis points of the typical amount before, halves away from zero."""
        if self.before is None or self.difference is None:
            return None
        old, more = self.before.you_pay.typical, self.difference
        if old == 0:
            return MOST_MOVE * (more > 0)
        size = divided(abs(more) * WHOLE, old)
        return size if more > 0 else -size

    @property
    def moves(self) -> bool:
        """Whether anything about the patient's range is different, its ends included."""
        return self.before != self.after


def effects(
    before: PriceBook | None, after: PriceBook, day: date, more: Mapping[str, ReferencePatient] | None = None
) -> list[Effect]:
    """
    Every reference patient of either book, and `more`, with both of them, as somebody who asks on `day`.

    Who moves most comes first, who cannot be compared last. Where both books have a patient, the one of `after` counts.
    Without a book before nobody can be compared.
    """
    old = before.tables.reference_patients if before else {}
    patients = {**old, **after.tables.reference_patients, **(more or {})}
    found = [_effect(id_, patient, before, after, day) for id_, patient in patients.items()]
    return sorted(found, key=lambda effect: 1 if effect.basis_points is None else -abs(effect.basis_points))


def first_move(
    patients: Mapping[str, ReferencePatient], before: PriceBook, after: PriceBook, day: date
) -> Effect | None:
    """The first of `patients` whose typical amount differs, as somebody who asks on `day`; None where nobody's does."""
    found = (_effect(id_, patient, before, after, day) for id_, patient in patients.items())
    return next((effect for effect in found if effect.difference), None)


def redefined(before: PriceBook, after: PriceBook, day: date) -> list[Effect]:
    """The same for the patients of `before` whose answers are others in `after`: as they were, with both books."""
    now = after.tables.reference_patients
    return [
        _effect(id_, patient, before, after, day)
        for id_, patient in before.tables.reference_patients.items()
        if id_ in now and now[id_].answers != patient.answers
    ]


def largest_move(found: Iterable[Effect]) -> int:
    """
    The largest change of a typical amount in basis points, up or down; 0 where there is none.

    Who can be estimated with only one of the books moves by `MOST_MOVE`; with neither, by 0.
    """
    return max((_size(effect) for effect in found), default=0)


def _size(effect: Effect) -> int:
    if effect.basis_points is not None:
        return abs(effect.basis_points)
    return MOST_MOVE if (effect.before is None) != (effect.after is None) else 0


def outcome_of(
    patient: ReferencePatient, book: PriceBook, day: date
) -> tuple[Outcome | None, tuple[FieldProblem, ...]]:
    """What a reference patient who asks on `day` pays with this book, or what is wrong with the answers."""
    strange = unknown_names(patient.answers, book)
    try:
        answers = read_answers(patient.answers, book, day)
    except BadAnswers as bad:
        return None, strange + bad.problems
    if strange:
        return None, strange
    found = estimate(answers, book)
    return Outcome(found.you_pay, found.missing), ()


def _effect(id_: str, patient: ReferencePatient, before: PriceBook | None, after: PriceBook, day: date) -> Effect:
    old, not_before = outcome_of(patient, before, day) if before else (None, ())
    new, not_after = outcome_of(patient, after, day)
    return Effect(id_, patient.label, tuple(patient.answers.items()), old, new, not_before, not_after)
