"""Jumps and where they lead: chains that were renamed, that are missing, or that come back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


def circles(chains: Mapping[str, Chain]) -> Iterable[str]:
    """Chains from which jumps lead back to them, one of each circle; nft refuses them."""
    leads = {
        name: list(
            dict.fromkeys(
                rule.target.chain for rule in chain.rules if isinstance(rule.target, Jump | Goto)
            )
        )
        for name, chain in chains.items()
    }
    done: set[str] = set()
    for start in chains:
        way: list[str] = [start]
        on_way = {start}
        while way:
            here = way[-1]
            following = leads[here].pop() if here not in done and leads[here] else None
            if following is None:
                done.add(here)
                on_way.discard(way.pop())
            elif following in on_way:
                yield following
            elif following in leads and following not in done:
                way.append(following)
                on_way.add(following)
