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
from twiceshy.kinds.firewall.decide.budget import Budget, GivenUp
from twiceshy.kinds.firewall.decide.changed_region import narrowing, regions_of
from twiceshy.kinds.firewall.decide.compiler import Compiler
from twiceshy.kinds.firewall.decide.environment import INDEX, ONE, ZERO, Environment
from twiceshy.kinds.firewall.decide.evaluator import Evaluator, Walked
from twiceshy.kinds.firewall.decide.interfaces import Interfaces
from twiceshy.kinds.firewall.decide.prepared import prepared
from twiceshy.kinds.firewall.decide.region import Region, first_environment
from twiceshy.kinds.firewall.decide.search import RIGHT, WRONG, Found, Level, Search
from twiceshy.kinds.firewall.decide.space import Space
from twiceshy.kinds.firewall.decide.witness import packet_of
from twiceshy.kinds.firewall.hooks import orders
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import IPV4, TCP, UDP
from twiceshy.languages.firewall.conditions import CtState, Field, Names
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Ruleset

MOST_CELLS = 24
"""Of one changed rule, for one kind of packets; of more only a rough account is given."""
EXACT_STEPS, ROUGH_STEPS, PORT_STEPS = 1_500, 2_500, 1_500


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
    is_rough: bool = False
    """Whether only some of these packets are meant: to tell all apart would be too long."""
    example: str = ""
    """One of the packets, in words, where only some are meant."""


def differences_of(
    before: Ruleset, after: Ruleset, changed: Changed, alignment: Alignment, budget: Budget
) -> Iterator[Difference]:
    """What becomes otherwise of packets that one changed rule, or chain, asks for.

    Raises GivenUp.
    """
    possible = [
        turned
        for turned, may in (
            (Turned.LOST, any(one.may_lose for one in alignment.changed)),
            (Turned.GAINED, any(one.may_gain for one in alignment.changed)),
        )
        if may
    ]
    given_up: GivenUp | None = None
    for region, is_reply in regions_of(before, after, changed):
        for turned in possible:
            pair = _Pair(before, after, alignment, region, is_reply, turned)
            try:
                yield from pair.exactly(budget)
            except GivenUp:
                try:
                    yield from pair.roughly(budget)
                except GivenUp as too_much:
                    given_up = too_much
    if given_up is not None:
        raise given_up


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both rule sets, and the packets that are compared."""

    before: Ruleset
    after: Ruleset
    alignment: Alignment
    region: Region
    is_reply: bool
    turned: Turned

    def exactly(self, budget: Budget) -> list[Difference]:
        """Each cell in which they differ; raises GivenUp when there are too many."""
        asked = self._asked(self.region, budget.part(EXACT_STEPS))
        if asked is None:
            return []
        search, space = asked
        cells = list(islice(search.wrong_cells(), MOST_CELLS + 1))
        if len(cells) > MOST_CELLS:
            raise GivenUp("there are too many differences")
        return [self._difference(found, space) for found in cells]

    def roughly(self, budget: Budget) -> Iterator[Difference]:
        """By protocol, and by port if that is soon told, whether any packet differs at all.

        Raises GivenUp.
        """
        protocols = self.region.values[Field.L4PROTO]
        assert isinstance(protocols, Intervals)
        numbered = Intervals.of((one, one) for one in (TCP, UDP))
        for some in (Intervals.single(TCP), Intervals.single(UDP), numbered.complement(8)):
            values = protocols & some
            asked = self._asked(self._of(values), budget.part(ROUGH_STEPS)) if values else None
            if asked is None:
                continue
            search, space = asked
            found = search.run()
            if found.level is not Level.NEVER:
                ports = self._ports(values, budget) if values.size == 1 else None
                yield self._rough(values, ports, found, space)

    def _ports(self, protocol: Intervals, budget: Budget) -> Intervals | None:
        """The ports of packets that differ; None when that takes too long."""
        asked = self._asked(self._of(protocol), budget.part(PORT_STEPS))
        ports = self.region.values[Field.DPORT]
        if asked is None or not isinstance(ports, Intervals):
            return None
        try:
            levels = list(asked[0].levels_along(Field.DPORT, ports))
        except GivenUp:
            return None
        differing = (each for each, level in levels if level is not Level.NEVER)
        return Intervals.of(pair for each in differing for pair in each)

    def _of(self, protocols: Intervals) -> Region:
        values = {**self.region.values, Field.L4PROTO: protocols}
        return replace(self.region, values=MappingProxyType(values))

    def _asked(self, region: Region, budget: Budget) -> tuple[Search, Space] | None:
        known = prepared(self.before)
        space = Space(known.interfaces_with(prepared(self.after).names))
        start = first_environment(region, space)
        if start is None:
            return None
        start = _connected(start, is_reply=self.is_reply)
        evaluators = []
        for ruleset, occurrences in ((self.before, self.alignment.occurrences), (self.after, {})):
            compiler = Compiler(prepared(ruleset), space, Host(), None)
            compiler.renamed = occurrences
            evaluators.append(Evaluator(compiler, orders(ruleset, region.family)[0], budget))
        program = _Program(evaluators[0], evaluators[1], start, self.turned)
        return Search(space, tuple(evaluators), program, budget), space

    def _difference(self, found: Found, space: Space) -> Difference:
        cell = {
            asked: values
            for number, values in found.cell.items()
            if (asked := space.dims[number].asked) is not None
        }
        return self._told(cell, found.level, space)

    def _rough(
        self, protocols: Intervals, ports: Intervals | None, found: Found, space: Space
    ) -> Difference:
        values = {Field.L4PROTO: protocols}
        if ports is not None and ports != self.region.values[Field.DPORT]:
            values[Field.DPORT] = ports
        start = first_environment(self._of(protocols), Space(space.interfaces))
        assert start is not None
        example = packet_of(start, space, found.cell)
        return replace(self._told(values, found.level, space), is_rough=True, example=str(example))

    def _told(self, values: Mapping[Field, Intervals], level: Level, space: Space) -> Difference:
        told = {
            asked: space.interfaces.numbers(those) if isinstance(those, Names) else those
            for asked, those in narrowing(self.region).items()
        }
        state = self.region.values[Field.CT_STATE]
        assert isinstance(state, Intervals)
        return Difference(
            self.turned,
            level,
            self.region.family,
            self.region.path,
            state.pairs[0][0],
            self.is_reply,
            MappingProxyType({**told, **values}),
            space.interfaces,
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
