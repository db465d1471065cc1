"""What each question of the form offers: choices and hints from the price tables, states, months."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

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


def fill_choices(form: BaseForm, book: PriceBook, books: PriceBooks, today: date) -> None:
    """Give every question with choices its choices; `book` is the one that was chosen among `books`."""
    for name, choices in ALWAYS_THE_SAME.items():
        form[name].choices = [Option(value, str(label)) for value, label in choices]
    tables = books.national.tables
    form["treatment"].choices = [
        Option(name, words(tables.treatments[name].label), hint=words(tables.treatments[name].hint))
        for name in offered_treatments(book)
    ]
    form["insurance"].choices = [
        Option(name, words(one.label), hint=words(one.hint)) for name, one in tables.payers.items()
    ]
    doses = dict.fromkeys(dose for one in tables.treatments.values() for dose in one.doses)
    form["dose"].choices = [_unsure(), *(Option(dose, _("%(dose)s mg", dose=dose)) for dose in doses)]
    form["discount"].choices = [
        Option("", _("None, or not sure")),
        *(Option(name, words(one.label)) for name, one in book.tables.discounts.items()),
    ]
    for name in ("plan", "new_plan"):
        form[name].choices = [_unsure(), *_plans(tables)]
    form["drug_benefit"].choices = [
        _unsure(),
        Option("medical", _("By the clinic"), hint=_("medical benefit")),
        Option("pharmacy", _("By a specialty pharmacy"), hint=_("pharmacy benefit")),
    ]
    _fill_lists(form, books, today)
    if in_frame() and book.tables.clinic:
        # The clinic's site may show the pages about its own prices, and no others.
        form["clinic"].choices = [one for one in form["clinic"].choices if one.value == book.id]


def _plans(tables: Book) -> Iterator[Option]:
    """Every payer's plans, each shown beside its payer."""
    for payer, one in tables.payers.items():
        for plan, profile in one.profiles.items():
            yield Option(plan, words(profile.label), hint=words(profile.hint), when=f"p-{payer}")


def _fill_lists(form: BaseForm, books: PriceBooks, today: date) -> None:
    form["state"].choices = [_unsure(), *(Option(code, name) for code, name in state_names(language()))]
    form["plan_year_start"].choices = [
        _unsure(),
        *(Option(str(number), month_name(number)) for number in range(1, 13)),
    ]
    form["clinic"].choices = [Option("", _("Usual prices across the United States"))]
    for name, book in books.clinics.items():
        if clinic := book.tables.clinic:
            label = words(clinic.name)
            form["clinic"].choices.append(
                Option(
                    name,
                    _("%(clinic)s (an example, not a real clinic)", clinic=label) if clinic.fictional else label,
                )
            )
    form["start"].description = _(
        "If you leave this open we count from %(day)s.", day=day(today + timedelta(days=DAYS_UNTIL_START))
    )
    for name in WITH_USUAL_NUMBER:
        form[name].description = _("The usual number.")
    form["savings_program"].description = "; ".join(
        dict.fromkeys(words(program.label) for program in books.national.tables.programs.values())
    )


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
