from __future__ import annotations

from datetime import UTC, datetime, timedelta

from twiceshy.guards.schedule import due, next_due
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _guard(name: str, hours: float) -> Guard:
    return Guard(GuardId(name), KindId("http"), "web", None, timedelta(hours=hours))


HOURLY, DAILY, NEW = _guard("hourly", 1), _guard("daily", 24), _guard("new", 5)
SEEN = {
    HOURLY.id: NOW - timedelta(hours=1),
    DAILY.id: NOW - timedelta(hours=23),
}


def test_a_guard_is_due_when_its_cadence_has_passed() -> None:
    assert due([HOURLY, DAILY], SEEN, NOW) == (HOURLY,)
    assert due([HOURLY, DAILY], SEEN, NOW + timedelta(hours=1)) == (HOURLY, DAILY)
    assert due([HOURLY, DAILY], SEEN, NOW - timedelta(seconds=1)) == ()


def test_a_guard_never_seen_is_due_before_all_others() -> None:
    assert due([HOURLY, NEW], SEEN, NOW) == (NEW, HOURLY)


def test_a_guard_last_seen_in_the_future_is_due() -> None:
    assert due([DAILY], {DAILY.id: NOW + timedelta(days=300)}, NOW) == (DAILY,)


def test_the_next_one_due_says_how_long_nothing_is_to_be_done() -> None:
    assert next_due([DAILY], SEEN, NOW) == NOW + timedelta(hours=1)
    assert next_due([DAILY, HOURLY], SEEN, NOW) == NOW
    assert next_due([NEW], SEEN, NOW) == NOW
    assert next_due([], SEEN, NOW) is None
