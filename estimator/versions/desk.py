"""
What a person does at the desk: edit a draft, publish it, undo, check a price again.

Who may do what is the web's and the command line's business; what happens, and that it happens whole, is decided here.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TypeVar

from sqlalchemy import Connection

from estimator.prices.problems import Problem
from estimator.versions.checking import Checked, check
from estimator.versions.database import Database
from estimator.versions.drafts import Draft, DraftConflict, Drafts, Proposal, draft_in
from estimator.versions.journal import Journal, add_in
from estimator.versions.lines import Merged, Side, three_way
from estimator.versions.previewing import Preview, alert_key, preview
from estimator.versions.publications import (
    Files,
    How,
    Overtaken,
    Publication,
    PublicationConflict,
    PublicationRefused,
    Publications,
)
from estimator.versions.settings import Settings

SECOND_PERSON_ABOVE = "second_person_above"
"""The setting: basis points of a reference patient's typical amount above which a second person has to agree."""

T = TypeVar("T")

Edit = Callable[[bytes], bytes]
"""A change of one file's text."""


class DraftHasErrors(PublicationRefused):
    """Something in the files has to be put right before they can be published."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("These tables have errors. Put them right first.")


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


@dataclass(frozen=True)
class Work:
    """
    One owner's tables as they stand on the desk.

    `base` is the publication that the draft was made from (the latest one where there is no draft), `files` are all
    files with the draft's changes in place.
    """

    owner: str
    latest: Publication | None
    base: Publication | None
    base_files: Files
    files: Files
    draft: Draft | None

    @property
    def revision(self) -> int:
        """The draft's, 0 where there is none."""
        return self.draft.revision if self.draft else 0

    @property
    def based_on(self) -> int:
        return self.base.number if self.base else 0

    @cached_property
    def behind(self) -> bool:
        """Whether somebody published since the draft was begun."""
        return self.draft is not None and self.latest is not None and self.latest.number != self.draft.based_on


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """The desk over a store; `today` is the site's day."""

    database: Database
    today: Callable[[], date]

    @property
    def publications(self) -> Publications:
        return Publications(self.database)

    @property
    def drafts(self) -> Drafts:
        return Drafts(self.database)

    @property
    def journal(self) -> Journal:
        return Journal(self.database)

    @property
    def settings(self) -> Settings:
        return Settings(self.database)

    # Looking

    def work(self, owner: str) -> Work:
        """What is on the desk for `owner`; looking changes nothing."""
        latest, draft = self.publications.latest(owner), self.drafts.get(owner)
        base = latest
        if draft and latest and draft.based_on != latest.number:
            base = self.publications.get(owner, draft.based_on)
        base_files = self.publications.files(base) if base else {}
        files = {**base_files, **(draft.changed if draft else {})}
        return Work(owner, latest, base, base_files, files, draft)

    def check(self, owner: str, files: Files, day: date | None = None) -> Checked:
        """What is wrong with `files`, among what others have in force on `day` (today)."""
        return check(self.publications, owner, files, day or self.today(), self.today())

    def preview(self, owner: str, files: Files, in_force_from: date, day: date | None = None) -> Preview | None:
        """What publishing `files` would do; None while they have errors, or where nothing is in force yet."""
        checked = self.check(owner, files, in_force_from)
        return preview(self.publications, owner, files, checked, in_force_from, self.today(), day)

    def threshold(self, owner: str) -> int | None:
        """Basis points above which a second person has to agree to a publication; None where nobody has to."""
        found = self.settings.get(owner, SECOND_PERSON_ABOVE)
        return int(found) if found is not None else None

    # Editing

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
        return self._put(work.owner, {**work.files, **files}, work.base_files, work.based_on, revision, by)

    def _put(self, owner: str, files: Files, base_files: Files, based_on: int, revision: int, by: str) -> Draft | None:
        changed = {name: content for name, content in files.items() if base_files.get(name) != content}
        with self.database.writing() as connection:
            if not changed:
                if revision:
                    self.drafts.discard_in(connection, owner, revision)
                    add_in(connection, by, "discarded", owner, "the draft came to say what is published")
                return None
            draft = self.drafts.save_in(connection, owner, changed, based_on=based_on, revision=revision, by=by)
            if not revision:
                add_in(connection, by, "began a draft", owner, f"from version {based_on}")
            return draft

    def discard(self, owner: str, *, revision: int, by: str) -> None:
        """Throw the draft away that was seen at `revision`; raises `DraftConflict`."""
        with self.database.writing() as connection:
            self.drafts.discard_in(connection, owner, revision)
            add_in(connection, by, "discarded", owner, f"the draft at revision {revision}")

    # Two people

    def merged(self, owner: str, decided: Mapping[str, Mapping[int, Side]] | None = None) -> dict[str, Merged]:
        """The draft's changes and the latest publication's, file by file, where the draft is behind."""
        work = self.work(owner)
        theirs = self.publications.files(work.latest) if work.latest else {}
        return {
            name: three_way(work.base_files.get(name, b""), text, theirs.get(name, b""), (decided or {}).get(name))
            for name, text in (work.draft.changed if work.draft else {}).items()
        }

    def take_merged(self, owner: str, files: Files, *, revision: int, onto: int, by: str) -> Draft | None:
        """
        Go on from publication number `onto`, the latest one seen, with `files` as the draft's changes.

        Raises `DraftConflict`, or `PublicationConflict` when there is a later one by now.
        """
        work = self.work(owner)
        if work.latest is None or work.latest.number != onto:
            raise PublicationConflict(work.latest)
        if revision != work.revision:
            raise DraftConflict(work.draft)
        latest = self.publications.files(work.latest)
        return self._put(owner, {**latest, **files}, latest, onto, revision, by)

    # Publishing

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
        return self._unhurried(lambda seen: self._publish(seen, owner, revision, by, why, in_force_from, ticked, how))

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
            self.drafts.propose(owner, revision, proposal)
            self.journal.add(by, "proposed", owner, why)
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
            add_in(connection, by, "published", owner, _said(publication))
            return publication

    def _unhurried(self, attempt: Callable[[int], T]) -> T:
        """
        Make an attempt to publish; again, when somebody published anything between its checks and its transaction.

        It is told the newest publication's id from before its checks.
        """
        while True:
            try:
                return attempt(self.publications.newest_id())
            except Overtaken:
                continue

    def _looked_at(self, work: Work, in_force_from: date, ticked: Collection[str]) -> Preview | None:
        """What the draft does, once it has no errors and every new alert is ticked."""
        checked = self.check(work.owner, work.files, in_force_from)
        if checked.book is None:
            raise DraftHasErrors(checked.errors)
        found = preview(self.publications, work.owner, work.files, checked, in_force_from, self.today())
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

        Raises `PublicationConflict`, `NothingToUndo`, or `DraftHasErrors` when the old text no longer fits the others.
        """
        return self._unhurried(lambda newest: self._undo(newest, owner, seen, by, why))

    def _undo(self, newest: int, owner: str, seen: int, by: str, why: str) -> Publication:
        latest = self.publications.latest(owner)
        if latest is None or latest.number != seen:
            raise PublicationConflict(latest)
        before = self.publications.get(owner, seen - 1)
        if before is None:
            raise NothingToUndo
        day = max(self.today(), before.in_force_from)
        files = self.publications.files(before)
        checked = self.check(owner, files, day)
        if checked.book is None:
            raise DraftHasErrors(checked.errors)
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
            detail = f"version {latest.number}; {_said(publication)} says what version {before.number} said"
            add_in(connection, by, "undid", owner, detail)
            return publication

    def confirm(self, owner: str, name: str, edit: Edit, *, by: str, why: str) -> Publication:
        """
        Publish one edit of one file by itself, past the draft: "I checked this, still right".

        The draft, where there is one, takes the edit over if its own lines leave room for it; otherwise it is behind,
        as after anybody's publication. Raises what `edit` raises and every `PublicationRefused`.
        """
        return self._unhurried(lambda newest: self._confirm(newest, owner, name, edit, by, why))

    def _confirm(self, newest: int, owner: str, name: str, edit: Edit, by: str, why: str) -> Publication:
        work = self.work(owner)
        if work.latest is None:
            raise PublicationConflict(None)
        old = self.publications.files(work.latest)
        new = {**old, name: edit(old.get(name, b""))}
        day = max(self.today(), work.latest.in_force_from)
        checked = self.check(owner, new, day)
        if checked.book is None:
            raise DraftHasErrors(checked.errors)
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
            add_in(connection, by, "checked", owner, why)
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


def _said(publication: Publication) -> str:
    return f"version {publication.number}, from {publication.in_force_from.isoformat()}: {publication.why}"
