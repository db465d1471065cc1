"""
One-time codes: how somebody starts who needs a first or a new password.

A code is 120 random bits, shown once to whoever may hand it over; the store keeps its digest.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from estimator.store.account_tables import one_time_codes
from estimator.store.database import Database

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 letters and digits that nobody takes for one another."""

LETTERS = 24
"""More than 112 bits: so a plain digest of it in the store is enough (ASVS 6.5.2)."""

LETTERS_BEFORE = 16
"""Of codes from before 2026-11-28, which are still good."""

HOURS = 24
"""How long a code can be used."""


@dataclass(frozen=True, slots=True, eq=False)
class OneTimeCodes:
    """The codes in a store."""

    database: Database

    def whose(self, code: str, now: datetime) -> int | None:
        """The account that `code` starts; looking does not use it up."""
        with self.database.reading() as connection:
            wanted = select(one_time_codes.c.account_id).where(
                one_time_codes.c.digest == code_digest(code), one_time_codes.c.ends_at > now
            )
            return connection.scalar(wanted)


def new_code() -> str:
    """A code in six groups of four, such as ``K7QM-2XWD-9HRT-PB4C-M3ZA-V8NE``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    return "-".join(letters[start : start + 4] for start in range(0, LETTERS, 4))


def code_digest(code: str) -> str:
    """SHA-256 of a code as it is compared: without spaces and hyphens, capital letters."""
    return hashlib.sha256("".join(c for c in code.upper() if c.isalnum()).encode()).hexdigest()


def make_in(connection: Connection, account_id: int, now: datetime) -> str:
    """A new code for an account, as a part of somebody's transaction; older ones no longer work."""
    end_in(connection, account_id)
    code = new_code()
    row = {"digest": code_digest(code), "account_id": account_id, "ends_at": now + timedelta(hours=HOURS)}
    connection.execute(insert(one_time_codes).values(row))
    return code


def use_in(connection: Connection, account_id: int, code: str, now: datetime) -> bool:
    """Use a code up, as a part of somebody's transaction; False where it is wrong, used or old. One of two wins."""
    theirs = (one_time_codes.c.digest == code_digest(code)) & (one_time_codes.c.account_id == account_id)
    return connection.execute(delete(one_time_codes).where(theirs, one_time_codes.c.ends_at > now)).rowcount == 1


def end_in(connection: Connection, account_id: int) -> None:
    """No code of this account works any longer."""
    connection.execute(delete(one_time_codes).where(one_time_codes.c.account_id == account_id))
