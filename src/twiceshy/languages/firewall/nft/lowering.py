"""From the state of the kernel to the one form of rules.

A rule is a sequence of steps, each of which may fail; the next rule is tried then, and effects of
the steps before it stay. Where a rule is more than conditions, effects and a verdict in that
order, several rules say the same: one for each element of a map, and one for each effect that
happens before something else is asked.
"""

from __future__ import annotations

from types import MappingProxyType

from twiceshy.languages.firewall.conditions import Opaque
from twiceshy.languages.firewall.nft.emission import Emission, plain
from twiceshy.languages.firewall.nft.foreign import FOREIGN, is_foreign
from twiceshy.languages.firewall.nft.linking import linked
from twiceshy.languages.firewall.nft.paths import Paths
from twiceshy.languages.firewall.nft.quiet import no_collection
from twiceshy.languages.firewall.nft.state import ChainState, NftState, RuleState, TableState
from twiceshy.languages.firewall.nft.steps import Does, Forks
from twiceshy.languages.firewall.nft.syntax import Unreadable
from twiceshy.languages.firewall.ruleset import (
    Chain,
    Problem,
    Rule,
    Ruleset,
    Table,
    TableFamily,
    Unmodelled,
)
from twiceshy.model.place import Place

_MOST_RULES = 2_000_000


def lower(state: NftState, *, leave_out_foreign: bool = False) -> Ruleset:
    """All tables as values.

    `leave_out_foreign`: without those that iptables-nft manages, because the caller has what
    iptables-save says of them.
    """
    problems = list(state.problems)
    with no_collection():
        tables = tuple(
            _TableLowering(one, problems).table()
            for one in state.tables.values()
            if not (leave_out_foreign and is_foreign(one))
        )
    sizes = {
        f"{table.family} {table.name} {one.name}": one.size
        for table in state.tables.values()
        for one in table.sets.values()
    }
    return Ruleset(tables, tuple(problems), MappingProxyType(sizes))


class _TableLowering:
    def __init__(self, state: TableState, problems: list[Problem]) -> None:
        self._state = state
        self._problems = problems
        self._paths = Paths(state)
        self._changeable = frozenset(
            field
            for chain in state.chains.values()
            for rule in chain.rules
            for step in rule.steps
            if isinstance(step, Does | Forks)
            for field in step.changes
        )
        self._chains: dict[str, Chain] = {}
        self._left = _MOST_RULES

    def table(self) -> Table:
        state = self._state
        foreign = is_foreign(state)
        if foreign:
            self._problems.append(
                Problem(
                    state.place,
                    f"table {state.family} {state.name} is managed by iptables-nft, and nft does "
                    "not show all of it as it is: read it from iptables-save instead",
                )
            )
        for chain in state.chains.values():
            self._chain(chain)
        return Table(
            state.family,
            state.name,
            MappingProxyType(linked(self._chains, state.renamed, self._refused)),
            state.is_dormant,
            FOREIGN if foreign else "nft",
            state.place,
        )

    def _chain(self, state: ChainState) -> None:
        where = (self._state.family, self._state.name, state.name)
        emission = Emission(state.name, self._chains, self._changeable)
        rules: list[Rule] = []
        self._chains[state.name] = Chain(state.name, (), state.base, state.place)
        for rule in state.rules:
            try:
                rules += self._meant(rule, emission)
            except Unreadable as problem:
                rules.append(self._unread(rule.place, problem.what, rule.text, where))
        self._chains[state.name] = Chain(state.name, tuple(rules), state.base, state.place)

    def _meant(self, state: RuleState, emission: Emission) -> list[Rule]:
        if state.failure is not None:
            raise Unreadable(state.failure)
        found = plain(state) or emission.rules(state, self._paths.of(state))
        self._left -= len(found)
        if self._left < 0:
            raise Unreadable(f"more than {_MOST_RULES} rules come of the maps of this table")
        return found

    def _refused(self, rule: Rule, chain: str, what: str) -> Rule:
        where = (self._state.family, self._state.name, chain.partition("@")[0])
        return self._unread(rule.place, what, rule.text, where)

    def _unread(
        self, place: Place, what: str, text: str, where: tuple[TableFamily, str, str]
    ) -> Rule:
        self._problems.append(Problem(place, what, where))
        return Rule((Opaque(text, place, str(place)),), Unmodelled(text), place, text)
