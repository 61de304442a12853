"""The journal's tables as this version knows them; `migrations/` is how a database gets there."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

HEAD = "0002"
"""The newest migration: a database that has reached it needs no look at the migrations."""

VERSION_TABLE = "journal_version"
"""Where the database keeps its migration; a name of our own, because the database may be shared."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept and given back in UTC, also where the database knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC for the database; raises ValueError for a datetime without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the journal keeps no datetime without a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = MetaData()
_Id = BigInteger().with_variant(Integer, "sqlite")

run = Table(
    "run",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("started", Instant, nullable=False),
    Column("ended", Instant, nullable=False),
    Column("vantage", String, nullable=False),
    Column("version", String, nullable=False),
    Column("whole", Boolean, nullable=False),
)
"""One pass over an estate's guards."""

observation = Table(
    "observation",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("run_id", _Id, ForeignKey("run.id"), nullable=False),
    Column("guard_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("target", String, nullable=False),
    Column("promise", JSON, nullable=False),
    Column("at", Instant, nullable=False),
    Column("vantage", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("severity", String),
    Column("why", String, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("next_step", String),
    Column("hurts_at", Instant),
    Column("took_seconds", Float, nullable=False),
    Index("observation_by_guard", "guard_id", "at", "id"),
)
"""What one look at one guard came to; `why` is the summary when it holds."""

turn = Table(
    "turn",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("guard_id", String, nullable=False),
    Column("before", String),
    Column("after", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("observation_id", _Id, ForeignKey("observation.id"), nullable=False),
    Index("turn_by_guard", "guard_id", "at", "id"),
)
"""A guard's verdict becoming another one; the first observation turns from NULL."""

attestation = Table(
    "attestation",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("guard_id", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("evidence", String, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Index("attestation_by_guard", "guard_id", "at", "id"),
)
"""Somebody's word that a practice was done, when, and where the record is."""

review = Table(
    "review",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("hash", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("exit_code", Integer, nullable=False),
    Column("shape", JSON, nullable=False),
    Index("review_by_hash", "hash", "at", "id"),
)
"""A change, judged before it was applied; `shape` is the review as `--format json` tells it."""

approval = Table(
    "approval",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("hash", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("despite", String),
    Index("approval_by_hash", "hash", "at", "id"),
)
"""Who approved what; `despite` is why, where the review found something broken or unknown."""

application = Table(
    "application",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("hash", String, nullable=False),
    Column("host", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("step", String, nullable=False),
    Column("why", String),
    Index("application_by_hash", "hash", "at", "id"),
)
"""What became of an approved change on a host: applied, confirmed, rolled back, or failed."""
