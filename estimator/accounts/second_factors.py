"""
What proves that it is you, beside the password: an authenticator app's code or a recovery code.

A code is good once, within half a minute of its time; recovery codes are good once, whenever. Passkeys, which do as
well, are in `passkeys`.
"""

import base64
import binascii
import hmac
import os
import unicodedata
from dataclasses import dataclass
from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, insert, or_, select, update

from estimator.accounts.accounts import Account, account_in, add_account_entry_in
from estimator.accounts.one_time import ALPHABET, LETTERS, LETTERS_BEFORE, code_digest, new_code
from estimator.store.account_tables import accounts, recovery_codes
from estimator.store.database import Database

STEP_SECONDS = 30
RECOVERY_CODES = 10
NONCE_BYTES = 12
SEALED = "gcm1."
"""What is sealed begins with this: AES-256-GCM with a key derived from the site's secret."""

ISSUER = "Ketamine Cost Estimator"


def new_totp_secret() -> str:
    """A new secret in base 32, as authenticator apps take it."""
    return pyotp.random_base32()


def totp_address(secret: str, account: Account) -> str:
    """What an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.email or account.name, issuer_name=ISSUER)


@dataclass(frozen=True, slots=True, eq=False)
class SecondFactors:
    """The codes in a store, `secret` being the site's."""

    database: Database
    secret: str

    def sealed(self, text: str) -> str:
        """`text` encrypted, for the store or a cookie."""
        nonce = os.urandom(NONCE_BYTES)
        return SEALED + base64.urlsafe_b64encode(nonce + self._key.encrypt(nonce, text.encode(), None)).decode()

    def opened(self, sealed: str) -> str | None:
        """What was sealed; None where it was not, or with another secret."""
        try:
            if not sealed.startswith(SEALED):
                # From before 2026-11-28.
                return Fernet(base64.urlsafe_b64encode(self._derived)).decrypt(sealed.encode()).decode()
            held = base64.urlsafe_b64decode(sealed.removeprefix(SEALED))
            return self._key.decrypt(held[:NONCE_BYTES], held[NONCE_BYTES:], None).decode()
        except (InvalidToken, InvalidTag, ValueError):
            return None

    @property
    def _key(self) -> AESGCM:
        return AESGCM(self._derived)

    @property
    def _derived(self) -> bytes:
        return hmac.digest(self.secret.encode(), b"second factors", "sha256")

    # An authenticator app

    def add_totp(self, account: Account, secret: str, code: str, now: datetime) -> list[str] | None:
        """
        Keep the secret once its first `code` is right, None where it is not.

        Answers new recovery codes where there were none, else an empty list.
        """
        counter = _counter(secret, code, now)
        if counter is None:
            return None
        with self.database.writing() as connection:
            values = {"totp": self.sealed(secret), "totp_last": counter}
            connection.execute(update(accounts).where(accounts.c.id == account.id).values(values))
            add_account_entry_in(connection, account.name, "added an authenticator app", account.id)
            return first_recovery_codes_in(connection, account.id)

    def totp_matches(self, account: Account, code: str, now: datetime) -> bool:
        """Whether the code is the app's of now, and nobody used it before."""
        secret = self.opened(account.totp) if account.totp else None
        counter = _counter(secret, code, now) if secret else None
        if counter is None:
            return False
        fresh = or_(accounts.c.totp_last.is_(None), accounts.c.totp_last < counter)
        with self.database.writing() as connection:
            wanted = update(accounts).where(accounts.c.id == account.id, fresh).values(totp_last=counter)
            return connection.execute(wanted).rowcount == 1

    def remove_totp(self, account: Account) -> None:
        with self.database.writing() as connection:
            connection.execute(update(accounts).where(accounts.c.id == account.id).values(totp=None, totp_last=None))
            without_second_factor_in(connection, account.id)
            add_account_entry_in(connection, account.name, "removed an authenticator app", account.id)

    # Recovery codes

    def new_recovery_codes(self, account: Account) -> list[str]:
        """Ten new codes; the old ones are no longer good."""
        with self.database.writing() as connection:
            add_account_entry_in(connection, account.name, "made new recovery codes", account.id)
            return _new_recovery_codes(connection, account.id)

    def use_recovery_code(self, account: Account, code: str) -> bool:
        """Whether this was one of the account's codes; now it is one no longer."""
        mine = (recovery_codes.c.account_id == account.id) & (recovery_codes.c.digest == code_digest(code))
        with self.database.writing() as connection:
            used = connection.execute(delete(recovery_codes).where(mine)).rowcount == 1
            if used:
                add_account_entry_in(connection, account.name, "used a recovery code", account.id)
            return used


def looks_like_recovery_code(code: str) -> bool:
    """Whether somebody typed a recovery code rather than an app's six digits."""
    letters = [c for c in code.upper() if c.isalnum()]
    return len(letters) in (LETTERS, LETTERS_BEFORE) and all(c in ALPHABET for c in letters)


def first_recovery_codes_in(connection: Connection, account_id: int) -> list[str]:
    """New codes where the account has none, as a part of somebody's transaction."""
    mine = select(recovery_codes).where(recovery_codes.c.account_id == account_id).limit(1)
    return [] if connection.execute(mine).first() else _new_recovery_codes(connection, account_id)


def without_second_factor_in(connection: Connection, account_id: int) -> None:
    """Recovery codes stand in for a second factor, and go with the last one."""
    account = account_in(connection, account_id)
    if account and not account.second_factor:
        connection.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))


def _new_recovery_codes(connection: Connection, account_id: int) -> list[str]:
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    connection.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))
    rows = [{"account_id": account_id, "digest": code_digest(code)} for code in codes]
    connection.execute(insert(recovery_codes), rows)
    return codes


def _counter(secret: str, code: str, now: datetime) -> int | None:
    """The half minute that the code belongs to, if it is this one or one beside it: clocks differ."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", code) if not c.isspace())
    current = int(now.timestamp()) // STEP_SECONDS
    try:
        app = pyotp.TOTP(secret)
        return next((at for at in (current, current - 1, current + 1) if _same(app.generate_otp(at), digits)), None)
    except (binascii.Error, ValueError):
        return None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
