"""Changes: their reviews, approvals, and what became of them.

There is no way down: the journal is append-only, and a step back would lose records.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Build the three tables of changes."""
    op.create_table(
        "review",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("exit_code", sa.Integer, nullable=False),
        sa.Column("shape", sa.JSON, nullable=False),
    )
    op.create_table(
        "approval",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("despite", sa.String),
    )
    op.create_table(
        "application",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("why", sa.String),
    )
    for table in ("review", "approval", "application"):
        op.create_index(f"{table}_by_hash", table, ["hash", "at", "id"])
