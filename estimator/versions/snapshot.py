"""
A store at one moment, to look at: what is published, what is drafted, and the price books that texts make together.

Whoever looks takes one and asks it everything. Then the store answers two queries, or three where a text is new to this
process, and no text is read twice, however much is asked (without it a page asks up to 60 queries and reads a file up
to 28 times). Nothing is decided on a snapshot alone: whoever saves or publishes has the store hold the newest
publication's id, or the draft's revision, against what the snapshot said, inside the transaction.

The last few readings of national tables are kept from page to page by their bytes and the day (`_read_national`): 0.1 s
of processor time becomes microseconds. That holds while reading looks at nothing else; a rule that asked the clock or
the store would be answered from memory.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from estimator.prices.book import PriceBook
from estimator.prices.problems import Problem
from estimator.prices.reading import National, read_clinic, read_national
from estimator.store.database import Database
from estimator.versions.drafts import Draft, drafts_in
from estimator.versions.publications import Files, Publication, Publications
from estimator.versions.timeline import Timeline, TimelineReader

Clinic = tuple[PriceBook | None, tuple[Problem, ...]]
"""A clinic's price book, and what is wrong with its file; no book after any error."""

NATIONAL_KEPT = 4


def clinic_file(clinic: str) -> str:
    """The name of a clinic's one file."""
    return f"clinics/{clinic}.yaml"


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
class Snapshot:
    """
    What a store said at one moment, on the day `today`; made by `take_snapshot`.

    `timeline` are everybody's publications, `drafts` those of the one `owner` it was taken for, or everybody's.
    """

    timeline: Timeline
    drafts: Mapping[str, Draft]
    today: date
    owner: str | None
    publications: Publications
    _clinics: dict[tuple[National, str, bytes], Clinic] = field(default_factory=dict)

    @property
    def owners(self) -> list[str]:
        """Everybody who has published, by name."""
        return sorted(self.timeline.by_owner)

    def files(self, publication: Publication | None) -> dict[str, bytes]:
        """The exact bytes that were published; none where nothing was."""
        return self.publications.files(publication) if publication else {}

    def load(self, publications: Iterable[Publication]) -> None:
        """Read all these texts at once, before they are asked for one by one."""
        self.publications.texts({digest for one in publications for digest in one.files.values()})

    def files_on(self, owner: str, day: date) -> dict[str, bytes]:
        """The files that `owner` has in force on `day`; none before the first publication."""
        return self.files(self.timeline.in_force(owner, day))

    def work(self, owner: str) -> Work:
        """What is on the desk for `owner`."""
        assert self.owner in (None, owner), "this snapshot holds another owner's draft"
        latest, draft = self.timeline.latest(owner), self.drafts.get(owner)
        base = self.timeline.get(owner, draft.based_on) if draft and latest else latest
        base_files = self.files(base)
        return Work(owner, latest, base, base_files, {**base_files, **(draft.changed if draft else {})}, draft)

    def national(self, files: Files) -> National:
        """The national tables that these files are."""
        return _read_national(tuple(sorted(files.items())), self.today)

    def clinic(self, national: National, clinic: str, files: Files) -> Clinic:
        """What a clinic's file among `files` says on top of the national tables."""
        data = files.get(clinic_file(clinic), b"")
        key = (national, clinic, data)
        if key not in self._clinics:
            self._clinics[key] = read_clinic(national, clinic, data, self.today)
        return self._clinics[key]


def take_snapshot(database: Database, timelines: TimelineReader, today: date, owner: str | None = None) -> Snapshot:
    """What the store says now, all of it as it was at the first look; with `owner`'s draft, or with all drafts."""
    with database.reading() as connection:
        timeline = timelines.look(connection)
        drafts = drafts_in(connection, owner)
    snapshot = Snapshot(timeline, drafts, today, owner, Publications(database))
    bases = (timeline.get(one.owner, one.based_on) for one in drafts.values())
    latest = (history[-1] for history in timeline.by_owner.values())
    wanted = (*timeline.all_in_force(today).values(), *timeline.beginning_after(today), *latest, *filter(None, bases))
    snapshot.load(wanted)
    return snapshot


@lru_cache(maxsize=NATIONAL_KEPT)
def _read_national(files: tuple[tuple[str, bytes], ...], today: date) -> National:
    return read_national(dict(files), today)
