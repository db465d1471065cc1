"""
Amounts as the page shows them: whole dollars above $1,000, and still columns that add up.

Each total is rounded once, from the exact total; its lines are then rounded so that they add up to it, each by
less than a dollar. So the page never says $3,001 where a limit is $3,000, and never prints a sum that is not one.
"""

from collections.abc import Sequence
from dataclasses import replace

from estimator.results import SCENARIOS, Amounts, Driver, Estimate, LineItem, Month, YouPay

WHOLE_ABOVE = 1_000_00
"""Above this many cents, amounts are shown in whole dollars."""

WHOLE_UNIT_ABOVE = 100_00
"""The same for the price of one: a range from $219 to $319 needs no cents."""

PARTS = ("plan_pays", "program_pays", "you_pay")


def shown(estimate: Estimate) -> Estimate:
    """`estimate` with its items, months and totals rounded for display; the ledger and the rest stay exact."""
    whole = {part: _above(getattr(estimate, part)) for part in PARTS}
    totals = {part: _rounded(getattr(estimate, part), whole[part]) for part in PARTS}
    columns = {part: _columns(estimate.items, part, totals[part], whole[part]) for part in PARTS}
    if all(whole.values()) or not any(whole.values()):
        billed_total = totals["plan_pays"] + totals["program_pays"] + totals["you_pay"]
        billed = [sum_of(*amounts) for amounts in zip(*columns.values(), strict=True)]
    else:
        billed_total = _rounded(estimate.billed, _above(estimate.billed))
        billed = _columns(estimate.items, "billed", billed_total, _above(estimate.billed))
    items = tuple(
        replace(
            item,
            unit_price=_rounded(item.unit_price, min(item.unit_price) > WHOLE_UNIT_ABOVE),
            billed=billed[i],
            plan_pays=columns["plan_pays"][i],
            program_pays=columns["program_pays"][i],
            you_pay=columns["you_pay"][i],
        )
        for i, item in enumerate(estimate.items)
    )
    return replace(
        estimate,
        you_pay=_you_pay(estimate.you_pay),
        billed=billed_total,
        plan_pays=totals["plan_pays"],
        program_pays=totals["program_pays"],
        items=items,
        months=_months(estimate.months, totals["you_pay"], whole["you_pay"]),
        drivers=tuple(_driver(driver) for driver in estimate.drivers) if whole["you_pay"] else estimate.drivers,
        if_not_covered=_you_pay(estimate.if_not_covered),
    )


def sum_of(*amounts: Amounts) -> Amounts:
    """The sum, scenario by scenario."""
    return Amounts(*(sum(column) for column in zip(*amounts, strict=True)))


def apportioned(parts: Sequence[int], total: int) -> list[int]:
    """
    `parts` (cents) as whole dollars that add up to `total`, itself the rounded sum of `parts`.

    Every part is rounded up or down by less than a dollar, those with the most cents first upward.
    """
    down = [part // 100 * 100 for part in parts]
    up = (total - sum(down)) // 100
    by_cents = sorted(range(len(parts)), key=lambda i: parts[i] % 100, reverse=True)
    for i in by_cents[:up]:
        down[i] += 100
    return down


def whole_dollars(cents: int) -> int:
    """`cents` rounded to whole dollars, halves up."""
    return (cents + 50) // 100 * 100


def _above(amounts: Amounts) -> bool:
    return max(amounts) > WHOLE_ABOVE


def _rounded(amounts: Amounts, whole: bool) -> Amounts:
    return Amounts(*(whole_dollars(cents) for cents in amounts)) if whole else Amounts(*amounts)


def _you_pay(amounts: YouPay) -> YouPay:
    if not _above(amounts):
        return amounts
    low, typical, high = _rounded(amounts, True)
    return YouPay(low, typical, high, likely=(whole_dollars(amounts.likely[0]), whole_dollars(amounts.likely[1])))


def _driver(driver: Driver) -> Driver:
    return replace(driver, low=whole_dollars(driver.low), high=whole_dollars(driver.high))


def _columns(rows: Sequence[LineItem | Month], part: str, total: Amounts, whole: bool) -> list[Amounts]:
    """One part of every row, rounded scenario by scenario so that it adds up to `total`."""
    amounts = [getattr(row, part) for row in rows]
    if not whole:
        return [Amounts(*each) for each in amounts]
    columns = [
        apportioned([getattr(each, scenario) for each in amounts], getattr(total, scenario)) for scenario in SCENARIOS
    ]
    return [Amounts(*row) for row in zip(*columns, strict=True)]


def _months(months: Sequence[Month], you_pay: Amounts, whole: bool) -> tuple[Month, ...]:
    if not months:
        return ()
    rebates_total = _rounded(sum_of(*(month.rebates for month in months)), whole)
    rebates = _columns(months, "rebates", rebates_total, whole)
    after = _columns(months, "you_pay", you_pay, whole)
    return tuple(
        replace(month, at_visit=after[i] + rebates[i], rebates=rebates[i], you_pay=after[i])
        for i, month in enumerate(months)
    )
