"""What every view needs: the prices in force, today's date, the reader's language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import cast

from babel.dates import format_datetime
from babel.support import NullTranslations, Translations
from flask import current_app, g, request

from estimator.core.answers import Language
from estimator.places import translations_folder
from estimator.prices.price_source import PriceSource

LOCALES: dict[Language, str] = {"en": "en_US", "es": "es_US"}
"""Each language as it is written in the United States: ``$1,234.50`` in Spanish too."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where prices come from, and the clock, kept with the app."""

    prices: PriceSource
    today: Callable[[], date]
    languages: tuple[Language, ...]


def site() -> Site:
    """The current app's `Site`."""
    return cast(Site, current_app.extensions["site"])


def stale_since() -> str:
    """When the store was last heard of, in words and in the machine's time zone; empty where it answers."""
    since = site().prices.stale_since
    return format_datetime(since.astimezone(), "medium", locale=locale()) if since else ""


def language() -> Language:
    """The ``lang`` answer, else the browser's best match, among the languages there is a catalogue for."""
    if "language" not in g:
        offered = site().languages
        asked = request.args.get("lang", "").strip()
        best = request.accept_languages.best_match(offered, "en")
        g.language = next((one for one in offered if one == asked), best)
    return cast(Language, g.language)


def locale() -> str:
    """The Babel locale of `language`."""
    return LOCALES[language()]


def catalogue() -> NullTranslations:
    """The messages of the reader's language. Flask-Babel looks for them at every message, a third of a page's time."""
    return _catalogue(locale())


def messages_in(language: Language) -> NullTranslations:
    """The messages of any language."""
    return _catalogue(LOCALES[language])


@cache
def _catalogue(name: str) -> NullTranslations:
    return Translations.load(str(translations_folder()), [name])


def catalogues() -> tuple[Language, ...]:
    """English, and every other language whose compiled catalogue is there."""
    folder = translations_folder()
    return tuple(one for one in LOCALES if one == "en" or (folder / one / "LC_MESSAGES/messages.mo").is_file())
