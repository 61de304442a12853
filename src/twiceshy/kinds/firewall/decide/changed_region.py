"""All packets that a changed rule may be about, on each way that leads past it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from twiceshy.kinds.firewall.decide.alignment import Changed
from twiceshy.kinds.firewall.decide.environment import ZERO
from twiceshy.kinds.firewall.decide.memory import rewritten
from twiceshy.kinds.firewall.decide.region import Region
from twiceshy.kinds.firewall.hooks import HOOKS, base_chains
from twiceshy.kinds.firewall.host import Path
from twiceshy.kinds.firewall.packet import IPV4, IPV6
from twiceshy.kinds.firewall.ports import ALL_PORTS
from twiceshy.languages.firewall.conditions import BITS, CtState, Field, Match, Names
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Goto, Hook, Jump, Rule, Ruleset, TableFamily

_STATES = (
    (CtState.NEW, False),
    (CtState.ESTABLISHED, True),
    (CtState.ESTABLISHED, False),
)
"""Packets are looked at by state, and whether they answer."""
_RARE = (CtState.RELATED, CtState.INVALID, CtState.UNTRACKED)
"""Only looked at when the rule asks for them and not for new connections too."""


def regions_of(before: Ruleset, after: Ruleset, changed: Changed) -> Iterator[tuple[Region, bool]]:
    """The packets, by family, way and state; with whether they answer others."""
    own = after if changed.is_after else before
    changing = rewritten(before) | rewritten(after)
    for family in (IPV4, IPV6):
        if _is_of(changed.table.family, family):
            for path in _paths(own, changed, family):
                for state, is_reply in _states(changed.rule):
                    region = _region(changed.rule, family, path, state, changing)
                    if region is not None:
                        yield region, is_reply


def _states(rule: Rule | None) -> Iterator[tuple[int, bool]]:
    yield from _STATES
    for one in rule.conditions if rule is not None else ():
        if isinstance(one, Match) and one.field is Field.CT_STATE:
            values = one.values
            if isinstance(values, Intervals) and CtState.NEW not in values:
                yield from ((state, False) for state in _RARE if state in values)
                return


def narrowing(region: Region) -> dict[Field, Intervals | Names]:
    """The fields of a region that narrow what is meant."""
    return {asked: values for asked, values in region.values.items() if _tells(asked, values)}


def _is_of(table: TableFamily, family: int) -> bool:
    return table in {TableFamily.INET, TableFamily.IP if family == IPV4 else TableFamily.IP6}


def _paths(ruleset: Ruleset, changed: Changed, family: int) -> tuple[Path, ...]:
    """The ways that lead through a chain."""
    hooks: set[Hook] = set()
    for base in base_chains(ruleset, family):
        if base.table is changed.table and _leads(base.chain.name, changed):
            hooks.add(base.base.hook)
    return tuple(path for path in Path if hooks & set(HOOKS[path]))


def _leads(start: str, changed: Changed) -> bool:
    seen = {start}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name == changed.chain.name:
            return True
        chain = changed.table.chains.get(name)
        for rule in chain.rules if chain is not None else ():
            if isinstance(rule.target, Jump | Goto) and rule.target.chain not in seen:
                seen.add(rule.target.chain)
                waiting.append(rule.target.chain)
    return False


_EVERY_NAME = Names(negated=True)
_FREE: Mapping[Field, Intervals] = MappingProxyType(
    {
        Field.SPORT: ALL_PORTS,
        Field.DPORT: ALL_PORTS,
        Field.FRAGMENT: ZERO,
        Field.MARK: ZERO,
        Field.CT_MARK: ZERO,
        Field.LENGTH: Intervals(((20, 65535),)),
        Field.TTL: Intervals(((2, 255),)),
    }
)
_OF_REGION = (
    Field.L4PROTO,
    Field.SPORT,
    Field.DPORT,
    Field.TCP_FLAGS,
    Field.FRAGMENT,
    Field.MARK,
    Field.CT_MARK,
    Field.LENGTH,
    Field.TTL,
    Field.DSCP,
    Field.PKTTYPE,
)


def _region(
    rule: Rule | None, family: int, path: Path, state: int, changing: frozenset[Field]
) -> Region | None:
    """All packets of a way that may match the rule; all at all for a policy."""
    version = "4" if family == IPV4 else "6"
    fields = [Field(f"{name}{version}") for name in ("saddr", "daddr", "icmp")]
    values: dict[Field, Intervals | Names] = {
        asked: _FREE.get(asked, _every(asked)) for asked in (*fields, *_OF_REGION)
    }
    values[Field.CT_STATE] = Intervals.single(state)
    values[Field.CT_DIRECTION] = ZERO
    if path is not Path.OUTPUT:
        values |= {Field.IIF: _EVERY_NAME, Field.SMAC: _every(Field.SMAC)}
    else:
        values |= {Field.SKUID: _every(Field.SKUID), Field.SKGID: _every(Field.SKGID)}
    if path is not Path.INPUT:
        values[Field.OIF] = _EVERY_NAME
    for one in rule.conditions if rule is not None else ():
        if not isinstance(one, Match) or one.field in changing:
            continue
        if one.field is Field.FAMILY and isinstance(one.values, Intervals):
            if family not in one.values:
                return None
        elif one.field not in values:
            continue
        elif isinstance(one.values, Names):
            values[one.field] = one.values
        else:
            known = values[one.field]
            both = known & one.values if isinstance(known, Intervals) else one.values
            if not both:
                return None
            values[one.field] = both
    return Region(family, path, MappingProxyType(values))


def _tells(asked: Field, values: Intervals | Names) -> bool:
    if isinstance(values, Names):
        return values != _EVERY_NAME
    return asked not in _NEVER_TOLD and values != _FREE.get(asked, _every(asked))


_NEVER_TOLD = frozenset({Field.CT_STATE, Field.CT_DIRECTION, Field.MARK, Field.CT_MARK})


def _every(asked: Field) -> Intervals:
    return Intervals(((0, (1 << BITS[asked]) - 1),))
