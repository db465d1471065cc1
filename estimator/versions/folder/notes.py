"""Which publication the files of a folder were last known to hold, written down in the store."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from estimator.store.database import Database
from estimator.store.tables import on_disk
from estimator.versions.folder.folder_mark import mark_of, place_of


@dataclass(frozen=True, slots=True, eq=False)
class FolderNotes:
    """The notes about one folder."""

    database: Database
    folder: Path

    @property
    def key(self) -> str:
        """What the folder is known by: its mark, or until it has one its place."""
        return mark_of(self.folder) or place_of(self.folder)

    def numbers(self) -> dict[str, int]:
        """The number of the publication that each owner's files were."""
        wanted = select(on_disk.c.owner, on_disk.c.number).where(on_disk.c.folder == self.key)
        with self.database.reading() as connection:
            return {row.owner: row.number for row in connection.execute(wanted)}

    def note_in(self, connection: Connection, owner: str, number: int) -> None:
        """Write down that the owner's files are publication `number`, as a part of somebody's transaction."""
        dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
        row = {"folder": self.key, "owner": owner, "number": number}
        wanted = dialect.insert(on_disk).values(row)
        connection.execute(wanted.on_conflict_do_update(index_elements=["folder", "owner"], set_={"number": number}))
