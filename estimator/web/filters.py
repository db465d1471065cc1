"""How amounts, percentages, dates and the tables' texts read on a page, in the reader's language."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_skeleton
from flask import Flask

from estimator.core.answers import Language
from estimator.core.results import Amounts
from estimator.money import dollars, parse_typed_amount
from estimator.prices.schema.basics import Text
from estimator.sentences import translated
from estimator.web.rounding import WHOLE_ABOVE, known, whole_dollars
from estimator.web.site import LOCALES, catalogue, language, locale


def money(cents: int) -> str:
    """``$3,250`` above $1,000; below it ``$612.50``, or ``$375`` where there are no cents. Alike in Spanish."""
    if abs(cents) > WHOLE_ABOVE:
        cents = whole_dollars(cents)
    return dollars(cents).removesuffix(".00")


def typed_amount(text: str) -> str:
    """``$5,000`` of ``5000``: an amount as somebody typed it, to the cent; what is none is said as it was typed."""
    try:
        return dollars(parse_typed_amount(text)).removesuffix(".00")
    except ValueError:
        return f"${text.removeprefix('$')}"


def percent(basis_points: int) -> str:
    """``20%`` of 2000 basis points."""
    return f"{basis_points / 100:g}%"


def words(text: Text | None) -> str:
    """The tables' words in the reader's language."""
    return text.get(language()) if text else ""


def day(value: date) -> str:
    """``December 6, 2026``."""
    return _formatted(value, "long", locale())


def spoken(text: str) -> str:
    """What a module that knows no languages says, in the reader's language, its days as pages write them."""
    return translated(text, catalogue().ugettext, day, language())


def short_day(value: date) -> str:
    """``Dec 6, 2026``."""
    return _formatted(value, "medium", locale())


def day_of_year(value: date) -> str:
    """``Dec 6``: a day that is near."""
    return _in_skeleton(value, locale(), "MMMd")


def month(value: str) -> str:
    """``December 2026`` of ``2026-12``; in Spanish ``diciembre de 2026``."""
    return _in_skeleton(date.fromisoformat(f"{value}-01"), locale(), "yMMMM")


def month_and_year(value: str) -> str:
    """``Dec 2026`` of ``2026-12``, for a drawing."""
    return _in_skeleton(date.fromisoformat(f"{value}-01"), locale(), "yMMM")


@lru_cache(maxsize=1024)
def _in_skeleton(value: date, locale_: str, skeleton: str) -> str:
    return str(format_skeleton(skeleton, value, locale=locale_))


@lru_cache(maxsize=4096)
def _formatted(value: date, format_: str, locale_: str) -> str:
    """`value` as Babel writes it; a ledger has the same few dates many times."""
    return str(format_date(value, format_, locale_))


def typed_address(url: str) -> str:
    """``www.example.org/prices`` of ``https://www.example.org/prices/``: an address as somebody types it from paper."""
    return url.partition("//")[2].removesuffix("/")


def smallest(amounts: Amounts) -> int:
    return min(amounts)


def largest(amounts: Amounts) -> int:
    return max(amounts)


def amounts_in_link(amounts: Amounts) -> str:
    """``16000-109000-648500``: low, typical and high in cents, as a link carries them."""
    return "-".join(str(cents) for cents in amounts)


def filters_in(wanted: Language) -> dict[str, Callable[[Any], str]]:
    """Those of these filters that depend on the language, in one language, by name."""
    here = LOCALES[wanted]
    return {
        "words": lambda text: text.get(wanted) if text else "",
        "day": lambda value: _formatted(value, "long", here),
        "short_day": lambda value: _formatted(value, "medium", here),
        "month": lambda value: _in_skeleton(date.fromisoformat(f"{value}-01"), here, "yMMMM"),
        "month_and_year": lambda value: _in_skeleton(date.fromisoformat(f"{value}-01"), here, "yMMM"),
    }


def add_filters(app: Flask) -> None:
    """Make the formats of this module available to every template."""
    amounts = (money, dollars, whole_dollars, known, percent, smallest, largest, amounts_in_link)
    for function in (*amounts, words, day, short_day, month, month_and_year, typed_address):
        app.add_template_filter(function)
