"""The named views of the journal, as statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, Subquery, exists, select

from twiceshy.model.ids import GuardId
from twiceshy.store.schema import attestation, observation, turn


def newest(guard_ids: Sequence[GuardId]) -> Select[Any]:
    """For each guard that was ever observed: verdict word and time of its newest observation."""
    known = _observed(guard_ids)
    return select(observation.c.guard_id, observation.c.verdict, observation.c.at).select_from(
        known.join(observation, observation.c.id == _newest_id(known))
    )


def latest(guard_ids: Sequence[GuardId]) -> Select[Any]:
    """For each guard that was ever observed: its newest observation, `since` and `ever_held`."""
    known = _observed(guard_ids)
    since = (
        select(turn.c.at)
        .where(turn.c.guard_id == known.c.guard_id)
        .order_by(turn.c.at.desc(), turn.c.id.desc())
        .limit(1)
        .correlate(known)
        .scalar_subquery()
    )
    ever_held = exists().where(turn.c.guard_id == known.c.guard_id, turn.c.after == "holds")
    return select(
        observation, since.label("since"), ever_held.correlate(known).label("ever_held")
    ).select_from(known.join(observation, observation.c.id == _newest_id(known)))


def turns(guard_id: GuardId | None, after: datetime | None) -> Select[Any]:
    """The turns of one guard or of all, later than `after`, oldest first."""
    wanted = select(turn).order_by(turn.c.at, turn.c.id)
    if guard_id is not None:
        wanted = wanted.where(turn.c.guard_id == guard_id)
    if after is not None:
        wanted = wanted.where(turn.c.at > after)
    return wanted


def latest_attestations(guard_ids: Sequence[GuardId]) -> Select[Any]:
    """For each guard its attestations, the one done last at the end."""
    return (
        select(attestation)
        .where(attestation.c.guard_id.in_(guard_ids))
        .order_by(attestation.c.guard_id, attestation.c.at, attestation.c.id)
    )


def _observed(guard_ids: Sequence[GuardId]) -> Subquery:
    # Every observed guard has a turn, and turns are few: the cost of what is joined to them does
    # not grow with the number of observations.
    return select(turn.c.guard_id).where(turn.c.guard_id.in_(guard_ids)).distinct().subquery()


def _newest_id(known: Subquery) -> ScalarSelect[Any]:
    return (
        select(observation.c.id)
        .where(observation.c.guard_id == known.c.guard_id)
        .order_by(observation.c.at.desc(), observation.c.id.desc())
        .limit(1)
        .correlate(known)
        .scalar_subquery()
    )
