"""One owner's files in a folder, held against the owner's publications: which of the two has moved on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from estimator.versions.publications import Publication
from estimator.versions.timeline import in_force_of

Digests = Mapping[str, str]
"""Digests of files by name; empty where there are no files."""


@dataclass(frozen=True, slots=True)
class InSync:
    """The files are what is in force (or neither is there)."""

    in_force: Publication | None


@dataclass(frozen=True, slots=True)
class StoreAhead:
    """The files are published texts, but not what is in force: that has to be written over them."""

    in_force: Publication


@dataclass(frozen=True, slots=True)
class FolderEdited:
    """Somebody edited the files of what is in force; `base` is that, None where nothing was published yet."""

    base: Publication | None


Why = Literal["both", "pending", "gone", "older"]


@dataclass(frozen=True, slots=True)
class Diverged:
    """
    Only a person can say which stands: the files, or `published`.

    `base` is the publication that was edited, None where that is not known. `why`: ``both`` have changed, or the files
    were edited while a publication is ``pending`` that begins on a later day; or the files have gone back, as an
    upgrade or a version control does it: a file is ``gone``, or says again what it said in an ``older`` publication.
    """

    why: Why
    published: Publication
    base: Publication | None


SyncState = InSync | StoreAhead | FolderEdited | Diverged


def sync_state(held: Digests, noted: int | None, history: Sequence[Publication], day: date) -> SyncState:
    """
    Which of the two has moved on: the files `held` or the publications.

    `noted` is the number that the files last were, None where nobody wrote that down; `history` are the owner's
    publications, oldest first.
    """
    in_force = in_force_of(history, day)
    if in_force is None:
        return _not_begun(held, history)
    if held == in_force.files:
        return InSync(in_force)
    if noted == in_force.number:
        latest = history[-1]
        if latest.number != noted:
            return Diverged("pending", latest, in_force)
        went_back = _went_back(held, in_force, history)
        return Diverged(went_back, in_force, in_force) if went_back else FolderEdited(in_force)
    if _all_published(held, noted, in_force, history):
        return StoreAhead(in_force)
    return Diverged("both", in_force, history[noted - 1] if noted else None)


def _not_begun(held: Digests, history: Sequence[Publication]) -> SyncState:
    if not held:
        return InSync(None)
    return Diverged("pending", history[-1], None) if history else FolderEdited(None)


def _went_back(held: Digests, in_force: Publication, history: Sequence[Publication]) -> Literal["gone", "older"] | None:
    """Whether a file that is in force is gone, or else any says again what an earlier publication said."""
    if in_force.files.keys() - held.keys():
        return "gone"
    changed = {name: digest for name, digest in held.items() if in_force.files.get(name) != digest}
    earlier = any(one.files.get(name) == digest for name, digest in changed.items() for one in history)
    return "older" if earlier else None


def _all_published(held: Digests, noted: int | None, in_force: Publication, history: Sequence[Publication]) -> bool:
    """
    Whether each file, for itself, is as one of the publications since `noted` had it.

    Each for itself, because a crash while several files were being written leaves some old and some new. Where nothing
    was noted, a missing file counts as one that has yet to be written.
    """
    if noted is None:
        since = history
    else:
        first, last = sorted((noted, in_force.number))
        since = history[first - 1 : last]
    for name in {name for one in (held, *(other.files for other in since)) for name in one}:
        known = {one.files.get(name) for one in since} | ({None} if noted is None else set())
        if held.get(name) not in known:
            return False
    return True
