"""
The estimate: course, claims, plan and scenarios put together into what a patient reads.

`estimate` is pure: answers and a price book in, an `Estimate` out, the same every time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from estimator.core.answers import Answers
from estimator.core.claims import Claims, claims_of
from estimator.core.items import line_items
from estimator.core.ledger import Entry, Ledger
from estimator.core.plan import Plan, plan_of
from estimator.core.records import ScenarioLedgers, Statement, statements, total
from estimator.core.results import Driver, Estimate, Month, YouPay
from estimator.core.scenarios import Search, search
from estimator.core.terms import terms_in
from estimator.core.unknowns import Positions, Unknowns, Worlds
from estimator.money import CentsArray
from estimator.prices.book import PriceBook
from estimator.prices.schema import Book


@dataclass(frozen=True, slots=True)
class Model:
    """Answers and tables made ready to be walked in any worlds: claims, plan, and what is unknown about them."""

    claims: Claims
    plan: Plan | None
    unknowns: Unknowns
    dose_chance: int

    def ledger(self, positions: Positions) -> Ledger:
        """The ledger of these worlds; `positions` has shape (unknowns, scenarios)."""
        worlds = Worlds(self.unknowns.rows, positions)
        terms = terms_in(self.plan, worlds) if self.plan else None
        return Ledger(self.claims.all, terms, worlds, self.dose_chance)

    def totals(self, positions: Positions) -> CentsArray:
        """What the patient pays in each of these worlds, cents, shape (scenarios,)."""
        return self.ledger(positions).walk()

    @property
    def rounds(self) -> int:
        """How often the search refines: totals only turn back on themselves where a savings program helps."""
        return 2 if self.plan and self.plan.programs else 1

    def search(self) -> "Found":
        """The cheapest, the typical and the dearest world, each with its ledger."""
        entries: list[Entry] = []
        ledgers: list[Ledger] = []

        def walk(positions: Positions, last: bool) -> CentsArray:
            ledger = self.ledger(positions)
            ledgers.append(ledger)
            return ledger.walk(entries if last else None)

        found = search(self.unknowns.all, walk, self.rounds)
        return Found(found, ledgers[-1], statements(entries, found.columns))


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, the ledger of its last worlds, and the claims of the three shown ones."""

    search: Search
    ledger: Ledger
    statements: list[Statement]

    @property
    def you_pay(self) -> YouPay:
        return YouPay(*self.search.paid, self.search.likely)


def model_of(answers: Answers, book: PriceBook) -> Model:
    """The course of these answers at the prices of `book`, with everything unknown about it."""
    unknowns = Unknowns()
    claims = claims_of(answers, book, unknowns)
    plan = plan_of(answers, book, claims, unknowns)
    return Model(claims, plan, unknowns, book.tables.unknowns["dose"].chance or 0)


def estimate(answers: Answers, book: PriceBook) -> Estimate:
    """
    What the course of these answers may cost the patient, with everything needed to explain it; amounts in cents.

    The three scenarios are concrete worlds: the cheapest found, the typical one, the dearest found.
    """
    model = model_of(answers, book)
    found = model.search()
    made = found.statements
    needs_authorization = any(claim.verdict.status == "prior_authorization" for claim in model.claims.all)
    days = [claim.day for claim in model.claims.all]
    return Estimate(
        answers=answers,
        book=book,
        you_pay=found.you_pay,
        billed=total([one.billed for one in made]),
        plan_pays=total([one.plan_pays for one in made]),
        program_pays=total([one.program_pays for one in made]),
        missing=model.claims.missing,
        items=line_items(model.claims, made, book.tables),
        months=_months(made, book.tables),
        drivers=_drivers(model, found.search),
        authorization_applies=needs_authorization,
        if_not_covered=_denied(answers, book) if needs_authorization else found.you_pay,
        scenario_ledgers=ScenarioLedgers(found.ledger, made, found.search.columns),
        first_visit=min(days),
        last_visit=max(days),
        visits=len(set(days)),
        scenarios=found.search.tried,
    )


def _denied(answers: Answers, book: PriceBook) -> YouPay:
    """The same course with authorization denied."""
    model = model_of(replace(answers, authorization="denied"), book)
    found = search(model.unknowns.all, lambda positions, _: model.totals(positions), model.rounds)
    return YouPay(*found.paid, found.likely)


def _months(made: Sequence[Statement], tables: Book) -> tuple[Month, ...]:
    rebates = {id_ for id_, program in tables.programs.items() if program.rebate}
    due: dict[str, list[Statement]] = {}
    for one in made:
        due.setdefault(one.claim.day.isoformat()[:7], []).append(one)
    months = []
    for month, own in sorted(due.items()):
        paid = total([one.you_pay for one in own])
        back = total([one.program_pays for one in own if one.claim.program in rebates])
        months.append(Month(month, paid + back, back, paid))
    return tuple(months)


def _drivers(model: Model, found: Search) -> tuple[Driver, ...]:
    drivers = [
        Driver(unknown.id, unknown.label, low, high, unknown.ask, unknown.whom, unknown.answer)
        for unknown, (low, high) in zip(model.unknowns, found.alone, strict=True)
        if high > low
    ]
    return tuple(sorted(drivers, key=lambda driver: -driver.swing))
