from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from twiceshy.errors import BugInTwiceshy
from twiceshy.guards.judge import judge
from twiceshy.kinds.planned import PLANNED_KINDS
from twiceshy.kinds.practice.facts import PracticeFact, Promise
from twiceshy.model.fact import Attestation, Fact, Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId
from twiceshy.model.verdict import Broken, Holds, Unknown

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _practice() -> Guard:
    promise = Promise(what="trained", subject="on-call", within_days=30)
    return Guard(GuardId("training"), KindId("practice"), "", promise, timedelta(days=1))


@pytest.mark.parametrize(("days", "expected"), [(3, Holds), (45, Broken)])
def test_a_fact_goes_to_the_rules_of_the_guards_kind(days: int, expected: type) -> None:
    done = Attestation("ops", NOW - timedelta(days=days), "wiki/7")
    fact = PracticeFact(at=NOW, vantage="desk", attestation=done)
    assert isinstance(judge(_practice(), fact, NOW), expected)


def test_what_could_not_be_seen_is_unknown_with_its_reason_and_next_step() -> None:
    unseen = Unseen("the journal is locked", NOW, "desk", "Wait.")
    assert judge(_practice(), unseen, NOW) == Unknown("the journal is locked", next_step="Wait.")


@pytest.mark.parametrize("kind", sorted(PLANNED_KINDS))
def test_a_planned_kind_is_unknown_whatever_was_seen(kind: KindId) -> None:
    guard = Guard(GuardId("g"), kind, "mail", MappingProxyType({}), timedelta(days=1))
    verdict = judge(guard, Unseen("no probe", NOW, "desk"), NOW)
    assert isinstance(verdict, Unknown)
    assert verdict.why == f"{kind} guards are not checked by this version of Twiceshy"
    assert verdict.next_step


def test_a_fact_of_another_kind_is_our_bug() -> None:
    with pytest.raises(BugInTwiceshy, match="was handed a Fact"):
        judge(_practice(), Fact(at=NOW, vantage="desk"), NOW)


def test_a_kind_nobody_knows_is_our_bug() -> None:
    guard = Guard(GuardId("g"), KindId("nonsense"), "mail", None, timedelta(days=1))
    with pytest.raises(BugInTwiceshy, match="no known kind"):
        judge(guard, Unseen("no probe", NOW, "desk"), NOW)
