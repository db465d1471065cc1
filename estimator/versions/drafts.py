"""Drafts: what is being edited, one per owner, kept until it is published or discarded."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from estimator.store.database import Database, insert_new
from estimator.store.tables import draft_files, drafts

FIRST_REVISIONS = 100_000_000
"""A draft's first revision is one of so many, by chance."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody's wish to publish the draft as it is, which waits for a second person."""

    by: str
    why: str
    in_force_from: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """
    An owner's draft: `changed` are the files that differ from publication number `based_on`.

    `revision` changes with every save and is never used again for another draft; who saves says which one they saw.
    Any save of a person ends a `proposal`.
    """

    owner: str
    based_on: int
    revision: int
    begun_by: str
    by: str
    at: datetime
    changed: Mapping[str, bytes]
    proposal: Proposal | None = None


class DraftConflict(Exception):
    """The draft is no longer the one the person saw; `current` is the one there is now, if any."""

    def __init__(self, current: Draft | None) -> None:
        self.current = current
        said = (
            f"{current.by} changed this draft meanwhile." if current else "This draft is gone: published or discarded."
        )
        super().__init__(said)


@dataclass(frozen=True, slots=True, eq=False)
class Drafts:
    """The drafts in a store."""

    database: Database

    def get(self, owner: str) -> Draft | None:
        """The owner's draft; looking creates none."""
        with self.database.reading() as connection:
            return draft_in(connection, owner)

    def owners(self) -> list[str]:
        """Everybody who has a draft, by name."""
        with self.database.reading() as connection:
            return list(connection.scalars(select(drafts.c.owner).order_by(drafts.c.owner)))

    def save_in(self, connection: Connection, draft: Draft) -> Draft:
        """
        Put a draft in place of the one that was seen at its revision (0: none), as a part of somebody's transaction.

        Its proposal is one that outlives this save, because the draft was only carried over to a new publication.
        Raises `DraftConflict` when there is another draft by now; the answer has the new revision.
        """
        row: dict[str, Any] = {
            "based_on": draft.based_on,
            # A page that shows a draft which is gone must not pass for one that shows the next.
            "revision": draft.revision + 1 if draft.revision else secrets.randbelow(FIRST_REVISIONS) + 1,
            "by": draft.by,
            "at": draft.at,
            **_columns(draft.proposal),
        }
        if draft.revision:
            self._update(connection, draft.owner, draft.revision, row)
        else:
            self._insert(connection, {**row, "owner": draft.owner, "begun_by": draft.begun_by})
        connection.execute(delete(draft_files).where(draft_files.c.owner == draft.owner))
        rows = [
            {"owner": draft.owner, "name": name, "content": content} for name, content in sorted(draft.changed.items())
        ]
        if rows:
            connection.execute(insert(draft_files), rows)
        saved = draft_in(connection, draft.owner)
        assert saved is not None
        return saved

    def discard_in(self, connection: Connection, owner: str, revision: int) -> None:
        """Throw the draft away, as a part of somebody's transaction; `DraftConflict` when it is not the one seen."""
        current = draft_in(connection, owner, lock=True)
        if current is None or current.revision != revision:
            raise DraftConflict(current)
        connection.execute(delete(draft_files).where(draft_files.c.owner == owner))
        connection.execute(delete(drafts).where(drafts.c.owner == owner))

    def propose_in(self, connection: Connection, owner: str, revision: int, proposal: Proposal) -> None:
        """
        Keep the wish to publish the draft as it is, as a part of somebody's transaction.

        Raises `DraftConflict` when it is not the one seen.
        """
        self._update(connection, owner, revision, _columns(proposal))

    def _update(self, connection: Connection, owner: str, revision: int, row: dict[str, Any]) -> None:
        wanted = update(drafts).where(drafts.c.owner == owner, drafts.c.revision == revision).values(row)
        if connection.execute(wanted).rowcount != 1:
            raise DraftConflict(draft_in(connection, owner, lock=True))

    def _insert(self, connection: Connection, row: dict[str, Any]) -> None:
        if insert_new(connection, drafts, [row]) != 1:
            raise DraftConflict(draft_in(connection, row["owner"], lock=True))


def _columns(proposal: Proposal | None) -> dict[str, Any]:
    return {
        "proposed_by": proposal.by if proposal else None,
        "proposed_why": proposal.why if proposal else None,
        "proposed_from": proposal.in_force_from if proposal else None,
        "proposed_at": proposal.at if proposal else None,
    }


def draft_in(connection: Connection, owner: str, lock: bool = False) -> Draft | None:
    """The owner's draft as `connection` sees it; `lock` keeps others from changing it until the transaction ends."""
    if lock:
        # Before anything is read: a join that has waited would bring the files as they were before.
        connection.execute(select(drafts.c.owner).where(drafts.c.owner == owner).with_for_update())
    return drafts_in(connection, owner).get(owner)


def drafts_in(connection: Connection, owner: str | None = None) -> dict[str, Draft]:
    """The same for everybody's drafts, by owner, or for one owner's."""
    files = (draft_files.c.name, draft_files.c.content)
    wanted = select(drafts, *files).outerjoin(draft_files, draft_files.c.owner == drafts.c.owner)
    wanted = wanted.order_by(drafts.c.owner, draft_files.c.name)
    if owner is not None:
        wanted = wanted.where(drafts.c.owner == owner)
    rows = connection.execute(wanted).mappings()
    return {of: _draft(list(same)) for of, same in groupby(rows, key=itemgetter("owner"))}


def _draft(rows: Sequence[RowMapping]) -> Draft:
    """A draft from its rows, one for each file that it changes."""
    row, proposal = rows[0], None
    if row["proposed_by"] is not None:
        proposal = Proposal(row["proposed_by"], row["proposed_why"], row["proposed_from"], row["proposed_at"])
    return Draft(
        row["owner"],
        row["based_on"],
        row["revision"],
        row["begun_by"],
        row["by"],
        row["at"],
        {one["name"]: bytes(one["content"]) for one in rows if one["name"] is not None},
        proposal,
    )
