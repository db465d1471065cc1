"""
What a patient can be told about single bills: what the clinic asks, what the plan allows, what they pay themselves,
whether the plan pays at all, a package; and which part of the care is in the plan's network.

Each fact is a question of its own, asked of whom can answer it, for the charges of the treatment.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field

from estimator.core.billed_lines import charges_of
from estimator.money import parse_typed_amount
from estimator.prices.book import PriceBook
from estimator.prices.schema.basics import NETWORK_CLASSES
from estimator.prices.schema.files import Book
from estimator.web.fields import Option, Radios, TextBox
from estimator.web.filters import money, words

OF_CLINIC = ("price", "package")
OF_PLAN = ("coverage", "allowed", "share")
OF_NETWORK = "network."

_QUESTIONS = {
    "price": (_l("The clinic asks"), "money", _l("The price you were told, for one.")),
    "package": (_l("A package on offer"), "text", _l("How many for how much, like 6 for $2,400.")),
    "allowed": (_l("Your plan allows"), "money", _l("For one. Plans call it the allowed amount.")),
    "share": (_l("You pay"), "text", _l("What your plan said is your part of one, like $40 or 20%.")),
}
_COVERAGE = _l("Does your plan pay for it?")
_CLASSES = {
    "drug": _l("Is the drug in network?"),
    "procedure": _l("Is the treatment session in network?"),
    "visit": _l("Are the doctor's visits in network?"),
    "psychotherapy": _l("Is the talk therapy in network?"),
}


@dataclass(frozen=True, slots=True)
class ToldCharge:
    """The questions about one charge: those a clinic can answer, those a plan can."""

    charge: str
    label: str
    of_clinic: tuple[str, ...]
    of_plan: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return self.of_clinic + self.of_plan


def told_field(name: str) -> Field:
    """The question with a name like ``allowed.infusion``, not yet part of a form."""
    fact, _dot, about = name.partition(".")
    if fact == "coverage":
        answers = (("", _l("Not sure")), ("covered", _l("It says yes")), ("not_covered", _l("It says no")))
        return Radios(_COVERAGE, choices=[Option(value, str(label)) for value, label in answers])
    if name.startswith(OF_NETWORK):
        answers = (("", _l("Not sure")), ("in", _l("In network")), ("out", _l("Out of network")))
        return Radios(_CLASSES[about], choices=[Option(value, str(label)) for value, label in answers])
    label, kind, hint = _QUESTIONS[fact]
    return TextBox(label, kind, description=hint)


def about_charge(name: str, book: PriceBook) -> str:
    """What a fact about a bill is about, in words; empty of every other question."""
    _fact, _dot, charge = name.partition(".")
    return words(book.tables.charges[charge].label) if charge and not name.startswith(OF_NETWORK) else ""


def told_package(value: str) -> str:
    """A package as it stands in a link, ``6@2400``, in words; whatever else was typed as it is."""
    sessions, _at, price = value.partition("@")
    try:
        return _("%(sessions)s for %(price)s", sessions=sessions, price=money(parse_typed_amount(price)))
    except ValueError:
        return value


def told_charges(raw: Mapping[str, str], book: PriceBook) -> Iterator[ToldCharge]:
    """The charges of the treatment and payer that were chosen, and those of which something was told."""
    tables = book.tables
    insured = bool(tables.payers[raw["insurance"]].profiles)
    mine = _charges(raw, tables)
    told = {name.partition(".")[2] for name in raw if name.partition(".")[0] in OF_CLINIC + OF_PLAN}
    for charge in (*mine, *sorted(told.difference(mine))):
        of_plan = [f"{fact}.{charge}" for fact in OF_PLAN]
        yield ToldCharge(
            charge,
            words(tables.charges[charge].label),
            tuple(f"{fact}.{charge}" for fact in OF_CLINIC),
            tuple(name for name in of_plan if insured or name in raw),
        )


def network_questions(raw: Mapping[str, str], book: PriceBook) -> tuple[str, ...]:
    """The kinds of care of the treatment that was chosen, each in network or not."""
    charges = (book.tables.charges[name] for name in _charges(raw, book.tables))
    benefits = {benefit for charge in charges for benefit in (charge.benefit, charge.pharmacy_benefit)}
    names = (f"{OF_NETWORK}{one}" for one in NETWORK_CLASSES if one in benefits)
    return tuple(dict.fromkeys((*names, *(name for name in raw if name.startswith(OF_NETWORK)))))


def _charges(raw: Mapping[str, str], tables: Book) -> tuple[str, ...]:
    """Whatever may be billed for these answers."""
    kind = raw.get("psychotherapy")
    alongside = {
        "psychotherapy": kind if kind in ("in_person", "virtual") else "none",
        "therapist_present": raw.get("therapist_present"),
        "therapist_inside": raw.get("therapist_inside"),
        "rides": raw.get("rides") == "yes",
    }
    return charges_of(tables.treatments[raw["treatment"]], raw["insurance"], alongside)
