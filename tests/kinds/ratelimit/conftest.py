"""Judging a configuration as a review does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from twiceshy.kinds.ratelimit import KIND
from twiceshy.kinds.ratelimit.facts import Promise, RateLimitFact
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId
from twiceshy.model.verdict import Verdict

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
NGINX = "/etc/nginx/nginx.conf"
See = Callable[..., RateLimitFact]
Judge = Callable[..., Verdict]


def seen(promise: Promise, files: Mapping[str, bytes]) -> RateLimitFact | Unseen:
    configuration = Configuration(files=files, origin="after")
    guard = Guard(GuardId("shop"), KIND.id, "shop", promise, timedelta(hours=1))
    assert KIND.proposals is not None
    fact = KIND.proposals.fact(guard, configuration, NOW)
    assert isinstance(fact, RateLimitFact | Unseen)
    return fact


@pytest.fixture
def judge_nginx() -> Judge:
    """`judge_nginx(text_inside_http, **promise)`; other files by their path in `files`."""

    def judge(text: str, files: Mapping[str, bytes] | None = None, **promise: object) -> Verdict:
        whole = b"events {}\nhttp {\n" + text.encode() + b"\n}\n"
        promised = Promise(**promise)  # type: ignore[arg-type] # the test says what fits
        fact = seen(promised, {NGINX: whole, **(files or {})})
        assert isinstance(fact, RateLimitFact), fact
        return KIND.judge(promised, fact, NOW)

    return judge


@pytest.fixture
def judge_haproxy() -> Judge:
    """`judge_haproxy(text, **promise)`."""

    def judge(text: str, **promise: object) -> Verdict:
        promised = Promise(**promise)  # type: ignore[arg-type] # the test says what fits
        fact = seen(promised, {"/etc/haproxy/haproxy.cfg": text.encode()})
        assert isinstance(fact, RateLimitFact), fact
        return KIND.judge(promised, fact, NOW)

    return judge
