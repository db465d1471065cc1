"""
A correction for today while other versions wait: what a draft changes, made in each of them.

A draft stands on the version that was published last, which may begin in weeks. To publish its changes today, they are
made in what is in force and in every version that waits, so that none of them is lost or begins early.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from estimator.prices.editing.carrying import carried
from estimator.prices.editing.slices import CannotSplice
from estimator.sentences import Sentence
from estimator.versions.publications import Files, Publication, PublicationRefused
from estimator.versions.snapshot import Snapshot, Work
from estimator.versions.timeline import Timeline


class CannotCarry(PublicationRefused):
    """A change cannot be made in what holds today, or in a version that waits; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Step:
    """Files that hold from `day` on; `waits` is the version whose place they take, None for today's."""

    day: date
    files: Files
    waits: Publication | None


def waiting(timeline: Timeline, owner: str, day: date) -> tuple[Publication, ...]:
    """The owner's versions that begin after `day`, the next one first; overtaken ones left out."""
    found: list[Publication] = []
    for one in reversed(timeline.history(owner)):
        if one.in_force_from <= day:
            break
        if not found or one.in_force_from < found[0].in_force_from:
            found.insert(0, one)
    return tuple(found)


def steps(snapshot: Snapshot, work: Work, day: date) -> tuple[Step, ...]:
    """
    What publishing the draft from `day` on, ahead of what waits, would put in force, oldest first; empty where nothing
    waits then, where nothing is in force yet, or where the changes say nothing about today.

    Raises `CannotCarry`.
    """
    return carried_into(snapshot, work, day, lambda files: work.files)


def carried_into(
    snapshot: Snapshot, work: Work, day: date, change: Callable[[Files], Files], *, base: Files | None = None
) -> tuple[Step, ...]:
    """The same for any `change` of the files that were published last (`base`, by default what the draft stands on)."""
    now = snapshot.timeline.in_force(work.owner, day)
    later = waiting(snapshot.timeline, work.owner, day)
    if now is None or not later:
        return ()
    before = work.base_files if base is None else base
    after = change(before)
    found = [
        Step(max(day, one.in_force_from), _made_in(snapshot.files(one), before, after), None if one is now else one)
        for one in (now, *later)
    ]
    return tuple(found) if found[0].files != snapshot.files(now) else ()


def _made_in(files: Files, before: Files, after: Files) -> Files:
    try:
        changed = {
            name: carried(before.get(name, b""), after[name], files[name]) if name in files else after[name]
            for name in after
            if after[name] != before.get(name)
        }
    except CannotSplice as error:
        raise CannotCarry(error.sentence) from error
    return {**files, **changed}
