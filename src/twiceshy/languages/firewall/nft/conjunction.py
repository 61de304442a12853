"""Conditions that all have to be true, said as shortly as they can be."""

from __future__ import annotations

from collections.abc import Iterable

from twiceshy.languages.firewall.conditions import Condition, Field, Match
from twiceshy.languages.firewall.intervals import Intervals


def conjunction(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """The same conditions, with one match for each field where that can say it."""
    by_field: dict[Field, Match] = {}
    others: list[Condition] = []
    for one in conditions:
        if type(one) is not Match:
            if one not in others:
                others.append(one)
            continue
        known = by_field.get(one.field)
        if known is None:
            by_field[one.field] = one
        elif known is not one and known != one:
            if isinstance(known.values, Intervals) and isinstance(one.values, Intervals):
                by_field[one.field] = Match(one.field, known.values & one.values)
            else:
                others.append(one)
    return (*by_field.values(), *others)


def box(matches: Iterable[Match]) -> tuple[Match, ...]:
    """The same for matches alone."""
    return tuple(one for one in conjunction(matches) if isinstance(one, Match))
