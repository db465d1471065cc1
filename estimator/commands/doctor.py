"""``estimator doctor``: what is wrong with store, folder and settings, and what to do. It changes nothing."""

import argparse
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from estimator.commands.shared import REFUSED
from estimator.places import data_folder, working_folder

if TYPE_CHECKING:
    from estimator.store.database import Database

LEAST_FREE_BYTES = 200_000_000
CLOCK_SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something looked at: `says` what was found; `do` is what to do about it, empty where all is well."""

    says: str
    do: str = ""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``doctor`` to the commands."""
    doctor = commands.add_parser("doctor", help="what is wrong with store, folder and settings, and what to do")
    doctor.set_defaults(run=_run)


def _run(_options: argparse.Namespace) -> int:
    """Print what was found; status 1 where something is to be done."""
    found = [*_settings(), *_data_folder(), *_store()]
    for one in found:
        print(f"wrong: {one.says}\n       {one.do}" if one.do else f"well:  {one.says}")
    wrong = sum(bool(one.do) for one in found)
    print(f"{wrong} of {len(found)} to be put right." if wrong else "Nothing is wrong.")
    return REFUSED if wrong else 0


def _settings() -> Iterator[Finding]:
    said = os.environ.get("ESTIMATOR_FOLDER", "").strip().lower()
    if said not in ("", "on", "off"):
        yield Finding(f"ESTIMATOR_FOLDER is '{said}'", "Set it to on or off, or leave it out.")
    https = os.environ.get("ESTIMATOR_HTTPS", "").strip().lower()
    if https not in ("", "on", "off"):
        yield Finding(f"ESTIMATOR_HTTPS is '{https}'", "Set it to on, or leave it out.")
    if https == "on" and not os.environ.get("ESTIMATOR_PROXY", "").strip():
        yield Finding(
            "ESTIMATOR_HTTPS is on, but ESTIMATOR_PROXY names no proxy: all visitors seem to have one address",
            "Set ESTIMATOR_PROXY to the address that the proxy connects from, such as 127.0.0.1.",
        )


def _data_folder() -> Iterator[Finding]:
    folder = data_folder()
    if not folder.is_dir():
        yield Finding(f"the data folder {folder} is not there", "Start the server once, or set ESTIMATOR_DATA.")
        return
    if not os.access(folder, os.W_OK):
        yield Finding(f"the data folder {folder} cannot be written", "Give it to the user that the server runs as.")
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        yield Finding(f"the disk of {folder} has {free // 1_000_000} MB left", "Make room: without it nothing is kept.")
    for path in sorted(folder.iterdir()):
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding(f"{path} can be read by others on this machine", f"chmod 600 '{path}'")
    yield Finding(f"the data folder is {folder}")


def _store() -> Iterator[Finding]:
    from sqlalchemy.exc import SQLAlchemyError

    from estimator.store.database import StoreUnavailable, database_at, error_text, sqlite_path
    from estimator.store.opening import store_url

    try:
        database = database_at(store_url())
    except StoreUnavailable as error:
        yield Finding(str(error), "Set ESTIMATOR_DATABASE, or leave it out for a file in the data folder.")
        return
    with closing(database):
        if database.is_sqlite and not sqlite_path(database).exists():
            yield _missing(database)
            return
        try:
            yield from _opened(database)
        except SQLAlchemyError as error:
            yield Finding(
                f"the store {database.name} does not answer: {error_text(error)}",
                "Is the database running, and may this user reach it? If the file is damaged: 'estimator restore"
                " --replace FILE'.",
            )


def _missing(database: "Database") -> Finding:
    if _kept_prices():
        return Finding(f"the store {database.name} is gone", "estimator restore FILE, or without a backup: recover.")
    return Finding(f"there is no store {database.name} yet", "Start the server once: estimator serve")


def _kept_prices() -> bool:
    from estimator.versions.folder.last_good import FILE, LastGood

    return LastGood(data_folder() / FILE).exists()


def _opened(database: "Database") -> Iterator[Finding]:
    from estimator.accounts.accounts import Accounts
    from estimator.store.health import damage_in
    from estimator.store.migrations import HEAD, revision_in
    from estimator.versions.publications import Publications

    if damage := damage_in(database):
        yield Finding(f"the store {database.name} is damaged: {damage}", "estimator restore --replace FILE")
        return
    with database.reading() as connection:
        revision = revision_in(connection)
    if revision is None or revision < HEAD:
        yield Finding(f"the tables of {database.name} are older than this program", "The next start updates them.")
        return
    if revision > HEAD:
        yield Finding(f"the tables of {database.name} are of a newer program", "Install that one, or a later one.")
        return
    newest = next(iter(Publications(database).history()), None)
    if newest is None:
        yield (_missing(database) if _kept_prices() else Finding(f"the store {database.name} is empty", "Start once."))
        return
    yield Finding(f"the store {database.name} is whole, with {newest.id} publications")
    if newest.at > datetime.now(UTC) + CLOCK_SLACK:
        yield Finding(
            f"the newest publication is of {newest.at:%Y-%m-%d %H:%M} UTC, which is still to come by this clock",
            "Set the machine's clock: what is in force depends on the day.",
        )
    if not Accounts(database).any():
        yield Finding("nobody has an account at the desk", "estimator admin add NAME --role owner --clinic all")
    yield from _tables(database)


def _tables(database: "Database") -> Iterator[Finding]:
    """What is published and the folder beside it, as a server would find them."""
    from estimator.prices.watched_folder import BrokenTables
    from estimator.store.database import StoreUnavailable
    from estimator.versions.folder.folder_mark import belongs_to
    from estimator.versions.folder.published_books import PublishedPriceBooks

    try:
        problems = PublishedPriceBooks(database).problems
    except BrokenTables as error:
        problems = error.problems
    for problem in problems:
        if not problem.alert:
            yield Finding(f"published prices: {problem}", problem.fix or "Publish a correction at the desk.")
    if os.environ.get("ESTIMATOR_FOLDER", "").strip().lower() == "off":
        return
    try:
        folder = belongs_to(database, working_folder(Path.cwd()))
    except StoreUnavailable as error:
        yield Finding(str(error).split(". ")[0], str(error).split(". ", 1)[-1])
        return
    if folder is None:
        yield Finding("no folder of price tables is kept in step")
    else:
        yield Finding(f"{folder} is the folder that is kept in step; 'estimator prices folder' compares it")
