"""Chains as a question sees them: only the rules that may matter, each with what it still asks."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import IntEnum

from twiceshy.kinds.firewall.decide.environment import Environment
from twiceshy.languages.firewall.ruleset import Effect


class Kind(IntEnum):
    """What a rule does when it matches."""

    ACCEPT = 0
    DROP = 1
    RETURN = 2
    CONTINUE = 3
    JUMP = 4
    GOTO = 5
    HIT = 6
    """The rule that the question is about was reached."""


SIMPLE = frozenset({Kind.ACCEPT, Kind.DROP, Kind.RETURN})


@dataclass(frozen=True, slots=True)
class Alternatives:
    """At least one of these bits; or none, when negated."""

    mask: int
    negated: bool


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule that may match something of the region."""

    number: int
    """Its number in the chain."""
    kind: Kind
    alternatives: tuple[Alternatives, ...] = ()
    effects: tuple[Effect, ...] = ()
    jumps_to: str | None = None
    left: tuple[tuple[int, tuple[tuple[int, int], ...]], ...] = ()
    """What it leaves of dimensions that it asks for; only kept for rules with effects."""
    is_other: bool = False
    """Whether a translation certainly changes something: the rule before it has the rest."""

    @property
    def is_simple(self) -> bool:
        """Whether its bit alone tells everything."""
        return self.kind in SIMPLE and not self.alternatives and not self.effects


@dataclass(slots=True)
class CompiledChain:
    """The rules of a chain in one environment; rule i has the bit `first + i`."""

    environment: Environment
    rules: tuple[CompiledRule, ...]
    first: int = 0
    certain: int = 0
    """The rules (bit i for rule i) that ask nothing of the dimensions."""
    of_kind: list[int] = field(default_factory=lambda: [0, 0, 0])
    """The simple rules by ACCEPT, DROP, RETURN."""
    simple: int = 0
    full: int = 0

    def __post_init__(self) -> None:
        self.full = (1 << len(self.rules)) - 1
        for number, rule in enumerate(self.rules):
            if rule.is_simple:
                self.simple |= 1 << number
                self.of_kind[rule.kind] |= 1 << number

    def position_after(self, number: int) -> int:
        """Where the rules after rule `number` of the chain begin."""
        return bisect_right(self.rules, number, key=lambda rule: rule.number)
