"""
Claims: what is billed on a day, at which price, and what the payer says about it.

What the clinic asks and what the plan allows are two facts; knowing one says nothing about the other.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, NamedTuple

from estimator.core.answer_values import ToldShare
from estimator.core.course import Billed
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
    it, as an evaluation toward the first session. `notes` say what the tables' price has become here, and why.
    """

    stated: Provenance | None
    column: PriceColumn
    range: Range
    unknown: str | None
    lower: "PriceInPlay | None" = None
    less: "PriceInPlay | None" = None
    notes: tuple[Text, ...] = ()


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


class Claim(NamedTuple):
    """
    One charge on one day. A course has hundreds that differ in `day` and `fill` alone, so these stand first: `on`.

    `asked` is what a patient without cover would be asked, `allowed` what the plan recognises; None where the tables
    have no price. `row` numbers the line item that the claim belongs to, `visit` the place that asks one copay a day,
    `fill` the pharmacy's fill. `share` is what the plan told the patient they pay. With `conditions` the claim is one
    of two alternatives, of which the second is not `counted`. Claims of one `kind` differ in the day alone. What is
    paid in several `payments` falls due in so many months.
    """

    day: date
    fill: str
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
    share: ToldShare | None = None
    conditions: tuple[Condition, ...] = ()
    counted: bool = True
    lower_charge: str | None = None
    kind: int = 0
    payments: int = 1

    def on(self, day: date, fill: str) -> "Claim":
        """The same on another day, copied cheaply."""
        return Claim._make((day, fill, *self[2:]))

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


def instalment(cents: int, payments: int, number: int) -> int:
    """Payment `number`, from 0, of an amount paid in so many months; the odd cents are in the first."""
    return cents // payments + (cents % payments if number == 0 else 0)


@dataclass(frozen=True, slots=True)
class LineHeading:
    """What the claims of one line item have in common."""

    charge: str
    label: Text
    per: Text
    codes: tuple[str, ...]
    coverage: CoverageDetermination
    program: str | None


@dataclass(frozen=True)
class Claims:
    """
    All claims of a course in date order, the line items they make, and on how many days somebody comes.

    There may be fewer days with a claim than `visits`: a package is paid once, a subscription once a month. `course` is
    what they were made from.
    """

    all: tuple[Claim, ...]
    rows: tuple[LineHeading, ...] = ()
    visits: int = 0
    course: tuple[Billed, ...] = ()

    @cached_property
    def samples(self) -> tuple[Claim, ...]:
        """One claim of each kind, in the order in which they were met; what the kind says is said once."""
        found: dict[int, Claim] = {}
        for claim in self.all:
            found.setdefault(claim.kind, claim)
        return tuple(found.values())

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The charges without a price, each once."""
        return tuple(dict.fromkeys(claim.charge for claim in self.samples if claim.missing))

    @cached_property
    def priced(self) -> tuple[Claim, ...]:
        """The claims that can be settled: those with every price that they need."""
        without = {claim.kind for claim in self.samples if claim.missing}
        return tuple(claim for claim in self.all if claim.kind not in without) if without else self.all

    @cached_property
    def insured(self) -> tuple[Claim, ...]:
        """The priced claims that a plan covers, or may cover."""
        uncovered = {claim.kind for claim in self.samples if claim.coverage.covered == "no"}
        return tuple(claim for claim in self.priced if claim.kind not in uncovered) if uncovered else self.priced

    @cached_property
    def kinds(self) -> tuple[tuple[Claim, int], ...]:
        """One priced claim of each kind, and how many there are of it."""
        times = Counter(claim.kind for claim in self.priced)
        return tuple((claim, times[claim.kind]) for claim in self.samples if claim.kind in times)

    @cached_property
    def uncovered_kinds(self) -> tuple[tuple[Claim, int], ...]:
        """The same for the claims that no plan covers."""
        return tuple((claim, times) for claim, times in self.kinds if claim.coverage.covered == "no")

    @cached_property
    def asks_again(self) -> frozenset[int]:
        """The ids of insured claims after which the same visit of a day, or the same fill, has another one."""
        last: dict[tuple[date | None, str], int] = {}
        again = set()
        for claim in self.insured:
            places = [(claim.day, claim.visit)] + ([(None, claim.fill)] if claim.fill else [])
            for place in places:
                if place in last:
                    again.add(last[place])
                last[place] = id(claim)
        return frozenset(again)
