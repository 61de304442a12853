from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from twiceshy.errors import JournalUnavailable
from twiceshy.model.fact import Attestation, Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId
from twiceshy.model.verdict import Holds
from twiceshy.store.location import Location, located
from twiceshy.store.opening import open_journal
from twiceshy.store.records import Run
from twiceshy.watch import loop
from twiceshy.watch.record import OpeningJournal, no_journal
from twiceshy.watch.sweep import Attested, Result

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TRAINING, OTHER = GuardId("training"), GuardId("other")
RUN = Run(NOW, NOW, "desk", "0.1.0")


@pytest.fixture
def location(tmp_path: Path) -> Location:
    return located(f"sqlite:///{tmp_path}/journal.db")


def _opening(location: Location) -> OpeningJournal:
    return OpeningJournal(location, [TRAINING, OTHER], now=lambda: NOW, vantage="desk")


def _asked(attested: Attested, guard_id: GuardId) -> Attestation | Unseen | None:
    async def ask() -> Attestation | Unseen | None:
        return await attested(guard_id)

    return loop.run(ask())


def _result() -> Result:
    guard = Guard(TRAINING, KindId("practice"), "", None, timedelta(days=1))
    return Result(guard, Unseen("stand-in", NOW, "desk"), Holds("fine"), 0.1)


def test_attestations_are_known_as_soon_as_it_is_open(location: Location) -> None:
    done = Attestation("ops", NOW, "wiki/7")
    with open_journal(location) as journal:
        journal.attest(TRAINING, done, recorded_at=NOW)
    opening = _opening(location)
    assert _asked(opening.attested, TRAINING) == done
    assert _asked(opening.attested, OTHER) is None
    opening.record(RUN, [])


def test_what_was_seen_is_recorded_and_told_as_turns(location: Location) -> None:
    (turn,) = _opening(location).record(RUN, [_result()])
    assert (turn.guard_id, turn.before, turn.after) == (TRAINING, None, "holds")
    assert _opening(location).record(RUN, [_result()]) == ()


def test_a_journal_that_does_not_open_makes_practices_unseen_and_fails_at_the_end(
    tmp_path: Path,
) -> None:
    opening = _opening(located(f"sqlite:///{tmp_path}/no/journal.db"))
    unseen = _asked(opening.attested, TRAINING)
    assert isinstance(unseen, Unseen)
    assert "cannot be opened" in unseen.why
    assert unseen.next_step is not None
    with pytest.raises(JournalUnavailable):
        opening.record(RUN, [_result()])


def test_without_a_journal_nobody_knows_what_was_attested() -> None:
    unseen = _asked(no_journal(now=lambda: NOW, vantage="desk"), TRAINING)
    assert isinstance(unseen, Unseen)
    assert "not opened" in unseen.why
