"""
Which folder a store's prices are kept in step with: one, known by a mark in it that the store knows too.

Without that, a folder that takes the other's place (an old copy, a fresh container's, the next best one because the
usual one is gone) would be taken for somebody's edits, and its old prices would be published.
"""

import contextlib
import hashlib
import platform
import secrets
from pathlib import Path

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from estimator.sentences import reason_of
from estimator.store.database import Database, StoreUnavailable
from estimator.store.settings import WHOLE_SITE, Settings, put_in
from estimator.store.tables import on_disk, publications

MARK = ".estimator-folder"
"""The file in a folder of tables that says which one it is. Neither copied nor kept under version control."""

_NAME = "folder"
_PLACE = "folder_place"
_LONGEST = 500
_OFF = "or set ESTIMATOR_FOLDER=off to serve what the store says, without a folder"


class OtherFolder(StoreUnavailable):
    """The folder is not the one that the store's prices are kept in step with: the server does not start."""


def mark_of(folder: Path) -> str | None:
    """What the folder is known by; None for one that no store knows."""
    try:
        lines = (folder / MARK).read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return None
    return lines[-1] if lines else None


def claim(database: Database, folder: Path | None) -> str | None:
    """
    The mark of the one folder that is kept in step with the store; None where there is none.

    A store that knows of no folder takes this one. Raises `OtherFolder`.
    """
    if folder is not None and (_known(database) is None or not _is_begun(database)):
        adopt(database, folder)
    belongs_to(database, folder)
    return None if folder is None else _known(database)


def belongs_to(database: Database, folder: Path | None) -> Path | None:
    """The folder, if it is the store's or the store knows of none yet; raises `OtherFolder`."""
    known = _known(database)
    if folder is None:
        if known is not None and _is_begun(database):
            raise OtherFolder(
                f"The prices in the store are kept in step with a folder ({_place(database)}), and there is no folder"
                f" 'pricing' here. Start where it is, put it back, {_OFF}."
            )
    elif known is not None and mark_of(folder) != known:
        raise OtherFolder(
            f"{folder} is not the folder that the prices in the store are kept in step with ({_place(database)})."
            " Start where that one is; or, if this one shall take its place, say so once with"
            f" 'estimator prices folder --adopt'; {_OFF}."
        )
    return folder


def adopt(database: Database, folder: Path) -> str:
    """Make this folder the one that is kept in step, with what is noted about it; raises `OtherFolder`."""
    mark = mark_of(folder) or _marked(folder)
    with contextlib.suppress(IntegrityError), database.writing() as connection:
        put_in(connection, _NAME, mark)
        put_in(connection, _PLACE, str(folder.resolve()))
        if not _has_notes(connection, mark):
            connection.execute(update(on_disk).where(on_disk.c.folder == place_of(folder)).values(folder=mark))
    # Of two servers that start at once on a new store, one was faster.
    found = _known(database)
    assert found is not None
    return found


def place_of(folder: Path) -> str:
    """What a folder without a mark is known by: the machine's name and the path."""
    name = f"{platform.node()}:{folder.resolve()}"
    return name if len(name) <= _LONGEST else hashlib.sha256(name.encode()).hexdigest()


def _marked(folder: Path) -> str:
    mark = secrets.token_hex(16)
    told = "# Which folder of price tables this is, for the store of versions. Do not copy it, do not commit it.\n"
    try:
        with (folder / MARK).open("x", encoding="ascii") as file:
            file.write(f"{told}{mark}\n")
    except FileExistsError:
        return mark_of(folder) or mark
    except OSError as error:
        raise OtherFolder(
            f"{folder} cannot be kept in step with the store: {reason_of(error)}. Make it writable, {_OFF}."
        ) from error
    return mark


def _is_begun(database: Database) -> bool:
    """Whether anything was ever published; until then a folder has only been tried."""
    with database.reading() as connection:
        return connection.scalar(select(publications.c.id).limit(1)) is not None


def _has_notes(connection: Connection, mark: str) -> bool:
    return connection.scalar(select(on_disk.c.owner).where(on_disk.c.folder == mark).limit(1)) is not None


def _known(database: Database) -> str | None:
    return Settings(database).get(WHOLE_SITE, _NAME)


def _place(database: Database) -> str:
    return Settings(database).get(WHOLE_SITE, _PLACE) or "somewhere else"
