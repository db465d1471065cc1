"""
What has been paid by when: by the end of each month, by each session; the typical scenario of each side.

Nothing is searched here: every line is one concrete ledger, so its last amount is the typical total of that side.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from estimator.core.answers import Answers, months_later
from estimator.core.branches import answers_to, deciding
from estimator.core.claims import instalment
from estimator.core.course import sessions
from estimator.core.estimate import Model, Outcome, denied_model
from estimator.core.percentiles import GENERATOR, SPREAD, lattice
from estimator.core.results import AUTHORIZATION
from estimator.core.unknowns import Positions
from estimator.prices.book import PriceBook
from estimator.prices.schema.basics import Text


@dataclass(frozen=True, slots=True)
class Sides:
    """
    The cases in place of one typical amount: of the either-or `unknown` the words of each side, in the order of its
    stretches, none where nothing decides; and with `refused`, last, the insurer's no.
    """

    unknown: str | None
    labels: tuple[Text, ...]
    refused: bool

    @property
    def agreed(self) -> int:
        """How many cases there are if the insurer agrees, where it has to."""
        return max(len(self.labels), 1)


def sides_found(out: Outcome) -> Sides:
    """The sides of an outcome; the insurer's no wherever its answer is open."""
    other = next((one for one in out.branches if one.unknown != AUTHORIZATION), None)
    labels = tuple(option.label for option in other.options) if other else ()
    return Sides(other.unknown if other else None, labels, out.awaits_answer)


def sides_at_a_glance(answers: Answers, book: PriceBook, model: Model) -> Sides:
    """The same sides without the search for the ends of the range: the evenly spread scenarios alone tell them."""
    spread = lattice(len(model.unknowns), SPREAD, GENERATOR)
    most = deciding(model.unknowns.all, spread, model.totals(spread)) if len(model.unknowns) else None
    doses = book.tables.treatments[answers.treatment].doses
    labels = tuple(words for _, words in answers_to(most, model.plan, doses)) if most else ()
    return Sides(
        most.id if most else None, labels, model.authorization_applies and "authorization" not in answers.given
    )


@dataclass(frozen=True, slots=True)
class Paid:
    """What the patient pays for one bill, cents by side; it may fall due in monthly `payments`."""

    day: date
    amounts: tuple[int, ...]
    payments: int


def paid(answers: Answers, book: PriceBook, model: Model, sides: Sides) -> tuple[Paid, ...]:
    """Every bill of `model`, the course of these answers, in date order, on each of the sides."""
    bills = list(_paid(model, typical_positions(model, sides)))
    if sides.refused:
        refused = denied_model(answers, book)
        # The plan's no changes who pays, and so what is sold: its bills need not be those of the yes.
        bills = [Paid(one.day, (*one.amounts, 0), one.payments) for one in bills]
        no = _paid(refused, typical_positions(refused))
        bills += [Paid(one.day, (*(0,) * sides.agreed, *one.amounts), one.payments) for one in no]
    return tuple(sorted(bills, key=lambda one: one.day))


ONE_SIDE = Sides(None, (), False)


def typical_positions(model: Model, sides: Sides = ONE_SIDE) -> Positions:
    """The typical scenario, or one for each case of an either-or; shape (unknowns, cases)."""
    unknowns = model.unknowns.all
    typical = np.array([one.typical for one in unknowns], dtype=np.float64).reshape(len(unknowns), 1)
    positions = np.repeat(typical, sides.agreed, axis=1)
    row = model.unknowns.rows.get(sides.unknown or "")
    # Over another time the either-or may be none: nothing is left of it to pay for.
    if row is not None and len(unknowns[row].middles) == sides.agreed:
        positions[row] = unknowns[row].middles
    return positions


def _paid(model: Model, positions: Positions) -> Iterable[Paid]:
    _, settled = model.ledger(positions).settle()
    for one in settled:
        share = one.share.total if one.share is not None else 0
        due = one.billed - one.allowed + share - one.assistance
        yield Paid(one.claim.day, tuple(due.tolist()), one.claim.payments)


Line = tuple[int, ...]
"""Cents paid so far, point by point."""


def by_month(bills: Sequence[Paid], start: date, months: int) -> tuple[Line, ...]:
    """
    Paid so far at the end of each of the first `months` months, a line for each side.

    Instalments count when they fall due. The last point has whatever falls due later too, so it is the whole.
    """
    ends = [months_later(start, number) for number in range(1, months)]
    due = [
        (
            months_later(one.day, payment) if payment else one.day,
            tuple(instalment(cents, one.payments, payment) for cents in one.amounts),
        )
        for one in bills
        for payment in range(one.payments)
    ]
    return _so_far(due, ends)


def by_session(bills: Sequence[Paid], answers: Answers, book: PriceBook) -> tuple[Line, ...]:
    """Paid, or owed, by whoever stops after each session, a line for each side; the last point is the whole course."""
    treatment = book.tables.treatments[answers.treatment]
    days = [
        one.day for one in sessions(treatment, answers.sessions, answers.start, answers.every, answers.stage == "new")
    ]
    return _so_far([(one.day, one.amounts) for one in bills], days[1:])


def _so_far(due: Sequence[tuple[date, tuple[int, ...]]], ends: Sequence[date]) -> tuple[Line, ...]:
    """The sums of what is due before each of the `ends`, in date order, and of all."""
    points: list[list[int]] = []
    so_far, ordered, at = [0] * len(due[0][1]) if due else [0], sorted(due, key=lambda one: one[0]), 0
    for end in (*ends, date.max):
        while at < len(ordered) and ordered[at][0] < end:
            so_far = [a + b for a, b in zip(so_far, ordered[at][1], strict=True)]
            at += 1
        points.append(so_far)
    return tuple(zip(*points, strict=True))
