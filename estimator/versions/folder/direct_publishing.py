"""Publishing texts from elsewhere, past the draft: what scripts and the command line do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from estimator.prices.problems import Problem
from estimator.prices.reading import collect
from estimator.sentences import say
from estimator.store.journal import add_entry_in
from estimator.store.stored_sentences import PUBLISHED
from estimator.versions.checking import check
from estimator.versions.desk import Desk
from estimator.versions.folder.notes import FolderNotes
from estimator.versions.folder.table_folder import owner_of
from estimator.versions.previewing import Preview, preview
from estimator.versions.publications import Files, NewPublication, Publication, TablesHaveErrors


@dataclass(frozen=True, slots=True, eq=False)
class Consequences:
    """
    What publishing texts would do: what is worth a look, and the preview where something is in force already.

    `too_much` is the largest move of a reference patient, where it is above what one person may publish at the desk.
    """

    alerts: tuple[Problem, ...]
    preview: Preview | None
    too_much: int | None


def consequences_of(desk: Desk, owner: str, files: Files, day: date) -> Consequences:
    """Check texts that are to be in force from `day`; raises `TablesHaveErrors`."""
    snapshot = desk.snapshot(owner)
    checked = check(snapshot, owner, files, day)
    if checked.book is None:
        raise TablesHaveErrors(checked.errors)
    found = preview(snapshot, owner, checked, day)
    threshold = desk.threshold(owner)
    moved = found.largest_move if found else 0
    too_much = moved if threshold is not None and moved > threshold else None
    return Consequences(found.alerts if found else checked.alerts, found, too_much)


def publish_directly(desk: Desk, new: NewPublication, folder: Path | None) -> Publication:
    """
    Publish texts that were looked at; a draft is then behind.

    Where they are what `folder` holds, that is written down too; keeping the folder in step would otherwise take them
    for somebody's edit of the version before. Raises what publishing raises.
    """
    note = _noting(desk, new, folder)
    with desk.database.writing() as connection:
        publication = desk.publications.publish_in(connection, new)
        detail = say(PUBLISHED, number=publication.number, day=new.in_force_from, why=new.why)
        add_entry_in(connection, new.by, "published", new.owner, detail)
        note(connection, publication.number)
    return publication


def _noting(desk: Desk, new: NewPublication, folder: Path | None) -> Callable[[Connection, int], None]:
    if folder is None or new.files != files_in_folder(folder, new.owner)[0]:
        return lambda connection, number: None
    notes = FolderNotes(desk.database, folder)
    return lambda connection, number: notes.note_in(connection, new.owner, number)


def files_in_folder(folder: Path, owner: str) -> tuple[dict[str, bytes], list[Problem]]:
    """The owner's files as they stand in a folder, and those that cannot be had."""
    files, problems = collect(folder)
    own = {name: content for name, content in files.items() if owner_of(name) == owner}
    return own, [problem for problem in problems if owner_of(problem.file) == owner]


def noted_number(desk: Desk, folder: Path, owner: str) -> int | None:
    """The publication that the owner's files in a folder were last known to be; None where nobody knows."""
    return FolderNotes(desk.database, folder).numbers().get(owner)
