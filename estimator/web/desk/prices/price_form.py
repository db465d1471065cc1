"""One price as a form: what stands in the table, what somebody typed, and what is wrong with it."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast, get_args

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from wtforms import Field, HiddenField, RadioField, SelectField, StringField, TextAreaField

from estimator.core.answer_values import EARLIEST, LATEST
from estimator.money import dollars, parse_typed_amount, plain_amount
from estimator.prices.book import NATIONAL
from estimator.prices.editing.splicing import TypedPrice, sources_of
from estimator.prices.schema.basics import Confidence, Text
from estimator.prices.schema.sources import Source, kinds_without_address
from estimator.web.desk.forms import DeskForm
from estimator.web.desk.prices.price_series import PriceSeries
from estimator.web.fields import Option
from estimator.web.filters import day, words
from estimator.web.query import UNPRINTABLE

ENDS = ("low", "typical", "high")
NEW = "+"
"""The choice of a source that is not in the tables yet."""

LONGEST_NOTE = 1_000
LONGEST_WORDS = 200

MOST = 999_999_999
"""The largest amount in cents that the tables can hold."""

_LARGE = re.compile(r"\$?\s*[0-9]{8,}(?:\.[0-9]{1,2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MANY_LINES = re.compile(r"\s*[\r\n]+\s*")


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source that the form adds to the file."""

    id: str
    title: Text
    url: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class EnteredPrice:
    """What the form asks for: this price from this day on, with a source that may be new."""

    start: date
    price: TypedPrice
    source: NewSource | None


class PriceForm(DeskForm):
    """One price of one charge in one column. Made by `offering`, read by `entered`."""

    kind = RadioField(_l("What do you know?"), default="exact")
    price = StringField(_l("Price in dollars"))
    low = StringField(_l("Low, in dollars"))
    typical = StringField(_l("Typical, in dollars"))
    high = StringField(_l("High, in dollars"))
    start = StringField(
        _l("From which day"), description=_l("The price holds from this day until the next one in the list begins.")
    )
    source = SelectField(_l("Source"), description=_l("Who says so: a price list, a survey, a letter, your own desk."))
    title = StringField(_l("What is the new source called?"))
    url = StringField(_l("Its address on the web"), description=_l("It begins with https://"))
    source_kind = SelectField(_l("What kind of source is it?"))
    checked = StringField(_l("Checked on"))
    confidence = SelectField(_l("How sure is it?"))
    note = TextAreaField(_l("Note in English"), description=_l("Patients can read it under the price. May stay empty."))
    note_es = TextAreaField(_l("The same note in Spanish"))
    period = HiddenField()
    seen = HiddenField()
    replaces = HiddenField()
    """The day of a price that the person knows this one to replace."""

    today: date
    new_id: str
    without_address: Collection[str]

    @classmethod
    def offering(cls, series: PriceSeries, today: date, **data: Any) -> "PriceForm":
        """
        The form with the choices of the owner's tables, filled with `data` or, instead, with what was typed.

        The draft's own sources are listed first. A clinic's own price list needs no address.
        """
        form = cls(seen=series.fingerprint(), **data)
        book = series.tables.book or series.tables.national_book
        own, defaults = sources_of(series.root), series.defaults()
        drafted = {name: Source(title=Text(en=title or name)) for name, title in own.items()}
        sources = drafted | dict(book.tables.sources if book else {})
        form.today = today
        form.without_address = kinds_without_address(series.owner != NATIONAL)
        form.new_id = free_name(form.title.data or "", sources)
        form.kind.choices = [
            Option("exact", _("One exact price")),
            Option("range", _("A low, a typical and a high price")),
        ]
        form._offer_sources(sources, defaults.get("source"), own)
        form._offer_confidence(defaults.get("confidence"))
        form.checked.description = _as_in_file(_day_in_words(defaults.get("checked"))) or _("Like 2026-11-30.")
        return form

    def entered(self) -> EnteredPrice | None:
        """What was asked for, or None with the fields' `errors` filled; every mistake at once."""
        amounts = self._amounts()
        start = self._day(self.start, required=True)
        checked = self._day(self.checked)
        # Whoever describes a new source means it, whatever the list above says.
        described = self.source.data == NEW or _line(self.title.data) or _line(self.url.data)
        source = self._new_source() if described else None
        note = self._note()
        if checked and checked > self.today:
            _add(self.checked, _("Nobody can have looked on a day that is still to come."))
        if self.errors or amounts is None or start is None:
            return None
        named = (source.id,) if source else tuple((self.source.data or "").split())
        confidence = cast(Confidence | None, self.confidence.data or None)
        price = TypedPrice(*amounts, source=named, checked=checked, confidence=confidence, note=note)
        return EnteredPrice(start, price, source)

    def _offer_sources(self, sources: Mapping[str, Source], said: Any, own: Collection[str]) -> None:
        usual = [said] if isinstance(said, str) else list(said or ())
        options = [Option("", _as_in_file(_titles(usual, sources)) or _("No source"))]
        # A price with several sources keeps them, as one choice; so does one whose source cannot be read.
        chosen = (self.source.data or "").split()
        if len(chosen) > 1 or (chosen and chosen != [NEW] and chosen[0] not in sources):
            options.append(Option(" ".join(chosen), _titles(chosen, sources)))
        options += [Option(name, words(one.title)) for name, one in _by_title(sources, own)]
        self.source.choices = [*options, Option(NEW, _("A new source, described below"))]
        self.source_kind.choices = [
            Option("price-list", _("A price list")),
            Option("survey", _("A survey")),
            Option("official", _("An authority or a regulation")),
            Option("press", _("A newspaper or a magazine")),
            Option("derived", _("Worked out by us")),
            Option("assumption", _("Our assumption")),
            Option("other", _("Something else")),
        ]

    def _offer_confidence(self, usual: Any) -> None:
        levels = {"high": _("Well sourced"), "medium": _("Fairly sourced"), "low": _("Thinly sourced")}
        first = _as_in_file(str(levels.get(usual, ""))) or _("Not said")
        self.confidence.choices = [Option("", first), *(Option(name, levels[name]) for name in get_args(Confidence))]

    def _amounts(self) -> tuple[int, int, int] | None:
        if self.kind.data == "exact":
            cents = _amount(self.price)
            return None if cents is None else (cents, cents, cents)
        low, typical, high = (_amount(self[end]) for end in ENDS)
        if low is None or typical is None or high is None:
            return None
        if low > typical:
            _add(self.low, _("The low price is above the typical one."))
        if typical > high:
            _add(self.high, _("The high price is below the typical one."))
        return low, typical, high

    def _day(self, field: Field, required: bool = False) -> date | None:
        text = (field.data or "").strip()
        if not text:
            if required:
                _add(field, _("Say from which day the price holds."))
            return None
        found = _day_in(text)
        if found is None or not EARLIEST <= found <= LATEST:
            _add(field, not_a_day(text))
            return None
        return found

    def _new_source(self) -> NewSource | None:
        title, url = _line(self.title.data), _line(self.url.data)
        if not title:
            _add(self.title, _("Say what the source is called, such as: Our price list for 2027."))
        elif len(title) > LONGEST_WORDS:
            _add(self.title, _("Use at most %(most)d letters.", most=LONGEST_WORDS))
        if not url and self.source_kind.data not in self.without_address:
            _add(self.url, _("This kind of source needs its address."))
        if not is_address(url):
            _add(self.url, not_an_address(url))
        return NewSource(self.new_id, Text(en=title), url or None, self.source_kind.data) if title else None

    def _note(self) -> Text | None:
        english, spanish = _line(self.note.data), _line(self.note_es.data)
        for field, text in ((self.note, english), (self.note_es, spanish)):
            if len(text) > LONGEST_NOTE:
                _add(field, _("Use at most %(most)d letters.", most=LONGEST_NOTE))
        if spanish and not english:
            _add(self.note, _("Write the note in English too."))
        return Text(en=english, es=spanish or None) if english else None


