"""
What an estimate said when its link was made, or before an answer: the link itself carries it, nothing is stored.

``was=16000-109000-648500`` holds low, typical and high in cents; ``prices=…`` the version of the tables then.
"""

import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from estimator.prices.book import PriceBook
from estimator.results import Amounts

TRIO = re.compile(r"([0-9]{1,10})-([0-9]{1,10})-([0-9]{1,10})")


@dataclass(frozen=True, slots=True)
class Earlier(Amounts):
    """The amounts of then; `prices_changed` says that the tables have changed since."""

    prices_changed: bool

    def narrowed_by(self, now: Amounts) -> int:
        """By how many cents the range has become narrower."""
        return (self.high - self.low) - (now.high - now.low)


def earlier(args: MultiDict[str, str], book: PriceBook, now: Amounts) -> Earlier | None:
    """
    What the link remembers, where it is worth a sentence: other prices then, or a range that an answer has narrowed.

    A link that remembers nonsense remembers nothing.
    """
    found = TRIO.fullmatch(args.get("was", ""))
    if not found:
        return None
    version = args.get("prices", "")
    low, typical, high = (int(cents) for cents in found.groups())
    then = Earlier(low, typical, high, prices_changed=bool(version) and version != book.version)
    if not then.low <= then.typical <= then.high:
        return None
    return then if then.prices_changed or (not version and then.narrowed_by(now) > 0) else None
