"""More about the plan, the clinic and the sessions: what few people need, asked on a page of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from estimator.core.answers import NAMES, applicable
from estimator.core.billed_lines import offered_treatments
from estimator.web.patient.forms import AnswersForm
from estimator.web.patient.question_groups import GROUPS
from estimator.web.patient.told_questions import OF_NETWORK, ToldCharge, network_questions, told_charges

OUT_OF_NETWORK = tuple(name for name in NAMES if name.startswith("out_of_network_"))

DETAIL_GROUPS = (
    (
        _l("What is left this year"),
        (
            "balances_as_of",
            "family_deductible_remaining",
            "family_out_of_pocket_remaining",
            "drug_deductible",
            "drug_deductible_remaining",
        ),
    ),
    (_l("Copays of their own"), ("pharmacy_copay", "first_visits", "first_visits_copay")),
    (_l("Your plan's year, and a new plan"), ("plan_year_start", "new_plan_from", "new_plan")),
    (_l("In network or not"), ("network", OF_NETWORK, *OUT_OF_NETWORK)),
    (_l("Help from the drug's maker"), ("savings_program", "savings_maximum", "savings_remaining", "accumulator")),
    (_l("Your sessions"), ("every", "setting", "therapist_present", "therapist_inside", "rides", "discount")),
)
"""The questions of the page by heading; ``network.`` stands for one question for each kind of care."""

ON_FORM = frozenset(name for _heading, names in GROUPS for name in names)
ON_DETAILS = frozenset(name for _heading, names in DETAIL_GROUPS for name in names)


@dataclass(frozen=True, slots=True)
class Details:
    """
    The page's questions for one treatment and payer, what was told about single bills, and what it sends along.

    `shown_when` is the class that shows a question only beside certain answers; `opened` are the charges whose
    questions stand open.
    """

    groups: tuple[tuple[str, tuple[str, ...]], ...]
    shown_when: Mapping[str, str]
    charges: tuple[ToldCharge, ...]
    opened: frozenset[str]
    carried: list[tuple[str, str]]


def can_be_asked(form: AnswersForm) -> bool:
    """Whether treatment and payer are chosen, on which every question of the page depends."""
    raw, tables = form.raw, form.book.tables
    return raw.get("treatment") in offered_treatments(form.book) and raw.get("insurance") in tables.payers


def only_on_details(name: str) -> bool:
    """Whether this question is asked on the page of details, and only there."""
    return (name in ON_DETAILS or "." in name) and name not in ON_FORM


def details(form: AnswersForm, about: str) -> Details:
    """The page for the answers typed so far; the questions about the charge `about` stand open."""
    # This page does not ask for the insurance, so it offers the plans of the one that was chosen.
    own = ("", f"p-{form.raw['insurance']}")
    form["new_plan"].choices = [option for option in form["new_plan"].choices if option.when in own]
    charges = tuple(told_charges(form.raw, form.book))
    groups = tuple((str(heading), tuple(_relevant(form, names))) for heading, names in DETAIL_GROUPS)
    form.add_told([name for charge in charges for name in charge.names])
    asked = [name for _heading, names in groups for name in names]
    typed_or_wrong = {*form.raw, *form.with_errors()}
    opened = {about, *(charge.charge for charge in charges if typed_or_wrong.intersection(charge.names))}
    return Details(
        tuple(group for group in groups if group[1]),
        {name: _shown_when(name, form) for name in asked},
        charges,
        frozenset(opened),
        form.carried((*asked, *(name for charge in charges for name in charge.names))),
    )


def _shown_when(name: str, form: AnswersForm) -> str:
    """Terms out of network matter only where some care may be out of network."""
    if name.startswith(OF_NETWORK) and name not in form.raw:
        return "mixed"
    return "out" if name in OUT_OF_NETWORK else ""


def _relevant(form: AnswersForm, names: tuple[str, ...]) -> Iterator[str]:
    """Those of the questions that matter for these answers, and whatever is wrong."""
    raw = form.raw
    apply = applicable(raw["treatment"], raw["insurance"], raw.get("psychotherapy", ""), form.book, out_of_network=True)
    for name in names:
        if name == OF_NETWORK:
            questions = (
                network_questions(raw, form.book)
                if "network" in apply
                else [one for one in form.with_errors() if one.startswith(name)]
            )
            form.add_told(questions)
            yield from questions
        elif name in apply or (name in form and form[name].errors):
            yield name
