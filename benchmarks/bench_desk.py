"""What a page of the clinic's desk costs over the shipped tables: queries, parsed files, time on the processor."""

import tempfile
import time
from pathlib import Path

from support.desk_costs import (
    CLINIC,
    MOST_QUERIES,
    OWNERS_PAGES,
    PAGES,
    Costs,
    counted,
    desk_on_shipped_tables,
    forget_what_is_kept,
)
from support.desk_visits import DeskVisitor

from estimator.prices.book import NATIONAL
from estimator.store.database import Database

ADDRESSES = (
    *(f"/admin/{owner}/{page}" for owner in (CLINIC, NATIONAL) for page in OWNERS_PAGES),
    *(f"/admin/{page}" for page in PAGES),
)


def visit(database: Database, visitor: DeskVisitor, address: str) -> tuple[Costs, float]:
    """What one page costs, and its milliseconds on the processor."""
    with counted(database) as costs:
        begun = time.process_time()
        assert visitor.client.get(address).status_code == 200, address
        return costs, (time.process_time() - begun) * 1000


def main() -> None:
    print("                                               first in its process      again")
    print("                                               queries  parses    ms     queries  parses    ms")
    queries, parses = [], []
    with tempfile.TemporaryDirectory() as folder, desk_on_shipped_tables(Path(folder)) as desk:
        visitor = desk.visitor("Olga")
        for address in ADDRESSES:
            forget_what_is_kept()
            first, ms = visit(desk.database, visitor, address)
            again, ms_again = visit(desk.database, visitor, address)
            print(
                f"{address:<45}{len(first.queries):8}{first.parses.total():8}{ms:8.0f}"
                f"{len(again.queries):10}{again.parses.total():8}{ms_again:8.0f}"
            )
            queries.append(len(first.queries))
            parses.append(max(first.parses.values(), default=0))
    print(
        f"most queries       {max(queries):7}      (mark: at most {MOST_QUERIES}; one more for each 0.4 s a page takes)"
    )
    print(f"most parses        {max(parses):7}      of one file (mark: at most 1)")


if __name__ == "__main__":
    main()
