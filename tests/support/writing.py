"""What the program writes as a part of its transactions, written by a test in a transaction of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from estimator.store.database import Database
from estimator.store.journal import add_entry_in
from estimator.versions.drafts import Draft, Drafts
from estimator.versions.publications import Files, NewPublication, Publication, Publications


def publish_files(publications: Publications, owner: str, files: Files, **said: Any) -> Publication:
    """Publish files; `said` is the rest of a `NewPublication`."""
    with publications.database.writing() as connection:
        return publications.publish_in(connection, NewPublication(owner=owner, files=files, **said))


def save_draft(
    drafts: Drafts, owner: str, changed: Files, *, based_on: int, revision: int, by: str, at: datetime | None = None
) -> Draft:
    """Put a draft in place of the one seen at `revision`."""
    draft = Draft(owner, based_on, revision, by, by, at or datetime.now(UTC), changed)
    with drafts.database.writing() as connection:
        return drafts.save_in(connection, draft)


def discard_draft(drafts: Drafts, owner: str, revision: int) -> None:
    """Throw away the draft that was seen."""
    with drafts.database.writing() as connection:
        drafts.discard_in(connection, owner, revision)


def write_log(database: Database, who: str, action: str, owner: str = "", detail: str = "") -> None:
    """Write one line of the log."""
    with database.writing() as connection:
        add_entry_in(connection, who, action, owner, detail)
