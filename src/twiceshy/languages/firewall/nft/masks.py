"""Values of which only some bits are compared: `meta mark & 0xff == 0x10`, `tcp flags & syn`."""

from __future__ import annotations

from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft.datatypes import Datatype
from twiceshy.languages.firewall.nft.selectors import Selector
from twiceshy.languages.firewall.nft.syntax import Bits, Node, Picked, Subject, Unreadable
from twiceshy.languages.firewall.nft.values import number

_MOST_PIECES = 1 << 12
_ENUMERABLE_BITS = 8
_MOST_VALUES = 1024


def subject(node: Node) -> Subject:
    """A selector of which bits are taken, set or inverted by constants."""
    selector, keep, flip = transformation(node)
    return Subject(selector, keep, flip)


def transformation(node: Node) -> tuple[Selector, int, int]:
    """What is selected, and numbers such that the result is `(it & keep) ^ flip`."""
    if isinstance(node, Picked):
        return node.selector, (1 << node.selector.datatype.bits) - 1, 0
    if not isinstance(node, Bits):
        raise Unreadable("expected something of the packet on the left side")
    selector, keep, flip = transformation(node.left)
    datatype = selector.datatype
    by = number(node.right, datatype)
    if node.operator == "&":
        return selector, keep & by, flip & by
    if node.operator == "|":
        return selector, keep & ~by, flip & ~by | by
    if node.operator == "^":
        return selector, keep, flip ^ by
    raise Unreadable("shifted bits of the packet are not read")


def unmasked(values: Intervals, subject: Subject) -> Intervals | None:
    """What the whole register may be when `(it & mask) ^ flip` is among the values.

    None when that would be too many pieces to say.
    """
    keep = subject.mask
    bits = subject.selector.datatype.bits
    if keep is None or (keep == (1 << bits) - 1 and not subject.flip):
        return values
    if subject.selector.domain or bits <= _ENUMERABLE_BITS:
        return Intervals.of(
            (one, one)
            for one in subject.selector.domain or range(1 << bits)
            if (one & keep) ^ subject.flip in values
        )
    if values.size > _MOST_VALUES:
        rest = values.complement(bits)
        if rest.size > _MOST_VALUES:
            return None
        others = unmasked(rest, subject)
        return None if others is None else others.complement(bits)
    pairs: list[tuple[int, int]] = []
    for low, high in values:
        for value in range(low, high + 1):
            found = _equal(value ^ subject.flip, keep, bits)
            if found is None or len(pairs) > _MOST_PIECES:
                return None
            pairs += found
    return Intervals.of(pairs)


def _equal(value: int, keep: int, bits: int) -> list[tuple[int, int]] | None:
    """The registers of which the kept bits are `value`."""
    if value & ~keep:
        return []
    if not keep:
        return [(0, (1 << bits) - 1)]
    below = (keep & -keep).bit_length() - 1
    free = [1 << bit for bit in range(below, bits) if not keep >> bit & 1]
    if 1 << len(free) > _MOST_PIECES:
        return None
    starts = [value]
    for bit in free:
        starts += [start | bit for start in starts]
    return [(start, start + (1 << below) - 1) for start in starts]


def full(datatype: Datatype) -> Intervals:
    """All values of a type."""
    return Intervals(((0, (1 << datatype.bits) - 1),))
