"""The web app: patient pages, JSON API, health. No cookie, no script, nothing loaded from elsewhere."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for
from flask_babel import Babel
from jinja2 import StrictUndefined

from estimator import places
from estimator.prices.live import LivePriceBooks
from estimator.web import api, errors, filters, headers, health, patient
from estimator.web.forms import typed
from estimator.web.site import LOCALES, Site, catalogues, language, locale, site
from estimator.web.styles import style

NAMES_OF_LANGUAGES = {"en": "English", "es": "Español"}


def create_app(pricing_folder: Path | None = None, clock: Callable[[], date] = date.today) -> Flask:
    """The app on the price tables of a folder, by default the usual one; `clock` says which day it is."""
    app = Flask("estimator.web", template_folder=str(places.templates_folder()), static_folder=None)
    app.jinja_options = {"lstrip_blocks": True, "undefined": StrictUndefined}
    prices = LivePriceBooks(pricing_folder or places.pricing_folder())
    app.extensions["site"] = Site(prices, clock, catalogues())
    Babel(app, locale_selector=locale, default_translation_directories=str(places.translations_folder()))
    app.jinja_env.globals.update(style=style, link=link, language=language, other_languages=other_languages)
    filters.add_filters(app)
    errors.add_errors(app)
    headers.add_headers(app)
    for blueprint in (patient.bp, api.bp, health.bp):
        app.register_blueprint(blueprint)
    return app


def link(endpoint: str, **values: Any) -> str:
    """A link within the site; a language chosen in the query is kept."""
    if lang := request.args.get("lang", ""):
        values.setdefault("lang", lang if lang in LOCALES else None)
    return url_for(endpoint, **values)


def other_languages() -> list[tuple[str, str, str]]:
    """The same page in every other language: its code, its own name, its address."""
    if request.endpoint is None or not request.endpoint.startswith("patient."):
        here, answers = "patient.questions", {}
    else:
        here, answers = request.endpoint, typed(request.args, site().prices.current)
    return [
        (one, NAMES_OF_LANGUAGES[one], url_for(here, **{**answers, "lang": one}))
        for one in site().languages
        if one != language()
    ]
