"""The kinds of questions, as fields of a form."""

from dataclasses import dataclass

from wtforms import RadioField, SelectField, StringField
from wtforms.fields import SelectChoice


@dataclass
class Option(SelectChoice):
    """A choice with a hint; `when` is the class that shows it only beside certain first answers."""

    hint: str = ""
    when: str = ""


class Radios(RadioField):  # type: ignore[misc, unused-ignore]
    """One of a few choices, every one in sight."""


class Select(SelectField):  # type: ignore[misc, unused-ignore]
    """One of many choices; what was given stays among them even when it is none."""


class TextBox(StringField):  # type: ignore[misc, unused-ignore]
    """
    Something written: a `kind` of ``money``, ``percent``, ``count``, ``day`` or ``text``.

    A day may have a first and a last one, as browsers know them: ``2026-12-06``; "" where it has none.
    """

    def __init__(self, label: object, kind: str, **rest: object) -> None:
        super().__init__(label, **rest)
        self.kind = kind
        self.first_day = self.last_day = ""
