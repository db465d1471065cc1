"""Estimates as readable tables on a terminal, in the language of the answers: the words are those of the pages."""

from collections.abc import Sequence
from functools import partial

from babel.dates import format_date
from babel.support import NullTranslations, Translations
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from estimator.core.answers import UNTOLD
from estimator.core.branches import told_resets
from estimator.core.plan_notes import plan_notes
from estimator.core.results import Estimate, LineItem, Side, YouPay
from estimator.core.words import PLAN_UNLIKE
from estimator.money import dollars
from estimator.places import translations_folder
from estimator.sentences import translated


def print_estimate(estimate: Estimate) -> None:
    """One estimate: the range, what it is made of, when it falls due, what drives it."""
    console = Console(highlight=False)
    said = _messages(estimate)
    tables, lang = estimate.book.tables, estimate.answers.lang
    console.print(f"[bold]{tables.treatments[estimate.answers.treatment].label.get(lang)}[/bold]", end=": ")
    console.print(f"{_sessions(estimate, said)}, {tables.payers[estimate.answers.insurance].label.get(lang)}")
    _print_range(console, estimate, said)
    console.print(f"\n{tables.texts.notice.get(lang)}\n", style="italic")
    console.print(_items(estimate, said))
    console.print(_months(estimate, said))
    if estimate.drivers:
        console.print(_drivers(estimate, said))
    _print_remarks(console, estimate, said)


def print_comparison(estimates: Sequence[Estimate]) -> None:
    """Every treatment for the same answers, a row each."""
    console = Console(highlight=False)
    said = _messages(estimates[0])
    _ = said.gettext
    table = headed(
        _("Treatments side by side"),
        *(_("Treatment"), _("Sessions"), _("Visits"), _("Low"), _("Typical"), _("High"), _("If your insurer says no")),
    )
    for estimate in estimates:
        answers = estimate.answers
        label = estimate.book.tables.treatments[answers.treatment].short.get(answers.lang)
        counted = (str(answers.sessions), str(estimate.visits))
        if estimate.sides:
            table.add_row(label, *counted)
            for side in estimate.sides:
                table.add_row(f"  {_side(side, answers.lang)}", "", "", *map(dollars, side.you_pay))
            continue
        denied = dollars(estimate.if_not_covered.typical) if estimate.authorization_applies else "–"
        table.add_row(label, *counted, *map(dollars, estimate.you_pay), denied)
    console.print(table)
    console.print(estimates[0].book.tables.texts.notice.get(estimates[0].answers.lang), style="italic")


def messages_in(lang: str) -> NullTranslations:
    """The catalogue of the pages in a language; English where there is none."""
    return Translations.load(str(translations_folder()), [lang])


def _messages(estimate: Estimate) -> NullTranslations:
    return messages_in(estimate.answers.lang)


def _sessions(estimate: Estimate, said: NullTranslations) -> str:
    number = estimate.answers.sessions
    return said.ngettext("%(num)s session", "%(num)s sessions", number) % {"num": number}


def _print_range(console: Console, estimate: Estimate, said: NullTranslations) -> None:
    """What the patient pays; where either-ors decide, each case by itself."""
    _ = said.gettext
    if estimate.sides:
        console.print(f"\n[bold]{_('Estimate: what you pay depends on what applies to you.')}[/bold]")
        for side in estimate.sides:
            console.print(f"[bold]{_side(side, estimate.answers.lang)}: {dollars(side.you_pay.typical)}[/bold]")
            _print_band(console, side.you_pay, said)
        return
    heading = _("Estimate: you pay at least") if estimate.at_least else _("Estimate: you pay about")
    console.print(f"\n[bold]{heading} {dollars(estimate.you_pay.typical)}[/bold]")
    _print_band(console, estimate.you_pay, said)


def _side(side: Side, lang: str) -> str:
    return ": ".join(label.get(lang) for label in side.labels)


def _print_band(console: Console, paid: YouPay, said: NullTranslations) -> None:
    _ = said.gettext
    if paid.low == paid.high:
        console.print(_("With these answers the tables leave no range."))
        return
    likely, ends = [dollars(cents) for cents in paid.likely], (dollars(paid.low), dollars(paid.high))
    console.print(_("Most combinations fall between %(low)s and %(high)s;") % {"low": likely[0], "high": likely[1]})
    console.print(_("it could be as low as %(low)s, as high as %(high)s.") % {"low": ends[0], "high": ends[1]})


