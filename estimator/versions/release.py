"""
The national tables that come with a release of the program: a proposal, which a person compares and takes or leaves.

They are put together with what was changed here, line by line. What both changed stands as here: the release does not
know why. What it was put together from is the release that was taken last, or else the first publication.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from estimator.prices.book import NATIONAL
from estimator.prices.digests import digests_of
from estimator.prices.reading import collect
from estimator.sentences import say
from estimator.store.journal import add_entry_in
from estimator.store.settings import WHOLE_SITE, put_in
from estimator.store.stored_sentences import RELEASE_FILES
from estimator.versions.desk import Desk
from estimator.versions.drafts import Draft
from estimator.versions.publications import Files, keep_texts_in
from estimator.versions.snapshot import Snapshot
from estimator.versions.three_way import Merged, three_way

_SETTING = "release"

_three_way = lru_cache(maxsize=64)(three_way)
"""A page of the desk asks again and again, and the texts are the same for weeks: saves 4 to 7 ms for each file."""


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """The proposal of a release over the desk of national tables: `shipped` are its files, by name."""

    desk: Desk
    shipped: Files

    def changed(self, snapshot: Snapshot) -> dict[str, Merged]:
        """
        The files of the desk's tables that the release changes, put together with them; mostly none.

        None, too, where the tables never came from a release: no file of theirs has the name of one.
        """
        work, base = snapshot.work(NATIONAL), self._base(snapshot)
        if not base.keys() & self.shipped.keys():
            return {}
        found = {}
        for name, theirs in self.shipped.items():
            ours = work.files.get(name, b"")
            if ours == theirs or base.get(name) == theirs:
                continue
            merged = _three_way(base.get(name, ours), ours, theirs)
            if merged.text != ours:
                found[name] = merged
        return found

    def take(self, snapshot: Snapshot, by: str) -> Draft | None:
        """Put the proposal into the draft, where it counts once that is published; raises `DraftConflict`."""
        work = snapshot.work(NATIONAL)
        files = {name: one.text for name, one in self.changed(snapshot).items()}
        draft = self.desk.edit(NATIONAL, files, revision=work.revision, by=by)
        self._note(snapshot, by, "took the release", after=work.latest.number if work.latest else 0)
        return draft

    def leave(self, snapshot: Snapshot, by: str) -> None:
        """Keep the tables as they are; the release is not proposed again."""
        self._note(snapshot, by, "left the release", after=-1)

    def _base(self, snapshot: Snapshot) -> Files:
        """The release that the tables come from: noted, once something was published since; else the first texts."""
        noted = json.loads(self.desk.settings.get(WHOLE_SITE, _SETTING) or "{}")
        latest = snapshot.timeline.latest(NATIONAL)
        if noted and latest is not None and latest.number > noted["after"]:
            return self._texts(noted["files"])
        if noted and noted["before"]:
            return self._texts(noted["before"])
        first = snapshot.timeline.get(NATIONAL, 1)
        return snapshot.files(first) if first and first.how == "first" else {}

    def _texts(self, digests: Mapping[str, str]) -> Files:
        found = self.desk.publications.texts(set(digests.values()))
        return {name: found[digest] for name, digest in digests.items()}

    def _note(self, snapshot: Snapshot, by: str, action: str, after: int) -> None:
        """Write down that the release was looked at; it counts as taken once there is a publication `after` this."""
        noted = {"files": digests_of(self.shipped), "after": after, "before": digests_of(self._base(snapshot))}
        with self.desk.database.writing() as connection:
            keep_texts_in(connection, self.shipped)
            put_in(connection, _SETTING, json.dumps(noted))
            add_entry_in(connection, by, action, NATIONAL, say(RELEASE_FILES, number=len(self.shipped)))


def release_of(desk: Desk, shipped: Path, folder: Path | None) -> Release | None:
    """The proposal of the tables in `shipped`; None where those are the very `folder` that people edit."""
    if folder is not None and folder.resolve() == shipped.resolve():
        return None
    files, _problems = collect(shipped)
    return Release(desk, {name: text for name, text in files.items() if name.startswith("national/")})
