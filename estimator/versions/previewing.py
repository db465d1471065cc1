"""What publishing a draft would do: differences, what deserves a look, and what reference patients would pay."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from estimator.core.price_change_effects import MOST_MOVE, Effect, effects, largest_move, redefined
from estimator.prices.book import PriceBook
from estimator.prices.comparing.changes import Change, changes
from estimator.prices.digests import digest_of
from estimator.prices.problems import Problem
from estimator.versions.checking import Checked, check
from estimator.versions.snapshot import Snapshot

MOST_DAYS = 24
"""A draft in which more days than these begin something counts as the largest move there is: too much to work out."""


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """
    A draft's consequences.

    `effects` are those on `day`; `days` are the days on which something begins to differ, and `largest_move` is the
    largest change of any reference patient's typical amount on any of them, in basis points. `alerts` are the new ones.
    """

    before: PriceBook
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
    Compare an owner's files, already `checked`, with what is in force on `in_force_from`; None where either side has no
    book.

    `day` is the day on which patients would begin, by default the first on which something differs.
    """
    now = check(snapshot, owner, snapshot.files_on(owner, in_force_from), in_force_from)
    if checked.book is None or now.book is None:
        return None
    found = tuple(changes(now.book.tables, checked.book.tables))
    days = _days(found, max(in_force_from, snapshot.today))
    day = day or days[0]
    by_day = {one: tuple(effects(now.book, checked.book, one)) for one in dict.fromkeys((*days[:MOST_DAYS], day))}
    known = {alert_key(alert) for alert in now.alerts}
    alerts = tuple(alert for alert in checked.alerts if alert_key(alert) not in known)
    # A patient whose answers the draft changes is judged with the old ones too, or nobody would see the price move.
    old = [redefined(now.book, checked.book, one) for one in by_day]
    largest = MOST_MOVE if len(days) > MOST_DAYS else max(largest_move(one) for one in (*by_day.values(), *old))
    return Preview(now.book, checked.book, found, alerts, day, days, by_day[day], largest)


def _days(found: Iterable[Change], first: date) -> tuple[date, ...]:
    """The first days of the periods that changed, none before `first`; that one where nothing has a day."""
    days = {max(change.start, first) for change in found if change.start is not None}
    undated = {first} if not days or any(change.start is None for change in found) else set()
    return tuple(sorted(days | undated))
