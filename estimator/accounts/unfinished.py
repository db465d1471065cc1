"""
What is begun and not finished: a sign-in that waits for its second step, a passkey's challenge, an app being set up,
a change of the second step by somebody who has just shown it.

It waits in the store, and the browser holds a random token for it in its signed cookie: so it can be finished once,
from whatever browser, and not after the password was changed.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, delete, insert, select

from estimator.accounts.accounts import Account, password_mark
from estimator.store.account_tables import accounts, unfinished
from estimator.store.database import Database

Kind = Literal["second step", "passkey sign-in", "confirmation", "proof", "new passkey", "new app"]

GOOD_FOR: dict[Kind, timedelta] = {
    "second step": timedelta(minutes=10),
    "passkey sign-in": timedelta(minutes=5),
    "confirmation": timedelta(minutes=5),
    "proof": timedelta(minutes=15),
    "new passkey": timedelta(minutes=5),
    "new app": timedelta(minutes=15),
}
"""How long it waits."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What waits: of which account, if anybody's; `data` is what has to be known when it goes on."""

    account_id: int | None
    data: str


@dataclass(frozen=True, slots=True, eq=False)
class UnfinishedSteps:
    """What waits in a store."""

    database: Database

    def begin(self, kind: Kind, account: Account | None, data: str, now: datetime) -> str:
        """The token of something that waits; it is void once the account's password is another than `account` has."""
        token = secrets.token_urlsafe(32)
        row = {"digest": _digest(token), "kind": kind, "data": data, "ends_at": now + GOOD_FOR[kind]}
        if account is not None:
            row |= {"account_id": account.id, "password_mark": password_mark(account.password)}
        with self.database.writing() as connection:
            connection.execute(delete(unfinished).where(unfinished.c.ends_at <= now))
            connection.execute(insert(unfinished).values(**row))
        return token

    def look(self, kind: Kind, token: object, now: datetime) -> Begun | None:
        """What the token stands for; None where it is over, void or of another kind."""
        wanted = (
            select(unfinished, accounts.c.password, accounts.c.disabled_at)
            .outerjoin(accounts)
            .where(unfinished.c.digest == _digest(token))
        )
        with self.database.reading() as connection:
            row = connection.execute(wanted).first()
        return Begun(row.account_id, row.data) if row and row.kind == kind and _holds(row, now) else None

    def take(self, kind: Kind, token: object, now: datetime) -> Begun | None:
        """As `look`, and it is over: of two who take the same, one gets it."""
        found = self.look(kind, token, now)
        with self.database.writing() as connection:
            taken = connection.execute(delete(unfinished).where(unfinished.c.digest == _digest(token))).rowcount
        return found if taken == 1 else None


def _holds(row: Row[Any], now: datetime) -> bool:
    if row.account_id is not None and (row.disabled_at or row.password_mark != password_mark(row.password)):
        return False
    # Nothing ends later than it could have begun: a clock that was set back makes nothing good for longer.
    return bool(now < row.ends_at <= now + GOOD_FOR[row.kind])


def _digest(token: object) -> str:
    return hashlib.sha256(str(token).encode("utf-8", "replace")).hexdigest()
