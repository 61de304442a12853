"""A packet filter's rules as values: what iptables-save, ip6tables-save and nft text all mean.

One form for all of them. What a notation abbreviates is written out by its reader: a verdict map
becomes one rule for each element (in a chain of its own when rules follow on a miss: a miss goes
on), a set its values, `tcp dport 25` asks for the protocol too. What cannot be read or is not
modelled stays, by name and place, as `Opaque`, `Unmodelled` or `Problem`; nothing is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from twiceshy.languages.firewall.conditions import Condition, Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.model.place import Place


class Hook(StrEnum):
    """Where in the kernel's path a base chain is called."""

    INGRESS = "ingress"
    PREROUTING = "prerouting"
    INPUT = "input"
    FORWARD = "forward"
    OUTPUT = "output"
    POSTROUTING = "postrouting"
    EGRESS = "egress"


class ChainType(StrEnum):
    """What a base chain is for: only the first packet of a connection meets NAT chains."""

    FILTER = "filter"
    NAT = "nat"
    ROUTE = "route"


@dataclass(frozen=True, slots=True)
class Accept:
    """Ends this base chain; later base chains may still drop."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Final."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Final, and the sender is told, so that it fails at once."""

    how: str = ""
    """Such as `icmp-port-unreachable` or `tcp-reset`."""


@dataclass(frozen=True, slots=True)
class Return:
    """Back to the calling chain; in a base chain: its policy."""


@dataclass(frozen=True, slots=True)
class Jump:
    """Into another chain of the table; after its end or a return, on with the next rule."""

    chain: str


@dataclass(frozen=True, slots=True)
class Goto:
    """As Jump, but the end of that chain ends this one too."""

    chain: str


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """A verdict that is not modelled: the packet may pass, be dropped, or go on to the next rule."""

    text: str
    """As it stands in the file: `-j NFQUEUE --queue-num 1`."""
    may_continue: bool = True
    """Whether evaluation may go on with the next rule."""


Target = Accept | Drop | Reject | Return | Jump | Goto | Unmodelled


@dataclass(frozen=True, slots=True)
class SetMark:
    """`new = (old & ~mask) ^ value`, of the packet's mark or the connection's."""

    value: int
    mask: int = 0xFFFFFFFF
    of_connection: bool = False


@dataclass(frozen=True, slots=True)
class NoTrack:
    """The packet's connection is not tracked: its state is untracked and it is not translated."""


class Translated(StrEnum):
    """Which end NAT rewrites."""

    SOURCE = "source"
    DESTINATION = "destination"


@dataclass(frozen=True, slots=True)
class Translate:
    """NAT: the source or destination becomes one of these."""

    end: Translated
    addresses: Intervals | None = None
    """None: stays as it is; see `to_own_address`."""
    ports: Intervals | None = None
    """None: stays as it is, unless another connection has that source port already."""
    to_own_address: bool = False
    """MASQUERADE, REDIRECT: to an address of this host, which is not known here."""
    is_netmap: bool = False
    """The network part is replaced by that of `addresses`; the host part stays."""


@dataclass(frozen=True, slots=True)
class UnmodelledEffect:
    """Changes something of the packet in a way that is not modelled."""

    text: str
    fields: frozenset[Field] = frozenset()
    """What may have any value afterwards."""


Effect = SetMark | NoTrack | Translate | UnmodelledEffect


@dataclass(frozen=True, slots=True)
class Rule:
    """When all conditions are true, the effects happen and then the target, if any."""

    conditions: tuple[Condition, ...]
    target: Target | None
    """None: goes on with the next rule (counter, log, mark)."""
    place: Place
    text: str
    """As it stands in the file, in one line."""
    effects: tuple[Effect, ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """What makes a chain a base chain."""

    type: ChainType
    hook: Hook
    priority: int
    """Lower comes first; iptables: raw -300, mangle -150, nat -100 and 100, filter 0, security 50."""
    policy: Accept | Drop = Accept()
    place: Place | None = None
    """Where the policy stands."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Rules in order; with a base it is where the kernel begins."""

    name: str
    rules: tuple[Rule, ...]
    base: Base | None = None
    place: Place | None = None


class TableFamily(StrEnum):
    """Which packets a table sees. `arp`, `bridge` and `netdev` have no part in an IP verdict."""

    IP = "ip"
    IP6 = "ip6"
    INET = "inet"
    ARP = "arp"
    BRIDGE = "bridge"
    NETDEV = "netdev"


@dataclass(frozen=True, slots=True)
class Table:
    """Chains that can jump to each other."""

    family: TableFamily
    name: str
    chains: Mapping[str, Chain]
    """By name, in the order of the file."""
    dormant: bool = False
    """A dormant table is never asked."""
    source: str = "nft"
    """`nft`, `iptables-nft` or `iptables-legacy` (`iptables` where the file does not say)."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, so that no answer about the whole can be sure."""

    place: Place
    what: str
    """A sentence for the user, with what was expected."""
    chain: tuple[TableFamily, str, str] | None = None
    """Family, table and chain it belongs to, when its harm stays in there: the reader then also
    left an `Opaque` rule with an `Unmodelled` target in its place. None: all answers hinge on it."""


@dataclass(frozen=True, slots=True, eq=False)
class Ruleset:
    """All tables of one host. Equal only to itself, so that work on it can be remembered."""

    tables: tuple[Table, ...]
    problems: tuple[Problem, ...] = ()
    sets: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Names of the sets that were read, with how many elements each has."""
