"""
The estimate: course, claims, plan and scenarios put together into what a patient reads.

`estimate` is pure: answers and a price book in, an `Estimate` out, the same every time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from estimator.answers import Answers
from estimator.claims import Claims, claims_of
from estimator.items import line_items
from estimator.ledger import Entry, Ledger
from estimator.money import CentsArray
from estimator.plan import Plan, plan_of, terms_in
from estimator.prices.book import PriceBook
from estimator.prices.schema import Book
from estimator.records import amounts, ledger_rows, plan_terms
from estimator.results import NOTHING, Amounts, Driver, Estimate, Month, YouPay
from estimator.scenarios import Search, search
from estimator.unknowns import Positions, Unknowns, Worlds


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
        return self.ledger(positions).totals()


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
    found = search(model.unknowns.all, model.totals)
    ledger = model.ledger(found.positions)
    entries = list(ledger.entries())
    you_pay = _you_pay(entries, found)
    needs_authorization = any(claim.verdict.status == "prior_authorization" for claim in model.claims.all)
    days = [claim.day for claim in model.claims.all]
    return Estimate(
        answers=answers,
        book=book,
        you_pay=you_pay,
        billed=_sum(entry.billed for entry in entries),
        plan_pays=_sum(entry.plan_pays for entry in entries),
        program_pays=_sum(entry.program_pays for entry in entries),
        missing=model.claims.missing,
        items=line_items(model.claims, entries, book.tables),
        months=_months(entries, book.tables),
        drivers=_drivers(model, found),
        authorization_applies=needs_authorization,
        if_not_covered=_denied(answers, book) if needs_authorization else you_pay,
        ledger=ledger_rows(entries, ledger),
        plan=plan_terms(ledger.terms),
        first_visit=min(days),
        last_visit=max(days),
        visits=len(set(days)),
        scenarios=found.tried,
    )


def _sum(arrays: Iterable[CentsArray]) -> Amounts:
    return sum((amounts(array) for array in arrays), start=NOTHING)


def _you_pay(entries: Sequence[Entry], found: Search) -> YouPay:
    paid = _sum(entry.you_pay for entry in entries)
    return YouPay(paid.low, paid.typical, paid.high, found.likely)


def _denied(answers: Answers, book: PriceBook) -> YouPay:
    """The same course with authorization denied."""
    model = model_of(replace(answers, authorization="denied"), book)
    found = search(model.unknowns.all, model.totals)
    return _you_pay(list(model.ledger(found.positions).entries()), found)


def _months(entries: Sequence[Entry], tables: Book) -> tuple[Month, ...]:
    due: dict[str, list[Amounts]] = {}
    for entry in entries:
        program = entry.claim.program
        is_rebate = program is not None and tables.programs[program].rebate
        paid, back = amounts(entry.you_pay), amounts(entry.program_pays) if is_rebate else NOTHING
        month = due.setdefault(f"{entry.claim.day:%Y-%m}", [NOTHING, NOTHING, NOTHING])
        month[:] = [month[0] + paid + back, month[1] + back, month[2] + paid]
    return tuple(Month(month, at_visit, back, paid) for month, (at_visit, back, paid) in sorted(due.items()))


def _drivers(model: Model, found: Search) -> tuple[Driver, ...]:
    drivers = [
        Driver(unknown.id, unknown.label, low, high, unknown.ask, unknown.whom, unknown.answer)
        for unknown, (low, high) in zip(model.unknowns, found.alone, strict=True)
        if high > low
    ]
    return tuple(sorted(drivers, key=lambda driver: -driver.swing))
