"""The top of the schema: a national file, a clinic's file, and the tables that they make together."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field, PrivateAttr

from estimator.prices.schema.basics import Provenance, Table, Text
from estimator.prices.schema.charges import Charge, ClinicCharge
from estimator.prices.schema.dated_prices import DatedPrices
from estimator.prices.schema.fee_schedule import Area, FeeScheduleEntry
from estimator.prices.schema.offers import Discount
from estimator.prices.schema.payers import Payer, Program
from estimator.prices.schema.scalars import (
    Answer,
    Code,
    Colour,
    Day,
    Frozen,
    Name,
    Site,
    State,
    TimeZone,
    Words,
    YesNo,
)
from estimator.prices.schema.sources import Sample, Service, Source
from estimator.prices.schema.treatments import Line, Treatment
from estimator.prices.schema.wording import GlossaryTerm, Texts, UnknownWording


class Defaults(Provenance):
    """Source, date and confidence of every figure in the file that does not say its own."""


class ReferencePatient(Table):
    """
    Somebody made up, whose estimate shows what a change of prices does.

    `answers` are named and written as in a link; what they leave open stays open in the estimate.
    """

    label: Text
    answers: Annotated[Frozen[Name, Answer], Field(min_length=1)]


class Colours(Table):
    """A clinic's own accent colour, for light and for dark screens; checked for contrast."""

    accent: Colour
    accent_dark: Colour


class Clinic(Table):
    """
    Whose price list a clinic file is, and how its own entry page looks.

    `policies` are its rules on deposits, refunds and late cancelling. `logo` is a word or two in place of a picture,
    `contact` says how to reach it, `good_faith_estimate` whom to ask for one. Its day is the day in its `time_zone`;
    left out, the server's.
    Only sites that `embed` lists may show its pages inside their own.
    """

    name: Text
    logo: Words | None = None
    colours: Colours | None = None
    fictional: YesNo = False
    city: Words | None = None
    state: State | None = None
    time_zone: TimeZone | None = None
    offers: tuple[Name, ...] = ()
    contact: Text | None = None
    good_faith_estimate: Text | None = None
    policies: tuple[Text, ...] = ()
    embed: Annotated[tuple[Site, ...], Field(max_length=20)] = ()
    note: Text | None = None


class NationalFile(Table):
    """One file of the national tables: any of the sections; together the files make one `Book`."""

    defaults: Defaults | None = None
    texts: Texts | None = None
    sources: Frozen[Name, Source] | None = None
    treatments: Frozen[Name, Treatment] | None = None
    charges: Frozen[Name, Charge] | None = None
    payers: Frozen[Name, Payer] | None = None
    programs: Frozen[Name, Program] | None = None
    unknowns: Frozen[Name, UnknownWording] | None = None
    glossary: Frozen[Name, GlossaryTerm] | None = None
    discounts: Frozen[Name, Discount] | None = None
    reference_patients: Frozen[Name, ReferencePatient] | None = None
    services: Frozen[Name, Service] | None = None
    samples: Frozen[Name, Sample] | None = None
    fee_schedule: Frozen[Code, Frozen[Day, FeeScheduleEntry]] | None = None
    hospital_payments: Frozen[Code, DatedPrices] | None = None
    areas: Frozen[State, Frozen[Code, Area]] | None = None


class ClinicFile(Table):
    """
    A clinic's own price list: only what differs from the national tables, charge by charge.

    `adds` gives treatments further lines at each session, for example a visit billed to the insurer.
    A reference patient takes the place of the national one of the same name.
    """

    clinic: Clinic
    defaults: Defaults | None = None
    sources: Frozen[Name, Source] | None = None
    charges: Frozen[Name, ClinicCharge] | None = None
    adds: Frozen[Name, tuple[Line, ...]] | None = None
    discounts: Frozen[Name, Discount] | None = None
    reference_patients: Frozen[Name, ReferencePatient] | None = None


class Book(Table):
    """Everything the tables of one folder say, the clinic's own figures already in place of the national ones."""

    texts: Texts
    sources: Frozen[Name, Source]
    treatments: Annotated[Frozen[Name, Treatment], Field(min_length=1)]
    charges: Frozen[Name, Charge]
    payers: Annotated[Frozen[Name, Payer], Field(min_length=1)]
    programs: Frozen[Name, Program] = Field(default_factory=lambda: MappingProxyType({}))
    unknowns: Frozen[Name, UnknownWording]
    glossary: Frozen[Name, GlossaryTerm] = Field(default_factory=lambda: MappingProxyType({}))
    reference_patients: Frozen[Name, ReferencePatient] = Field(default_factory=lambda: MappingProxyType({}))
    services: Frozen[Name, Service] = Field(default_factory=lambda: MappingProxyType({}))
    samples: Frozen[Name, Sample] = Field(default_factory=lambda: MappingProxyType({}))
    fee_schedule: Frozen[Code, Frozen[Day, FeeScheduleEntry]] = Field(default_factory=lambda: MappingProxyType({}))
    hospital_payments: Frozen[Code, DatedPrices] = Field(default_factory=lambda: MappingProxyType({}))
    areas: Frozen[State, Frozen[Code, Area]] = Field(default_factory=lambda: MappingProxyType({}))
    discounts: Frozen[Name, Discount] = Field(default_factory=lambda: MappingProxyType({}))
    clinic: Clinic | None = None

    # No field: no table can write it, and merging a clinic's list fills it in.
    _own_charges: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def own_charges(self) -> frozenset[str]:
        """The charges that a clinic itself prices, or says to be in another's price; none of the national book."""
        return self._own_charges

    def with_own_charges(self, names: Iterable[str]) -> Self:
        """This clinic's book, which has prices of its own for `names`."""
        self._own_charges = frozenset(names)
        return self
