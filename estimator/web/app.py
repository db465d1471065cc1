"""The web app: patient pages, JSON API, health. No cookie, one optional script, nothing loaded from elsewhere."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from jinja2 import StrictUndefined

from estimator import places
from estimator.prices.price_source import PriceSource
from estimator.prices.watched_folder import LivePriceBooks
from estimator.web import crawlers, errors, filters, headers, health, hosts, script
from estimator.web.hosts import AddressedFlask
from estimator.web.links import alternates, canonical, link, other_languages
from estimator.web.patient import advice, api, download, embedding, price_list, updates, withdrawn
from estimator.web.patient import pages as patient
from estimator.web.patient.brand import colours_of, logo_of
from estimator.web.patient.drawn_questions import question
from estimator.web.patient.glossary import term, with_terms
from estimator.web.patient.keeping import kept
from estimator.web.patient.print_footer import print_footer
from estimator.web.patient.sides import shown_amounts, sides_of
from estimator.web.site import Site, catalogue, catalogues, language, locale, stale_since
from estimator.web.spoken_templates import SiteBabel, SpokenEnvironment, SpokenMessages
from estimator.web.styles import style

if TYPE_CHECKING:
    from estimator.store.database import Database


def create_app(
    pricing_folder: Path | None = None,
    clock: Callable[[], date] = date.today,
    database: "Database | None" = None,
    in_step: bool = True,
    prices: PriceSource | None = None,
) -> Flask:
    """
    The app on the price tables of a folder, by default the usual one; `clock` says which day it is.

    With a `database` its publications are in force, and the folder is kept `in_step` with them, or else only read at
    the very first start; the tables that come with the program are only ever read. `prices` are those of a `database`
    that may not answer. Raises `BrokenTables` where there
    are no tables to start with, and `OtherFolder`.
    """
    app = AddressedFlask("estimator.web", template_folder=str(places.templates_folder()), static_folder=None)
    app.jinja_environment = SpokenEnvironment  # type: ignore[assignment]
    app.jinja_options = {"lstrip_blocks": True, "undefined": StrictUndefined}
    prices = prices or _prices(pricing_folder, clock, database, in_step)
    app.extensions["site"] = Site(prices, clock, catalogues())
    if database is not None:
        from estimator.web.store_limit import add_store_limit  # SQLAlchemy is not needed without a store

        app.extensions["store"] = database
        add_store_limit(app)
    _add_words(app)
    filters.add_filters(app)
    hosts.add_hosts(app)
    errors.add_errors(app)
    headers.add_headers(app)
    pages = (patient.bp, price_list.bp, advice.bp, download.bp, updates.bp)
    for blueprint in (*pages, embedding.bp, withdrawn.bp, api.bp, health.bp, script.bp, crawlers.bp):
        app.register_blueprint(blueprint)
    return app


def _add_words(app: Flask) -> None:
    """What templates call to say something in the reader's language, and to link to it."""
    # A sentence may stand on lines of its own between {% trans %} and {% endtrans %}.
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    SiteBabel(app, locale_selector=locale, default_translation_directories=str(places.translations_folder()))  # type: ignore[no-untyped-call]
    app.jinja_env.globals.update(
        style=style,
        link=link,
        language=language,
        alternates=alternates,
        canonical=canonical,
        other_languages=other_languages,
        term=term,
        live_script=script.live_script,
        framing=embedding.framing,
        colours_of=colours_of,
        logo_of=logo_of,
        print_footer=print_footer,
        kept_of=kept,
        question=question,
        keeps_versions=updates.keeps_versions,
        sides_of=sides_of,
        stale_since=stale_since,
    )
    app.add_template_filter(with_terms)
    app.add_template_filter(shown_amounts)
    app.jinja_env.add_extension(SpokenMessages)
    # For what is made outside of a request; within one, see `spoken_templates`.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: catalogue().ugettext(message),
        lambda one, many, number: catalogue().ungettext(one, many, number),
        newstyle=True,
        pgettext=lambda context, message: catalogue().upgettext(context, message),
    )


def _prices(named: Path | None, clock: Callable[[], date], database: "Database | None", in_step: bool) -> PriceSource:
    if database is None:
        return LivePriceBooks(named or places.pricing_folder())
    from estimator.versions.folder.published_books import open_books

    folder = named or places.working_folder()
    return open_books(database, folder, clock, in_step, first=named or places.pricing_folder())
