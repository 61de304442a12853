"""Paths through a rule become rules: conditions, then effects, then a verdict.

Effects that happen before something else is asked get a rule of their own, and the rest asks the
conditions before them again. Where an effect changes what those ask, the rest stands in a chain
of its own, named after the rule's place.
"""

from __future__ import annotations

from collections.abc import Iterable

from twiceshy.languages.firewall.conditions import AnyOf, Condition, Field, Match
from twiceshy.languages.firewall.nft.conjunction import conjunction
from twiceshy.languages.firewall.nft.paths import Path, Simple
from twiceshy.languages.firewall.nft.state import RuleState
from twiceshy.languages.firewall.nft.steps import Asks, Does, Ends
from twiceshy.languages.firewall.nft.syntax import Unreadable
from twiceshy.languages.firewall.ruleset import (
    Chain,
    Effect,
    Goto,
    Jump,
    Return,
    Rule,
    Target,
)
from twiceshy.model.place import Place


def plain(state: RuleState) -> list[Rule]:
    """The rule of one that is just conditions and a verdict, as most are; else nothing."""
    conditions: list[Condition] = []
    target: Target | None = None
    for step in state.steps:
        if type(step) is Asks and not step.bytes_as_ports:
            conditions += step.conditions
        elif type(step) is Ends:
            target = step.target
            break
        else:
            return []
    place, text = state.source.stated(state.start, state.end)
    return [Rule(conjunction(conditions), target, place, text, (), state.comment)]


class Emission:
    """Makes the rules of one chain; chains of their own go into `chains`."""

    def __init__(self, chain: str, chains: dict[str, Chain], changeable: frozenset[Field]) -> None:
        self._chain = chain
        self._chains = chains
        self.changeable = changeable
        """What rules of the table change, and so a chain that is jumped to may have changed."""

    def rules(self, state: RuleState, paths: list[Path]) -> list[Rule]:
        """What a rule says, in as many rules as that takes."""
        writer = _Writer(state, self)
        inner: list[Path] = []
        if len(paths) > 1 and self._disturb_each_other(paths):
            last = [path for path in paths if not _is_final(path)]
            if len(last) > 1:
                paths, inner = [path for path in paths if _is_final(path)], last
            else:
                paths = [path for path in paths if _is_final(path)] + last
        found: list[Rule] = []
        for path in paths:
            writer.write(path.steps, found, path.place, is_nested=False)
        return found if not inner else [*found, writer.apart(inner)]

    def _disturb_each_other(self, paths: list[Path]) -> bool:
        """Whether after one path was taken another may fit that did not fit before."""
        asked: set[Field] = set()
        changed: set[Field] = set()
        for path in paths:
            for step in path.steps:
                if type(step) is Asks:
                    asked |= self.fields(step.conditions)
                elif type(step) is Does and not _is_final(path):
                    changed |= step.changes
                elif type(step) is Ends and type(step.target) is Jump:
                    changed |= self.changeable
        return bool(asked & changed)

    def fields(self, conditions: Iterable[Condition]) -> set[Field]:
        """What conditions depend on."""
        found: set[Field] = set()
        for one in conditions:
            if isinstance(one, Match):
                found.add(one.field)
            elif isinstance(one, AnyOf):
                found |= {match.field for box in one.boxes for match in box}
            elif one.occurrence:
                found |= self.changeable
        return found

    def chain_of_its_own(self, rules: list[Rule], place: Place) -> str:
        """Puts rules into a new chain, and gives its name, which no chain of nft can have."""
        name = f"{self._chain}@{place.line}:{place.column}"
        if name in self._chains:
            name = f"{name}#{len(self._chains)}"
        self._chains[name] = Chain(name, tuple(rules), None, place)
        return name


def _is_final(path: Path) -> bool:
    """Whether nothing of the rule's chain comes after the path, once it was taken."""
    end = path.steps[-1] if path.steps else None
    if type(end) is not Ends or type(end.target) is Jump:
        return False
    kinds = [type(step) for step in path.steps]
    return Does not in kinds or Asks not in kinds[kinds.index(Does) :]


class _Writer:
    def __init__(self, state: RuleState, emission: Emission) -> None:
        self._emission = emission
        self._place = state.place
        self._text = state.text
        self._comment = state.comment

    def apart(self, paths: list[Path]) -> Rule:
        """All paths in a chain of their own, which ends with the first that fits."""
        inner: list[Rule] = []
        for path in paths:
            self.write(path.steps, inner, path.place, is_nested=True)
        name = self._emission.chain_of_its_own(inner, self._place)
        return self._rule((), (), Jump(name), None)

    def write(
        self,
        steps: tuple[Simple, ...],
        found: list[Rule],
        place: Place | None,
        *,
        is_nested: bool,
    ) -> None:
        """The rules of one path; nested ones stand in a chain that is called from its rule."""
        conditions: list[Condition] = []
        effects: list[Effect] = []
        changes: set[Field] = set()
        target: Target | None = None
        for index, step in enumerate(steps):
            if type(step) is Asks:
                if effects:
                    if self._emission.fields(conditions) & changes:
                        inner = [self._rule((), tuple(effects), None, place)]
                        self.write(steps[index:], inner, place, is_nested=True)
                        name = self._emission.chain_of_its_own(inner, self._place)
                        leap: Target = Goto(name) if is_nested else Jump(name)
                        found.append(self._rule(conditions, (), leap, place))
                        return
                    found.append(self._rule(conditions, tuple(effects), None, place))
                    effects, changes = [], set()
                conditions += step.conditions
            elif type(step) is Does:
                effects.append(step.effect)
                changes |= step.changes
            else:
                target = step.target  # type: ignore[union-attr] # an Ends is left
                break
        if is_nested:
            target = _nested(target)
        found.append(self._rule(conditions, tuple(effects), target, place))

    def _rule(
        self,
        conditions: Iterable[Condition],
        effects: tuple[Effect, ...],
        target: Target | None,
        place: Place | None,
    ) -> Rule:
        return Rule(
            conjunction(conditions),
            target,
            place or self._place,
            self._text,
            effects,
            self._comment,
        )


def _nested(target: Target | None) -> Target:
    """A verdict as it must be in a chain that stands for a part of a rule."""
    if target is None:
        return Return()
    if isinstance(target, Jump):
        return Goto(target.chain)
    if isinstance(target, Return | Goto):
        raise Unreadable(
            "`return` or `goto` after the rule changed what it asked before is not read here"
        )
    return target
