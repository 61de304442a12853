"""Jumps and where they lead: to chains that were renamed meanwhile, or that are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from twiceshy.languages.firewall.ruleset import Chain, Goto, Jump, Rule

Refuse = Callable[[Rule, str, str], Rule]
"""Called with a rule, the chain it stands in, and what is wrong; gives what stands for it."""


def linked(
    chains: Mapping[str, Chain], renamed: Mapping[str, str], refuse: Refuse
) -> dict[str, Chain]:
    """The same chains with jumps that all lead somewhere."""
    found: dict[str, Chain] = {}
    for name, chain in chains.items():
        if any(type(rule.target) is Jump or type(rule.target) is Goto for rule in chain.rules):
            rules = tuple(_led(rule, name, chains, renamed, refuse) for rule in chain.rules)
            found[name] = replace(chain, rules=rules)
        else:
            found[name] = chain
    return found


def _led(
    rule: Rule,
    name: str,
    chains: Mapping[str, Chain],
    renamed: Mapping[str, str],
    refuse: Refuse,
) -> Rule:
    target = rule.target
    if not isinstance(target, Jump | Goto) or target.chain in chains:
        return rule
    new = renamed.get(target.chain)
    if new is None:
        return refuse(rule, name, f"there is no chain {target.chain}, so that nft refuses it")
    return replace(rule, target=type(target)(new))
