"""A language in which every sentence of the catalogue stands between marks, so that tests see which ones were said."""

from __future__ import annotations

import pytest
from babel.support import NullTranslations

from estimator.web import site


def between_marks(sentence: str) -> str:
    return f"«{sentence}»"


class BetweenMarks(NullTranslations):
    """Says everything in English, between marks."""

    def ugettext(self, message: str) -> str:
        return between_marks(message)

    def ungettext(self, one: str, many: str, number: int) -> str:
        return between_marks(one if number == 1 else many)

    def upgettext(self, context: str, message: str) -> str:
        return between_marks(message)


@pytest.fixture
def another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages in Spanish say everything between marks instead."""
    before = site._catalogue
    marks = BetweenMarks()
    monkeypatch.setattr(site, "_catalogue", lambda name: marks if name.startswith("es") else before(name))
