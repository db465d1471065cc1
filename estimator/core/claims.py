"""
Claims: every billed line of the course with its price, its benefit class and what the payer says about it.

Prices are start-dated: the one in force on the claim's day applies. What is not known becomes an unknown.
"""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from estimator.core.answers import PRICE_PREFIX, Answers
from estimator.core.course import Billed, course
from estimator.core.packages import cheapest_mix
from estimator.core.unknowns import Unknowns
from estimator.core.words import DENIED, INCLUDED, NO_INSURANCE, NOT_INSURED, OUTSIDE
from estimator.money import Range
from estimator.prices.book import PriceBook
from estimator.prices.schema import (
    BenefitClass,
    Charge,
    Coverage,
    CoverageStatus,
    Package,
    Payer,
    Price,
    PriceColumn,
    QuestionWording,
    Text,
    price_in_force,
)

Covered = Literal["yes", "no", "maybe"]


@dataclass(frozen=True, slots=True)
class Quote:
    """
    A price that may be unknown: its range and the unknown it moves with.

    `stated` is what the tables say, None where the charge is included in another or the patient was told its price.
    `lower` is the price of the lower dose, billed where the unknown ``dose`` turns out so.
    """

    stated: Price | Package | None
    column: PriceColumn
    range: Range
    unknown: str | None
    lower: "Quote | None" = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the payer says about a charge: the status shown, why, and what it means for the ledger."""

    status: CoverageStatus
    reason: Text
    covered: Covered
    chance: int = 0
    unknown: str | None = None
    source: Coverage | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """
    One charge on one day.

    `billed` is the quote that the patient without cover would face, `allowed` what the plan recognises; None where
    the tables have no price. `row` numbers the line item that the claim belongs to.
    """

    day: date
    charge: str
    row: int
    units: int
    billed: Quote | None
    allowed: Quote | None
    verdict: Verdict
    benefit: BenefitClass | None
    pharmacy_benefit: BenefitClass | None
    program: str | None
    out_of_network: bool = False
    lower_charge: str | None = None
    kind: int = 0

    def on(self, day: date) -> "Claim":
        """The same charge at the same price on another day. Claims of one `kind` differ in the day alone."""
        return Claim(
            day,
            self.charge,
            self.row,
            self.units,
            self.billed,
            self.allowed,
            self.verdict,
            self.benefit,
            self.pharmacy_benefit,
            self.program,
            self.out_of_network,
            self.lower_charge,
            self.kind,
        )

    @property
    def lacks_billed(self) -> bool:
        """Whether the tables have no price to ask of the patient, where the patient may be asked one."""
        return self.billed is None and (self.verdict.covered != "yes" or self.out_of_network)

    @property
    def lacks_allowed(self) -> bool:
        """Whether the tables do not say what the plan allows, where the plan may pay."""
        return self.allowed is None and self.verdict.covered != "no"

    @property
    def missing(self) -> bool:
        """Whether a price this claim needs is not in the tables."""
        return self.lacks_billed or self.lacks_allowed


@dataclass(frozen=True, slots=True)
class Row:
    """What the claims of one line item have in common."""

    charge: str
    label: Text
    per: Text
    codes: tuple[str, ...]
    verdict: Verdict
    program: str | None


@dataclass(frozen=True, slots=True)
class Claims:
    """All claims of a course in date order, the line items they make, and where prices are missing."""

    all: tuple[Claim, ...]
    rows: tuple[Row, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The charges without a price, each once."""
        return tuple(dict.fromkeys(claim.charge for claim in self.all if claim.missing))


FREE = Range.exactly(0)


