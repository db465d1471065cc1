"""Accounts of the clinic's desk."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    time = sa.DateTime(timezone=True)

    def account(primary_key: bool = False) -> sa.Column[int]:
        there = sa.ForeignKey("accounts.id")
        return sa.Column("account_id", serial, there, nullable=False, primary_key=primary_key, index=not primary_key)

    op.create_table(
        "accounts",
        sa.Column("id", serial, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_key", sa.String(120), nullable=False, unique=True),
        sa.Column("email", sa.String(200)),
        sa.Column("email_key", sa.String(300), unique=True),
        sa.Column("password", sa.String(200)),
        sa.Column("totp", sa.Text),
        sa.Column("totp_last", sa.BigInteger),
        sa.Column("passkey_user", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("added_at", time, nullable=False),
        sa.Column("disabled_at", time),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "grants",
        account(primary_key=True),
        sa.Column("role", sa.String(20), primary_key=True),
        sa.Column("scope", sa.String(60), primary_key=True),
        sa.CheckConstraint("role IN ('editor', 'publisher', 'owner')", name=op.f("ck_grants_role_is_known")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("digest", sa.String(64), primary_key=True),
        account(),
        sa.Column("begun_at", time, nullable=False),
        sa.Column("seen_at", time, nullable=False),
        sa.Column("confirmed_at", time, nullable=False),
    )
    op.create_table(
        "one_time_codes",
        sa.Column("digest", sa.String(64), primary_key=True),
        account(),
        sa.Column("ends_at", time, nullable=False),
    )
    op.create_table(
        "recovery_codes",
        account(primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
    )
    op.create_table(
        "passkeys",
        sa.Column("credential", sa.LargeBinary, primary_key=True),
        account(),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("site", sa.String(255), nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("added_at", time, nullable=False),
        sa.Column("used_at", time),
    )
    op.create_table(
        "failed_sign_ins",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", time, nullable=False),
        sa.Column("wait_until", time, nullable=False),
    )
