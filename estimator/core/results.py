"""
What an estimate says: frozen values, in whole cents, that the page, the JSON and the command line word.

Wherever three amounts stand together they belong to the three scenarios of `Estimate.you_pay`: the cheapest for
the patient, the typical one and the dearest. Each is one concrete ledger, so every column adds up to its own total.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal, Protocol

from estimator.core.answers import Answers
from estimator.money import Range
from estimator.prices.book import PriceBook
from estimator.prices.schema.basics import Confidence, CoverageStatus, Text, Whom

SCENARIOS = ("low", "typical", "high")
AUTHORIZATION = "authorization"
"""The either-or of the insurer's answer; any other is an estimate for the case that it agrees."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Cents in the cheapest, the typical and the dearest scenario for the patient; not sorted by size."""

    low: int
    typical: int
    high: int

    def __iter__(self) -> Iterator[int]:
        return iter((self.low, self.typical, self.high))

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.low + other.low, self.typical + other.typical, self.high + other.high)


NOTHING = Amounts(0, 0, 0)


@dataclass(frozen=True, slots=True)
class YouPay(Amounts):
    """What the patient pays; here low ≤ typical ≤ high. `likely` holds the 10th and 90th percentile of the sample."""

    likely: tuple[int, int]


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Where a figure comes from: the source's title and address, the day it was last checked."""

    title: Text
    url: str | None
    checked: date | None
    confidence: Confidence | None
    kind: str
    note: Text | None


@dataclass(frozen=True, slots=True)
class LineItem:
    """
    One row the patient reads: all claims of one charge.

    With `missing` there is no price in the tables: the amounts are zero and the totals mean "at least". `asked` is
    what the clinic asks for one, `allowed` what the plan allows; None where that is not in play. `notes` say how the
    tables' prices were fitted to this person. With `sometimes` it is billed in some scenarios only.
    """

    charge: str
    label: Text
    per: Text
    quantity: int
    codes: tuple[str, ...]
    unit_price: Amounts
    billed: Amounts
    plan_pays: Amounts
    program_pays: Amounts
    you_pay: Amounts
    coverage: CoverageStatus
    coverage_reason: Text
    program: Text | None
    sources: tuple[SourceNote, ...]
    missing: bool = False
    asked: Range | None = None
    allowed: Range | None = None
    notes: tuple[Text, ...] = ()
    sometimes: bool = False

    @property
    def idle(self) -> bool:
        """Whether it is billed only in some scenarios, and in none of the three that are shown."""
        return self.sometimes and not self.missing and not any(self.billed)


@dataclass(frozen=True, slots=True)
class Month:
    """What falls due in one calendar month (``YYYY-MM``): at the visits, and after rebates have come back."""

    month: str
    at_visit: Amounts
    rebates: Amounts
    you_pay: Amounts


@dataclass(frozen=True, slots=True)
class Driver:
    """
    An unknown and how far it alone moves what the patient pays: from `low` to `high`, all else typical.

    `answer` names the question of the form that settles it, where there is one.
    """

    unknown: str
    label: Text
    low: int
    high: int
    ask: Text
    whom: Whom
    answer: str | None

    @property
    def swing(self) -> int:
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """
    One claim in one scenario; what is left is as of after the claim, None where there is no limit.

    `allowed` is what the plan recognises of the bill. Claims of one `visit` a day, or of one `fill`, ask one copay.
    """

    date: date
    charge: str
    billed: int
    benefit: str | None
    covered: bool
    deductible_part: int
    own_part: int
    share: int
    plan_pays: int
    program: str | None
    program_pays: int
    you_pay: int
    deductible_left: int | None
    out_of_pocket_left: int | None
    allowed: int = 0
    network: str = "in"
    visit: str = ""
    fill: str = ""


@dataclass(frozen=True, slots=True)
class BenefitRecord:
    """
    How the plan shares one benefit class; exactly one of `coinsurance_bp` and `copay` is given.

    With `drug_deductible` it is the drug deductible that applies. The first `first_visits` of a plan year cost
    `first_copay`.
    """

    deductible_applies: bool
    coinsurance_bp: int | None
    copay: int | None
    drug_deductible: bool = False
    first_visits: int = 0
    first_copay: int | None = None


@dataclass(frozen=True, slots=True)
class ProgramRecord:
    """A savings program as it helped in one scenario; None where it has no such limit."""

    patient_pays: int
    per_treatment_max: int | None
    annual_max: int | None
    rebate: bool
    annual_remaining: int | None = None