def _print_remarks(console: Console, estimate: Estimate, said: NullTranslations) -> None:
    """What starts again, how the plan counted, if the insurer says no, what is missing or assumed, which prices."""
    _ = said.gettext
    book, lang = estimate.book, estimate.answers.lang
    day = partial(format_date, format="long", locale=f"{lang}_US")
    for reset, on in told_resets(estimate):
        console.print(reset.get(lang).format(day=day(on)))
    for note in plan_notes(estimate, dollars):
        console.print(translated(note, _))
    if estimate.plan_unlike:
        console.print(PLAN_UNLIKE.get(lang))
    if estimate.authorization_applies and not estimate.agreement_decides:
        low, amount, high = (dollars(cents) for cents in estimate.if_not_covered)
        range_ = _("about %(amount)s, from %(low)s to %(high)s") % {"amount": amount, "low": low, "high": high}
        console.print(f"{_('If your insurer says no')}: {range_}.")
    if estimate.missing:
        labels = ", ".join(book.tables.charges[name].label.get(lang) for name in estimate.missing)
        sentence = _("Our tables have no price for some of this, so every total is “at least”:")
        console.print(f"{sentence} {labels}.")
    if assumed := estimate.answers.assumed - UNTOLD:
        console.print(f"{_('What we assumed')}: {', '.join(sorted(assumed))}.")
    dated = _("Price tables of %(day)s, version %(version)s.") % {"day": day(book.as_of), "version": book.version}
    console.print(f"{book.id}: {dated}")


def headed(title: str, *headings: str) -> Table:
    """A table whose first column holds words and the others numbers."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    return table


def _items(estimate: Estimate, said: NullTranslations) -> Table:
    _ = said.gettext
    table = headed(
        f"{_('What it is made of')}: {_('You pay')}",
        *(_("What"), _("How many"), _("Low"), _("Typical"), _("High"), _("Coverage")),
    )
    for item in (one for one in estimate.items if not one.idle):
        label = item.label.get(estimate.answers.lang) + (f" ({_('price not known')})" if item.missing else "")
        table.add_row(label, str(item.quantity), *map(dollars, item.you_pay), _coverage(item, said))
    table.add_section()
    for label, total in (
        (_("You pay"), estimate.you_pay),
        (_("Plan pays"), estimate.plan_pays),
        (_("Program pays"), estimate.program_pays),
        (_("Billed"), estimate.billed),
    ):
        table.add_row(label, "", *map(dollars, total), "")
    return table


def _coverage(item: LineItem, said: NullTranslations) -> str:
    _ = said.gettext
    return {
        "covered": _("Covered"),
        "prior_authorization": _("Covered if your insurer agrees first"),
        "varies": _("Some plans cover it"),
        "not_covered": _("Not covered"),
    }[item.coverage]


def _months(estimate: Estimate, said: NullTranslations) -> Table:
    _ = said.gettext
    rebates = any(any(month.rebates) for month in estimate.months)
    # Outside the f-string, or the catalogue would not see it.
    after = _("After rebates")
    title = f"{_('When you pay')}: {after}" if rebates else _("When you pay")
    at_visits = [f"{_('Typical')}: {_('At the visits')}"] if rebates else []
    table = headed(title, _("Month"), _("Low"), _("Typical"), _("High"), *at_visits)
    for month in estimate.months:
        at_visit = [dollars(month.at_visit.typical)] if rebates else []
        table.add_row(month.month, *map(dollars, month.you_pay), *at_visit)
    return table


def _drivers(estimate: Estimate, said: NullTranslations) -> Table:
    _ = said.gettext
    lang = estimate.answers.lang
    whom = {"clinic": _("The clinic"), "insurer": _("Your insurer")}
    table = headed(_("What would narrow this"), _("Open question"), _("Moves your total by"), _("Ask"))
    table.columns[2].justify = "left"
    for driver in estimate.drivers:
        table.add_row(driver.label.get(lang), dollars(driver.swing), f"{whom[driver.whom]}: {driver.ask.get(lang)}")
    return table
