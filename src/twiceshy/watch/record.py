"""The journal of a sweep: it opens while the first looks are under way, and keeps what was seen.

Opening costs the import of the database library, about as much as fifty looks; so it happens in
a thread of its own, and only who needs the journal waits for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from twiceshy.errors import JournalUnavailable
from twiceshy.model.fact import Attestation, Unseen
from twiceshy.model.ids import GuardId
from twiceshy.store.location import Location
from twiceshy.store.records import Observation, Run, Turn
from twiceshy.watch.sweep import Result

if TYPE_CHECKING:
    from twiceshy.store.journal import Journal


@dataclass(frozen=True, slots=True)
class _Opened:
    journal: Journal
    attestations: Mapping[GuardId, Attestation]


class OpeningJournal:
    """A journal that is opening; `practices` are the guards whose attestations will be asked for."""

    def __init__(
        self,
        location: Location,
        practices: Sequence[GuardId],
        *,
        now: Callable[[], datetime],
        vantage: str,
    ) -> None:
        self._practices = practices
        self._now = now
        self._vantage = vantage
        self._location = location
        self._opened: Future[_Opened] = Future()
        # A daemon: a database that does not answer must not keep the process from ending.
        threading.Thread(target=self._open, name="journal", daemon=True).start()

    async def attested(self, guard_id: GuardId) -> Attestation | Unseen | None:
        """The newest attestation of a practice; Unseen when the journal cannot be read."""
        try:
            opened = await asyncio.shield(asyncio.wrap_future(self._opened))
        except JournalUnavailable as error:
            return Unseen(error.message, self._now(), self._vantage, error.hint)
        return opened.attestations.get(guard_id)

    def record(
        self, run: Run, results: Iterable[Result], *, within_seconds: float | None = None
    ) -> tuple[Turn, ...]:
        """Keep a run and its results, and close.

        Raises JournalUnavailable when that failed, also when the journal does not open in time;
        without a time it is waited for as long as the database takes to give up.
        """
        observations = [
            Observation(one.guard, one.verdict, one.seen.at, one.seen.vantage, one.took_seconds)
            for one in results
        ]
        wait((self._opened,), within_seconds)
        if not self._opened.done():
            raise JournalUnavailable(f"the journal {self._location} did not open in time")
        with self._opened.result().journal as journal:
            return journal.record(run, observations)

    def _open(self) -> None:
        try:
            from twiceshy.store.opening import open_journal

            journal = open_journal(self._location)
            opened = _Opened(journal, journal.latest_attestations(self._practices))
        except BaseException as error:  # noqa: BLE001 - whoever waits for the journal gets it
            self._opened.set_exception(error)
        else:
            self._opened.set_result(opened)


def no_journal(
    *, now: Callable[[], datetime], vantage: str
) -> Callable[[GuardId], asyncio.Future[Attestation | Unseen | None]]:
    """What is known of attestations without a journal: nothing, and why."""

    def attested(_guard_id: GuardId) -> asyncio.Future[Attestation | Unseen | None]:
        known: asyncio.Future[Attestation | Unseen | None] = (
            asyncio.get_running_loop().create_future()
        )
        known.set_result(
            Unseen(
                "what was attested stands in the journal, which was not opened",
                now(),
                vantage,
                "Check without --no-journal.",
            )
        )
        return known

    return attested
