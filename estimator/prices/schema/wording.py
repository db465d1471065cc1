"""What the tables say to people: questions, notes, advice, the glossary."""

from typing import Annotated

from pydantic import Field

from estimator.prices.schema.basics import Provenance, Table, Text, Whom
from estimator.prices.schema.scalars import Day, Name, Percent, State


class QuestionWording(Table):
    """What to ask about an unknown, and whom; somebody without insurance asks `ask_uninsured`, where it is given."""

    label: Text
    ask: Text
    ask_uninsured: Text | None = None
    whom: Whom

    def of_patient(self, insured: bool) -> "QuestionWording":
        """The question as this patient asks it."""
        return self if insured or self.ask_uninsured is None else self.model_copy(update={"ask": self.ask_uninsured})


class UnknownWording(Provenance):
    """An unknown that is no price: its question, and the chance (percent) of a yes."""

    label: Text
    ask: Text
    whom: Whom
    chance: Percent | None = None
    banned_in: tuple[State, ...] = ()


UNKNOWNS = ("plan", "plan_terms", "other_care", "accumulator", "drug_benefit", "dose", "out_of_network")
"""Unknowns that the core asks about by name; the tables word them."""


MORE_UNKNOWNS = (
    "plan_copay",
    "deductible",
    "out_of_pocket_maximum",
    "coinsurance",
    "copay",
    "drug_deductible",
    "session_copay",
    "setting",
    "therapist_inside",
    "network_class",
    "new_plan",
)
"""Others that tables may word; where they do not, the core asks more generally."""


class Note(Provenance):
    """
    A sentence for patients, with its source; `payers` says for whose, left out means for everybody's.

    What it says is known to hold `until` a day; then somebody has to look again.
    """

    text: Text
    until: Day | None = None
    payers: tuple[Name, ...] = ()

    def applies_to(self, payer: str | None) -> bool:
        """Whether the note is for patients of `payer`; where that is not known yet, every note is."""
        return payer is None or payer in (self.payers or (payer,))


class Advice(Note):
    """A note under a title of its own; `treatments` and `payers` say for whom, left out means for everybody."""

    title: Text
    treatments: tuple[Name, ...] = ()

    def meant_for(self, treatment: str, payer: str) -> bool:
        return treatment in (self.treatments or (treatment,)) and self.applies_to(payer)


class Criterion(Note):
    """What usually decides whether an insurer agrees; `letter` says it of oneself, with blanks to fill in."""

    letter: Text | None = None


class GlossaryTerm(Provenance):
    """A technical word, explained in a sentence or two; `label` is the word itself."""

    label: Text
    text: Text


class Texts(Table):
    """Sentences every estimate carries, and the advice that stands beside it."""

    notice: Text
    why_notice: Annotated[tuple[Note, ...], Field(min_length=1)]
    payer_notes: tuple[Note, ...] = ()
    not_included: tuple[Note, ...] = ()
    safety: tuple[Note, ...] = ()
    good_faith_estimate: tuple[Advice, ...] = ()
    questions: tuple[Advice, ...] = ()
    lower_cost: tuple[Advice, ...] = ()
    decide: tuple[Advice, ...] = ()
    calling: tuple[Advice, ...] = ()
    refused: tuple[Advice, ...] = ()
