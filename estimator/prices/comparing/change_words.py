"""A change of prices as a sentence, in English or Spanish, for the web and the command line alike."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date

from estimator.money import Range, dollars
from estimator.prices.comparing.changes import About, Change, Value, Word
from estimator.prices.comparing.differences import ENDS, Unit
from estimator.prices.problems import shortened
from estimator.prices.schema.basics import Text
from estimator.sentences import Translate
from estimator.sentences import marked as _

LONGEST_WORDS = 240
"""Longer notes are shown without their middle."""

_LOCALES = {"en": "en_US", "es": "es_US"}

_END_WORDS = {"low": _("low"), "typical": _("typical"), "high": _("high")}

_PRICE_CHANGES = _("%(what)s: %(change)s from %(day)s")
_PRICE_KNOWN = _("%(what)s: %(price)s from %(day)s, with no price before")
_PRICE_UNKNOWN = _("%(what)s: no price any more from %(day)s, where it was %(price)s")
_PERIOD_NEW = _("%(what)s: %(price)s as before, with a new start date, %(day)s")
_PERIOD_GONE = _("%(what)s: %(price)s as before, without the start date %(day)s")
_VALUE_NEW = _("%(what)s: %(value)s is new")
_VALUE_GONE = _("%(what)s: %(value)s is removed")
_LIST_GROWS = _("%(what)s: %(new)s is added")
_LIST_SHRINKS = _("%(what)s: %(gone)s is removed")
_LIST_CHANGES = _("%(what)s: %(new)s is added, %(gone)s is removed")
_ENTRY_NEW = _("%(what)s: new")
_ENTRY_GONE = _("%(what)s: removed")
_ORDER = _("%(what)s: in another order")
_ALIKE = _("%(change)s, for %(count)s figures")


def in_words(change: Change, translate: Translate = str, language: str = "en") -> str:
    """
    ``Ketamine infusion, without insurance, typical: $500 → $525 from January 1, 2027``.

    `translate` does for the sentence what gettext does; the words of the tables follow `language`.
    """
    return _Writer(translate, language).sentence(change)


def names_in_words(about: tuple[About, ...], translate: Translate = str, language: str = "en") -> str:
    """``Ketamine infusion, without insurance`` of what `changes.names_on` answers."""
    writer = _Writer(translate, language)
    return ", ".join(writer.word(one) for one in about)


class _Writer:
    def __init__(self, translate: Translate, language: str) -> None:
        self.translate = translate
        self.language = language

    def sentence(self, change: Change) -> str:
        if change.kind == "price":
            return self.price(change)
        what = self.what(change)
        if change.kind == "order":
            return self.filled(_ORDER, what=what)
        if change.kind in ("new", "gone"):
            return self.filled(_ENTRY_NEW if change.kind == "new" else _ENTRY_GONE, what=what)
        said = self.said(change, what)
        return self.filled(_ALIKE, change=said, count=str(len(change.paths))) if len(change.paths) > 1 else said

    def said(self, change: Change, what: str) -> str:
        """A value that is new, gone, or another one."""
        before, after = change.before, change.after
        if before is None:
            return self.filled(_VALUE_NEW, what=what, value=self.value(after, change.unit))
        if after is None:
            return self.filled(_VALUE_GONE, what=what, value=self.value(before, change.unit))
        if isinstance(before, tuple) and isinstance(after, tuple):
            return self.list(before, after, what)
        if isinstance(before, Range) and isinstance(after, Range):
            end, moved = self.moved(before, after, change.unit)
            return f"{what}{end}: {moved}"
        return f"{what}: {self.value(before, change.unit)} → {self.value(after, change.unit)}"

    def list(self, before: tuple[Value, ...], after: tuple[Value, ...], what: str) -> str:
        """What a list has gained and lost; the whole where that is only its order."""
        new = tuple(one for one in after if one not in before)
        gone = tuple(one for one in before if one not in after)
        template = _LIST_CHANGES if new and gone else _LIST_GROWS if new else _LIST_SHRINKS
        if not new and not gone:
            return f"{what}: {self.value(before, 'other')} → {self.value(after, 'other')}"
        return self.filled(template, what=what, new=self.value(new, "other"), gone=self.value(gone, "other"))

    def price(self, change: Change) -> str:
        assert change.start is not None
        day, what = self.day(change.start), self.what(change)
        before, after = change.before, change.after
        if not isinstance(before, Range) or not isinstance(after, Range):
            known, template = (after, _PRICE_KNOWN) if before is None else (before, _PRICE_UNKNOWN)
            return self.filled(template, what=what, price=self.value(known, change.unit), day=day)
        if before == after:
            template = _PERIOD_GONE if change.period == "gone" else _PERIOD_NEW
            return self.filled(template, what=what, price=self.value(after, change.unit), day=day)
        end, moved = self.moved(before, after, change.unit)
        return self.filled(_PRICE_CHANGES, what=what + end, change=moved, day=day)

    def moved(self, before: Range, after: Range, unit: Unit) -> tuple[str, str]:
        """The numbers that changed; where it is only one, its name goes in front of the colon."""
        if before.known or after.known:
            return "", f"{self.value(before, unit)} → {self.value(after, unit)}"
        pairs = [
            (self.translate(_END_WORDS[end]), f"{self.number(old, unit)} → {self.number(new, unit)}")
            for end, old, new in zip(ENDS, before, after, strict=True)
            if old != new
        ]
        if len(pairs) == 1:
            return f", {pairs[0][0]}", pairs[0][1]
        return "", ", ".join(f"{end} {numbers}" for end, numbers in pairs)

    def what(self, change: Change) -> str:
        return ", ".join(self.word(one) for one in change.about)

    def word(self, one: About) -> str:
        if isinstance(one, Text):
            return one.get(self.language)
        return self.filled(one.template, **{key: self.value(value, "other") for key, value in one.values})

    def value(self, value: Value, unit: Unit) -> str:
        if isinstance(value, tuple):
            return "; ".join(self.value(one, unit) for one in value) or self.translate(_("none"))
        if isinstance(value, Range):
            return self.range(value, unit)
        if isinstance(value, bool):
            return self.translate(_("Yes") if value else _("No"))
        if isinstance(value, int):
            return self.number(value, unit)
        if isinstance(value, Decimal):
            return str(value)
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, Text | Word):
            return shortened(self.word(value), LONGEST_WORDS)
        return shortened(value or "", LONGEST_WORDS)

    def range(self, value: Range, unit: Unit) -> str:
        if value.known:
            return self.number(value.typical, unit)
        numbers = (self.number(one, unit) for one in value)
        return ", ".join(
            f"{self.translate(_END_WORDS[end])} {number}" for end, number in zip(ENDS, numbers, strict=True)
        )

    def number(self, value: int, unit: Unit) -> str:
        if unit == "amount":
            return dollars(value).removesuffix(".00")
        return f"{value / 100:g}%" if unit == "percent" else str(value)

    def day(self, day: date) -> str:
        return str(format_date(day, "long", locale=_LOCALES[self.language]))

    def filled(self, template: str, **values: str) -> str:
        return self.translate(template) % values
