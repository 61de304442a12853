"""set: whether parts of the packet together stand in a set of ipset.

A packet that lacks a part (no ports, no MAC address, another family) stands in no set, so a
negated lookup of it is true (`ip_set_test` in net/netfilter/ipset/ip_set_core.c).
"""

from __future__ import annotations

from twiceshy.languages.firewall.conditions import AnyOf, Field, Match, Names
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ipset import IpSet
from twiceshy.languages.firewall.ipset.boxes import merged
from twiceshy.languages.firewall.ipset.cells import Cell, Part
from twiceshy.languages.firewall.ipset.sets import PARTS
from twiceshy.languages.firewall.iptables.matches.asked import (
    WHOLE,
    About,
    Asked,
    Clause,
    Module,
    named,
    options,
)
from twiceshy.languages.firewall.iptables.names import ICMP, ICMP6, TCP, UDP
from twiceshy.languages.firewall.iptables.numbers import number
from twiceshy.languages.firewall.iptables.unreadable import refuse

_ADDRESSES = {
    ("src", 4): Field.SADDR4,
    ("dst", 4): Field.DADDR4,
    ("src", 6): Field.SADDR6,
    ("dst", 6): Field.DADDR6,
}
_IFACES = {"src": Field.IIF, "dst": Field.OIF}
_PORTS = {"src": Field.SPORT, "dst": Field.DPORT}
_HARMLESS = frozenset({"--update-counters", "--update-subcounters"})

Box = tuple[Match, ...]


def _set(module: str, clauses: tuple[Clause, ...], about: About) -> list[Asked]:
    lookups = [clause for clause in clauses if clause.option == "--match-set"]
    if len(lookups) != 1:
        refuse("`-m set` needs one `--match-set`")
    if any(clause.option not in _HARMLESS | {"--match-set"} for clause in clauses):
        return [named(module, clauses)]
    name, directions = lookups[0].values
    ways = directions.split(",")
    if not all(way in {"src", "dst"} for way in ways):
        refuse(f"`{directions}` is no list of src and dst")
    found = about.sets.known(name)
    boxes = None if found is None else _boxes(found, ways, about.family)
    if boxes is None:
        return [named(module, clauses)]
    negated = lookups[0].negated
    if negated or len(boxes) != 1:
        return [AnyOf(tuple(boxes), negated=negated)]
    return list(boxes[0])


def _boxes(sets: tuple[IpSet, ...], ways: list[str], family: int) -> list[Box] | None:
    """None when something in a set is not modelled in this direction."""
    boxes: list[Box] = []
    for one in sets:
        parts = PARTS[one.type]
        if len(ways) < len(parts) or one.family not in {0, family}:
            continue
        if Part.MAC in parts and ways[parts.index(Part.MAC)] == "dst":
            return None
        for element in merged(one.elements, len(parts)):
            if one.type == "bitmap:port":
                boxes.append(_any_port(element[0], ways[0]))
            else:
                boxes.append(_box(element, ways, family))
    return boxes


def _any_port(port: Cell, way: str) -> Box:
    """Of `bitmap:port`, which is asked about TCP and UDP alike and nothing else."""
    protocols = Intervals.of([(TCP, TCP), (UDP, UDP)])
    return (
        Match(Field.L4PROTO, protocols),
        WHOLE,
        Match(_PORTS[way], port.values or Intervals()),
    )


def _box(element: tuple[Cell, ...], ways: list[str], family: int) -> Box:
    matches: list[Match] = []
    for cell, way in zip(element, ways, strict=False):
        values = cell.values or Intervals()
        match cell.part:
            case Part.IP:
                matches.append(Match(_ADDRESSES[way, family], values))
            case Part.PORT:
                matches += _port(cell, way)
            case Part.MAC:
                matches.append(Match(Field.SMAC, values))
            case Part.MARK:
                matches.append(Match(Field.MARK, values))
            case Part.IFACE:
                names = frozenset({cell.name})
                is_prefix = cell.is_prefix
                matches.append(
                    Match(_IFACES[way], Names(prefixes=names) if is_prefix else Names(names))
                )
    return tuple(matches)


def _port(cell: Cell, way: str) -> list[Match]:
    protocol = number(cell.name, 8, "protocol")
    asked = [Match(Field.L4PROTO, Intervals.single(protocol))]
    if cell.values is None:
        return asked
    field = _PORTS[way]
    if protocol in {ICMP, ICMP6}:
        field = Field.ICMP4 if protocol == ICMP else Field.ICMP6
    return [*asked, WHOLE, Match(field, cell.values)]


SET_MODULES = {
    "set": Module(
        {
            **options(
                match_set=2,
                return_nomatch=0,
                update_counters=0,
                update_subcounters=0,
                packets_eq=1,
                packets_lt=1,
                packets_gt=1,
                bytes_eq=1,
                bytes_lt=1,
                bytes_gt=1,
            ),
            "--set": ("--match-set", 2),
        },
        _set,
    )
}
