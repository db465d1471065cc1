"""
What a price table may say, and the frozen values it becomes.

One schema serves the reader, the shipped JSON Schema and the core. Single values are read by `scalars`.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from estimator.money import Range, divided
from estimator.prices.scalars import (
    Address,
    Amount,
    Answer,
    Code,
    Colour,
    ConversionFactor,
    Count,
    Day,
    Deductible,
    Factor,
    Frozen,
    Name,
    Percent,
    RelativeValue,
    State,
    Words,
    YesNo,
    as_text,
    refuse,
)
from estimator.sentences import say

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

Included = Literal[
    "evaluation",
    "medicine",
    "monitoring",
    "guide",
    "therapist",
    "coach",
    "physician",
    "preparation",
    "integration",
    "follow_up",
    "extra_medicine",
    "kit",
]
"""What a posted price holds beside the thing itself, in the words that price lists use."""

LeftOut = Literal["withdrawn", "not_open", "press", "doubtful", "replaced", "repeated", "billed", "in_part"]
"""
Why a posted price is shown and not counted: no longer sold, not sold yet, told by the press and not by the provider,
provider or price in doubt, a newer price of the same provider counts, another price of the same provider counts, what
is billed to insurers, only a part of what is meant.
"""


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


def _range_from(value: Any) -> Any:
    return {"low": value, "typical": value, "high": value} if isinstance(value, str) else value


class _RangeTable(Table):
    @model_validator(mode="before")
    @classmethod
    def _one_number_is_all_three(cls, value: Any) -> Any:
        return _range_from(value)

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


class Price(Provenance):
    """
    One price: ``{low, typical, high, source, checked}``, or ``{price, source, checked}``, or one number.

    Missing ``source`` and ``checked`` come from the file's ``defaults``.
    """

    low: Amount
    typical: Amount
    high: Amount

    @model_validator(mode="before")
    @classmethod
    def _one_price(cls, value: Any) -> Any:
        if isinstance(value, str):
            return _range_from(value)
        if isinstance(value, dict) and "price" in value:
            if value.keys() & {"low", "typical", "high"}:
                raise refuse(say("give either price, or low, typical and high, not both"))
            rest = {key: item for key, item in value.items() if key != "price"}
            return rest | _range_from(as_text(value["price"]))
        return value

    @property
    def range(self) -> Range:
        return Range(self.low, self.typical, self.high)


DatedPrices = Frozen[Day, Price]
"""Start date -> price. A price holds until the next date begins, so no gap or overlap can be written."""


def price_in_force(prices: Mapping[date, Price], day: date) -> Price | None:
    """The price that holds on `day`, or None before the first start date."""
    begun = [start for start in prices if start <= day]
    return prices[max(begun)] if begun else None


def last_start(prices: Mapping[date, Price], today: date | None) -> date | None:
    """The start date of the price that holds `today`, or, before the first one and without a day, of the last one."""
    begun = [start for start in prices if today is None or start <= today]
    return max(begun or prices, default=None)


class Source(Table):
    """Who says so: a page, a file, a regulation; or our own derivation or assumption, and then why."""

    title: Text
    url: Address | None = None
    kind: Literal["price-list", "survey", "official", "press", "other", "derived", "assumption"] = "other"
    published: Text | None = None
    note: Text | None = None


class Service(Table):
    """Something price lists post that no charge of the tables stands for."""

    label: Text
    per: Text = Text(en="session")


class Sample(Provenance):
    """
    One price that a provider posts, as it stood on the day it was seen (`checked`).

    `of` names the charges, or services, that it is a price of. It says `price`, or `low` and `high` where the provider
    posts a range; the amount buys `units` of it. `dated` is the price list's own day. `seen` says whether the page
    itself was read or a copy of it. What is `left_out` is shown and does not count.
    """

    provider: Text
    city: Words | None = None
    state: State | None = None
    remote: YesNo = False
    of: Annotated[tuple[Name, ...], Field(min_length=1)]
    price: Amount | None = None
    low: Amount | None = None
    high: Amount | None = None
    units: Annotated[Count, Field(ge=1)] = 1
    includes: tuple[Included, ...] = ()
    dated: Day | None = None
    seen: Literal["page", "copy"] = "page"
    left_out: LeftOut | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_name_is_a_list_of_one(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("of"), str):
            return {**value, "of": (value["of"],)}
        return value

    @model_validator(mode="after")
    def _a_price_or_a_range(self) -> Self:
        ends = (self.low, self.high)
        if (self.price is None) == (ends == (None, None)) or (self.price is None and None in ends):
            raise refuse(say("give either price, or low and high"))
        if self.low is not None and self.high is not None and self.low > self.high:
            raise refuse(say("low is above high"))
        return self

    @property
    def label(self) -> Text:
        """Whose price it is."""
        return self.provider

    @property
    def ends(self) -> tuple[int, int]:
        """The least and the most for one, in cents; the same where one price is posted."""
        low, high = self._posted
        return divided(low, self.units), divided(high, self.units)

    @property
    def value(self) -> int:
        """What counts: the price of one in cents, of a range its middle."""
        return divided(sum(self._posted), 2 * self.units)

    @property
    def _posted(self) -> tuple[int, int]:
        return (self.low or 0, self.high or 0) if self.price is None else (self.price, self.price)


def kinds_without_address(clinic: bool) -> tuple[str, ...]:
    """The kinds of sources that need no address; among them a `clinic`'s own price list, which may be on paper."""
    return ("derived", "assumption", "price-list") if clinic else ("derived", "assumption")


