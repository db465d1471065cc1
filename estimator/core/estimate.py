"""
The estimate: course, claims, plan and scenarios put together into what a patient reads.

`estimate` is pure: answers and a price book in, an `Estimate` out, the same every time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimator.core.answers import Answers, months_later
from estimator.core.billing import claims_of
from estimator.core.branches import branches, resets
from estimator.core.claims import Claims
from estimator.core.ledger import Ledger
from estimator.core.line_items import line_items
from estimator.core.plan import Plan, plan_of
from estimator.core.records import ScenarioLedgers, Statement, statements, total
from estimator.core.results import Amounts, Driver, Estimate, Month, YouPay
from estimator.core.scenarios import Search, search
from estimator.core.terms import terms_in
from estimator.core.unknowns import Positions, Scenarios, Unknowns
from estimator.money import CentsArray
from estimator.prices.book import PriceBook
from estimator.prices.schema.files import Book


@dataclass(frozen=True, slots=True)
class Model:
    """Answers and tables made ready to be settled in any scenarios: claims, plan, and what is unknown about them."""

    claims: Claims
    plan: Plan | None
    unknowns: Unknowns
    dose_chance: int

    def ledger(self, positions: Positions) -> Ledger:
        """The ledger of these scenarios; `positions` has shape (unknowns, scenarios)."""
        scenarios = Scenarios(self.unknowns.rows, positions)
        terms = terms_in(self.plan, scenarios) if self.plan else None
        return Ledger(self.claims, terms, scenarios, self.dose_chance)

    def totals(self, positions: Positions) -> CentsArray:
        """What the patient pays in each of these scenarios, cents, shape (scenarios,)."""
        return self.ledger(positions).totals()

    @property
    def rounds(self) -> int:
        """How often the search refines: totals only turn back on themselves where a savings program helps."""
        return 2 if self.plan and self.plan.programs else 1

    def search(self) -> Search:
        """The cheapest, the typical and the dearest scenario."""
        return search(self.unknowns.all, self.totals, self.rounds)


def you_pay(found: Search) -> YouPay:
    """What the patient pays according to a search."""
    return YouPay(*found.paid, found.likely)


def model_of(answers: Answers, book: PriceBook) -> Model:
    """The course of these answers at the prices of `book`, with everything unknown about it."""
    unknowns = Unknowns()
    claims = claims_of(answers, book, unknowns)
    plan = plan_of(answers, book, claims, unknowns)
    return Model(claims, plan, unknowns, book.tables.unknowns["dose"].chance or 0)


def estimate(answers: Answers, book: PriceBook) -> Estimate:
    """
    What the course of these answers may cost the patient, with everything needed to explain it; amounts in cents.

    The three scenarios are concrete: the cheapest found, the typical one, the dearest found.
    """
    model = model_of(answers, book)
    found = model.search()
    shown = model.ledger(found.shown)
    _, settled = shown.settle()
    made = statements(settled)
    authorization = any(claim.coverage.status == "prior_authorization" for claim in model.claims.all)
    paid = you_pay(found)
    days = [claim.day for claim in model.claims.all]
    denied = _denied(answers, book) if authorization else paid
    # Whoever says that the insurer has agreed is not shown what a no would cost as an even case.
    asked = authorization and "authorization" not in answers.given
    return Estimate(
        answers=answers,
        book=book,
        you_pay=paid,
        billed=total([one.billed for one in made]),
        plan_pays=total([one.plan_pays for one in made]),
        program_pays=total([one.program_pays for one in made]),
        missing=model.claims.missing,
        items=line_items(model.claims, made, book.tables),
        months=_months(made, book.tables),
        drivers=_drivers(model, found),
        authorization_applies=authorization,
        if_not_covered=denied,
        branches=branches(
            model.unknowns.all,
            model.totals,
            found,
            model.plan,
            paid,
            denied if asked else None,
            book.tables.treatments[answers.treatment].doses,
        ),
        resets=resets(answers, model.plan, days),
        plan_unlike=model.plan is not None and model.plan.unlike,
        scenario_ledgers=ScenarioLedgers(shown, made),
        visits=model.claims.visits,
        scenarios=found.tried,
    )


def typical_of(answers: Answers, book: PriceBook) -> int:
    """What the patient pays in the typical scenario, in cents, without looking for the range."""
    model = model_of(answers, book)
    typical = np.array([[unknown.typical] for unknown in model.unknowns], dtype=np.float64)
    return int(model.totals(typical.reshape(len(model.unknowns), 1))[0])


def _denied(answers: Answers, book: PriceBook) -> YouPay:
    """The same course with authorization denied."""
    return you_pay(model_of(replace(answers, authorization="denied"), book).search())


def _months(made: Sequence[Statement], tables: Book) -> tuple[Month, ...]:
    rebates = {id_ for id_, program in tables.programs.items() if program.rebate}
    due: dict[str, list[Statement]] = {}
    later: dict[str, list[Amounts]] = {}
    for one in made:
        due.setdefault(one.claim.day.isoformat()[:7], []).append(one)
        for payment in range(1, one.claim.payments):
            month = months_later(one.claim.day, payment).isoformat()[:7]
            later.setdefault(month, []).append(_payment(one, payment))
    months = []
    for month in sorted({*due, *later}):
        own = due.get(month, [])
        paid = total([_payment(one, 0) for one in own] + later.get(month, []))
        back = total([one.program_pays for one in own if one.claim.program in rebates])
        months.append(Month(month, paid + back, back, paid))
    return tuple(months)


def _payment(one: Statement, number: int) -> Amounts:
    """One of the monthly payments of a claim, from 0; the odd cents are in the first."""
    parts = one.claim.payments
    return Amounts(*(amount // parts + (amount % parts if number == 0 else 0) for amount in one.you_pay))


def _drivers(model: Model, found: Search) -> tuple[Driver, ...]:
    drivers = [
        Driver(unknown.id, unknown.label, low, high, unknown.ask, unknown.whom, unknown.answer)
        for unknown, (low, high) in zip(model.unknowns, found.alone, strict=True)
        if high > low
    ]
    return tuple(sorted(drivers, key=lambda driver: -driver.swing))
