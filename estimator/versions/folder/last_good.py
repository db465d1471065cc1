"""
The prices that were in force when the store last answered, in a file beside it: what patients see while it is gone.

It is no copy of the store: it has no history, no accounts and nothing that begins later.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from estimator.prices.book import PriceBooks
from estimator.prices.reading import read_files
from estimator.versions.publications import Files

FILE = "last-good-prices.json"


@dataclass(frozen=True, slots=True)
class LastGood:
    """The file at `path`, which may not be there. Several processes may write it."""

    path: Path

    def exists(self) -> bool:
        """Whether prices were ever published from here."""
        return self.path.is_file()

    def save(self, texts: Mapping[str, Files]) -> None:
        """Keep the texts in force, by owner, instead of what was kept; raises `OSError`."""
        files = {name: content.decode() for own in texts.values() for name, content in own.items()}
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A temporary file of its own, which only its owner can read; whole and on the disk before it has the name.
        handle, name = tempfile.mkstemp(prefix=f".{FILE}.", dir=self.path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"files": files}, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise

    def still_good(self) -> None:
        """Note on the file that what it says holds now."""
        with contextlib.suppress(OSError):
            os.utime(self.path)

    def files(self) -> dict[str, bytes] | None:
        """The texts by name; None where nothing was kept or it cannot be read."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))["files"]
            return {str(name): str(content).encode() for name, content in kept.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def books(self) -> tuple[PriceBooks, datetime] | None:
        """The price books of these texts, and when they were last known to hold."""
        files = self.files()
        books = read_files(files).books if files else None
        if books is None:
            return None
        return books, datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
