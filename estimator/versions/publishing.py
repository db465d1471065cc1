"""
What reaches patients: a draft published, the last publication undone, one price checked again.

Each looks first and then writes in one transaction, which is refused when anything was published in between.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TypeVar

from sqlalchemy import Connection

from estimator.prices.problems import Problem
from estimator.sentences import say
from estimator.store.journal import add_entry_in
from estimator.store.stored_sentences import CARRIED, PUBLISHED, UNDID
from estimator.versions.checking import Checked
from estimator.versions.corrections import CannotCarry, Step, carried_into, steps
from estimator.versions.desk_queries import DeskQueries
from estimator.versions.drafting import Edit
from estimator.versions.drafts import Draft, DraftConflict, Proposal, draft_in
from estimator.versions.previewing import Preview, alert_key, preview
from estimator.versions.publications import (
    Files,
    NewPublication,
    Publication,
    PublicationConflict,
    PublicationRefused,
    StaleCheck,
    TablesHaveErrors,
)
from estimator.versions.snapshot import Work
from estimator.versions.three_way import three_way

T = TypeVar("T")


class AlertsNotTicked(PublicationRefused):
    """Alerts that nobody has ticked."""

    def __init__(self, alerts: tuple[Problem, ...]) -> None:
        self.alerts = alerts
        super().__init__("Look at what is worth a look, and tick it, before you publish.")


class NoDraft(PublicationRefused):
    """There is no draft to publish."""

    def __init__(self) -> None:
        super().__init__("There is no draft to publish.")


class NothingToUndo(PublicationRefused):
    """There is only one publication, or none."""

    def __init__(self) -> None:
        super().__init__("There is nothing to undo: no earlier version was published.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRequest:
    """Somebody's wish to publish the draft seen at `revision`; `ticked` are the keys of the alerts they looked at."""

    owner: str
    revision: int
    by: str
    why: str
    in_force_from: date
    ticked: Collection[str] = ()


