"""Technical words, explained where they stand: a link to the glossary at a word's first mention on a page."""

import re

from flask import g
from markupsafe import Markup

from estimator.core.answers import Language
from estimator.prices.book import PriceBook
from estimator.prices.schema.basics import Text
from estimator.sentences import Sentence
from estimator.web.filters import spoken, words
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
    book, lang = site().prices.current.national, language()
    known, any_word = book.once(("terms by wording", lang), lambda: _terms_by_wording(book, lang))
    if not known:
        return Markup("{}").format(words(text))
    parts = any_word.split(words(text))
    return Markup("").join(term(known[part.lower()], part) if part.lower() in known else part for part in parts)


def spoken_with_terms(sentence: Sentence) -> Markup:
    """A sentence of the core in the reader's language; values that are sentences are the glossary's, by their names."""
    values = {
        name: term(name, spoken(value)) if isinstance(value, Sentence) else value
        for name, value in sentence.values.items()
    }
    return Markup(spoken(Sentence(sentence.template, values)))


def _terms_by_wording(book: PriceBook, lang: Language) -> tuple[dict[str, str], re.Pattern[str]]:
    """
    Every way to say a term, in small letters, with its name: ``superbill (detailed bill)`` can be said in two.

    With them what finds any of them in a text.
    """
    known = {
        way.strip(" )").lower(): name
        for name, explained in book.tables.glossary.items()
        for way in explained.label.get(lang).split("(")
    }
    longest_first = sorted(known, key=len, reverse=True)
    return known, re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)
