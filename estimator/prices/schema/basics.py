"""What every part of the tables is made of: groups of keys, words, ranges, where a figure comes from."""

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, model_validator

from estimator.money import Range
from estimator.prices.schema.scalars import Amount, Count, Day, Name, Percent, Words

LANGUAGES = ("en", "es")

PriceColumn = Literal["self_pay", "insured_patient", "commercial", "medicare", "medicaid", "military"]
PRICE_COLUMNS: tuple[PriceColumn, ...] = get_args(PriceColumn)

BenefitClass = Literal["drug", "pharmacy", "procedure", "visit", "psychotherapy"]

NetworkClass = Literal["drug", "procedure", "visit", "psychotherapy"]
NETWORK_CLASSES: tuple[NetworkClass, ...] = get_args(NetworkClass)
"""The benefit classes whose doctors may be in network or not, each by itself; a drug's pharmacy counts as the drug."""

Setting = Literal["office", "hospital"]
CoverageStatus = Literal["covered", "prior_authorization", "varies", "not_covered"]
Whom = Literal["clinic", "insurer"]
Confidence = Literal["high", "medium", "low"]


class Table(BaseModel):
    """A group of keys in a table: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Table):
    """Words for people, per language; plain words stand for English."""

    en: Words
    es: Words | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_words_are_english(cls, value: Any) -> Any:
        return {"en": value} if isinstance(value, str) else value

    def get(self, language: str) -> str:
        """The words in `language`, or in English where they have not been translated."""
        return (self.es or self.en) if language == "es" else self.en


def range_from(value: Any) -> Any:
    return {"low": value, "typical": value, "high": value} if isinstance(value, str) else value


class _RangeTable(Table):
    @model_validator(mode="before")
    @classmethod
    def _one_number_is_all_three(cls, value: Any) -> Any:
        return range_from(value)

    @property
    def range(self) -> Range:
        return Range(self.low, self.typical, self.high)  # type: ignore[attr-defined]


class AmountRange(_RangeTable):
    """``{low, typical, high}`` in dollars, or one number."""

    low: Amount
    typical: Amount
    high: Amount


class PercentRange(_RangeTable):
    """``{low, typical, high}`` in percent, or one number."""

    low: Percent
    typical: Percent
    high: Percent


class CountRange(_RangeTable):
    """``{low, typical, high}`` as whole numbers, or one number."""

    low: Count
    typical: Count
    high: Count


class Provenance(Table):
    """Where a figure comes from; `source` names an entry of ``sources``, several with a list."""

    source: tuple[Name, ...] = ()
    checked: Day | None = None
    confidence: Confidence | None = None
    note: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_source_is_a_list_of_one(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("source"), str):
            return {**value, "source": (value["source"],)}
        return value
