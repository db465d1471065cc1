"""The form of one price: it changes the draft, one line of one file; and everything that can get in its way."""

from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.prices.editing import splicing
from estimator.prices.editing.slices import CannotSplice
from estimator.prices.editing.splicing import TypedPrice
from estimator.prices.schema.dated_prices import Price, price_in_force
from estimator.versions.drafting import Edit
from estimator.versions.drafts import Draft, DraftConflict
from estimator.web.desk.permissions import editor_of
from estimator.web.desk.prices.clinic_day import day_at
from estimator.web.desk.prices.owner_tables import bp, desk, forget_tables
from estimator.web.desk.prices.price_form import EnteredPrice, PriceForm, shown_in_form
from estimator.web.desk.prices.price_series import PriceChanged, PriceSeries, amounts_in_words, day_in, price_series
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal, still_busy
from estimator.web.filters import day

TRIES = 5
"""A form's edit finds its own place in the text, so it is made again when somebody else saved at the same moment."""


@bp.get("/<owner>/price")
@editor_of
def find_price(owner: str) -> ResponseReturnValue:
    """From the two lists at the foot of the overview to the form of that price."""
    charge, column = request.args.get("charge", ""), request.args.get("column", "")
    return redirect(price_series(owner, charge, column).address())


@bp.get("/<owner>/price/<charge>/<column>")
@editor_of
def price(owner: str, charge: str, column: str) -> ResponseReturnValue:
    """A price's periods, and the form: for a new one, or for the one that begins on the day of `period`."""
    series = price_series(owner, charge, column)
    try:
        return _page(series, _blank_form(series))
    except CannotSplice as error:
        return _unreadable(series, error, [])


@bp.post("/<owner>/price/<charge>/<column>")
@editor_of
def change_price(owner: str, charge: str, column: str) -> ResponseReturnValue:
    """Put what was typed into the draft."""
    series = price_series(owner, charge, column)
    try:
        form = _form(series)
        entered = form.entered()
        if entered is None:
            return _page(series, form), 400
        seen = form.seen.data or ""
        if seen != series.fingerprint():
            return _somebody_else(series, form, entered)
        replaced = _replaced(series, form, entered)
        if replaced and form.replaces.data != entered.start.isoformat():
            form.replaces.data = entered.start.isoformat()
            return _page(series, form, series.standing(entered.start)), 409
        draft = _change(series, series.as_seen(_edit(series, entered, day_in(form.period.data or "")), seen))
    except PriceChanged:
        # Between looking and writing: looked at again, the page says who and what.
        forget_tables()
        return change_price(owner=owner, charge=charge, column=column)
    except CannotSplice as error:
        return _unreadable(series, error, _typed())
    except DraftConflict as error:
        flash(still_busy(error), "trouble")
        forget_tables()
        return _page(price_series(owner, charge, column), form), 409
    series.say(_kept(draft, entered.start if replaced else None, replaced))
    return redirect(series.answer())


@bp.post("/<owner>/price/<charge>/<column>/remove")
@editor_of
def remove_price(owner: str, charge: str, column: str) -> ResponseReturnValue:
    """Take a price that has not begun out of the draft."""
    series = price_series(owner, charge, column)
    start = day_in(request.form.get("period", ""))
    if start is None or start <= day_at(owner):
        abort(400)
    try:
        remove = series.as_seen(
            lambda data: splicing.remove_price(data, series.charge, series.column, start), request.form.get("seen", "")
        )
        draft = _change(series, remove)
    except PriceChanged:
        flash(_("Somebody changed this price meanwhile. Look at it again before you remove it."), "trouble")
        return redirect(series.address())
    except CannotSplice as error:
        return _unreadable(series, error, [])
    except DraftConflict as error:
        flash(refusal(error), "trouble")
        return redirect(series.address())
    flash(_kept(draft))
    return redirect(series.address())


