"""Things billed: their prices in every column, who covers them, what to ask about them."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Self

from pydantic import Field, PrivateAttr

from estimator.prices.schema.basics import (
    PRICE_COLUMNS,
    BenefitClass,
    CoverageStatus,
    PercentRange,
    PriceColumn,
    Provenance,
    Table,
    Text,
)
from estimator.prices.schema.dated_prices import DatedPrices, Price, price_in_force
from estimator.prices.schema.offers import Introductory, Package, Subscription
from estimator.prices.schema.scalars import Code, Frozen, Name, Percent
from estimator.prices.schema.wording import QuestionWording


class Coverage(Provenance):
    """Whether a payer covers a charge, and why. `chance` (percent) is needed where it ``varies``."""

    status: CoverageStatus
    reason: Text
    chance: Percent | None = None


class _ChargeKeys(Table):
    per: Text = Text(en="session", es="sesión")
    codes: tuple[Code, ...] = ()
    benefit: BenefitClass | None = None
    pharmacy_benefit: BenefitClass | None = None
    self_pay: DatedPrices | None = None
    insured_patient: DatedPrices | None = None
    commercial: DatedPrices | None = None
    medicare: DatedPrices | None = None
    medicaid: DatedPrices | None = None
    military: DatedPrices | None = None
    moves_with: Name | None = None
    proportion: PercentRange | None = None
    same_as: Name | None = None
    included_in: Name | None = None
    never_with: tuple[Name, ...] = ()
    packages: tuple[Package, ...] = ()
    introductory: Introductory | None = None
    subscription: Subscription | None = None
    credited_toward: Name | None = None
    coverage: Frozen[Name, Coverage] = Field(default_factory=lambda: MappingProxyType({}))
    price_question: QuestionWording | None = None
    free_question: QuestionWording | None = None
    coverage_question: QuestionWording | None = None

    def prices(self, column: PriceColumn) -> Mapping[date, Price] | None:
        return getattr(self, column)  # type: ignore[no-any-return]

    # No field: no table can write it, and merging a clinic's list fills it in.
    _national: Mapping[str, Mapping[date, Price]] = PrivateAttr(default_factory=dict)

    @property
    def start_dates(self) -> frozenset[date]:
        """Every day on which a price of this charge begins. Not cached: a merged copy would keep another's days."""
        return frozenset(start for column in PRICE_COLUMNS for start in self.prices_in_effect(column))

    def price_on(self, column: PriceColumn, day: date) -> Price | None:
        """The price that holds on `day`; before a clinic's first own day that is the national one."""
        return price_in_force(self.prices_in_effect(column), day)

    def first_day(self, column: PriceColumn) -> date | None:
        """The first day on which a price is known; None where there is none."""
        return min(self.prices_in_effect(column), default=None)

    def prices_in_effect(self, column: PriceColumn) -> Mapping[date, Price]:
        """Every price of a column by its first day; before a clinic's own first day the national ones."""
        own = self.prices(column) or {}
        before = self._national.get(column)
        if not before:
            return own
        return {start: price for start, price in before.items() if not own or start < min(own)} | dict(own)

    def after_national(self, national: "_ChargeKeys") -> Self:
        """This clinic's charge, with the national prices in force before its own first days."""
        columns = [column for column in PRICE_COLUMNS if self.prices(column) and national.prices(column)]
        self._national = {column: national.prices(column) or {} for column in columns}
        return self


class Charge(_ChargeKeys):
    """A thing billed: its prices per payer class, its benefit class, who covers it, what to ask about it."""

    label: Text


class ClinicCharge(_ChargeKeys):
    """What a clinic says about one charge; keys it leaves out keep their national value."""

    label: Text | None = None
