"""
The ledger: claims in date order, and who pays each of them, in many worlds at once.

Amounts are int64 cents of shape (scenarios,). Each rule is one function with its source: the Uniform Glossary of
Coverage and Medical Terms (CMS, 45 CFR 147.200), 45 CFR 156.130 (annual limit on cost sharing), the programs' terms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from estimator.claims import Claim, Quote
from estimator.money import CentsArray, part_of
from estimator.plan import BenefitTerms, ProgramTerms, Terms, either, plan_year
from estimator.unknowns import Flags, Worlds


@dataclass(slots=True)
class Counters:
    """What is left of deductible, out-of-pocket maximum and each program's annual maximum."""

    deductible: CentsArray
    out_of_pocket: CentsArray
    programs: dict[str, CentsArray]

    @classmethod
    def at_start(cls, terms: Terms) -> "Counters":
        annual = {id_: program.annual_max for id_, program in terms.programs.items()}
        return cls(terms.deductible_remaining, terms.out_of_pocket_remaining, annual)


@dataclass(frozen=True, slots=True)
class Share:
    """The patient's share of one allowed amount, before any savings program helps."""

    deductible_part: CentsArray
    own_part: CentsArray
    total: CentsArray


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One claim in every scenario: what was billed and who paid, and the counters after it.

    `covered` is None where the plan surely does not cover the claim; `pharmacy` says where the pharmacy benefit pays.
    """

    claim: Claim
    billed: CentsArray
    covered: Flags | None
    pharmacy: Flags | None
    share: Share
    plan_pays: CentsArray
    program_pays: CentsArray
    you_pay: CentsArray
    after: Counters | None


_NONE = np.zeros(1, dtype=np.int64)
NO_SHARE = Share(_NONE, _NONE, _NONE)
ALWAYS: Flags = np.ones(1, dtype=np.bool_)


def patient_share(allowed: CentsArray, benefit: BenefitTerms, left: Counters) -> Share:
    """
    Split one allowed amount: deductible first, then copay or coinsurance, all under what is left of the maximum.

    A copay is never larger than what remains of the bill. Source: Uniform Glossary, "deductible", "copayment",
    "coinsurance", "out-of-pocket limit", and its page 6.
    """
    deductible_part = np.minimum(left.deductible, allowed)
    if benefit.never_deductible:
        deductible_part = benefit.deductible_applies
    elif not benefit.always_deductible:
        deductible_part = deductible_part * benefit.deductible_applies
    rest = allowed - deductible_part
    if benefit.all_copay:
        own_part = np.minimum(benefit.copay, rest)
    elif benefit.any_copay:
        own_part = np.where(benefit.has_copay, np.minimum(benefit.copay, rest), part_of(rest, benefit.coinsurance))
    else:
        own_part = part_of(rest, benefit.coinsurance)
    return Share(deductible_part, own_part, np.minimum(deductible_part + own_part, left.out_of_pocket))


def program_help(share: CentsArray, program: ProgramTerms, left_this_year: CentsArray) -> CentsArray:
    """
    What a savings program takes off the patient's share.

    Everything above the patient's minimum, up to the limit per treatment and what is left of the annual maximum.
    Source: the manufacturer's program terms, see the program in the tables.
    """
    help_ = np.minimum(np.maximum(share - program.patient_pays, 0), left_this_year)
    if program.per_treatment_max is not None:
        help_ = np.minimum(help_, program.per_treatment_max)
    return help_ if program.always else help_ * program.active


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
        counters.deductible, counters.out_of_pocket = terms.deductible, terms.out_of_pocket_maximum
    if day.year != before.year:
        counters.programs = {id_: program.annual_max for id_, program in terms.programs.items()}


class Ledger:
    """Claims priced for some worlds, ready to be walked in date order. Claims without a price are left out."""

    def __init__(self, claims: Sequence[Claim], terms: Terms | None, worlds: Worlds, dose_chance: int = 0) -> None:
        self.claims = [claim for claim in claims if not claim.missing]
        self.terms = terms
        self.worlds = worlds
        self.dose_chance = dose_chance
        self.zero = np.zeros(worlds.count, dtype=np.int64)
        self._amounts: dict[tuple[int, int], CentsArray] = {}
        self._benefits: dict[tuple[str | None, str | None], BenefitTerms] = {}
        self._covered: dict[int, Flags | None] = {}

    def totals(self) -> CentsArray:
        """What the patient pays in each scenario, rebates already back."""
        total = self.zero.copy()
        for entry in self.entries():
            total += entry.you_pay
        return total

    def entries(self) -> Iterator[Entry]:
        """Every claim in every scenario, in date order."""
        if self.terms is None:
            for claim in self.claims:
                yield self.not_covered(claim, None)
            return
        counters, before = Counters.at_start(self.terms), self.terms.as_of
        for claim in self.claims:
            turn_years(counters, self.terms, before, claim.day)
            before = claim.day
            if claim.verdict.covered == "no":
                yield self.not_covered(claim, counters)
            else:
                yield self.covered(claim, self.terms, counters)

    def not_covered(self, claim: Claim, counters: Counters | None) -> Entry:
        """Rule 2: the patient pays the clinic's own price; no counter moves, no savings program helps."""
        billed = self.amount(claim.billed, claim.units)
        return Entry(claim, billed, None, None, NO_SHARE, self.zero, self.zero, billed, counters and replace(counters))

    def covered(self, claim: Claim, terms: Terms, counters: Counters) -> Entry:
        """
        Rules 3 to 7: a claim the plan covers, in all scenarios or in some.

        Out of network the clinic's price is billed and the plan recognises no more than its allowed amount; the
        difference is the patient's and counts toward nothing.
        """
        allowed = self.amount(claim.allowed, claim.units)
        billed, recognised = allowed, allowed
        if claim.out_of_network:
            billed = self.amount(claim.billed, claim.units)
            recognised = np.minimum(allowed, billed)
        covered = self.is_covered(claim, terms)
        share = patient_share(recognised, self.benefit(claim, terms), counters)
        program = terms.programs.get(claim.program) if claim.program else None
        help_, counts = self.zero, share.total
        if program is not None:
            help_ = program_help(share.total, program, counters.programs[program.id])
            counts = credited(share.total, help_, program, terms.accumulator)
        plan_pays = recognised - share.total
        if covered is not None:
            billed = (
                billed if claim.out_of_network else np.where(covered, allowed, self.amount(claim.billed, claim.units))
            )
            share = Share(*(part * covered for part in (share.deductible_part, share.own_part, share.total)))
            plan_pays, help_, counts = plan_pays * covered, help_ * covered, counts * covered
        if program is not None:
            counters.programs = counters.programs | {program.id: counters.programs[program.id] - help_}
        counters.deductible = counters.deductible - np.minimum(share.deductible_part, counts)
        counters.out_of_pocket = counters.out_of_pocket - counts
        you_pay = billed - plan_pays - help_
        pharmacy = terms.pharmacy if claim.pharmacy_benefit else None
        return Entry(
            claim,
            billed,
            ALWAYS if covered is None else covered,
            pharmacy,
            share,
            plan_pays,
            help_,
            you_pay,
            replace(counters),
        )

    def amount(self, quote: Quote | None, units: int) -> CentsArray:
        """A quote's price times `units` in each scenario."""
        if quote is None:
            return self.zero
        key = (id(quote), units)
        if key not in self._amounts:
            price = self.worlds.value(quote.range, quote.unknown)
            if quote.lower is not None:
                price = np.where(self.higher_dose, price, self.amount(quote.lower, 1))
            self._amounts[key] = price * units
        return self._amounts[key]

    @property
    def higher_dose(self) -> Flags:
        """Where the open dose is the higher one."""
        return self.worlds.is_yes("dose", self.dose_chance)

    def helped(self, program: str | None) -> list[bool]:
        """Whether a savings program helps at all, per scenario."""
        if program is None or self.terms is None:
            return [False] * self.worlds.count
        return [bool(active) for active in self.terms.programs[program].active]

    def is_covered(self, claim: Claim, terms: Terms) -> Flags | None:
        """Where the plan covers the claim; None where it surely does."""
        verdict = claim.verdict
        key = id(verdict)
        if key not in self._covered:
            covered = self.worlds.is_yes(verdict.unknown, verdict.chance) if verdict.unknown else None
            if terms.has_benefits is not None:
                covered = terms.has_benefits if covered is None else covered & terms.has_benefits
            self._covered[key] = covered
        return self._covered[key]

    def benefit(self, claim: Claim, terms: Terms) -> BenefitTerms:
        """The terms of the claim's benefit class; of either class where it is open which benefit pays the drug."""
        key = (claim.benefit, claim.pharmacy_benefit)
        if key not in self._benefits:
            assert claim.benefit is not None, "a covered charge has a benefit class; the checks see to it"
            terms_of = terms.benefits[claim.benefit]
            if claim.pharmacy_benefit:
                terms_of = either(terms.pharmacy, terms.benefits[claim.pharmacy_benefit], terms_of)
            self._benefits[key] = terms_of
        return self._benefits[key]
