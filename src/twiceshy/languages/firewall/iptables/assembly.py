"""Worked-on tables become tables: base chains get their hooks, jumps are followed up.

A jump to a chain that is not there, one that closes a circle and one that is too deep cannot be
loaded by any kernel. In their place stands a rule that may do anything, and a problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from twiceshy.languages.firewall.conditions import Field, Match
from twiceshy.languages.firewall.iptables.names import BASE_CHAINS
from twiceshy.languages.firewall.iptables.rule import unknown_rule
from twiceshy.languages.firewall.iptables.workspace import Workspace, WorkTable
from twiceshy.languages.firewall.ruleset import (
    Accept,
    Base,
    Chain,
    Goto,
    Hook,
    Jump,
    Rule,
    Table,
    Translate,
    Translated,
)

DEEPEST = 16
"""Chains within chains (NFT_JUMP_STACK_SIZE)."""
DEEPEST_LEGACY = 64
"""The legacy kernel code has no limit; nobody nests deeper by hand."""


def assembled(space: Workspace, source: str) -> tuple[Table, ...]:
    """All tables, with the problems of their jumps added to the workspace."""
    return tuple(_table(space, work, source) for work in space.tables.values())


def _table(space: Workspace, work: WorkTable, source: str) -> Table:
    edges = _edges(space, work)
    order = _from_base_chains_down(space, work, edges)
    _not_too_deep(space, work, edges, order, source)
    if work.name == "nat":
        _turn_netmaps(work, edges, order)
    built_in = BASE_CHAINS[work.name]
    chains: dict[str, Chain] = {}
    for name, chain in work.chains.items():
        base = None
        if name in built_in:
            hook, priority, kind = built_in[name]
            base = Base(kind, hook, priority, chain.policy or Accept(), chain.policy_place)
        chains[name] = Chain(name, tuple(chain.rules), base, chain.place)
    return Table(space.family, work.name, MappingProxyType(chains), source=source, place=work.place)


_NO_INTERFACE = {
    "PREROUTING": (Field.OIF, "-o"),
    "INPUT": (Field.OIF, "-o"),
    "OUTPUT": (Field.IIF, "-i"),
    "POSTROUTING": (Field.IIF, "-i"),
}
"""What iptables refuses to ask in a built-in chain, where it is never known."""

Edges = dict[str, list[tuple[int, str]]]
"""Chain to the indices of its rules that jump, and where to."""


def _edges(space: Workspace, work: WorkTable) -> Edges:
    edges: Edges = {}
    chains, built_in = work.chains, BASE_CHAINS[work.name]
    for name, chain in chains.items():
        strange = _NO_INTERFACE.get(name)
        for index, rule in enumerate(chain.rules):
            target = rule.target
            if strange and strange[1] in rule.text and _asks(rule, strange[0]):
                what = f"`{name}` knows no interface of `{strange[1].strip()}`"
                _give_up(space, work, name, index, what)
                continue
            if type(target) is not Jump and type(target) is not Goto:
                continue
            if target.chain in built_in:
                what = f"`{target.chain}` is built in, and no jump may lead there"
                _give_up(space, work, name, index, what)
                continue
            if target.chain in chains:
                edges.setdefault(name, []).append((index, target.chain))
                continue
            is_chain = type(target) is Goto
            _give_up(
                space,
                work,
                name,
                index,
                f"there is no chain `{target.chain}` in `{work.name}`"
                + ("" if is_chain else " and no known target of this name"),
            )
    return edges


def _asks(rule: Rule, field: Field) -> bool:
    return any(isinstance(one, Match) and one.field is field for one in rule.conditions)


def _give_up(space: Workspace, work: WorkTable, chain: str, index: int, what: str) -> None:
    rules = work.chains[chain].rules
    rule = rules[index]
    unknown = unknown_rule(rule.place, rule.text)
    rules[index] = replace(unknown, conditions=rule.conditions, comment=rule.comment)
    space.problem(rule.place, what, work.name, chain)


def _from_base_chains_down(space: Workspace, work: WorkTable, edges: Edges) -> list[str]:
    """The chains that are reached, callers before the called; circles are cut."""
    done: list[str] = []
    state: dict[str, bool] = {}
    built_in = BASE_CHAINS[work.name]
    reached = 0
    for start in (*built_in, *(name for name in edges if name not in built_in)):
        if start in state:
            continue
        state[start] = True
        path: list[tuple[str, Iterator[tuple[int, str]]]] = [
            (start, iter(tuple(edges.get(start, ()))))
        ]
        while path:
            chain, rest = path[-1]
            step = next(rest, None)
            if step is None:
                state[chain] = False
                done.append(chain)
                path.pop()
                continue
            index, callee = step
            if callee not in state:
                state[callee] = True
                path.append((callee, iter(tuple(edges.get(callee, ())))))
            elif state[callee]:
                edges[chain].remove(step)
                _give_up(space, work, chain, index, f"the jump to `{callee}` comes back to itself")
        if start in built_in:
            reached = len(done)
    return done[:reached][::-1]


def _not_too_deep(
    space: Workspace, work: WorkTable, edges: Edges, order: list[str], source: str
) -> None:
    deepest = DEEPEST_LEGACY if source == "iptables-legacy" else DEEPEST
    depth = dict.fromkeys(BASE_CHAINS[work.name], 0)
    for chain in order:
        if chain not in depth:
            continue
        for index, callee in tuple(edges.get(chain, ())):
            if depth[chain] + 1 >= deepest:
                edges[chain].remove((index, callee))
                _give_up(
                    space,
                    work,
                    chain,
                    index,
                    f"the jump to `{callee}` is more than {deepest} chains deep",
                )
            else:
                depth[callee] = max(depth.get(callee, 0), depth[chain] + 1)


def _turn_netmaps(work: WorkTable, edges: Edges, order: list[str]) -> None:
    """NETMAP maps the source where source NAT belongs, else the destination."""
    ends: dict[str, set[Translated]] = {name: set() for name in order}
    for name, (hook, _, _) in BASE_CHAINS["nat"].items():
        is_source = hook in {Hook.POSTROUTING, Hook.INPUT}
        ends[name].add(Translated.SOURCE if is_source else Translated.DESTINATION)
    for name in order:
        for _, callee in edges.get(name, ()):
            ends[callee] |= ends[name]
    for name, found in ends.items():
        chain = work.chains[name]
        if Translated.SOURCE in found:
            chain.rules = [_turned(rule, found) for rule in chain.rules]


def _turned(rule: Rule, ends: set[Translated]) -> Rule:
    if not any(isinstance(one, Translate) and one.is_netmap for one in rule.effects):
        return rule
    if len(ends) > 1:
        return unknown_rule(rule.place, rule.text)
    effects = tuple(
        replace(one, end=Translated.SOURCE) if isinstance(one, Translate) and one.is_netmap else one
        for one in rule.effects
    )
    return replace(rule, effects=effects)
