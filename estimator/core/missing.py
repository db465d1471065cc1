"""
Which prices a book lacks: charges that an offered treatment bills to somebody on a day when they have no price.

Worked out from the claims themselves, so that it says what an estimate would call missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from estimator.core.answers import DAYS_UNTIL_START, Answers, Network, applicable
from estimator.core.billed_lines import offered_treatments, presences
from estimator.core.billing import asked_column, claims_of
from estimator.core.claims import Claim
from estimator.core.unknowns import Unknowns
from estimator.prices.book import PriceBook
from estimator.prices.schema.basics import PriceColumn, Text
from estimator.prices.schema.treatments import Treatment


@dataclass(frozen=True, slots=True)
class MissingPrice:
    """A charge without a price in a column, and the treatments that need it."""

    charge: str
    label: Text
    column: PriceColumn
    treatments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PricesMet:
    """
    What the claims of everybody say of a book: the prices that are `missing`, and those that patients are `asked`,
    each by charge and column.
    """

    missing: tuple[MissingPrice, ...]
    asked: frozenset[tuple[str, PriceColumn]]


def missing_prices(book: PriceBook, day: date) -> tuple[MissingPrice, ...]:
    """The prices that somebody who asks on `day` would miss, whatever the insurance, dose and psychotherapy."""
    return prices_met(book, day + timedelta(days=DAYS_UNTIL_START)).missing


def missing_from(book: PriceBook, day: date) -> PricesMet:
    """The same for whoever comes on `day` or later: prices never end, so the first who can come miss all of it."""
    before = (line.days_before for treatment in book.tables.treatments.values() for line in treatment.before)
    return prices_met(book, day + timedelta(days=max(before, default=0)))


def prices_met(book: PriceBook, start: date) -> PricesMet:
    """The prices that courses which begin on `start` meet, and those that they miss."""
    needed: dict[tuple[str, PriceColumn], dict[str, None]] = {}
    asked: set[tuple[str, PriceColumn]] = set()
    for answers in _everybody(book, start):
        payer = book.tables.payers[answers.insurance]
        for claim in claims_of(answers, book, Unknowns()).all:
            if claim.asked is not None and not claim.coverage.included:
                asked.add((claim.charge, claim.asked.column))
            for column in _columns(claim, asked_column(book.tables.charges[claim.charge], payer), payer.allowed):
                needed.setdefault((claim.charge, column), {})[answers.treatment] = None
    missing = tuple(
        MissingPrice(charge, book.tables.charges[charge].label, column, tuple(treatments))
        for (charge, column), treatments in needed.items()
    )
    return PricesMet(missing, frozenset(asked))


def _columns(claim: Claim, asked: PriceColumn, allowed: PriceColumn | None) -> Iterator[PriceColumn]:
    if claim.lacks_asked:
        yield asked
    if claim.lacks_allowed and allowed is not None:
        yield allowed


def _everybody(book: PriceBook, start: date) -> Iterator[Answers]:
    """Answers that meet every line of every offered treatment under every payer, in and out of network."""
    for name, payer in product(offered_treatments(book), book.tables.payers):
        treatment = book.tables.treatments[name]
        open_ = applicable(name, payer, "in_person", book)
        networks: tuple[Network, ...] = ("in", "out") if "network" in open_ else ("in",)
        for dose, network, denied, psychotherapy, present in product(
            treatment.doses or (None,),
            networks,
            (False, True) if "authorization" in open_ else (False,),
            ("in_person", "virtual"),
            presences(treatment),
        ):
            yield Answers(
                treatment=name,
                insurance=payer,
                sessions=_enough_sessions(treatment),
                psychotherapy=psychotherapy,
                psychotherapy_sessions=1,
                start=start,
                dose=dose,
                network=network,
                authorization="denied" if denied else "approved",
                therapist_present=present,
                rides=treatment.ride is not None,
            )


def _enough_sessions(treatment: Treatment) -> int:
    """So many that every phase and every follow-up visit is reached."""
    phases = sum(phase.sessions or 2 for phase in treatment.phases.values())
    return max(phases, 2, *(line.after or 1 for line in treatment.follow_ups))