class Coverage(Provenance):
    """Whether a payer covers a charge, and why. `chance` (percent) is needed where it ``varies``."""

    status: CoverageStatus
    reason: Text
    chance: Percent | None = None


class Offer(Provenance):
    """Something sold from `starts` on and `until` a day, both included; left out means always."""

    starts: Day | None = None
    until: Day | None = None

    def holds(self, day: date) -> bool:
        """Whether it can be bought on `day`."""
        return (self.starts is None or self.starts <= day) and (self.until is None or day <= self.until)


class Package(Offer):
    """
    A prepaid bundle of `sessions` of the charge (and of `also_covers`) for one `price`, paid at the first.

    `includes` says how many of other charges the price holds as well. With `payments` it is paid in so many parts, one
    a month.
    """

    sessions: Annotated[Count, Field(ge=2, le=104)]
    price: Amount
    also_covers: tuple[Name, ...] = ()
    includes: Frozen[Name, Annotated[Count, Field(ge=1, le=104)]] = Field(default_factory=lambda: MappingProxyType({}))
    payments: Annotated[Count, Field(ge=1, le=36)] = 1


class Introductory(Offer):
    """The first `sessions` of a new patient, at a `price` of their own."""

    sessions: Annotated[Count, Field(ge=1, le=104)] = 1
    price: Amount


class Subscription(Offer):
    """So much a month for up to `sessions` of the charge in it; left out means however many."""

    monthly: Amount
    sessions: Annotated[Count, Field(ge=1, le=104)] | None = None


class QuestionWording(Table):
    """What to ask about an unknown, and whom; somebody without insurance asks `ask_uninsured`, where it is given."""

    label: Text
    ask: Text
    ask_uninsured: Text | None = None
    whom: Whom

    def of_patient(self, insured: bool) -> "QuestionWording":
        """The question as this patient asks it."""
        return self if insured or self.ask_uninsured is None else self.model_copy(update={"ask": self.ask_uninsured})


class Discount(Provenance):
    """
    Less for a group of people, such as veterans, or for members: `percent` off, or other `prices`.

    It holds for `charges`, left out means for all that the clinic sells. `monthly` is what membership costs.
    """

    label: Text
    percent: Percent | None = None
    prices: Frozen[Name, Amount] = Field(default_factory=lambda: MappingProxyType({}))
    charges: tuple[Name, ...] = ()
    monthly: Amount | None = None

    @model_validator(mode="after")
    def _says_what_is_less(self) -> Self:
        if self.percent is None and not self.prices:
            raise refuse(say("give either percent or prices"))
        return self


class _ChargeKeys(Table):
    per: Text = Text(en="session")
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
    coverage_question: QuestionWording | None = None

    def prices(self, column: PriceColumn) -> Mapping[date, Price] | None:
        return getattr(self, column)  # type: ignore[no-any-return]

    # No field: no table can write it, and merging a clinic's list fills it in.
    _national: Mapping[str, Mapping[date, Price]] = PrivateAttr(default_factory=dict)

    @property
    def start_dates(self) -> frozenset[date]:
        """Every day on which a price of this charge begins. Not cached: a merged copy would keep another's days."""
        return frozenset(start for column in PRICE_COLUMNS for start in self._dated(column))

    def price_on(self, column: PriceColumn, day: date) -> Price | None:
        """The price that holds on `day`; before a clinic's first own day that is the national one."""
        return price_in_force(self._dated(column), day)

    def first_day(self, column: PriceColumn) -> date | None:
        """The first day on which a price is known; None where there is none."""
        return min(self._dated(column), default=None)

    def _dated(self, column: PriceColumn) -> Mapping[date, Price]:
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


class Phase(Table):
    """
    A stretch of the course. `gaps` are the days from one session to the next, repeated in turn.

    `week` is the week of the course, from 1, in which the phase begins; left out, it begins after its first gap.
    """

    label: Text
    sessions: Annotated[Count, Field(ge=1)] | None = None
    gaps: Annotated[tuple[Annotated[Count, Field(ge=1)], ...], Field(min_length=1)]
    week: Annotated[Count, Field(ge=1)] | None = None


