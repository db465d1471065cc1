"""The site's secret: it signs cookies and encrypts what has to be read again. Whoever has it can sign in as anybody."""

import contextlib
import os
import secrets
from pathlib import Path

SHORTEST = 32
"""A secret that a person made up in fewer characters can be guessed."""


class BadSecret(Exception):
    """The secret cannot be used; the message says why, without telling it."""


def site_secret(folder: Path) -> str:
    """
    What ``ESTIMATOR_SECRET`` says, else what the file ``secret`` in the data folder holds, which is made if missing.

    Raises `BadSecret` when it is too short, and OSError when the file can be neither read nor written.
    """
    if said := os.environ.get("ESTIMATOR_SECRET"):
        return _long_enough(said, "ESTIMATOR_SECRET")
    path = folder / "secret"
    if not path.exists():
        _make(path)
    return _long_enough(path.read_text(encoding="utf-8").strip(), str(path))


def _make(path: Path) -> None:
    """A new secret, readable by this user alone. It appears whole; of several that are made at once the first stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".secret-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()


def _long_enough(secret: str, where: str) -> str:
    if len(secret) < SHORTEST:
        raise BadSecret(f"The secret in {where} is too short: use at least {SHORTEST} random characters.")
    return secret