def shown_in_form(price: TypedPrice) -> dict[str, Any]:
    """The fields that a price fills."""
    amounts = {end: plain_amount(getattr(price, end)) for end in ENDS}
    return {
        "kind": "exact" if price.exact else "range",
        "price": amounts["typical"] if price.exact else "",
        **({} if price.exact else amounts),
        "source": " ".join(price.source),
        "checked": price.checked.isoformat() if price.checked else "",
        "confidence": price.confidence or "",
        "note": price.note.en.strip() if price.note else "",
        "note_es": (price.note.es or "").strip() if price.note else "",
    }


def is_address(url: str) -> bool:
    """Whether the tables would take this for the address of a source; an empty one is none."""
    try:
        Source(title=Text(en="-"), url=url or None)
    except ValidationError:
        return False
    return True


def not_a_day(text: str) -> str:
    """The sentence beside a day that cannot be read, or that lies outside the days that the tables know."""
    if _day_in(text.strip()) is None:
        return str(_("'%(text)s' is not a day like 2027-01-31.", text=text[:40]))
    return str(_("Choose a day from %(first)s to %(last)s.", first=day(EARLIEST), last=day(LATEST)))


def _day_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def not_an_address(url: str) -> str:
    """The sentence beside an address that the tables would not take."""
    return str(
        _("'%(text)s' is not an address that begins with https://, without a name and a password.", text=url[:80])
    )


def _amount(field: Field) -> int | None:
    text = (field.data or "").strip()
    if not text:
        _add(field, _("Write an amount such as 420 or 420.50."))
        return None
    cents: int | None
    try:
        cents = parse_typed_amount(text)
    except ValueError:
        cents = MOST + 1 if _LARGE.fullmatch(text) else None
    if cents is None:
        _add(field, _("'%(text)s' is not an amount such as 420 or 420.50.", text=text[:40]))
    elif cents > MOST:
        _add(field, _("This is too large: the most is %(most)s.", most=dollars(MOST)))
        return None
    return cents


def _add(field: Field, sentence: str) -> None:
    field.errors = [*field.errors, sentence]


def _line(text: str | None) -> str:
    """What was typed, on one line, without what cannot be seen."""
    return UNPRINTABLE.sub("", _MANY_LINES.sub(" ", text or "")).strip()


def _as_in_file(what: str) -> str:
    return str(_("Left open, as for the whole file: %(what)s", what=what)) if what else ""


def _day_in_words(text: Any) -> str:
    try:
        return day(date.fromisoformat(str(text)))
    except ValueError:
        return ""


def _titles(names: Iterable[str], sources: Mapping[str, Source]) -> str:
    return ", ".join(words(sources[name].title) if name in sources else name for name in names)


def _by_title(sources: Mapping[str, Source], own: Collection[str]) -> list[tuple[str, Source]]:
    return sorted(sources.items(), key=lambda item: (item[0] not in own, words(item[1].title).casefold()))


def free_name(title: str, taken: Iterable[str]) -> str:
    """A name for a new source made from its title, such as ``our-price-list-2027``, that no other one has."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].rstrip("-")
    name = name if re.match(r"[a-z]", name) else f"source-{name}".rstrip("-")
    taken = set(taken)
    numbered = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return next(one for one in numbered if one not in taken)
