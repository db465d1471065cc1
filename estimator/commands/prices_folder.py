"""``estimator prices folder``: where files on disk and the store differ, and which of them stands, without a desk."""

import argparse
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

from estimator.commands.shared import REFUSED, USED_WRONGLY, CommandRefused, login
from estimator.places import working_folder

if TYPE_CHECKING:
    from estimator.versions.desk import Desk
    from estimator.versions.folder.published_books import PublishedPriceBooks


def folder(options: argparse.Namespace, desk: "Desk", owner: str) -> int:
    """Say what differs, or decide it; status 1 while somebody has to. Raises `CommandRefused`, `OtherFolder`."""
    from estimator.versions.folder.folder_mark import adopt
    from estimator.versions.folder.published_books import PublishedPriceBooks

    place = options.pricing or working_folder(Path.cwd())
    if place is None:
        raise CommandRefused("There is no folder 'pricing' here. Name it with --pricing.", USED_WRONGLY)
    if options.adopt:
        adopt(desk.database, place)
        print(f"{place} is the folder that the prices in the store are kept in step with.")
    # What would be logged is printed below.
    logging.getLogger("estimator").addHandler(logging.NullHandler())
    prices = PublishedPriceBooks(desk.database, place, desk.today)
    _look(prices)
    if options.keep:
        _decide(prices, owner, options.keep, options.by or login())
    for problem in prices.problems:
        print(problem)
    if any(not problem.alert for problem in prices.problems):
        return REFUSED
    print("Files and store say the same.")
    return 0


def _decide(prices: "PublishedPriceBooks", owner: str, keep: str, by: str) -> None:
    conflict = next((one for one in prices.conflicts if one.owner == owner), None)
    resolution = prices.resolution()
    if conflict is None or resolution is None:
        raise CommandRefused(f"There is nothing to decide about {owner}. --clinic says whose files it is about.")
    act = {"files": resolution.keep_disk, "published": resolution.keep_published}[keep]
    act(conflict, by)
    _look(prices)


def _look(prices: "PublishedPriceBooks") -> None:
    """Look at the folder once it has been left alone for so long that what was written a moment ago counts."""
    from estimator.versions.folder.sync import SETTLED_SECONDS

    time.sleep(2 * SETTLED_SECONDS)
    prices.refresh()
