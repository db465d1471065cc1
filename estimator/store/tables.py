"""
The tables of the store, as SQLAlchemy Core knows them; `migrations` creates them.

Times are UTC and days are days of the site's clock. What is published stands in `texts`, `publications` and
`publication_files`; these and `journal` only grow, and triggers refuse every update and delete.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from estimator.store.column_types import Serial, StoredSentence, UtcTime

APPEND_ONLY = ("texts", "publications", "publication_files", "journal")
"""Tables whose rows are never changed and never deleted."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

texts = Table(
    "texts",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    comment="Every text that was ever published, by its SHA-256.",
)

publications = Table(
    "publications",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("owner", String(60), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", String(200), nullable=False),
    Column("why", Text, nullable=False),
    Column("why_sentence", StoredSentence),
    Column("how", String(20), nullable=False),
    Column("in_force_from", Date, nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("owner", "number"),
    CheckConstraint("number > 0", name="number_counts_from_one"),
    sqlite_autoincrement=True,
)

publication_files = Table(
    "publication_files",
    metadata,
    Column("publication_id", ForeignKey("publications.id"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("digest", ForeignKey("texts.digest"), nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("owner", String(60), primary_key=True),
    Column("based_on", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("begun_by", String(200), nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("proposed_by", String(200)),
    Column("proposed_why", Text),
    Column("proposed_from", Date),
    Column("proposed_at", UtcTime),
)

draft_files = Table(
    "draft_files",
    metadata,
    Column("owner", ForeignKey("drafts.owner", ondelete="CASCADE"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    comment="Only the files that the draft changes.",
)

on_disk = Table(
    "on_disk",
    metadata,
    Column("folder", String(500), primary_key=True),
    Column("owner", String(60), primary_key=True),
    Column("number", Integer, nullable=False),
    comment="Which publication the files of a folder were last known to hold.",
)

settings = Table(
    "settings",
    metadata,
    Column("owner", String(60), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("value", Text, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("who", String(200), nullable=False),
    Column("action", String(60), nullable=False),
    Column("owner", String(60), nullable=False),
    Column("detail", Text, nullable=False),
    Column("detail_sentence", StoredSentence),
    sqlite_autoincrement=True,
)
