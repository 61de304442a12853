"""Sets and maps: which of their elements a packet's properties are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twiceshy.languages.firewall.conditions import AnyOf, Condition, Field, Match, Names
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft import matching, values
from twiceshy.languages.firewall.nft.conjunction import box
from twiceshy.languages.firewall.nft.selectors import PORTED
from twiceshy.languages.firewall.nft.steps import Asks
from twiceshy.languages.firewall.nft.syntax import (
    Element,
    Group,
    Joined,
    Node,
    Subject,
    Unknowable,
    Unreadable,
)
from twiceshy.languages.firewall.nft.vocabulary import STATUS
from twiceshy.model.place import Place

Values = Intervals | Names
Key = tuple[Values, ...]
"""What each subject must be for one element of a set."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a set holds, in values of the subjects that are looked up in it."""

    keys: tuple[Key, ...]
    """For one subject it is a single key, the union of all."""
    is_all: bool = False
    """A catch-all element is among them."""


def looked_up(
    subjects: tuple[Subject, ...], group: Group, *, is_negated: bool, text: str, place: Place
) -> Asks:
    """What it asks that a concatenation is, or is not, in an anonymous set."""
    try:
        contents = contents_of(subjects, [*group.each_key()])
    except Unknowable:
        contents = None
    return asked(subjects, contents, is_negated=is_negated, text=text, place=place)


def elements_of(group: Group) -> Iterable[Element]:
    """The elements, those of sets in the set too."""
    for token in group.plain:
        yield Element(token)
    for element in group.elements:
        if isinstance(element.key, Group) and element.value is None:
            yield from elements_of(element.key)
        else:
            yield element


def contents_of(subjects: Sequence[Subject], keys: Sequence[Node | None]) -> Contents:
    """The elements of a set as values of what is looked up in it."""
    if len(subjects) > 1:
        apart = [key_of(subjects, key) for key in keys if key is not None]
        return Contents(tuple(merged(apart)), None in keys)
    datatype = subjects[0].selector.datatype
    is_all = None in keys
    if is_all:
        keys = [key for key in keys if key is not None]
    found: Values = (
        values.all_names(keys, datatype) if datatype.is_name else values.union(keys, datatype)
    )
    return Contents(((found,),), is_all)


def key_of(subjects: Sequence[Subject], key: Node) -> Key:
    """One element as values of each subject."""
    parts = key.parts if isinstance(key, Joined) else (key,)
    if len(parts) != len(subjects):
        raise Unreadable(f"an element of {len(parts)} parts where {len(subjects)} are compared")
    found: list[Values] = []
    for subject, part in zip(subjects, parts, strict=True):
        datatype = subject.selector.datatype
        if datatype.is_name:
            found.append(values.names(part, datatype))
        else:
            found.append(values.intervals(part, datatype))
    return tuple(found)


def merged(keys: list[Key]) -> list[Key]:
    """The same elements, put together where they differ in one part only."""
    if len(keys) <= 1:
        return keys
    order = sorted(
        range(len(keys[0])), key=lambda part: len({key[part] for key in keys}), reverse=True
    )
    for part in order:
        rest: dict[tuple[Values, ...], list[Values]] = {}
        for key in keys:
            rest.setdefault(key[:part] + key[part + 1 :], []).append(key[part])
        keys = [(*others[:part], union(found), *others[part:]) for others, found in rest.items()]
    return keys


def union(found: Sequence[Values]) -> Values:
    """All of these together."""
    if len(found) == 1:
        return found[0]
    names = [one for one in found if isinstance(one, Names)]
    if names:
        return Names(
            frozenset().union(*(one.exact for one in names)),
            frozenset().union(*(one.prefixes for one in names)),
        )
    return Intervals.of(pair for one in found if isinstance(one, Intervals) for pair in one)


def asked(
    subjects: tuple[Subject, ...],
    contents: Contents | None,
    *,
    is_negated: bool,
    text: str,
    place: Place,
) -> Asks:
    """What a lookup asks; contents of None are not known."""
    implied = dict.fromkeys(match for one in subjects for match in one.selector.asks)
    ports = text if any(one.selector.has_any_protocol for one in subjects) else ""
    found = None if contents is None else _boxes(subjects, contents, is_negated=is_negated)
    if found is not None and not is_negated and _name_protocols(found):
        ports = ""
    if found is None:
        return Asks((*implied, matching.opaque(subjects, text, place)))
    return Asks((*implied, *found), ports)


def _boxes(
    subjects: tuple[Subject, ...], contents: Contents, *, is_negated: bool
) -> tuple[Condition, ...] | None:
    if contents.is_all:
        # kernels do not agree on what `!=` makes of a catch-all element
        return None if is_negated else ()
    if len(subjects) == 1:
        return _single(subjects[0], contents.keys[0][0], is_negated=is_negated)
    boxes: list[tuple[Match, ...]] = []
    for key in contents.keys:
        found = _box(subjects, key)
        if found is None:
            return None
        boxes.append(found)
    if len(boxes) == 1 and not is_negated:
        return boxes[0]
    return (AnyOf(tuple(boxes), is_negated),)


def _name_protocols(found: tuple[Condition, ...]) -> bool:
    """Whether all that is looked up has a protocol with ports beside it."""
    return all(
        isinstance(one, AnyOf) and all(any(map(_is_ported, each)) for each in one.boxes)
        for one in found
    )


def _is_ported(match: Match) -> bool:
    values = match.values
    return (
        match.field is Field.L4PROTO
        and isinstance(values, Intervals)
        and (values & PORTED == values)
    )


def _single(
    subject: Subject, found: Values, *, is_negated: bool
) -> tuple[Match | AnyOf, ...] | None:
    field = subject.selector.field
    if field is None or subject.selector is STATUS:
        return None
    if isinstance(found, Names):
        return (Match(field, Names(found.exact, found.prefixes, is_negated)),)
    wanted = found.complement(subject.selector.datatype.bits) if is_negated else found
    return matching.expressed(subject, wanted)


def _box(subjects: tuple[Subject, ...], key: Key) -> tuple[Match, ...] | None:
    found: list[Match] = []
    for subject, part in zip(subjects, key, strict=True):
        asked_of_it = _single(subject, part, is_negated=False)
        if asked_of_it is None:
            return None
        for one in asked_of_it:
            if isinstance(one, AnyOf):
                return None
            found.append(one)
    return box(found)
