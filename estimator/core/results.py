"""
What an estimate says: frozen values, in whole cents, that the page, the JSON and the command line word.

Wherever three amounts stand together they belong to the three scenarios of `Estimate.you_pay`: the cheapest for
the patient, the typical one and the dearest. Each is one concrete ledger, so every column adds up to its own total.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Protocol

from estimator.core.answers import Answers
from estimator.prices.book import PriceBook
from estimator.prices.schema import Confidence, CoverageStatus, Text, Whom

SCENARIOS = ("low", "typical", "high")


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

    With `missing` there is no price in the tables: the amounts are zero and the totals mean "at least".
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
    """One claim in one scenario; counters are those after the claim, None where there is no limit."""

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


@dataclass(frozen=True, slots=True)
class BenefitTerms:
    """How the plan shares one benefit class; exactly one of `coinsurance_bp` and `copay` is given."""

    deductible_applies: bool
    coinsurance_bp: int | None
    copay: int | None


@dataclass(frozen=True, slots=True)
class ProgramTerms:
    """A savings program as it helped in one scenario; None where it has no such limit."""

    patient_pays: int
    per_treatment_max: int | None
    annual_max: int | None
    rebate: bool


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """The insurance terms one scenario used; all None and empty where nobody is insured."""

    profile: str | None
    deductible_remaining: int | None
    deductible: int | None
    out_of_pocket_remaining: int | None
    out_of_pocket_maximum: int | None
    plan_year_start: int | None
    accumulator: bool | None
    benefits: Mapping[str, BenefitTerms]
    programs: Mapping[str, ProgramTerms]

    @property
    def starts_again(self) -> bool:
        """Whether a new plan year brings anything back: a deductible or a maximum."""
        return bool(self.deductible) or self.out_of_pocket_maximum is not None


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
    scenario_ledgers: Ledgers = field(repr=False)
    first_visit: date
    last_visit: date
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

    @property
    def at_least(self) -> bool:
        """Whether a price is missing, so that every total is only a floor."""
        return bool(self.missing)
