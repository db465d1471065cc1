"""
What a price table may say, and the frozen values it becomes.

The reader hands every scalar over as text, so that ``NO``, ``010`` and ``45.10`` mean what the person wrote;
the types here give it a meaning. One schema serves the reader, the shipped JSON Schema and the core.
Amounts become cents, percentages basis points, days `datetime.date`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from estimator.money import Range, parse_amount, parse_percent, parse_typed_amount

LANGUAGES = ("en", "es")

PriceColumn = Literal["self_pay", "insured_patient", "commercial", "medicare", "medicaid", "military"]
PRICE_COLUMNS: tuple[PriceColumn, ...] = get_args(PriceColumn)

BenefitClass = Literal["drug", "pharmacy", "procedure", "visit", "psychotherapy"]
BENEFIT_CLASSES: tuple[BenefitClass, ...] = get_args(BenefitClass)

CoverageStatus = Literal["covered", "prior_authorization", "varies", "not_covered"]
Whom = Literal["clinic", "insurer"]
Confidence = Literal["high", "medium", "low"]


def _refuse(sentence: str, fix: str = "") -> PydanticCustomError:
    # pydantic would put values of the context in place of {name} in the sentence: it holds none but this key.
    return PydanticCustomError("table", sentence, {"how to put it right": fix})


def _as_text(value: Any) -> str:
    if not isinstance(value, str):
        kind = "a list" if isinstance(value, list) else "a group of keys"
        raise _refuse(f"expected one value here, not {kind}")
    return value


def _no_suggestion(_: str) -> str:
    return ""


def _scalar(parse: Callable[[str], Any], suggest: Callable[[str], str] = _no_suggestion) -> BeforeValidator:
    """Run `parse` on the text of a scalar; its ValueError becomes the problem's sentence, `suggest` its fix."""

    def validate(value: Any) -> Any:
        text = _as_text(value)
        try:
            return parse(text)
        except ValueError as error:
            raise _refuse(str(error), suggest(text)) from error

    return BeforeValidator(validate)


def _plain_amount(text: str) -> str:
    try:
        cents = parse_typed_amount(text)
    except ValueError:
        return ""
    return f"write {cents // 100}" + (f".{cents % 100:02d}" if cents % 100 else "")


def _plain_percent(text: str) -> str:
    return f"write {text.removesuffix('%').strip()}" if re.fullmatch(r"[0-9.]+ *%", text) else ""


def _plain_yes_no(text: str) -> str:
    words = {"true": "yes", "on": "yes", "y": "yes", "false": "no", "off": "no", "n": "no"}
    word = words.get(text.lower(), text.lower())
    return f"write {word}" if word in ("yes", "no") else "write yes or no"


def _day(text: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError(f"'{text}' is not a date like 2026-01-31")


def _yes_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"'{text}' is neither yes nor no")
    return text == "yes"


def _count(text: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,3}", text):
        raise ValueError(f"'{text}' is not a whole number like 6")
    return int(text)


def _identifier(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,59}", text):
        raise ValueError(f"'{text}' is not a name: use small letters, digits, - and _, beginning with a letter")
    return text


def _state(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise ValueError(f"'{text}' is not a state's two capital letters")
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s\"<>]+", text):
        raise ValueError(f"'{text}' is not an address that begins with https:// or http://")
    return text


def _colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise ValueError(f"'{text}' is not a colour like \"#0b5d53\": # and six digits or letters a to f, in quotes")
    return text


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError("this is empty; write the words or remove the key")
    return text


AMOUNT_JSON = {"type": ["number", "string"], "pattern": r"^[0-9]{1,7}(\.[0-9]{1,2})?$", "minimum": 0}
NAME_JSON = {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,59}$"}

PERCENT_JSON = {
    "type": ["number", "string"],
    "pattern": r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$",
    "minimum": 0,
    "maximum": 100,
}
DAY_JSON = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
COUNT_JSON = {"type": ["integer", "string"], "pattern": r"^(0|[1-9][0-9]{0,3})$", "minimum": 0, "maximum": 9999}

