"""A folder of the small book beside a store on SQLite, and clocks that pass when the test says so."""

import contextlib
import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from estimator.store.database import Database, open_database
from estimator.store.migrations import migrate
from estimator.versions.folder.folder_mark import MARK
from estimator.versions.folder.published_books import PublishedPriceBooks
from estimator.versions.publications import Publication, Publications
from support.strategies_yaml import small_book
from support.writing import publish_files

DAY = date(2026, 11, 22)
INFUSION, BOOSTED = b"typical: 500", b"typical: 510"
CARE, CLINIC = "national/care.yaml", "clinics/riverbend.yaml"


class Shop:
    """One folder, one store, one app's prices. By its `wall` clock every file was changed a moment ago."""

    def __init__(self, place: Path, database: Database | None = None) -> None:
        self.folder = place / "pricing"
        for name, data in small_book().items():
            self.write(name, data)
        self.database = database or opened(place / "estimator.db")
        self.publications = Publications(self.database)
        self.day, self.seconds, self.wall = DAY, 0.0, 0.0
        self.start()

    def start(self) -> None:
        """What a new process does."""
        self.prices = PublishedPriceBooks(
            self.database, self.folder, lambda: self.day, lambda: self.seconds, wall=lambda: self.wall
        )

    def look(self, times: int = 2) -> None:
        """As many looks as it takes for an edit to count."""
        for _ in range(times):
            self.seconds += 1
            _ = self.prices.current

    def write(self, name: str, data: bytes) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(data)

    def edit(self, old: bytes, new: bytes, name: str = CARE) -> bytes:
        """Edit a file on disk; returns its new bytes."""
        data = self.read(name)
        assert old in data
        self.write(name, data.replace(old, new, 1))
        return self.read(name)

    def read(self, name: str = CARE) -> bytes:
        return (self.folder / name).read_bytes()

    def on_disk(self) -> dict[str, bytes]:
        """Every file of the folder but its mark, hidden ones too."""
        paths = (path for path in self.folder.rglob("*") if path.is_file() and path.name != MARK)
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}

    def publish(
        self,
        old: bytes,
        new: bytes,
        name: str = CARE,
        owner: str = "national",
        by: str = "Ann",
        since: date | None = None,
    ) -> Publication:
        """Publish an edit of the latest publication, as the desk does."""
        latest = self.publications.latest(owner)
        files = self.publications.files(latest)
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)
        return publish_files(
            self.publications,
            owner,
            files,
            based_on=latest.number,
            by=by,
            why="x",
            how="browser",
            in_force_from=since or self.day,
        )

    def in_force(self) -> dict[str, bytes]:
        """Every file that is in force."""
        owners = [self.publications.in_force(owner, self.day) for owner in self.publications.owners()]
        return dict(itertools.chain(*(self.publications.files(one).items() for one in owners if one)))

    def infusion(self, book: str = "national") -> int:
        prices = self.prices.current.get(book).tables.charges["infusion"].self_pay
        return prices[min(prices)].typical

    def said(self) -> str:
        """Every problem, as people read it."""
        return "\n".join(map(str, self.prices.problems))


def opened(path: Path) -> Database:
    """A store of its own."""
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    return database


@contextlib.contextmanager
def shop(place: Path) -> Iterator[Shop]:
    """A shop that is closed at the end."""
    place.mkdir(exist_ok=True)
    one = Shop(place)
    try:
        yield one
    finally:
        one.database.close()
