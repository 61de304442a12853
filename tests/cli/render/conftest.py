"""Outcomes of checks, made by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from twiceshy.cli.render.outcome import Outcome
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import ActionRef, GuardId, KindId
from twiceshy.model.place import Place
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict
from twiceshy.store.records import Turn
from twiceshy.watch.sweep import Result

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def result() -> Callable[..., Result]:
    """One guard and its verdict."""

    def make(
        name: str,
        verdict: Verdict,
        *,
        kind: str = "certificate",
        target: str = "mail.smtp",
        because: str | None = None,
    ) -> Result:
        guard = Guard(
            GuardId(name),
            KindId(kind),
            target,
            None,
            timedelta(hours=6),
            because=(ActionRef.parse(because),) if because else (),
            place=Place("twiceshy.yaml", 7, 5),
        )
        return Result(guard, Unseen("stand-in", NOON, "desk"), verdict, 0.1234)

    return make


@pytest.fixture
def outcome(result: Callable[..., Result]) -> Outcome:
    """One of each verdict, and one turn."""
    ended = Broken(
        Severity.CRITICAL,
        "the certificate ended 2026-05-30, promised 21 days",
        (Evidence("smtp://mail:25 at 192.0.2.7", "leaf ended 2026-05-30 00:00 UTC"),),
        next_step="Renew it.",
    )
    late = Broken(
        Severity.WARNING, "9 days left, promised 21", hurts_at=NOON + timedelta(days=9, hours=3)
    )
    return Outcome(
        "twiceshy.yaml",
        "0.1.0",
        NOON,
        "desk",
        0.61,
        (
            result("web", Holds("200 in 12 ms", (Evidence("https://web/", "200"),)), kind="http"),
            result("rules", Unknown("not checked yet", next_step="Look."), kind="firewall"),
            result("shop-certificate", late, target="shop"),
            result("mail-certificate", ended, because="mail-2024#a2"),
        ),
        turns=(
            Turn(GuardId("mail-certificate"), "holds", "broken", NOON),
            Turn(GuardId("rules"), None, "unknown", NOON),
        ),
    )
