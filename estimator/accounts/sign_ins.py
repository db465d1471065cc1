"""
Sessions that end: by themselves when nobody uses them or when they are old, and at once when somebody ends them.

A browser holds a random token; the store knows it by its digest, so that a session can be ended without the browser,
and a copy of the store signs nobody in.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from estimator.accounts.accounts import (
    Account,
    account_in,
    accounts_in,
    add_account_entry_in,
    selected_accounts,
)
from estimator.store.account_tables import accounts, sign_ins
from estimator.store.database import Database
from estimator.store.settings import WHOLE_SITE
from estimator.store.tables import settings

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
CONFIRMED_FOR = timedelta(minutes=15)
"""How long after a password was typed the account itself may be changed without typing it again."""

NOTED_EVERY = timedelta(minutes=1)
"""Not every request writes that somebody is still there."""

SECOND_FACTOR_REQUIRED = "second_factor_required"
"""The setting of the whole site: who works at the desk with more than a password. Not set: who may publish."""

EVERYBODY, NOBODY = "yes", "no"
"""What else it says."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """
    Somebody who is signed in; `confirmed` while their password, or passkey, was asked for a short time ago.

    `second_factor_missing`: the site demands a second step of them, and they have none yet.
    """

    digest: str
    account: Account
    begun_at: datetime
    confirmed: bool
    second_factor_missing: bool


@dataclass(frozen=True, slots=True)
class SignedInSince:
    """One of an account's sessions, to be listed."""

    begun_at: datetime
    seen_at: datetime
    this: bool


@dataclass(frozen=True, slots=True, eq=False)
class SignIns:
    """The sessions in a store."""

    database: Database

    def begin(self, known: Account, how: str, now: datetime) -> str | None:
        """The token of a new session; None where the account is disabled by now, or its password another one."""
        token = secrets.token_urlsafe(32)
        row = {"digest": token_digest(token), "account_id": known.id, "begun_at": now, "seen_at": now}
        with self.database.writing() as connection:
            account = account_in(connection, known.id)
            if account is None or account.disabled_at is not None or account.password != known.password:
                return None
            connection.execute(delete(sign_ins).where(_over(now)))
            connection.execute(insert(sign_ins).values(**row, confirmed_at=now))
            add_account_entry_in(connection, account.name, "signed in", account.id, how)
        return token

    def see(self, token: str, now: datetime) -> SignIn | None:
        """Who holds this token, if their session goes on; it notes that they are there."""
        digest = token_digest(token)
        of_site = (settings.c.owner == WHOLE_SITE) & (settings.c.name == SECOND_FACTOR_REQUIRED)
        required = select(settings.c.value).where(of_site).scalar_subquery()
        wanted = (
            selected_accounts()
            .add_columns(sign_ins.c.begun_at, sign_ins.c.seen_at, sign_ins.c.confirmed_at, required.label("required"))
            .join(sign_ins, sign_ins.c.account_id == accounts.c.id)
            .where(sign_ins.c.digest == digest, ~_over(now))
        )
        with self.database.reading() as connection:
            rows = connection.execute(wanted).all()
        account = next(iter(accounts_in(rows)), None)
        if account is None or account.disabled_at is not None:
            return None
        row = rows[0]
        if now - row.seen_at >= NOTED_EVERY:
            with self.database.writing() as connection:
                connection.execute(update(sign_ins).where(sign_ins.c.digest == digest).values(seen_at=now))
        missing = not account.second_factor and needs_second_factor(account, row.required)
        return SignIn(digest, account, row.begun_at, now - row.confirmed_at < CONFIRMED_FOR, missing)

    def confirm(self, digest: str, now: datetime) -> str:
        """Note that the person showed again who they are; answers the session's new token, the old one is over."""
        token = secrets.token_urlsafe(32)
        values = {"digest": token_digest(token), "confirmed_at": now}
        with self.database.writing() as connection:
            connection.execute(update(sign_ins).where(sign_ins.c.digest == digest).values(values))
        return token

    def end(self, sign_in: SignIn) -> None:
        """Sign out, here."""
        with self.database.writing() as connection:
            connection.execute(delete(sign_ins).where(sign_ins.c.digest == sign_in.digest))
            add_account_entry_in(connection, sign_in.account.name, "signed out", sign_in.account.id)

    def end_others(self, sign_in: SignIn) -> int:
        """Sign out everywhere but here; how many sessions that ended."""
        others = (sign_ins.c.account_id == sign_in.account.id) & (sign_ins.c.digest != sign_in.digest)
        with self.database.writing() as connection:
            ended = connection.execute(delete(sign_ins).where(others)).rowcount
            add_account_entry_in(connection, sign_in.account.name, "signed out everywhere else", sign_in.account.id)
        return ended

    def of(self, sign_in: SignIn, now: datetime) -> list[SignedInSince]:
        """All sessions of the same account, the newest first."""
        wanted = (
            select(sign_ins)
            .where(sign_ins.c.account_id == sign_in.account.id, ~_over(now))
            .order_by(sign_ins.c.begun_at.desc())
        )
        with self.database.reading() as connection:
            rows = connection.execute(wanted).all()
        return [SignedInSince(row.begun_at, row.seen_at, row.digest == sign_in.digest) for row in rows]


def needs_second_factor(account: Account, setting: str | None) -> bool:
    """Whether the site demands a second step of this account, by `SECOND_FACTOR_REQUIRED`."""
    if setting in (EVERYBODY, NOBODY):
        return setting == EVERYBODY
    return bool(account.scopes("publisher"))


def token_digest(token: str) -> str:
    """SHA-256 of a token in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def _over(now: datetime) -> Any:
    return (sign_ins.c.seen_at <= now - IDLE) | (sign_ins.c.begun_at <= now - LONGEST)
