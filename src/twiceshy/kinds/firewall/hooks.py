"""In which order the kernel asks base chains at a hook, and when it tracks and translates.

Sources: the kernel's `include/uapi/linux/netfilter_ipv4.h` (priorities), `nf_nat_core.c`: all
NAT chains of a hook are called from one place, so their own priorities only order them among
themselves, and the first that translates an end is the last that is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice, permutations, product
from types import MappingProxyType

from twiceshy.kinds.firewall.host import Path
from twiceshy.kinds.firewall.packet import IPV4
from twiceshy.languages.firewall.ruleset import (
    Base,
    Chain,
    ChainType,
    Goto,
    Hook,
    Jump,
    Ruleset,
    Table,
    TableFamily,
    Translated,
)

TRACK_PRIORITY = -200
SOURCE_NAT_PRIORITY, DESTINATION_NAT_PRIORITY = 100, -100
MOST_ORDERS = 24

HOOKS: Mapping[Path, tuple[Hook, ...]] = MappingProxyType(
    {
        Path.INPUT: (Hook.PREROUTING, Hook.INPUT),
        Path.OUTPUT: (Hook.OUTPUT, Hook.POSTROUTING),
        Path.FORWARD: (Hook.PREROUTING, Hook.FORWARD, Hook.POSTROUTING),
    }
)
TRANSLATES: Mapping[Hook, Translated] = MappingProxyType(
    {
        Hook.PREROUTING: Translated.DESTINATION,
        Hook.OUTPUT: Translated.DESTINATION,
        Hook.INPUT: Translated.SOURCE,
        Hook.POSTROUTING: Translated.SOURCE,
    }
)
"""Which end NAT rewrites at a hook."""


@dataclass(frozen=True, slots=True, eq=False)
class BaseChain:
    """A base chain with the table it can jump about in."""

    table: Table
    chain: Chain
    base: Base

    @property
    def name(self) -> str:
        """As messages call it: `chain INPUT of table filter (ip)`."""
        return f"chain {self.chain.name} of table {self.table.name} ({self.table.family})"


@dataclass(frozen=True, slots=True)
class Track:
    """Conntrack looks the packet's connection up."""


@dataclass(frozen=True, slots=True)
class Nat:
    """NAT: the chains are asked for a first packet; a known translation is applied in any case."""

    chains: tuple[BaseChain, ...]
    end: Translated


Step = BaseChain | Track | Nat


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """One order in which the kernel may ask; `doubts` tells where another is as possible."""

    steps: Mapping[Hook, tuple[Step, ...]]
    doubts: tuple[str, ...] = ()


@lru_cache(maxsize=8)  # a rule set never changes, and is asked many questions
def orders(ruleset: Ruleset, family: int) -> tuple[Order, ...]:
    """All orders that the kernel may use for packets of a family, most often just one.

    Chains of equal priority are asked in an order that no text tells. It only matters when one of
    them changes the packet. Of more than MOST_ORDERS only so many are returned.
    """
    ways: dict[Hook, list[tuple[Step, ...]]] = {}
    doubts: list[str] = []
    for hook in (Hook.PREROUTING, Hook.INPUT, Hook.FORWARD, Hook.OUTPUT, Hook.POSTROUTING):
        chains = [one for one in base_chains(ruleset, family) if one.base.hook is hook]
        ways[hook] = [
            _with_tracking(hook, filters, nats)
            for filters, nats in islice(
                product(
                    list(
                        _arranged([c for c in chains if c.base.type is not ChainType.NAT], doubts)
                    ),
                    list(_arranged([c for c in chains if c.base.type is ChainType.NAT], doubts)),
                ),
                MOST_ORDERS,
            )
        ]
    return tuple(
        Order(MappingProxyType(dict(zip(ways, way, strict=True))), tuple(doubts))
        for way in islice(product(*ways.values()), MOST_ORDERS)
    )


def base_chains(ruleset: Ruleset, family: int) -> Iterator[BaseChain]:
    """The base chains that see packets of a family, in the order of the files."""
    families = {TableFamily.INET, TableFamily.IP if family == IPV4 else TableFamily.IP6}
    for table in ruleset.tables:
        if table.family in families and not table.dormant:
            for chain in table.chains.values():
                if chain.base is not None:
                    yield BaseChain(table, chain, chain.base)


def _arranged(chains: list[BaseChain], doubts: list[str]) -> Iterator[tuple[BaseChain, ...]]:
    groups: list[list[tuple[BaseChain, ...]]] = []
    ordered = sorted(chains, key=lambda one: one.base.priority)
    for priority, group in groupby(ordered, key=lambda one: one.base.priority):
        tied = tuple(group)
        if len(tied) > 1 and any(_has_effects(one) for one in tied):
            names = " and ".join(one.name for one in tied)
            doubts.append(f"which comes first of {names}, all of priority {priority}")
            groups.append(list(islice(permutations(tied), MOST_ORDERS)))
        else:
            groups.append([tied])
    for way in islice(product(*groups), MOST_ORDERS):
        yield tuple(one for group in way for one in group)


def _has_effects(base: BaseChain) -> bool:
    seen: set[str] = set()
    waiting = [base.chain.name]
    while waiting:
        name = waiting.pop()
        chain = base.table.chains.get(name)
        if name in seen or chain is None:
            continue
        seen.add(name)
        for rule in chain.rules:
            if rule.effects:
                return True
            if isinstance(rule.target, Jump | Goto):
                waiting.append(rule.target.chain)
    return False


def _with_tracking(
    hook: Hook, filters: tuple[BaseChain, ...], nats: tuple[BaseChain, ...]
) -> tuple[Step, ...]:
    placed: list[tuple[int, int, Step]] = [(one.base.priority, 0, one) for one in filters]
    if hook in {Hook.PREROUTING, Hook.OUTPUT}:
        placed.append((TRACK_PRIORITY, -1, Track()))
    end = TRANSLATES.get(hook)
    if end is not None:
        at = SOURCE_NAT_PRIORITY if end is Translated.SOURCE else DESTINATION_NAT_PRIORITY
        placed.append((at, -1, Nat(nats, end)))
    return tuple(step for _, _, step in sorted(placed, key=lambda one: one[:2]))
