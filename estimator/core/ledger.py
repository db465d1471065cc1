"""
The ledger: claims in date order, and who pays each of them, in many scenarios at once.

Amounts are int64 cents of shape (scenarios,). Each rule is one function with its source: the Uniform Glossary of
Coverage and Medical Terms (CMS, 45 CFR 147.200), 45 CFR 156.130 (annual limit on cost sharing), the programs' terms.

What makes it fast, and what would break it:

- A price, a bill and a coverage are worked out once per object, found again by ``id(...)``. The claims hold these
  objects as long as the ledger lives, so no id is given away twice; a copied price would only be worked out again.
- ``covered is self.always`` stands for "covered in every scenario" and leaves out two selections a claim. Code that
  copies the array gets the same numbers, only slower.
- After a deductible part x the coinsurance of the rest, plus x, is one division: see `Bill`.
- What no plan covers touches no accumulator, so `totals` adds it up kind by kind.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from estimator.core.claims import Claim, PriceInPlay
from estimator.core.plan import plan_year
from estimator.core.terms import BenefitTerms, LimitTerms, ProgramTerms, Terms, either
from estimator.core.unknowns import Flags, Scenarios
from estimator.money import WHOLE, CentsArray


@dataclass(slots=True)
class Limits:
    """What is left of a deductible and an out-of-pocket maximum; a family's own amounts are None where none count."""

    deductible: CentsArray
    out_of_pocket: CentsArray
    family_deductible: CentsArray | None = None
    family_out_of_pocket: CentsArray | None = None

    @classmethod
    def at_start(cls, limits: LimitTerms) -> "Limits":
        return cls(limits.deductible_remaining.copy(), limits.out_of_pocket_remaining.copy())

    @classmethod
    def full(cls, limits: LimitTerms) -> "Limits":
        return cls(limits.deductible.copy(), limits.out_of_pocket_maximum.copy())

    @property
    def deductible_left(self) -> CentsArray:
        """What may still be asked as deductible: the person's or the family's, whichever is lower."""
        return (
            self.deductible if self.family_deductible is None else np.minimum(self.deductible, self.family_deductible)
        )

    @property
    def out_of_pocket_left(self) -> CentsArray:
        if self.family_out_of_pocket is None:
            return self.out_of_pocket
        return np.minimum(self.out_of_pocket, self.family_out_of_pocket)

    @property
    def now(self) -> tuple[CentsArray, CentsArray]:
        """Both as they stand, copied."""
        return self.deductible_left.copy(), self.out_of_pocket_left.copy()

    def credit(self, deductible_part: CentsArray, credited: CentsArray) -> None:
        """Rule 5: what counts is taken off deductible and maximum, the person's and the family's alike."""
        part = np.minimum(deductible_part, credited)
        self.deductible -= part
        self.out_of_pocket -= credited
        if self.family_deductible is not None:
            self.family_deductible = np.maximum(self.family_deductible - part, 0)
        if self.family_out_of_pocket is not None:
            self.family_out_of_pocket = np.maximum(self.family_out_of_pocket - credited, 0)


@dataclass(slots=True)
class Accumulators:
    """
    What has been met so far: the limits in and out of network, each program's year; changed in place.

    `copays_asked` has what a visit of the day, or a pharmacy's fill, was asked already; `visits_made` counts each
    class's visits of the plan year where the first ones have terms of their own, and `first_visits` has where a visit
    of the day is one of them, and where it is counted.
    """

    limits: Limits
    outside: Limits | None
    drug_deductible: CentsArray | None
    programs: dict[str, CentsArray]
    program_months: dict[str, tuple[tuple[int, int], CentsArray]] = field(default_factory=dict)
    copays_asked: dict[str, CentsArray] = field(default_factory=dict)
    visits_made: dict[str, CentsArray] = field(default_factory=dict)
    first_visits: dict[tuple[str, str], tuple[Flags, Flags]] = field(default_factory=dict)

    @classmethod
    def at_start(cls, terms: Terms, scenarios: int) -> "Accumulators":
        limits = Limits.at_start(terms.limits)
        if terms.family_deductible is not None:
            limits.family_deductible = np.full(scenarios, terms.family_deductible, dtype=np.int64)
        if terms.family_out_of_pocket is not None:
            limits.family_out_of_pocket = np.full(scenarios, terms.family_out_of_pocket, dtype=np.int64)
        outside = Limits.at_start(terms.out_of_network.limits) if terms.out_of_network else None
        programs = {id_: program.left * program.active for id_, program in terms.programs.items()}
        return cls(limits, outside, _drug_deductible(terms.drug_deductible_remaining), programs)

    def begin_plan_year(self, terms: Terms) -> None:
        """
        Rule 1: a new plan year, or a new plan, brings back the full deductible and maximum.

        A family's full amounts are at least the person's, and only this person's claims are counted, so they bind no
        more. Source: Uniform Glossary, "deductible" ("during a coverage period").
        """
        self.limits = Limits.full(terms.limits)
        self.outside = Limits.full(terms.out_of_network.limits) if terms.out_of_network else None
        self.drug_deductible = _drug_deductible(terms.drug_deductible)
        self.visits_made.clear()
        self.first_visits.clear()

    def begin_calendar_year(self, terms: Terms) -> None:
        """Rule 1: a new calendar year brings back every program's annual maximum. Source: the programs' terms."""
        self.programs = {id_: program.annual_max * program.active for id_, program in terms.programs.items()}

    def begin_day(self) -> None:
        """Copays of visits are asked once a day; those of a pharmacy's fill once per fill, however many days."""
        self.copays_asked = {visit: asked for visit, asked in self.copays_asked.items() if visit.startswith(FILL)}
        self.first_visits = {key: first for key, first in self.first_visits.items() if key[0].startswith(FILL)}


