"""The desk with prices: the small book published in a store, its folder kept in step, and people who may work on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from estimator.store.database import open_database
from estimator.versions.desk import Desk
from estimator.versions.publications import Publication
from estimator.versions.snapshot import clinic_file
from estimator.web.app import create_app
from support.desk_visits import DeskVisitor, TestDesk
from support.writing import publish_files

SMALL_BOOK = Path(__file__).parent.parent / "small_book"
CLINIC = "riverbend"
NAME = clinic_file(CLINIC)
TODAY = date(2026, 11, 22)
INFUSION = f"/admin/{CLINIC}/price/infusion/self_pay"

PATIENTS = """
reference_patients:
  usual:
    label: Six infusions
    answers: {treatment: iv, insurance: none, sessions: 6, psychotherapy: none}
"""


@dataclass
class PricedDesk(TestDesk):
    """An app on a store that holds the tables of `folder`, and on that folder."""

    __test__ = False

    folder: Path = SMALL_BOOK

    def __post_init__(self) -> None:
        super().__post_init__()
        self.desk: Desk = self.app.extensions["desk_services"].desk
        self.person("Ann", f"publisher:{CLINIC}")
        self.person("Ben", f"publisher:{CLINIC}")
        self.person("Eve", f"editor:{CLINIC}")
        self.person("Olga")

    def make_app(self) -> Flask:
        return create_app(self.folder, clock=lambda: self.clock().date(), database=self.database)

    @property
    def text(self) -> str:
        """The clinic's tables with the draft's changes."""
        return self.desk.work(CLINIC).files[NAME].decode()

    @property
    def latest(self) -> Publication:
        found = self.desk.publications.latest(CLINIC)
        assert found
        return found

    def edit(self, old: str, new: str, by: str = "Ann") -> None:
        """Put `new` in place of `old`, which has to be there, in the clinic's draft."""
        assert old in self.text
        self.desk.change(CLINIC, NAME, lambda data: data.replace(old.encode(), new.encode()), by)

    def publish(self, old: str, new: str, by: str = "Ben", begins: date = TODAY) -> Publication:
        """Publish one replacement in what is published, past the draft."""
        text = self.desk.publications.files(self.latest)[NAME]
        assert old.encode() in text
        return publish_files(
            self.desk.publications,
            CLINIC,
            {NAME: text.replace(old.encode(), new.encode())},
            based_on=self.latest.number,
            by=by,
            why="Meanwhile",
            how="command",
            in_force_from=begins,
        )

    def visiting(self, who: str = "Ann") -> DeskVisitor:
        return self.visitor(who)


@pytest.fixture
def desk(tmp_path: Path, _migrated_sqlite: Path) -> Iterator[PricedDesk]:
    """The small book at the desk, with a reference patient of the clinic's own."""
    shutil.copy(_migrated_sqlite, tmp_path / "estimator.db")
    folder = tmp_path / "pricing"
    shutil.copytree(SMALL_BOOK, folder)
    with (folder / NAME).open("a", encoding="utf-8") as file:
        file.write(PATIENTS)
    database = open_database(f"sqlite:///{tmp_path}/estimator.db")
    yield PricedDesk(database, folder=folder)
    database.close()
