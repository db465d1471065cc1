"""
Every price of an owner's tables as it holds today: value, source, age, what changes it later; and one click to say that
it is still right.
"""

from collections.abc import Callable
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from estimator.prices.book import NATIONAL
from estimator.prices.editing.slices import CannotSplice, read
from estimator.prices.editing.splicing import mark_checked
from estimator.prices.editing.whole_list import all_checked
from estimator.prices.new_year import coming_year, lacking
from estimator.prices.schema.basics import PRICE_COLUMNS, PriceColumn
from estimator.sentences import say
from estimator.store.stored_sentences import ALL_CHECKED, CHECKED_AGAIN
from estimator.versions.drafts import DraftConflict
from estimator.versions.publications import PublicationRefused, TablesHaveErrors
from estimator.versions.snapshot import clinic_file
from estimator.web.desk.permissions import editor_of, may
from estimator.web.desk.prices.clinic_day import day_at
from estimator.web.desk.prices.overview_rows import DeskOverview, OverviewRow, desk_overview, fingerprint
from estimator.web.desk.prices.owner_tables import OwnerTables, bp, desk, my_owners, snapshot, tables_of
from estimator.web.desk.prices.price_series import PriceChanged, PriceSeries, day_in, price_series
from estimator.web.desk.prices.reference_courses import reference_courses
from estimator.web.desk.prices.release_page import release_changes
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal
from estimator.web.filters import day, words
from estimator.web.site import site

FILTERS: dict[str, tuple[LazyString, Callable[[OverviewRow], bool]]] = {
    "all": (_l("All"), lambda _row: True),
    "own": (_l("Own prices"), lambda row: row.row.own),
    "stale": (_l("Stale"), lambda row: row.row.stale),
    "missing": (_l("Missing"), lambda _row: False),
    "soon": (_l("Changing soon"), lambda row: row.soon),
}
"""The links above the table, and which rows each shows; what is missing has rows of its own."""


@bp.get("/prices")
def show() -> ResponseReturnValue:
    """Whose tables the person may work at, with what deserves a look; straight on where there is only one."""
    # Somebody may have published a moment ago.
    site().prices.refresh()
    owners = my_owners()
    if len(owners) == 1 and not may("owner", "*"):
        return redirect(url_for("desk_prices.overview", owner=owners[0]))
    overviews = {owner: (tables_of(owner), desk_overview(tables_of(owner))) for owner in owners}
    return render_template("desk/prices/owners.html", overviews=overviews)


@bp.get("/<owner>/")
@editor_of
def overview(owner: str) -> ResponseReturnValue:
    """The table of prices; ``show`` limits it to some of them."""
    # Somebody may have published a moment ago.
    site().prices.refresh()
    tables = tables_of(owner)
    found = desk_overview(tables)
    chosen = request.args.get("show", "all")
    chosen = chosen if chosen in FILTERS else "all"
    return render_template(
        "desk/prices/overview.html",
        owner=owner,
        tables=tables,
        overview=found,
        rows=[row for row in found.rows if FILTERS[chosen][1](row)],
        courses=reference_courses(tables.book, day_at(owner)) if owner != NATIONAL and tables.book else (),
        missing=found.missing if chosen in ("all", "missing") else (),
        chosen=chosen,
        filters=_filters(owner, found),
        choices=_choices(tables),
        new_year=coming_year(site().today()),
        lacks=list(lacking(tables.book.tables, site().today())) if owner == NATIONAL and tables.book else [],
        newer=bool(release_changes(owner)),
        may_publish=may("publisher", owner),
    )


@bp.post("/<owner>/checked")
@editor_of
def checked(owner: str) -> ResponseReturnValue:
    """Write down that somebody looked at a price today and found it right, without touching the number."""
    column = request.form.get("column", "")
    series = price_series(owner, request.form.get("charge", ""), column)
    row = price_series(owner, request.form.get("at") or series.charge, column)
    start = day_in(request.form.get("start", "")) or abort(400)
    try:
        row.say(_confirm(series, start, request.form.get("seen", "")))
    except PriceChanged:
        row.say(_("This price changed meanwhile. Look at it again."), "trouble")
    except (CannotSplice, PublicationRefused, DraftConflict) as error:
        row.say(refusal(error), "trouble")
    show = request.form.get("show", "")
    return redirect(row.answer(show if show in FILTERS and show != "all" else None))


