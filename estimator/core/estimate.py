"""
The estimate: course, claims, plan and scenarios put together into what a patient reads.

`estimate` is pure: answers and a price book in, an `Estimate` out, the same every time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimator.core.answers import Answers, months_later
from estimator.core.billing import claims_of
from estimator.core.branches import branches, resets
from estimator.core.claims import Claims, instalment
from estimator.core.course import Billed
from estimator.core.ledger import Ledger, SettledClaim
from estimator.core.line_items import line_items
from estimator.core.plan import Plan, plan_of
from estimator.core.records import ScenarioLedgers, Statement, statements, total
from estimator.core.results import Amounts, Branch, Driver, Estimate, Month, YouPay
from estimator.core.scenarios import Search, Walk, search
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

    @property
    def authorization_applies(self) -> bool:
        """Whether the insurer must agree first to something."""
        return any(claim.coverage.status == "prior_authorization" for claim in self.claims.all)

    def totals(self, positions: Positions) -> CentsArray:
        """What the patient pays in each of these scenarios, cents, shape (scenarios,)."""
        return self.ledger(positions).totals()

    @property
    def rounds(self) -> int:
        """How often the search refines: totals only turn back on themselves where a savings program helps."""
        return 2 if self.plan and self.plan.programs else 1

    def search(self, last: Walk | None = None) -> Search:
        """The cheapest, the typical and the dearest scenario; `last` settles the last batch in place of `totals`."""
        return search(self.unknowns.all, self.totals, self.rounds, last)

    def look(self) -> tuple[Search, ScenarioLedgers]:
        """The same, and the three scenarios in full: what the last batch of the search says about them."""
        kept: list[tuple[Ledger, list[SettledClaim]]] = []

        def settle(positions: Positions) -> CentsArray:
            ledger = self.ledger(positions)
            total, settled = ledger.settle()
            kept.append((ledger, settled))
            return total

        found = self.search(settle)
        ((ledger, settled),) = kept
        return found, ScenarioLedgers(ledger, statements(settled, found.columns), found.columns)


def you_pay(found: Search) -> YouPay:
    """What the patient pays according to a search."""
    return YouPay(*found.paid, found.likely)


def model_of(answers: Answers, book: PriceBook, course: Iterable[Billed] | None = None) -> Model:
    """The course of these answers at the prices of `book`, with everything unknown about it."""
    unknowns = Unknowns()
    claims = claims_of(answers, book, unknowns, course)
    plan = plan_of(answers, book, claims, unknowns)
    return Model(claims, plan, unknowns, book.tables.unknowns["dose"].chance or 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What some answers may cost, before any line of a bill is written: the range, and what decides it.

    `if_not_covered` is what is paid where the insurer says no, `you_pay` itself where nobody has to agree.
    """

    answers: Answers
    model: Model
    found: Search
    you_pay: YouPay
    authorization_applies: bool
    if_not_covered: YouPay
    branches: tuple[Branch, ...]

    @property
    def awaits_answer(self) -> bool:
        """Whether the insurer's answer is open. Whoever has it is not shown the other one as an even case."""
        return self.authorization_applies and "authorization" not in self.answers.given


def outcome(answers: Answers, book: PriceBook) -> Outcome:
    """The range of these answers, and its either-ors."""
    model = model_of(answers, book)
    return _outcome(answers, book, model, model.search())


def _outcome(answers: Answers, book: PriceBook, model: Model, found: Search) -> Outcome:
    paid = you_pay(found)
    applies, denied = model.authorization_applies, paid
    if applies:
        denied = you_pay(denied_model(answers, book, model.claims.course).search())
    out = Outcome(answers, model, found, paid, applies, denied, ())
    doses = book.tables.treatments[answers.treatment].doses
    asked = denied if out.awaits_answer else None
    either_ors = branches(model.unknowns.all, model.totals, found, model.plan, paid, asked, doses)
    return replace(out, branches=either_ors)


def estimate(answers: Answers, book: PriceBook) -> Estimate:
    """
    What the course of these answers may cost the patient, with everything needed to explain it; amounts in cents.

    The three scenarios are concrete: the cheapest found, the typical one, the dearest found.
    """
    model = model_of(answers, book)
    found, shown = model.look()
    out = _outcome(answers, book, model, found)
    made = shown.statements
    return Estimate(
        answers=answers,
        book=book,
        you_pay=out.you_pay,
        billed=total([one.billed for one in made]),
        plan_pays=total([one.plan_pays for one in made]),
        program_pays=total([one.program_pays for one in made]),
        missing=model.claims.missing,
        items=line_items(model.claims, made, book.tables),
        months=_months(made, book.tables),
        drivers=_drivers(model, out.found),
        authorization_applies=out.authorization_applies,
        if_not_covered=out.if_not_covered,
        branches=out.branches,
        resets=resets(answers, model.plan, [claim.day for claim in model.claims.all]),
        plan_unlike=model.plan is not None and model.plan.unlike,
        scenario_ledgers=shown,
        visits=model.claims.visits,
        scenarios=out.found.tried,
    )


def typical_of(answers: Answers, book: PriceBook) -> int:
    """What the patient pays in the typical scenario, in cents, without looking for the range."""
    model = model_of(answers, book)
    typical = np.array([[unknown.typical] for unknown in model.unknowns], dtype=np.float64)
    return int(model.totals(typical.reshape(len(model.unknowns), 1))[0])


def denied_model(answers: Answers, book: PriceBook, course: Iterable[Billed] | None = None) -> Model:
    """The same course with authorization denied."""
    return model_of(replace(answers, authorization="denied"), book, course)


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
    """One of the monthly payments of a claim, from 0."""
    return Amounts(*(instalment(amount, one.claim.payments, number) for amount in one.you_pay))


def _drivers(model: Model, found: Search) -> tuple[Driver, ...]:
    drivers = [
        Driver(unknown.id, unknown.label, low, high, unknown.ask, unknown.whom, unknown.answer)
        for unknown, (low, high) in zip(model.unknowns, found.alone, strict=True)
        if high > low
    ]
    return tuple(sorted(drivers, key=lambda driver: -driver.swing))