def _drug_deductible(amounts: CentsArray | None) -> CentsArray | None:
    """What is left of the drug deductible; nothing where the plan has none of its own, which -1 stands for."""
    return None if amounts is None else np.maximum(amounts, 0)


FILL = "fill "


@dataclass(frozen=True, slots=True)
class Bill:
    """
    One allowed amount under one benefit, made ready for `patient_share`; everything but the accumulators is worked out.

    After a deductible part x the coinsurance is (allowed − x) × rate, halves rounded up; with x added that is
    (x × (1 − rate) + allowed × rate), so `slope` and `offset` give both in one go: (x × slope + offset) // 10,000.
    """

    billed: CentsArray
    allowed: CentsArray
    benefit: BenefitTerms
    subject: CentsArray | None
    drug_subject: CentsArray | None
    slope: CentsArray | None
    offset: CentsArray | None
    nothing: CentsArray

    @classmethod
    def under(cls, billed: CentsArray, allowed: CentsArray, benefit: BenefitTerms) -> "Bill":
        coinsures = not benefit.all_copay
        return cls(
            billed,
            allowed,
            benefit,
            None if benefit.never_deductible else allowed * benefit.subject,
            None if benefit.drug_subject is None else allowed * benefit.drug_subject,
            WHOLE - benefit.coinsurance if coinsures else None,
            allowed * benefit.coinsurance + WHOLE // 2 if coinsures else None,
            np.zeros_like(allowed),
        )


@dataclass(frozen=True, slots=True)
class Share:
    """
    The patient's share of one allowed amount before any savings program helps; `uncapped` is before the maximum.

    `drug_part` is the part of `deductible_part` that is of the drug deductible. The rest of it is a copay where
    `is_copay`, else coinsurance (None: everywhere).
    """

    deductible_part: CentsArray
    drug_part: CentsArray | None
    uncapped: CentsArray
    total: CentsArray
    is_copay: Flags | None


def patient_share(bill: Bill, left: Accumulators, asked: CentsArray | None, outside: bool = False) -> Share:
    """
    Rule 3: deductible first, then copay or coinsurance, all under what is left of the maximum.

    A copay is never larger than what remains of the bill; of a visit's copay only what was not `asked` on it yet is
    due. Source: Uniform Glossary, "deductible", "copayment", "coinsurance", "out-of-pocket limit", and its page 6.
    """
    limits = left.outside if outside and left.outside is not None else left.limits
    deductible_part, drug_part = bill.nothing, None
    if bill.subject is not None:
        deductible_part = np.minimum(limits.deductible_left, bill.subject)
    if bill.drug_subject is not None and left.drug_deductible is not None:
        drug_part = np.minimum(left.drug_deductible, bill.drug_subject)
        deductible_part = deductible_part + drug_part
    if bill.slope is not None and bill.offset is not None:
        uncapped = deductible_part * bill.slope
        uncapped += bill.offset
        uncapped //= WHOLE
    if bill.benefit.any_copay:
        with_copay = deductible_part + (
            bill.benefit.copay if asked is None else np.maximum(bill.benefit.copay - asked, 0)
        )
        np.minimum(with_copay, bill.allowed, out=with_copay)
        if bill.slope is None:
            uncapped = with_copay
        else:
            np.copyto(uncapped, with_copay, where=bill.benefit.has_copay)
    is_copay = bill.benefit.has_copay if bill.benefit.any_copay else None
    return Share(deductible_part, drug_part, uncapped, np.minimum(uncapped, limits.out_of_pocket_left), is_copay)