def _confirm(series: PriceSeries, start: date, seen: str) -> str:
    """
    A publisher publishes the check by itself; an editor puts it into the draft. Answers what was done, in words.

    Raises `PriceChanged` unless the price, where the check is going to be written, is the one that was `seen`.
    """
    latest = series.tables.work.latest if may("publisher", series.owner) else None
    files = snapshot().files(latest) if latest else series.tables.work.files
    checked = series.tables.check(files)
    if checked.book is None:
        raise TablesHaveErrors(checked.errors)
    if seen != fingerprint(checked.book, series.charge, series.column):
        raise PriceChanged

    def edit(data: bytes) -> bytes:
        if data != files.get(series.file, b""):
            raise PriceChanged
        return mark_checked(data, series.charge, series.column, start, day_at(series.owner))

    name = current_person().name
    what = f"{series.label}, {series.column_words}"
    if latest is None:
        desk().change(series.owner, series.file, edit, name)
        return str(_("Checked today: %(price)s. This is kept in the draft.", price=what))
    why = say(CHECKED_AGAIN, price=series.in_any_language)
    done = desk().confirm(series.owner, series.file, edit, by=name, why=why)
    if done.in_force_from > site().today():
        return str(
            _(
                "Checked today: %(price)s. This is published as version %(number)d and begins on %(day)s, like the "
                "version that waits.",
                price=what,
                number=done.number,
                day=day(done.in_force_from),
            )
        )
    return str(_("Checked today: %(price)s. This is published as version %(number)d.", price=what, number=done.number))


@bp.post("/<owner>/all-checked")
@editor_of
def whole_list_checked(owner: str) -> ResponseReturnValue:
    """Write down that somebody looked at every price of a clinic today: one version, in force today."""
    tables, today = tables_of(owner), day_at(owner)
    latest = tables.work.latest if may("publisher", owner) else None
    if owner == NATIONAL or request.form.get("seen", "") != str(tables.work.latest.number if tables.work.latest else 0):
        flash(_("Somebody published meanwhile. Look at the list again."), "trouble")
        return redirect(url_for("desk_prices.sheet", owner=owner))
    name, by = clinic_file(owner), current_person().name

    def edit(data: bytes) -> bytes:
        return all_checked(data, read(data).plain(), today)

    try:
        if latest is None:
            desk().change(owner, name, edit, by)
            flash(_("Every price was checked today. This is kept in the draft."))
        else:
            done = desk().confirm(owner, name, edit, by=by, why=ALL_CHECKED)
            flash(_("Every price was checked today. This is published as version %(number)d.", number=done.number))
    except (CannotSplice, PublicationRefused, DraftConflict) as error:
        flash(refusal(error), "trouble")
    return redirect(url_for("desk_prices.sheet", owner=owner))


def _filters(owner: str, found: DeskOverview) -> list[tuple[str, str, str, int]]:
    """The links above the table: the filter's name, its address, its words, how many rows it has."""
    counts = {name: sum(shows(row) for row in found.rows) for name, (_words, shows) in FILTERS.items()}
    counts["missing"] = len(found.missing)
    counts["all"] += len(found.missing)
    return [
        (name, url_for("desk_prices.overview", owner=owner, show=None if name == "all" else name), str(said), count)
        for name, (said, _shows) in FILTERS.items()
        for count in [counts[name]]
    ]


def _choices(tables: OwnerTables) -> tuple[list[tuple[str, str]], tuple[PriceColumn, ...]]:
    """Charges and columns for the two lists that lead to any price, also to one that nobody has set yet."""
    charges = tables.book.tables.charges if tables.book else {}
    named = sorted(((id_, words(one.label)) for id_, one in charges.items()), key=lambda item: item[1].casefold())
    return named, PRICE_COLUMNS
