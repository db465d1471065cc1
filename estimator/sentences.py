"""Sentences in modules that know nothing of pages or languages: marked here, translated by whoever shows them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeAlias

Translate: TypeAlias = Callable[[str], str]
"""A sentence in English -> the same in the reader's language, as gettext does; ``str`` leaves it in English."""


def marked(sentence: str) -> str:
    """The sentence itself. Imported as ``_``, it marks the sentence for the catalogue of translations."""
    return sentence


class Sentence(str):
    """
    A sentence in English that still knows its `template` (``%(name)s``) and the `values` in it, so that it can be
    said in another language. Values that are sentences themselves are translated too.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> "Sentence":
        made = super().__new__(cls, template % values if values else template)
        made.template, made.values = template, values
        return made

    def __getnewargs__(self) -> tuple[str, Mapping[str, object]]:  # type: ignore[override]
        return self.template, self.values


class InLanguages(str):
    """The words of a table in English, which still know the same in other `languages`: a value of a `Sentence`."""

    __slots__ = ("languages",)
    languages: Mapping[str, str]

    def __new__(cls, languages: Mapping[str, str]) -> "InLanguages":
        made = super().__new__(cls, languages["en"])
        made.languages = languages
        return made

    def __getnewargs__(self) -> tuple[Mapping[str, str]]:  # type: ignore[override]
        return (self.languages,)


def say(template: str, /, **values: object) -> Sentence:
    """A `Sentence`; the template is marked for the catalogue of translations. Without values, it is said as it is."""
    return Sentence(template, values)


_ = marked

_SAID_BY_THE_SYSTEM = (
    *(_("Permission denied"), _("Operation not permitted"), _("Read-only file system")),
    *(_("No space left on device"), _("Disk quota exceeded"), _("No such file or directory")),
    *(_("Not a directory"), _("Is a directory"), _("File exists"), _("File name too long")),
    *(_("Input/output error"), _("Too many open files")),
)
"""Reasons that a system gives for what it does not do; others are shown as it gives them, in English."""


def reason_of(error: OSError) -> Sentence:
    """Why the operating system did not do something."""
    return Sentence(error.strerror or type(error).__name__, {})


def translated(
    text: str, translate: Translate, day: Callable[[date], str] = date.isoformat, language: str = "en"
) -> str:
    """What `text` says in the reader's `language`, `day` writing its days; plain text stays as it is."""
    if isinstance(text, InLanguages):
        return text.languages.get(language, text)
    if not isinstance(text, Sentence):
        return text

    def value(one: object) -> object:
        if isinstance(one, date):
            return day(one)
        return translated(one, translate, day, language) if isinstance(one, str) else one

    values = {name: value(one) for name, one in text.values.items()}
    template = translate(text.template)
    return template % values if values else template
