"""
Reminders of what grows old or begins soon, as a calendar and as a feed, for programs that cannot sign in.

Their address is a secret. It is worked out from the site's secret and a random part in the store, so that it can be
shown again at the desk, and made anew by another random part; neither the store nor a copy of it gives it away. What it
opens is no more than the public price list says: which prices were last checked when, and which begin.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from estimator.prices.book import NATIONAL
from estimator.prices.columns import COLUMN_WORDS
from estimator.prices.price_rows import SOON, PriceRow, price_rows
from estimator.prices.reading import may_name_clinic
from estimator.versions.publications import waiting_of
from estimator.web.desk.permissions import editor_of, may, name_of_owner, owner_of
from estimator.web.desk.prices.owner_tables import bp, desk, tables_of
from estimator.web.desk.services import services
from estimator.web.desk.sessions import current_person
from estimator.web.filters import day as in_words
from estimator.web.filters import money, words
from estimator.web.site import language, site

feeds = Blueprint("reminders", __name__, url_prefix="/reminders")

SETTING = "reminders"
"""The random part of the address; none: there is no such address."""

_MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something that somebody at the desk should do, or know, on a day; `key` tells it from every other one."""

    day: date
    key: str
    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        more = len(self.lines) - _MOST_LINES
        return "\n".join((*self.lines[:_MOST_LINES], *((f"… +{more}",) if more > 0 else ())))


# At the desk


@bp.get("/<owner>/reminders")
@editor_of
def reminders(owner: str) -> ResponseReturnValue:
    """The addresses, and what stands behind them today."""
    tables_of(owner)
    token = _token(owner)
    lang = None if language() == "en" else language()
    return render_template(
        "desk/prices/reminders.html",
        owner=owner,
        addresses=[
            url_for(f"reminders.{kind}", owner=owner, token=token, lang=lang, _external=True)
            for kind in ("as_calendar", "as_feed")
            if token
        ],
        found=list(reminders_of(owner)),
        may_change=may("owner", owner),
    )


@bp.post("/<owner>/reminders")
@owner_of
def change_reminders(owner: str) -> ResponseReturnValue:
    """Make the address, make it anew, or take it away; the old one stops working at once."""
    tables_of(owner)
    off = request.form.get("do") == "off"
    desk().settings.set(owner, SETTING, None if off else secrets.token_urlsafe(16), current_person().name)
    flash(_("There is no address any more.") if off else _("This is the address now. An earlier one no longer works."))
    return redirect(url_for("desk_prices.reminders", owner=owner))


# For programs


@feeds.get("/<owner>/<token>.ics")
def as_calendar(owner: str, token: str) -> ResponseReturnValue:
    """An all-day event for each day on which something grows old or begins."""
    _check(owner, token)
    import icalendar  # half as much to import as all the rest of the app, and only this and the visits want it

    file = icalendar.Calendar()
    file.add("prodid", "-//Ketamine Cost Estimator//EN")
    file.add("version", "2.0")
    file.add("x-wr-calname", _heading(owner))
    file.add("refresh-interval", timedelta(days=1))
    stamp = datetime.combine(site().today(), time(), UTC)
    for one in reminders_of(owner):
        event = icalendar.Event()
        event.add("uid", f"{one.key}@{owner}.ketamine-cost-estimator")
        event.add("dtstamp", stamp)
        event.add("dtstart", one.day)
        event.add("dtend", one.day + timedelta(days=1))
        event.add("summary", one.title)
        event.add("description", f"{one.text}\n\n{_desk_address(owner)}")
        event.add("transp", "TRANSPARENT")
        file.add_component(event)
    return Response(bytes(file.to_ical()), mimetype="text/calendar")


