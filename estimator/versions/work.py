"""An owner's tables as they stand on the desk: publications, draft, settings, and what is wrong with them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from estimator.store.database import Database
from estimator.store.journal import Journal
from estimator.store.settings import Settings
from estimator.versions.checking import Checked, check
from estimator.versions.drafts import Draft, Drafts
from estimator.versions.previewing import Preview, preview
from estimator.versions.publications import Files, Publication, Publications

SECOND_PERSON_ABOVE = "second_person_above"
"""The setting: basis points of a reference patient's typical amount above which a second person has to agree."""


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
class DeskQueries:
    """What can be asked of the desk over a store; asking changes nothing. `today` is the site's day."""

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
