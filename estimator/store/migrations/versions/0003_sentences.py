"""
What the program itself says about a publication or in the log: template and values, beside the English.

Columns that may be empty, so that no row has to be touched: what is published and logged only grows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("publications", sa.Column("why_sentence", sa.JSON))
    op.add_column("journal", sa.Column("detail_sentence", sa.JSON))
