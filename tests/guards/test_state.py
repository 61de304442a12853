from __future__ import annotations

from datetime import UTC, datetime, timedelta

from twiceshy.guards.state import ActionState, Progress, Standing, progress
from twiceshy.model.ids import GuardId
from twiceshy.model.verdict import Severity

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=3)
G, H = GuardId("g"), GuardId("h")

NEVER = Standing(G)
HOLDS = Standing(G, "holds", "fine", NOON, ever_held=True)
HOLDS_LATER = Standing(H, "holds", "fine", LATER, ever_held=True)
UNKNOWN = Standing(G, "unknown", "no answer", NOON)
UNSEEN_AFTER_HOLDING = Standing(G, "unknown", "no answer", NOON, ever_held=True)
FELL = Standing(G, "broken", "ended", LATER, ever_held=True, severity=Severity.CRITICAL)
NOT_KEPT = Standing(H, "broken", "9 days", NOON, severity=Severity.WARNING)


def test_an_action_without_guards_is_unguarded() -> None:
    assert progress([]) == Progress(ActionState.UNGUARDED, None, None)


def test_a_guard_never_checked_makes_an_action_guarded() -> None:
    assert progress([NEVER]) == Progress(ActionState.GUARDED, None, NEVER)
    assert progress([HOLDS, NEVER]).state is ActionState.GUARDED


def test_unknown_is_never_holding() -> None:
    assert progress([HOLDS_LATER, UNKNOWN]) == Progress(ActionState.GUARDED, NOON, UNKNOWN)


def test_what_held_and_is_no_longer_seen_is_guarded_and_not_regressed() -> None:
    assert progress([UNSEEN_AFTER_HOLDING]).state is ActionState.GUARDED


def test_an_action_holds_since_the_last_of_its_guards_holds() -> None:
    assert progress([HOLDS, HOLDS_LATER]) == Progress(ActionState.HOLDING, LATER, HOLDS)


def test_broken_after_holding_is_regressed() -> None:
    assert progress([HOLDS, FELL]) == Progress(ActionState.REGRESSED, LATER, FELL)


def test_broken_from_the_start_is_guarded_and_not_kept_yet() -> None:
    assert progress([NOT_KEPT]) == Progress(ActionState.GUARDED, NOON, NOT_KEPT)


def test_the_guard_that_fell_decides_before_one_that_never_held() -> None:
    assert progress([NOT_KEPT, FELL]) == Progress(ActionState.REGRESSED, LATER, FELL)


def test_the_worse_of_two_broken_guards_decides() -> None:
    worse = Standing(G, "broken", "ended", LATER, severity=Severity.CRITICAL)
    assert progress([NOT_KEPT, worse]).decided_by is worse
