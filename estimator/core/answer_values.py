"""
The text of one answer and its value: read, or refused with a sentence; and written back as it stands in a link.

A reader takes the text, and what is known of the course besides: of that these need nothing. Amounts are cents,
percentages basis points.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from estimator.core.states import STATES
from estimator.money import dollars, parse_percent, parse_typed_amount

MOST_SESSIONS = 104
EARLIEST, LATEST = date(2020, 1, 1), date(2090, 12, 31)


@dataclass(frozen=True, slots=True)
class ToldShare:
    """What the plan told the patient they pay for one charge: cents, or basis points after the deductible."""

    amount: int | None = None
    coinsurance: int | None = None


@dataclass(frozen=True, slots=True)
class ToldPackage:
    """A package offered to the patient: so many `sessions` for one `price` in cents."""

    sessions: int
    price: int


class AnswerRefused(ValueError):
    """This text is no such answer; `template` and `values` make the sentence for whoever typed it."""

    def __init__(self, template: str, **values: str) -> None:
        super().__init__(template)
        self.template, self.values = template, tuple(values.items())


def read_yes_no(text: str, _: object = None) -> bool:
    if text not in ("yes", "no"):
        raise AnswerRefused("choose yes or no")
    return text == "yes"


def number_reader(low: int, high: int) -> Callable[[str, object], int]:
    """Reads a whole number from `low` to `high`, both included."""

    def read(text: str, _: object = None) -> int:
        if not re.fullmatch(r"[0-9]{1,4}", text) or not low <= int(text) <= high:
            raise AnswerRefused("choose a number from {low} to {high}", low=str(low), high=str(high))
        return int(text)

    return read


def read_amount(text: str, _: object = None) -> int:
    try:
        return parse_typed_amount(text)
    except ValueError:
        raise AnswerRefused("write an amount in dollars, like 1500 or $1,500.00") from None


def read_percent(text: str, _: object = None) -> int:
    try:
        points = parse_percent(text.removesuffix("%").rstrip())
    except ValueError:
        raise AnswerRefused("write a percentage from 0 to 100, like 20") from None
    if 0 < points < 100:
        # Nobody pays 0.2 percent; whoever types it means 20.
        raise AnswerRefused("write {percent} if you mean {percent} %", percent=f"{points:g}")
    return points


def read_maximum(text: str, _: object = None) -> int:
    """An amount that is not $0."""
    if (cents := read_amount(text)) == 0:
        raise AnswerRefused(
            "a maximum of $0 would mean that you never pay; leave this open, or write the plan's amount"
        )
    return cents


_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_US_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


def parse_day(text: str) -> date | None:
    """The day written as in ISO or in the United States; None where it is none, or too far away to be meant."""
    if match := _ISO_DAY.fullmatch(text):
        year, month, day = match.groups()
    elif match := _US_DAY.fullmatch(text):
        month, day, year = match.groups()
    else:
        return None
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST else None


def read_day(text: str, _: object = None) -> date:
    if (found := parse_day(text)) is None:
        raise AnswerRefused("write a date like 2027-01-31 or 1/31/2027")
    return found


def read_share(text: str, _: object = None) -> ToldShare:
    """``$40`` or ``20%``."""
    if text.endswith("%"):
        return ToldShare(coinsurance=read_percent(text))
    try:
        return ToldShare(amount=parse_typed_amount(text))
    except ValueError:
        raise AnswerRefused("write an amount like $40, or a percentage like 20%") from None


_PACKAGE = re.compile(r"([0-9]{1,3})\s*(?:@|for|por)\s*(\S.*)", re.IGNORECASE)


def read_package(text: str, _: object = None) -> ToldPackage:
    """``6@2400``, ``6 for $2,400``, ``6 por $2,400``."""
    match = _PACKAGE.fullmatch(text)
    if match is None or not 2 <= int(match[1]) <= MOST_SESSIONS:
        raise AnswerRefused("write how many for how much, like 6 for $2,400")
    return ToldPackage(int(match[1]), read_amount(match[2]))


def read_state(text: str, _: object = None) -> str:
    if text.upper() not in STATES:
        raise AnswerRefused("write the two letters of a state, like CO")
    return text.upper()


def write_yes_no(value: bool) -> str:
    return "yes" if value else "no"


def write_amount(cents: int) -> str:
    return dollars(cents).lstrip("$").replace(",", "").removesuffix(".00")


def write_percent(points: int) -> str:
    return f"{points / 100:g}"


def write_share(share: ToldShare) -> str:
    return write_amount(share.amount) if share.amount is not None else f"{write_percent(share.coinsurance or 0)}%"


def write_package(package: ToldPackage) -> str:
    return f"{package.sessions}@{write_amount(package.price)}"
