"""A rule as the kernel carries it out: one step after the other, until one of them fails.

A step that asks may fail, and then the next rule is tried; effects of the steps before it stay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twiceshy.languages.firewall.conditions import Condition, Field
from twiceshy.languages.firewall.nft.syntax import Node, Subject
from twiceshy.languages.firewall.ruleset import Effect, Target
from twiceshy.model.place import Place


@dataclass(frozen=True, slots=True)
class Asks:
    """Goes on when all conditions are true."""

    conditions: tuple[Condition, ...]
    bytes_as_ports: str = ""
    """What is asked, when the ports are just bytes in protocols that have none (`th dport 53`)."""


@dataclass(frozen=True, slots=True)
class AsksSet:
    """Goes on when the named set has what is selected, or has not. Resolved when all is read."""

    subjects: tuple[Subject, ...]
    name: str
    is_negated: bool
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Forks:
    """Goes on as the element says that is found in a map; fails when none is found."""

    subjects: tuple[Subject, ...]
    where: Node
    """A `Group` or `Named`."""
    then: Callable[[Node], tuple[Step, ...]]
    """What an element's data makes happen."""
    text: str
    place: Place
    changes: frozenset[Field] = frozenset()
    """What that may change."""


@dataclass(frozen=True, slots=True)
class Does:
    """Goes on after an effect."""

    effect: Effect
    changes: frozenset[Field]
    """What may be different for the steps after it."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The verdict, after which nothing of the rule happens any more."""

    target: Target


Step = Asks | AsksSet | Forks | Does | Ends