class Publishing(DeskQueries):
    """The part of the desk that publishes."""

    __slots__ = ()

    def publish(self, asked: PublishRequest) -> Publication | Proposal:
        """
        Publish the draft; or, where it moves a patient by more than the owner's threshold and nobody else has proposed
        it, propose it to a second person.

        Raises `DraftConflict` and every `PublicationRefused`.
        """
        return self._retried(lambda newest: self._publish(newest, asked))

    def _publish(self, newest: int, asked: PublishRequest) -> Publication | Proposal:
        work = self.work(asked.owner)
        if work.draft is None:
            raise NoDraft
        if work.revision != asked.revision:
            raise DraftConflict(work.draft)
        if work.behind:
            raise PublicationConflict(work.latest)
        ahead = steps(self.snapshot(asked.owner), work, asked.in_force_from)
        found = [
            self._looked_at(work.owner, step.files, step.day, asked.ticked)
            for step in ahead or (Step(asked.in_force_from, work.files, None),)
        ]
        if not any(self._is_large(work, one) for one in found):
            return self._publish_draft(newest, asked, work, asked.by, ahead)
        first = work.draft.proposal
        if first is None or not _is_agreed(first, asked, self.today()):
            return self._propose(asked)
        return self._publish_draft(newest, asked, work, f"{first.by}, {asked.by}", ahead)

    def _propose(self, asked: PublishRequest) -> Proposal:
        proposal = Proposal(asked.by, asked.why, asked.in_force_from, datetime.now(UTC))
        with self.database.writing() as connection:
            self.drafts.propose_in(connection, asked.owner, asked.revision, proposal)
            add_entry_in(connection, asked.by, "proposed", asked.owner, asked.why)
        return proposal

    def _publish_draft(
        self, newest: int, asked: PublishRequest, work: Work, names: str, ahead: Sequence[Step]
    ) -> Publication:
        """The draft as a publication; or, `ahead` of what waits, today's first and then each that waits once more."""
        new = NewPublication(
            owner=asked.owner,
            files=work.files,
            based_on=work.based_on,
            by=names,
            why=asked.why,
            how="browser",
            in_force_from=asked.in_force_from,
            checked_at=newest,
        )
        with self.database.writing() as connection:
            # Publications before drafts, as everywhere: so two who publish never wait for each other.
            done = self._publish_steps_in(connection, new, ahead)
            self.drafts.discard_in(connection, asked.owner, asked.revision)
            for publication in done:
                detail = say(PUBLISHED, number=publication.number, day=publication.in_force_from, why=publication.why)
                add_entry_in(connection, asked.by, "published", asked.owner, detail)
            return done[0]

    def _publish_steps_in(
        self, connection: Connection, new: NewPublication, ahead: Sequence[Step]
    ) -> list[Publication]:
        """`new`, or in its place each of the steps; what waited waits again, with the same day."""
        if not ahead:
            return [self.publications.publish_in(connection, new)]
        first = replace(new, files=ahead[0].files, in_force_from=ahead[0].day, overtakes=True)
        done = [self.publications.publish_in(connection, first)]
        for before, step in pairwise(ahead):
            if step.files == before.files:
                continue
            assert step.waits
            again = replace(
                new,
                files=step.files,
                based_on=done[-1].number,
                in_force_from=step.day,
                why=say(CARRIED, number=step.waits.number, why=new.why),
                checked_at=None,
            )
            done.append(self.publications.publish_in(connection, again))
        return done

    def _retried(self, attempt: Callable[[int], T]) -> T:
        """
        Make an attempt to publish; again, when somebody published anything between its checks and its transaction.

        It is told the newest publication's id from before its checks.
        """
        while True:
            try:
                return attempt(self.publications.newest_id())
            except StaleCheck:
                continue

    def _readable(self, owner: str, files: Files, day: date) -> Checked:
        """What `files` say on `day`, once they have no errors."""
        checked = self.check(owner, files, day)
        if checked.book is None:
            raise TablesHaveErrors(checked.errors)
        return checked

    def _looked_at(self, owner: str, files: Files, in_force_from: date, ticked: Collection[str]) -> Preview | None:
        """What these files do, once they have no errors and every new alert is ticked."""
        checked = self._readable(owner, files, in_force_from)
        found = preview(self.snapshot(owner), owner, checked, in_force_from)
        alerts = found.alerts if found else checked.alerts
        unticked = tuple(alert for alert in alerts if alert_key(alert) not in ticked)
        if unticked:
            raise AlertsNotTicked(unticked)
        return found

    def _is_large(self, work: Work, found: Preview | None) -> bool:
        """Whether a second person has to agree; always where what was published cannot be compared."""
        threshold = self.threshold(work.owner)
        if threshold is None or work.base is None:
            return False
        return found is None or found.before is None or found.largest_move > threshold

    def undo(self, owner: str, *, seen: int, by: str, why: str) -> Publication:
        """
        Publish again what stood before the last publication, whose number was `seen`.

        Raises `PublicationConflict`, `NothingToUndo`, or `TablesHaveErrors` when the old text no longer fits.
        """

        def attempt(newest: int) -> Publication:
            latest = self.publications.latest(owner)
            if latest is None or latest.number != seen:
                raise PublicationConflict(latest)
            before = self.publications.get(owner, seen - 1)
            if before is None:
                raise NothingToUndo
            day = max(self.today(), before.in_force_from)
            files = self.publications.files(before)
            self._readable(owner, files, day)
            new = NewPublication(
                owner=owner,
                files=files,
                based_on=seen,
                by=by,
                why=why,
                how="undo",
                in_force_from=day,
                checked_at=newest,
            )
            with self.database.writing() as connection:
                done = self.publications.publish_in(connection, new)
                detail = say(UNDID, undone=seen, number=done.number, day=day, why=why, before=before.number)
                add_entry_in(connection, by, "undid", owner, detail)
                return done

        return self._retried(attempt)

    def confirm(self, owner: str, name: str, edit: Edit, *, by: str, why: str) -> Publication:
        """
        Publish one edit of one file by itself, past the draft: "I checked this, still right". It is in force today,
        and in every version that waits.

        The draft, where there is one, takes the edit over if its own lines leave room for it; otherwise it is behind,
        as after anybody's publication. Raises what `edit` raises and every `PublicationRefused`.
        """

        def attempt(newest: int) -> Publication:
            snapshot = self.snapshot(owner)
            work = snapshot.work(owner)
            if work.latest is None:
                raise PublicationConflict(None)
            old = self.publications.files(work.latest)
            files = {**old, name: edit(old.get(name, b""))}
            try:
                ahead = carried_into(snapshot, work, self.today(), lambda _: files, base=old)
            except CannotCarry:
                # What holds today says it in another way: then the check is one of the version that waits.
                ahead = ()
            day = max(self.today(), work.latest.in_force_from)
            for step in ahead or (Step(day, files, None),):
                self._readable(owner, step.files, step.day)
            new = NewPublication(
                owner=owner,
                files=files,
                based_on=work.latest.number,
                by=by,
                why=why,
                how="browser",
                in_force_from=day,
                checked_at=newest,
            )
            carried = None if work.draft is None or work.behind else _carried(work.draft, name, old, files)
            with self.database.writing() as connection:
                done = self._publish_steps_in(connection, new, ahead)
                add_entry_in(connection, by, "checked", owner, why)
                if carried is not None:
                    self._carry_over(connection, replace(carried, based_on=done[-1].number))
                return done[0]

        return self._retried(attempt)

    def _carry_over(self, connection: Connection, carried: Draft) -> None:
        """Put a draft in place of the one it came from; where somebody saved that meanwhile, it is left behind."""
        current = draft_in(connection, carried.owner, lock=True)
        if current is None or current.revision != carried.revision:
            return
        if carried.changed:
            self.drafts.save_in(connection, carried)
        else:
            self.drafts.discard_in(connection, carried.owner, carried.revision)


def _carried(draft: Draft, name: str, old: Files, new: Files) -> Draft | None:
    """The draft, and its proposal, on top of a new publication of one file; None where lines collide."""
    changed = dict(draft.changed)
    if name in changed:
        merged = three_way(old.get(name, b""), changed[name], new[name])
        if merged.collisions:
            return None
        changed[name] = merged.text
    return replace(draft, changed={one: content for one, content in changed.items() if new.get(one) != content})


def _is_agreed(first: Proposal, asked: PublishRequest, today: date) -> bool:
    """Whether somebody else proposed this draft for this day; a day that has passed meanwhile means at once."""
    return first.by != asked.by and max(first.in_force_from, today) == asked.in_force_from
