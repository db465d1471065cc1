"""``estimator prices stale``: prices that nobody has checked for a year, for scripts; exit 1 where there are any."""

import argparse
import json
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from estimator.money import dollars
from estimator.prices.book import NATIONAL
from estimator.prices.columns import COLUMN_WORDS

if TYPE_CHECKING:
    from estimator.prices.price_rows import PriceRow
    from estimator.versions.desk import Desk

STALE = 1


def stale(options: argparse.Namespace, desk: "Desk", owner: str) -> int:
    """List what is stale at one owner's tables, or at everybody's; 1 where anything is."""
    found = [(whose, row) for whose in _owners(options, desk, owner) for row in _stale_rows(desk, whose, options.day)]
    if options.json:
        listed = [_as_json(whose, row) for whose, row in found]
        print(json.dumps({"as_of": options.day.isoformat(), "stale": listed}, indent=2, ensure_ascii=False))
    else:
        for whose, row in found:
            print(f"{whose}: {_in_words(row)}")
        if not found:
            print("Nothing is stale.")
    return STALE if found else 0


def _owners(options: argparse.Namespace, desk: "Desk", owner: str) -> list[str]:
    """The one that was named, or everybody who has something in force, the national tables first."""
    from estimator.commands.shared import REFUSED, CommandRefused

    known = [one for one in desk.publications.owners() if _in_force(desk, one, options.day)]
    if options.clinic is None:
        return sorted(known, key=lambda one: (one != NATIONAL, one))
    if owner not in known:
        raise CommandRefused(f"Nothing of {owner} is in force.", REFUSED)
    return [owner]


def _in_force(desk: "Desk", owner: str, day: date) -> bool:
    found = desk.publications.in_force(owner, day)
    return found is not None and bool(found.files)


def _stale_rows(desk: "Desk", owner: str, day: date) -> Iterator["PriceRow"]:
    from estimator.prices.price_rows import price_rows

    snapshot = desk.snapshot()
    national = snapshot.national(snapshot.files_on(NATIONAL, day))
    book = national.book if owner == NATIONAL else snapshot.clinic(national, owner, snapshot.files_on(owner, day))[0]
    if book is None or national.book is None:
        return
    usual = None if owner == NATIONAL else national.book.tables
    yield from (row for row in price_rows(book.tables, day, usual) if row.own and row.stale)


def _in_words(row: "PriceRow") -> str:
    price = row.price
    assert price is not None
    amount = dollars(price.low) if price.low == price.high else f"{dollars(price.low)} to {dollars(price.high)}"
    return (
        f"{row.label.en}, {COLUMN_WORDS[row.column]}: {amount} since {row.start}, checked {row.checked}"
        f" ({row.charge}.{row.column})"
    )


def _as_json(owner: str, row: "PriceRow") -> dict[str, object]:
    price = row.price
    assert price is not None
    return {
        "clinic": owner,
        "charge": row.charge,
        "column": row.column,
        "label": row.label.en,
        "price": {"low": price.low, "typical": price.typical, "high": price.high},
        "start": row.start.isoformat() if row.start else None,
        "checked": row.checked.isoformat() if row.checked else None,
        "stale_from": row.stale_from.isoformat() if row.stale_from else None,
    }
