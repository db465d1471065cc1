"""The web app: patient pages, JSON API, health. No cookie, one optional script, nothing loaded from elsewhere."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from jinja2 import StrictUndefined

from estimator import places
from estimator.prices.live import LivePriceBooks
from estimator.web import advice, api, compare, download, errors, filters, headers, health, patient, script
from estimator.web.brand import colours_of, logo_of
from estimator.web.glossary import term, with_terms
from estimator.web.links import alternates, link, other_languages
from estimator.web.site import Site, catalogue, catalogues, language, locale
from estimator.web.stamp import print_stamp
from estimator.web.styles import style


def create_app(pricing_folder: Path | None = None, clock: Callable[[], date] = date.today) -> Flask:
    """The app on the price tables of a folder, by default the usual one; `clock` says which day it is."""
    app = Flask("estimator.web", template_folder=str(places.templates_folder()), static_folder=None)
    app.jinja_options = {"lstrip_blocks": True, "undefined": StrictUndefined}
    prices = LivePriceBooks(pricing_folder or places.pricing_folder())
    app.extensions["site"] = Site(prices, clock, catalogues())
    Babel(app, locale_selector=locale, default_translation_directories=str(places.translations_folder()))
    app.jinja_env.globals.update(
        style=style,
        link=link,
        language=language,
        alternates=alternates,
        other_languages=other_languages,
        term=term,
        live_script=script.live_script,
        colours_of=colours_of,
        logo_of=logo_of,
        print_stamp=print_stamp,
    )
    app.add_template_filter(with_terms)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: catalogue().ugettext(message),
        lambda one, many, number: catalogue().ungettext(one, many, number),
        newstyle=True,
    )
    filters.add_filters(app)
    errors.add_errors(app)
    headers.add_headers(app)
    for blueprint in (patient.bp, compare.bp, advice.bp, download.bp, api.bp, health.bp, script.bp):
        app.register_blueprint(blueprint)
    return app
