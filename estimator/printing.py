"""Estimates as readable tables on a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from estimator.money import dollars
from estimator.results import Amounts, Estimate

COVERAGE = {
    "covered": "covered",
    "prior_authorization": "insurer must agree first",
    "varies": "varies",
    "not_covered": "not covered",
}


def print_estimate(estimate: Estimate) -> None:
    """One estimate: the range, what it is made of, when it falls due, what drives it."""
    console = Console(highlight=False)
    lang, paid = estimate.answers.lang, estimate.you_pay
    tables = estimate.book.tables
    console.print(f"[bold]{tables.treatments[estimate.answers.treatment].label.get(lang)}[/bold]", end=": ")
    console.print(f"{estimate.answers.sessions} sessions, {tables.payers[estimate.answers.insurance].label.get(lang)}")
    at_least = "at least " if estimate.at_least else "about "
    console.print(f"\n[bold]You pay {at_least}{dollars(paid.typical)}[/bold]")
    if paid.low == paid.high:
        console.print("Every price and term of this estimate is known.")
    else:
        console.print(f"Most combinations fall between {dollars(paid.likely[0])} and {dollars(paid.likely[1])}.")
        console.print(f"It could be as low as {dollars(paid.low)} or as high as {dollars(paid.high)}.")
    console.print(f"\n{tables.texts.notice.get(lang)}\n", style="italic")
    console.print(_items(estimate, lang))
    console.print(_months(estimate))
    if estimate.drivers:
        console.print(_drivers(estimate, lang))
    if estimate.authorization_applies:
        denied = estimate.if_not_covered
        console.print(f"If your insurer says no: {_three(denied)} (low, typical, high).")
    if estimate.missing:
        console.print(f"No price is known for: {', '.join(estimate.missing)}. The totals are only a floor.")
    if estimate.answers.assumed:
        console.print(f"Assumed or left open: {', '.join(sorted(estimate.answers.assumed))}.")
    console.print(f"Prices: {estimate.book.id}, version {estimate.book.version}, checked to {estimate.book.as_of}.")


def print_comparison(estimates: Sequence[Estimate]) -> None:
    """Every treatment for the same answers, a row each."""
    console = Console(highlight=False)
    table = _headed(
        "What you pay", "Treatment", "Sessions", "Visits", "Low", "Typical", "High", "Typical, if the insurer says no"
    )
    for estimate in estimates:
        answers, paid = estimate.answers, estimate.you_pay
        label = estimate.book.tables.treatments[answers.treatment].short.get(answers.lang)
        denied = dollars(estimate.if_not_covered.typical) if estimate.authorization_applies else "–"
        amounts = [dollars(amount) for amount in paid]
        table.add_row(label, str(answers.sessions), str(estimate.visits), *amounts, denied)
    console.print(table)
    console.print(estimates[0].book.tables.texts.notice.get(estimates[0].answers.lang), style="italic")


def _three(amounts: Amounts) -> str:
    return " / ".join(dollars(amount) for amount in amounts)


def _headed(title: str, *headings: str) -> Table:
    """A table whose first column holds words and the others numbers."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    return table


def _items(estimate: Estimate, lang: str) -> Table:
    table = _headed("What it is made of: what you pay", "Item", "Number", "Low", "Typical", "High", "Covered?")
    for item in estimate.items:
        label = item.label.get(lang) + (" (price missing)" if item.missing else "")
        table.add_row(label, str(item.quantity), *map(dollars, item.you_pay), COVERAGE[item.coverage])
    table.add_section()
    for label, total in (
        ("You pay", estimate.you_pay),
        ("Plan pays", estimate.plan_pays),
        ("Savings programs pay", estimate.program_pays),
        ("Billed", estimate.billed),
    ):
        table.add_row(label, "", *map(dollars, total), "")
    return table


def _months(estimate: Estimate) -> Table:
    rebates = any(any(month.rebates) for month in estimate.months)
    title = "When you pay, after rebates" if rebates else "When you pay"
    table = _headed(title, "Month", "Low", "Typical", "High", *(["Typical, at the visits"] if rebates else []))
    for month in estimate.months:
        at_visit = [dollars(month.at_visit.typical)] if rebates else []
        table.add_row(month.month, *map(dollars, month.you_pay), *at_visit)
    return table


def _drivers(estimate: Estimate, lang: str) -> Table:
    table = _headed("What drives the range", "Unknown", "Moves your total by", "Ask")
    table.columns[2].justify = "left"
    for driver in estimate.drivers:
        table.add_row(driver.label.get(lang), dollars(driver.swing), f"{driver.whom}: {driver.ask.get(lang)}")
    return table
