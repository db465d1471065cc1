"""Who pays besides the patient: payers, their plans, savings programs."""

from datetime import date
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field, model_validator

from estimator.prices.schema.basics import AmountRange, BenefitClass, PercentRange, PriceColumn, Provenance, Table, Text
from estimator.prices.schema.scalars import Amount, Count, Day, Deductible, Frozen, Name, Percent, State, YesNo, refuse
from estimator.prices.schema.wording import QuestionWording
from estimator.sentences import say


class FirstVisits(Table):
    """The first `number` visits of a plan year, at a copay of their own."""

    number: Annotated[Count, Field(ge=1, le=100)]
    copay: Amount


class Benefit(Table):
    """
    How a plan shares the cost of one benefit class: a copay, or coinsurance (the patient's percent).

    `deductible` is yes, no, or ``drug`` where the plan's drug deductible applies.
    """

    deductible: Deductible
    first_visits: FirstVisits | None = None
    copay: AmountRange | None = None
    coinsurance: PercentRange | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.copay is None) == (self.coinsurance is None):
            raise refuse(say("give either copay or coinsurance"))
        return self


class LaterTerms(Provenance):
    """What a plan's terms become from a day on; what is left out stays as it was."""

    deductible: AmountRange | None = None
    drug_deductible: AmountRange | None = None
    out_of_pocket_maximum: AmountRange | None = None
    benefits: Frozen[BenefitClass, Benefit] = Field(default_factory=lambda: MappingProxyType({}))


class Profile(Provenance):
    """
    A whole plan, in the patient's words. Ranges inside it move together from low to high.

    `year` is the last plan year whose terms these are, `later` what is known of the years after it.
    """

    label: Text
    hint: Text | None = None
    weight: Annotated[Count, Field(ge=1, le=100)]
    typical: YesNo = False
    state_regulated: YesNo = False
    deductible: AmountRange
    drug_deductible: AmountRange | None = None
    out_of_pocket_maximum: AmountRange | None = None
    benefits: Frozen[BenefitClass, Benefit]
    year: Annotated[Count, Field(ge=2020, le=2090)] | None = None
    later: Frozen[Day, LaterTerms] = Field(default_factory=lambda: MappingProxyType({}))

    def on(self, day: date) -> Self:
        """The plan as it is in a plan year that begins on `day`."""
        begun = [self.later[start] for start in sorted(self.later) if start <= day]
        known = {key: value for one in begun for key in _LATER if (value := getattr(one, key)) is not None}
        if benefits := {name: benefit for one in begun for name, benefit in one.benefits.items()}:
            known["benefits"] = MappingProxyType(dict(self.benefits) | benefits)
        return self.model_copy(update=known) if known else self


_LATER = ("deductible", "drug_deductible", "out_of_pocket_maximum")


class OtherCare(AmountRange, Provenance):
    """Dollars a year of other care that has counted toward deductible and maximum before the course."""


class OutOfNetwork(Provenance):
    """Out-of-network benefits: `chance` (percent) that a plan has them, and their own terms."""

    chance: Percent
    deductible: AmountRange
    out_of_pocket_maximum: AmountRange | None = None
    coinsurance: PercentRange


class Payer(Table):
    """Who pays besides the patient. Without `profiles` nobody does."""

    label: Text
    hint: Text | None = None
    allowed: PriceColumn | None = None
    savings_programs: YesNo = False
    profiles: Frozen[Name, Profile] = Field(default_factory=lambda: MappingProxyType({}))
    other_care: OtherCare | None = None
    out_of_network: OutOfNetwork | None = None

    def on(self, day: date) -> Self:
        """The payer with its plans as they are in a plan year that begins on `day`."""
        profiles = {name: profile.on(day) for name, profile in self.profiles.items()}
        changed = any(profiles[name] is not profile for name, profile in self.profiles.items())
        return self.model_copy(update={"profiles": MappingProxyType(profiles)}) if changed else self


class Program(Provenance):
    """
    A savings program: help with the patient's share of some charges.

    `pays` is the chance (percent) that it helps as described, `resident` the chance that somebody whose state
    we do not know lives outside `excluded_states`. A `rebate` comes back after the patient has paid.
    """

    label: Text
    charges: Annotated[tuple[Name, ...], Field(min_length=1)]
    payers: tuple[Name, ...]
    patient_pays: Amount
    per_treatment_max: AmountRange | None = None
    annual_max: AmountRange | None = None
    rebate: YesNo = False
    excluded_states: tuple[State, ...] = ()
    resident: Percent | None = None
    pays: Percent | None = None
    annual_max_question: QuestionWording | None = None
    pays_question: QuestionWording | None = None
    resident_question: QuestionWording | None = None
