from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from twiceshy.languages.firewall.conditions import AnyOf, Condition, Match, Opaque
from twiceshy.languages.firewall.nft.read import read_nft
from twiceshy.languages.firewall.ruleset import (
    Chain,
    Effect,
    Goto,
    Jump,
    Rule,
    Ruleset,
    Target,
    Unmodelled,
    UnmodelledEffect,
)
from twiceshy.model.configuration import Configuration

Read = Callable[..., Ruleset]
Meaning = Callable[[Ruleset], object]
One = Callable[..., tuple[Rule, ...]]


@pytest.fixture(scope="session")
def read() -> Read:
    """Reads text as /etc/nftables.conf, beside other files by their path."""

    def text_as_ruleset(
        text: str, files: Mapping[str, str] | None = None, path: str = "/etc/nftables.conf"
    ) -> Ruleset:
        others = {path: one.encode() for path, one in (files or {}).items()}
        return read_nft(text.encode(), path, Configuration(others))

    return text_as_ruleset


@pytest.fixture(scope="session")
def one(read: Read) -> One:
    """What one rule becomes in a chain of a table that has some sets, and no problem with it."""

    def rules(rule: str, family: str = "inet", **more: Mapping[str, str]) -> tuple[Rule, ...]:
        ruleset = read(
            f"table {family} t {{\n{_SETS}\nchain other {{ }}\nchain c {{\n{rule}\n}}\n}}\n", **more
        )
        assert ruleset.problems == ()
        return ruleset.tables[0].chains["c"].rules

    return rules


_SETS = """
    set plain { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.2 }; }
    set nothing { type ipv4_addr; }
    set growing { type ipv4_addr; flags dynamic; size 9; }
    set timed { type ipv4_addr; flags timeout; elements = { 192.0.2.1 timeout 1h expires 5m }; }
    map doors { type inet_service : verdict; elements = { 22 : accept, 23 : drop }; }
"""


@pytest.fixture(scope="session")
def meaning() -> Meaning:
    """A rule set without what does not change what happens: places, words, order of boxes.

    Rules that come of one rule of the text are compared as a bag, because they exclude each
    other and the kernel lists the elements of a map in its own order.
    """

    def of_ruleset(ruleset: Ruleset) -> object:
        return [
            (
                table.family,
                table.name,
                table.dormant,
                {
                    name: (_base(chain), _rules(chain.rules, table.chains))
                    for name, chain in table.chains.items()
                    if "@" not in name
                },
            )
            for table in sorted(ruleset.tables, key=lambda table: (table.family, table.name))
        ]

    return of_ruleset


def _base(chain: Chain) -> object:
    base = chain.base
    return base and (base.type, base.hook, base.priority, base.policy)


def _rules(rules: tuple[Rule, ...], chains: Mapping[str, Chain]) -> list[Counter[object]]:
    found: list[Counter[object]] = []
    last = None
    for rule in rules:
        if last != (rule.text, rule.comment):
            found.append(Counter())
        last = (rule.text, rule.comment)
        found[-1][
            (
                frozenset(map(_condition, rule.conditions)),
                tuple(map(_effect, rule.effects)),
                _target(rule.target, chains),
                rule.comment,
            )
        ] += 1
    return found


def _condition(condition: Condition) -> object:
    if isinstance(condition, Opaque):
        return "by name", bool(condition.occurrence)
    if isinstance(condition, AnyOf):
        return frozenset(map(_box, condition.boxes)), condition.negated
    return condition


def _box(box: tuple[Match, ...]) -> object:
    return frozenset(box)


def _effect(effect: Effect) -> object:
    return effect.fields if isinstance(effect, UnmodelledEffect) else effect


def _target(target: Target | None, chains: Mapping[str, Chain]) -> object:
    if isinstance(target, Unmodelled):
        return "by name", target.may_continue
    if isinstance(target, Jump | Goto) and "@" in target.chain:
        inner = _rules(chains[target.chain].rules, chains)
        return type(target), tuple(frozenset(one.items()) for one in inner)
    return target
