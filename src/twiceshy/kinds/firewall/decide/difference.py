"""The packets that two rule sets treat otherwise, worked out where they differ and nowhere else.

A packet that matches no rule that was added, removed or moved meets the same rules in the same
order as before: only packets that a changed rule asks for have to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from types import MappingProxyType

from twiceshy.kinds.firewall.decide.alignment import Alignment, Changed
from twiceshy.kinds.firewall.decide.budget import Budget
from twiceshy.kinds.firewall.decide.compiler import Compiler, prepared
from twiceshy.kinds.firewall.decide.environment import INDEX, ONE, ZERO, Environment
from twiceshy.kinds.firewall.decide.evaluator import Evaluator, Walked
from twiceshy.kinds.firewall.decide.interfaces import Interfaces
from twiceshy.kinds.firewall.decide.memory import rewritten
from twiceshy.kinds.firewall.decide.region import Region, first_environment
from twiceshy.kinds.firewall.decide.search import RIGHT, WRONG, Level, Search
from twiceshy.kinds.firewall.decide.space import Space
from twiceshy.kinds.firewall.hooks import HOOKS, base_chains, orders
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import IPV4, IPV6
from twiceshy.languages.firewall.conditions import BITS, CtState, Field, Match, Names
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import (
    Goto,
    Hook,
    Jump,
    Rule,
    Ruleset,
    TableFamily,
)

MOST_CELLS = 24
"""Of one changed rule, for one kind of packets."""


class Turned(StrEnum):
    """How the treatment of packets differs."""

    LOST = "passed, now dropped"
    GAINED = "was dropped, now passes"


@dataclass(frozen=True, slots=True)
class Difference:
    """Packets that are treated otherwise: a product of values by field."""

    turned: Turned
    level: Level
    """SOMETIMES: it hinges on what is not modelled or not known."""
    family: int
    path: Path
    ct_state: int
    is_reply: bool
    values: Mapping[Field, Intervals]
    """Only the fields that are not free."""
    interfaces: Interfaces
    is_cut_off: bool = False
    """Whether there are more of them than were worked out."""


@dataclass(frozen=True, slots=True)
class _Side:
    ruleset: Ruleset
    alignment: Alignment
    is_after: bool


def differences_of(
    before: Ruleset, after: Ruleset, changed: Changed, alignment: Alignment, budget: Budget
) -> Iterator[Difference]:
    """What becomes otherwise of packets that one changed rule, or chain, asks for.

    Raises GivenUp.
    """
    sides = (_Side(before, alignment, is_after=False), _Side(after, alignment, is_after=True))
    interfaces = _interfaces(before, after)
    own = after if changed.is_after else before
    for family in (IPV4, IPV6):
        if not _is_of(changed.table.family, family):
            continue
        for path in _paths(own, changed, family):
            for state, is_reply in _STATES:
                region = _region(changed.rule, family, path, state, sides)
                if region is not None:
                    yield from _compared(sides, region, is_reply, interfaces, budget)


_STATES = (
    (CtState.NEW, False),
    (CtState.ESTABLISHED, True),
    (CtState.ESTABLISHED, False),
)


def _compared(
    sides: tuple[_Side, _Side],
    region: Region,
    is_reply: bool,  # noqa: FBT001 - one caller
    interfaces: Interfaces,
    budget: Budget,
) -> Iterator[Difference]:
    for turned in Turned:
        space = Space(interfaces)
        start = first_environment(region, space)
        if start is None:
            return
        start = _connected(start, is_reply=is_reply)
        evaluators = tuple(_evaluator(side, region, space, budget) for side in sides)
        program = _Program(evaluators[0], evaluators[1], start, turned)
        search = Search(space, evaluators, program, budget)
        cells = list(islice(search.wrong_cells(), MOST_CELLS + 1))
        for found in cells[:MOST_CELLS]:
            values = {
                asked: values
                for number, values in found.cell.items()
                if (asked := space.dims[number].asked) is not None
            }
            fixed = {
                asked: numbers
                for asked, numbers in region.values.items()
                if isinstance(numbers, Intervals) and asked not in values and _tells(asked, numbers)
            }
            named = {
                asked: space.interfaces.numbers(names)
                for asked, names in region.values.items()
                if isinstance(names, Names) and asked not in values and names != _EVERY_NAME
            }
            yield Difference(
                turned,
                found.level,
                region.family,
                region.path,
                start.ct_state,
                is_reply,
                MappingProxyType({**fixed, **named, **values}),
                space.interfaces,
                is_cut_off=len(cells) > MOST_CELLS,
            )


@dataclass(frozen=True, slots=True)
class _Program:
    before: Evaluator
    after: Evaluator
    start: Environment
    turned: Turned

    def __call__(self) -> int:
        one, other = self.before.walk(self.start), self.after.walk(self.start)
        if self.turned is Turned.GAINED:
            one, other = other, one
        return _flags(one, other)


def _flags(passing: Walked, dropping: Walked) -> int:
    """WRONG: passes on one side and is dropped on the other."""
    passes, drops = bool(passing.ends), passing.may_drop
    wrong = passes and dropping.may_drop
    right = (passes and bool(dropping.ends)) or drops
    return (WRONG if wrong else 0) | (RIGHT if right else 0)


def _evaluator(side: _Side, region: Region, space: Space, budget: Budget) -> Evaluator:
    compiler = Compiler(prepared(side.ruleset), space, Host(), None)
    if not side.is_after:
        compiler.renamed = side.alignment.occurrences
    return Evaluator(compiler, orders(side.ruleset, region.family)[0], budget)


def _connected(start: Environment, *, is_reply: bool) -> Environment:
    if start.ct_state == CtState.NEW:
        return start
    saddr, daddr, sport, dport = (start.terms[INDEX[Field(name)]] for name in start.ends)
    if is_reply:
        saddr, daddr, sport, dport = daddr, saddr, dport, sport
    version = "4" if start.family == IPV4 else "6"
    known = start.having(
        **{f"ct_orig_saddr{version}": saddr, f"ct_orig_daddr{version}": daddr},
        ct_orig_sport=sport,
        ct_orig_dport=dport,
        ct_snat=ZERO,
        ct_dnat=ZERO,
        ct_direction=ONE if is_reply else ZERO,
    )
    return replace(known, has_connection=True)


def _interfaces(before: Ruleset, after: Ruleset) -> Interfaces:
    return prepared(before).interfaces_with(prepared(after).names)


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
    rule: Rule | None, family: int, path: Path, state: int, sides: tuple[_Side, _Side]
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
    changing = rewritten(sides[0].ruleset) | rewritten(sides[1].ruleset)
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


def _tells(asked: Field, values: Intervals) -> bool:
    """Whether it narrows what is meant."""
    return asked not in _NEVER_TOLD and values != _FREE.get(asked, _every(asked))


_NEVER_TOLD = frozenset({Field.CT_STATE, Field.CT_DIRECTION, Field.MARK, Field.CT_MARK})


def _every(asked: Field) -> Intervals:
    return Intervals(((0, (1 << BITS[asked]) - 1),))
