"""Which rules and policies differ between two rule sets, by meaning and not by text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from twiceshy.languages.firewall.conditions import Condition, Opaque
from twiceshy.languages.firewall.ruleset import (
    Accept,
    Chain,
    Drop,
    Reject,
    Rule,
    Ruleset,
    Table,
    TableFamily,
    Unmodelled,
)

MOST_ALIGNED = 2_000
"""So many rules between the first and the last difference are put side by side; of more, a rule
that the other side has anywhere counts as the same."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A rule that only one side has, or a base chain whose policy or place in the order differs."""

    table: Table
    chain: Chain
    rule: Rule | None
    """None: the chain as a whole."""
    is_after: bool
    """Whether it is of the side after the change."""
    is_policy_alone: bool = False
    """Of a chain as a whole: whether only its policy differs."""

    @property
    def may_lose(self) -> bool:
        """Whether packets may be dropped because of it that passed before."""
        return self._turns_to(accepts=False)

    @property
    def may_gain(self) -> bool:
        """Whether packets may pass because of it that were dropped before."""
        return self._turns_to(accepts=True)

    def _turns_to(self, *, accepts: bool) -> bool:
        """A verdict that appears leads to itself alone, one that goes away only away from it."""
        target = None
        if self.rule is not None:
            target = None if self.rule.effects else self.rule.target
        elif self.is_policy_alone and self.chain.base is not None:
            target = self.chain.base.policy
        match target:
            case Accept():
                return self.is_after is accepts
            case Drop() | Reject():
                return self.is_after is not accepts
            case _:
                return True


@dataclass(slots=True)
class Alignment:
    """The differences, and which of the other rules belong together."""

    changed: list[Changed] = field(default_factory=list)
    occurrences: dict[int, str] = field(default_factory=dict)
    """By the id of a condition or rule of the side before: the occurrence that it has after."""


def aligned(before: Ruleset, after: Ruleset) -> Alignment:
    """Put two rule sets side by side."""
    found = Alignment()
    ours, theirs = _tables(before), _tables(after)
    for key in dict.fromkeys((*ours, *theirs)):
        _align_tables(ours.get(key), theirs.get(key), found)
    return found


def _tables(ruleset: Ruleset) -> Mapping[tuple[TableFamily, str, bool], Table]:
    return {
        (one.family, one.name, one.source == "iptables-legacy"): one
        for one in ruleset.tables
        if not one.dormant
    }


def _align_tables(before: Table | None, after: Table | None, found: Alignment) -> None:
    ours = before.chains if before else {}
    theirs = after.chains if after else {}
    for name in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(name), theirs.get(name)
        is_policy = _is_policy_alone(one, other)
        for table, chain, is_after in ((before, one, False), (after, other, True)):
            if table is not None and chain is not None and _base(one) != _base(other):
                found.changed.append(Changed(table, chain, None, is_after, is_policy))
        _align_chains(before, one, after, other, found)


def _base(chain: Chain | None) -> object:
    base = chain.base if chain is not None else None
    return base and (base.type, base.hook, base.priority, base.policy)


def _is_policy_alone(one: Chain | None, other: Chain | None) -> bool:
    ours = one.base if one is not None else None
    theirs = other.base if other is not None else None
    if ours is None or theirs is None:
        return False
    return ours == replace(theirs, policy=ours.policy, place=ours.place)


def _align_chains(
    before: Table | None,
    one: Chain | None,
    after: Table | None,
    other: Chain | None,
    found: Alignment,
) -> None:
    ours = one.rules if one else ()
    theirs = other.rules if other else ()
    for first, last, start, end in _apart(ours, theirs, found):
        for table, chain, rules, is_after in (
            (before, one, ours[first:last], False),
            (after, other, theirs[start:end], True),
        ):
            if table is not None and chain is not None:
                found.changed += [Changed(table, chain, rule, is_after) for rule in rules]


def _apart(
    ours: Sequence[Rule], theirs: Sequence[Rule], found: Alignment
) -> Iterator[tuple[int, int, int, int]]:
    """The stretches that differ; the rest is paired up."""
    head = 0
    least = min(len(ours), len(theirs))
    while head < least and _is_same(ours[head], theirs[head]):
        _pair(ours[head], theirs[head], found)
        head += 1
    tail = 0
    while tail < least - head and _is_same(ours[-1 - tail], theirs[-1 - tail]):
        _pair(ours[-1 - tail], theirs[-1 - tail], found)
        tail += 1
    middle, others = ours[head : len(ours) - tail], theirs[head : len(theirs) - tail]
    if not middle and not others:
        return
    keys, other_keys = [_meaning(rule) for rule in middle], [_meaning(rule) for rule in others]
    if max(len(middle), len(others)) > MOST_ALIGNED:
        yield head, len(ours) - tail, head, len(theirs) - tail
        return
    matcher = SequenceMatcher(None, keys, other_keys, autojunk=False)
    for word, first, last, start, end in matcher.get_opcodes():
        if word == "equal":
            for one, other in zip(middle[first:last], others[start:end], strict=True):
                _pair(one, other, found)
        else:
            yield head + first, head + last, head + start, head + end


def _is_same(one: Rule, other: Rule) -> bool:
    if (
        one.conditions is other.conditions
        and one.target is other.target
        and one.effects is other.effects
    ):
        return True
    if one.target != other.target or one.effects != other.effects:
        return False
    return one.conditions == other.conditions or _meaning(one) == _meaning(other)


def _meaning(rule: Rule) -> tuple[object, ...]:
    return (tuple(_of(one) for one in rule.conditions), rule.target, rule.effects)


def _of(condition: Condition) -> object:
    if isinstance(condition, Opaque):
        return condition.text, bool(condition.occurrence)
    return condition


def _pair(one: Rule, other: Rule, found: Alignment) -> None:
    """What is not modelled in them is the same on both sides."""
    if one.conditions is other.conditions and not isinstance(one.target, Unmodelled):
        return
    for ours, theirs in zip(one.conditions, other.conditions, strict=True):
        if isinstance(ours, Opaque) and isinstance(theirs, Opaque):
            found.occurrences[id(ours)] = theirs.occurrence
    if isinstance(one.target, Unmodelled):
        found.occurrences[id(one)] = f"target {other.place}"
