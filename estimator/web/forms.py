"""
The questions as a form: labels, hints and choices for every answer, and what was typed.

Choices come from the price tables. What an answer means, and when it is wrong, is `estimator.answers`' to say;
the form only shows its sentences beside the fields.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.form import BaseForm

from estimator.answers import (
    DAYS_UNTIL_START,
    NAMES,
    PRICE_PREFIX,
    REQUIRED,
    Answers,
    BadAnswers,
    FieldProblem,
    book_for,
    offered_treatments,
    read_answers,
)
from estimator.prices.book import NATIONAL, PriceBook, PriceBooks
from estimator.prices.schema import LANGUAGES, Treatment
from estimator.states import STATES, state_names
from estimator.web.filters import day, words
from estimator.web.reveal import Reveal, reveal
from estimator.web.site import language

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")

GROUPS = (
    (_l("Your treatment"), ("dose", "psychotherapy_sessions", "therapist_present", "rides")),
    (_l("When and where"), ("start", "state", "clinic")),
    (
        _l("Your insurance"),
        (
            "network",
            "authorization",
            "plan",
            "deductible",
            "deductible_remaining",
            "out_of_pocket_maximum",
            "out_of_pocket_remaining",
            "coinsurance",
            "copay",
            "plan_year_start",
            "drug_benefit",
        ),
    ),
    (_l("Help from the drug's maker"), ("savings_program", "accumulator")),
)
"""The questions that narrow the range, by heading; the required ones come before them."""


@dataclass
class Option(SelectChoice):
    """A choice with a hint; `when` is the class that shows it only beside certain first answers."""

    hint: str = ""
    when: str = ""


class Radios(RadioField):  # type: ignore[misc, unused-ignore]
    """One of a few choices, every one in sight."""


class Select(SelectField):  # type: ignore[misc, unused-ignore]
    """One of many choices; what was given stays among them even when it is none."""


class Typed(StringField):  # type: ignore[misc, unused-ignore]
    """Something written: a `kind` of ``money``, ``percent``, ``count`` or ``day``."""

    def __init__(self, label: object, kind: str, **rest: object) -> None:
        super().__init__(label, **rest)
        self.kind = kind


class AnswersForm(Form):  # type: ignore[misc, unused-ignore]
    """Every answer of the estimate, as typed. Made by `offering`."""

    treatment = Radios(_l("Which treatment?"))
    insurance = Radios(_l("Do you have health insurance?"))
    sessions = Typed(_l("How many treatment sessions?"), "count")
    psychotherapy = Radios(
        _l("Psychotherapy alongside?"), description=_l("Talk therapy, at the clinic or with your own therapist.")
    )

    dose = Radios(_l("Which dose?"), description=_l("The first session always uses the lower one."))
    psychotherapy_sessions = Typed(_l("How many psychotherapy sessions?"), "count")
    therapist_present = Radios(
        _l("Will a therapist sit with you during the sessions?"),
        description=_l("Some clinics offer this, for a price of its own."),
    )
    rides = Radios(_l("Count paid rides home?"), description=_l("You may not drive yourself home after a session."))

    start = Typed(_l("First session on"), "day")
    state = Select(
        _l("Your state"), description=_l("A few states have their own rules on savings cards and insurance.")
    )
    clinic = Select(_l("Whose prices?"))

    network = Radios(
        _l("Is the clinic in your plan's network?"),
        description=_l("In network: the clinic and your plan have agreed on prices."),
    )
    authorization = Radios(
        _l("Has your insurer agreed to pay?"),
        description=_l("Many insurers must agree before treatment starts. This is called prior authorization."),
    )
    plan = Radios(_l("Which plan is most like yours?"))
    deductible = Typed(
        _l("Deductible for the year"),
        "money",
        description=_l("What you pay in a year before the plan starts to share."),
    )
    deductible_remaining = Typed(
        _l("Deductible still left"),
        "money",
        description=_l("Your plan's website or app shows it, or call the number on your card."),
    )
    out_of_pocket_maximum = Typed(
        _l("Out-of-pocket maximum for the year"),
        "money",
        description=_l("The most you pay in a year for covered care."),
    )
    out_of_pocket_remaining = Typed(
        _l("Out-of-pocket maximum still left"),
        "money",
        description=_l("How much more you can be asked to pay this year."),
    )
    coinsurance = Typed(
        _l("Coinsurance"), "percent", description=_l("Your part of a bill after the deductible, in percent.")
    )
    copay = Typed(
        _l("Copay for a visit"), "money", description=_l("A fixed amount you pay for an office or therapy visit.")
    )
    plan_year_start = Select(
        _l("Plan year starts in"),
        description=_l("The month in which your deductible goes back to full. Mostly January."),
    )
    drug_benefit = Radios(
        _l("How will the drug be billed?"),
        description=_l("The clinic can tell you. The two can cost you different amounts."),
    )
    savings_program = Radios(_l("Will you use the maker's savings program?"))
    accumulator = Radios(
        _l("Does your plan refuse to count the maker's money?"),
        description=_l(
            "Some plans do not let savings-card money count toward your deductible. They call it a copay accumulator."
        ),
    )

    USUAL = ("sessions", "psychotherapy_sessions")
    """Questions whose hint is the usual number, which depends on the treatment."""

    books: PriceBooks
    today: date
    raw: dict[str, str]
    reveal: Reveal

    @classmethod
    def offering(cls, books: PriceBooks, args: MultiDict[str, str], today: date) -> Self:
        """The form with the choices of these price tables, filled with what was typed."""
        raw = typed(args, books)
        form = cls(MultiDict(raw))
        form.raw, form.books, form.today = raw, books, today
        form._add_prices()
        form.reveal = reveal(books.national, tuple(names for _heading, names in GROUPS))
        form._offer()
        return form

    def answers(self) -> tuple[Answers, PriceBook] | None:
        """The answers and the price book they name, or None with the fields' `errors` filled."""
        try:
            return answers_from(self._that_apply(), self.books, self.today)
        except BadAnswers as bad:
            for problem in bad.problems:
                self[problem.field].errors = [*self[problem.field].errors, self._said(problem)]
            return None

    @property
    def book(self) -> PriceBook:
        """The price book of the clinic that was chosen, the national one where there is none of that name."""
        return self.books.get(self.raw.get("clinic", "")) or self.books.national

    @property
    def problems(self) -> Iterator[tuple[str, str, str]]:
        """Every error, in the form's order: the id to jump to, the field's label, the sentence."""
        for field in self:
            for message in field.errors:
                yield self.first_id(field.name), str(field.label.text), message

    @property
    def opened(self) -> bool:
        """Whether the questions that narrow the range stand open: when the reader comes back with answers."""
        return any(name not in ("lang", "clinic") for name in self.raw)

    @property
    def told(self) -> list[str]:
        """The names of the prices that the reader was told, each a question of its own."""
        return [name for name in self.raw if name.startswith(PRICE_PREFIX)]

    def first_id(self, name: str) -> str:
        """The id of a field's first control, to link to."""
        field = self[name]
        if not isinstance(field, Radios) or not field.choices:
            return name
        mine = [
            option for option in field.choices if not option.when or option.when == f"p-{self.raw.get('insurance')}"
        ]
        return self.choice_id(name, (mine or field.choices)[0])

    @staticmethod
    def choice_id(name: str, option: Option) -> str:
        """The id of one choice. A plan's name may occur under several payers, so its payer is part of it."""
        return "-".join(part for part in (name, option.when.removeprefix("p-"), option.value) if part)

    def given(self, name: str, option: Option) -> bool:
        """Whether `option` is the one chosen."""
        apt = not option.when or option.when == f"p-{self.raw.get('insurance')}"
        return bool(apt and self.raw.get(name, "") == option.value)

    def usual(self, name: str) -> list[tuple[str, str]]:
        """The usual number of `name` for every treatment, in words; each is shown beside its own."""
        treatments = self.book.tables.treatments
        return [(treatment, self._usual(name, treatments[treatment])) for treatment in offered_treatments(self.book)]

    def described(self, name: str, value: str) -> str:
        """An answer as the form words it, where it is one of its choices."""
        options = (option for option in (self[name].choices or ()) if option.value == value)
        return next((str(option.label) for option in options), value)

    @staticmethod
    def _usual(name: str, treatment: Treatment) -> str:
        number = treatment.usual_sessions if name == "sessions" else treatment.psychotherapy.usual_sessions
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

    def _that_apply(self) -> dict[str, str]:
        """What was typed, without a plan of another payer: its choice is out of sight but still submitted."""
        hidden = [option.value for option in self["plan"].choices if not self.given("plan", option)]
        chosen = [option.value for option in self["plan"].choices if self.given("plan", option)]
        if self.raw.get("plan") in hidden and not chosen:
            return {name: text for name, text in self.raw.items() if name != "plan"}
        return self.raw

    def _said(self, problem: FieldProblem) -> str:
        values = dict(problem.values)
        if "choices" in values:
            values["choices"] = ", ".join(
                self.described(problem.field, value) for value in values["choices"].split(", ")
            )
        return said(problem.template, values)

    def _add_prices(self) -> None:
        """A field for every price typed before, so that it can be changed or taken back."""
        charges = self.books.national.tables.charges
        for name in self.told:
            label = words(charges[name.removeprefix(PRICE_PREFIX)].label)
            # Form refuses new fields on an instance; BaseForm, which it is, takes them.
            BaseForm.__setitem__(self, name, Typed(label, "money", description=_("The price you were told, for one.")))
            self[name].process(MultiDict(self.raw))

    def _offer(self) -> None:
        tables = self.books.national.tables
        self["treatment"].choices = [
            Option(name, words(tables.treatments[name].label), hint=words(tables.treatments[name].hint))
            for name in offered_treatments(self.book)
        ]
        self["insurance"].choices = [
            Option(name, words(one.label), hint=words(one.hint)) for name, one in tables.payers.items()
        ]
        self["psychotherapy"].choices = [
            Option("none", _("No")),
            Option("in_person", _("In person")),
            Option("virtual", _("By video or phone")),
        ]
        doses = dict.fromkeys(dose for one in tables.treatments.values() for dose in one.doses)
        self["dose"].choices = [_unsure(), *(Option(dose, _("%(dose)s mg", dose=dose)) for dose in doses)]
        for name in ("therapist_present", "rides", "savings_program", "accumulator"):
            self[name].choices = [_unsure(), Option("yes", _("Yes")), Option("no", _("No"))]
        self["network"].choices = [_unsure(), Option("in", _("In network")), Option("out", _("Out of network"))]
        self["authorization"].choices = [
            Option("", _("Not yet, or not sure")),
            Option("approved", _("Yes")),
            Option("denied", _("It said no")),
        ]
        self["plan"].choices = [
            _unsure(),
            *(
                Option(name, words(profile.label), hint=words(profile.hint), when=f"p-{payer}")
                for payer, one in tables.payers.items()
                for name, profile in one.profiles.items()
            ),
        ]
        self["drug_benefit"].choices = [
            _unsure(),
            Option("medical", _("By the clinic"), hint=_("medical benefit")),
            Option("pharmacy", _("By a specialty pharmacy"), hint=_("pharmacy benefit")),
        ]
        self._offer_lists()

    def _offer_lists(self) -> None:
        self["state"].choices = [_unsure(), *(Option(code, name) for code, name in state_names(language()))]
        self["plan_year_start"].choices = [
            _unsure(),
            *(Option(str(number), month_name(number)) for number in range(1, 13)),
        ]
        self["clinic"].choices = [Option("", _("Usual prices across the United States"))]
        for name, book in self.books.clinics.items():
            if clinic := book.tables.clinic:
                label = words(clinic.name)
                self["clinic"].choices.append(
                    Option(
                        name,
                        _("%(clinic)s (an example, not a real clinic)", clinic=label) if clinic.fictional else label,
                    )
                )
        self["start"].description = _(
            "If you leave this open we count from %(day)s.", day=day(self.today + timedelta(days=DAYS_UNTIL_START))
        )
        for name in self.USUAL:
            self[name].description = _("The usual number.")
        self["savings_program"].description = "; ".join(
            dict.fromkeys(words(program.label) for program in self.books.national.tables.programs.values())
        )
        self._keep_typed(("state", "plan_year_start", "clinic"))

    def _keep_typed(self, names: tuple[str, ...]) -> None:
        """A list that does not offer what was given offers it as well, so that nothing typed is lost."""
        if state := self.raw.get("state"):
            self.raw["state"] = state.upper() if state.upper() in STATES else state
        for name in names:
            text = self.raw.get(name, "")
            if name == "clinic" and text == NATIONAL:
                self.raw[name] = ""
            elif text not in (option.value for option in self[name].choices):
                self[name].choices.append(Option(text, text))


