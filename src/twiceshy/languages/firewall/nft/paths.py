"""The ways through a rule: one for each element of the maps in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twiceshy.languages.firewall.conditions import Field, Match, Opaque
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft import lookups, matching, resolving
from twiceshy.languages.firewall.nft.lookups import Contents, Key
from twiceshy.languages.firewall.nft.selectors import PORTED, WHOLE
from twiceshy.languages.firewall.nft.state import RuleState, SetState, TableState
from twiceshy.languages.firewall.nft.steps import Asks, AsksSet, Does, Ends, Forks, Step
from twiceshy.languages.firewall.nft.syntax import (
    Element,
    Group,
    Joined,
    Named,
    Node,
    Prefix,
    Span,
    Subject,
    Unknowable,
    Unreadable,
)
from twiceshy.languages.firewall.ruleset import Unmodelled, UnmodelledEffect
from twiceshy.model.place import Place

_MOST_PATHS = 20_000
_MOST_ELEMENTS_APART = 256
"""Larger maps get one rule for each different datum instead of one for each element."""
_UNPORTED = PORTED.complement(8)
_ANY_EFFECT = frozenset(
    (
        Field.MARK,
        Field.CT_MARK,
        Field.SADDR4,
        Field.DADDR4,
        Field.SADDR6,
        Field.DADDR6,
        Field.SPORT,
        Field.DPORT,
    )
)
Simple = Asks | Does | Ends


@dataclass(frozen=True, slots=True)
class Path:
    """Steps without forks, one after the other."""

    steps: tuple[Simple, ...]
    place: Place | None = None
    """Of the map's element that it goes through."""


@dataclass(frozen=True, slots=True)
class _Branch:
    asks: Asks
    then: tuple[Step, ...]
    place: Place | None


class Paths:
    """Finds the paths of a table's rules; what was worked out of a set is remembered."""

    def __init__(self, table: TableState) -> None:
        self._table = table
        self._updated = {
            name for chain in table.chains.values() for rule in chain.rules for name in rule.updates
        }
        self._contents: dict[tuple[object, ...], Contents | None] = {}
        self._lookups: dict[tuple[object, ...], Asks] = {}

    def of(self, rule: RuleState) -> list[Path]:
        """The ways through a rule; they exclude each other."""
        steps = rule.steps
        if all(type(step) is Asks or type(step) is Ends for step in steps):
            paths = [Path(steps)]  # type: ignore[arg-type] # no other types are in it
        else:
            paths = self._expanded(steps)
        if any(type(step) is Asks and step.bytes_as_ports for one in paths for step in one.steps):
            paths = [other for one in paths for other in _by_protocol(one, rule.place)]
        return paths

    def _expanded(self, steps: Iterable[Step]) -> list[Path]:
        paths = [Path(())]
        for step in steps:
            if isinstance(step, Forks):
                branches = [
                    (branch, self._expanded(branch.then)) for branch in self._branches(step)
                ]
                if len(paths) * sum(len(after) for _, after in branches) > _MOST_PATHS:
                    raise Unreadable(f"more than {_MOST_PATHS} combinations of elements")
                paths = [
                    Path((*one.steps, branch.asks, *rest.steps), branch.place or one.place)
                    for one in paths
                    for branch, after in branches
                    for rest in after
                ]
            else:
                simple = self._lookup(step) if isinstance(step, AsksSet) else step
                paths = [Path((*one.steps, simple), one.place) for one in paths]
        return paths

    def _set(self, name: str) -> SetState:
        found = self._table.sets.get(name)
        if found is None:
            raise Unreadable(f"there is no set @{name} in this table, so that nft refuses it")
        return found

    def _is_unknown(self, found: SetState) -> bool:
        return (
            found.is_unknown
            or found.name in self._updated
            or any(resolving.is_uncertain(change.group) for change in found.changes)
        )

    def _lookup(self, step: AsksSet) -> Asks:
        found = self._set(step.name)
        if self._is_unknown(found):
            implied = dict.fromkeys(ask for one in step.subjects for ask in one.selector.asks)
            return Asks((*implied, Opaque(step.text, step.place, str(step.place))))
        key = (step.name, step.is_negated, step.subjects)
        asks = self._lookups.get(key)
        if asks is None:
            asks = lookups.asked(
                step.subjects,
                self._known(step, found),
                is_negated=step.is_negated,
                text=step.text,
                place=step.place,
            )
            if not any(isinstance(one, Opaque) for one in asks.conditions):
                self._lookups[key] = asks
        return asks

    def _known(self, step: AsksSet, found: SetState) -> Contents | None:
        key = (step.name, tuple(one.selector.datatype for one in step.subjects))
        if key not in self._contents:
            try:
                self._contents[key] = resolving.contents(step.subjects, found)
            except Unknowable:
                self._contents[key] = None
        return self._contents[key]

    def _branches(self, step: Forks) -> list[_Branch]:
        if isinstance(step.where, Named):
            found = self._set(step.where.name)
            if self._is_unknown(found):
                return [_unknown(step)]
            groups = [change.group for change in found.changes]
            if any(change.is_removal for change in found.changes):
                kept = resolving.elements(step.subjects, found)
                groups = [Group(tuple(element for _, element in kept))]
        elif isinstance(step.where, Group):
            groups = [step.where]
            if resolving.is_uncertain(step.where):
                return [_unknown(step)]
        else:
            raise Unreadable("expected a map")
        elements = [one for group in groups for one in lookups.elements_of(group)]
        if any(one.value is None for one in elements):
            raise Unreadable("an element without data in a map")
        return _Branching(step, elements).branches()


