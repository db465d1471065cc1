"""Drafts: edited by one person or several, thrown away, put onto what somebody else has published meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from estimator.sentences import say
from estimator.store.journal import add_entry_in
from estimator.store.stored_sentences import DRAFT_FROM, DRAFT_GONE, DRAFT_SAYS_THE_SAME
from estimator.versions.desk_queries import DeskQueries
from estimator.versions.drafts import Draft, DraftConflict
from estimator.versions.publications import Files, PublicationConflict
from estimator.versions.snapshot import Snapshot, Work
from estimator.versions.three_way import Merged, Side, three_way

Edit = Callable[[bytes], bytes]
"""A change of one file's text."""


class Drafting(DeskQueries):
    """The part of the desk that writes drafts; nothing here reaches patients."""

    __slots__ = ()

    def edit(self, owner: str, files: Files, *, revision: int, by: str) -> Draft | None:
        """
        Put `files`, by name, into the draft that was seen at `revision` (0: none), broken or not.

        A draft that no longer differs from what is published goes away. Raises `DraftConflict`.
        """
        return self._save(self.work(owner), files, revision, by)

    def change(self, owner: str, name: str, edit: Edit, by: str) -> Draft | None:
        """
        Change one file of the draft as it is now; raises what `edit` raises, and `DraftConflict`.

        For edits that find their own place in the text, such as one price: they need not have seen the rest.
        """
        work = self.work(owner)
        return self._save(work, {name: edit(work.files.get(name, b""))}, work.revision, by)

    def _save(self, work: Work, files: Files, revision: int, by: str) -> Draft | None:
        if revision != work.revision:
            raise DraftConflict(work.draft)
        owner, based_on, wanted = work.owner, work.based_on, {**work.files, **files}
        changed = {name: content for name, content in wanted.items() if work.base_files.get(name) != content}
        with self.database.writing() as connection:
            if not changed:
                if revision:
                    self.drafts.discard_in(connection, owner, revision)
                    add_entry_in(connection, by, "discarded", owner, DRAFT_SAYS_THE_SAME)
                return None
            draft = Draft(owner, based_on, revision, by, by, datetime.now(UTC), changed)
            draft = self.drafts.save_in(connection, draft)
            if not revision:
                add_entry_in(connection, by, "began a draft", owner, say(DRAFT_FROM, number=based_on))
            return draft

    def discard(self, owner: str, *, revision: int, by: str) -> None:
        """Throw the draft away that was seen at `revision`; raises `DraftConflict`."""
        with self.database.writing() as connection:
            self.drafts.discard_in(connection, owner, revision)
            add_entry_in(connection, by, "discarded", owner, say(DRAFT_GONE, revision=revision))

    def take_back(self, owner: str, changed: Files, *, based_on: int, by: str) -> Draft | None:
        """
        Begin a draft anew with the files of one that was thrown away, on the publication that it was made from.

        Raises `DraftConflict` where there is one by now, and `PublicationConflict` where that publication is none.
        """
        base = self.publications.get(owner, based_on)
        latest = self.publications.latest(owner)
        if latest is not None and base is None:
            raise PublicationConflict(latest)
        base_files = self.publications.files(base) if base else {}
        return self._save(Work(owner, latest, base, base_files, base_files, None), changed, 0, by)

    def take_merged(self, owner: str, files: Files, *, revision: int, onto: int, by: str) -> Draft | None:
        """
        Go on from publication number `onto`, the latest one seen, with `files` as the draft's changes.

        Raises `DraftConflict`, or `PublicationConflict` when there is a later one by now.
        """
        work = self.work(owner)
        if work.latest is None or work.latest.number != onto:
            raise PublicationConflict(work.latest)
        latest = self.publications.files(work.latest)
        return self._save(replace(work, base=work.latest, base_files=latest, files=latest), files, revision, by)


def merge_draft(
    snapshot: Snapshot, owner: str, decided: Mapping[str, Mapping[int, Side]] | None = None
) -> dict[str, Merged]:
    """The draft's changes and the latest publication's, file by file, where the draft is behind."""
    work = snapshot.work(owner)
    theirs = snapshot.files(work.latest)
    return {
        name: three_way(work.base_files.get(name, b""), text, theirs.get(name, b""), (decided or {}).get(name))
        for name, text in (work.draft.changed if work.draft else {}).items()
    }
