"""What the kernel knows of a packet beside its headers: marks, the sender, address types."""

from __future__ import annotations

from twiceshy.languages.firewall.conditions import AddressType, Field, Match
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.iptables.matches.asked import (
    About,
    Asked,
    Clause,
    Module,
    among,
    named,
    none_of,
    options,
)
from twiceshy.languages.firewall.iptables.numbers import masked, number_range, value_and_mask
from twiceshy.languages.firewall.iptables.unreadable import refuse

_MARK_BITS = 32


def _mark(module: str, clauses: tuple[Clause, ...], _about: About) -> list[Asked]:
    if len(clauses) != 1:
        refuse(f"`-m {module}` needs one `--mark`")
    clause = clauses[0]
    field = Field.MARK if module == "mark" else Field.CT_MARK
    values = masked(*value_and_mask(clause.value, _MARK_BITS, "mark"), _MARK_BITS)
    if values is None:
        return [named(module, clauses)]
    return [among(field, values, _MARK_BITS, negated=clause.negated)]


def _owner(module: str, clauses: tuple[Clause, ...], _about: About) -> list[Asked]:
    """A packet that no process sent matches when all options are negated (xt_owner.c)."""
    if not clauses:
        refuse("`-m owner` needs an option")
    if any(
        clause.option not in {"--uid-owner", "--gid-owner"} or not _is_numeric(clause.value)
        for clause in clauses
    ):
        return [named(module, clauses, varies=False)]
    boxes = [
        (
            Match(
                Field.SKUID if clause.option == "--uid-owner" else Field.SKGID,
                _owner_ids(clause.value),
            ),
        )
        for clause in clauses
    ]
    if all(clause.negated for clause in clauses):
        return [none_of(*boxes)]
    return [
        among(box[0].field, _values(box[0]), _MARK_BITS, negated=clause.negated)
        for clause, box in zip(clauses, boxes, strict=True)
    ]


def _values(match: Match) -> Intervals:
    assert isinstance(match.values, Intervals)
    return match.values


def _is_numeric(text: str) -> bool:
    return text == "root" or text.replace("-", "", 1).isdigit()


def _owner_ids(text: str) -> Intervals:
    return number_range("0" if text == "root" else text, _MARK_BITS, "user or group id", "-")


ADDRESS_TYPES = {
    "UNSPEC": AddressType.UNSPEC,
    "UNICAST": AddressType.UNICAST,
    "LOCAL": AddressType.LOCAL,
    "BROADCAST": AddressType.BROADCAST,
    "ANYCAST": AddressType.ANYCAST,
    "MULTICAST": AddressType.MULTICAST,
    "BLACKHOLE": AddressType.BLACKHOLE,
    "UNREACHABLE": AddressType.UNREACHABLE,
    "PROHIBIT": AddressType.PROHIBIT,
}
_ALL_TYPES = frozenset(range(9))
_ADDRESS_TYPE_BITS = 4


def _addrtype(module: str, clauses: tuple[Clause, ...], about: About) -> list[Asked]:
    if not any(clause.values for clause in clauses):
        refuse("`-m addrtype` needs `--src-type` or `--dst-type`")
    types: dict[str, frozenset[int]] = {}
    for clause in clauses:
        if not clause.values:
            return [named(module, clauses)]
        names = clause.value.upper().split(",")
        unknown = [name for name in names if name not in ADDRESS_TYPES]
        if unknown and set(unknown) <= {"THROW", "NAT", "XRESOLVE"}:
            return [named(module, clauses)]
        if unknown:
            refuse(f"`{unknown[0]}` is no address type; there are {' '.join(ADDRESS_TYPES)}")
        numbers = frozenset(ADDRESS_TYPES[name] for name in names)
        values = numbers if about.family == 4 else _types_of_ipv6(numbers)  # noqa: PLR2004
        types[clause.option] = _ALL_TYPES - values if clause.negated else values
    fields = {"--src-type": Field.SADDR_TYPE, "--dst-type": Field.DADDR_TYPE}
    return [
        Match(fields[option], Intervals.of((value, value) for value in values))
        for option, values in types.items()
    ]


def _types_of_ipv6(asked: frozenset[int]) -> frozenset[int]:
    """For IPv6 a list asks for all of its types, and unicast includes local (xt_addrtype.c)."""
    values = _ALL_TYPES
    if AddressType.MULTICAST in asked:
        values &= {AddressType.MULTICAST}
    if AddressType.UNICAST in asked:
        values -= {AddressType.MULTICAST, AddressType.UNSPEC}
    if AddressType.UNSPEC in asked:
        values &= {AddressType.UNSPEC}
    routed = asked - {AddressType.MULTICAST, AddressType.UNICAST, AddressType.UNSPEC}
    return values & routed if routed else values


KNOWLEDGE_MODULES = {
    "mark": Module(options(mark=1), _mark),
    "connmark": Module(options(mark=1), _mark),
    "owner": Module(options(uid_owner=1, gid_owner=1, socket_exists=0, suppl_groups=0), _owner),
    "addrtype": Module(
        options(src_type=1, dst_type=1, limit_iface_in=0, limit_iface_out=0), _addrtype
    ),
}
