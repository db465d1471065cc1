"""
What an estimate said when its link was made, or before an answer; nothing about the reader is stored.

``prices=…`` in a link is the version of the tables then: where it is known, the estimate is worked out from it again.
``was=16000-109000-648500`` holds low, typical and high in cents, for a version that is not known any more.
"""

import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from estimator.core.answers import BadAnswers, read_answers
from estimator.core.estimate import estimate
from estimator.core.results import Amounts
from estimator.prices.book import PriceBook, PriceBooks
from estimator.web.rounding import WHOLE_ABOVE, whole_dollars
from estimator.web.site import site
from estimator.web.typed import typed

TRIO = re.compile(r"([0-9]{1,10})-([0-9]{1,10})-([0-9]{1,10})")


@dataclass(frozen=True, slots=True)
class Earlier(Amounts):
    """
    The amounts of then; `prices_changed` says that the tables have changed since, `recomputed` that the amounts were
    worked out from the tables of then.
    """

    prices_changed: bool
    recomputed: bool = False

    def narrowed_by(self, now: Amounts) -> int:
        """By how many cents the range has become narrower."""
        return (self.high - self.low) - (now.high - now.low)

    def dearer_by(self, now: Amounts) -> int:
        """By how many cents the typical total has risen since, as both are shown; below zero where it has fallen."""
        return _shown(now.typical) - _shown(self.typical)

    def is_same(self, now: Amounts) -> bool:
        """Whether all three are shown as they are now."""
        return [_shown(cents) for cents in self] == [_shown(cents) for cents in now]


def earlier(args: MultiDict[str, str], book: PriceBook, now: Amounts) -> Earlier | None:
    """
    What the link remembers, where it is worth a sentence: other prices then, or a range that an answer has narrowed.

    A link that remembers nonsense remembers nothing.
    """
    version = args.get("prices", "").strip()
    changed = bool(version) and version != book.version
    if changed and (then := _recomputed(args, book.id, version)):
        return then
    found = TRIO.fullmatch(args.get("was", ""))
    if not found:
        return None
    low, typical, high = (int(cents) for cents in found.groups())
    then = Earlier(low, typical, high, prices_changed=changed)
    if not then.low <= then.typical <= then.high:
        return None
    return then if changed or (not version and then.narrowed_by(now) > 0) else None


def _recomputed(args: MultiDict[str, str], owner: str, version: str) -> Earlier | None:
    """The same answers with the tables of then; None where those are not known, or do not know an answer."""
    old = site().prices.old(owner, version)
    if old is None:
        return None
    try:
        answers = read_answers(typed(args, PriceBooks(old, {})), old, site().today())
    except BadAnswers:
        return None
    then = estimate(answers, old).you_pay
    return Earlier(then.low, then.typical, then.high, prices_changed=True, recomputed=True)


def _shown(cents: int) -> int:
    return whole_dollars(cents) if abs(cents) > WHOLE_ABOVE else cents