@feeds.get("/<owner>/<token>.atom")
def as_feed(owner: str, token: str) -> ResponseReturnValue:
    """An entry for whatever is stale or begins within the next 90 days."""
    _check(owner, token)
    soon = [one for one in reminders_of(owner) if one.day - site().today() <= SOON]
    page = render_template(
        "desk/prices/reminders.xml",
        heading=_heading(owner),
        address=_desk_address(owner),
        itself=request.base_url,
        reminders=soon,
        # Nobody has read an entry before the day on which it came into the feed.
        since=lambda one: min(site().today(), one.day - SOON).isoformat(),
        today=site().today().isoformat(),
    )
    return Response(page, mimetype="application/atom+xml")


def _check(owner: str, token: str) -> None:
    """Nothing is found by a wrong token, or where there is none; comparing them takes as long whatever they share."""
    known = owner == NATIONAL or may_name_clinic(owner)
    right = _token(owner) if known else None
    same = hmac.compare_digest((right or "").encode(), token.encode("utf-8", "replace"))
    if right is None or not same or site().prices.current.get(owner) is None:
        abort(404)


def _token(owner: str) -> str | None:
    random = desk().settings.get(owner, SETTING)
    if random is None:
        return None
    return hmac.new(services().secret.encode(), f"reminders {owner} {random}".encode(), hashlib.sha256).hexdigest()[:40]


def _heading(owner: str) -> str:
    return str(_("Price reminders of %(whose)s", whose=name_of_owner(owner)))


def _desk_address(owner: str) -> str:
    return url_for("desk_prices.overview", owner=owner, _external=True)


# What there is to remember


def reminders_of(owner: str) -> Iterator[Reminder]:
    """What of the owner's own prices is stale, grows old or begins, in the order of days."""
    yield from sorted(_found(owner), key=lambda one: (one.day, one.key))


def _found(owner: str) -> Iterator[Reminder]:
    books, today = site().prices.current, site().today()
    book = books.get(owner)
    if book is None:
        return
    national = None if owner == NATIONAL else books.national.tables
    rows = [row for row in price_rows(book.tables, today, national) if row.own]
    stale = [row for row in rows if row.stale]
    if stale:
        title = ngettext(
            "%(num)d price was last checked more than a year ago",
            "%(num)d prices were last checked more than a year ago",
            len(stale),
        )
        yield Reminder(today, f"stale-{today.isoformat()}", title, tuple(map(_checked, stale)))
    aging = [(row.stale_from, row) for row in rows if row.price and row.stale_from and row.stale_from > today]
    for day, some in _by_day(aging):
        title = ngettext(
            "%(num)d price grows old: look whether it is still right",
            "%(num)d prices grow old: look whether they are still right",
            len(some),
        )
        yield Reminder(day, f"old-{day.isoformat()}", title, tuple(map(_checked, some)))
    for day, some in _by_day([(row.next[0], row) for row in rows if row.next]):
        title = ngettext("%(num)d price begins", "%(num)d prices begin", len(some))
        yield Reminder(day, f"begins-{day.isoformat()}", title, tuple(map(_next, some)))
    for one in waiting_of(desk().publications.history(owner)[::-1], today):
        title = _("Version %(number)d of the prices begins", number=one.number)
        yield Reminder(one.in_force_from, f"version-{one.number}", title, ())


def _by_day(found: list[tuple[date, PriceRow]]) -> Iterator[tuple[date, list[PriceRow]]]:
    ordered = sorted(found, key=lambda one: one[0])
    for day, some in groupby(ordered, key=lambda one: one[0]):
        yield day, [row for _day, row in some]


def _checked(row: PriceRow) -> str:
    return str(_("%(price)s: checked on %(day)s", price=_named(row), day=in_words(row.checked) if row.checked else "–"))


def _next(row: PriceRow) -> str:
    assert row.next is not None
    price = row.next[1]
    amount = money(price.typical) if price.low == price.high else f"{money(price.low)}–{money(price.high)}"
    return f"{_named(row)}: {amount}"


def _named(row: PriceRow) -> str:
    return f"{words(row.label)}, {_(COLUMN_WORDS[row.column])}"
