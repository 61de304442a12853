"""What a rule's line asks, in words: options with their arguments, by the module they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from twiceshy.languages.firewall.conditions import AnyOf, Condition, Field, Match
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ipset import Sets
from twiceshy.languages.firewall.iptables.words import told


class Clause(NamedTuple):
    """One option of a module: `! --dport 22`. A tuple, since a file may have a million of them."""

    option: str
    """In its canonical spelling: `--dport`, where `--destination-port` stood."""
    negated: bool = False
    values: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """Its first argument."""
        return self.values[0]

    @property
    def words(self) -> tuple[str, ...]:
        """As it would stand in a file."""
        return (*(("!",) if self.negated else ()), self.option, *self.values)


@dataclass(frozen=True, slots=True)
class Named:
    """What is asked and not modelled; becomes `Opaque` where the rule's place is known."""

    text: str
    varies: bool = True
    """Whether another rule with the same text may get another answer: over time, or because NAT
    or a mark came between them."""


@dataclass(frozen=True, slots=True)
class About:
    """What a module has to know of the rest of the rule."""

    family: int
    """4 or 6."""
    protocol: int | None
    """The one that `-p` asks for; None without `-p` or when it is negated."""
    sets: Sets


Asked = Condition | Named
Read = Callable[[str, tuple[Clause, ...], About], list[Asked]]


@dataclass(frozen=True, slots=True)
class Module:
    """A match extension: its options and what they mean."""

    options: Mapping[str, tuple[str, int]]
    """Each spelling to the canonical one and how many arguments it takes."""
    read: Read
    open: bool = False
    """Whether options that nobody knows are taken for this module's."""
    quickly: Callable[[list[str], int], tuple[Asked, ...] | None] | None = None
    """Reads the words after the module's name for a protocol, if they are as simple as most are;
    a rule asked this way has that protocol."""

    @property
    def spellings(self) -> frozenset[str]:
        """The canonical ones."""
        return frozenset(spelling for spelling, _ in self.options.values())


def options(**arities: int) -> dict[str, tuple[str, int]]:
    """`options(ct_state=1)`: `--ct-state` takes one argument."""
    return {
        name: (name, arity)
        for option, arity in arities.items()
        for name in ("--" + option.replace("_", "-"),)
    }


def named(module: str, clauses: tuple[Clause, ...], *, varies: bool = True) -> Named:
    """The module with these of its options, as not modelled."""
    words = [word for clause in clauses for word in clause.words]
    return Named(told(["-m", module, *words]), varies=varies)


BITS_4 = 32
BITS_6 = 128

WHOLE = Match(Field.FRAGMENT, Intervals.single(0))
"""What asks for a header behind the IP header asks for this: later fragments have none."""


def among(field: Field, values: Intervals, bits: int, *, negated: bool = False) -> Match:
    """The field is one of the values, or none of them."""
    return Match(field, values.complement(bits) if negated else values)


def none_of(*boxes: tuple[Match, ...]) -> AnyOf:
    """No box fits; what a packet does not have at all fits none."""
    return AnyOf(boxes, negated=True)
