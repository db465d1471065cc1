"""
What a file of given claims may say (``estimator adjudicate``), and the frozen values it becomes.

Everything in it is known: amounts are cents, rates basis points. It may be JSON too, so true, false and null are read.
"""

from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from estimator.prices.schema.basics import Table
from estimator.prices.schema.scalars import Amount, Count, Day, Frozen, Percent, Words, YesNo, refuse
from estimator.sentences import say

T = TypeVar("T")


def _said_in_json(value: Any) -> Any:
    return {"true": "yes", "false": "no"}.get(value, value) if isinstance(value, str) else value


def _unless_null(value: Any) -> Any:
    return None if value == "null" else value


OrNull = Annotated[T | None, BeforeValidator(_unless_null)]
DrawsOn = Annotated[Literal["yes", "no", "drug"], BeforeValidator(_said_in_json)]
"""The deductible of a benefit class: the plan's, none, or the one for drugs."""

CopayAccumulator = Annotated[Literal["yes", "no", "maximizer"], BeforeValidator(_said_in_json)]
"""What the plan does with a manufacturer's money: not count it, count it, or spread it over the year uncounted."""


class GivenFirstVisits(Table):
    """The first `number` visits of a plan year: this copay, and no deductible."""

    number: Annotated[Count, Field(ge=1)]
    copay: Amount


class GivenBenefit(Table):
    """How the plan shares one benefit class: a copay, or coinsurance (the patient's percent)."""

    deductible: DrawsOn
    copay: OrNull[Amount] = None
    coinsurance: OrNull[Percent] = None
    first_visits: OrNull[GivenFirstVisits] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.copay is None) == (self.coinsurance is None):
            raise refuse(say("give either copay or coinsurance"))
        return self


class GivenOutOfNetwork(Table):
    """The terms of care out of network, for every class; what is left is of the plan's `as_of`, default the whole."""

    deductible: Amount
    deductible_remaining: OrNull[Amount] = None
    coinsurance: Percent
    out_of_pocket_maximum: OrNull[Amount] = None
    out_of_pocket_remaining: OrNull[Amount] = None


class GivenProgram(Table):
    """A savings program; `annual_remaining` is what is left of its calendar year on the plan's `as_of`."""

    patient_pays: Amount
    per_treatment_max: OrNull[Amount] = None
    annual_max: OrNull[Amount] = None
    annual_remaining: OrNull[Amount] = None
    rebate: YesNo = False


class GivenTerms(Table):
    """
    The terms of one plan, balances aside.

    Without a maximum there is no limit; without a drug deductible drugs fall under the plan's one deductible; without
    `out_of_network` nothing is covered there.
    """

    plan_year_start: Annotated[Count, Field(ge=1, le=12)] = 1
    deductible: OrNull[Amount] = None
    drug_deductible: OrNull[Amount] = None
    out_of_pocket_maximum: OrNull[Amount] = None
    accumulator: CopayAccumulator = "no"
    out_of_network: OrNull[GivenOutOfNetwork] = None
    benefits: Frozen[Words, GivenBenefit] = Field(default_factory=lambda: MappingProxyType({}))


class AdjudicatedPlan(GivenTerms):
    """
    The patient's plan with the balances of one day, `as_of`, default the first claim's day and the whole amounts.

    From `new_plan_from` on another plan holds with full amounts, default the same terms. Programs are the patient's
    and stay.
    """

    as_of: OrNull[Day] = None
    deductible_remaining: OrNull[Amount] = None
    drug_deductible_remaining: OrNull[Amount] = None
    out_of_pocket_remaining: OrNull[Amount] = None
    family_deductible_remaining: OrNull[Amount] = None
    family_out_of_pocket_remaining: OrNull[Amount] = None
    programs: Frozen[Words, GivenProgram] = Field(default_factory=lambda: MappingProxyType({}))
    new_plan_from: OrNull[Day] = None
    new_plan: OrNull[GivenTerms] = None


class GivenClaim(Table):
    """
    One line of a bill: what the clinic asks (`charge`) and what the plan allows.

    Lines of one `visit` and day ask one copay, and so do lines of one `fill` of a pharmacy, on whatever days.
    """

    date: Day
    benefit: OrNull[Words] = None
    charge: OrNull[Amount] = None
    allowed: OrNull[Amount] = None
    covered: YesNo = True
    network: Literal["in", "out"] = "in"
    program: OrNull[Words] = None
    visit: OrNull[Words] = None
    fill: OrNull[Words] = None


class ClaimsFile(Table):
    """A whole file. Claims of one day are adjudicated in the order in which they stand."""

    plan: AdjudicatedPlan
    claims: tuple[GivenClaim, ...]


def terms_on(plan: AdjudicatedPlan, claim: GivenClaim) -> GivenTerms:
    """The terms that hold for a claim: the plan's, or the new plan's from its first day on."""
    if plan.new_plan is not None and plan.new_plan_from is not None and claim.date >= plan.new_plan_from:
        return plan.new_plan
    return plan


def pays(terms: GivenTerms, claim: GivenClaim) -> bool:
    """Whether the plan takes part in a claim at all."""
    return claim.covered and (claim.network == "in" or terms.out_of_network is not None)
