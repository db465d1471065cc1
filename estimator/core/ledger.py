"""
The ledger: claims in date order, and who pays each of them, in many worlds at once.

Amounts are int64 cents of shape (scenarios,). Each rule is one function with its source: the Uniform Glossary of
Coverage and Medical Terms (CMS, 45 CFR 147.200), 45 CFR 156.130 (annual limit on cost sharing), the programs' terms.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from estimator.core.claims import Claim, Quote
from estimator.core.terms import BenefitTerms, ProgramTerms, Terms, either, plan_year
from estimator.core.unknowns import Flags, Worlds
from estimator.money import WHOLE, CentsArray


@dataclass(slots=True)
class Counters:
    """What is left of deductible, out-of-pocket maximum and each program's annual maximum; changed in place."""

    deductible: CentsArray
    out_of_pocket: CentsArray
    programs: dict[str, CentsArray]

    @classmethod
    def at_start(cls, terms: Terms) -> "Counters":
        return cls(terms.deductible_remaining.copy(), terms.out_of_pocket_remaining.copy(), _annual_limits(terms))


@dataclass(frozen=True, slots=True)
class Shared:
    """
    One allowed amount under one benefit, made ready for `patient_share`; everything but the counters is worked out.

    After a deductible part x the coinsurance is (allowed − x) × rate, halves rounded up; with x added that is
    (x × (1 − rate) + allowed × rate), so `slope` and `offset` give both in one go: (x × slope + offset) // 10,000.
    """

    allowed: CentsArray
    subject: CentsArray | None
    slope: CentsArray | None
    offset: CentsArray | None
    copay: CentsArray | None
    has_copay: Flags | None

    @classmethod
    def of(cls, allowed: CentsArray, benefit: BenefitTerms) -> "Shared":
        coinsures = not benefit.all_copay
        return cls(
            allowed,
            None if benefit.never_deductible else allowed * benefit.deductible_applies,
            WHOLE - benefit.coinsurance if coinsures else None,
            allowed * benefit.coinsurance + WHOLE // 2 if coinsures else None,
            benefit.copay if benefit.any_copay else None,
            benefit.has_copay if benefit.any_copay and coinsures else None,
        )


@dataclass(frozen=True, slots=True)
class Share:
    """The patient's share of one allowed amount before any savings program helps; `uncapped` is before the maximum."""

    deductible_part: CentsArray
    uncapped: CentsArray
    total: CentsArray


def patient_share(bill: Shared, left: Counters) -> Share:
    """
    Split one allowed amount: deductible first, then copay or coinsurance, all under what is left of the maximum.

    A copay is never larger than what remains of the bill. Source: Uniform Glossary, "deductible", "copayment",
    "coinsurance", "out-of-pocket limit", and its page 6.
    """
    subject = bill.subject
    deductible_part = np.zeros_like(bill.allowed) if subject is None else np.minimum(left.deductible, subject)
    if bill.slope is not None and bill.offset is not None:
        uncapped = deductible_part * bill.slope
        uncapped += bill.offset
        uncapped //= WHOLE
    if bill.copay is not None:
        with_copay = np.minimum(deductible_part + bill.copay, bill.allowed)
        uncapped = with_copay if bill.has_copay is None else np.where(bill.has_copay, with_copay, uncapped)
    return Share(deductible_part, uncapped, np.minimum(uncapped, left.out_of_pocket))


def program_help(share: CentsArray, program: ProgramTerms, left_this_year: CentsArray) -> CentsArray:
    """
    What a savings program takes off the patient's share.

    Everything above the patient's minimum, up to the limit per treatment and what is left of the annual maximum.
    Source: the manufacturer's program terms, see the program in the tables.
    """
    help_ = np.maximum(share - program.patient_pays, 0) if program.patient_pays else share
    if program.per_treatment_max is not None:
        help_ = np.minimum(help_, program.per_treatment_max)
    # The year's limit is zero where the program does not help at all.
    return np.minimum(help_, left_this_year)


