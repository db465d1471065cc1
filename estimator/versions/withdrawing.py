"""
A clinic leaves, comes back, or takes another id; its history stays.

A clinic that is withdrawn has published no files. One that goes on under another id has too, and says so in the reason
of that publication (`moved_to`): nobody can claim another clinic's old links by writing into a table of their own.
"""

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import Connection

from estimator.prices.book import NATIONAL
from estimator.sentences import Sentence, say
from estimator.store.journal import add_entry_in
from estimator.store.stored_sentences import PUBLISHED, PUT_BACK, RENAMED_FROM, RENAMED_TO
from estimator.versions.drafts import draft_in
from estimator.versions.publications import (
    Files,
    How,
    NewPublication,
    Publication,
    PublicationConflict,
    PublicationRefused,
    waiting_of,
)
from estimator.versions.publishing import NothingToUndo, Publishing
from estimator.versions.snapshot import clinic_file
from estimator.versions.timeline import in_force_of

Also = Callable[[Connection], None]
"""What else belongs to a change, in the same transaction."""


class DraftInTheWay(PublicationRefused):
    """A draft would be left behind without the tables that it was made for."""

    def __init__(self) -> None:
        super().__init__("There is a draft. Publish it or throw it away first.")


class IdTaken(PublicationRefused):
    """Somebody has, or had, tables under this id."""

    def __init__(self, id_: str) -> None:
        self.id = id_
        super().__init__(f"The id {id_} is taken.")


class Withdrawing(Publishing):
    """The part of the desk by which a clinic leaves, comes back, or takes another id."""

    __slots__ = ()

    def withdraw(self, owner: str, *, seen: int, by: str, why: str, day: date | None = None) -> Publication:
        """
        Publish that a clinic has no prices here any more, at once; what waits for its day never begins.

        `seen` is the number of the last publication that the person saw, `day` the clinic's own, where that is still
        the one before the site's. Raises `PublicationConflict`,
        `NothingChanged` where it is withdrawn already, and `DraftInTheWay`.
        """
        assert owner != NATIONAL
        now = self.publications.in_force(owner, self.today())
        # It holds at once, and never from before what it takes back.
        since = min(self.today(), max(day or self.today(), now.in_force_from if now else date.min))
        with self.database.writing() as connection:
            done = self._leave(connection, owner, seen, by, why, since)
            add_entry_in(
                connection, by, "withdrew", owner, say(PUBLISHED, number=done.number, day=self.today(), why=why)
            )
            return done

    def put_back(self, owner: str, *, seen: int, by: str, why: str) -> Publication:
        """
        Publish again what a clinic would have in force today had it not been withdrawn, and what would still wait.

        Raises `PublicationConflict`, `NothingToUndo`, or `TablesHaveErrors` when the old text no longer fits.
        """

        def attempt(newest: int) -> Publication:
            history = self.publications.history(owner)[::-1]
            if not history or history[-1].number != seen:
                raise PublicationConflict(history[-1] if history else None)
            steps = _in_force_and_waiting(history[:-1], self)
            if history[-1].files or not steps:
                raise NothingToUndo
            files = [self.publications.files(step) for step in steps]
            for step, texts in zip(steps, files, strict=True):
                self._readable(owner, texts, max(self.today(), step.in_force_from))
            with self.database.writing() as connection:
                done = self._publish_all(connection, owner, seen, steps, files, "undo", by, why, newest)
                detail = say(PUT_BACK, number=done[0].number, before=steps[0].number, why=why)
                add_entry_in(connection, by, "put back", owner, detail)
                return done[0]

        return self._retried(attempt)

    def undo(self, owner: str, *, seen: int, by: str, why: str) -> Publication:
        """As `Publishing.undo`; where the last publication was a withdrawal, as `put_back`."""
        latest = self.publications.latest(owner)
        if owner != NATIONAL and latest is not None and latest.number == seen and not latest.files:
            return self.put_back(owner, seen=seen, by=by, why=why)
        return super().undo(owner, seen=seen, by=by, why=why)

    def rename(self, owner: str, new: str, *, seen: int, by: str, why: str, also: Also) -> Publication:
        """
        Let a clinic go on under another id: what is in force and what waits is published there, and here no more.

        Old links lead there (`moved_to`). `also` carries over, in the same transaction, what else stands under the id.
        Raises `PublicationConflict`, `DraftInTheWay`, `IdTaken`, `NothingToUndo` where nothing is in force.
        """
        assert NATIONAL not in (owner, new)
        history = self.publications.history(owner)[::-1]
        steps = _in_force_and_waiting(history, self)
        if not steps:
            raise NothingToUndo
        taken = self.publications.latest(new)
        if taken is not None and moved_to(taken) != owner:
            raise IdTaken(new)
        files = [_named_for(new, self.publications.files(step)) for step in steps]
        with self.database.writing() as connection:
            self._leave(connection, owner, seen, by, say(RENAMED_TO, id=new, why=why), self.today(), "renamed")
            if draft_in(connection, new, lock=True) is not None:
                raise IdTaken(new)
            based_on, why_there = taken.number if taken else 0, say(RENAMED_FROM, id=owner, why=why)
            done = self._publish_all(connection, new, based_on, steps, files, "browser", by, why_there)
            also(connection)
            add_entry_in(connection, by, "renamed", owner, say(RENAMED_TO, id=new, why=why))
            add_entry_in(connection, by, "renamed", new, why_there)
            return done[0]

    def _leave(
        self, connection: Connection, owner: str, seen: int, by: str, why: str, day: date, how: How = "browser"
    ) -> Publication:
        new = NewPublication(
            owner=owner, files={}, based_on=seen, by=by, why=why, how=how, in_force_from=day, overtakes=True
        )
        done = self.publications.publish_in(connection, new)
        if draft_in(connection, owner, lock=True) is not None:
            raise DraftInTheWay
        return done

    def _publish_all(
        self,
        connection: Connection,
        owner: str,
        based_on: int,
        steps: Sequence[Publication],
        files: Sequence[Files],
        how: How,
        by: str,
        why: str,
        newest: int | None = None,
    ) -> list[Publication]:
        """The `files` of `steps` as `owner`'s, one after the other, the first of them from today on."""
        found: list[Publication] = []
        for step, texts in zip(steps, files, strict=True):
            new = NewPublication(
                owner=owner,
                files=texts,
                based_on=found[-1].number if found else based_on,
                by=by,
                why=why,
                how=how,
                in_force_from=max(self.today(), step.in_force_from),
                overtakes=True,
                checked_at=None if found else newest,
            )
            found.append(self.publications.publish_in(connection, new))
        return found


def moved_to(publication: Publication) -> str | None:
    """The id under which a clinic goes on, where it was renamed by this publication."""
    if publication.how == "renamed" and isinstance(publication.why, Sentence):
        return str(publication.why.values["id"])
    return None


def _in_force_and_waiting(history: Sequence[Publication], desk: Publishing) -> list[Publication]:
    """What holds today and what waits for its day, of publications that are oldest first; no withdrawals."""
    today = desk.today()
    found = [one for one in (in_force_of(history, today), *waiting_of(history, today)) if one is not None]
    return [one for one in found if one.files]


def _named_for(owner: str, files: Files) -> dict[str, bytes]:
    """A clinic's one file under the name that belongs to `owner`."""
    return {clinic_file(owner): content for content in files.values()}
