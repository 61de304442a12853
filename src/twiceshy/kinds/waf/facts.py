"""What is seen of a web application firewall: what each public location runs, and live canaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from twiceshy.kinds.waf.promise import Promise
from twiceshy.model.fact import Fact
from twiceshy.model.place import Place

__all__ = [
    "AttackSeen",
    "CanarySeen",
    "Gap",
    "Lost",
    "Promise",
    "Said",
    "Spot",
    "WafFact",
    "Wall",
]


@dataclass(frozen=True, slots=True)
class Said:
    """Something a line of the configuration says."""

    text: str
    """As it is written, in short."""
    place: Place
    value: str = ""
    """What it comes to, in lower case: `on`, `detectiononly`, `5`."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A part that was not read, was not understood, or that the software refuses."""

    why: str
    place: Place
    is_core_rules: bool = False
    """Whether it is the core rule set itself, which switches no engine."""


class How(StrEnum):
    """How protection is lost although the engine is on."""

    REMOVED = "removed"
    NARROWED = "narrowed"
    """The rules no longer look at a whole collection, such as all arguments."""
    SWITCHED = "switched"
    """The engine is switched off or to watching."""
    ALLOWED = "allowed"
    """Requests are let through, past all rules that follow."""
    SKIPPED = "skipped"
    UNREAD_BODY = "unread body"
    SCORE = "score"
    """A threshold or a level is set otherwise."""


@dataclass(frozen=True, slots=True)
class Lost:
    """One line that takes rules away, lets requests by, or loosens what blocks them."""

    how: How
    said: Said
    rules: tuple[tuple[int | None, tuple[str, ...]], ...] = ()
    """Number and tags of each rule that is meant and loaded."""
    of_core_rules: bool = False
    """Whether it names rules of the core rule set, loaded or not."""
    by_rule: int | None = None
    """The number of the rule that does it when it fires; None for a directive."""
    condition: str | None = None
    """For which requests, in the words of the file; None: for all."""
    variable: str = ""
    """Of `SCORE`: what is set."""
    takes_evaluation: bool = False
    """Whether the rule that blocks by score is among them."""


@dataclass(frozen=True, slots=True)
class AttackSeen:
    """What becomes of a request that fits a rule of one kind of attack."""

    name: str
    """Such as `sqli`."""
    rule: int | None = None
    """The rule it fits; None when no rule of that kind runs."""
    blocked_by: int | None = None
    """The rule that denies it; None when it gets through."""
    why: str = ""
    """Why it gets through."""
    decided_by: Said | None = None
    """The line that lets it."""
    is_for_want_of_rules: bool = False
    """Whether no rule of that kind is loaded, so that files that were not read may hold one."""


@dataclass(frozen=True, slots=True)
class Wall:
    """One set of rules with its settings, as ModSecurity has them in one or more places."""

    dialect: str
    engine: Said | None = None
    """What decides SecRuleEngine; None when nothing does, which is off."""
    engine_hinges_on: Gap | None = None
    """A file that was not read and may set it otherwise."""
    body: Said | None = None
    """What decides SecRequestBodyAccess."""
    reads_bodies: bool = True
    rules: int = 0
    """How many rules are loaded."""
    values: Mapping[str, Said] = field(default_factory=lambda: MappingProxyType({}))
    """Thresholds and levels, by variable without `tx.`, as they are when requests are judged."""
    attacks: tuple[AttackSeen, ...] = ()
    refuses_all: Said | None = None
    """The rule that denies every request, attack or not."""
    outbound: AttackSeen | None = None
    """What becomes of an answer that gives something away; None when no rule looks at answers."""
    losses: tuple[Lost, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """What was not read."""
    absent: tuple[Gap, ...] = ()
    """Optional includes that find nothing, which Apache passes over."""
    faults: tuple[Gap, ...] = ()
    """What is refused or not understood."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One location (nginx), virtual host or section (Apache) that strangers get to."""

    title: str
    """In words: `location /api/ of server shop.example.org`."""
    text: str
    """As it is written; what `except_locations` names."""
    server: tuple[str, ...]
    """The names of its server."""
    place: Place
    switch: Said | None = None
    """What decides whether ModSecurity is there at all; None when nothing does."""
    is_on: bool = False
    wall: Wall | None = None
    """What it runs; None when it is not on."""
    answered: Said | None = None
    """What answers before the rules are asked, other than by a redirect or a refusal."""
    some_answered: tuple[Said, ...] = ()
    """The same, for some requests."""
    why_off: str = ""
    """Why it is not on, where more is to be said."""
    gaps: tuple[Gap, ...] = ()
    """What was not read and may decide otherwise here."""


@dataclass(frozen=True, slots=True)
class CanarySeen:
    """One request that a live look sent, and how it was answered."""

    url: str
    """The endpoint."""
    address: str
    name: str
    """What it is: `SQL injection in the query`, `a search with an apostrophe`."""
    is_attack: bool
    status: int | None = None
    why_not: str | None = None
    """Why there is no status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WafFact(Fact):
    """The firewall of all public locations in a configuration, and what live canaries met."""

    software: tuple[str, ...] = ()
    """`nginx`, `Apache`."""
    spots: tuple[Spot, ...] = ()
    gaps: tuple[Gap, ...] = ()
    canaries: tuple[CanarySeen, ...] | None = None
    """None when nobody looked: a configuration that does not run, or none is to be sent."""
    unseen: str | None = None
    """Why the configuration of a running host could not be had, when only canaries were seen."""
    not_sent: str | None = None
    """Why no canaries could be sent, when they were to be."""