def credited(share: CentsArray, help_: CentsArray, program: ProgramTerms, accumulator: Flags) -> CentsArray:
    """
    How much of the share counts toward deductible and maximum.

    A plan with an accumulator does not count the manufacturer's money; a rebate after the fact is not seen by the
    plan at all. Source: 45 CFR 156.130(h) as reinstated 2023; see the unknown "accumulator" in the tables.
    """
    return share if program.rebate else share - help_ * accumulator


def turn_years(counters: Counters, terms: Terms, before: date, day: date) -> None:
    """
    A new plan year brings back the full deductible and maximum, a new calendar year each program's annual maximum.

    Source: Uniform Glossary, "deductible" ("during a coverage period"); program terms ("per calendar year").
    """
    if plan_year(day, terms.plan_year_start) != plan_year(before, terms.plan_year_start):
        counters.deductible, counters.out_of_pocket = terms.deductible.copy(), terms.out_of_pocket_maximum.copy()
    if day.year != before.year:
        counters.programs = _annual_limits(terms)


def _annual_limits(terms: Terms) -> dict[str, CentsArray]:
    return {id_: program.annual_max * program.active for id_, program in terms.programs.items()}


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One claim in every scenario, amounts of shape (scenarios,): what was billed, who paid, the counters after it.

    `covered` is None where the plan surely does not cover the claim, and then so is `share`.
    """

    claim: Claim
    billed: CentsArray
    recognised: CentsArray
    covered: Flags | None
    share: Share | None
    help: CentsArray
    deductible_left: CentsArray | None
    out_of_pocket_left: CentsArray | None


class Ledger:
    """Claims priced for some worlds, ready to be walked in date order. Claims without a price are left out."""

    def __init__(self, claims: Sequence[Claim], terms: Terms | None, worlds: Worlds, dose_chance: int = 0) -> None:
        self.claims = [claim for claim in claims if not claim.missing]
        self.terms = terms
        self.worlds = worlds
        self.dose_chance = dose_chance
        self.nothing = np.zeros(worlds.count, dtype=np.int64)
        self.always = np.ones(worlds.count, dtype=np.bool_)
        self._amounts: dict[tuple[int, int], CentsArray] = {}
        self._bills: dict[int, tuple[CentsArray, Shared]] = {}
        self._covered: dict[int, Flags] = {}

    def walk(self, keep: list[Entry] | None = None) -> CentsArray:
        """
        What the patient pays in each scenario, rebates already back.

        With a list to `keep` them in, every claim's `Entry` is added to it.
        """
        total = self.nothing.copy()
        claims = self.claims
        if keep is None:
            claims = self._without_uncovered(total)
        counters, before = None, None
        if self.terms is not None:
            counters, before = Counters.at_start(self.terms), self.terms.as_of
        for claim in claims:
            if counters is None or self.terms is None or before is None:
                self._not_covered(claim, None, total, keep)
                continue
            if claim.day != before:
                turn_years(counters, self.terms, before, claim.day)
                before = claim.day
            if claim.verdict.covered == "no":
                self._not_covered(claim, counters, total, keep)
            else:
                self._covered_claim(claim, self.terms, counters, total, keep)
        return total

    def _without_uncovered(self, total: CentsArray) -> list[Claim]:
        """Add the claims that no plan covers to `total`, kind by kind since they touch no counter; the rest is left."""
        uncovered = [claim for claim in self.claims if self.terms is None or claim.verdict.covered == "no"]
        times = Counter(claim.kind for claim in uncovered)
        for claim in {claim.kind: claim for claim in uncovered}.values():
            total += self.amount(claim.billed, claim.units) * times[claim.kind]
        return [claim for claim in self.claims if self.terms is not None and claim.verdict.covered != "no"]

    def _not_covered(
        self, claim: Claim, counters: Counters | None, total: CentsArray, keep: list[Entry] | None
    ) -> None:
        """Rule 2: the patient pays the clinic's own price; no counter moves, no savings program helps."""
        billed = self.amount(claim.billed, claim.units)
        total += billed
        if keep is not None:
            left = (counters.deductible.copy(), counters.out_of_pocket.copy()) if counters else (None, None)
            keep.append(Entry(claim, billed, self.nothing, None, None, self.nothing, *left))

    def _covered_claim(
        self, claim: Claim, terms: Terms, counters: Counters, total: CentsArray, keep: list[Entry] | None
    ) -> None:
        """
        Rules 3 to 7: a claim the plan covers, in all scenarios or in some.

        Out of network the clinic's price is billed and the plan recognises no more than its allowed amount; the
        difference is the patient's and counts toward nothing.
        """
        covered = self.covered(claim, terms)
        billed, bill = self.bill(claim, terms, covered)
        share = patient_share(bill, counters)
        program = terms.programs.get(claim.program) if claim.program else None
        help_, counts = self.nothing, share.total
        if program is not None:
            help_ = program_help(share.total, program, counters.programs[program.id])
            counts = credited(share.total, help_, program, terms.accumulator)
            counters.programs[program.id] -= help_
            total -= help_
        counters.deductible -= np.minimum(share.deductible_part, counts)
        counters.out_of_pocket -= counts
        total += share.total
        if billed is not bill.allowed:
            total += billed - bill.allowed
        if keep is not None:
            left = counters.deductible.copy(), counters.out_of_pocket.copy()
            keep.append(Entry(claim, billed, bill.allowed, covered, share, help_, *left))

    def bill(self, claim: Claim, terms: Terms, covered: Flags) -> tuple[CentsArray, Shared]:
        """What is billed, and the part of it the plan recognises (nothing where it does not cover the claim)."""
        if claim.kind not in self._bills:
            billed = recognised = self.amount(claim.allowed, claim.units)
            if claim.out_of_network:
                billed = self.amount(claim.billed, claim.units)
                recognised = np.minimum(recognised, billed) * covered
            elif covered is not self.always:
                billed = np.where(covered, billed, self.amount(claim.billed, claim.units))
                recognised = recognised * covered
            self._bills[claim.kind] = billed, Shared.of(recognised, self.benefit(claim, terms))
        return self._bills[claim.kind]

    def amount(self, quote: Quote | None, units: int) -> CentsArray:
        """A quote's price times `units` in each scenario."""
        if quote is None:
            return self.nothing
        key = (id(quote), units)
        if key not in self._amounts:
            price = self.worlds.value(quote.range, quote.unknown)
            if quote.lower is not None:
                price = np.where(self.higher_dose, price, self.amount(quote.lower, 1))
            self._amounts[key] = price * units if units > 1 else price
        return self._amounts[key]

    @property
    def higher_dose(self) -> Flags:
        """Where the open dose is the higher one."""
        return self.worlds.is_yes("dose", self.dose_chance)

    def covered(self, claim: Claim, terms: Terms) -> Flags:
        """Where the plan covers the claim; `always` itself where it surely does."""
        verdict = claim.verdict
        key = id(verdict)
        if key not in self._covered:
            covered = self.worlds.is_yes(verdict.unknown, verdict.chance) if verdict.unknown else self.always
            if terms.has_benefits is not None:
                covered = covered & terms.has_benefits
            self._covered[key] = covered
        return self._covered[key]

    def benefit(self, claim: Claim, terms: Terms) -> BenefitTerms:
        """The terms of the claim's benefit class; of either class where it is open which benefit pays the drug."""
        assert claim.benefit is not None, "a covered charge has a benefit class; the checks see to it"
        medical = terms.benefits[claim.benefit]
        if claim.pharmacy_benefit is None:
            return medical
        return either(terms.pharmacy, terms.benefits[claim.pharmacy_benefit], medical)
