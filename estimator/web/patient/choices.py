"""What each question of the form offers: choices and hints from the price tables, states, months."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.form import BaseForm

from estimator.core.answer_values import parse_day
from estimator.core.answers import DAYS_UNTIL_START
from estimator.core.billed_lines import offered_treatments
from estimator.core.states import STATES, state_names
from estimator.prices.book import NATIONAL, PriceBook, PriceBooks
from estimator.prices.schema.files import Book
from estimator.prices.schema.treatments import Treatment
from estimator.web.fields import Option
from estimator.web.filters import day, words
from estimator.web.patient.embedding import in_frame
from estimator.web.patient.usual_numbers import WITH_USUAL_NUMBER, usual
from estimator.web.site import language

DAYS = ("start", "balances_as_of", "new_plan_from")
"""Questions whose answer is a day."""


_UNSURE = ("", _l("Not sure"))
_YES_OR_NO = (_UNSURE, ("yes", _l("Yes")), ("no", _l("No")))

ALWAYS_THE_SAME: Mapping[str, tuple[tuple[str, object], ...]] = {
    "psychotherapy": (("none", _l("No")), ("in_person", _l("In person")), ("virtual", _l("By video or phone"))),
    "therapist_present": (
        _UNSURE,
        ("no", _l("No")),
        ("yes", _l("Yes, a therapist or guide")),
        ("physician", _l("Yes, a doctor who leads the session")),
    ),
    "therapist_inside": _YES_OR_NO,
    "rides": _YES_OR_NO,
    "savings_program": _YES_OR_NO,
    "accumulator": (
        _UNSURE,
        ("no", _l("No, it counts it")),
        ("yes", _l("Yes, it does not count")),
        ("maximizer", _l("It spreads it over the year")),
    ),
    "network": (_UNSURE, ("in", _l("In network")), ("out", _l("Out of network")), ("mixed", _l("Some in, some out"))),
    "stage": (("", _l("Yes")), ("continuing", _l("No, I go on with it"))),
    "setting": (_UNSURE, ("office", _l("In a doctor's office")), ("hospital", _l("In a hospital clinic"))),
    "authorization": (("", _l("Not yet, or not sure")), ("approved", _l("Yes")), ("denied", _l("It said no"))),
}
"""The choices that no price table has a say in: an answer and its words."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What each question offers, by its name, and the hints that come from the tables."""

    choices: Mapping[str, tuple[Option, ...]]
    hints: Mapping[str, str]


def fill_choices(form: BaseForm, book: PriceBook, books: PriceBooks, today: date) -> None:
    """Give every question with choices its choices; `book` is the one that was chosen among `books`."""
    offered = _offered(book, books, today, language())
    for name, choices in offered.choices.items():
        form[name].choices = [*choices]
    for name, hint in offered.hints.items():
        form[name].description = hint
    if in_frame() and book.tables.clinic:
        # The clinic's site may show the pages about its own prices, and no others.
        form["clinic"].choices = [one for one in form["clinic"].choices if one.value == book.id]


@lru_cache(maxsize=16)
def _offered(book: PriceBook, books: PriceBooks, today: date, _language: str) -> Offered:
    """The same for every reader of a language on a day, so it is put together once."""
    tables = books.national.tables
    doses = dict.fromkeys(dose for one in tables.treatments.values() for dose in one.doses)
    discounts = book.tables.discounts
    choices = {
        **{name: [Option(value, str(label)) for value, label in same] for name, same in ALWAYS_THE_SAME.items()},
        "treatment": [
            Option(name, words(tables.treatments[name].label), hint=words(tables.treatments[name].hint))
            for name in offered_treatments(book)
        ],
        "insurance": [Option(name, words(one.label), hint=words(one.hint)) for name, one in tables.payers.items()],
        "dose": [_unsure(), *(Option(dose, _("%(dose)s mg", dose=dose)) for dose in doses)],
        "discount": [
            Option("", _("None, or not sure")),
            *(Option(name, words(one.label)) for name, one in discounts.items()),
        ],
        "plan": [_unsure(), *_plans(tables)],
        "new_plan": [_unsure(), *_plans(tables)],
        "drug_benefit": [
            _unsure(),
            Option("medical", _("By the clinic"), hint=_("medical benefit")),
            Option("pharmacy", _("By a specialty pharmacy"), hint=_("pharmacy benefit")),
        ],
        "state": [_unsure(), *(Option(code, name) for code, name in state_names(language()))],
        "plan_year_start": [_unsure(), *(Option(str(number), month_name(number)) for number in range(1, 13))],
        "clinic": [Option("", _("Usual prices across the United States")), *_clinics(books)],
    }
    starts = day(today + timedelta(days=DAYS_UNTIL_START))
    programs = dict.fromkeys(words(program.label) for program in tables.programs.values())
    hints = {
        "start": _("If you leave this open we count from %(day)s.", day=starts),
        **{name: _("The usual number.") for name in WITH_USUAL_NUMBER},
        "savings_program": "; ".join(programs),
    }
    return Offered({name: tuple(some) for name, some in choices.items()}, hints)


def _plans(tables: Book) -> Iterator[Option]:
    """Every payer's plans, each shown beside its payer."""
    for payer, one in tables.payers.items():
        for plan, profile in one.profiles.items():
            yield Option(plan, words(profile.label), hint=words(profile.hint), when=f"p-{payer}")


def _clinics(books: PriceBooks) -> Iterator[Option]:
    for name, book in books.clinics.items():
        if clinic := book.tables.clinic:
            label = words(clinic.name)
            made_up = _("%(clinic)s (an example, not a real clinic)", clinic=label) if clinic.fictional else label
            yield Option(name, made_up)


def keep_unknown_choices(form: BaseForm, raw: dict[str, str]) -> None:
    """Every list offers what was given as well, so that what was typed is kept."""
    if raw.get("stage") == "new":
        raw["stage"] = ""
    if state := raw.get("state"):
        raw["state"] = state.upper() if state.upper() in STATES else state
    for name in ("state", "plan_year_start", "clinic"):
        text = raw.get(name, "")
        if name == "clinic" and text == NATIONAL:
            raw[name] = ""
        elif text not in (option.value for option in form[name].choices):
            form[name].choices.append(Option(text, text))


def with_iso_days(raw: dict[str, str]) -> dict[str, str]:
    """Days that can be read, as a browser's field for days needs them; the others as they were typed."""
    read = {name: found for name in DAYS if (found := parse_day(raw.get(name, "")))}
    return raw | {name: found.isoformat() for name, found in read.items()}


def usual_number(name: str, treatment: Treatment) -> str:
    """How many sessions are usual with a treatment, in words; `name` is the question."""
    number = usual(name, treatment)
    if number.low == number.high:
        sentence = _("%(treatment)s: usually %(usual)d.", treatment=words(treatment.short), usual=number.typical)
    else:
        sentence = _(
            "%(treatment)s: usually %(usual)d, from %(low)d to %(high)d.",
            treatment=words(treatment.short),
            usual=number.typical,
            low=number.low,
            high=number.high,
        )
    return str(sentence)


def month_name(number: int) -> str:
    """``January`` of 1."""
    return str(format_date(date(2000, number, 1), "LLLL"))


def _unsure() -> Option:
    return Option("", str(_UNSURE[1]))
