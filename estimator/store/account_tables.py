"""
The tables of accounts: who may do what at the clinic's desk, and how they prove who they are.

Nothing here can be turned back into a password, a recovery code or a session: only digests are kept. A TOTP secret has
to be read again at every sign-in, so it is kept encrypted with the site's secret.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from estimator.store.column_types import Serial, UtcTime
from estimator.store.tables import metadata as metadata

# People at the desk; a key is the name or the address as it is compared.
accounts = Table(
    "accounts",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("name", String(80), nullable=False),
    Column("name_key", String(120), nullable=False, unique=True),
    Column("email", String(200)),
    Column("email_key", String(300), unique=True),
    Column("password", String(200)),
    Column("totp", Text),
    Column("totp_last", BigInteger),
    Column("passkey_user", LargeBinary, nullable=False, unique=True),
    Column("added_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
    sqlite_autoincrement=True,
)


def _of_account() -> Column[int]:
    return Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True)


# A role at one owner's tables, or at all: scope *.
grants = Table(
    "grants",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("role", String(20), primary_key=True),
    Column("scope", String(60), primary_key=True),
    CheckConstraint("role IN ('editor', 'publisher', 'owner')", name="role_is_known"),
)

# Who is signed in, by the SHA-256 of what their browser holds.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("digest", String(64), primary_key=True),
    _of_account(),
    Column("begun_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("confirmed_at", UtcTime, nullable=False),
)

# What waits to be finished by whoever holds the token of this SHA-256, as long as the password is the one of the mark.
unfinished = Table(
    "unfinished",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), index=True),
    Column("password_mark", String(64)),
    Column("data", Text, nullable=False),
    Column("ends_at", UtcTime, nullable=False, index=True),
)

one_time_codes = Table(
    "one_time_codes",
    metadata,
    Column("digest", String(64), primary_key=True),
    _of_account(),
    Column("ends_at", UtcTime, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
)

# The site is the host name that the key was made for, its relying party.
passkeys = Table(
    "passkeys",
    metadata,
    Column("credential", LargeBinary, primary_key=True),
    _of_account(),
    Column("name", String(80), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("site", String(255), nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)

# Recent failures by the SHA-256 of a name or of a network address.
failed_sign_ins = Table(
    "failed_sign_ins",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("wait_until", UtcTime, nullable=False),
)