Amount = Annotated[int, _scalar(parse_amount, _plain_amount), WithJsonSchema(AMOUNT_JSON)]
Percent = Annotated[int, _scalar(parse_percent, _plain_percent), WithJsonSchema(PERCENT_JSON)]
Count = Annotated[int, _scalar(_count), WithJsonSchema(COUNT_JSON)]
Day = Annotated[date, _scalar(_day), WithJsonSchema(DAY_JSON)]
YesNo = Annotated[bool, _scalar(_yes_no, _plain_yes_no), WithJsonSchema({"enum": ["yes", "no", True, False]})]
Name = Annotated[str, _scalar(_identifier), WithJsonSchema(NAME_JSON)]
State = Annotated[str, _scalar(_state), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$"})]
Address = Annotated[str, _scalar(_address), WithJsonSchema({"type": "string", "format": "uri"})]
Colour = Annotated[str, _scalar(_colour), WithJsonSchema({"type": "string", "pattern": "^#[0-9a-f]{6}$"})]
Words = Annotated[str, _scalar(_words), WithJsonSchema({"type": "string", "minLength": 1})]
Code = Annotated[str, _scalar(_words), WithJsonSchema({"type": ["string", "integer"]})]


K = TypeVar("K")
V = TypeVar("V")


def _frozen_mapping(value: Mapping[K, V]) -> Mapping[K, V]:
    return MappingProxyType(dict(value))


Frozen = Annotated[Mapping[K, V], AfterValidator(_frozen_mapping)]


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
                raise _refuse("give either price, or low, typical and high, not both")
            rest = {key: item for key, item in value.items() if key != "price"}
            return rest | _range_from(_as_text(value["price"]))
        return value

    @property
    def range(self) -> Range:
        return Range(self.low, self.typical, self.high)


DatedPrices = Frozen[Day, Price]
"""Start date -> price. A price holds until the next date begins, so no gap or overlap can be written."""


def in_force(prices: Mapping[date, Price], day: date) -> Price | None:
    """The price that holds on `day`, or None before the first start date."""
    begun = [start for start in prices if start <= day]
    return prices[max(begun)] if begun else None


class Source(Table):
    """Who says so: a page, a file, a regulation; or our own derivation or assumption, and then why."""

    title: Text
    url: Address | None = None
    kind: Literal["price-list", "survey", "official", "press", "other", "derived", "assumption"] = "other"
    published: Text | None = None
    note: Text | None = None


class Coverage(Provenance):
    """Whether a payer covers a charge, and why. `chance` (percent) is needed where it ``varies``."""

    status: CoverageStatus
    reason: Text
    chance: Percent | None = None


class Package(Provenance):
    """A prepaid bundle of `sessions` of the charge (and of `also_covers`) for one `price`, paid at the first."""

    sessions: Annotated[Count, Field(ge=2, le=104)]
    price: Amount
    also_covers: tuple[Name, ...] = ()


class Question(Table):
    """What to ask about an unknown, and whom."""

    label: Text
    ask: Text
    whom: Whom


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
    same_as: Name | None = None
    included_in: Name | None = None
    never_with: tuple[Name, ...] = ()
    packages: tuple[Package, ...] = ()
    coverage: Frozen[Name, Coverage] = Field(default_factory=lambda: MappingProxyType({}))
    price_question: Question | None = None
    coverage_question: Question | None = None

    def prices(self, column: PriceColumn) -> Mapping[date, Price] | None:
        return getattr(self, column)  # type: ignore[no-any-return]

    @cached_property
    def start_dates(self) -> frozenset[date]:
        """Every day on which a price of this charge begins."""
        return frozenset(start for column in PRICE_COLUMNS for start in self.prices(column) or ())


class Charge(_ChargeKeys):
    """A thing billed: its prices per payer class, its benefit class, who covers it, what to ask about it."""

    label: Text


class ClinicCharge(_ChargeKeys):
    """What a clinic says about one charge; keys it leaves out keep their national value."""

    label: Text | None = None


class Phase(Table):
    """A stretch of the course. `gaps` are the days from one session to the next, repeated in turn."""

    label: Text
    sessions: Annotated[Count, Field(ge=1)] | None = None
    gaps: Annotated[tuple[Annotated[Count, Field(ge=1)], ...], Field(min_length=1)]


class Line(Table):
    """
    One charge of a visit.

    `phase` limits it to one phase (by name), `only` to the first or the later sessions, `payers` and
    `not_payers` to some payers. `lower_dose` is the charge billed instead when the dose is the lower one.
    """

    charge: Name
    label: Text | None = None
    lower_dose: Name | None = None
    phase: Name | None = None
    only: Literal["first", "later"] | None = None
    payers: tuple[Name, ...] = ()
    not_payers: tuple[Name, ...] = ()
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


class Benefit(Table):
    """How a plan shares the cost of one benefit class: a copay, or coinsurance (the patient's percent)."""

    deductible: YesNo
    copay: AmountRange | None = None
    coinsurance: PercentRange | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.copay is None) == (self.coinsurance is None):
            raise _refuse("give either copay or coinsurance")
        return self