def _unsure() -> Option:
    return Option("", _("Not sure"))


def typed(args: MultiDict[str, str], books: PriceBooks) -> dict[str, str]:
    """
    The answers in a query: known names, each the first that is not blank, without control characters.

    A strange language is dropped: no field could show what is wrong with it.
    """
    names = (*NAMES, *(PRICE_PREFIX + charge for charge in books.national.tables.charges))
    cleaned = ((name, [UNPRINTABLE.sub("", text).strip() for text in args.getlist(name)]) for name in names)
    raw = {name: text for name, texts in cleaned if (text := next(filter(None, texts), ""))}
    return {name: text for name, text in raw.items() if name != "lang" or text in LANGUAGES}


def answers_from(raw: Mapping[str, str], books: PriceBooks, today: date) -> tuple[Answers, PriceBook]:
    """The answers and the price book they name. Raises BadAnswers with every problem, a strange clinic's too."""
    try:
        book = book_for(raw, books)
    except BadAnswers as bad_clinic:
        try:
            read_answers(raw, books.national, today)
        except BadAnswers as bad:
            raise BadAnswers(bad.problems + bad_clinic.problems) from None
        raise
    return read_answers(raw, book, today), book


def said(template: str, values: Mapping[str, str]) -> str:
    """A problem's sentence in the reader's language."""
    return str(_(template)).format(**values)


def month_name(number: int) -> str:
    """``January`` of 1."""
    return str(format_date(date(2000, number, 1), "LLLL"))


OPTIONAL = tuple(name for _heading, names in GROUPS for name in names)
assert set(OPTIONAL) | set(REQUIRED) | {"lang"} == set(NAMES)