@dataclass(frozen=True, slots=True)
class OutOfNetworkRecord:
    """What the plan pays outside its network in one scenario; None where there is no limit."""

    deductible_remaining: int
    deductible: int
    out_of_pocket_remaining: int | None
    out_of_pocket_maximum: int | None
    coinsurance_bp: int


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """
    The insurance terms one scenario used; all None and empty where nobody is insured.

    What is left is as of the first claim. `new_plan` is the day of a change during the course and the terms from then.
    """

    profile: str | None
    deductible_remaining: int | None
    deductible: int | None
    out_of_pocket_remaining: int | None
    out_of_pocket_maximum: int | None
    plan_year_start: int | None
    accumulator: bool | None
    benefits: Mapping[str, BenefitRecord]
    programs: Mapping[str, ProgramRecord]
    maximizer: bool = False
    drug_deductible: int | None = None
    drug_deductible_remaining: int | None = None
    family_deductible_remaining: int | None = None
    family_out_of_pocket_remaining: int | None = None
    out_of_network: OutOfNetworkRecord | None = None
    new_plan: "tuple[str, PlanTerms] | None" = None

    @property
    def starts_again(self) -> bool:
        """Whether a new plan year brings anything back: a deductible or a maximum."""
        return bool(self.deductible) or self.out_of_pocket_maximum is not None


@dataclass(frozen=True, slots=True)
class BranchOption:
    """One side of an either-or: the answer that stands for it, and what the patient then pays."""

    value: str
    label: Text
    you_pay: YouPay


@dataclass(frozen=True, slots=True)
class Branch:
    """An either-or that explains most of a range, and the estimate of each of its sides by itself."""

    unknown: str
    label: Text
    options: tuple[BranchOption, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the cases that stand side by side where either-ors decide: what it is, in one or two parts."""

    labels: tuple[Text, ...]
    you_pay: YouPay


def sides_of(branches: Sequence[Branch]) -> tuple[Side, ...]:
    """The sides of an estimate's either-ors; where the insurer's answer is one of them, its no comes last."""
    answer = next((one for one in branches if one.unknown == AUTHORIZATION), None)
    other = next((one for one in branches if one.unknown != AUTHORIZATION), None)
    if answer is None or other is None:
        only = answer or other
        return tuple(Side((one.label,), one.you_pay) for one in only.options) if only else ()
    agrees, refuses = answer.options
    agreed = [Side((agrees.label, one.label), one.you_pay) for one in other.options]
    return (*agreed, Side((refuses.label,), refuses.you_pay))


@dataclass(frozen=True, slots=True)
class Reset:
    """A day on which something starts again or changes; `before_first_claim`: before the course has begun."""

    date: date
    what: Literal["plan_year", "calendar_year", "new_plan"]
    before_first_claim: bool


class Ledgers(Protocol):
    """The three shown scenarios in full; `place` is 0 for the cheapest, 1 for the typical, 2 for the dearest."""

    def rows(self, place: int) -> tuple[LedgerRow, ...]: ...

    def plan(self, place: int) -> PlanTerms: ...


@dataclass(frozen=True, eq=False)
class Estimate:
    """Everything about one set of answers and one price book. Same answers, same book: the same estimate."""

    answers: Answers
    book: PriceBook
    you_pay: YouPay
    billed: Amounts
    plan_pays: Amounts
    program_pays: Amounts
    missing: tuple[str, ...]
    items: tuple[LineItem, ...]
    months: tuple[Month, ...]
    drivers: tuple[Driver, ...]
    authorization_applies: bool
    if_not_covered: YouPay
    branches: tuple[Branch, ...]
    resets: tuple[Reset, ...]
    plan_unlike: bool
    scenario_ledgers: Ledgers = field(repr=False)
    visits: int
    scenarios: int

    @cached_property
    def ledger(self) -> tuple[tuple[LedgerRow, ...], tuple[LedgerRow, ...], tuple[LedgerRow, ...]]:
        """Every claim of the three scenarios; worked out when first asked for."""
        rows = self.scenario_ledgers.rows
        return rows(0), rows(1), rows(2)

    @cached_property
    def plan(self) -> tuple[PlanTerms, PlanTerms, PlanTerms]:
        """The insurance terms of the three scenarios."""
        plan = self.scenario_ledgers.plan
        return plan(0), plan(1), plan(2)

    @cached_property
    def sides(self) -> tuple[Side, ...]:
        """The cases in place of one typical amount, which would be nobody's bill; empty where no either-or decides."""
        return sides_of(self.branches)

    @property
    def typical_side(self) -> Side | None:
        """The side that the typical scenario belongs to, where that can be told."""
        return next((side for side in self.sides if side.you_pay.typical == self.you_pay.typical), None)

    @property
    def agreement_decides(self) -> bool:
        """Whether the insurer's yes and no stand among the sides."""
        return any(branch.unknown == AUTHORIZATION for branch in self.branches)

    @property
    def balances_count(self) -> bool:
        """Whether what is left of a plan today still is at the first visit: no plan year, no plan begins between."""
        return not any(one.before_first_claim and one.what != "calendar_year" for one in self.resets)

    @property
    def at_least(self) -> bool:
        """Whether a price is missing, so that every total is only a floor."""
        return bool(self.missing)
