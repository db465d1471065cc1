"""
Amounts as the page shows them: whole dollars where bills pass $1,000, and still rows and columns that add up.

What you, your plan and the programs pay is what was billed, line by line and in total; lines add up to totals, and
months to the same total. So whole dollars and cents never stand in one table: one rule holds for a whole estimate.
"""

from collections.abc import Sequence
from dataclasses import replace

from estimator.core.results import SCENARIOS, Amounts, Branch, Driver, Estimate, LineItem, Month, YouPay
from estimator.web.rounding import WHOLE_ABOVE, adding_up, whole_dollars

WHOLE_UNIT_ABOVE = 100_00
"""The same for a range of prices of one: from $219 to $319 needs no cents."""

PARTS = ("you_pay", "program_pays", "plan_pays")
"""Who pays a bill; the first part's total is rounded to the nearest dollar in any case."""


def rounded_estimate(estimate: Estimate) -> Estimate:
    """`estimate` with its items, months and totals rounded for display; the ledger and the rest stay exact."""
    items = tuple(replace(item, unit_price=_unit_price(item.unit_price)) for item in estimate.items)
    whole = max(estimate.billed) > WHOLE_ABOVE
    denied = _you_pay(estimate.if_not_covered, max(estimate.if_not_covered) > WHOLE_ABOVE)
    branches = tuple(_branch(branch, whole) for branch in estimate.branches)
    if not whole:
        return replace(estimate, items=items, if_not_covered=denied, branches=branches)
    items = _rounded_items(items)
    return replace(
        estimate,
        you_pay=_you_pay(estimate.you_pay, True),
        billed=sum_of(*(item.billed for item in items)),
        plan_pays=sum_of(*(item.plan_pays for item in items)),
        program_pays=sum_of(*(item.program_pays for item in items)),
        items=items,
        months=_rounded_months(estimate.months),
        drivers=tuple(_driver(driver) for driver in estimate.drivers),
        if_not_covered=denied,
        branches=branches,
    )


def sum_of(*amounts: Amounts) -> Amounts:
    """The sum, scenario by scenario."""
    return Amounts(*(sum(column) for column in zip(*amounts, strict=True)))


def _unit_price(price: Amounts) -> Amounts:
    """The price of one: to the cent where it is known, because readers multiply it; a range of prices more coarsely."""
    known = min(price) == max(price)
    return price if known or min(price) <= WHOLE_UNIT_ABOVE else Amounts(*map(whole_dollars, price))


def _you_pay(amounts: YouPay, whole: bool) -> YouPay:
    if not whole:
        return amounts
    low, typical, high = map(whole_dollars, amounts)
    return YouPay(low, typical, high, likely=(whole_dollars(amounts.likely[0]), whole_dollars(amounts.likely[1])))


def _branch(branch: Branch, whole: bool) -> Branch:
    options = (
        replace(one, you_pay=_you_pay(one.you_pay, whole or max(one.you_pay) > WHOLE_ABOVE)) for one in branch.options
    )
    return replace(branch, options=tuple(options))


def _driver(driver: Driver) -> Driver:
    return replace(driver, low=whole_dollars(driver.low), high=whole_dollars(driver.high))


def _rounded_items(items: Sequence[LineItem]) -> tuple[LineItem, ...]:
    """The lines of the bill; what was billed is the sum of who pays it."""
    rows = _rounded(items, PARTS)
    return tuple(
        replace(item, you_pay=you, program_pays=program, plan_pays=plan, billed=you + program + plan)
        for item, (you, program, plan) in zip(items, rows, strict=True)
    )


def _rounded_months(months: Sequence[Month]) -> tuple[Month, ...]:
    """The months; what is due at the visits is what stays due and what comes back."""
    rows = _rounded(months, ("you_pay", "rebates"))
    return tuple(
        replace(month, you_pay=after, rebates=back, at_visit=after + back)
        for month, (after, back) in zip(months, rows, strict=True)
    )


def _rounded(rows: Sequence[LineItem | Month], parts: Sequence[str]) -> list[list[Amounts]]:
    """The named parts of every row, rounded scenario by scenario so that rows and columns add up."""
    scenarios = [
        adding_up([[getattr(getattr(row, part), scenario) for part in parts] for row in rows]) for scenario in SCENARIOS
    ]
    return [[Amounts(*cell) for cell in zip(*row, strict=True)] for row in zip(*scenarios, strict=True)]
