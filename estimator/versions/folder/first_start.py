"""The first start: a store without publications begins with what a folder holds."""

from datetime import date
from pathlib import Path

from estimator.prices.book import NATIONAL
from estimator.prices.reading import collect, read_files
from estimator.prices.watched_folder import BrokenTables
from estimator.sentences import say
from estimator.store.journal import add_entry_in
from estimator.store.stored_sentences import AT_THE_FIRST_START, BY_ESTIMATOR, FIRST_VERSION
from estimator.versions.folder.notes import FolderNotes
from estimator.versions.publications import NewPublication, PublicationRefused, Publications
from estimator.versions.snapshot import clinic_file

FIRST_DAY = date(2000, 1, 1)
"""From when on the first publications are in force: before every day that anybody will ask for, in any time zone."""


def publish_first(publications: Publications, folder: Path, notes: FolderNotes | None = None) -> None:
    """
    Publish the tables of `folder`, unless something is published already, and note that the folder holds them.

    A clinic whose file has errors is left out. Raises `BrokenTables` when the national tables have errors.
    """
    if publications.latest(NATIONAL) is not None:
        return
    files, unread = collect(folder)
    reading = read_files(files, unread=unread)
    if reading.books is None:
        raise BrokenTables(folder, reading.errors)
    owners = {NATIONAL: {name: content for name, content in files.items() if name.startswith("national/")}}
    owners |= {clinic: {clinic_file(clinic): files[clinic_file(clinic)]} for clinic in reading.books.clinics}
    try:
        with publications.database.writing() as connection:
            for owner, own in owners.items():
                new = NewPublication(
                    owner=owner,
                    files=own,
                    based_on=0,
                    by=BY_ESTIMATOR,
                    why=AT_THE_FIRST_START,
                    how="first",
                    in_force_from=FIRST_DAY,
                )
                publications.publish_in(connection, new)
                if notes is not None:
                    notes.note_in(connection, owner, 1)
                add_entry_in(connection, BY_ESTIMATOR, "published", owner, say(FIRST_VERSION, number=1))
    except PublicationRefused:
        # Another process that started at the same time was faster.
        return