class _Builder:
    def __init__(self, answers: Answers, book: PriceBook, unknowns: Unknowns) -> None:
        self.answers = answers
        self.tables = book.tables
        self.payer: Payer = self.tables.payers[answers.insurance]
        self.treatment = self.tables.treatments[answers.treatment]
        self.unknowns = unknowns
        self.verdicts: dict[str, Verdict] = {}
        self.rows: dict[tuple[str, str], int] = {}
        self.described: list[Row] = []
        # Lines on days with the same prices in force make claims of one kind.
        self.kinds: dict[tuple[int, int], Claim] = {}
        self.starts = sorted({start for charge in self.tables.charges.values() for start in charge.start_dates})
        # One quote object per price: the ledger works out each object's values once.
        self.quotes: dict[tuple[str, PriceColumn, int], Quote] = {}
        self.two_doses: dict[tuple[int, int], Quote] = {}

    def build(self) -> Claims:
        claims = [self.claim(item) for item in course(self.answers, self.treatment)]
        for name, charge in self.tables.charges.items():
            if charge.packages and not charge.included_in:
                claims = self.packaged(claims, name, charge.packages)
        return Claims(tuple(claims), tuple(self.described))

    def packaged(self, claims: list[Claim], name: str, packages: tuple[Package, ...]) -> list[Claim]:
        """`claims` with the cheapest mix of prepaid packages in place of single sessions, where the patient pays."""
        mine = {name}.union(*(package.also_covers for package in packages))
        singles = [c for c in claims if c.charge in mine and c.verdict.covered == "no" and c.billed]
        singles = [c for c in singles if c.billed and c.billed.column == "self_pay"]
        prices = [c.billed.range.typical * c.units if c.billed else 0 for c in singles]
        bought = cheapest_mix([(c.charge, price) for c, price in zip(singles, prices, strict=True)], name, packages)
        replaced: dict[int, Claim | None] = {}
        for first, (package, covered) in bought.items():
            replaced |= {id(singles[i]): None for i in range(first, first + covered)}
            replaced[id(singles[first])] = self.purchase(singles[first], package)
        return [kept for c in claims if (kept := replaced.get(id(c), c)) is not None]

    def purchase(self, first: Claim, package: Package) -> Claim:
        label = self.tables.charges[first.charge].label
        words = Text(
            en=f"{label.get('en')}: package of {package.sessions}",
            es=f"{label.get('es')}: paquete de {package.sessions}",
        )
        paid = Quote(package, "self_pay", Range.exactly(package.price), None)
        self.kinds[(id(package), first.day.toordinal())] = bought = replace(
            first,
            row=self.row(first.charge, words, first.verdict, None),
            units=1,
            billed=paid,
            kind=len(self.kinds),
        )
        return bought

    def claim(self, item: Billed) -> Claim:
        key = (id(item.line), bisect_right(self.starts, item.day))
        if key not in self.kinds:
            self.kinds[key] = self.new_kind(item)
        return self.kinds[key].on(item.day)

    def new_kind(self, item: Billed) -> Claim:
        line = item.line
        open_dose = line.lower_dose is not None and self.answers.dose is None
        name = line.charge
        if line.lower_dose and self.answers.dose == self.treatment.doses[0]:
            name = line.lower_dose
        charge = self.tables.charges[name]
        verdict = self.verdict(name)
        billed, allowed = self.billed(name, item.day, verdict), self.allowed(name, item.day, verdict)
        if open_dose and line.lower_dose:
            wording = self.tables.unknowns["dose"]
            self.unknowns.add_flag("dose", wording, wording.chance or 0, "dose")
            billed = self.with_lower(billed, self.billed(line.lower_dose, item.day, verdict))
            allowed = self.with_lower(allowed, self.allowed(line.lower_dose, item.day, verdict))
        label = line.label if open_dose and line.label else charge.label
        program = self.program(name, verdict)
        row = self.row(name, label, verdict, program)
        pharmacy = charge.pharmacy_benefit if self.answers.drug_benefit != "medical" else None
        benefit = charge.benefit
        if pharmacy and self.answers.drug_benefit == "pharmacy":
            benefit, pharmacy = pharmacy, None
        return Claim(
            item.day,
            name,
            row,
            line.units,
            billed,
            allowed,
            verdict,
            benefit,
            pharmacy,
            program,
            self.out_of_network,
            line.lower_dose if open_dose else None,
            len(self.kinds),
        )

    def row(self, name: str, label: Text, verdict: Verdict, program: str | None) -> int:
        key = (name, label.en)
        if key not in self.rows:
            charge = self.tables.charges[name]
            self.rows[key] = len(self.described)
            self.described.append(Row(name, label, charge.per, charge.codes, verdict, program))
        return self.rows[key]

    def verdict(self, name: str) -> Verdict:
        if name not in self.verdicts:
            self.verdicts[name] = self._verdict(name, self.tables.charges[name])
        return self.verdicts[name]

    def _verdict(self, name: str, charge: Charge) -> Verdict:
        coverage = charge.coverage.get(self.answers.insurance)
        if charge.included_in:
            return Verdict("not_covered", INCLUDED, "no")
        if charge.benefit is None and not charge.coverage:
            return Verdict("not_covered", NOT_INSURED, "no")
        if not self.payer.profiles:
            return Verdict("not_covered", NO_INSURANCE, "no")
        if coverage is None or charge.benefit is None:
            return Verdict("not_covered", coverage.reason if coverage else NOT_INSURED, "no", source=coverage)
        if coverage.status == "prior_authorization" and self.answers.authorization == "denied":
            return Verdict("not_covered", DENIED, "no", source=coverage)
        if coverage.status == "varies":
            question = charge.coverage_question or _unasked(charge.label)
            unknown = self.unknowns.add_flag(f"{name}.coverage", question, coverage.chance or 0)
            return Verdict("varies", coverage.reason, "maybe", coverage.chance or 0, unknown, coverage)
        if coverage.status == "not_covered":
            return Verdict(coverage.status, coverage.reason, "no", source=coverage)
        return Verdict(coverage.status, OUTSIDE if self.out_of_network else coverage.reason, "yes", source=coverage)

    @property
    def out_of_network(self) -> bool:
        return self.answers.network == "out"

    def billed(self, name: str, day: date, verdict: Verdict) -> Quote | None:
        """What the clinic asks of a patient whose plan does not pay the clinic; unused where it surely does."""
        if verdict.covered == "yes" and not self.out_of_network:
            return None
        return self.quote(name, asked_column(self.tables.charges[name], self.payer), day)

    def allowed(self, name: str, day: date, verdict: Verdict) -> Quote | None:
        if verdict.covered == "no" or self.payer.allowed is None:
            return None
        return self.quote(name, self.payer.allowed, day)

    def quote(self, name: str, column: PriceColumn, day: date) -> Quote | None:
        charge = self.tables.charges[name]
        if charge.included_in:
            return Quote(None, column, FREE, None)
        prices = charge.prices(column)
        price = price_in_force(prices, day) if prices else None
        if price is None:
            return None
        key = (name, column, id(price))
        if key not in self.quotes:
            range_ = self.told(name, price.range)
            # A price the patient was told has no source of ours.
            stated = None if name in dict(self.answers.prices) else price
            self.quotes[key] = Quote(stated, column, range_, self.price_unknown(name, range_))
        return self.quotes[key]

    def told(self, name: str, range_: Range) -> Range:
        """What the patient was told the charge costs, else the tables' range; followers keep the leader's place."""
        prices = dict(self.answers.prices)
        if name in prices:
            return Range.exactly(prices[name])
        leader = self.leader(name)
        quoted = self.tables.charges[leader].prices("self_pay") if leader in prices and leader != name else None
        price = price_in_force(quoted, self.answers.start) if quoted else None
        return Range.exactly(range_.at(price.range.place(prices[leader]))) if price else range_

    def leader(self, name: str) -> str:
        """The charge whose price this one moves with, or itself."""
        while leader := self.tables.charges[name].moves_with:
            name = leader
        return name

    def with_lower(self, quote: Quote | None, lower: Quote | None) -> Quote | None:
        if quote is None or lower is None:
            return None
        return self.two_doses.setdefault((id(quote), id(lower)), replace(quote, lower=lower))

    def price_unknown(self, name: str, range_: Range) -> str | None:
        if range_.known:
            return None
        root = self.leader(name)
        charge = self.tables.charges[root]
        question = charge.price_question or self.tables.charges[name].price_question or _unasked(charge.label)
        asked = question.of_patient(insured=bool(self.payer.profiles))
        return self.unknowns.add_range(f"{root}.price", asked, PRICE_PREFIX + root)

    def program(self, name: str, verdict: Verdict) -> str | None:
        if verdict.covered == "no" or not self.answers.savings_program or self.out_of_network:
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


def claims_of(answers: Answers, book: PriceBook, unknowns: Unknowns) -> Claims:
    """The claims of the course in date order; whatever they leave open is added to `unknowns`."""
    return _Builder(answers, book, unknowns).build()
