"""Resolves named sets and maps: what their elements are after all changes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from twiceshy.languages.firewall.conditions import Names
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft import lookups, values
from twiceshy.languages.firewall.nft.datatypes import Datatype
from twiceshy.languages.firewall.nft.lookups import Contents, Key
from twiceshy.languages.firewall.nft.state import SetState
from twiceshy.languages.firewall.nft.syntax import Element, Group, Subject, Unreadable


def is_uncertain(group: Group) -> bool:
    """Whether elements pass only within a limit or go away by themselves."""
    return any(one.is_timed for one in group.elements)


def contents(subjects: Sequence[Subject], found: SetState) -> Contents:
    """What a named set holds, as values of what is looked up in it."""
    if not any(change.is_removal for change in found.changes):
        keys = [key for change in found.changes for key in change.group.each_key()]
        return lookups.contents_of(subjects, keys)
    datatype = subjects[0].selector.datatype
    if len(subjects) == 1 and not datatype.is_name:
        return _numbers(found, datatype)
    known: dict[Key | None, None] = {}
    for change in found.changes:
        for node in change.group.each_key():
            key = None if node is None else lookups.key_of(subjects, node)
            if not change.is_removal:
                known[key] = None
            elif known.pop(key, _ABSENT) is _ABSENT:
                raise _not_there(found)
    left = [key for key in known if key is not None]
    if len(subjects) > 1:
        return Contents(tuple(lookups.merged(left)), None in known)
    parts = [key[0] for key in left]
    return Contents(((lookups.union(parts) if parts else Names(),),), None in known)


_ABSENT = object()


def _numbers(found: SetState, datatype: Datatype) -> Contents:
    """A set of numbers, from which parts of what was added may be taken out again."""
    have, has_all = Intervals(), False
    for is_removal, changes in groupby(found.changes, key=lambda change: change.is_removal):
        keys = [key for change in changes for key in change.group.each_key()]
        numbers = values.union((key for key in keys if key is not None), datatype)
        if not is_removal:
            have, has_all = have | numbers, has_all or None in keys
            continue
        if numbers & have != numbers or (None in keys and not has_all):
            raise _not_there(found)
        have = have & numbers.complement(datatype.bits)
        has_all = has_all and None not in keys
    return Contents(((have,),), has_all)


def _not_there(found: SetState) -> Unreadable:
    return Unreadable(f"an element that {found.name} does not have is deleted, which nft refuses")


def elements(subjects: Sequence[Subject], found: SetState) -> list[tuple[Key | None, Element]]:
    """The elements of a named map by their keys; a key of None is the catch-all."""
    known: dict[Key | None, Element] = {}
    for change in found.changes:
        for element in lookups.elements_of(change.group):
            key = None if element.key is None else lookups.key_of(subjects, element.key)
            if change.is_removal:
                if known.pop(key, None) is None:
                    raise _not_there(found)
            else:
                known[key] = element
    return list(known.items())
