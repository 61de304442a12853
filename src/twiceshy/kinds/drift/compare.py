"""Two readings held against each other: what means something else."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher

from twiceshy.kinds.drift.facts import Difference, State, Thing
from twiceshy.kinds.drift.item import Item, Reading

MOST_DIFFERENCES = 100
MOST_ALIGNED = 4_000
"""Items of one group that are aligned one by one; beyond that only which are new or gone."""


def compared(host: str, name: str, reviewed: Reading, running: Reading) -> Thing:
    """The file or rule set `name` of a host, by meaning."""
    at = reviewed.items[0].place if reviewed.items else None
    found = tuple(
        one
        for _, one in zip(range(MOST_DIFFERENCES), _differences(reviewed, running), strict=False)
    )
    trouble = reviewed.trouble or running.trouble
    if reviewed.how != running.how and trouble is None:
        trouble = f"reviewed it is {reviewed.how}, on the host {running.how}"
    if trouble is not None:
        return Thing(host, name, State.UNKNOWN, reviewed.how, found, trouble, at)
    state = State.CHANGED if found else State.SAME
    return Thing(host, name, state, reviewed.how, found, reviewed_at=at)


def _differences(reviewed: Reading, running: Reading) -> Iterator[Difference]:
    if not reviewed.is_ordered:
        yield from _by_name(reviewed.items, running.items)
        return
    old, new = _groups(reviewed.items), _groups(running.items)
    for group in dict.fromkeys((*old, *new)):
        yield from _in_order(group, old.get(group, []), new.get(group, []))


def _groups(items: Sequence[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for one in items:
        found.setdefault(one.group, []).append(one)
    return found


def _by_name(reviewed: Sequence[Item], running: Sequence[Item]) -> Iterator[Difference]:
    old = {one.group: one for one in reviewed}
    new = {one.group: one for one in running}
    types: Difference | None = None
    count = 0
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name), new.get(name)
        if was is not None and now is not None and was.sense == now.sense:
            continue
        if name == "types of values":
            types = _difference("a value's type or an empty value", was, now)
            continue
        count += 1
        yield _difference(name, was, now)
    if types is not None and count == 0:
        yield types


def _in_order(group: str, old: list[Item], new: list[Item]) -> Iterator[Difference]:
    start, end = 0, 0
    shortest = min(len(old), len(new))
    while start < shortest and old[start].sense == new[start].sense:
        start += 1
    while end < shortest - start and old[-1 - end].sense == new[-1 - end].sense:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(old), len(new)) > MOST_ALIGNED:
        yield from _unaligned(group, old, new)
        return
    # By equality and not by hash: two senses that differ only in a class have one hash.
    numbers: dict[Hashable, int] = {}
    before = [numbers.setdefault(one.sense, len(numbers)) for one in old]
    after = [numbers.setdefault(one.sense, len(numbers)) for one in new]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        for step in range(max(i2 - i1, j2 - j1)):
            was = old[i1 + step] if i1 + step < i2 else None
            now = new[j1 + step] if j1 + step < j2 else None
            yield _difference(group, was, now)


def _unaligned(group: str, old: list[Item], new: list[Item]) -> Iterator[Difference]:
    before, after = {one.sense for one in old}, {one.sense for one in new}
    gone = [one for one in old if one.sense not in after]
    added = [one for one in new if one.sense not in before]
    yield from (_difference(group, one, None) for one in gone)
    yield from (_difference(group, None, one) for one in added)
    if not gone and not added:
        yield _difference(f"order in {group}", old[0], new[0])


def _difference(what: str, was: Item | None, now: Item | None) -> Difference:
    return Difference(
        what,
        was.shown if was is not None else None,
        now.shown if now is not None else None,
        was.place if was is not None else None,
        now.place if now is not None else None,
    )
