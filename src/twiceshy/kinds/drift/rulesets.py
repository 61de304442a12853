"""A host's rule sets to items: each rule by what it means, without counters and comments."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from types import MappingProxyType

from twiceshy.kinds.drift.item import Item, Reading
from twiceshy.kinds.drift.masking import of_text
from twiceshy.languages.firewall.conditions import AnyOf, Condition, Match, Opaque
from twiceshy.languages.firewall.read import ruleset_of
from twiceshy.languages.firewall.ruleset import Accept, Chain, Table
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place


def reading_of_rules(
    configuration: Configuration, shown: Mapping[str, str] = MappingProxyType({})
) -> Reading:
    """All rule sets of a configuration as one; tables and chains are compared by their names.

    `shown`: the files of places, by the names they have in the configuration, as people know them.
    """
    ruleset = ruleset_of(configuration)
    items: list[Item] = []
    for table in ruleset.tables:
        for chain in table.chains.values():
            items += (
                replace(
                    one, place=replace(one.place, file=shown.get(one.place.file, one.place.file))
                )
                for one in _chain(table, chain)
            )
    # A problem of one chain left a rule with its text in its place: that is compared too.
    problem = next((one for one in ruleset.problems if one.chain is None), None)
    trouble = f"{problem.place}: {problem.what}" if problem is not None else None
    return Reading("firewall rules", tuple(items), trouble=trouble)


def _chain(table: Table, chain: Chain) -> list[Item]:
    group = f"chain {chain.name} of {table.family} {table.name}"
    known = chain.place or table.place
    nowhere = Place(known.file if known is not None else "firewall rules", 1)
    items: list[Item] = []
    base = chain.base
    is_idle = not chain.rules and (base is None or isinstance(base.policy, Accept))
    if table.dormant or (is_idle and base is not None):
        # An empty chain that accepts does nothing: some tools print it, others do not.
        return items
    if base is not None:
        sense = ("base", base.type, base.hook, base.priority, base.policy)
        policy = type(base.policy).__name__.lower()
        shown = f"hook {base.hook} priority {base.priority} policy {policy}"
        items.append(Item(group, sense, shown, base.place or chain.place or nowhere))
    else:
        items.append(Item(group, ("chain",), group, chain.place or nowhere))
    for rule in chain.rules:
        asked = frozenset(_sense(one) for one in rule.conditions)
        sense_of_rule = ("rule", asked, rule.effects, rule.target)
        items.append(Item(group, sense_of_rule, of_text(rule.text), rule.place))
    return items


def _sense(condition: Condition) -> Hashable:
    """The condition without its place."""
    match condition:
        case Opaque():
            return ("opaque", " ".join(condition.text.split()))
        case AnyOf():
            return ("any of", frozenset(map(frozenset, condition.boxes)), condition.negated)
        case Match():
            return condition
