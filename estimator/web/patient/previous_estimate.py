"""
What an estimate said when its link was made; nothing about the reader is stored.

``prices=…`` in a link is the version of the tables then: where it is known, the estimate is worked out from it again.
``was=16000-109000-648500`` holds low, typical and high in cents, for a version that is not known any more.
"""

import re
from dataclasses import dataclass
from typing import Literal

from werkzeug.datastructures import MultiDict

from estimator.core.answers import BadAnswers, read_answers
from estimator.core.estimate import estimate
from estimator.core.results import Amounts
from estimator.prices.book import PriceBook, PriceBooks
from estimator.web.query import answers_in_query
from estimator.web.rounding import WHOLE_ABOVE, whole_dollars
from estimator.web.site import site

AMOUNTS = re.compile(r"([0-9]{1,10})-([0-9]{1,10})-([0-9]{1,10})")

Change = Literal["none", "dearer", "cheaper", "ends", "unknown"]
"""
From then to now: nothing one can see; the typical total up, down, or the same beside other ends; other prices, of which
only the amounts of then are known.
"""


@dataclass(frozen=True, slots=True)
class PreviousEstimate:
    """The amounts of then and what has changed since, `by` how many cents where the sentence says it."""

    amounts: Amounts
    change: Change
    by: int = 0


def previous_estimate(args: MultiDict[str, str], book: PriceBook, now: Amounts) -> PreviousEstimate | None:
    """
    What the link remembers, where it is worth a sentence; `now` is to the cent.

    A link that remembers nonsense remembers nothing.
    """
    version = args.get("prices", "").strip()
    if not version or version == book.version:
        return None
    if then := _recomputed(args, book.id, version):
        return _compared(then, now)
    remembered = _remembered(args.get("was", ""))
    return PreviousEstimate(remembered, "unknown") if remembered else None


def _recomputed(args: MultiDict[str, str], owner: str, version: str) -> Amounts | None:
    """The same answers with the tables of then; None for a version without them, or without such an answer."""
    old = site().prices.old(owner, version)
    if old is None:
        return None
    try:
        answers = read_answers(answers_in_query(args, PriceBooks(old, {})), old, site().today())
    except BadAnswers:
        return None
    return estimate(answers, old).you_pay


def _remembered(text: str) -> Amounts | None:
    found = AMOUNTS.fullmatch(text)
    amounts = Amounts(*map(int, found.groups())) if found else None
    return amounts if amounts and amounts.low <= amounts.typical <= amounts.high else None


def _compared(then: Amounts, now: Amounts) -> PreviousEstimate:
    """Both as they are shown: what differs by less is no change to a reader."""
    before, after = [*map(_as_shown, then)], [*map(_as_shown, now)]
    difference = after[1] - before[1]
    change: Change = (
        "none" if before == after else "ends" if not difference else "dearer" if difference > 0 else "cheaper"
    )
    return PreviousEstimate(then, change, abs(difference))


def _as_shown(cents: int) -> int:
    return whole_dollars(cents) if cents > WHOLE_ABOVE else cents
