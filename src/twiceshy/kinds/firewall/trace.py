"""One packet on its way through a rule set, rule by rule: what becomes of it, and by which rule.

Plain and slow on purpose: it is what the engine's answers are held against, and it is itself held
against the kernel. Where the answer hinges on something that is not modelled, all ways are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from twiceshy.kinds.firewall.choices import ChoicePending, Choices, Hinge
from twiceshy.kinds.firewall.hooks import Order, orders
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import Packet
from twiceshy.kinds.firewall.walk import Decided, Walk
from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Reject, Ruleset
from twiceshy.model.place import Place

MOST_WAYS = 4096
"""Beyond so many combinations of what is not modelled, the answer just depends on them."""

FEW_WAYS = 16
MOST_ASKED = 20_000
"""Beyond so many rules asked, only a few ways are gone."""
MOST_COMPARED = 300
_NOT = object()
NOTHING: Mapping[Field, Intervals | None] = MappingProxyType({})


class Outcome(StrEnum):
    """What becomes of a packet."""

    ACCEPTED = "accepted"
    DROPPED = "dropped"
    REJECTED = "rejected"
    DEPENDS = "depends"
    """On conditions that are not modelled; the trace names them."""

    @property
    def passes(self) -> bool:
        """Whether it gets through for sure."""
        return self is Outcome.ACCEPTED


@dataclass(frozen=True, slots=True)
class Trace:
    """What becomes of a packet."""

    outcome: Outcome
    by: Decided
    """The rule or the policy that decided; of DEPENDS, in one of the ways it may go."""
    end: Packet
    """The packet as it left, with what conntrack now knows of its connection."""
    path: Path
    """The way it took: NAT may lead a packet elsewhere than where it was addressed."""
    hinges: tuple[Hinge, ...] = ()
    """Of DEPENDS: what decides that is not modelled."""
    passing: tuple[Trace, ...] = ()
    """The ways in which it passes, when there are several that differ in what becomes of it."""
    is_complete: bool = True
    """Whether all ways were gone."""

    @property
    def place(self) -> Place | None:
        """Where the rule or the policy stands that decided."""
        return self.by.place


def trace(ruleset: Ruleset, packet: Packet, path: Path, host: Host | None = None) -> Trace:
    """What becomes of `packet`, which starts on `path`: all base chains of the way, in order.

    A first packet (NEW) is translated by NAT rules; a later one as its connection was.
    """
    found: list[tuple[Trace, Choices]] = []
    ways = orders(ruleset, packet.family)
    is_complete = all(_all_ways(order, packet, path, host or Host(), found) for order in ways)
    outcomes = {one.outcome for one, _ in found}
    first = found[0][0]
    passing = _passing(found)
    if is_complete and (outcomes == {Outcome.ACCEPTED} or not passing):
        return first if len(passing) <= 1 else replace(first, passing=passing)
    hinges = _hinges(found)
    if len(ways) > 1:
        hinges = (*hinges, *(Hinge(doubt, None) for doubt in ways[0].doubts))
    example = next((one for one, _ in found if not one.outcome.passes), first)
    return Trace(
        Outcome.DEPENDS, example.by, example.end, example.path, hinges, passing, is_complete
    )


def _passing(found: list[tuple[Trace, Choices]]) -> tuple[Trace, ...]:
    """The passing ways that differ for the packets that answer."""
    different: dict[tuple[object, ...], Trace] = {}
    for one, _ in found:
        if one.outcome.passes:
            end = one.end
            unsure = tuple(sorted((field.value, repr(may)) for field, may in end.unsure.items()))
            different.setdefault((replace(end, unsure=NOTHING), unsure, one.path), one)
    return tuple(different.values())


def _all_ways(
    order: Order,
    packet: Packet,
    path: Path,
    host: Host,
    found: list[tuple[Trace, Choices]],
) -> bool:
    """Add the trace for each combination of choices; returns whether these were all."""
    waiting = [Choices()]
    asked = 0
    while waiting:
        choices = waiting.pop()
        walk = Walk(order, host, choices, packet, path)
        try:
            decided = walk.whole_way()
        except ChoicePending as pending:
            waiting.extend(choices.with_choice(pending.key, one) for one in pending.options)
            asked += walk.asked
            continue
        asked += walk.asked
        found.append((Trace(_outcome(decided), decided, walk.packet, walk.path), choices))
        if len(found) >= FEW_WAYS and (asked > MOST_ASKED or len(found) >= MOST_WAYS):
            return not waiting
    return True


def _outcome(decided: Decided) -> Outcome:
    if decided.passes:
        return Outcome.ACCEPTED
    rejects = decided.rule is not None and isinstance(decided.rule.target, Reject)
    return Outcome.REJECTED if rejects else Outcome.DROPPED


def _hinges(found: list[tuple[Trace, Choices]]) -> tuple[Hinge, ...]:
    """The choices that alone make the difference between two ways, in the order they were met."""
    compared = found[:MOST_COMPARED]
    kept: dict[Hinge, None] = {}
    for number, (one, chosen) in enumerate(compared):
        for other, otherwise in compared[:number]:
            if one.outcome.passes is other.outcome.passes:
                continue
            apart = [
                key
                for key in chosen.made
                if otherwise.made.get(key, _NOT) not in {chosen.made[key], _NOT}
            ]
            if len(apart) == 1:
                kept.setdefault(Hinge(apart[0].text, apart[0].place))
    if not kept:
        return tuple(dict.fromkeys(Hinge(key.text, key.place) for key in found[0][1].made))
    return tuple(kept)
