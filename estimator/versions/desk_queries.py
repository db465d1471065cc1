"""What can be asked of the desk: publications, drafts, settings, and what is wrong with an owner's files."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from estimator.store.database import Database
from estimator.store.journal import Journal
from estimator.store.settings import Settings
from estimator.versions.checking import Checked, check
from estimator.versions.drafts import Drafts
from estimator.versions.publications import Files, Publications
from estimator.versions.snapshot import Snapshot, Work, take_snapshot
from estimator.versions.timeline import TimelineReader

SECOND_PERSON_ABOVE = "second_person_above"
"""The setting: basis points of a reference patient's typical amount above which a second person has to agree."""


@dataclass(frozen=True, slots=True, eq=False)
class DeskQueries:
    """What can be asked of the desk over a store; asking changes nothing. `today` is the site's day."""

    database: Database
    today: Callable[[], date]
    _timelines: TimelineReader = field(default_factory=TimelineReader, init=False, repr=False)

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

    def snapshot(self, owner: str | None = None) -> Snapshot:
        """What the store says now; with `owner`'s draft, or with all drafts."""
        return take_snapshot(self.database, self._timelines, self.today(), owner)

    def work(self, owner: str) -> Work:
        """What is on the desk for `owner` now."""
        return self.snapshot(owner).work(owner)

    def check(self, owner: str, files: Files, day: date | None = None) -> Checked:
        """What is wrong with `files`, among what others have in force on `day` (today)."""
        return check(self.snapshot(owner), owner, files, day or self.today())

    def threshold(self, owner: str) -> int | None:
        """Basis points above which a second person has to agree to a publication; None where nobody has to."""
        found = self.settings.get(owner, SECOND_PERSON_ABOVE)
        return int(found) if found is not None else None
