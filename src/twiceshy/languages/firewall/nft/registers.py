"""From what the kernel loads into a register to what it means for the fields of a packet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from types import MappingProxyType

from twiceshy.languages.firewall.conditions import BITS, AnyOf, CtState, Field, Match
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft.selectors import LATER, WHOLE, Express

_EXTENSIONS = Intervals.of((one, one) for one in (0, 43, 44, 51, 60, 135, 139, 140))
"""Numbers of IPv6 extension headers, where the last header's number is another one."""
_FRAGMENT_OFFSET = 0x1FFF


def shifted(field: Field, values: Intervals, *, by: int = 0, factor: int = 1) -> tuple[Match, ...]:
    """Numbers that mean `factor` numbers of the field each, from `by` on."""
    limit = (1 << BITS[field]) - 1
    return (
        Match(
            field,
            Intervals.of(
                (low * factor + by, min(high * factor + by + factor - 1, limit))
                for low, high in values
            ),
        ),
    )


def renamed(field: Field, domain: Mapping[int, int], values: Intervals) -> tuple[Match, ...]:
    """Numbers that stand for other numbers."""
    kept = (ours for theirs, ours in domain.items() if theirs in values)
    return (Match(field, Intervals.of((one, one) for one in kept)),)


def icmp_codes(field: Field, values: Intervals) -> tuple[Match, ...]:
    """Codes, of whatever type of message."""
    return (
        Match(
            field,
            Intervals.of(
                (kind << 8 | low, kind << 8 | high) for kind in range(256) for low, high in values
            ),
        ),
    )


def next_header(values: Intervals) -> tuple[Match | AnyOf, ...] | None:
    """Of a packet without extension headers it is the protocol; a later fragment has one."""
    extensions = values & _EXTENSIONS
    last = Match(Field.L4PROTO, values & _EXTENSIONS.complement(8))
    if not extensions:
        return (last, WHOLE)
    return (AnyOf(((WHOLE, last), (LATER,))),) if extensions == _EXTENSIONS else None


@lru_cache(maxsize=256)
def fragment(values: Intervals) -> tuple[Match, ...] | None:
    """Only what depends on nothing but whether the offset is zero can be said."""
    answers: dict[int, set[bool]] = {0: set(), 1: set()}
    for flags in range(0, 1 << 16, _FRAGMENT_OFFSET + 1):
        answers[0].add(flags in values)
        later = values & Intervals(((flags + 1, flags + _FRAGMENT_OFFSET),))
        answers[1] |= {bool(later)} | {later.size == _FRAGMENT_OFFSET}
    if any(len(one) > 1 for one in answers.values()):
        return None
    return (
        Match(
            Field.FRAGMENT,
            Intervals.of((value, value) for value, one in answers.items() if one == {True}),
        ),
    )


STATES = MappingProxyType(
    {
        1: CtState.INVALID,
        2: CtState.ESTABLISHED,
        4: CtState.RELATED,
        8: CtState.NEW,
        64: CtState.UNTRACKED,
    }
)
FAMILY_OF_NFPROTO = MappingProxyType({2: 4, 10: 6})
FAMILY_OF_ETHER = MappingProxyType({0x0800: 4, 0x86DD: 6})
BOTH_FAMILIES = MappingProxyType({4: 4, 6: 6})


def ip_version(domain: Mapping[int, int]) -> Express:
    """Numbers that stand for an IP version."""
    return partial(renamed, Field.FAMILY, domain)
