"""Judging a configuration as a review does, with certificates made for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from tests.farm.authority import NOW, Issued, ec_key, intermediate, issue, root
from twiceshy.kinds.webserver import KIND
from twiceshy.kinds.webserver.facts import Promise, WebServerFact
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId
from twiceshy.model.verdict import Verdict

NGINX = "/etc/nginx/nginx.conf"
HAPROXY = "/etc/haproxy/haproxy.cfg"
NAME = "shop.example.org"
Judge = Callable[..., Verdict]


def shop_leaf(role: object = "shop", **settings: object) -> Issued:
    """A certificate for the shop, issued by an intermediate; 60 days are left at NOW."""
    given = {"names": (NAME,), **settings}
    return issue(NAME, by=intermediate(root()), key=ec_key(str(role)), **given)  # type: ignore[arg-type] # the test says what fits


def chain_of(leaf: Issued) -> bytes:
    return b"".join(one.pem for one in leaf.up)


def seen(
    promise: Promise, files: Mapping[str, bytes], unseen: Mapping[str, str] | None = None
) -> WebServerFact | Unseen:
    configuration = Configuration(files=files, origin="after", unseen=unseen or {})
    guard = Guard(GuardId("web"), KIND.id, "web", promise, timedelta(minutes=15))
    assert KIND.proposals is not None
    fact = KIND.proposals.fact(guard, configuration, NOW)
    assert isinstance(fact, WebServerFact | Unseen)
    return fact


@pytest.fixture
def judge_nginx() -> Judge:
    """`judge_nginx(text_inside_http, files, **promise)`."""

    def judge(
        text: str,
        files: Mapping[str, bytes] | None = None,
        unseen: Mapping[str, str] | None = None,
        **promise: object,
    ) -> Verdict:
        whole = b"events {}\nhttp {\n" + text.encode() + b"\n}\n"
        promised = Promise(**promise)  # type: ignore[arg-type] # the test says what fits
        fact = seen(promised, {NGINX: whole, **(files or {})}, unseen)
        assert isinstance(fact, WebServerFact), fact
        return KIND.judge(promised, fact, NOW)

    return judge


@pytest.fixture
def judge_haproxy() -> Judge:
    """`judge_haproxy(text, files, **promise)`."""

    def judge(text: str, files: Mapping[str, bytes] | None = None, **promise: object) -> Verdict:
        promised = Promise(**promise)  # type: ignore[arg-type] # the test says what fits
        fact = seen(promised, {HAPROXY: text.encode(), **(files or {})})
        assert isinstance(fact, WebServerFact), fact
        return KIND.judge(promised, fact, NOW)

    return judge
