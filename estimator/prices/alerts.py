"""What deserves a look before publishing, and stops nothing."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

from estimator.money import dollars
from estimator.prices.figures import figures, out_of_date, prices
from estimator.prices.findings import Finding
from estimator.prices.schema import Book, price_in_force
from estimator.sentences import say

JUMP = 50
"""A typical price that changes by more than this many percent from one start date to the next gets a look."""


def checked_long_ago(book: Book, today: date | None) -> Iterator[Finding]:
    """Figures older than twelve months."""
    for path, figure in figures(book):
        if out_of_date(figure.checked, today):
            says = say("last checked on %(day)s, more than 12 months ago", day=figure.checked)
            yield Finding((*path, "checked"), says, say("look at the source again, then write today's date"))


def checked_in_the_future(book: Book, today: date | None) -> Iterator[Finding]:
    """Dates nobody can have looked at yet."""
    for path, figure in figures(book):
        if today and figure.checked and figure.checked > today:
            says = say("checked on %(day)s, which is after today", day=figure.checked)
            yield Finding((*path, "checked"), says)


def free_of_charge(book: Book, _: date | None) -> Iterator[Finding]:
    """A price of 0, where the price was likely unknown."""
    for path, charge, _column, dated in prices(book):
        for start, price in dated.items():
            if price.high == 0 and charge.included_in is None:
                says = say("the price is 0: is this really free?")
                fix = say("remove the price if it is not known: a missing price is shown as missing")
                yield Finding((*path, start.isoformat()), says, fix)


def prices_that_jump(book: Book, _: date | None) -> Iterator[Finding]:
    """A typical price far from the one before it: often a slip of the keyboard."""
    for path, _charge, _column, dated in prices(book):
        for before, start in pairwise(sorted(dated)):
            old, new = dated[before].typical, dated[start].typical
            if abs(new - old) * 100 > old * JUMP:
                says = say(
                    "the typical price goes from %(old)s to %(new)s, a change of more than %(most)s percent",
                    old=dollars(old),
                    new=dollars(new),
                    most=JUMP,
                )
                yield Finding((*path, start.isoformat()), says)


def packages_dearer_than_singles(book: Book, today: date | None) -> Iterator[Finding]:
    """A package that costs more than its sessions one by one, at the prices in force or, later, at the last ones."""
    for id_, charge in book.charges.items():
        for position, package in enumerate(charge.packages):
            singles = 0
            for part in (charge, *(book.charges[other] for other in package.also_covers if other in book.charges)):
                dated = part.self_pay or {}
                price = price_in_force(dated, today or date.max) or price_in_force(dated, date.max)
                singles += package.sessions * price.typical if price else 0
            if package.price > singles > 0:
                says = say(
                    "%(sessions)s sessions cost %(price)s as a package, and %(singles)s one by one",
                    sessions=package.sessions,
                    price=dollars(package.price),
                    singles=dollars(singles),
                )
                yield Finding(("charges", id_, "packages", position, "price"), says)


ALERTS: tuple[Callable[[Book, date | None], Iterator[Finding]], ...] = (
    checked_long_ago,
    checked_in_the_future,
    free_of_charge,
    prices_that_jump,
    packages_dearer_than_singles,
)
