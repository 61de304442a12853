"""The elements of a set as few boxes: products of intervals, one for each dimension."""

from __future__ import annotations

from collections.abc import Iterable

from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ipset.cells import Cell

Element = tuple[Cell, ...]


def merged(elements: Iterable[Element], dimensions: int) -> list[Element]:
    """The same elements in fewer: those that differ in one dimension alone become one."""
    boxes = list(elements)
    if dimensions == 1 and len({(one[0].name, one[0].values is None) for one in boxes}) == 1:
        return [(_union([box[0] for box in boxes]),)]
    for dimension in range(dimensions):
        groups: dict[tuple[object, ...], list[Cell]] = {}
        others: dict[tuple[object, ...], Element] = {}
        for box in boxes:
            one = box[dimension]
            # interfaces and ports without numbers are merged with their equals alone
            key = (
                *box[:dimension],
                *box[dimension + 1 :],
                one.name,
                one.is_prefix,
                one.values is None,
            )
            groups.setdefault(key, []).append(one)
            others[key] = box
        boxes = [
            (*others[key][:dimension], _union(cells), *others[key][dimension + 1 :])
            for key, cells in groups.items()
        ]
    return boxes


def _union(cells: list[Cell]) -> Cell:
    if len(cells) == 1 or cells[0].values is None:
        return cells[0]
    pairs = [pair for one in cells if one.values is not None for pair in one.values.pairs]
    return cells[0]._replace(values=Intervals.of(pairs))


def less_exceptions(ranges: Iterable[tuple[Intervals, bool]], bits: int) -> Intervals:
    """Networks, some of them exceptions (`nomatch`), where the more specific one decides."""
    values = Intervals()
    by_size: dict[int, dict[bool, list[tuple[int, int]]]] = {}
    for network, is_exception in ranges:
        by_size.setdefault(network.size, {}).setdefault(is_exception, []).extend(network.pairs)
    for size in sorted(by_size, reverse=True):
        of_size = by_size[size]
        values = values | Intervals.of(of_size.get(False, ()))
        if True in of_size:
            values = values & Intervals.of(of_size[True]).complement(bits)
    return values
