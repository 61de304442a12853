"""From the state of the kernel to the one form of rules.

A rule is a sequence of steps, each of which may fail; the next rule is tried then, and effects of
the steps before it stay. Where a rule is more than conditions, effects and a verdict in that
order, several rules say the same: one for each element of a map, and one for each effect that
happens before something else is asked.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from twiceshy.languages.firewall.conditions import Opaque
from twiceshy.languages.firewall.nft.emission import Emission, plain
from twiceshy.languages.firewall.nft.foreign import FOREIGN
from twiceshy.languages.firewall.nft.paths import Paths
from twiceshy.languages.firewall.nft.quiet import no_collection
from twiceshy.languages.firewall.nft.state import ChainState, NftState, RuleState, TableState
from twiceshy.languages.firewall.nft.steps import Does, Forks
from twiceshy.languages.firewall.nft.syntax import Unreadable
from twiceshy.languages.firewall.ruleset import (
    Chain,
    Goto,
    Jump,
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
            if one.source != FOREIGN or not leave_out_foreign
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
        if state.source == FOREIGN:
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
            MappingProxyType(self._chains),
            state.is_dormant,
            state.source,
            state.place,
        )

    def _chain(self, state: ChainState) -> None:
        where = (self._state.family, self._state.name, state.name)
        emission = Emission(state.name, self._chains, self._changeable)
        rules: list[Rule] = []
        self._chains[state.name] = Chain(state.name, (), state.base, state.place)
        for rule in state.rules:
            self._rule(rule, rules, emission, where)
        self._chains[state.name] = Chain(state.name, tuple(rules), state.base, state.place)

    def _rule(
        self,
        state: RuleState,
        rules: list[Rule],
        emission: Emission,
        where: tuple[TableFamily, str, str],
    ) -> None:
        failure = state.failure
        if failure is None:
            try:
                found = plain(state) or emission.rules(state, self._paths.of(state))
                found = [self._checked(one) for one in found]
            except Unreadable as problem:
                failure = problem.what
            else:
                rules += found
                return
        rules.append(self._unread(state.place, failure, state.text, where))

    def _checked(self, rule: Rule) -> Rule:
        self._left -= 1
        if self._left < 0:
            raise Unreadable(f"more than {_MOST_RULES} rules come of this table's maps")
        target = rule.target
        if type(target) is not Jump and type(target) is not Goto:
            return rule
        if target.chain in self._state.chains or target.chain in self._chains:
            return rule
        name = self._state.renamed.get(target.chain)
        if name is None:
            raise Unreadable(f"there is no chain {target.chain}, so that nft refuses it")
        return replace(rule, target=type(target)(name))

    def _unread(
        self, place: Place, what: str, text: str, where: tuple[TableFamily, str, str]
    ) -> Rule:
        self._problems.append(Problem(place, what, where))
        return Rule((Opaque(text, place, str(place)),), Unmodelled(text), place, text)