def copay_assistance(share: CentsArray, program: ProgramTerms, left_this_year: CentsArray) -> CentsArray:
    """
    Rule 4: what a savings program takes off the patient's share.

    Everything above the patient's minimum, up to the limit per treatment and what is left of the annual maximum.
    Source: the manufacturer's program terms, see the program in the tables.
    """
    assistance = np.maximum(share - program.patient_pays, 0) if program.patient_pays else share
    if program.per_treatment_max is not None:
        assistance = np.minimum(assistance, program.per_treatment_max)
    # The year's limit is zero where the program does not help at all.
    return np.minimum(assistance, left_this_year)


def credited(share: CentsArray, assistance: CentsArray, program: ProgramTerms, copay_accumulator: Flags) -> CentsArray:
    """
    Rule 5: how much of the share counts toward deductible and maximum.

    A plan with a copay accumulator does not count the manufacturer's money; a rebate after the fact is not seen by the
    plan at all. Source: 45 CFR 156.130(h) as reinstated 2023; see the unknown "accumulator" in the tables.
    """
    return share if program.rebate else share - assistance * copay_accumulator


@dataclass(frozen=True, slots=True)
class SettledClaim:
    """
    One claim in every scenario, amounts of shape (scenarios,): what was billed, who paid, what is left after it.

    `present` is where the claim is billed at all (None: everywhere); `covered` is None where the plan surely does not
    cover it, and then so is `share`.
    """

    claim: Claim
    present: Flags | None
    billed: CentsArray
    allowed: CentsArray
    covered: Flags | None
    share: Share | None
    assistance: CentsArray
    deductible_left: CentsArray | None
    out_of_pocket_left: CentsArray | None


