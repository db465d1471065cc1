"""
The files of a folder of price tables: looked at as a whole, and replaced one by one, each whole or not at all.

A look is worth something only when nobody was writing meanwhile. An edit counts once the folder has been left alone
for a moment: editors empty a file before they fill it again.
"""

import contextlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from estimator.prices.book import NATIONAL
from estimator.prices.problems import Problem
from estimator.prices.reading import collect, may_name_clinic, misnamed
from estimator.prices.watched_folder import Signature, signature_of
from estimator.sentences import Sentence, reason_of, say
from estimator.versions.publications import Files

try:
    from fcntl import LOCK_EX, LOCK_NB, flock
except ImportError:
    HAS_LOCKS = False  # Windows, where only one process serves.
else:
    HAS_LOCKS = True

KINDS = ("national", "clinics")

_NAME = re.compile(r"(national|clinics)/[^./\0][^/\0]*\.yaml")
_ENDING = ".estimator-new"
"""What the hidden files end with that are on their way to take a table's place."""


class CannotWrite(Exception):
    """A table's file cannot be replaced, or should not be: the `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class FolderContents:
    """
    What a folder held at one moment: files by owner.

    `problems` are about files that could not be had; nothing is known of what the `unknown` owners have there.
    """

    signature: Signature
    youngest: float
    owners: Mapping[str, Files]
    problems: tuple[Problem, ...]
    unknown: frozenset[str]
    missing: frozenset[str]

    def files(self, owner: str) -> Files:
        return self.owners.get(owner, {})


def kind_of(owner: str) -> str:
    """The folder that an owner's files stand in."""
    return "national" if owner == NATIONAL else "clinics"


def owner_of(name: str) -> str | None:
    """Whose file ``clinics/riverbend.yaml`` is; None where the name says nothing that could be."""
    kind, _, file = name.partition("/")
    if kind == "national":
        return NATIONAL
    id_ = file.rpartition(".")[0]
    return id_ if may_name_clinic(id_) else None


@dataclass(frozen=True, slots=True)
class TableFolder:
    """A folder of tables, ``national/*.yaml`` and ``clinics/<id>.yaml``."""

    folder: Path

    def look(self) -> FolderContents | None:
        """What the folder holds; None when it changed under our eyes."""
        before = signature_of(self.folder)
        files, problems = collect(self.folder)
        owners: dict[str, dict[str, bytes]] = {}
        for name, content in files.items():
            owner = owner_of(name)
            if owner is None:
                problems.append(misnamed(Path(name).stem))
            else:
                owners.setdefault(owner, {})[name] = content
        missing = frozenset(kind for kind in KINDS if not _is_readable(self.folder / kind))
        unknown = frozenset(owner for problem in problems if (owner := owner_of(problem.file)) is not None)
        youngest = self._youngest(before)
        if signature_of(self.folder) != before:
            return None
        return FolderContents(before, youngest, owners, tuple(problems), unknown, missing)

    def _youngest(self, signature: Signature) -> float:
        """When anything was last changed here, names included; seconds of the wall clock."""
        times = [max(written, changed) for _, written, changed, *_ in signature]
        for kind in KINDS:
            with contextlib.suppress(OSError):
                times.append((self.folder / kind).stat().st_ctime_ns)
        return max(times, default=0) / 1e9

    @contextlib.contextmanager
    def locked(self) -> Iterator[bool]:
        """Whether the folder is ours, among all processes that keep it in step, until the end of the block."""
        if not HAS_LOCKS:
            yield True
            return
        try:
            descriptor = os.open(self.folder, os.O_RDONLY)
        except OSError:
            yield True
            return
        try:
            yield _lock(descriptor)
        finally:
            os.close(descriptor)

    def write(self, seen: Files, wanted: Files) -> None:
        """
        Bring the files from what was `seen` to what is `wanted`; each changes at one moment, and only if it is as seen.

        A crash leaves some old, some new. Raises `CannotWrite`.
        """
        self.sweep()
        name: str = say("the folder")
        try:
            for name in sorted(wanted):
                if seen.get(name) != wanted[name]:
                    self._replace(name, seen.get(name), wanted[name])
            for name in sorted(seen.keys() - wanted.keys()):
                self._path(name, seen[name]).unlink()
            for kind in {name.partition("/")[0] for name in (*seen, *wanted)}:
                _sync_folder(self.folder / kind)
        except OSError as error:
            self.sweep()
            # The table's name: where the folder stands on this machine is nothing for those who read it.
            says = say("%(name)s cannot be written: %(reason)s", name=name, reason=reason_of(error))
            raise CannotWrite(says) from error

    def sweep(self) -> None:
        """Remove what an interrupted `write` left."""
        for kind in KINDS:
            for path in (self.folder / kind).glob(f".*{_ENDING}"):
                with contextlib.suppress(OSError):
                    path.unlink()

    def _replace(self, name: str, seen: bytes | None, wanted: bytes) -> None:
        path = self._path(name, seen)
        path.parent.mkdir(exist_ok=True)
        new = path.with_name(f".{path.name}{_ENDING}")
        with open(new, "xb") as file:
            file.write(wanted)
            _like(file.fileno(), path if seen is not None else path.parent, is_file=seen is not None)
            file.flush()
            os.fsync(file.fileno())
        # Asked at the last moment, so that nobody's edit is written over.
        os.replace(new, self._path(name, seen))

    def _path(self, name: str, seen: bytes | None) -> Path:
        """Where a table stands, as long as it is what was seen there: nothing, or a plain file with these bytes."""
        if not _NAME.fullmatch(name):
            raise CannotWrite(say("'%(name)s' is no name for a table's file", name=name))
        path = self.folder / name
        if path.is_symlink():
            raise CannotWrite(say("%(name)s is a link to another file, and links are not written through", name=name))
        if _content(path) != seen:
            raise CannotWrite(say("%(name)s has changed this very moment", name=name))
        return path


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _like(descriptor: int, example: Path, is_file: bool) -> None:
    """Give a new file the rights and the owner of the one that it replaces, or else its folder's owner."""
    status = example.stat()
    if hasattr(os, "fchown"):
        with contextlib.suppress(OSError):
            os.fchown(descriptor, status.st_uid, status.st_gid)
    if is_file:
        os.chmod(descriptor, stat.S_IMODE(status.st_mode))


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _is_readable(folder: Path) -> bool:
    try:
        os.listdir(folder)
    except OSError:
        return False
    return True


def _lock(descriptor: int) -> bool:
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # This file system has no locks; the store still lets only one of two publications through.
        return True
    return True
