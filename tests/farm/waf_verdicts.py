"""From rules to a verdict, as a review does it: read the files, then judge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.farm.walls import CRS, Wall
from twiceshy.kinds.waf.facts import Promise, WafFact
from twiceshy.kinds.waf.proposals import fact
from twiceshy.kinds.waf.rules import judge
from twiceshy.model.configuration import Configuration
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId
from twiceshy.model.verdict import Verdict

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def guard_of(promise: Promise, target: str = "shop") -> Guard:
    return Guard(GuardId("shop-waf"), KindId("waf"), target, promise, timedelta(hours=1))


def judged(configuration: Configuration, promise: Promise) -> Verdict:
    seen = fact(guard_of(promise), configuration, NOW)
    assert isinstance(seen, WafFact), seen
    return judge(promise, seen, NOW)


def first(rules: str) -> str:
    return f"{rules}\n{CRS}"


def last(rules: str) -> str:
    return f"{CRS}{rules}\n"


def threshold(score: int, number: int = 900110) -> str:
    return (
        f'SecAction "id:{number},phase:1,nolog,pass,t:none,'
        f'setvar:tx.inbound_anomaly_score_threshold={score}"'
    )


def verdict_of(wall: Wall, **promise: Any) -> Verdict:
    return judged(wall.configuration, Promise(files=(wall.main,), **promise))
