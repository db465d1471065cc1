"""What Medicare pays: relative values of codes, factors of areas."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from estimator.prices.schema.basics import Provenance, Table
from estimator.prices.schema.scalars import ConversionFactor, Day, Factor, Frozen, RelativeValue, State, Words, refuse
from estimator.sentences import say


class FeeScheduleEntry(Provenance):
    """
    What Medicare's physician fee schedule says about one code.

    In an area the amount is (`work` × the area's + practice × the area's + `malpractice` × the area's) ×
    `conversion_factor`; practice is `practice_office`, or `practice_facility` where a hospital brings rooms and staff.
    The one that is left out is not paid.
    """

    work: RelativeValue
    practice_office: RelativeValue | None = None
    practice_facility: RelativeValue | None = None
    malpractice: RelativeValue
    conversion_factor: ConversionFactor

    @model_validator(mode="after")
    def _paid_somewhere(self) -> Self:
        if self.practice_office is None and self.practice_facility is None:
            raise refuse(say("give practice_office, practice_facility or both"))
        return self


class AreaFactors(Provenance):
    """How dear work, practice and malpractice are in an area; 1 is the national average."""

    work: Factor
    practice: Factor
    malpractice: Factor


class Area(Table):
    """One of Medicare's payment areas; `also_in` names states that it reaches into."""

    name: Words
    also_in: tuple[State, ...] = ()
    factors: Annotated[Frozen[Day, AreaFactors], Field(min_length=1)]
