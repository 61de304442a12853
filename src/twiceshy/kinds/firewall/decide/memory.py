"""Answers that still hold after a change of rules that none of their packets can meet.

A change touches a few rules; most questions are about packets that match none of them, before or
after. Those packets meet the same rules in the same order as before the change. Only "kept" is
remembered: which packet shows a promise to be broken must not depend on what was asked before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache

from twiceshy.kinds.firewall.decide.alignment import aligned
from twiceshy.kinds.firewall.decide.index import overlap
from twiceshy.kinds.firewall.decide.region import Region
from twiceshy.kinds.firewall.hooks import TRACK_PRIORITY
from twiceshy.languages.firewall.conditions import Field, Match, Names
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import (
    Rule,
    Ruleset,
    Translate,
    Translated,
    UnmodelledEffect,
)

MOST_RULE_SETS = 4
MOST_CHANGED = 40
"""Beyond so many changed rules every question is asked again."""


class Memory:
    """The questions whose answer was "kept", of the rule sets that were asked about last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Ruleset, set[Hashable]] = OrderedDict()

    def is_kept(self, ruleset: Ruleset, region: Region, question: Hashable) -> bool:
        """Whether the answer is known from this rule set, or from one that differs elsewhere."""
        mine = self._of(ruleset)
        if question in mine:
            return True
        for other, kept in reversed(tuple(self._kept.items())):
            if other is not ruleset and question in kept:
                rules = _changed(other, ruleset)
                if rules is not None and not _may_meet(rules, region, (other, ruleset)):
                    mine.add(question)
                    return True
        return False

    def keep(self, ruleset: Ruleset, question: Hashable) -> None:
        """The answer is "kept"."""
        self._of(ruleset).add(question)

    def _of(self, ruleset: Ruleset) -> set[Hashable]:
        known = self._kept.get(ruleset)
        if known is None:
            known = self._kept[ruleset] = set()
            if len(self._kept) > MOST_RULE_SETS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(ruleset)
        return known


@lru_cache(maxsize=8)  # a rule set never changes, and is asked many questions
def _changed(before: Ruleset, after: Ruleset) -> tuple[Rule, ...] | None:
    """The rules that only one of them has; None when there are many, or chains differ."""
    changed = aligned(before, after).changed
    if len(changed) > MOST_CHANGED or any(one.rule is None for one in changed):
        return None
    return tuple(one.rule for one in changed if one.rule is not None)


@lru_cache(maxsize=8)  # the same
def rewritten(ruleset: Ruleset) -> frozenset[Field]:
    """The fields that a rule may meet with other values than the packet set out with."""
    found = {Field.MARK, Field.CT_MARK, Field.CT_DIRECTION, Field.TTL}
    for table in ruleset.tables:
        for chain in table.chains.values():
            if chain.base is not None and chain.base.priority < TRACK_PRIORITY:
                found.add(Field.CT_STATE)  # before conntrack looks, and after notrack
            for rule in chain.rules:
                for effect in rule.effects:
                    if isinstance(effect, UnmodelledEffect):
                        found |= effect.fields
                    elif isinstance(effect, Translate):
                        found |= _TRANSLATED[effect.end]
    return frozenset(found)


_TRANSLATED = {
    Translated.SOURCE: frozenset({Field.SADDR4, Field.SADDR6, Field.SPORT}),
    Translated.DESTINATION: frozenset({Field.DADDR4, Field.DADDR6, Field.DPORT, Field.OIF}),
}


def _may_meet(rules: Iterable[Rule], region: Region, rulesets: Iterable[Ruleset]) -> bool:
    """Whether a packet of the region, or one that answers it, may match one of the rules."""
    changing: Callable[[Field], bool] = frozenset(
        one for ruleset in rulesets for one in rewritten(ruleset)
    ).__contains__
    if any(changing(one) for one in _SWAPPED):
        return True  # what answers a translated packet does not follow from the region
    return any(
        _may_match(rule, region, lambda asked: asked)
        or _may_match(rule, region, lambda asked: _SWAPPED.get(asked, asked))
        for rule in rules
    )


_SWAPPED = {
    Field.SADDR4: Field.DADDR4,
    Field.DADDR4: Field.SADDR4,
    Field.SADDR6: Field.DADDR6,
    Field.DADDR6: Field.SADDR6,
    Field.SPORT: Field.DPORT,
    Field.DPORT: Field.SPORT,
    Field.IIF: Field.OIF,
    Field.OIF: Field.IIF,
}
_COMPARED = frozenset({*_SWAPPED, Field.L4PROTO})
"""Fields that all packets of a connection have, the answers the other way round."""


def _may_match(rule: Rule, region: Region, seen_as: Callable[[Field], Field]) -> bool:
    return not any(
        _rules_out(one, region, seen_as) for one in rule.conditions if isinstance(one, Match)
    )


def _rules_out(match: Match, region: Region, seen_as: Callable[[Field], Field]) -> bool:
    """Whether a match is true of no packet of the region."""
    if match.field is Field.FAMILY and isinstance(match.values, Intervals):
        return region.family not in match.values
    if match.field not in _COMPARED:
        return False
    values = region.values.get(seen_as(match.field))
    if values is None:
        return match.field not in {Field.IIF, Field.OIF}
    if isinstance(values, Names) or isinstance(match.values, Names):
        return _are_apart(values, match.values)
    return not overlap(values, match.values)


def _are_apart(one: Intervals | Names, other: Intervals | Names) -> bool:
    """Whether no interface is among both; only told of names that are listed."""
    if not (isinstance(one, Names) and isinstance(other, Names)):
        return False
    if one.negated or other.negated or one.prefixes or other.prefixes:
        return False
    return not one.exact & other.exact
