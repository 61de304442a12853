"""What the journal keeps of changes: their reviews, who approved them, what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, insert, select

from twiceshy.store.connect import writing
from twiceshy.store.location import Location
from twiceshy.store.plain import storable
from twiceshy.store.schema import application, approval, review
from twiceshy.store.trouble import told_plainly


class Step(StrEnum):
    """What became of a change on a host."""

    BEGUN = "begun"
    """It is on its way; what follows tells how far it came."""
    APPLIED = "applied"
    """It is in place, and rolls back by itself unless somebody confirms it."""
    CONFIRMED = "confirmed"
    ROLLED_BACK = "rolled back"
    FAILED = "failed"
    """Nothing of it was left in place."""
    NOT_ROLLED_BACK = "not rolled back"
    """It should have been, and is in place at least in part."""


@dataclass(frozen=True, slots=True)
class KeptReview:
    """A review as the journal has it."""

    hash: str
    at: datetime
    exit_code: int
    shape: Mapping[str, Any]
    """As `twiceshy review --format json` tells it."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's word that a change may be applied."""

    hash: str
    by: str
    at: datetime
    despite: str | None = None
    """Why, although the review found something broken or unknown."""


@dataclass(frozen=True, slots=True)
class Application:
    """One step of a change on a host."""

    hash: str
    host: str
    at: datetime
    step: Step
    why: str | None = None


class ChangeRecords:
    """Reviews, approvals and applications; every method raises JournalUnavailable as Journal's do."""

    def __init__(self, location: Location, engine: Engine) -> None:
        self._location = location
        self._engine = engine

    def keep_review(self, kept: KeptReview) -> None:
        """Add a review; the same change may be reviewed as often as one likes."""
        self._add(
            review, hash=kept.hash, at=kept.at, exit_code=kept.exit_code, shape=dict(kept.shape)
        )

    def keep_approval(self, kept: Approval) -> None:
        """Add an approval."""
        despite = None if kept.despite is None else storable(kept.despite)
        self._add(approval, hash=kept.hash, by=storable(kept.by), at=kept.at, despite=despite)

    def keep_application(self, kept: Application) -> None:
        """Add a step of applying a change."""
        why = None if kept.why is None else storable(kept.why)
        self._add(
            application,
            hash=kept.hash,
            host=storable(kept.host),
            at=kept.at,
            step=kept.step.value,
            why=why,
        )

    def reviews(self, beginning: str) -> tuple[KeptReview, ...]:
        """The newest review of each change whose hash begins so."""
        wanted = (
            select(review)
            .where(review.c.hash.startswith(beginning, autoescape=True))
            .order_by(review.c.at, review.c.id)
        )
        with told_plainly(self._location, "read"), self._engine.begin() as connection:
            found = {
                row.hash: KeptReview(row.hash, row.at, row.exit_code, row.shape)
                for row in connection.execute(wanted)
            }
        return tuple(found.values())

    def review_at(self, hash_: str, at: datetime) -> KeptReview | None:
        """The newest review of this change that was kept by then."""
        wanted = (
            select(review)
            .where(review.c.hash == hash_, review.c.at <= at)
            .order_by(review.c.at.desc(), review.c.id.desc())
            .limit(1)
        )
        with told_plainly(self._location, "read"), self._engine.begin() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else KeptReview(row.hash, row.at, row.exit_code, row.shape)

    def approvals(self, hash_: str) -> tuple[Approval, ...]:
        """Who approved this change, oldest first."""
        wanted = select(approval).where(approval.c.hash == hash_).order_by(approval.c.at)
        with told_plainly(self._location, "read"), self._engine.begin() as connection:
            return tuple(
                Approval(row.hash, row.by, row.at, row.despite)
                for row in connection.execute(wanted)
            )

    def applications(self, hash_: str) -> tuple[Application, ...]:
        """What became of this change, oldest first."""
        wanted = (
            select(application)
            .where(application.c.hash == hash_)
            .order_by(application.c.at, application.c.id)
        )
        with told_plainly(self._location, "read"), self._engine.begin() as connection:
            return tuple(
                Application(row.hash, row.host, row.at, Step(row.step), row.why)
                for row in connection.execute(wanted)
            )

    def _add(self, table: Any, **values: Any) -> None:
        with told_plainly(self._location, "write"), writing(self._engine).begin() as connection:
            connection.execute(insert(table).values(**values))
