"""
What reaches patients: a draft published, the last publication undone, one price checked again.

Each looks first and then writes in one transaction, which is refused when anything was published in between.
"""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from typing import TypeVar

from sqlalchemy import Connection

from estimator.prices.problems import Problem
from estimator.sentences import say
from estimator.store.journal import add_entry_in
from estimator.store.stored_sentences import PUBLISHED, UNDID
from estimator.versions.checking import Checked
from estimator.versions.desk_queries import DeskQueries
from estimator.versions.drafting import Edit
from estimator.versions.drafts import Draft, DraftConflict, Proposal, draft_in
from estimator.versions.previewing import Preview, alert_key, preview
from estimator.versions.publications import (
    Files,
    How,
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


class Publishing(DeskQueries):
    """The part of the desk that publishes."""

    __slots__ = ()

    def publish(
        self,
        owner: str,
        *,
        revision: int,
        by: str,
        why: str,
        in_force_from: date,
        ticked: Collection[str] = (),
        how: How = "browser",
    ) -> Publication | Proposal:
        """
        Publish the draft seen at `revision`; or, where it moves a patient by more than the owner's threshold and nobody
        else has proposed it, propose it to a second person.

        `ticked` are the keys of the alerts that were looked at. Raises `DraftConflict` and every `PublicationRefused`.
        """
        return self._retried(lambda seen: self._publish(seen, owner, revision, by, why, in_force_from, ticked, how))

    def _publish(
        self,
        seen: int,
        owner: str,
        revision: int,
        by: str,
        why: str,
        in_force_from: date,
        ticked: Collection[str],
        how: How,
    ) -> Publication | Proposal:
        work = self.work(owner)
        if work.draft is None:
            raise NoDraft
        if work.revision != revision:
            raise DraftConflict(work.draft)
        if work.behind:
            raise PublicationConflict(work.latest)
        found = self._looked_at(work, in_force_from, ticked)
        large = self._is_large(work, found)
        agreed = large and _is_agreed(work.draft.proposal, by, in_force_from, self.today())
        if large and not agreed:
            proposal = Proposal(by, why, in_force_from, datetime.now(UTC))
            with self.database.writing() as connection:
                self.drafts.propose_in(connection, owner, revision, proposal)
                add_entry_in(connection, by, "proposed", owner, why)
            return proposal
        names = f"{work.draft.proposal.by}, {by}" if agreed and work.draft.proposal else by
        with self.database.writing() as connection:
            # Publications before drafts, as everywhere: so two who publish never wait for each other.
            publication = self.publications.publish_in(
                connection,
                owner,
                work.files,
                based_on=work.draft.based_on,
                by=names,
                why=why,
                how=how,
                in_force_from=in_force_from,
                checked_at=seen,
            )
            self.drafts.discard_in(connection, owner, revision)
            detail = say(PUBLISHED, number=publication.number, day=in_force_from, why=why)
            add_entry_in(connection, by, "published", owner, detail)
            return publication

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

    def _looked_at(self, work: Work, in_force_from: date, ticked: Collection[str]) -> Preview | None:
        """What the draft does, once it has no errors and every new alert is ticked."""
        checked = self._readable(work.owner, work.files, in_force_from)
        found = preview(self.snapshot(work.owner), work.owner, checked, in_force_from)
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
        return found is None or found.largest_move > threshold

    def undo(self, owner: str, *, seen: int, by: str, why: str) -> Publication:
        """
        Publish again what stood before the last publication, whose number was `seen`.

        Raises `PublicationConflict`, `NothingToUndo`, or `TablesHaveErrors` when the old text no longer fits.
        """
        return self._retried(lambda newest: self._undo(newest, owner, seen, by, why))

    def _undo(self, newest: int, owner: str, seen: int, by: str, why: str) -> Publication:
        latest = self.publications.latest(owner)
        if latest is None or latest.number != seen:
            raise PublicationConflict(latest)
        before = self.publications.get(owner, seen - 1)
        if before is None:
            raise NothingToUndo
        day = max(self.today(), before.in_force_from)
        files = self.publications.files(before)
        self._readable(owner, files, day)
        with self.database.writing() as connection:
            publication = self.publications.publish_in(
                connection,
                owner,
                files,
                based_on=latest.number,
                by=by,
                why=why,
                how="undo",
                in_force_from=day,
                checked_at=newest,
            )
            detail = say(
                UNDID,
                undone=latest.number,
                number=publication.number,
                day=day,
                why=why,
                before=before.number,
            )
            add_entry_in(connection, by, "undid", owner, detail)
            return publication

    def confirm(self, owner: str, name: str, edit: Edit, *, by: str, why: str) -> Publication:
        """
        Publish one edit of one file by itself, past the draft: "I checked this, still right".

        The draft, where there is one, takes the edit over if its own lines leave room for it; otherwise it is behind,
        as after anybody's publication. Raises what `edit` raises and every `PublicationRefused`.
        """
        return self._retried(lambda newest: self._confirm(newest, owner, name, edit, by, why))

    def _confirm(self, newest: int, owner: str, name: str, edit: Edit, by: str, why: str) -> Publication:
        work = self.work(owner)
        if work.latest is None:
            raise PublicationConflict(None)
        old = self.publications.files(work.latest)
        new = {**old, name: edit(old.get(name, b""))}
        day = max(self.today(), work.latest.in_force_from)
        self._readable(owner, new, day)
        with self.database.writing() as connection:
            publication = self.publications.publish_in(
                connection,
                owner,
                new,
                based_on=work.latest.number,
                by=by,
                why=why,
                how="browser",
                in_force_from=day,
                checked_at=newest,
            )
            add_entry_in(connection, by, "checked", owner, why)
            if work.draft and not work.behind:
                self._carry_over(connection, work.draft, publication, name, old, new)
            return publication

    def _carry_over(
        self, connection: Connection, draft: Draft, publication: Publication, name: str, old: Files, new: Files
    ) -> None:
        """Put the draft, and its proposal, onto a publication of one file; where lines collide it is behind."""
        current = draft_in(connection, draft.owner, lock=True)
        if current is None or current.revision != draft.revision:
            # Somebody saved it at this moment: it is behind, as after anybody's publication.
            return
        carried = _carried(draft, name, old, new)
        if carried is None:
            return
        changed = {one: content for one, content in carried.items() if new.get(one) != content}
        if not changed:
            self.drafts.discard_in(connection, draft.owner, draft.revision)
            return
        self.drafts.save_in(
            connection,
            draft.owner,
            changed,
            based_on=publication.number,
            revision=draft.revision,
            by=draft.by,
            at=draft.at,
            proposal=draft.proposal,
        )


def _carried(draft: Draft, name: str, old: Files, new: Files) -> Files | None:
    """The draft's changes on top of a new publication of one file; None where lines collide."""
    if name not in draft.changed:
        return draft.changed
    merged = three_way(old.get(name, b""), draft.changed[name], new[name])
    return None if merged.collisions else {**draft.changed, name: merged.text}


def _is_agreed(proposal: Proposal | None, by: str, day: date, today: date) -> bool:
    """Whether somebody else proposed this draft for this day; a day that has passed meanwhile means at once."""
    return proposal is not None and proposal.by != by and max(proposal.in_force_from, today) == day
