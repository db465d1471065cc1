"""
The ledger: claims in date order, and who pays each of them, in many scenarios at once.

Amounts are int64 cents of shape (scenarios,). Each rule is one function with its source: the Uniform Glossary of
Coverage and Medical Terms (CMS, 45 CFR 147.200), 45 CFR 156.130 (annual limit on cost sharing), the programs' terms.

What makes it fast, and what would break it:

- Claims of one kind under the same terms share one `Bill`, in which everything but the accumulators is worked out.
- A price is worked out once per object, found again by ``id(...)``. The claims hold these objects as long as the
  ledger lives, so no id is given away twice; a copied price would only be worked out again.
- ``covered is self.always`` stands for "covered in every scenario" and leaves out two selections a bill. Code that
  copies the array gets the same numbers, only slower.
- With a deductible part x, the patient's share x + coinsurance of (allowed − x) takes one quotient: `Division`, which
  claims of one benefit class share.
- What is asked at a visit is kept only where the same visit asks again (`Claims.asks_again`).
- What no plan covers touches no accumulator, so `totals` adds it up kind by kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from estimator.core.claims import Claim, Claims, PriceInPlay
from estimator.core.plan import plan_year
from estimator.core.terms import BenefitTerms, LimitTerms, ProgramTerms, Terms, either
from estimator.core.unknowns import Flags, Scenarios
from estimator.money import WHOLE, CentsArray, divided


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

    `copays_asked` has `WHOLE` times what a visit of the day, or a pharmacy's fill, was asked; `visits_made` counts each
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
        if self.copays_asked:
            self.copays_asked = {visit: asked for visit, asked in self.copays_asked.items() if visit.startswith(FILL)}
        if self.first_visits:
            self.first_visits = {key: first for key, first in self.first_visits.items() if key[0].startswith(FILL)}

    def ask(self, place: str, due: CentsArray, where: CentsArray | None) -> None:
        """Remember what was asked at a place (a visit, a fill): `due` where `where` is `WHOLE`, None for nowhere."""
        if where is not None:
            before = self.copays_asked.get(place)
            self.copays_asked[place] = due * where if before is None else before + due * where


def _drug_deductible(amounts: CentsArray | None) -> CentsArray | None:
    """What is left of the drug deductible; nothing where the plan has none of its own, which -1 stands for."""
    return None if amounts is None else np.maximum(amounts, 0)


FILL = "fill "


@dataclass(frozen=True, slots=True)
class Division:
    """
    How one benefit class's terms divide any bill, as factors; worked out once for all claims of the class.

    After a deductible part x the coinsurance is (allowed − x) × rate, halves rounded up; with x added that is
    (x × (1 − rate) + allowed × rate), so `slope`, `rate` and `half` give both in one go: (x × slope + allowed × rate +
    half) // 10,000. A copay is the slope 1 with itself, `flat`, in place of the rest.

    `asks_visit` and `asks_fill` are `WHOLE` where a copay is asked of the visit or of the pharmacy's fill (None:
    nowhere); `flat` is None where no copay is asked anywhere.
    """

    benefit: BenefitTerms
    slope: CentsArray
    rate: CentsArray
    half: CentsArray | int
    flat: CentsArray | None
    asks_visit: CentsArray | None
    asks_fill: CentsArray | None

    @classmethod
    def of(cls, benefit: BenefitTerms, pharmacy: Flags | None = None) -> "Division":
        """`pharmacy` says where a charge of either benefit is the pharmacy's; None where it is one benefit's alone."""
        slope, half = WHOLE - benefit.coinsurance, WHOLE // 2
        if not benefit.any_copay:
            return cls(benefit, slope, benefit.coinsurance, half, None, None, None)
        asks, no_copay = benefit.has_copay * WHOLE, ~benefit.has_copay
        rate, flat = benefit.coinsurance * no_copay, benefit.copay * asks
        by_visit, by_fill = asks, None
        if pharmacy is not None:
            by_fill = asks * pharmacy
            by_visit, by_fill = asks - by_fill, by_fill if by_fill.any() else None
        return cls(benefit, np.maximum(slope, asks), rate, no_copay * half, flat, by_visit, by_fill)


@dataclass(frozen=True, slots=True)
class Bill:
    """
    Claims of one kind under one plan's terms, made ready to be shared; everything but the accumulators is worked out.

    Of a deductible part x the patient's share is (x × slope of the `division` + `offset`) // 10,000, and with a copay
    no more than `allowed`; what a visit was asked already is taken off the offset, down to `least`. `undeducted` is the
    result where no deductible applies at all. `beyond` is what is billed above the allowed amount (None: nothing).
    """

    billed: CentsArray
    allowed: CentsArray
    covered: Flags
    present: Flags | None
    division: Division
    subject: CentsArray | None
    drug_subject: CentsArray | None
    offset: CentsArray
    least: CentsArray
    undeducted: CentsArray | None
    beyond: CentsArray | None

    @classmethod
    def under(
        cls, billed: CentsArray, allowed: CentsArray, covered: Flags, present: Flags | None, division: Division
    ) -> "Bill":
        benefit = division.benefit
        subject = None if benefit.never_deductible else allowed * benefit.subject
        drug_subject = None if benefit.drug_subject is None else allowed * benefit.drug_subject
        least = allowed * division.rate
        least += division.half
        offset = least if division.flat is None else least + division.flat
        undeducted = None
        if subject is None and drug_subject is None:
            undeducted = np.minimum(offset // WHOLE, allowed)
        beyond = None if billed is allowed else billed - allowed
        return cls(
            billed, allowed, covered, present, division, subject, drug_subject, offset, least, undeducted, beyond
        )


@dataclass(slots=True)
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


def patient_share(
    bill: Bill, limits: Limits, drug_deductible: CentsArray | None, asked: CentsArray | None, nothing: CentsArray
) -> Share:
    """
    Rule 3: deductible first, then copay or coinsurance, all under what is left of the maximum.

    A copay is never larger than what remains of the bill; of a visit's copay only what was not `asked` on it yet is
    due. Source: Uniform Glossary, "deductible", "copayment", "coinsurance", "out-of-pocket limit", and its page 6.
    """
    deductible_part, drug_part, division = nothing, None, bill.division
    if bill.subject is not None:
        deductible_part = np.minimum(limits.deductible_left, bill.subject)
    if bill.drug_subject is not None and drug_deductible is not None:
        drug_part = np.minimum(drug_deductible, bill.drug_subject)
        deductible_part = deductible_part + drug_part
    uncapped = bill.undeducted
    if uncapped is None or asked is not None:
        offset = bill.offset
        if asked is not None and division.flat is not None:
            offset = np.maximum(offset - asked, bill.least)
        uncapped = deductible_part * division.slope
        uncapped += offset
        uncapped //= WHOLE
        if division.flat is not None:
            np.minimum(uncapped, bill.allowed, out=uncapped)
    is_copay = None if division.flat is None else division.benefit.has_copay
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


def credited(
    share: CentsArray, assistance: CentsArray, program: ProgramTerms, copay_accumulator: CentsArray | None
) -> CentsArray:
    """
    Rule 5: how much of the share counts toward deductible and maximum.

    A plan with a copay accumulator (1 there, None: nowhere) does not count the manufacturer's money; a rebate after the
    fact is not seen by the plan at all. Source: 45 CFR 156.130(h) as reinstated 2023; see the unknown "accumulator" in
    the tables.
    """
    return share if program.rebate or copay_accumulator is None else share - assistance * copay_accumulator


@dataclass(slots=True)
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

    def __init__(self, claims: Claims, terms: Terms | None, scenarios: Scenarios, dose_chance: int = 0) -> None:
        self.claims = claims
        self.terms = terms
        self.scenarios = scenarios
        self.dose_chance = dose_chance
        self.nothing = np.zeros(scenarios.count, dtype=np.int64)
        self.always = np.ones(scenarios.count, dtype=np.bool_)
        self._amounts: dict[tuple[int, int], CentsArray] = {}
        self._bills: dict[tuple[int, int], Bill] = {}
        self._divisions: dict[tuple[str | None, str | None, bool, int], Division] = {}

    def totals(self) -> CentsArray:
        """What the patient pays in each scenario, rebates already back; shape (scenarios,)."""
        total = self.nothing.copy()
        for claim, times in self.claims.uncovered_kinds if self.terms else self.claims.kinds:
            total += self.asked(claim) * times
        if self.terms is not None:
            self._settle(self.claims.insured, self.terms, total, None)
        return total

    def settle(self) -> tuple[CentsArray, list[SettledClaim]]:
        """The same, and every claim with who pays it."""
        total, settled = self.nothing.copy(), list[SettledClaim]()
        if self.terms is None:
            for claim in self.claims.priced:
                self._not_covered(claim, None, total, settled)
        else:
            self._settle(self.claims.priced, self.terms, total, settled)
        return total, settled

    def _settle(
        self, claims: Sequence[Claim], terms: Terms, total: CentsArray, settled: list[SettledClaim] | None
    ) -> None:
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

    def _not_covered(
        self, claim: Claim, left: Accumulators | None, total: CentsArray, settled: list[SettledClaim] | None
    ) -> None:
        """Rule 2: the patient pays the clinic's own price; no accumulator moves, no savings program helps."""
        billed = self.asked(claim)
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
        bill = self.bill(claim, terms)
        limits = (left.outside or left.limits) if claim.out_of_network else left.limits
        program = terms.programs.get(claim.program) if claim.program else None
        if program is not None and terms.maximizer and not program.rebate and not claim.out_of_network:
            share, assistance = self._maximized(claim, terms, program, bill, left)
        else:
            if claim.out_of_network:
                share = patient_share(bill, limits, None, None, self.nothing)
            else:
                share = self._shared(claim, terms, bill, left)
            assistance, counts = None, share.total
            if program is not None:
                assistance = copay_assistance(share.total, program, left.programs[program.id])
                counts = credited(share.total, assistance, program, terms.copay_accumulator)
            self._credit(share, counts, limits, left)
        if program is not None and assistance is not None:
            left.programs[program.id] -= assistance
            total -= assistance
        total += share.total
        if bill.beyond is not None:
            total += bill.beyond
        if settled is not None:
            by_program = self.nothing if assistance is None else assistance
            amounts = bill.present, bill.billed, bill.allowed, bill.covered, share, by_program
            settled.append(SettledClaim(claim, *amounts, *self._left(bill, limits, left)))

    def _left(self, bill: Bill, limits: Limits, left: Accumulators) -> tuple[CentsArray, CentsArray]:
        """What is left of the amounts that a claim draws on; a claim that is not covered draws on none in network."""
        deductible_left, maximum_left = limits.now
        drug_subject = bill.division.benefit.drug_subject
        if left.drug_deductible is not None and drug_subject is not None:
            deductible_left = np.where(drug_subject > 0, left.drug_deductible, deductible_left)
        if bill.covered is self.always:
            return deductible_left, maximum_left
        in_network = left.limits.now
        return (
            np.where(bill.covered, deductible_left, in_network[0]),
            np.where(bill.covered, maximum_left, in_network[1]),
        )

    def _credit(self, share: Share, counts: CentsArray, limits: Limits, left: Accumulators) -> None:
        if share.drug_part is None or left.drug_deductible is None:
            limits.credit(share.deductible_part, counts)
            return
        left.drug_deductible = left.drug_deductible - np.minimum(share.drug_part, counts)
        limits.credit(share.deductible_part - share.drug_part, counts)

    def _shared(self, claim: Claim, terms: Terms, bill: Bill, left: Accumulators) -> Share:
        """The share of a claim in network: a visit's copay is asked once, the first visits have their own terms."""
        if bill.division.benefit.first_visits is not None:
            bill = self._first_visits(claim, terms, bill, left)
        division = bill.division
        if division.flat is None or claim.share is not None:
            return patient_share(bill, left.limits, left.drug_deductible, None, self.nothing)
        either = claim.pharmacy_benefit is not None
        place, fill = claim.visit, f"{FILL}{claim.fill}"
        if claim.fill and not either:
            place = fill
        asked = left.copays_asked.get(place)
        if either and (at_fill := left.copays_asked.get(fill)) is not None:
            asked = np.where(terms.pharmacy, at_fill, self.nothing if asked is None else asked)
        elif either and asked is not None:
            asked = asked * ~terms.pharmacy
        share = patient_share(bill, left.limits, left.drug_deductible, asked, self.nothing)
        if id(claim) in self.claims.asks_again:
            due = share.uncapped - share.deductible_part
            left.ask(place, due, division.asks_visit)
            left.ask(fill, due, division.asks_fill)
        return share

    def _first_visits(self, claim: Claim, terms: Terms, bill: Bill, left: Accumulators) -> Bill:
        """The bill with the terms of the plan year's first visits where it is one of them: no deductible, a copay."""
        benefit = bill.division.benefit
        assert claim.benefit is not None, "a covered charge has a benefit class"
        assert benefit.first_visits is not None, "asked only for a class that has them"
        assert benefit.first_copay is not None, "first visits have a copay"
        either = claim.pharmacy_benefit is not None
        key = (f"{FILL}{claim.fill}" if claim.fill and not either else claim.visit, claim.benefit)
        first, counted = left.first_visits.get(key, (~self.always, ~self.always))
        counts = (bill.covered if bill.present is None else bill.covered & bill.present) & ~counted
        if either:
            counts = counts & ~terms.pharmacy
        made = left.visits_made.get(claim.benefit, self.nothing)
        first = first | ((made < benefit.first_visits) & counts)
        left.first_visits[key], left.visits_made[claim.benefit] = (first, counted | counts), made + counts
        if either:
            first = first & ~terms.pharmacy
        special = replace(
            benefit,
            subject=np.where(first, 0, benefit.subject),
            drug_subject=None if benefit.drug_subject is None else np.where(first, 0, benefit.drug_subject),
            has_copay=benefit.has_copay | first,
            copay=np.where(first, benefit.first_copay, benefit.copay),
            any_copay=True,
        )
        amounts = bill.billed, bill.allowed, bill.covered, bill.present
        return Bill.under(*amounts, Division.of(special, terms.pharmacy if either else None))

    def _maximized(
        self, claim: Claim, terms: Terms, program: ProgramTerms, bill: Bill, left: Accumulators
    ) -> tuple[Share, CentsArray]:
        """
        Rule 5 for a maximizer: the plan sets the drug's share so that the program's year is used up evenly.

        The patient pays the program's minimum, a month's twelfth of the program's year at most is drawn, the plan pays
        the rest; nothing of it counts. Where the program does not help, the plan's own terms hold. Source: the vendors'
        own descriptions, see DECISIONS.
        """
        active, month = program.active, (claim.day.year, claim.day.month)
        known = left.program_months.get(program.id)
        twelfth = divided(program.annual_max, 12) if known is None or known[0] != month else known[1]
        allowed = bill.allowed * active
        minimum = np.minimum(allowed, program.patient_pays)
        assistance = np.minimum(allowed - minimum, np.minimum(twelfth, left.programs[program.id]))
        if program.per_treatment_max is not None:
            assistance = np.minimum(assistance, program.per_treatment_max)
        left.program_months[program.id] = (month, twelfth - assistance)
        share = minimum + assistance
        if active.all():
            return Share(self.nothing, None, share, share, self.always), assistance
        others = Bill.under(bill.billed, bill.allowed * ~active, bill.covered & ~active, bill.present, bill.division)
        rest = self._shared(claim, terms, others, left)
        self._credit(rest, rest.total, left.limits, left)
        total = share + rest.total
        return Share(rest.deductible_part, rest.drug_part, share + rest.uncapped, total, rest.is_copay), assistance

    def bill(self, claim: Claim, terms: Terms) -> Bill:
        """What is billed, and the part of it the plan recognises (nothing where it does not cover the claim)."""
        key = (claim.kind, id(terms))
        bill = self._bills.get(key)
        if bill is None:
            where, covered = self.where(claim), self.covered(claim, terms)
            allowed = self.amount(claim.allowed, claim.units, where)
            billed = allowed
            if claim.out_of_network:
                billed = self.asked(claim)
                allowed = np.minimum(allowed, billed) * covered
            elif covered is not self.always:
                billed = np.where(covered, billed, self.asked(claim))
                allowed = allowed * covered
            bill = self._bills[key] = Bill.under(billed, allowed, covered, where, self.division(claim, terms))
        return bill

    def asked(self, claim: Claim) -> CentsArray:
        """What the clinic asks, where the claim is billed."""
        return self.amount(claim.asked, claim.units, self.where(claim))

    def amount(self, price: PriceInPlay | None, units: int, where: Flags | None = None) -> CentsArray:
        """A price times `units` in each scenario, nothing outside of `where`."""
        if price is None:
            return self.nothing
        key = (id(price), units)
        amount = self._amounts.get(key)
        if amount is None:
            amount = self.scenarios.value(price.range, price.unknown)
            if price.lower is not None:
                amount = np.where(self.higher_dose, amount, self.amount(price.lower, 1))
            if price.less is not None:
                amount = np.maximum(amount - self.amount(price.less, 1), 0)
            self._amounts[key] = amount = amount * units if units > 1 else amount
        return amount if where is None else amount * where

    def where(self, claim: Claim) -> Flags | None:
        """Where the claim is billed at all; None for everywhere."""
        found = None
        for one in claim.conditions:
            holds = self.scenarios.is_yes(one.unknown, one.chance) == one.wanted
            found = holds if found is None else found & holds
        return found

    @property
    def higher_dose(self) -> Flags:
        """Where the open dose is the higher one."""
        return self.scenarios.is_yes("dose", self.dose_chance)

    def covered(self, claim: Claim, terms: Terms) -> Flags:
        """Where the plan covers the claim; `always` itself where it surely does."""
        coverage, covered = claim.coverage, self.always
        if coverage.unknown:
            covered = self.scenarios.is_yes(coverage.unknown, coverage.chance)
        if claim.out_of_network:
            covered = covered & terms.out_of_network.pays if terms.out_of_network else covered & False
        return covered

    def division(self, claim: Claim, terms: Terms) -> Division:
        """How the plan divides the claim's bill; the same for all claims of one benefit, unless the plan told one."""
        key = (claim.benefit, claim.pharmacy_benefit, claim.out_of_network, id(terms))
        if claim.share is None and key in self._divisions:
            return self._divisions[key]
        pharmacy = terms.pharmacy if claim.pharmacy_benefit is not None else None
        made = Division.of(self.benefit(claim, terms), pharmacy)
        if claim.share is None:
            self._divisions[key] = made
        return made

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
        return BenefitTerms(one, None, none, self.nothing, coinsurance, None, None, False, False)

    def _as_told(self, claim: Claim, benefit: BenefitTerms) -> BenefitTerms:
        """What the plan told the patient they pay for this charge, in place of the class's terms."""
        share = claim.share
        assert share is not None
        if share.amount is not None:
            copay = self.nothing + share.amount * claim.units
            return BenefitTerms(self.nothing, None, self.always, copay, self.nothing, None, None, True, True)
        percent = self.nothing + (share.coinsurance or 0)
        drug, subject = benefit.drug_subject, self.nothing + 1
        if drug is not None:
            subject = 1 - drug
        return BenefitTerms(subject, drug, ~self.always, self.nothing, percent, None, None, False, False)
