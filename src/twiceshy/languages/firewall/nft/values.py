"""Constants as numbers: what a value means once it is known what it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from twiceshy.languages.firewall.conditions import Names
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft.datatypes import IPV4, Datatype, integer, ipv4_addresses
from twiceshy.languages.firewall.nft.syntax import (
    Bits,
    Group,
    Listed,
    Node,
    Prefix,
    Span,
    Unknowable,
    Unreadable,
)

LOOPBACK = "lo"
_MANY = 100
_LOOPBACK_INDEX = 1
_OPERATIONS: Mapping[str, Callable[[int, int], int]] = MappingProxyType(
    {
        "|": lambda one, two: one | two,
        "^": lambda one, two: one ^ two,
        "&": lambda one, two: one & two,
    }
)


def number(node: Node, datatype: Datatype) -> int:
    """The value of a constant."""
    if isinstance(node, str):
        return datatype.number(node)
    if isinstance(node, Listed) and datatype.is_mask:
        return _or(node, datatype)
    if isinstance(node, Bits):
        return _combined(node, datatype)
    raise Unreadable(f"expected {datatype.name}, one value")


def _or(node: Listed, datatype: Datatype) -> int:
    value = 0
    for item in node.items:
        value |= number(item, datatype)
    return value


def _combined(node: Bits, datatype: Datatype) -> int:
    left = number(node.left, datatype)
    operation = _OPERATIONS.get(node.operator)
    if operation is not None:
        return operation(left, number(node.right, datatype))
    by = integer(node.right) if isinstance(node.right, str) else None
    if by is None or by > datatype.bits:
        raise Unreadable("shifted by something that is not a small number")
    shifted = left << by if node.operator == "<<" else left >> by
    return shifted & (1 << datatype.bits) - 1


def pair(node: Node, datatype: Datatype) -> tuple[int, int]:
    """The lowest and highest number of a value, prefix or range."""
    if isinstance(node, str):
        base, slash, length = node.partition("/")
        if slash and node[0] != '"':
            return _prefix(datatype.number(base), length, datatype)
        value = datatype.number(node)
        return value, value
    if isinstance(node, Span):
        low, high = pair(node.low, datatype)[0], pair(node.high, datatype)[1]
        if high < low:
            raise Unreadable("the range ends before it begins")
        return low, high
    if isinstance(node, Prefix):
        length = node.length if isinstance(node.length, str) else ""
        return _prefix(number(node.base, datatype), length, datatype)
    value = number(node, datatype)
    return value, value


def _prefix(base: int, length: str, datatype: Datatype) -> tuple[int, int]:
    bits = integer(length)
    if bits is None or bits > datatype.bits:
        raise Unreadable(f"/{length} is no prefix length of {datatype.name}")
    rest = (1 << datatype.bits - bits) - 1
    return base & ~rest, base | rest


def intervals(node: Node, datatype: Datatype) -> Intervals:
    """All numbers of a value or of an anonymous set."""
    if isinstance(node, Group):
        return union(node.each_key(), datatype)
    return Intervals((pair(node, datatype),))


def union(keys: Iterable[Node | None], datatype: Datatype) -> Intervals:
    """All numbers of these; None stands for all there are."""
    found = list(keys)
    if datatype is IPV4 and len(found) > _MANY:
        words = [one for one in found if isinstance(one, str)]
        numbers = ipv4_addresses(words) if len(words) == len(found) else None
        if numbers is not None:
            return _of_numbers(sorted(numbers))
    return Intervals.of(_pairs(found, datatype))


def _of_numbers(numbers: list[int]) -> Intervals:
    """The same set as `Intervals.of` makes, of sorted numbers and without many small tuples."""
    pairs: list[tuple[int, int]] = []
    low = high = numbers[0]
    for number in numbers:
        if number > high + 1:
            pairs.append((low, high))
            low = number
        high = number
    return Intervals((*pairs, (low, high)))


def _pairs(keys: Iterable[Node | None], datatype: Datatype) -> Iterator[tuple[int, int]]:
    read = datatype.number
    for key in keys:
        if key is None:
            yield 0, (1 << datatype.bits) - 1
        elif isinstance(key, str) and "/" not in key:
            value = read(key)
            yield value, value
        else:
            yield pair(key, datatype)


def names(node: Node, datatype: Datatype) -> Names:
    """The interfaces of a value or of an anonymous set."""
    return all_names(node.each_key() if isinstance(node, Group) else (node,), datatype)


def all_names(keys: Iterable[Node | None], datatype: Datatype) -> Names:
    """The interfaces of all these."""
    exact: set[str] = set()
    prefixes: set[str] = set()
    for key in keys:
        if not isinstance(key, str):
            raise Unreadable("expected the name of an interface")
        name, is_prefix = interface(key, datatype)
        (prefixes if is_prefix else exact).add(name)
    return Names(frozenset(exact), frozenset(prefixes))


def interface(word: str, datatype: Datatype) -> tuple[str, bool]:
    """The name, and whether it is only how names begin."""
    name = word.strip('"')
    if datatype.bits == IPV4.bits and name.isdecimal():
        if integer(name) == _LOOPBACK_INDEX:
            return LOOPBACK, False
        raise Unknowable(f"the name of interface number {name} is only known on the host")
    if name.endswith("\\*"):
        return name.replace("\\*", "*"), False
    if name.endswith("*"):
        if name == "*":
            raise Unreadable("`*` alone is no interface name")
        return name[:-1].replace("\\*", "*"), True
    if not name:
        raise Unreadable("an interface without a name")
    return name.replace("\\*", "*"), False
