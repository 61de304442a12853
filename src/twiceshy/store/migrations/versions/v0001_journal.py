"""The journal: runs, observations, turns, attestations.

There is no way down: the journal is append-only, and a step back would lose records.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Build the first four tables."""
    op.create_table(
        "run",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("started", _INSTANT, nullable=False),
        sa.Column("ended", _INSTANT, nullable=False),
        sa.Column("vantage", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
    )
    op.create_table(
        "observation",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("run_id", _ID, sa.ForeignKey("run.id"), nullable=False),
        sa.Column("guard_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("promise", sa.JSON, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("vantage", sa.String, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("severity", sa.String),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("next_step", sa.String),
        sa.Column("hurts_at", _INSTANT),
        sa.Column("took_seconds", sa.Float, nullable=False),
    )
    op.create_table(
        "turn",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("guard_id", sa.String, nullable=False),
        sa.Column("before", sa.String),
        sa.Column("after", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("observation_id", _ID, sa.ForeignKey("observation.id"), nullable=False),
    )
    op.create_table(
        "attestation",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("guard_id", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("evidence", sa.String, nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
    )
    for table in ("observation", "turn", "attestation"):
        op.create_index(f"{table}_by_guard", table, ["guard_id", "at", "id"])
