"""What stands in the packet's headers: iprange, mac, ttl, hl, length, dscp, pkttype."""

from __future__ import annotations

from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.iptables.addresses import address_range, mac_address
from twiceshy.languages.firewall.iptables.matches.asked import (
    BITS_4,
    BITS_6,
    About,
    Asked,
    Clause,
    Module,
    among,
    options,
)
from twiceshy.languages.firewall.iptables.names import DSCP_CLASSES
from twiceshy.languages.firewall.iptables.numbers import number, number_range
from twiceshy.languages.firewall.iptables.unreadable import refuse

_RANGE_FIELDS = {
    ("--src-range", 4): Field.SADDR4,
    ("--dst-range", 4): Field.DADDR4,
    ("--src-range", 6): Field.SADDR6,
    ("--dst-range", 6): Field.DADDR6,
}
PACKET_TYPES = {"unicast": 0, "host": 0, "broadcast": 1, "multicast": 2, "otherhost": 3}


def _needs_option(module: str, clauses: tuple[Clause, ...]) -> None:
    if not clauses:
        refuse(f"`-m {module}` needs an option")


def _iprange(module: str, clauses: tuple[Clause, ...], about: About) -> list[Asked]:
    _needs_option(module, clauses)
    bits = BITS_4 if about.family == 4 else BITS_6  # noqa: PLR2004 - the families
    return [
        among(
            _RANGE_FIELDS[clause.option, about.family],
            address_range(clause.value, about.family),
            bits,
            negated=clause.negated,
        )
        for clause in clauses
    ]


def _mac(module: str, clauses: tuple[Clause, ...], _about: About) -> list[Asked]:
    _needs_option(module, clauses)
    return [
        among(
            Field.SMAC,
            Intervals.single(mac_address(clause.value)),
            48,
            negated=clause.negated,
        )
        for clause in clauses
    ]


def _ttl(module: str, clauses: tuple[Clause, ...], _about: About) -> list[Asked]:
    _needs_option(module, clauses)
    if len(clauses) > 1:
        refuse(f"`-m {module}` takes one option")
    asked: list[Asked] = []
    for clause in clauses:
        value = number(clause.value, 8, "time to live")
        match clause.option.rpartition("-")[2]:
            case "lt":
                values = Intervals.of([(0, value - 1)])
            case "gt":
                values = Intervals.of([(value + 1, 255)])
            case _:
                values = Intervals.single(value)
        asked.append(among(Field.TTL, values, 8, negated=clause.negated))
    return asked


def _length(module: str, clauses: tuple[Clause, ...], _about: About) -> list[Asked]:
    _needs_option(module, clauses)
    return [
        among(
            Field.LENGTH,
            number_range(clause.value, 16, "length"),
            16,
            negated=clause.negated,
        )
        for clause in clauses
    ]


def _dscp(module: str, clauses: tuple[Clause, ...], _about: About) -> list[Asked]:
    _needs_option(module, clauses)
    if len(clauses) > 1:
        refuse("`-m dscp` takes one option")
    asked: list[Asked] = []
    for clause in clauses:
        if clause.option == "--dscp-class":
            value = DSCP_CLASSES.get(clause.value.lower())
            if value is None:
                refuse(f"`{clause.value}` is no DSCP class")
        else:
            value = number(clause.value, 6, "DSCP")
        asked.append(among(Field.DSCP, Intervals.single(value), 6, negated=clause.negated))
    return asked


def _pkttype(module: str, clauses: tuple[Clause, ...], _about: About) -> list[Asked]:
    _needs_option(module, clauses)
    asked: list[Asked] = []
    for clause in clauses:
        name = clause.value.lower()
        if name not in PACKET_TYPES:
            refuse(f"`{clause.value}` is no packet type; there are {' '.join(PACKET_TYPES)}")
        values = Intervals.single(PACKET_TYPES[name])
        asked.append(among(Field.PKTTYPE, values, 2, negated=clause.negated))
    return asked


HEADER_MODULES = {
    "iprange": Module(options(src_range=1, dst_range=1), _iprange),
    "mac": Module(options(mac_source=1), _mac),
    "ttl": Module({**options(ttl_eq=1, ttl_lt=1, ttl_gt=1), "--ttl": ("--ttl-eq", 1)}, _ttl),
    "hl": Module({**options(hl_eq=1, hl_lt=1, hl_gt=1), "--hl": ("--hl-eq", 1)}, _ttl),
    "length": Module(options(length=1), _length),
    "dscp": Module(options(dscp=1, dscp_class=1), _dscp),
    "pkttype": Module(options(pkt_type=1), _pkttype),
}
