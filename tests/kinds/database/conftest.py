"""Settings as texts, judged as a change that is not applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from twiceshy.kinds.database import KIND
from twiceshy.kinds.database.facts import DatabaseFact, Promise
from twiceshy.kinds.database.rules import judge
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId
from twiceshy.model.verdict import Holds, Unknown, Verdict

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ENV = "/srv/login/.env"

Judged = Callable[..., Verdict]


def judged_files(given: Mapping[str, str], /, **promise: object) -> Verdict:
    """The verdict on these files; each field of the promise by its name."""
    return judged_change(given, {}, **promise)


def judged_change(
    given: Mapping[str, str], unseen: Mapping[str, str], /, **promise: object
) -> Verdict:
    """As above, with files that could not be read and why."""
    kept = Promise(**promise)  # type: ignore[arg-type] # each test names its fields
    guard = Guard(GuardId("login-database"), KIND.id, "login", kept, timedelta(minutes=5))
    content = {path: text.encode() for path, text in given.items()}
    configuration = Configuration(content, "after", unseen=unseen)
    assert KIND.proposals is not None
    seen = KIND.proposals.fact(guard, configuration, NOW)
    if isinstance(seen, Unseen):
        return Unknown(seen.why, next_step=seen.next_step)
    assert isinstance(seen, DatabaseFact)
    assert "geheim" not in repr(seen)
    verdict = judge(kept, seen, NOW)
    assert "geheim" not in repr(verdict)
    return verdict


@pytest.fixture
def judged() -> Judged:
    """`judged(url, host="db-1")`: the verdict on a .env file with this DATABASE_URL."""

    def verdict(url: str, more: str = "", **promise: object) -> Verdict:
        return judged_files({ENV: f"DATABASE_URL={url}\n{more}"}, **promise)

    return verdict


def text_of(verdict: Verdict) -> str:
    """All that a verdict says."""
    said = verdict.summary if isinstance(verdict, Holds) else verdict.why
    return "\n".join(
        [said, *(f"{one.what}: {one.found} ({one.place})" for one in verdict.evidence)]
    )
