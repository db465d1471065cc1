"""Answers in the query of an address: what was typed, read, and written into a link again."""

import re
from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from estimator.core.answers import Answers, BadAnswers, book_for, every_name, read_answers
from estimator.prices.book import PriceBook, PriceBooks
from estimator.prices.schema.basics import LANGUAGES

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def answers_in_query(args: MultiDict[str, str], books: PriceBooks) -> dict[str, str]:
    """
    The answers in a query: known names, each the first that is not blank, without control characters.

    A strange language is dropped: no field could show what is wrong with it.
    """
    names = every_name(books.national)
    given = (name for name in names if name in args)
    cleaned = ((name, [UNPRINTABLE.sub("", text).strip() for text in args.getlist(name)]) for name in given)
    raw = {name: text for name, texts in cleaned if (text := next(filter(None, texts), ""))}
    if raw.get("clinic") in books.moved:
        raw["clinic"] = books.moved[raw["clinic"]]
    return {name: text for name, text in raw.items() if name != "lang" or text in LANGUAGES}


def answers_from(raw: Mapping[str, str], books: PriceBooks, today: date) -> tuple[Answers, PriceBook]:
    """The answers and the price book they name. Raises BadAnswers with every problem, a strange clinic's too."""
    try:
        book = book_for(raw, books)
    except BadAnswers as bad_clinic:
        try:
            read_answers(raw, books.national, today)
        except BadAnswers as bad:
            raise BadAnswers(bad.problems + bad_clinic.problems) from None
        raise
    return read_answers(raw, book, today), book


def problem_sentence(template: str, values: Mapping[str, str]) -> str:
    """A problem's sentence in the reader's language."""
    return str(_(template)).format(**values)


def permanent_query(answers: Answers) -> dict[str, str]:
    """The answers as a link holds them: it shows the same estimate on any day."""
    return dict(answers.query())


def answered_query(answers: Answers) -> dict[str, str]:
    """Only what was answered, to go back to the form with."""
    return {name: text for name, text in answers.query() if name not in answers.assumed}
