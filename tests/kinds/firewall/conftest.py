from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from textwrap import dedent
from types import MappingProxyType

import pytest

from twiceshy.kinds.firewall.facts import FirewallFact, Promise
from twiceshy.kinds.firewall.read import fact_of
from twiceshy.kinds.firewall.rules import judge
from twiceshy.languages.firewall.read import ruleset_of
from twiceshy.languages.firewall.ruleset import Ruleset
from twiceshy.model.configuration import Configuration
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId
from twiceshy.model.verdict import Verdict

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NFT, V4, V6 = "/etc/nftables.conf", "/etc/iptables/rules.v4", "/etc/iptables/rules.v6"

Written = Callable[..., Configuration]
Read = Callable[..., Ruleset]
Judged = Callable[..., Verdict]


def written_as(nft: str = "", v4: str = "", v6: str = "", **more: str) -> Configuration:
    files = {NFT: nft, V4: v4, V6: v6, **more}
    contents = {path: dedent(text).encode() for path, text in files.items() if text}
    return Configuration(MappingProxyType(contents), origin="before")


@pytest.fixture
def written() -> Written:
    return written_as


@pytest.fixture
def read() -> Read:
    def read_rules(**texts: str) -> Ruleset:
        ruleset = ruleset_of(written_as(**texts))
        assert not ruleset.problems
        return ruleset

    return read_rules


@pytest.fixture
def guard() -> Callable[[Promise], Guard]:
    def made(promise: Promise) -> Guard:
        return Guard(GuardId("g"), KindId("firewall"), "mail", promise, timedelta(minutes=15))

    return made


@pytest.fixture
def judged(guard: Callable[[Promise], Guard]) -> Judged:
    def of(promise: Promise, configuration: Configuration) -> Verdict:
        fact = fact_of(guard(promise), configuration, NOW)
        assert isinstance(fact, FirewallFact), fact
        return judge(promise, fact, NOW)

    return of
