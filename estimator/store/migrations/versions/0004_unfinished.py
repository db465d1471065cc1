"""What is begun at the desk's door and not finished: second steps, challenges of passkeys, apps being set up."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "unfinished",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("account_id", serial, sa.ForeignKey("accounts.id"), index=True),
        sa.Column("password_mark", sa.String(64)),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
