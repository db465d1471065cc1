"""The visits of an estimate and the days on which something starts again, as a file for a calendar (RFC 5545)."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.core.branches import what_turns
from estimator.core.course import sessions
from estimator.core.estimate import estimate
from estimator.core.results import Estimate, LedgerRow
from estimator.web.filters import money, words
from estimator.web.patient.form_pages import form_from_query, page_with_problems
from estimator.web.patient.sides import agreement_open
from estimator.web.rounding import known
from estimator.web.site import site

ASSUMED_START = "start_assumed"
"""In a link to the file where the first day is our assumption: the link itself has to name it."""

_OURS = uuid.uuid5(uuid.NAMESPACE_URL, "ketamine-cost-estimator:calendar")


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One whole day of the calendar. `assumed`: nobody named this day.

    `key` tells it from the other entries of the same course, whatever an answer changes about its amount.
    """

    day: date
    key: str
    title: str
    notes: tuple[str, ...]
    assumed: bool


def calendar() -> ResponseReturnValue:
    """The calendar of the estimate for the answers in the query, or the form again with what is wrong."""
    form = form_from_query()
    found = form.answers()
    if found is None:
        return page_with_problems(form)
    answers, _book = found
    made = estimate(*found)
    told = "start" in answers.given and request.args.get(ASSUMED_START) != "yes"
    response = Response(written(made, list(entries(made, told))), mimetype="text/calendar")
    name = f"ketamine-visits-{answers.treatment}-{answers.start.isoformat()}.ics"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def entries(estimate: Estimate, start_told: bool) -> Iterator[Entry]:
    """Every visit, then every reset from the first visit on; `start_told`: somebody named the first session's day."""
    yield from _visits(estimate, start_told)
    yield from _resets(estimate)


def written(estimate: Estimate, days: list[Entry]) -> bytes:
    """The file: floating all-day events, with nothing about the person but what stands in `days`."""
    import icalendar  # half as much to import as all the rest of the app, and few readers want the file

    answers, notice = estimate.answers, words(estimate.book.tables.texts.notice)
    file = icalendar.Calendar()
    file.add("prodid", "-//Ketamine Cost Estimator//EN")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    file.add("x-wr-calname", _("Planned visits: %(treatment)s", treatment=_treatment(estimate)))
    # The same link gives the same events, so that a calendar brings its own up to date and doubles none.
    course = f"{answers.treatment}:{answers.clinic}:{answers.start.isoformat()}"
    stamp = datetime.combine(site().today(), time(), UTC)
    for one in days:
        event = icalendar.Event()
        event.add("uid", str(uuid.uuid5(_OURS, f"{course}:{one.key}")))
        event.add("dtstamp", stamp)
        event.add("dtstart", one.day)
        event.add("dtend", one.day + timedelta(days=1))
        event.add("summary", _("%(what)s (day assumed)", what=one.title) if one.assumed else one.title)
        event.add("description", "\n\n".join((*one.notes, notice)))
        event.add("status", "TENTATIVE" if one.assumed else "CONFIRMED")
        event.add("transp", "TRANSPARENT")
        event.add("class", "PRIVATE")
        file.add_component(event)
    return bytes(file.to_ical())


def _visits(estimate: Estimate, start_told: bool) -> Iterator[Entry]:
    """A day of the ledger is a visit; a session is named by its number, another visit by what is billed."""
    answers, tables = estimate.answers, estimate.book.tables
    treatment = tables.treatments[answers.treatment]
    planned = sessions(treatment, answers.sessions, answers.start, answers.every, answers.stage == "new")
    number_on = {one.day: one.number for one in planned}
    seen: dict[str, int] = {}
    for day, visit in groupby(estimate.ledger[1], key=lambda row: row.date):
        charges = list(dict.fromkeys(row.charge for row in visit))
        if number := number_on.get(day):
            title = _(
                "%(treatment)s: session %(number)d of %(sessions)d",
                treatment=_treatment(estimate),
                number=number,
                sessions=answers.sessions,
            )
            key = f"session:{number}"
        else:
            title = ", ".join(words(tables.charges[name].label) for name in charges)
            seen[charges[0]] = seen.get(charges[0], 0) + 1
            key = f"{charges[0]}:{seen[charges[0]]}"
        yield Entry(day, key, title, tuple(_costs(estimate, day, charges)), not (number == 1 and start_told))


def _costs(estimate: Estimate, day: date, charges: Sequence[str]) -> Iterator[str]:
    """What the visits of a day cost the patient, as an estimate, and what that hangs on."""
    low, typical, high = (known(_on(rows, day)) for rows in estimate.ledger)
    if not set(charges).isdisjoint(estimate.missing):
        yield _("The price of this visit is not known yet. Ask the clinic.")
    elif low == typical == high:
        yield _("Estimate: this visit costs you about %(amount)s.", amount=money(typical))
    else:
        yield _(
            "Estimate: this visit costs you about %(amount)s. If the whole course is cheapest for you: %(low)s; "
            "if dearest: %(high)s.",
            amount=money(typical),
            low=money(low),
            high=money(high),
        )
    if agreement_open(estimate):
        yield _("This counts with your insurer agreeing. If it says no, you pay the clinic's own price.")


def _on(rows: tuple[LedgerRow, ...], day: date) -> int:
    return sum(row.you_pay for row in rows if row.date == day)


def _resets(estimate: Estimate) -> Iterator[Entry]:
    """What starts again on a day to come; the plan's year only where it brings a deductible or a maximum back."""
    answers = estimate.answers
    says = {
        "deductible": _("Your deductible starts again"),
        "maximum": _("Your yearly maximum starts again"),
        "both": _("Your deductible and your yearly maximum start again"),
    }
    notes = _("From this day on you may pay more of each bill, until it is met again.")
    for reset in estimate.resets:
        if reset.date < site().today():
            continue
        if reset.what == "new_plan":
            yield Entry(reset.date, "new_plan", _("Your new plan begins"), (), assumed=False)
        elif reset.what == "calendar_year":
            title = _("The savings card's year starts again")
            yield Entry(reset.date, f"card:{reset.date.year}", title, (), assumed=False)
        elif turns := what_turns(estimate.plan[1]):
            key, assumed = f"plan_year:{reset.date.year}", "plan_year_start" in answers.assumed
            yield Entry(reset.date, key, says[turns], (notes,), assumed)


def _treatment(estimate: Estimate) -> str:
    return words(estimate.book.tables.treatments[estimate.answers.treatment].short)