def _unknown(step: Forks) -> _Branch:
    implied = dict.fromkeys(ask for one in step.subjects for ask in one.selector.asks)
    return _Branch(
        Asks((*implied, Opaque(step.text, step.place, str(step.place)))),
        (
            Does(UnmodelledEffect(step.text, _ANY_EFFECT), _ANY_EFFECT),
            Ends(Unmodelled(step.text)),
        ),
        None,
    )


class _Branching:
    """The branches of one map."""

    def __init__(self, step: Forks, elements: list[Element]) -> None:
        self._step = step
        self._elements = elements
        self._keys: list[Key | None] = []

    def branches(self) -> list[_Branch]:
        """One for each element, the catch-all last; in large maps one for each datum."""
        apart = len(self._elements) <= _MOST_ELEMENTS_APART
        by_datum: dict[object, list[Element]] = {}
        catch_all: Element | None = None
        for index, element in enumerate(self._elements):
            if element.key is None:
                catch_all = element
            else:
                by_datum.setdefault(index if apart else element.value, []).append(element)
        found = [self._branch(group) for group in by_datum.values()]
        if catch_all is not None:
            found.append(self._rest(catch_all))
        return found

    def _branch(self, elements: list[Element]) -> _Branch:
        step, first = self._step, elements[0]
        text = f"{_subject_text(step.subjects)} == {_shown(first.key)}"
        contents = None
        try:
            keys = [
                lookups.key_of(step.subjects, one.key) for one in elements if one.key is not None
            ]
        except Unknowable:
            self._keys.append(None)
        else:
            self._keys += keys
            contents = Contents(tuple(_put_together(keys)))
        place = first.place or step.place
        asks = lookups.asked(step.subjects, contents, is_negated=False, text=text, place=place)
        return _Branch(asks, self._then(first), place)

    def _rest(self, element: Element) -> _Branch:
        step = self._step
        text = f"{_subject_text(step.subjects)} == *"
        keys = [key for key in self._keys if key is not None]
        contents = Contents(tuple(_put_together(keys))) if len(keys) == len(self._keys) else None
        place = element.place or step.place
        if not self._keys:
            implied = dict.fromkeys(ask for one in step.subjects for ask in one.selector.asks)
            return _Branch(Asks(tuple(implied)), self._then(element), place)
        asks = lookups.asked(step.subjects, contents, is_negated=True, text=text, place=place)
        return _Branch(asks, self._then(element), place)

    def _then(self, element: Element) -> tuple[Step, ...]:
        assert element.value is not None
        return self._step.then(element.value)


def _put_together(keys: list[Key]) -> list[Key]:
    if keys and len(keys[0]) == 1:
        return [(lookups.union([key[0] for key in keys]),)]
    return lookups.merged(keys)


def _subject_text(subjects: Sequence[Subject]) -> str:
    return " . ".join(one.selector.text for one in subjects)


def _shown(node: Node | None) -> str:
    if isinstance(node, str):
        return node
    if isinstance(node, Span):
        return f"{_shown(node.low)}-{_shown(node.high)}"
    if isinstance(node, Prefix):
        return f"{_shown(node.base)}/{_shown(node.length)}"
    if isinstance(node, Joined):
        return " . ".join(_shown(part) for part in node.parts)
    return "..."


def _by_protocol(path: Path, place: Place) -> list[Path]:
    """One path where the bytes are ports, and one where they are something else."""
    protocols = Intervals(((0, 255),))
    text = ""
    for step in path.steps:
        if type(step) is Asks:
            text = text or step.bytes_as_ports
            for one in step.conditions:
                if type(one) is Match and one.field is Field.L4PROTO:
                    protocols = protocols & one.values  # type: ignore[operator] # numbers
    others = protocols & _UNPORTED
    if not others:
        return [path]
    sure = tuple(_with(step, (Match(Field.L4PROTO, PORTED),)) for step in path.steps)
    unsure = tuple(
        Asks((Match(Field.L4PROTO, _UNPORTED), WHOLE, matching.opaque((), text, place)))
        if type(step) is Asks and step.bytes_as_ports
        else step
        for step in path.steps
    )
    return [Path(sure, path.place), Path(unsure, path.place)]


def _with(step: Simple, conditions: tuple[Match, ...]) -> Simple:
    if type(step) is Asks and step.bytes_as_ports:
        return Asks((*conditions, *step.conditions))
    return step