class Line(Table):
    """
    One charge of a visit.

    `phase` limits it to one phase (by name), `only` to the first or the later sessions, `payers` and
    `not_payers` to some payers, `setting` to one place. With `if_told` it is billed only where the patient was told
    something about the charge. `lower_dose` is the charge billed instead when the dose is the lower one.
    """

    charge: Name
    label: Text | None = None
    lower_dose: Name | None = None
    phase: Name | None = None
    only: Literal["first", "later"] | None = None
    payers: tuple[Name, ...] = ()
    not_payers: tuple[Name, ...] = ()
    setting: Setting | None = None
    if_told: YesNo = False
    units: Annotated[Count, Field(ge=1, le=100)] = 1
    days_before: Annotated[Count, Field(le=365)] = 7
    after: Annotated[Count, Field(ge=1)] | None = None


class Usual(CountRange, Provenance):
    """A usual number, with its source."""


class Psychotherapy(Table):
    """Which charges psychotherapy alongside is billed as, and how many sessions are usual."""

    in_person: Name
    virtual: Name
    usual_sessions: Usual


class Treatment(Provenance):
    """A treatment: its schedule and the charges of each visit, in the order they are billed."""

    label: Text
    short: Text
    hint: Text
    regulatory: Text
    usual_sessions: Usual
    minutes: Usual | None = None
    phases: Annotated[Frozen[Name, Phase], Field(min_length=1)]
    before: tuple[Line, ...] = ()
    each_session: Annotated[tuple[Line, ...], Field(min_length=1)]
    follow_ups: tuple[Line, ...] = ()
    psychotherapy: Psychotherapy
    therapist_present: Name | None = None
    ride: Line | None = None
    doses: tuple[Code, ...] = ()
    authorization: Text | None = None
    not_included: tuple[Text, ...] = ()


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


class Profile(Provenance):
    """A whole plan, in the patient's words. Ranges inside it move together from low to high."""

    label: Text
    hint: Text | None = None
    weight: Annotated[Count, Field(ge=1, le=100)]
    typical: YesNo = False
    state_regulated: YesNo = False
    deductible: AmountRange
    drug_deductible: AmountRange | None = None
    out_of_pocket_maximum: AmountRange | None = None
    benefits: Frozen[BenefitClass, Benefit]


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


class UnknownWording(Provenance):
    """An unknown that is no price: its question, and the chance (percent) of a yes."""

    label: Text
    ask: Text
    whom: Whom
    chance: Percent | None = None
    banned_in: tuple[State, ...] = ()


class Colours(Table):
    """A clinic's own accent colour, for light and for dark screens; checked for contrast."""

    accent: Colour
    accent_dark: Colour


class Clinic(Table):
    """
    Whose price list a clinic file is, and how its own entry page looks.

    `policies` are its rules on deposits, refunds and late cancelling. `logo` is a word or two in place of a picture,
    `good_faith_estimate` says whom to ask for one.
    """

    name: Text
    logo: Words | None = None
    colours: Colours | None = None
    fictional: YesNo = False
    city: Words | None = None
    state: State | None = None
    offers: tuple[Name, ...] = ()
    good_faith_estimate: Text | None = None
    policies: tuple[Text, ...] = ()
    note: Text | None = None


class Note(Provenance):
    """A sentence for patients, with its source; `payers` says for whose, left out means for everybody's."""

    text: Text
    payers: tuple[Name, ...] = ()

    def applies_to(self, payer: str | None) -> bool:
        """Whether the note is for patients of `payer`; where that is not known yet, every note is."""
        return payer is None or payer in (self.payers or (payer,))


class Advice(Note):
    """A note under a title of its own; `treatments` and `payers` say for whom, left out means for everybody."""

    title: Text
    treatments: tuple[Name, ...] = ()

    def meant_for(self, treatment: str, payer: str) -> bool:
        return treatment in (self.treatments or (treatment,)) and self.applies_to(payer)


class GlossaryTerm(Provenance):
    """A technical word, explained in a sentence or two; `label` is the word itself."""

    label: Text
    text: Text


class Texts(Table):
    """Sentences every estimate carries, and the advice that stands beside it."""

    notice: Text
    why_notice: Annotated[tuple[Note, ...], Field(min_length=1)]
    payer_notes: tuple[Note, ...] = ()
    not_included: tuple[Note, ...] = ()
    safety: tuple[Note, ...] = ()
    good_faith_estimate: tuple[Advice, ...] = ()
    lower_cost: tuple[Advice, ...] = ()
    decide: tuple[Advice, ...] = ()


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


class Defaults(Provenance):
    """Source, date and confidence of every figure in the file that does not say its own."""


class ReferencePatient(Table):
    """
    Somebody made up, whose estimate shows what a change of prices does.

    `answers` are named and written as in a link; what they leave open stays open in the estimate.
    """

    label: Text
    answers: Annotated[Frozen[Name, Answer], Field(min_length=1)]


UNKNOWNS = ("plan", "plan_terms", "other_care", "accumulator", "drug_benefit", "dose", "out_of_network")
"""Unknowns that the core asks about by name; the tables word them."""

MORE_UNKNOWNS = (
    "plan_copay",
    "deductible",
    "out_of_pocket_maximum",
    "coinsurance",
    "copay",
    "drug_deductible",
    "session_copay",
    "setting",
    "network_class",
    "new_plan",
)
"""Others that tables may word; where they do not, the core asks more generally."""


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
