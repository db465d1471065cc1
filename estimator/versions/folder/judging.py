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
class Same:
    """The files are what is in force (or neither is there)."""

    in_force: Publication | None


@dataclass(frozen=True, slots=True)
class StoreMovedOn:
    """The files are published texts, but not what is in force: that has to be written over them."""

    in_force: Publication


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody edited the files of what is in force; `base` is that, None where nothing was published yet."""

    base: Publication | None


@dataclass(frozen=True, slots=True)
class Collided:
    """
    Somebody edited the files, and something else was published that the edit knows nothing of: `published`.

    `base` is the publication that was edited, None where that is not known. `why` tells ``both`` changed from an edit
    while a publication is ``pending`` that begins on a later day.
    """

    why: Literal["both", "pending"]
    published: Publication
    base: Publication | None


Judgement = Same | StoreMovedOn | Edited | Collided


def judge(held: Digests, noted: int | None, history: Sequence[Publication], day: date) -> Judgement:
    """
    Judge the files `held`; `noted` is the number they last were, None where nobody wrote that down.

    `history` are the owner's publications, oldest first.
    """
    in_force = in_force_of(history, day)
    if in_force is None:
        return _not_begun(held, history)
    if held == in_force.files:
        return Same(in_force)
    if noted == in_force.number:
        latest = history[-1]
        return Edited(in_force) if latest.number == noted else Collided("pending", latest, in_force)
    if _all_published(held, noted, in_force, history):
        return StoreMovedOn(in_force)
    return Collided("both", in_force, history[noted - 1] if noted else None)


def _not_begun(held: Digests, history: Sequence[Publication]) -> Judgement:
    if not held:
        return Same(None)
    return Collided("pending", history[-1], None) if history else Edited(None)


def _all_published(held: Digests, noted: int | None, in_force: Publication, history: Sequence[Publication]) -> bool:
    """
    Whether each file, for itself, is as one of the publications since `noted` had it.

    Each for itself, because a crash while several files were being written leaves some old and some new. Where nothing
    was noted, a file that is not there was never written.
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
