"""What the tables still lack for the coming year: Medicare's new amounts, and plans' new terms."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from estimator.prices.schema.files import Book
from estimator.sentences import InLanguages, Sentence, say

PUBLISHED_FROM = 10
"""The month from which a new year's figures are published, so that they can be missed."""


def coming_year(today: date) -> int:
    """The year whose figures should be known: the next one from October on."""
    return today.year + (today.month >= PUBLISHED_FROM)


def lacking(book: Book, today: date) -> Iterator[Sentence]:
    """Each set of yearly figures of which the coming year's is not in the tables, in words."""
    year = coming_year(today)
    if _lacks(book.fee_schedule.values(), year):
        yield say("Medicare's fee schedule")
    if _lacks((area.factors for areas in book.areas.values() for area in areas.values()), year):
        yield say("the factors of Medicare's areas")
    if _lacks(book.hospital_payments.values(), year):
        yield say("what Medicare pays hospitals")
    for payer in book.payers.values():
        for profile in payer.profiles.values():
            if profile.year is not None and profile.year < year:
                yield say(
                    "the terms of “%(plan)s”", plan=InLanguages({"en": profile.label.en, "es": profile.label.get("es")})
                )


def _lacks(tables: Iterable[Mapping[date, object]], year: int) -> bool:
    """Whether anything dated has begun its last period before `year`."""
    return any(max(dated).year < year for dated in tables if dated)
