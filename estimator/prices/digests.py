"""SHA-256 of a file's bytes, and one digest for a set of files: the version that links carry."""

import hashlib
from collections.abc import Mapping

VERSION_DIGITS = 12
"""Hex digits of a digest that make up the version of a price book."""


def digest_of(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def digest_of_all(files: Mapping[str, str]) -> str:
    """One digest for the digests of several files, by name."""
    return digest_of("".join(f"{name}\0{files[name]}\n" for name in sorted(files)).encode())


def digests_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """The digest of each file, by name."""
    return {name: digest_of(content) for name, content in files.items()}


def version_of(files: Mapping[str, str]) -> str:
    """The version of the price book that is read from files with these digests: same version, same numbers."""
    return digest_of_all(files)[:VERSION_DIGITS]