class Profile(Provenance):
    """A whole plan, in the patient's words. Ranges inside it move together from low to high."""

    label: Text
    hint: Text | None = None
    weight: Annotated[Count, Field(ge=1, le=100)]
    typical: YesNo = False
    state_regulated: YesNo = False
    deductible: AmountRange
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
    annual_max_question: Question | None = None
    pays_question: Question | None = None
    resident_question: Question | None = None


class Unknown(Provenance):
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

    `logo` is a word or two shown in place of a picture. `good_faith_estimate` says whom to ask for one.
    """

    name: Text
    logo: Words | None = None
    colours: Colours | None = None
    fictional: YesNo = False
    city: Words | None = None
    state: State | None = None
    offers: tuple[Name, ...] = ()
    good_faith_estimate: Text | None = None
    note: Text | None = None


class Note(Provenance):
    """A sentence for patients, with its source."""

    text: Text


class Advice(Note):
    """A note under a title of its own; `treatments` and `payers` say for whom, left out means for everybody."""

    title: Text
    treatments: tuple[Name, ...] = ()
    payers: tuple[Name, ...] = ()

    def meant_for(self, treatment: str, payer: str) -> bool:
        return treatment in (self.treatments or (treatment,)) and payer in (self.payers or (payer,))


class Term(Note):
    """A technical word, explained in a sentence or two; `label` is the word itself."""

    label: Text


class Texts(Table):
    """Sentences every estimate carries, and the advice that stands beside it."""

    notice: Text
    why_notice: Annotated[tuple[Note, ...], Field(min_length=1)]
    not_included: tuple[Note, ...] = ()
    safety: tuple[Note, ...] = ()
    good_faith_estimate: tuple[Advice, ...] = ()
    lower_cost: tuple[Advice, ...] = ()
    decide: tuple[Advice, ...] = ()


class Defaults(Provenance):
    """Source, date and confidence of every figure in the file that does not say its own."""


UNKNOWNS = ("plan", "plan_terms", "other_care", "accumulator", "drug_benefit", "dose", "out_of_network")
"""Unknowns that the core asks about by name; the tables word them."""


class NationalFile(Table):
    """One file of the national tables: any of the sections; together the files make one `Book`."""

    defaults: Defaults | None = None
    texts: Texts | None = None
    sources: Frozen[Name, Source] | None = None
    treatments: Frozen[Name, Treatment] | None = None
    charges: Frozen[Name, Charge] | None = None
    payers: Frozen[Name, Payer] | None = None
    programs: Frozen[Name, Program] | None = None
    unknowns: Frozen[Name, Unknown] | None = None
    glossary: Frozen[Name, Term] | None = None


class ClinicFile(Table):
    """
    A clinic's own price list: only what differs from the national tables, charge by charge.

    `adds` gives treatments further lines at each session, for example a visit billed to the insurer.
    """

    clinic: Clinic
    defaults: Defaults | None = None
    sources: Frozen[Name, Source] | None = None
    charges: Frozen[Name, ClinicCharge] | None = None
    adds: Frozen[Name, tuple[Line, ...]] | None = None


class Book(Table):
    """Everything the tables of one folder say, the clinic's own figures already in place of the national ones."""

    texts: Texts
    sources: Frozen[Name, Source]
    treatments: Annotated[Frozen[Name, Treatment], Field(min_length=1)]
    charges: Frozen[Name, Charge]
    payers: Annotated[Frozen[Name, Payer], Field(min_length=1)]
    programs: Frozen[Name, Program] = Field(default_factory=lambda: MappingProxyType({}))
    unknowns: Frozen[Name, Unknown]
    glossary: Frozen[Name, Term] = Field(default_factory=lambda: MappingProxyType({}))
    clinic: Clinic | None = None