def _change(series: PriceSeries, edit: Edit) -> Draft | None:
    """Make the edit in the draft as it is by now."""
    for attempt in range(TRIES):
        try:
            return desk().change(series.owner, series.file, edit, current_person().name)
        except DraftConflict:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _edit(series: PriceSeries, entered: EnteredPrice, period: date | None) -> Edit:
    """The price in the text, with a source that is new, and away from the day on which it began before."""

    def edit(data: bytes) -> bytes:
        if entered.source:
            new = entered.source
            data = splicing.add_source(data, new.id, new.title, new.url, new.kind)
        data = splicing.set_price(data, series.charge, series.column, entered.start, entered.price)
        if period is not None and period != entered.start:
            data = splicing.remove_price(data, series.charge, series.column, period)
        return data

    return edit


def _blank_form(series: PriceSeries) -> PriceForm:
    """The form for the period asked for; without one, for a new price that begins with what holds today."""
    start = day_in(request.args.get("period", ""))
    if start is not None:
        own = series.own(start) or abort(404)
        return _form(series, **shown_in_form(own), start=start.isoformat(), period=start.isoformat())
    return _form(series, **_suggested(series))


def _suggested(series: PriceSeries) -> dict[str, Any]:
    """A new price like the one in force, looked at today."""
    today = day_at(series.owner)
    own = {start: found for start in series.own_starts() if (found := series.own(start)) is not None}
    begun = [start for start in own if start <= today]
    said = own[max(begun)] if begun else None
    if said is None:
        readable = {one.start: one.price for one in series.periods() if isinstance(one.price, Price)}
        inherited = price_in_force(readable, today)
        said = TypedPrice(inherited.low, inherited.typical, inherited.high) if inherited else None
    checked = {} if series.defaults().get("checked") == today.isoformat() else {"checked": today.isoformat()}
    return {**(shown_in_form(said) if said else {}), "note": "", "note_es": "", "checked": "", **checked}


def _form(series: PriceSeries, **data: Any) -> PriceForm:
    return PriceForm.offering(series, day_at(series.owner), **data)


def _replaced(series: PriceSeries, form: PriceForm, entered: EnteredPrice) -> str:
    """The amounts of another price that this one would replace; nothing where it replaces none, or says the same."""
    if entered.start not in series.own_starts() or entered.start == day_in(form.period.data or ""):
        return ""
    theirs = series.own(entered.start)
    if theirs is None:
        return str(_("a price that could not be read"))
    return "" if theirs == entered.price and entered.source is None else amounts_in_words(theirs)


def _page(series: PriceSeries, form: PriceForm, standing: str = "") -> str:
    """The page; `standing` says what saving would replace, and asks to be confirmed."""
    corrected = day_in(form.period.data or "")
    stands = {start.isoformat(): series.standing(start) for start in series.own_starts() if start != corrected}
    return render_template(
        "desk/prices/price.html", owner=series.owner, series=series, form=form, standing=standing, stands=stands
    )


def _somebody_else(series: PriceSeries, form: PriceForm, entered: EnteredPrice) -> ResponseReturnValue:
    """Both prices; the person chooses. Saving mine then carries what the file says now."""
    theirs = series.own(entered.start)
    if theirs == entered.price and entered.source is None:
        series.say(_("The draft says this already."))
        return redirect(series.answer())
    page = render_template(
        "desk/prices/price_conflict.html",
        owner=series.owner,
        series=series,
        mine=entered,
        theirs=theirs,
        seen=series.fingerprint(),
        typed=_typed(),
        draft=series.tables.work.draft,
    )
    return page, 409


def _unreadable(series: PriceSeries, error: CannotSplice, typed: list[tuple[str, str]]) -> ResponseReturnValue:
    page = render_template(
        "desk/prices/by_hand.html",
        owner=series.owner,
        heading=f"{series.label}, {series.column_words}",
        as_yaml=series.as_yaml,
        sentence=refusal(error),
        typed=typed,
    )
    return page, 409 if request.method == "POST" else 200


def _typed() -> list[tuple[str, str]]:
    return [(name, text) for name, text in request.form.items() if name != "csrf_token"]


def _kept(draft: Draft | None, start: date | None = None, replaced: str = "") -> str:
    """What was done; `replaced` are the amounts that stood on the day `start` before."""
    if draft is None:
        return str(_("The tables now say what is published: there is nothing left in the draft."))
    if start is None:
        return str(_("Kept in the draft. Patients see it once it is published."))
    return str(
        _(
            "Kept in the draft, in place of %(price)s on %(day)s. Patients see it once it is published.",
            price=replaced,
            day=day(start),
        )
    )
