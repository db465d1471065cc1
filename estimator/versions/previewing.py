"""What publishing a draft would do: differences, what deserves a look, and what reference patients would pay."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from estimator.core.price_change_effects import MOST_MOVE, Effect, effects, first_move, largest_move, redefined
from estimator.core.reference_patients import made_for, who_pay_cash
from estimator.money import dollars
from estimator.prices.book import PriceBook
from estimator.prices.comparing.changes import Change, changes
from estimator.prices.digests import digest_of
from estimator.prices.problems import Problem
from estimator.sentences import InLanguages, say
from estimator.versions.checking import Checked, check
from estimator.versions.snapshot import Snapshot, clinic_file

MOST_DAYS = 24
"""A draft in which more days than these begin something counts as the largest move there is: too much to work out."""

LARGE_MOVE = 2_000
"""A move of somebody's typical amount by so many basis points deserves a look."""


MOST_TRIED = 6
"""So many patients are tried for the one line about a draft that stands on every page; each takes two estimates."""


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """
    A draft's consequences; `before` is None where nothing of the owner's is in force: then everything is new.

    `effects` are those on `day`; `days` are the days on which something begins to differ, and `largest_move` is the
    largest change of any reference patient's typical amount on any of them, in basis points. `alerts` are the new ones.
    """

    before: PriceBook | None
    after: PriceBook
    changes: tuple[Change, ...]
    alerts: tuple[Problem, ...]
    day: date
    days: tuple[date, ...]
    effects: tuple[Effect, ...]
    largest_move: int


def alert_key(alert: Problem) -> str:
    """What a tick for this alert is called; the same alert has the same key wherever its line has moved to."""
    return digest_of(f"{alert.file}\0{alert.where}\0{alert.says}".encode())[:12]


def preview(
    snapshot: Snapshot, owner: str, checked: Checked, in_force_from: date, day: date | None = None
) -> Preview | None:
    """
    Compare an owner's files, already `checked`, with what is in force on `in_force_from`; None where they have
    mistakes, or where what is in force cannot be read.

    `day` is the day on which patients would begin, by default the first on which something differs.
    """
    files = snapshot.files_on(owner, in_force_from)
    now = check(snapshot, owner, files, in_force_from)
    if checked.book is None or (now.book is None and files):
        return None
    before, after = now.book, checked.book
    found = tuple(changes(before.tables, after.tables)) if before else ()
    days = _days(found, max(in_force_from, snapshot.today))
    day = day or days[0]
    more = {**(made_for(before.tables) if before else {}), **made_for(after.tables)}
    by_day = {one: tuple(effects(before, after, one, more)) for one in dict.fromkeys((*days[:MOST_DAYS], day))}
    file = min(files, default=clinic_file(owner))
    old_alerts = (*now.alerts, *_unpriced(file, before)) if before else ()
    known = {alert_key(alert) for alert in old_alerts}
    alerts = [one for one in (*checked.alerts, *_unpriced(file, after)) if alert_key(one) not in known]
    # A patient whose answers the draft changes is judged with the old ones too, or nobody would see the price move.
    old = [redefined(before, after, one) for one in by_day] if before else []
    largest = max(largest_move(one) for one in (*by_day.values(), *old)) if before else 0
    alerts.extend(_moves(file, by_day))
    if len(days) > MOST_DAYS:
        largest = MOST_MOVE
    return Preview(before, after, found, tuple(alerts), day, days, by_day[day], largest)


def key_move(before: PriceBook, after: PriceBook, found: Sequence[Change], first: date) -> Effect | None:
    """
    What a clinic's changes do to somebody who pays cash, in one line: to the first whom they move, on the first day
    from `first` on on which something differs. None where none of the few who are tried typically pays otherwise.
    """
    few = dict(islice(who_pay_cash(after.tables).items(), MOST_TRIED))
    return first_move(few, before, after, _days(found, first)[0]) if found and after.tables.clinic else None


def _unpriced(file: str, book: PriceBook) -> Iterator[Problem]:
    """The treatments that a clinic offers, and of whose sessions it prices nothing itself; or that all are such."""
    tables = book.tables
    if tables.clinic is None:
        return
    if "offers" in tables.clinic.model_fields_set and not tables.clinic.offers:
        says = say("the list of treatments offered is empty, so patients can choose every treatment there is")
        yield Problem(file, 0, 0, "", says, say("list at least one treatment, or take the empty list away"), True)
    unpriced = [
        treatment
        for treatment in tables.treatments.values()
        if not {line.charge for line in treatment.each_session} & tables.own_charges
    ]
    if len(unpriced) == len(tables.treatments) > 1:
        says = say("nothing is offered at a price of the clinic's own: patients see the usual US ranges alone")
        yield Problem(file, 0, 0, "", says, say("set the price of a session before you publish"), True)
        return
    for treatment in unpriced:
        says = say(
            "%(what)s is offered without a price of the clinic's own: patients see the usual US range",
            what=InLanguages(treatment.short.model_dump(exclude_none=True)),
        )
        yield Problem(file, 0, 0, "", says, say("set its price, or take it out of what the clinic offers"), True)


def _moves(file: str, by_day: Mapping[date, Sequence[Effect]]) -> Iterator[Problem]:
    """That somebody typically pays a good deal more or less: whoever moves most, on the first such day."""
    moved = [(one, day) for day, found in by_day.items() for one in found if abs(one.basis_points or 0) >= LARGE_MOVE]
    for one, day in sorted(moved, key=lambda pair: -abs(pair[0].basis_points or 0))[:1]:
        assert one.before
        assert one.after
        says = say(
            "%(who)s, starting on %(day)s: typically %(before)s now, %(after)s afterwards",
            who=InLanguages(one.label.model_dump(exclude_none=True)),
            day=day,
            before=dollars(one.before.you_pay.typical).removesuffix(".00"),
            after=dollars(one.after.you_pay.typical).removesuffix(".00"),
        )
        yield Problem(file, 0, 0, "", says, alert=True)


def _days(found: Iterable[Change], first: date) -> tuple[date, ...]:
    """The first days of the periods that changed, none before `first`; that one where nothing has a day."""
    days = {max(change.start, first) for change in found if change.start is not None}
    undated = {first} if not days or any(change.start is None for change in found) else set()
    return tuple(sorted(days | undated))