class Ledger:
    """Claims priced for some scenarios, ready to be settled in date order. Claims without a price are left out."""

    def __init__(
        self, claims: Sequence[Claim], terms: Terms | None, scenarios: Scenarios, dose_chance: int = 0
    ) -> None:
        self.claims = [claim for claim in claims if not claim.missing]
        self.terms = terms
        self.scenarios = scenarios
        self.dose_chance = dose_chance
        self.nothing = np.zeros(scenarios.count, dtype=np.int64)
        self.always = np.ones(scenarios.count, dtype=np.bool_)
        self._amounts: dict[tuple[int, int], CentsArray] = {}
        self._bills: dict[tuple[int, int], Bill] = {}
        self._covered: dict[tuple[int, int], Flags] = {}
        self._asks_more = _asks_more(self.claims)

    def totals(self) -> CentsArray:
        """What the patient pays in each scenario, rebates already back; shape (scenarios,)."""
        total = self.nothing.copy()
        self._settle(self._without_uncovered(total), total, None)
        return total

    def settle(self) -> tuple[CentsArray, list[SettledClaim]]:
        """The same, and every claim with who pays it."""
        total, settled = self.nothing.copy(), list[SettledClaim]()
        self._settle(self.claims, total, settled)
        return total, settled

    def _settle(self, claims: Sequence[Claim], total: CentsArray, settled: list[SettledClaim] | None) -> None:
        terms = self.terms
        if terms is None:
            for claim in claims:
                self._not_covered(claim, None, total, settled)
            return
        left, before = Accumulators.at_start(terms, self.scenarios.count), terms.as_of
        for claim in claims:
            if claim.day != before:
                terms = self._turn(left, terms, before, claim.day)
                before = claim.day
            if claim.coverage.covered == "no":
                self._not_covered(claim, left, total, settled)
            else:
                self._covered_claim(claim, terms, left, total, settled)

    def _turn(self, left: Accumulators, terms: Terms, before: date, day: date) -> Terms:
        """Rule 1 between two days: years turn, and another plan may take this one's place."""
        left.begin_day()
        turns = plan_year(day, terms.plan_year_start) != plan_year(before, terms.plan_year_start)
        if terms.following is not None and day >= terms.following[0]:
            terms, turns = terms.following[1], True
        if turns:
            left.begin_plan_year(terms)
        if day.year != before.year:
            left.begin_calendar_year(terms)
        return terms

    def _without_uncovered(self, total: CentsArray) -> list[Claim]:
        """Add the claims that no plan covers to `total`, kind by kind since they touch no accumulator."""
        uncovered = [claim for claim in self.claims if self.terms is None or claim.coverage.covered == "no"]
        times = Counter(claim.kind for claim in uncovered)
        for claim in {claim.kind: claim for claim in uncovered}.values():
            total += self.present(claim, self.amount(claim.asked, claim.units)) * times[claim.kind]
        return [claim for claim in self.claims if self.terms is not None and claim.coverage.covered != "no"]

    def _not_covered(
        self, claim: Claim, left: Accumulators | None, total: CentsArray, settled: list[SettledClaim] | None
    ) -> None:
        """Rule 2: the patient pays the clinic's own price; no accumulator moves, no savings program helps."""
        billed = self.present(claim, self.amount(claim.asked, claim.units))
        total += billed
        if settled is not None:
            counts = left.limits.now if left else (None, None)
            where = self.where(claim)
            settled.append(SettledClaim(claim, where, billed, self.nothing, None, None, self.nothing, *counts))

    def _covered_claim(
        self,
        claim: Claim,
        terms: Terms,
        left: Accumulators,
        total: CentsArray,
        settled: list[SettledClaim] | None,
    ) -> None:
        """
        Rules 3 to 7: a claim the plan covers, in all scenarios or in some.

        Out of network the clinic's price is billed and the plan recognises no more than its allowed amount; the
        difference is the patient's and counts toward nothing.
        """
        covered = self.covered(claim, terms)
        bill = self.bill(claim, terms, covered)
        program = terms.programs.get(claim.program) if claim.program else None
        maximizes = program is not None and terms.maximizer and not program.rebate and not claim.out_of_network
        limits = left.limits
        if claim.out_of_network and left.outside is not None:
            limits = left.outside
        assistance, counts = self.nothing, self.nothing
        if maximizes and program is not None:
            share, assistance = self._maximized(claim, terms, bill, covered, left)
        elif claim.out_of_network:
            share = patient_share(bill, left, None, outside=True)
            counts = share.total
        else:
            share = self._shared(claim, terms, bill, covered, left)
            counts = share.total
        if program is not None and not maximizes:
            assistance = copay_assistance(share.total, program, left.programs[program.id])
            counts = credited(share.total, assistance, program, terms.copay_accumulator)
        if program is not None:
            left.programs[program.id] = left.programs[program.id] - assistance
            total -= assistance
        if not maximizes:
            self._credit(share, counts, limits, left)
        total += share.total
        if bill.billed is not bill.allowed:
            total += bill.billed - bill.allowed
        if settled is not None:
            amounts = bill.billed, bill.allowed, covered, share, assistance
            settled.append(
                SettledClaim(claim, self.where(claim), *amounts, *self._left(bill, share, covered, limits, left))
            )

    def _left(
        self, bill: Bill, share: Share, covered: Flags, limits: Limits, left: Accumulators
    ) -> tuple[CentsArray, CentsArray]:
        """What is left of the amounts that a claim draws on; a claim that is not covered draws on none in network."""
        deductible_left, maximum_left = limits.now
        drug_subject = bill.benefit.drug_subject
        if left.drug_deductible is not None and drug_subject is not None:
            deductible_left = np.where(drug_subject > 0, left.drug_deductible, deductible_left)
        if covered is self.always:
            return deductible_left, maximum_left
        in_network = left.limits.now
        return np.where(covered, deductible_left, in_network[0]), np.where(covered, maximum_left, in_network[1])

    def _credit(self, share: Share, counts: CentsArray, limits: Limits, left: Accumulators) -> None:
        if share.drug_part is None or left.drug_deductible is None:
            limits.credit(share.deductible_part, counts)
            return
        left.drug_deductible = left.drug_deductible - np.minimum(share.drug_part, counts)
        limits.credit(share.deductible_part - share.drug_part, counts)

    def _shared(self, claim: Claim, terms: Terms, bill: Bill, covered: Flags, left: Accumulators) -> Share:
        """The share of a claim in network: a visit's copay is asked once, the first visits have their own terms."""
        if bill.benefit.first_visits is not None:
            bill = self._first_visits(claim, terms, bill, covered, left)
        if not bill.benefit.any_copay or claim.share is not None:
            return patient_share(bill, left, None)
        either = claim.pharmacy_benefit is not None
        place = f"{FILL}{claim.fill}" if claim.fill and not either else claim.visit
        at_visit = left.copays_asked.get(place)
        if not either:
            share = patient_share(bill, left, at_visit)
            if id(claim) in self._asks_more:
                asked = (share.uncapped - share.deductible_part) * bill.benefit.has_copay
                left.copays_asked[place] = asked if at_visit is None else at_visit + asked
            return share
        fill, at_visit = f"{FILL}{claim.fill}", self.nothing if at_visit is None else at_visit
        at_fill = left.copays_asked.get(fill, self.nothing)
        share = patient_share(bill, left, np.where(terms.pharmacy, at_fill, at_visit))
        asked = (share.uncapped - share.deductible_part) * bill.benefit.has_copay
        by_pharmacy = asked * terms.pharmacy
        left.copays_asked[fill] = at_fill + by_pharmacy
        left.copays_asked[place] = at_visit + (asked - by_pharmacy)
        return share

    def _first_visits(self, claim: Claim, terms: Terms, bill: Bill, covered: Flags, left: Accumulators) -> Bill:
        """The bill with the terms of the plan year's first visits where it is one of them: no deductible, a copay."""
        benefit = bill.benefit
        assert claim.benefit is not None, "a covered charge has a benefit class"
        assert benefit.first_visits is not None, "asked only for a class that has them"
        assert benefit.first_copay is not None, "first visits have a copay"
        fill = claim.fill and claim.pharmacy_benefit is None
        key = (f"{FILL}{claim.fill}" if fill else claim.visit, claim.benefit)
        first, counted = left.first_visits.get(key, (~self.always, ~self.always))
        where = self.where(claim)
        counts = (covered if where is None else covered & where) & ~counted
        if claim.pharmacy_benefit is not None:
            counts = counts & ~terms.pharmacy
        made = left.visits_made.get(claim.benefit, self.nothing)
        first = first | ((made < benefit.first_visits) & counts)
        left.first_visits[key], left.visits_made[claim.benefit] = (first, counted | counts), made + counts
        if claim.pharmacy_benefit is not None:
            first = first & ~terms.pharmacy
        special = BenefitTerms(
            subject=np.where(first, 0, benefit.subject),
            drug_subject=None if benefit.drug_subject is None else np.where(first, 0, benefit.drug_subject),
            has_copay=benefit.has_copay | first,
            copay=np.where(first, benefit.first_copay, benefit.copay),
            coinsurance=benefit.coinsurance,
            first_visits=benefit.first_visits,
            first_copay=benefit.first_copay,
            any_copay=True,
            all_copay=benefit.all_copay,
            never_deductible=benefit.never_deductible,
        )
        return Bill.under(bill.billed, bill.allowed, special)

    def _maximized(
        self, claim: Claim, terms: Terms, bill: Bill, covered: Flags, left: Accumulators
    ) -> tuple[Share, CentsArray]:
        """
        Rule 5 for a maximizer: the plan sets the drug's share so that the program's year is used up evenly.

        The patient pays the program's minimum, a month's twelfth of the program's year at most is drawn, the plan pays
        the rest; nothing of it counts. Where the program does not help, the plan's own terms hold. Source: the vendors'
        own descriptions, see DECISIONS.
        """
        program = terms.programs[claim.program or ""]
        active, month = program.active, (claim.day.year, claim.day.month)
        known = left.program_months.get(program.id)
        twelfth = (program.annual_max + 6) // 12 if known is None or known[0] != month else known[1]
        allowed = bill.allowed * active
        minimum = np.minimum(allowed, program.patient_pays)
        assistance = np.minimum(allowed - minimum, np.minimum(twelfth, left.programs[program.id]))
        if program.per_treatment_max is not None:
            assistance = np.minimum(assistance, program.per_treatment_max)
        left.program_months[program.id] = (month, twelfth - assistance)
        share = minimum + assistance
        if active.all():
            return Share(self.nothing, None, share, share, self.always), assistance
        others = Bill.under(bill.billed, bill.allowed * ~active, bill.benefit)
        rest = self._shared(claim, terms, others, covered & ~active, left)
        self._credit(rest, rest.total, left.limits, left)
        total = share + rest.total
        return Share(rest.deductible_part, rest.drug_part, share + rest.uncapped, total, rest.is_copay), assistance

    def bill(self, claim: Claim, terms: Terms, covered: Flags) -> Bill:
        """What is billed, and the part of it the plan recognises (nothing where it does not cover the claim)."""
        key = (claim.kind, id(terms))
        if key not in self._bills:
            allowed = self.present(claim, self.amount(claim.allowed, claim.units))
            billed = allowed
            if claim.out_of_network:
                billed = self.present(claim, self.amount(claim.asked, claim.units))
                allowed = np.minimum(allowed, billed) * covered
            elif covered is not self.always:
                billed = np.where(covered, billed, self.present(claim, self.amount(claim.asked, claim.units)))
                allowed = allowed * covered
            self._bills[key] = Bill.under(billed, allowed, self.benefit(claim, terms))
        return self._bills[key]

    def amount(self, price: PriceInPlay | None, units: int) -> CentsArray:
        """A price times `units` in each scenario."""
        if price is None:
            return self.nothing
        key = (id(price), units)
        if key not in self._amounts:
            amount = self.scenarios.value(price.range, price.unknown)
            if price.lower is not None:
                amount = np.where(self.higher_dose, amount, self.amount(price.lower, 1))
            if price.less is not None:
                amount = np.maximum(amount - self.amount(price.less, 1), 0)
            self._amounts[key] = amount * units if units > 1 else amount
        return self._amounts[key]

    def where(self, claim: Claim) -> Flags | None:
        """Where the claim is billed at all; None for everywhere."""
        found = None
        for one in claim.conditions:
            holds = self.scenarios.is_yes(one.unknown, one.chance) == one.wanted
            found = holds if found is None else found & holds
        return found

    def present(self, claim: Claim, amount: CentsArray) -> CentsArray:
        """`amount` where the claim is billed, nothing elsewhere."""
        where = self.where(claim)
        return amount if where is None else amount * where

    @property
    def higher_dose(self) -> Flags:
        """Where the open dose is the higher one."""
        return self.scenarios.is_yes("dose", self.dose_chance)

    def covered(self, claim: Claim, terms: Terms) -> Flags:
        """Where the plan covers the claim; `always` itself where it surely does."""
        coverage = claim.coverage
        key = (id(coverage), id(terms) if claim.out_of_network else 0)
        if key not in self._covered:
            covered = self.always
            if coverage.unknown:
                covered = self.scenarios.is_yes(coverage.unknown, coverage.chance)
            if claim.out_of_network:
                covered = covered & terms.out_of_network.pays if terms.out_of_network else covered & False
            self._covered[key] = covered
        return self._covered[key]

    def benefit(self, claim: Claim, terms: Terms) -> BenefitTerms:
        """The terms of the claim's benefit class; of either class where it is open which benefit pays the drug."""
        assert claim.benefit is not None, "a covered charge has a benefit class; the checks see to it"
        if claim.out_of_network and terms.out_of_network is not None:
            return self._everything_shared(terms.out_of_network.coinsurance)
        benefit = terms.benefits[claim.benefit]
        if claim.pharmacy_benefit is not None:
            benefit = either(terms.pharmacy, terms.benefits[claim.pharmacy_benefit], benefit)
        return benefit if claim.share is None else self._as_told(claim, benefit)

    def _everything_shared(self, coinsurance: CentsArray) -> BenefitTerms:
        """Rule 7: out of network every class has the deductible first, then the same coinsurance."""
        one, none = self.nothing + 1, ~self.always
        return BenefitTerms(one, None, none, self.nothing, coinsurance, None, None, False, False, False)

    def _as_told(self, claim: Claim, benefit: BenefitTerms) -> BenefitTerms:
        """What the plan told the patient they pay for this charge, in place of the class's terms."""
        share = claim.share
        assert share is not None
        if share.amount is not None:
            copay = self.nothing + share.amount * claim.units
            return BenefitTerms(self.nothing, None, self.always, copay, self.nothing, None, None, True, True, True)
        percent = self.nothing + (share.coinsurance or 0)
        drug, subject = benefit.drug_subject, self.nothing + 1
        if drug is not None:
            subject = 1 - drug
        return BenefitTerms(subject, drug, ~self.always, self.nothing, percent, None, None, False, False, False)


def _asks_more(claims: Sequence[Claim]) -> frozenset[int]:
    """The ids of covered claims after which the same visit of a day, or the same fill, has another one."""
    last: dict[tuple[date | None, str], int] = {}
    more = set()
    for claim in claims:
        if claim.coverage.covered == "no":
            continue
        places = [(claim.day, claim.visit)] + ([(None, claim.fill)] if claim.fill else [])
        for place in places:
            if place in last:
                more.add(last[place])
            last[place] = id(claim)
    return frozenset(more)
