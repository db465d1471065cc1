"""
Price books read from texts; the last few are kept, so that the same texts are not read again.

Texts are told apart by their SHA-256. Reading national tables takes 0.1 s of processor time, a clinic's 0.03 s; finding
them here takes as long as hashing them. As in `snapshot`, reading must depend on nothing but the texts.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from estimator.prices.book import NATIONAL, PriceBook, PriceBooks
from estimator.prices.digests import digest_of_all, digests_of
from estimator.prices.problems import Problem
from estimator.prices.reading import National, Reading, read_clinic, read_national
from estimator.versions.publications import Files
from estimator.versions.snapshot import clinic_file

T = TypeVar("T")

NATIONAL_KEPT = 4
CLINICS_KEPT = 32

_Clinic = tuple[PriceBook | None, tuple[Problem, ...]]


class PriceBookCache:
    """
    Price books by the texts that they were read from. Any number of threads may ask; one of them reads at a time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._national = _Recent[National](NATIONAL_KEPT)
        self._clinics = _Recent[_Clinic](CLINICS_KEPT)

    def read(self, owners: Mapping[str, Files]) -> Reading:
        """What everybody's files say together; a clinic that has withdrawn its file is left out."""
        with self._lock:
            key, national = self._read_national(owners.get(NATIONAL, {}))
            problems = [*national.problems]
            clinics = {}
            for owner in sorted(owners.keys() - {NATIONAL}):
                if not owners[owner]:
                    continue
                book, found = self._read_clinic(key, national, owner, owners[owner])
                problems.extend(found)
                if book is not None:
                    clinics[owner] = book
        books = PriceBooks(national.book, clinics) if national.book is not None else None
        return Reading(books, tuple(dict.fromkeys(problems)))

    def book(self, owner: str, national_files: Files, files: Files) -> PriceBook | None:
        """One clinic's price book, or the national one; None where the texts have errors."""
        with self._lock:
            key, national = self._read_national(national_files)
            return national.book if owner == NATIONAL else self._read_clinic(key, national, owner, files)[0]

    def _read_national(self, files: Files) -> tuple[str, National]:
        key = _key(files)
        return key, self._national.get(key, lambda: read_national(files))

    def _read_clinic(self, key: str, national: National, owner: str, files: Files) -> _Clinic:
        data = files.get(clinic_file(owner), b"")
        return self._clinics.get(f"{key} {owner} {_key(files)}", lambda: read_clinic(national, owner, data))


class _Recent(Generic[T]):
    """The `most` values asked for last, by key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str, make: Callable[[], T]) -> T:
        if key not in self._values:
            self._values[key] = make()
            if len(self._values) > self._most:
                self._values.popitem(last=False)
        self._values.move_to_end(key)
        return self._values[key]


def _key(files: Files) -> str:
    return digest_of_all(digests_of(files))
