"""What each fact about a bill that the patient was told changes: the typical scenario with it and without it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from estimator.core.answers import TOLD_FACTS, Answers
from estimator.core.estimate import typical_of
from estimator.prices.book import PriceBook


@dataclass(frozen=True, slots=True)
class ToldEffect:
    """A told fact by its name, and how many cents more the patient pays in the typical scenario because of it."""

    name: str
    value: str
    more: int


def told_effects(answers: Answers, book: PriceBook) -> Iterator[ToldEffect]:
    """Every fact the patient was told, in the order of the link; each is taken away by itself."""
    with_all = None
    for fact in TOLD_FACTS:
        told = getattr(answers, fact.field)
        for one, value in told:
            with_all = typical_of(answers, book) if with_all is None else with_all
            fewer: dict[str, Any] = {fact.field: tuple(other for other in told if other[0] != one)}
            without = replace(answers, **fewer)
            yield ToldEffect(fact.prefix + one, fact.write(value), with_all - typical_of(without, book))
