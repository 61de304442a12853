"""What is worked out once of a rule set, for all questions about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from twiceshy.kinds.firewall.decide.index import ChainIndex
from twiceshy.kinds.firewall.decide.interfaces import Interfaces, interfaces_of
from twiceshy.languages.firewall.conditions import AnyOf, Names
from twiceshy.languages.firewall.ruleset import Chain, Goto, Jump, Ruleset, Table
from twiceshy.languages.pausing import without_collecting

MOST_LOOKED_AT = 500
"""Of so many chains each is looked at for whether it leads back to itself."""


class Prepared:
    """What is worked out once of a rule set, for all questions about it."""

    def __init__(self, ruleset: Ruleset, earlier: Prepared | None = None) -> None:
        self.ruleset = ruleset
        self._chains: dict[int, ChainIndex] = {}
        self._boxes: dict[int, ChainIndex] = {}
        self._cyclic: dict[int, frozenset[str]] = {}
        names: dict[Names, None] = {}
        for table in ruleset.tables:
            for chain in table.chains.values():
                index = earlier.index_of_same(table, chain) if earlier is not None else None
                if index is None:
                    index = ChainIndex(rule.conditions for rule in chain.rules)
                self._chains[id(chain)] = index
                names.update(dict.fromkeys(index.names))
        self.names = tuple(names)
        """The interface names that rules ask for."""
        self.interfaces: Interfaces = interfaces_of(self.names)

    def index_of_same(self, table: Table, chain: Chain) -> ChainIndex | None:
        """The index of the chain of this name, if its rules ask for the very same things.

        A reader that has read most of a text before hands out the same objects again.
        """
        for known in self.ruleset.tables:
            if (known.family, known.name, known.source) == (table.family, table.name, table.source):
                other = known.chains.get(chain.name)
                if other is None or len(other.rules) != len(chain.rules):
                    return None
                pairs = zip(other.rules, chain.rules, strict=True)
                if all(one.conditions is rule.conditions for one, rule in pairs):
                    return self._chains[id(other)]
        return None

    def interfaces_with(self, more: Iterable[Names]) -> Interfaces:
        """The classes of interface names, when a question names some too."""
        others = tuple(more)
        return interfaces_of((*self.names, *others)) if others else self.interfaces

    def chain(self, chain: Chain) -> ChainIndex:
        """The rules of a chain by what they ask."""
        return self._chains[id(chain)]

    def boxes(self, any_of: AnyOf) -> ChainIndex:
        """The boxes of a condition with alternatives by what they ask."""
        known = self._boxes.get(id(any_of))
        if known is None:
            known = self._boxes[id(any_of)] = ChainIndex(any_of.boxes)
        return known

    def cyclic(self, table: Table) -> frozenset[str]:
        """The chains of a table that lead back to themselves."""
        known = self._cyclic.get(id(table))
        if known is None:
            known = self._cyclic[id(table)] = _cyclic(table)
        return known


class _Preparing:
    """Prepares rule sets, each with what the one before it has in common with it."""

    def __init__(self) -> None:
        self._latest: Prepared | None = None

    def prepared(self, ruleset: Ruleset) -> Prepared:
        with without_collecting():
            self._latest = Prepared(ruleset, self._latest)
        return self._latest


prepared = lru_cache(maxsize=8)(_Preparing().prepared)
"""`prepared(ruleset)`: the same object for the same rule set, which never changes."""


def _cyclic(table: Table) -> frozenset[str]:
    """The chains from which jumps lead back to themselves; of very many, those before them too."""
    jumps = {
        name: {
            target.chain
            for target in {id(rule.target): rule.target for rule in chain.rules}.values()
            if isinstance(target, Jump | Goto) and target.chain in table.chains
        }
        for name, chain in table.chains.items()
    }
    ended: set[str] = set()
    waiting = dict(jumps)
    while True:
        # what only leads to chains that end, ends too; what is never found to end is on, or
        # before, a cycle
        ends = [name for name, to in waiting.items() if all(one in ended for one in to)]
        if not ends:
            break
        for name in ends:
            ended.add(name)
            del waiting[name]
    if len(waiting) > MOST_LOOKED_AT:
        return frozenset(waiting)
    return frozenset(name for name in waiting if _reaches(name, waiting))


def _reaches(start: str, jumps: Mapping[str, set[str]]) -> bool:
    """Whether `start` leads back to itself."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for name in jumps.get(waiting.pop(), ()):
            if name == start:
                return True
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return False
