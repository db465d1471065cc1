"""What pages of the desk cost over the shipped tables: statements that the store answers, texts that are parsed."""

from __future__ import annotations

import contextlib
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event

from estimator.prices import nodes
from estimator.prices.book import NATIONAL
from estimator.store.database import Database, open_database
from estimator.store.migrations import migrate
from estimator.versions import publications, snapshot
from estimator.versions.desk import Desk
from estimator.versions.folder import published_books, sync
from support.desk_priced import TODAY, PricedDesk
from support.writing import publish_files

SHIPPED = Path(__file__).parent.parent.parent / "pricing"
CLINIC = "example-harbor"
FILES = {CLINIC: f"clinics/{CLINIC}.yaml", NATIONAL: "national/charges-ketamine.yaml"}

MOST_QUERIES = 6
"""The mark of every page: looking up who is signed in included, the beginning and end of a transaction not."""

OWNERS_PAGES = ("", "price/infusion/self_pay", "preview", "yaml", "history", "history/1", "folder", "settings")
PAGES = ("prices", "history", "log", "accounts", "account")


@dataclass
class Costs:
    """What was asked since counting began."""

    queries: list[str] = field(default_factory=list)
    parses: Counter[str] = field(default_factory=Counter)


@contextlib.contextmanager
def counted(database: Database) -> Iterator[Costs]:
    """Counts, in this process. No look at the store falls into it that is due only because time has passed."""
    costs, parse, every = Costs(), nodes._events, published_books.LOOK_AGAIN_AFTER

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            costs.queries.append(" ".join(statement.split()))

    def parsing(text: str) -> Any:
        costs.parses[text] += 1
        return parse(text)

    event.listen(database.engine, "before_cursor_execute", note)
    nodes._events, published_books.LOOK_AGAIN_AFTER = parsing, 1e9
    try:
        yield costs
    finally:
        nodes._events, published_books.LOOK_AGAIN_AFTER = parse, every
        event.remove(database.engine, "before_cursor_execute", note)


def forget_what_is_kept() -> None:
    """Make the next page the first one of its process, but for the prices in force, which a server reads before."""
    nodes.parsed.cache_clear()
    snapshot._read_national.cache_clear()
    publications._texts_kept.__init__(publications.MOST_BYTES_KEPT)  # type: ignore[misc]


@contextlib.contextmanager
def desk_on_shipped_tables(folder: Path) -> Iterator[PricedDesk]:
    """A desk whose clinic has published twice, and a draft at the clinic's and at the national tables."""
    shutil.copytree(SHIPPED, folder / "pricing")
    with contextlib.closing(open_database(f"sqlite:///{folder}/estimator.db")) as database:
        migrate(database)
        priced = PricedDesk(database, folder=folder / "pricing")
        publish_a_comment(priced.desk)
        for owner in FILES:
            draft_a_comment(priced.desk, owner)
        with settled():
            bring_in_step(priced)
            yield priced


def bring_in_step(priced: PricedDesk) -> None:
    """Have the folder say what is published; the second look finds that it does."""
    for _ in range(2):
        priced.app.extensions["site"].prices.refresh()


@contextlib.contextmanager
def settled() -> Iterator[None]:
    """Has the folder brought in step at the next look, not half a second after its last change."""
    usual = sync.SETTLED_SECONDS
    sync.SETTLED_SECONDS = 0.0
    try:
        yield
    finally:
        sync.SETTLED_SECONDS = usual


def draft_a_comment(desk: Desk, owner: str) -> None:
    """One more line in the owner's draft."""
    desk.change(owner, FILES[owner], lambda data: data + b"# Looked at.\n", "Ann")


def publish_a_comment(desk: Desk, owner: str = CLINIC) -> None:
    """One more version of the owner's tables; a draft is behind then."""
    latest = desk.publications.latest(owner)
    assert latest
    files = desk.publications.files(latest)
    files[FILES[owner]] += b"# Still right.\n"
    said = {"based_on": latest.number, "by": "Ben", "why": "Looked at", "how": "command", "in_force_from": TODAY}
    publish_files(desk.publications, owner, files, **said)
