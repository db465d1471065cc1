"""Technical words, explained where they stand: a link to the glossary at a word's first mention on a page."""

import re

from flask import g
from markupsafe import Markup

from estimator.core.answers import Language
from estimator.prices.book import PriceBook
from estimator.prices.schema.basics import Text
from estimator.web.filters import words
from estimator.web.links import link
from estimator.web.site import language, site


def term(name: str, wording: str = "") -> Markup:
    """
    The word of this name in the glossary, with a link at its first mention; plain, if nobody explained it.

    `wording` is the word as its sentence needs it.
    """
    explained = site().prices.current.national.tables.glossary.get(name)
    label = wording or (words(explained.label) if explained else name.replace("_", " "))
    seen = g.setdefault("terms_explained", set())
    if explained is None or name in seen:
        return Markup("{}").format(label)
    seen.add(name)
    address = link("advice.glossary", _anchor=name)
    return Markup('<a class="term" href="{}" title="{}">{}</a>').format(address, words(explained.text), label)


def with_terms(text: Text | None) -> Markup:
    """The tables' words in the reader's language, the glossary's words in them linked as `term` does."""
    known = _terms_by_wording(site().prices.current.national, language())
    if not known:
        return Markup("{}").format(words(text))
    any_word = rf"\b({'|'.join(re.escape(word) for word in sorted(known, key=len, reverse=True))})\b"
    parts = re.split(any_word, words(text), flags=re.IGNORECASE)
    return Markup("").join(term(known[part.lower()], part) if part.lower() in known else part for part in parts)


def _terms_by_wording(book: PriceBook, lang: Language) -> dict[str, str]:
    """Every way to say a term, in small letters, with its name: ``superbill (detailed bill)`` can be said in two."""
    return {
        way.strip(" )").lower(): name
        for name, explained in book.tables.glossary.items()
        for way in explained.label.get(lang).split("(")
    }
