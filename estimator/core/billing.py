"""
From the course to its claims: every billed line with its price, its benefit class and what the payer says about it.

Prices are start-dated: the one in force on the claim's day applies. What is not known becomes an unknown.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from estimator.core.answers import PRICE_PREFIX, Answers
from estimator.core.billed_lines import arrangements_for
from estimator.core.claims import (
    CLINIC,
    THERAPIST,
    Claim,
    Claims,
    Condition,
    CoverageDetermination,
    LineHeading,
    PriceInPlay,
)
from estimator.core.course import Billed, course
from estimator.core.selling import as_sold
from estimator.core.unknowns import Group, Unknowns
from estimator.core.words import (
    DENIED,
    IN_NETWORK,
    INCLUDED,
    NETWORK_CLASS,
    NO_INSURANCE,
    NOT_INSURED,
    OUTSIDE,
    SETTING,
    THERAPIST_INSIDE,
    TOLD_COVERED,
    TOLD_NOT_COVERED,
    of_state,
)
from estimator.money import WHOLE, Range, divided, part_of
from estimator.prices.book import PriceBook
from estimator.prices.medicare import in_area
from estimator.prices.schema.basics import BenefitClass, PriceColumn, Text
from estimator.prices.schema.charges import Charge
from estimator.prices.schema.dated_prices import Price
from estimator.prices.schema.payers import Payer
from estimator.prices.schema.treatments import Line
from estimator.prices.schema.wording import QuestionWording

EVEN = WHOLE // 2
FILL_DAYS = 28
"""A pharmacy fills a prescription for four weeks at a time; our assumption."""

FREE = Range.exactly(0)


class _Builder:
    def __init__(self, answers: Answers, book: PriceBook, unknowns: Unknowns) -> None:
        self.answers = answers
        self.book = book
        self.tables = book.tables
        self.payer: Payer = self.tables.payers[answers.insurance]
        self.treatment = self.tables.treatments[answers.treatment]
        clinic = self.tables.clinic
        self.state = (clinic.state if clinic is not None else None) or answers.state
        self.there = set(arrangements_for(self.treatment, answers.therapist_present, answers.therapist_inside))
        self.unknowns = unknowns
        self.told: dict[str, Mapping[str, Any]] = {
            "asked": dict(answers.prices),
            "allowed": dict(answers.allowed_amounts),
            "share": dict(answers.shares),
            "coverage": dict(answers.coverages),
            "package": dict(answers.packages),
            "network": dict(answers.networks),
        }
        self.determinations: dict[str, CoverageDetermination] = {}
        self.rows: dict[tuple[str, str], int] = {}
        self.described: list[LineHeading] = []
        # Lines on days with the same prices in force make claims of one kind.
        self.kinds: dict[tuple[int, int], tuple[Claim, ...]] = {}
        self.kinds_made = 0
        self.starts: dict[int, tuple[date, ...]] = {}
        # One object per price: the ledger works out each object's values once, by its id.
        self.prices: dict[tuple[str, PriceColumn, bool, int], PriceInPlay] = {}
        self.two_doses: dict[tuple[int, int], PriceInPlay] = {}
        self.first_fill: date | None = None

    def build(self, items: Iterable[Billed] | None) -> Claims:
        items = course(self.answers, self.treatment, self.is_told) if items is None else items
        claims = self.claims(items)
        visits = len({claim.day for claim in claims})
        claims = as_sold(claims, self.answers, self.tables, self)
        return Claims(tuple(claims), tuple(self.described), visits, tuple(items))

    def is_told(self, charge: str) -> bool:
        """Whether the patient was told anything about a charge."""
        return any(charge in facts for facts in self.told.values())

    def next_kind(self) -> int:
        self.kinds_made += 1
        return self.kinds_made

    def claims(self, items: Iterable[Billed]) -> list[Claim]:
        """The claims of these lines: those of one kind are made once, then copied to their days."""
        made: list[Claim] = []
        for item in items:
            day, line = item.day, id(item.line)
            if line not in self.starts:
                self.starts[line] = self.starts_of(item.line)
            key = (line, bisect_right(self.starts[line], day))
            if key not in self.kinds:
                self.kinds[key] = tuple(self.alternatives(item))
            made += [kind.on(day, self.fill(kind, day)) for kind in self.kinds[key]]
        return made

    def starts_of(self, line: Line) -> tuple[date, ...]:
        """The days on which a price of a line begins, or of a charge that it moves with."""
        own = (line.charge, line.lower_dose)
        return self.book.once(("starts", own), lambda: self._starts_of({name for name in own if name}))

    def _starts_of(self, own: set[str]) -> tuple[date, ...]:
        charges = [self.tables.charges[name] for name in own | {self.leader(name) for name in own}]
        return tuple(sorted({start for charge in charges for start in charge.start_dates}))

    def fill(self, kind: Claim, day: date) -> str:
        """Which of the pharmacy's fills a claim of this kind would be on a day; nothing where no pharmacy fills it."""
        if kind.benefit != "pharmacy" and kind.pharmacy_benefit != "pharmacy":
            return ""
        self.first_fill = self.first_fill or day
        return str((day - self.first_fill).days // FILL_DAYS)

    def alternatives(self, item: Billed) -> Iterator[Claim]:
        """The claim of a line, or two of which one is billed: where it is open which doctors are in network."""
        name = self.charge_of(item)
        coverage, class_ = self.coverage(name), self.network_class(name)
        network = self.network(class_, coverage)
        if network != "mixed":
            yield self.new_kind(item, name, network, ())
            return
        unknown = f"network.{class_}"
        wording = self.tables.unknowns.get("network_class", NETWORK_CLASS)
        chance = getattr(wording, "chance", None) or EVEN
        self.unknowns.add_flag(unknown, wording, chance, unknown, IN_NETWORK[class_])
        yield self.new_kind(item, name, "in", (Condition(unknown, chance, False),))
        yield self.new_kind(item, name, "out", (Condition(unknown, chance, True),))._replace(counted=False)

    def charge_of(self, item: Billed) -> str:
        line = item.line
        lower = line.lower_dose and self.answers.dose == self.treatment.doses[0]
        return line.lower_dose if lower and line.lower_dose else line.charge

    def network_class(self, name: str) -> str:
        benefit = self.tables.charges[name].benefit
        return "drug" if benefit == "pharmacy" else benefit or "visit"

    def network(self, class_: str, coverage: CoverageDetermination) -> Literal["in", "out", "mixed"]:
        """In which network this payer's patients meet a benefit class; mixed where that is open."""
        if self.payer.out_of_network is None or coverage.covered == "no":
            return "in"
        told: Literal["in", "out"] | None = self.told["network"].get(class_)
        return told or self.answers.network

    def new_kind(
        self, item: Billed, name: str, network: Literal["in", "out"], conditions: tuple[Condition, ...]
    ) -> Claim:
        line, day = item.line, item.day
        open_dose = line.lower_dose is not None and self.answers.dose is None
        charge, coverage = self.tables.charges[name], self.coverage(name)
        if network == "out" and coverage.covered != "no":
            coverage = replace(coverage, reason=OUTSIDE)
        asked, allowed = self.asked(name, day, coverage, network), self.allowed(name, day, coverage)
        if open_dose and line.lower_dose:
            wording = self.tables.unknowns["dose"]
            self.unknowns.add_flag("dose", wording, wording.chance or 0, "dose")
            asked = self.with_lower(asked, self.asked(line.lower_dose, day, coverage, network))
            allowed = self.with_lower(allowed, self.allowed(line.lower_dose, day, coverage))
        if line.setting and self.answers.setting is None:
            conditions = (*conditions, self.condition("setting", SETTING, line.setting == "hospital"))
        if line.therapist and not self.there <= set(line.therapist):
            conditions = (*conditions, self.condition("therapist_inside", THERAPIST_INSIDE, "inside" in line.therapist))
        if asked is not None and isinstance(asked.stated, Price) and asked.stated.free and charge.free_question:
            unknown, free = f"{name}.free", asked.stated.free
            self.unknowns.add_flag(unknown, charge.free_question, free, about=charge.label)
            conditions = (*conditions, Condition(unknown, free, False))
        label = line.label if open_dose and line.label else charge.label
        program = self.program(name, coverage, network)
        pharmacy = charge.pharmacy_benefit if self.answers.drug_benefit != "medical" else None
        benefit: BenefitClass | None = charge.benefit or ("procedure" if coverage.covered != "no" else None)
        if pharmacy and self.answers.drug_benefit == "pharmacy":
            benefit, pharmacy = pharmacy, None
        return Claim(
            day=day,
            fill="",
            charge=name,
            row=self.row(name, label, coverage, program),
            units=line.units,
            asked=asked,
            allowed=allowed,
            coverage=coverage,
            benefit=benefit,
            pharmacy_benefit=pharmacy if network == "in" else None,
            program=program,
            network=network,
            visit=THERAPIST if charge.benefit == "psychotherapy" else CLINIC,
            share=self.told["share"].get(name) if coverage.covered != "no" and network == "in" else None,
            conditions=conditions,
            lower_charge=line.lower_dose if open_dose else None,
            kind=self.next_kind(),
        )

    def condition(self, unknown: str, default: QuestionWording, wanted: bool) -> Condition:
        """That a yes/no which `unknown` names, and its answer too, turns out as `wanted`."""
        wording = self.tables.unknowns.get(unknown, default)
        chance = getattr(wording, "chance", None) or EVEN
        self.unknowns.add_flag(unknown, wording, chance, unknown)
        return Condition(unknown, chance, wanted)

    def row(
        self, name: str, label: Text, coverage: CoverageDetermination, program: str | None, coded: bool = True
    ) -> int:
        key = (name, label.en)
        if key not in self.rows:
            charge = self.tables.charges[name]
            self.rows[key] = len(self.described)
            self.described.append(
                LineHeading(name, label, charge.per, charge.codes if coded else (), coverage, program)
            )
        return self.rows[key]

    def coverage(self, name: str) -> CoverageDetermination:
        if name not in self.determinations:
            self.determinations[name] = self._coverage(name, self.tables.charges[name])
        return self.determinations[name]

    def _coverage(self, name: str, charge: Charge) -> CoverageDetermination:
        coverage = charge.coverage.get(self.answers.insurance)
        told = self.told["coverage"].get(name)
        if charge.included_in:
            return CoverageDetermination("not_covered", INCLUDED, "no", included=True)
        if not self.payer.profiles:
            reason = NOT_INSURED if charge.benefit is None and not charge.coverage else NO_INSURANCE
            return CoverageDetermination("not_covered", reason, "no")
        if coverage and coverage.status == "prior_authorization" and self.answers.authorization == "denied":
            return CoverageDetermination("not_covered", DENIED, "no", source=coverage)
        if told == "not_covered":
            return CoverageDetermination("not_covered", TOLD_NOT_COVERED, "no")
        if told == "covered" and (coverage is None or coverage.status != "prior_authorization"):
            return CoverageDetermination("covered", TOLD_COVERED, "yes")
        if coverage is None or charge.benefit is None:
            reason = coverage.reason if coverage else NOT_INSURED
            return CoverageDetermination("not_covered", reason, "no", source=coverage)
        if coverage.status == "varies":
            question = charge.coverage_question or _unasked(charge.label)
            chance, answer = coverage.chance or 0, f"coverage.{name}"
            unknown = self.unknowns.add_flag(f"{name}.coverage", question, chance, answer, charge.label)
            return CoverageDetermination("varies", coverage.reason, "maybe", chance, unknown, coverage)
        if coverage.status == "not_covered":
            return CoverageDetermination(coverage.status, coverage.reason, "no", source=coverage)
        return CoverageDetermination(coverage.status, coverage.reason, "yes", source=coverage)

    def asked(self, name: str, day: date, coverage: CoverageDetermination, network: str) -> PriceInPlay | None:
        """What the clinic asks of a patient whose plan does not pay the clinic; unused where it surely does."""
        if coverage.covered == "yes" and network == "in":
            return None
        return self.price(name, asked_column(self.tables.charges[name], self.payer), day, "asked")

    def allowed(self, name: str, day: date, coverage: CoverageDetermination) -> PriceInPlay | None:
        if coverage.covered == "no" or self.payer.allowed is None:
            return None
        found = self.price(name, self.payer.allowed, day, "allowed")
        if found is None and name in self.told["coverage"]:
            # A plan that says it covers what no table has an allowed amount for: it may allow what the clinic asks.
            return self.price(name, asked_column(self.tables.charges[name], self.payer), day, "allowed")
        return found

    def price(self, name: str, column: PriceColumn, day: date, side: Literal["asked", "allowed"]) -> PriceInPlay | None:
        charge = self.tables.charges[name]
        if charge.included_in:
            return PriceInPlay(None, column, FREE, None)
        price = charge.price_on(column, day)
        told = self.told[side].get(name)
        if price is None and told is None:
            return None
        key = (name, column, side == "asked", id(price))
        if key not in self.prices:
            leader = self.leader(name)
            if told is not None:
                found = PriceInPlay(None, column, Range.exactly(told), None)
            elif leader != name and leader in self.told[side] and price is not None:
                range_ = self.in_proportion(name, leader, column, day, price, self.told[side][leader])
                found = PriceInPlay(price, column, range_, self.price_unknown(name, name, range_, side))
            else:
                assert price is not None
                range_ = in_area(self.tables, charge.codes, price, day, self.state)
                unknown = self.price_unknown(name, leader, range_, side)
                found = PriceInPlay(price, column, range_, unknown, notes=tuple(self.notes(price, range_)))
            self.prices[key] = found
        return self.prices[key]

    def notes(self, price: Price, range_: Range) -> Iterator[Text]:
        """What a line says of a price that differs from state to state."""
        if price.by_area is not None and self.state is not None and range_ != price.range:
            yield of_state(self.state, range_)

    def in_proportion(self, name: str, leader: str, column: PriceColumn, day: date, own: Price, told: int) -> Range:
        """A follower's range where its leader's price was told: the tables' proportion of it, which stays open."""
        stated = self.tables.charges[name].proportion
        if stated is not None:
            return Range(*(part_of(told, points) for points in stated.range))
        first = self.tables.charges[leader].price_on(column, day)
        if first is None:
            return own.range
        pairs = list(zip(own.range, first.range, strict=True))
        scaled = [divided(told * mine, other) if other else mine for mine, other in pairs]
        return Range(min(scaled), scaled[1], max(scaled))

    def leader(self, name: str) -> str:
        """The charge whose price this one moves with, or itself."""
        while leader := self.tables.charges[name].moves_with:
            name = leader
        return name

    def with_lower(self, price: PriceInPlay | None, lower: PriceInPlay | None) -> PriceInPlay | None:
        if price is None or lower is None:
            return None
        return self.two_doses.setdefault((id(price), id(lower)), replace(price, lower=lower))

    def price_unknown(self, name: str, root: str, range_: Range, side: Literal["asked", "allowed"]) -> str | None:
        if range_.known:
            return None
        charge = self.tables.charges[root]
        question = charge.price_question or self.tables.charges[name].price_question or _unasked(charge.label)
        asked = question.of_patient(insured=bool(self.payer.profiles))
        id_, prefix = (f"{root}.price", PRICE_PREFIX) if side == "asked" else (f"{root}.allowed", "allowed.")
        group: Group = "asked" if side == "asked" else "helped" if self.helping(root) else "allowed"
        return self.unknowns.add_range(id_, asked, prefix + root, group)

    def program(self, name: str, coverage: CoverageDetermination, network: str) -> str | None:
        return None if coverage.covered == "no" or network == "out" else self.helping(name)

    def helping(self, name: str) -> str | None:
        """The savings program for a charge, if this payer's patients may use one."""
        if not self.answers.savings_program:
            return None
        for id_, program in self.tables.programs.items():
            if name in program.charges and self.answers.insurance in program.payers:
                return id_
        return None


def asked_column(charge: Charge, payer: Payer) -> PriceColumn:
    """The column of what the clinic asks a patient whose plan does not pay the clinic."""
    if payer.allowed == "commercial" and charge.insured_patient and not charge.included_in:
        return "insured_patient"
    return "self_pay"


def _unasked(label: Text) -> QuestionWording:
    return QuestionWording(label=label, ask=label, whom="clinic")


def claims_of(answers: Answers, book: PriceBook, unknowns: Unknowns, items: Iterable[Billed] | None = None) -> Claims:
    """
    The claims of the course in date order; whatever they leave open is added to `unknowns`.

    `items` is the course of these answers, where somebody has it already.
    """
    return _Builder(answers, book, unknowns).build(items)
