"""
Claims: what is billed on a day, at which price, and what the payer says about it.

What the clinic asks and what the plan allows are two facts; knowing one says nothing about the other.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from estimator.core.answers import ToldShare
from estimator.money import Range
from estimator.prices.schema.basics import BenefitClass, CoverageStatus, PriceColumn, Provenance, Text
from estimator.prices.schema.charges import Coverage

Covered = Literal["yes", "no", "maybe"]

CLINIC, THERAPIST = "clinic", "therapist"
"""The places of visits: what is billed at one place on one day is one visit, and asks one copay."""


@dataclass(frozen=True, slots=True)
class PriceInPlay:
    """
    A price that may be unknown: its range and the unknown it moves with.

    `stated` is what the tables say, None where the charge is included in another or the patient was told its price.
    `lower` is the price of the lower dose, billed where the unknown ``dose`` turns out so. `less` is credited toward
    it, as an evaluation toward the first session.
    """

    stated: Provenance | None
    column: PriceColumn
    range: Range
    unknown: str | None
    lower: "PriceInPlay | None" = None
    less: "PriceInPlay | None" = None


@dataclass(frozen=True, slots=True)
class CoverageDetermination:
    """What the payer says about a charge: the status shown, why, what it means for the ledger.

    With `included` another charge's price holds it."""

    status: CoverageStatus
    reason: Text
    covered: Covered
    chance: int = 0
    unknown: str | None = None
    source: Coverage | None = None
    included: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A claim is billed only in scenarios in which the yes/no `unknown`, of this `chance`, turns out as `wanted`."""

    unknown: str
    chance: int
    wanted: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """
    One charge on one day.

    `asked` is what a patient without cover would be asked, `allowed` what the plan recognises; None where the tables
    have no price. `row` numbers the line item that the claim belongs to, `visit` the place that asks one copay a day,
    `fill` the pharmacy's fill. `share` is what the plan told the patient they pay. With `conditions` the claim is one
    of two alternatives, of which the second is not `counted`. Claims of one `kind` differ in the day alone. What is
    paid in several `payments` falls due in so many months.
    """

    day: date
    charge: str
    row: int
    units: int
    asked: PriceInPlay | None
    allowed: PriceInPlay | None
    coverage: CoverageDetermination
    benefit: BenefitClass | None
    pharmacy_benefit: BenefitClass | None
    program: str | None
    network: Literal["in", "out"] = "in"
    visit: str = CLINIC
    fill: str = ""
    share: ToldShare | None = None
    conditions: tuple[Condition, ...] = ()
    counted: bool = True
    lower_charge: str | None = None
    kind: int = 0
    payments: int = 1

    @property
    def out_of_network(self) -> bool:
        return self.network == "out"

    @property
    def lacks_asked(self) -> bool:
        """Whether the tables have no price to ask of the patient, where the patient may be asked one."""
        return self.asked is None and (self.coverage.covered != "yes" or self.out_of_network)

    @property
    def lacks_allowed(self) -> bool:
        """Whether the tables do not say what the plan allows, where the plan may pay."""
        return self.allowed is None and self.coverage.covered != "no"

    @property
    def missing(self) -> bool:
        """Whether a price this claim needs is not in the tables."""
        return self.lacks_asked or self.lacks_allowed


@dataclass(frozen=True, slots=True)
class LineHeading:
    """What the claims of one line item have in common."""

    charge: str
    label: Text
    per: Text
    codes: tuple[str, ...]
    coverage: CoverageDetermination
    program: str | None


@dataclass(frozen=True, slots=True)
class Claims:
    """All claims of a course in date order, the line items they make, and where prices are missing."""

    all: tuple[Claim, ...]
    rows: tuple[LineHeading, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The charges without a price, each once."""
        return tuple(dict.fromkeys(claim.charge for claim in self.all if claim.missing))
