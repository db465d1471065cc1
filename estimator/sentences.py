"""Sentences in modules that know nothing of pages or languages: marked here, translated by whoever shows them."""

from collections.abc import Callable
from typing import TypeAlias

Translate: TypeAlias = Callable[[str], str]
"""A sentence in English -> the same in the reader's language, as gettext does; ``str`` leaves it in English."""


def marked(sentence: str) -> str:
    """The sentence itself. Imported as ``_``, it marks the sentence for the catalogue of translations."""
    return sentence
