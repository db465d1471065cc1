"""
``estimator backup | restore | recover``: the store whole, in one file, and a new one where it is lost.

What belongs to the store is imported inside functions: the other commands start half a second sooner that way.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from estimator.commands.shared import REFUSED, USED_WRONGLY, CommandRefused
from estimator.places import data_folder
from estimator.sentences import reason_of

if TYPE_CHECKING:
    from estimator.store.database import Database


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the three to the commands."""
    backup = commands.add_parser("backup", help="write the whole store to one file, also while the server runs")
    backup.add_argument("file", type=Path, metavar="FILE", help="a new file; it holds secrets, keep it like a password")
    backup.set_defaults(run=partial(_run, _backup))

    restore = commands.add_parser("restore", help="put a backup in the place of the store")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="also where the store holds something: that is lost")
    restore.set_defaults(run=partial(_run, _restore))

    recover = commands.add_parser("recover", help="begin a new store from price tables, where the store is lost")
    recover.add_argument("--from", dest="tables", type=Path, metavar="DIR", help="instead of the last good prices")
    recover.set_defaults(run=partial(_run, _recover))


def _run(act: Callable[[argparse.Namespace], None], options: argparse.Namespace) -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from estimator.store.database import StoreUnavailable, error_text

    try:
        act(options)
    except CommandRefused as trouble:
        print(trouble, file=sys.stderr)
        return trouble.status
    except StoreUnavailable as trouble:
        print(trouble, file=sys.stderr)
        return REFUSED
    except SQLAlchemyError as trouble:
        print(f"The store failed: {error_text(trouble)}", file=sys.stderr)
        return REFUSED
    return 0


def _backup(options: argparse.Namespace) -> None:
    from estimator.store.backup import write_backup
    from estimator.store.database import database_at
    from estimator.store.opening import store_url

    with closing(database_at(store_url())) as database:
        try:
            rows = write_backup(database, options.file, _secret_on_disk())
        except OSError as error:
            raise CommandRefused(f"{options.file} cannot be written: {reason_of(error)}.", USED_WRONGLY) from error
        size = options.file.stat().st_size
        print(f"{options.file}: {rows} rows of {database.name}, {size / 1000:,.0f} kB.")


def _restore(options: argparse.Namespace) -> None:
    from estimator.store.backup import BadBackup, read_backup, restore_backup

    try:
        head = read_backup(options.file)
    except BadBackup as error:
        raise CommandRefused(f"{options.file} cannot be used: {error}. Nothing was changed.", USED_WRONGLY) from error
    except OSError as error:
        raise CommandRefused(f"{options.file} cannot be read: {reason_of(error)}.", USED_WRONGLY) from error
    with closing(_whole_or_new(options.replace)) as database:
        if not options.replace and _holds_something(database):
            raise CommandRefused(
                f"The store {database.name} holds publications or accounts. With --replace they are lost; 'estimator"
                " backup FILE' keeps them first."
            )
        rows = restore_backup(database, options.file)
        print(f"{database.name} holds the {rows} rows of {_when(head.made_at)}.")
    _put_back_secret(head.secret)


def _recover(options: argparse.Namespace) -> None:
    from estimator.prices.reading import collect
    from estimator.prices.watched_folder import BrokenTables
    from estimator.store.migrations import migrate
    from estimator.versions.folder.first_start import publish_first
    from estimator.versions.folder.last_good import FILE, LastGood
    from estimator.versions.publications import Publications

    kept = LastGood(data_folder() / FILE)
    files = collect(options.tables)[0] if options.tables else kept.files()
    if not files:
        raise CommandRefused(
            f"There are no price tables in {options.tables or kept.path}. Name a folder with --from DIR.", USED_WRONGLY
        )
    with closing(_whole_or_new(True)) as database, tempfile.TemporaryDirectory() as name:
        migrate(database)
        if _holds_something(database):
            raise CommandRefused(f"The store {database.name} holds publications or accounts: nothing is lost here.")
        for path, content in files.items():
            place = Path(name, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        try:
            publish_first(Publications(database), Path(name))
        except BrokenTables as error:
            raise CommandRefused(str(error)) from error
        print(
            f"{database.name} is new, with {len(files)} files as first versions. What was published before, drafts,"
            " accounts and the log are lost; 'estimator admin add' lets the first person in."
        )


def _whole_or_new(may_move: bool) -> "Database":
    """The store to write to; a SQLite file that is damaged is moved aside, and an empty one takes its place."""
    from estimator.store.database import StoreUnreachable, database_at, open_database, sqlite_path
    from estimator.store.health import damage_in
    from estimator.store.opening import store_url

    url = store_url()
    asked = database_at(url)
    if not asked.is_sqlite or not sqlite_path(asked).exists():
        return open_database(url)
    damage = damage_in(asked)
    asked.close()
    if damage is None:
        return open_database(url)
    if not may_move:
        raise StoreUnreachable(f"The database {asked.name} is damaged: {damage}. --replace moves it aside.")
    path = sqlite_path(asked)
    aside = path.with_name(f"{path.name}.damaged-{datetime.now():%Y%m%d-%H%M%S}")
    # The file itself goes last: until then a server finds one that it cannot read, not one that is new.
    for end in ("-wal", "-shm", ""):
        if (part := path.with_name(path.name + end)).exists():
            os.replace(part, aside.with_name(aside.name + end))
    print(f"The damaged file is {aside} now: {damage}.")
    return open_database(url)


def _holds_something(database: "Database") -> bool:
    from sqlalchemy import inspect, text

    with database.reading() as connection:
        held = inspect(connection).get_table_names()
        return any(
            connection.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first()
            for name in ("publications", "accounts")
            if name in held
        )


def _secret_on_disk() -> str | None:
    """The site's secret where a file keeps it: without it nobody's second step can be read again."""
    try:
        return (data_folder() / "secret").read_text(encoding="utf-8").strip()
    except OSError:
        return None


def _put_back_secret(secret: str | None) -> None:
    path = data_folder() / "secret"
    if secret is None or os.environ.get("ESTIMATOR_SECRET") or _secret_on_disk() == secret:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".secret-", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{secret}\n")
    os.replace(name, path)
    print(f"{path} is the backup's. Start the server anew, and everybody signs in anew.")


def _when(instant: datetime) -> str:
    return f"{instant.astimezone():%Y-%m-%d %H:%M}"
