"""What deserves a look before publishing, and stops nothing."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

from estimator.money import Range, dollars
from estimator.prices.book_walks import figures, out_of_date, prices
from estimator.prices.findings import Finding
from estimator.prices.medicare import amount_of, basis_of
from estimator.prices.naming import all_notes
from estimator.prices.samples import FEWEST, behind, posted
from estimator.prices.schema.dated_prices import last_start, price_in_force
from estimator.prices.schema.files import Book
from estimator.sentences import say

JUMP = 50
"""A typical price that changes by more than this many percent from one start date to the next gets a look."""

APART = 10
"""A range is apart from its samples where an end of it is more than this many percent away."""


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


def packages_no_cheaper_than_singles(book: Book, today: date | None) -> Iterator[Finding]:
    """A package that saves nothing on its sessions one by one, at the prices in force or, later, at the last ones."""
    for id_, charge in book.charges.items():
        for position, package in enumerate(charge.packages):
            singles = 0
            for part in (charge, *(book.charges[other] for other in package.also_covers if other in book.charges)):
                dated = part.self_pay or {}
                price = price_in_force(dated, today or date.max) or price_in_force(dated, date.max)
                singles += package.sessions * price.typical if price else 0
            if not package.includes and package.price >= singles > 0:
                says = say(
                    "%(sessions)s sessions cost %(price)s as a package, and %(singles)s one by one",
                    sessions=package.sessions,
                    price=dollars(package.price),
                    singles=dollars(singles),
                )
                yield Finding(("charges", id_, "packages", position, "price"), says)


def ranges_apart_from_their_samples(book: Book, today: date | None) -> Iterator[Finding]:
    """A national self-pay range of which an end, or the typical price, is far from what posted prices say."""
    for id_, charge in book.charges.items() if book.clinic is None else ():
        dated = charge.self_pay or {}
        start = last_start(dated, today)
        seen = behind(book, id_, dated[start]).range if start is not None else None
        if seen is None or start is None or not _apart(dated[start].range, seen):
            continue
        says = say(
            "the range is %(range)s, and posted prices say %(seen)s",
            range=_in_dollars(dated[start].range),
            seen=_in_dollars(seen),
        )
        fix = say("see what estimator tables derive proposes")
        yield Finding(("charges", id_, "self_pay", start.isoformat()), says, fix)


def _apart(price: Range, seen: Range) -> bool:
    return any(abs(one - other) * 100 > APART * max(one, other) for one, other in zip(price, seen, strict=True))


def _in_dollars(amounts: Range) -> str:
    return " / ".join(map(dollars, amounts))


def few_samples(book: Book, today: date | None) -> Iterator[Finding]:
    """A national self-pay range that rests on very few posted prices, and does not say so by a low confidence."""
    for id_, charge in book.charges.items() if book.clinic is None else ():
        number = len(posted(book, id_).counted)
        start = last_start(charge.self_pay or {}, today)
        if charge.self_pay and start and charge.self_pay[start].confidence != "low" and 0 < number < FEWEST:
            says = say("posted prices that count: %(number)s, and %(fewest)s are needed", number=number, fewest=FEWEST)
            fix = say("look for more price lists, or write confidence: low")
            yield Finding(("charges", id_, "self_pay"), says, fix)


def samples_dated_long_ago(book: Book, today: date | None) -> Iterator[Finding]:
    """Price lists that say themselves that they are more than twelve months old, and whose prices count like others."""
    old: dict[tuple[object, ...], list[str]] = {}
    for id_, sample in book.samples.items():
        if sample.left_out is None and sample.confidence != "low" and out_of_date(sample.dated, today):
            old.setdefault((sample.source, sample.dated), []).append(id_)
    for (_, day), ids in old.items():
        says = say(
            "this price list is of %(day)s, more than 12 months ago; prices from it that count: %(number)s",
            day=day,
            number=len(ids),
        )
        fix = say("look at it again: write confidence: low if it still stands there, left_out: withdrawn if it is gone")
        yield Finding(("samples", ids[0], "dated"), says, fix)


def medicare_apart_from_its_fee_schedule(book: Book, _: date | None) -> Iterator[Finding]:
    """A price in Medicare's column that is not what Medicare's tables give for the charge's codes on that day."""
    for id_, charge in book.charges.items() if book.clinic is None else ():
        for start, price in (charge.medicare or {}).items():
            given = amount_of(book, charge.codes, start, basis_of(book, charge, price, start) or "office")
            if given is not None and given != price.range:
                says = say(
                    "the amounts are %(range)s, and fee schedule and areas give %(given)s",
                    range=_in_dollars(price.range),
                    given=_in_dollars(given),
                )
                fix = say("see what estimator tables medicare proposes")
                yield Finding(("charges", id_, "medicare", start.isoformat()), says, fix)


def notes_that_are_over(book: Book, today: date | None) -> Iterator[Finding]:
    """Sentences that were known to hold until a day that has come."""
    for path, note in all_notes(book):
        if today is not None and note.until is not None and note.until <= today:
            says = say("this was known to hold until %(day)s", day=note.until)
            yield Finding((*path, "until"), says, say("look what holds now, then change the text and the day"))


ALERTS: tuple[Callable[[Book, date | None], Iterator[Finding]], ...] = (
    checked_long_ago,
    checked_in_the_future,
    free_of_charge,
    prices_that_jump,
    packages_no_cheaper_than_singles,
    ranges_apart_from_their_samples,
    few_samples,
    samples_dated_long_ago,
    medicare_apart_from_its_fee_schedule,
    notes_that_are_over,
)
