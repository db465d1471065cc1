"""
The questions as a form: labels, hints and choices for every answer, and what was typed.

Choices come from the price tables. What an answer means, and when it is wrong, is `estimator.core.answers`' to say;
the form only shows its sentences beside the fields.
"""

from collections.abc import Iterator
from datetime import date
from typing import Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.form import BaseForm

from estimator.core.answers import (
    NAMES,
    PRICE_PREFIX,
    REQUIRED,
    Answers,
    BadAnswers,
    FieldProblem,
    offered_treatments,
)
from estimator.prices.book import PriceBook, PriceBooks
from estimator.web.fields import Option, Radios, Select, Typed
from estimator.web.filters import words
from estimator.web.patient.choices import USUAL, keep_typed, offer, usual_words
from estimator.web.patient.reveal import Reveal, reveal
from estimator.web.typed import answers_from, said, typed

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
    rides = Radios(
        _l("Count paid rides, both ways?"), description=_l("You may not drive yourself home after a session.")
    )

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

    USUAL = USUAL

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
        offer(form, form.book, books, today)
        keep_typed(form, raw)
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
        return [(treatment, usual_words(name, treatments[treatment])) for treatment in offered_treatments(self.book)]

    def described(self, name: str, value: str) -> str:
        """An answer as the form words it, where it is one of its choices."""
        options = (option for option in (self[name].choices or ()) if option.value == value)
        return next((str(option.label) for option in options), value)

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


OPTIONAL = tuple(name for _heading, names in GROUPS for name in names)
ELSEWHERE = set(NAMES) - set(OPTIONAL) - set(REQUIRED) - {"lang"}
