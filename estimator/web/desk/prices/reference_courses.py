"""What patients of a clinic pay for a usual course, line by line: made from the claims of its reference courses."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from estimator.core.answers import BadAnswers, read_answers
from estimator.core.estimate import estimate
from estimator.core.results import LineItem, YouPay
from estimator.prices.book import PriceBook
from estimator.prices.book_walks import out_of_date
from estimator.prices.schema.basics import Text

Payer = Literal["none", "commercial"]
PAYERS: tuple[Payer, ...] = ("none", "commercial")


@dataclass(frozen=True, slots=True)
class CourseLine:
    """One line of a course: `own` where the clinic itself says what it costs, or that it costs nothing extra."""

    item: LineItem
    own: bool
    checked: date | None
    stale: bool


@dataclass(frozen=True, slots=True)
class ReferenceCourse:
    """The usual course of a treatment, for one way to pay; `query` are its answers, as a link says them."""

    treatment: Text
    payer: Payer
    sessions: int
    start: date
    you_pay: YouPay
    lines: tuple[CourseLine, ...]
    query: tuple[tuple[str, str], ...]


def reference_courses(book: PriceBook, today: date) -> tuple[ReferenceCourse, ...]:
    """The usual course of every treatment offered, as early as it can begin from `today` on."""
    found = []
    for name, treatment in book.tables.treatments.items():
        start = today + timedelta(days=max((line.days_before for line in treatment.before), default=0))
        sessions = treatment.usual_sessions.typical
        for payer in PAYERS:
            asked = {
                "treatment": name,
                "insurance": payer,
                "sessions": str(sessions),
                "psychotherapy": "none",
                "rides": "no",
                "start": start.isoformat(),
            }
            try:
                answers = read_answers(asked, book, today)
            except BadAnswers:
                continue
            result = estimate(answers, book)
            lines = tuple(_line(book, item, today) for item in result.items)
            query = tuple(asked.items())
            found.append(ReferenceCourse(treatment.short, payer, sessions, start, result.you_pay, lines, query))
    return tuple(found)


def _line(book: PriceBook, item: LineItem, today: date) -> CourseLine:
    days = [source.checked for source in item.sources if source.checked]
    checked = min(days, default=None)
    own = item.charge in book.tables.own_charges
    return CourseLine(item, own, checked, out_of_date(checked, today))
