"""
The questions as a form: labels, hints and choices for every answer, and what was typed.

Choices come from the price tables. What an answer means, and when it is wrong, is `estimator.core.answers`' to say;
the form only shows its sentences beside the fields.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Self

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.form import BaseForm

from estimator.core.answers import Answers, BadAnswers, FieldProblem, possible_starts
from estimator.core.billed_lines import offered_treatments
from estimator.prices.book import PriceBook, PriceBooks
from estimator.web.fields import Option, Radios, Select, TextBox
from estimator.web.filters import day, typed_amount
from estimator.web.patient.choices import fill_choices, keep_unknown_choices, usual_number, with_iso_days
from estimator.web.patient.question_groups import GROUPS, Group, groups
from estimator.web.patient.told_questions import about_charge, told_field, told_package
from estimator.web.patient.usual_numbers import Chips, chips
from estimator.web.patient.visibility import Visibility, visibility
from estimator.web.query import answers_from, answers_in_query, problem_sentence


class AnswersForm(Form):  # type: ignore[misc, unused-ignore]
    """Every answer of the estimate, as typed. Made by `filled`."""

    treatment = Radios(_l("Which treatment?"))
    insurance = Radios(_l("Do you have health insurance?"))
    sessions = TextBox(_l("How many treatment sessions?"), "count")
    psychotherapy = Radios(
        _l("Psychotherapy alongside?"), description=_l("Talk therapy, at the clinic or with your own therapist.")
    )

    plan = Radios(_l("Which plan is most like yours?"))
    deductible = TextBox(
        _l("Deductible for the year"),
        "money",
        description=_l("What you pay in a year before the plan starts to share."),
    )
    deductible_remaining = TextBox(
        _l("Deductible still left"),
        "money",
        description=_l("For you alone. Your plan's website or app shows it, or call the number on your card."),
    )
    out_of_pocket_maximum = TextBox(
        _l("Out-of-pocket maximum for the year"),
        "money",
        description=_l("The most you pay in a year for covered care."),
    )
    out_of_pocket_remaining = TextBox(
        _l("Out-of-pocket maximum still left"),
        "money",
        description=_l("How much more you can be asked to pay this year."),
    )
    balances_as_of = TextBox(_l("Day you read what is left"), "day", description=_l("Left open, we take today."))
    coinsurance = TextBox(
        _l("Coinsurance"), "percent", description=_l("Your part of a bill after the deductible, in percent.")
    )
    copay = TextBox(_l("Copay for a visit"), "money", description=_l("A fixed amount for a visit, whatever is billed."))
    pharmacy_copay = TextBox(
        _l("Copay for a drug from a pharmacy"),
        "money",
        description=_l(
            "If a pharmacy sends the drug: what you pay each time it is filled. We count a fill for four weeks."
        ),
    )
    first_visits = TextBox(
        _l("First talk therapy visits at a lower price"),
        "count",
        description=_l("Some plans ask less for the first few visits of a year, without the deductible. How many?"),
    )
    first_visits_copay = TextBox(
        _l("Copay for each of these first visits"), "money", description=_l("Write 0 if they cost you nothing.")
    )
    network = Radios(
        _l("Is the clinic in your plan's network?"),
        description=_l("In network: the clinic and your plan have agreed on prices."),
    )
    authorization = Radios(
        _l("Has your insurer agreed to pay?"),
        description=_l("Many insurers must agree before treatment starts. This is called prior authorization."),
    )
    drug_benefit = Radios(
        _l("How will the drug be billed?"),
        description=_l("The clinic can tell you. The two can cost you different amounts."),
    )
    stage = Radios(
        _l("Are you new to this treatment?"),
        description=_l("If you go on with it, we count no evaluation and no first series."),
    )
    dose = Radios(_l("Which dose?"), description=_l("The first session always uses the lower one."))
    psychotherapy_sessions = TextBox(_l("How many psychotherapy sessions?"), "count")
    start = TextBox(_l("First session on"), "day")
    state = Select(
        _l("Your state"), description=_l("What insurers and Medicare pay, and a few rules, differ from state to state.")
    )
    clinic = Select(_l("Whose prices?"))

    plan_year_start = Select(
        _l("Plan year starts in"),
        description=_l("The month in which your deductible goes back to full. Mostly January."),
    )
    new_plan_from = TextBox(
        _l("You get a new plan on"),
        "day",
        description=_l("Only if your plan will change. From then on we count with a full deductible."),
    )
    new_plan = Radios(_l("Which plan will the new one be most like?"))
    family_deductible_remaining = TextBox(
        _l("Family deductible still left"),
        "money",
        description=_l("If you share a plan, the family may have a limit too. The one that is met first counts."),
    )
    family_out_of_pocket_remaining = TextBox(
        _l("Family out-of-pocket maximum still left"),
        "money",
        description=_l("How much more the whole family can be asked to pay this year."),
    )
    drug_deductible = TextBox(
        _l("Deductible for drugs alone"),
        "money",
        description=_l("A few plans have one more deductible, for drugs only. Write 0 if yours has none."),
    )
    drug_deductible_remaining = TextBox(
        _l("Drug deductible still left"), "money", description=_l("What is left of it this year.")
    )
    out_of_network_deductible = TextBox(
        _l("Deductible out of network"),
        "money",
        description=_l("Plans that pay out of network mostly have a larger deductible for it."),
    )
    out_of_network_deductible_remaining = TextBox(
        _l("Deductible out of network still left"), "money", description=_l("What is left of it this year.")
    )
    out_of_network_out_of_pocket_maximum = TextBox(
        _l("Out-of-pocket maximum out of network"),
        "money",
        description=_l("What a clinic asks above the allowed amount comes on top of it."),
    )
    out_of_network_out_of_pocket_remaining = TextBox(
        _l("Out-of-pocket maximum out of network still left"),
        "money",
        description=_l("What is left of it this year."),
    )
    out_of_network_coinsurance = TextBox(
        _l("Coinsurance out of network"),
        "percent",
        description=_l("Your part of what the plan allows out of network, in percent."),
    )
    savings_program = Radios(_l("Will you use the maker's savings program?"))
    savings_maximum = TextBox(
        _l("What the card gives in a year, at most"),
        "money",
        description=_l("The program's letter or website says it."),
    )
    savings_remaining = TextBox(
        _l("What is left on the card this year"),
        "money",
        description=_l("If you have used it since January 1. Call the number on the card."),
    )
    accumulator = Radios(
        _l("Does your plan refuse to count the maker's money?"),
        description=_l(
            "Some plans do not let the card's money count toward your deductible: a copay accumulator. "
            "Some spread it over the year: a copay maximizer."
        ),
    )
    every = TextBox(
        _l("Days from one session to the next"),
        "count",
        description=_l("If the clinic has its own rhythm, such as 21 for every three weeks."),
    )
    setting = Radios(
        _l("Where will you be treated?"),
        description=_l("A hospital may bill a fee for its rooms as well. Ask how the clinic bills."),
    )
    therapist_present = Radios(
        _l("Will somebody sit with you during the sessions?"),
        description=_l("Some clinics offer this, for more money. Talk therapy on other days is asked about apart."),
    )
    therapist_inside = Radios(
        _l("Is the therapist's time inside the price?"),
        description=_l("Only if a therapist or guide is there. Ask the clinic: one price for the session, or two?"),
    )
    rides = Radios(
        _l("Count paid rides, both ways?"), description=_l("You may not drive yourself home after a session.")
    )
    discount = Radios(
        _l("Does one of the clinic's discounts hold for you?"),
        description=_l("We count it where you pay the clinic's own price."),
    )

    books: PriceBooks
    today: date
    raw: dict[str, str]
    visibility: Visibility

    @classmethod
    def filled(cls, books: PriceBooks, args: MultiDict[str, str], today: date) -> Self:
        """The form with the choices of these price tables, filled with what was typed."""
        raw = with_iso_days(answers_in_query(args, books))
        form = cls(MultiDict(raw))
        form.raw, form.books, form.today = raw, books, today
        form.add_told(form.told)
        form.visibility = visibility(books.national, tuple(names for _heading, names in GROUPS))
        fill_choices(form, form.book, books, today)
        form._limit_days()
        keep_unknown_choices(form, raw)
        return form

    def answers(self) -> tuple[Answers, PriceBook] | None:
        """The answers and the price book they name, or None with the fields' `errors` filled."""
        try:
            return answers_from(self._without_hidden_plans(), self.books, self.today)
        except BadAnswers as bad:
            self.refuse(bad)
            return None

    def refuse(self, bad: BadAnswers) -> None:
        """Say what is wrong beside the fields."""
        for problem in bad.problems:
            self[problem.field].errors = [*self[problem.field].errors, self._sentence(problem)]

    @property
    def book(self) -> PriceBook:
        """The price book of the clinic that was chosen, the national one where there is none of that name."""
        return self.books.get(self.raw.get("clinic", "")) or self.books.national

    @property
    def problems(self) -> Iterator[tuple[str, str, str]]:
        """Every error, in the form's order: the id to jump to, the field's label, the sentence."""
        for field in self:
            for message in field.errors:
                yield self.first_id(field.name), self.label(field.name), message

    def with_errors(self, besides: Iterable[str] = ()) -> list[str]:
        """The names of the fields with errors, in the form's order, without those that stand `besides`."""
        seen = frozenset(besides)
        return [field.name for field in self if field.errors and field.name not in seen]

    @property
    def groups(self) -> tuple[Group, ...]:
        """The questions that narrow the range, by what they are worth for the treatment and payer that are chosen."""
        return groups(self.raw, self.book, self.today, frozenset(self.with_errors()))

    @property
    def chips(self) -> Chips:
        """The usual numbers to choose with a tap."""
        return chips(self.book)

    def chip_chosen(self, name: str) -> bool:
        """Whether the number that was given is one of the usual ones; else it stands in the box."""
        return any(self.raw.get(name) == chip.number for chip in self.chips.of[name])

    @property
    def told(self) -> list[str]:
        """The names of the facts that the reader was told about single bills, each a question of its own."""
        return [name for name in self.raw if "." in name]

    def add_told(self, names: Iterable[str]) -> None:
        """A field for each of these facts; where one was typed before, it can be changed or taken back."""
        for name in names:
            if name not in self:
                # Form refuses new fields on an instance; BaseForm, which it is, takes them.
                BaseForm.__setitem__(self, name, told_field(name))
                self[name].process(MultiDict(self.raw))

    def carried(self, besides: Iterable[str]) -> list[tuple[str, str]]:
        """What was answered elsewhere than in the questions that stand `besides`: a page sends it along."""
        seen = {*besides, "lang"}
        return [(name, text) for name, text in self.raw.items() if name not in seen]

    def label(self, name: str) -> str:
        """A question's words; of a fact about a bill with the name of what is billed."""
        about = about_charge(name, self.book)
        return f"{about}: {self[name].label.text}" if about else str(self[name].label.text)

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

    def is_chosen(self, name: str, option: Option) -> bool:
        """Whether `option` is the one chosen."""
        apt = not option.when or option.when == f"p-{self.raw.get('insurance')}"
        return bool(apt and self.raw.get(name, "") == option.value)

    def usual_numbers(self, name: str) -> list[tuple[str, str]]:
        """The usual number of `name` for every treatment, in words; each is shown beside its own."""
        treatments = self.book.tables.treatments
        return [(treatment, usual_number(name, treatments[treatment])) for treatment in offered_treatments(self.book)]

    def answer_in_words(self, name: str, value: str) -> str:
        """An answer as the form words it, where it is one of its choices; else as it was typed."""
        field = self[name]
        if name.startswith("package."):
            return told_package(value)
        if name.startswith("share."):
            return value if value.endswith("%") else typed_amount(value)
        if isinstance(field, TextBox):
            if field.kind == "money":
                return typed_amount(value)
            return f"{value.removesuffix('%')}%" if field.kind == "percent" else value
        return next((str(option.label) for option in field.choices or () if option.value == value), value)

    def _limit_days(self) -> None:
        """The first and the last day that can be chosen, as far as the answers so far tell."""
        first, last = possible_starts(self._good_first_answers(), self.book, self.today)
        self["start"].first_day, self["start"].last_day = first.isoformat() if first else "", last.isoformat()
        self["balances_as_of"].last_day = self.today.isoformat()

    def _good_first_answers(self) -> dict[str, str]:
        """The first answers that are among the choices."""
        names = ("treatment", "insurance", "psychotherapy")
        offered = {name: {option.value for option in self[name].choices} for name in names}
        return {name: text for name in names if (text := self.raw.get(name, "")) in offered[name]}

    def _without_hidden_plans(self) -> dict[str, str]:
        """What was typed, without a plan of another payer: its choice is out of sight but still submitted."""
        return {
            name: text
            for name, text in self.raw.items()
            if name not in ("plan", "new_plan") or self._is_of_payer(name, text)
        }

    def _is_of_payer(self, name: str, text: str) -> bool:
        """Whether a plan is one of the chosen payer's, or of nobody, which is a mistake to be told."""
        offered = [option for option in self[name].choices if option.value == text]
        return not offered or any(self.is_chosen(name, option) for option in offered)

    def _sentence(self, problem: FieldProblem) -> str:
        values = dict(problem.values)
        if "choices" in values:
            values["choices"] = ", ".join(
                self.answer_in_words(problem.field, value) for value in values["choices"].split(", ")
            )
        if "day" in values:
            values["day"] = day(date.fromisoformat(values["day"]))
        return problem_sentence(problem.template, values)
