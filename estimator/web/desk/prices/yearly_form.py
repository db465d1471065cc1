"""The form of one yearly figure: what an entry asks, what somebody typed, and what is wrong with it."""

from datetime import date
from typing import Any, get_args

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField, TextAreaField

from estimator.prices.editing.yearly import FIELDS, PROVENANCE, TERMS, Texts, YearlyEntry, problems_of, yearly_entries
from estimator.prices.key_words import VALUE_WORDS
from estimator.prices.schema.basics import CoverageStatus
from estimator.prices.schema.files import Book
from estimator.prices.schema.payers import LaterTerms
from estimator.prices.schema.sources import kinds_without_address
from estimator.web.desk.prices.price_form import NEW, NewSource, PriceForm, free_name
from estimator.web.fields import Option
from estimator.web.filters import day, spoken, words
from estimator.web.site import catalogue

_AMOUNT = _l("Dollars: 450, or a range: 400-500, or 400-430-500 with the typical one between.")
_SHARE = _l("A percentage such as 20 %, or a copay such as $30. A range: 15-25 %, $10-20-30.")


class YearlyForm(PriceForm):
    """The fields of every kind of entry; `about` keeps those of one. Day, source and note are as for a price."""

    deductible = StringField(_l("Deductible"), description=_AMOUNT)
    drug_deductible = StringField(_l("Deductible for drugs"), description=_AMOUNT)
    out_of_pocket_maximum = StringField(_l("Most in a year out of pocket"), description=_AMOUNT)
    drug = StringField(_l("Patient’s part: drug at the clinic"), description=_SHARE)
    pharmacy = StringField(_l("Patient’s part: drug from a pharmacy"), description=_SHARE)
    procedure = StringField(_l("Patient’s part: procedure"), description=_SHARE)
    visit = StringField(_l("Patient’s part: visit"), description=_SHARE)
    psychotherapy = StringField(_l("Patient’s part: psychotherapy"), description=_SHARE)
    year = StringField(
        _l("Known up to the plan year"),
        description=_l("The last year whose terms stand here in full. Courses that run past it are told so."),
    )
    patient_pays = StringField(_l("Patient pays for each treatment"), description=_l("Dollars, such as 10."))
    per_treatment_max = StringField(_l("Most for each treatment"), description=_AMOUNT)
    annual_max = StringField(_l("Most in a year"), description=_AMOUNT)
    status = SelectField(_l("Does this payer cover it?"))
    chance = StringField(
        _l("How many of 100 plans cover it?"), description=_l("Only where some plans do and others do not.")
    )
    reason = TextAreaField(_l("Why, in English"), description=_l("Patients read it under the amount."))
    reason_es = TextAreaField(_l("Why, in Spanish"))
    was = HiddenField()

    @classmethod
    def about(cls, entry: YearlyEntry, book: Book, today: date, **data: Any) -> "YearlyForm":
        """The form for one entry, filled with `data` or, instead, with what was typed; sources are its topic's."""
        form = cls(**data)
        others = {name for kind, names in FIELDS.items() for name in names if name not in entry.fields}
        for name in ("kind", "price", "low", "typical", "high", "period", "seen", "replaces", *others):
            del form[name]
        if entry.kind != "plan":
            del form["start"]
        else:
            form.start.description = _("New terms hold for plan years that begin on this day or later.")
        told = set()
        for name in entry.fields:
            # The same hint under eight boxes would be read eight times.
            if (hint := str(form[name].description)) in told:
                form[name].description = ""
            told.add(hint)
        form.book, form.today = book, today
        form.new_id = free_name(form.title.data or "", book.sources)
        form.without_address = kinds_without_address(clinic=False)
        form._offer_sources({name: book.sources[name] for name in _topic(entry, book)}, None, ())
        form._offer_confidence(None)
        form.checked.description = _("The day on which somebody looked at the source, like 2026-11-30.")
        form.note.description = _("Patients can read it. May stay empty.")
        if entry.kind == "coverage":
            says = catalogue().ugettext
            form.status.choices = [Option(one, says(VALUE_WORDS[one])) for one in get_args(CoverageStatus)]
        return form

    book: Book

    @classmethod
    def label_of(cls, name: str) -> str:
        """What a field is called."""
        return str(getattr(cls, name).args[0])

    def typed(self, entry: YearlyEntry) -> Texts:
        """Each field as one text on one line; a source that is described below is meant, whatever the list says."""
        found = {name: " ".join(self.text_of(name).split()) for name in (*entry.fields, *PROVENANCE)}
        return found | ({"source": self.new_id} if self._describes() else {})

    def text_of(self, name: str) -> str:
        """What was typed, its lines joined by spaces."""
        self[name].data = (self[name].data or "").replace("\r\n", " ").replace("\n", " ")
        return self.text(name)

    def entered_for(
        self, entry: YearlyEntry, mine: Texts, now: Texts
    ) -> tuple[date | None, Texts, NewSource | None] | None:
        """From which day, what to write, and a source that is new; None with every mistake beside its field."""
        typed = self.typed(entry)
        for name, sentence in problems_of(entry, now | typed, {n: t for n, t in mine.items() if n in entry.fields}):
            self.problem(name, spoken(sentence))
        checked = self._day(self.checked)
        if checked and checked > self.today:
            self.problem("checked", str(_("Nobody can have looked on a day that is still to come.")))
        elif not typed["checked"]:
            self.problem("checked", str(_("Say on which day somebody looked.")))
        source = self._new_source() if self._describes() else None
        if not typed["source"] or (not self._describes() and not set(typed["source"].split()) <= {*self.book.sources}):
            self.problem("source", str(_("Choose a source, or describe a new one.")))
        if typed["confidence"] not in [option.value for option in self.confidence.choices]:
            self.problem("confidence", str(_("Choose one of these.")))
        self._note()
        start = self._start(entry) if entry.kind == "plan" else None
        if self.errors:
            return None
        if start and start not in entry.days:
            mine = mine | {name: typed[name] for name in PROVENANCE if typed[name]}
        elif start and "source" in mine and not _figures_from(entry, start) <= mine.keys():
            # Other terms of that day stay, and so does what stands behind them.
            mine = mine | {"source": " ".join(dict.fromkeys((*mine["source"].split(), *entry.source_on(start).source)))}
        return start, mine, source

    def _start(self, entry: YearlyEntry) -> date | None:
        start = self._day(self.start, required=True)
        if start and entry.days and start < entry.days[-1]:
            said = _(
                "Other terms are known from %(day)s. Choose that day or a later one; between them, use the YAML.",
                day=day(entry.days[-1]),
            )
            self.problem("start", str(said))
        return start

    def _describes(self) -> bool:
        return self.source.data == NEW or bool(self.text("title") or self.text("url"))


