"""The estimate as a table for a spreadsheet: every line, the totals, the months."""

from collections.abc import Iterable, Iterator

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.core.branches import told_resets
from estimator.core.estimate import estimate
from estimator.core.results import NOTHING, Amounts, Estimate, LineItem
from estimator.core.words import PLAN_UNLIKE
from estimator.money import dollars
from estimator.web.filters import day, words
from estimator.web.patient.form_pages import form_from_query, page_with_problems
from estimator.web.responses import csv_response

bp = Blueprint("download", __name__)

PARTS = ("billed", "plan_pays", "program_pays", "you_pay")

Cells = list[str]


@bp.get("/estimate.csv")
def show() -> ResponseReturnValue:
    """The estimate for the answers in the query as CSV, or the form again with what is wrong."""
    form = form_from_query()
    found = form.answers()
    if found is None:
        return page_with_problems(form)
    answers, _book = found
    name = f"ketamine-cost-estimate-{answers.treatment}-{answers.start.isoformat()}.csv"
    return csv_response(rows(estimate(*found)), name)


def rows(estimate: Estimate) -> Iterator[Cells]:
    """The file line by line: the notice, where the figures are from, the bill, the calendar."""
    book = estimate.book
    yield [words(book.tables.texts.notice)]
    yield [_("Price tables"), book.id, book.version, book.as_of.isoformat()]
    yield [_("All amounts in US dollars. Low, typical and high are three whole cases; each column adds up.")]
    yield from _beforehand(estimate)
    yield []
    parts = (_("Price of one"), _("Billed"), _("Plan pays"), _("Program pays"), _("You pay"))
    yield [_("What"), _("How many"), _("Billing codes"), _("Coverage"), *_headings(parts)]
    for item in estimate.items:
        yield [words(item.label), str(item.quantity), " ".join(item.codes), _coverage(item), *_amounts(item)]
    total = _("In all, at least") if estimate.at_least else _("In all")
    yield [total, "", "", "", "", "", "", *(cell for part in PARTS for cell in _three(getattr(estimate, part)))]
    yield []
    yield [_("Month"), *_headings((_("At the visits"), _("Rebates back later"), _("You pay")))]
    for month in estimate.months:
        yield [month.month, *_three(month.at_visit), *_three(month.rebates), *_three(month.you_pay)]


def _beforehand(estimate: Estimate) -> Iterator[Cells]:
    """What starts again, a plan like no other, and each case where either-ors decide."""
    for sentence, on in told_resets(estimate):
        yield [words(sentence).format(day=day(on))]
    if estimate.plan_unlike:
        yield [words(PLAN_UNLIKE)]
    if estimate.sides:
        likely = (_("most combinations, from"), _("most combinations, to"))
        yield [_("What you pay depends on what applies to you."), *_headings((_("You pay"),)), *likely]
        for side in estimate.sides:
            label = ": ".join(words(one) for one in side.labels)
            yield [label, *_three(side.you_pay), *_plain(side.you_pay.likely)]


def _headings(parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        yield from (f"{part}, {case}" for case in (_("low"), _("typical"), _("high")))


def _coverage(item: LineItem) -> str:
    return str(
        {
            "covered": _("Covered"),
            "prior_authorization": _("Covered if your insurer agrees first"),
            "varies": _("Some plans cover it"),
            "not_covered": _("Not covered"),
        }[item.coverage]
    )


def _amounts(item: LineItem) -> Iterator[str]:
    """The item's amounts; nothing where its price is not known, because that is not $0."""
    if item.missing and item.billed == NOTHING:
        yield from (_("not known") for _part in range(3 * (1 + len(PARTS))))
        return
    for part in ("unit_price", *PARTS):
        yield from _three(getattr(item, part))


def _three(amounts: Amounts) -> Iterator[str]:
    return _plain(amounts)


def _plain(amounts: Iterable[int]) -> Iterator[str]:
    return (dollars(cents).replace("$", "").replace(",", "") for cents in amounts)
