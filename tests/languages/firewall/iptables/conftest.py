from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.farm.kernel.sandbox import Kernel, why_not
from twiceshy.languages.firewall.conditions import Condition
from twiceshy.languages.firewall.ipset import NO_SETS
from twiceshy.languages.firewall.iptables.save import Saved, read_save
from twiceshy.languages.firewall.ruleset import Chain, Rule, TableFamily

Read = Callable[..., Saved]
RuleOf = Callable[..., Rule]
Asks = Callable[..., tuple[Condition, ...]]


def _read(text: str, family: TableFamily = TableFamily.IP) -> Saved:
    return read_save(text.encode(), "rules", family, NO_SETS)


@pytest.fixture
def read() -> Read:
    """`read(text)`: the file as iptables-restore takes it."""
    return _read


@pytest.fixture
def rule() -> RuleOf:
    """`rule("-p tcp -j DROP")`: the one rule, which must be read without any problem."""

    def one(
        text: str,
        *,
        table: str = "filter",
        chain: str = "user",
        family: TableFamily = TableFamily.IP,
    ) -> Rule:
        declared = f":{chain} - [0:0]\n" if chain.islower() else ""
        saved = _read(f"*{table}\n:other - [0:0]\n{declared}-A {chain} {text}\nCOMMIT\n", family)
        assert saved.problems == ()
        found: Chain = saved.tables[0].chains[chain]
        (only,) = found.rules
        return only

    return one


@pytest.fixture
def asks(rule: RuleOf) -> Asks:
    """`asks("-p tcp")`: the conditions of that rule."""

    def of(text: str, **where: object) -> tuple[Condition, ...]:
        return rule(f"{text} -j DROP", **where).conditions

    return of


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """A kernel of one's own to load rules into; without namespaces the test is skipped."""
    why = why_not()
    if why is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    sandbox = Kernel()
    yield sandbox
    sandbox.close()