def shown_on(entry: YearlyEntry, today: date) -> date:
    """The day whose figures a form shows: today's, or of a plan the next year's, or the last ones known."""
    if entry.kind != "plan":
        return today
    return max(date(today.year + 1, 1, 1), *entry.days) if entry.days else date(today.year + 1, 1, 1)


def title_of(entry: YearlyEntry) -> str:
    """Whose figures, from the outside in."""
    return ", ".join(words(label) for label in entry.labels)


def _topic(entry: YearlyEntry, book: Book) -> list[str]:
    """The sources that entries of this kind use; for coverage, of the same charge or the same payer."""
    alike = [one for one in yearly_entries(book) if one.kind == entry.kind]
    if entry.kind == "coverage":
        alike = [one for one in alike if one.path[1] == entry.path[1] or one.path[3] == entry.path[3]]
    used = {name for one in alike for said in _all_said(one) for name in said}
    return sorted(used & book.sources.keys())


def _figures_from(entry: YearlyEntry, start: date) -> set[str]:
    """The terms of which a plan says other ones from `start` on."""
    said = entry.source_on(start)
    assert isinstance(said, LaterTerms)
    return {name for name in TERMS if getattr(said, name) is not None} | {*said.benefits}


def _all_said(entry: YearlyEntry) -> list[tuple[str, ...]]:
    return [entry.said.source, *(entry.source_on(day).source for day in entry.days)]
