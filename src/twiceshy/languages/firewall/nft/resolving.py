"""Resolves named sets and maps: what their elements are after all changes."""

from __future__ import annotations

from collections.abc import Sequence

from twiceshy.languages.firewall.conditions import Names
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft import lookups
from twiceshy.languages.firewall.nft.lookups import Contents, Key, Values
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
    known: dict[Key | None, None] = {}
    for change in found.changes:
        for node in change.group.each_key():
            key = None if node is None else lookups.key_of(subjects, node)
            if not change.is_removal:
                known[key] = None
            else:
                _take_out(known, key, found.name)
    left = [key for key in known if key is not None]
    if len(subjects) > 1:
        return Contents(tuple(lookups.merged(left)), None in known)
    parts: list[Values] = [key[0] for key in left]
    nothing: Values = Names() if subjects[0].selector.datatype.is_name else Intervals()
    return Contents(((lookups.union(parts) if parts else nothing,),), None in known)


def _take_out(known: dict[Key | None, None], key: Key | None, name: str) -> None:
    if key in known:
        del known[key]
        return
    if key is not None and len(key) == 1 and isinstance(key[0], Intervals):
        for other in known:
            if other is None or not isinstance(other[0], Intervals):
                continue
            if (other[0] & key[0]) == key[0]:
                rest = other[0] & key[0].complement(_WIDEST_BITS)
                del known[other]
                known[(rest,)] = None
                return
    raise Unreadable(f"an element that set {name} does not have is deleted, which nft refuses")


_WIDEST_BITS = 128


def elements(subjects: Sequence[Subject], found: SetState) -> list[tuple[Key | None, Element]]:
    """The elements of a named map by their keys; a key of None is the catch-all."""
    known: dict[Key | None, Element] = {}
    for change in found.changes:
        for element in lookups.elements_of(change.group):
            key = None if element.key is None else lookups.key_of(subjects, element.key)
            if change.is_removal:
                if known.pop(key, None) is None:
                    raise Unreadable(f"map {found.name} does not have an element that is deleted")
            else:
                known[key] = element
    return list(known.items())
