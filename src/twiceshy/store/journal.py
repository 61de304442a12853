"""The append-only record of all that happened: it is only ever added to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Row, Select, insert

from twiceshy.model.fact import Attestation
from twiceshy.model.ids import GuardId
from twiceshy.store import queries
from twiceshy.store.change_records import ChangeRecords
from twiceshy.store.connect import writing
from twiceshy.store.location import Location
from twiceshy.store.plain import storable
from twiceshy.store.records import Latest, Observation, Run, Turn
from twiceshy.store.rows import latest_from_row, observation_row, run_row
from twiceshy.store.schema import attestation, observation, run, turn
from twiceshy.store.trouble import told_plainly

_AT_ONCE = 1000
"""Guard ids in one query: below every database's limit on parameters."""


class Journal:
    """An open journal; a context manager. One thread at a time may use it.

    Every method raises JournalUnavailable when the database cannot; a write is then undone as a
    whole and what was recorded before is unharmed.
    """

    def __init__(self, location: Location, engine: Engine) -> None:
        self._location = location
        self._engine = engine
        self.changes = ChangeRecords(location, engine)
        """Reviews, approvals, and what became of changes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def record(self, this_run: Run, observations: Sequence[Observation]) -> tuple[Turn, ...]:
        """Add a run and what it saw, all or nothing; returns the turns this made, oldest first.

        An observation older than the newest known one of its guard is kept and makes no turn.
        """
        in_order = sorted(observations, key=lambda seen: seen.at)
        ids = list(dict.fromkeys(seen.guard.id for seen in in_order))
        with told_plainly(self._location, "write"), writing(self._engine).begin() as connection:
            started = connection.execute(insert(run).values(run_row(this_run)))
            (run_id,) = started.inserted_primary_key or (None,)
            known = {
                row.guard_id: (row.verdict, row.at)
                for row in _for_each(queries.newest, connection, ids)
            }
            quiet: list[dict[str, Any]] = []
            turned: list[dict[str, Any]] = []
            turns: list[Turn] = []
            for seen in in_order:
                row = observation_row(seen, run_id)
                before, last_at = known.get(seen.guard.id, (None, None))
                if last_at is not None and seen.at < last_at:
                    quiet.append(row)
                    continue
                known[seen.guard.id] = (row["verdict"], seen.at)
                if before == row["verdict"]:
                    quiet.append(row)
                else:
                    turned.append(row)
                    turns.append(Turn(seen.guard.id, before, row["verdict"], seen.at))
            if quiet:
                connection.execute(insert(observation), quiet)
            if turned:
                _add_turns(connection, turned, turns)
        return tuple(turns)

    def attest(self, guard_id: GuardId, attested: Attestation, *, recorded_at: datetime) -> None:
        """Add somebody's word that a practice was done."""
        with told_plainly(self._location, "write"), writing(self._engine).begin() as connection:
            connection.execute(
                insert(attestation).values(
                    guard_id=guard_id,
                    by=storable(attested.by),
                    at=attested.at,
                    evidence=storable(attested.evidence),
                    recorded_at=recorded_at,
                )
            )

    def latest_attestation(self, guard_id: GuardId) -> Attestation | None:
        """The attestation that was done last, however late it was recorded."""
        return self.latest_attestations([guard_id]).get(guard_id)

    def latest_attestations(self, guard_ids: Sequence[GuardId]) -> Mapping[GuardId, Attestation]:
        """The same for many guards; those nobody attested are missing."""
        with told_plainly(self._location, "read"), self._engine.begin() as connection:
            return {
                GuardId(row.guard_id): Attestation(row.by, row.at, row.evidence)
                for row in _for_each(queries.latest_attestations, connection, guard_ids)
            }

    def latest(self, guard_ids: Sequence[GuardId]) -> Mapping[GuardId, Latest]:
        """What was last seen of each guard, and since when; guards never checked are missing."""
        with told_plainly(self._location, "read"), self._engine.begin() as connection:
            return {
                GuardId(row.guard_id): latest_from_row(row)
                for row in _for_each(queries.latest, connection, guard_ids)
            }

    def turns(
        self, guard_id: GuardId | None = None, *, after: datetime | None = None
    ) -> tuple[Turn, ...]:
        """The turns of one guard or of all, later than `after`, oldest first."""
        with told_plainly(self._location, "read"), self._engine.begin() as connection:
            return tuple(
                Turn(GuardId(row.guard_id), row.before, row.after, row.at)
                for row in connection.execute(queries.turns(guard_id, after))
            )


def _add_turns(
    connection: Connection, rows: Sequence[dict[str, Any]], turns: Sequence[Turn]
) -> None:
    added = connection.execute(
        insert(observation).returning(observation.c.id, sort_by_parameter_order=True), list(rows)
    )
    connection.execute(
        insert(turn),
        [
            {
                "guard_id": made.guard_id,
                "before": made.before,
                "after": made.after,
                "at": made.at,
                "observation_id": observation_id,
            }
            for made, observation_id in zip(turns, added.scalars(), strict=True)
        ],
    )


def _for_each(
    view: Callable[[Sequence[GuardId]], Select[Any]],
    connection: Connection,
    guard_ids: Sequence[GuardId],
) -> Iterator[Row[Any]]:
    for start in range(0, len(guard_ids), _AT_ONCE):
        yield from connection.execute(view(guard_ids[start : start + _AT_ONCE]))
