"""Links within the site: they keep the language that was chosen in the query."""

from typing import Any

from flask import g, request, url_for

from estimator.core.answers import Language
from estimator.web.query import answers_in_query
from estimator.web.site import LOCALES, language, site

NAMES_OF_LANGUAGES: dict[Language, str] = {"en": "English", "es": "Español"}

PAGES = ("patient", "advice", "updates", "price_list")
"""The blueprints whose addresses are pages to read."""


def link(endpoint: str, **values: Any) -> str:
    """A link within the site, in the language chosen in the query; without a choice the browser's decides again."""
    lang = request.args.get("lang", "").strip()
    return url_for(endpoint, **{**values, "lang": lang if lang in LOCALES else None})


def canonical() -> str | None:
    """For search engines: the one address of this page, without answers, in the language that the query names."""
    chosen = request.args.get("lang", "").strip()
    by_code = dict(alternates())
    return by_code.get(chosen, by_code.get("x-default"))


def alternates() -> list[tuple[str, str]]:
    """For search engines: this page without answers in every language, then in the browser's; its code and address."""
    if request.endpoint is None or request.blueprint not in PAGES:
        return []
    same: dict[str, Any] = {"clinic": request.args.get("clinic")} | (request.view_args or {})
    offered: list[tuple[str, str | None]] = [*((one, one) for one in site().languages), ("x-default", None)]
    return [(code, url_for(request.endpoint, **same, lang=lang, _external=True)) for code, lang in offered]


def other_languages() -> list[tuple[str, str, str]]:
    """The same page in every other language: its code, its own name, its address."""
    answers: dict[str, Any] = {}
    if request.endpoint is None or request.blueprint not in PAGES:
        here = "patient.questions"
    else:
        here = request.endpoint
        answers = (
            answers_in_query(request.args, site().prices.current)
            | g.get("also_in_links", {})
            | (request.view_args or {})
        )
    return [
        (one, NAMES_OF_LANGUAGES[one], url_for(here, **{**answers, "lang": one}))
        for one in site().languages
        if one != language()
    ]
