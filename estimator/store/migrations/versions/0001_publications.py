"""Publications, drafts, settings and the log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

APPEND_ONLY = ("texts", "publications", "publication_files", "journal")


def upgrade() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    time = sa.DateTime(timezone=True)
    op.create_table(
        "texts",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        comment="Every text that was ever published, by its SHA-256.",
    )
    op.create_table(
        "publications",
        sa.Column("id", serial, primary_key=True, autoincrement=True),
        sa.Column("owner", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("in_force_from", sa.Date, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.UniqueConstraint("owner", "number", name="uq_publications_owner"),
        sa.CheckConstraint("number > 0", name=op.f("ck_publications_number_counts_from_one")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "publication_files",
        sa.Column("publication_id", serial, sa.ForeignKey("publications.id"), primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("digest", sa.String(64), sa.ForeignKey("texts.digest"), nullable=False),
    )
    op.create_table(
        "drafts",
        sa.Column("owner", sa.String(60), primary_key=True),
        sa.Column("based_on", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("begun_by", sa.String(200), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("proposed_by", sa.String(200)),
        sa.Column("proposed_why", sa.Text),
        sa.Column("proposed_from", sa.Date),
        sa.Column("proposed_at", time),
    )
    op.create_table(
        "draft_files",
        sa.Column("owner", sa.String(60), sa.ForeignKey("drafts.owner", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        comment="Only the files that the draft changes.",
    )
    op.create_table(
        "on_disk",
        sa.Column("folder", sa.String(500), primary_key=True),
        sa.Column("owner", sa.String(60), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        comment="Which publication the files of a folder were last known to hold.",
    )
    op.create_table(
        "settings",
        sa.Column("owner", sa.String(60), primary_key=True),
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("id", serial, primary_key=True, autoincrement=True),
        sa.Column("at", time, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("owner", sa.String(60), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    _only_grow()


def _only_grow() -> None:
    """The database itself refuses to change or delete what was published or logged."""
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for action in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
        )
