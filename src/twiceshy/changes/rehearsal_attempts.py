"""What is worth trying of a promise: an ordinary packet of each flow, and the one that breaks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from twiceshy.changes.rehearsal import Attempt
from twiceshy.kinds.firewall.decide.ask import all_pass, none_passes
from twiceshy.kinds.firewall.decide.region import Region
from twiceshy.kinds.firewall.decide.witness import preferred
from twiceshy.kinds.firewall.facts import FirewallFact, Promise
from twiceshy.kinds.firewall.flows import Surroundings, families_of, regions
from twiceshy.kinds.firewall.host import Host
from twiceshy.kinds.firewall.packet import ICMP, ICMPV6, SYN, TCP, UDP, Packet
from twiceshy.kinds.firewall.promise import Flow
from twiceshy.kinds.firewall.read import fact_of
from twiceshy.languages.firewall.conditions import Field, Names
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.model.configuration import Configuration
from twiceshy.model.guard import Guard

TRIED = frozenset({TCP, UDP, ICMP, ICMPV6})
_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""What the rules mean does not depend on it."""


def attempts_of(
    guards: Sequence[Guard], after: Configuration, addresses: Sequence[str] = ()
) -> tuple[Attempt, ...]:
    """The connections that show whether `after` keeps the promises of these firewall guards.

    `addresses` are the host's own, for guards whose promise does not list them.
    """
    found: dict[tuple[object, ...], Attempt] = {}
    for guard in guards:
        promise = guard.promise
        if isinstance(promise, Promise):
            for one in _of_promise(guard, promise, after, addresses):
                key = (one.path, _ends(one.packet), one.packet.iif, one.packet.oif, one.must_pass)
                found.setdefault(key, one)
    return tuple(found.values())


def _of_promise(
    guard: Guard, promise: Promise, after: Configuration, addresses: Sequence[str]
) -> Iterator[Attempt]:
    fact = fact_of(guard, after, _ANY_TIME)
    if not isinstance(fact, FirewallFact):
        return
    host = Host.of(promise.addresses or addresses)
    around = Surroundings(host, fact.families)
    for flows, passing in (
        (promise.managing, True),
        (promise.passing, True),
        (promise.blocked, False),
    ):
        for flow in flows:
            for family in families_of(flow, around):
                for region in regions(flow, family, around, passing=passing):
                    packets = _packets(region, fact, host, passing=passing)
                    for packet in packets:
                        what = f"{guard.id}: {_shown(flow)}, {packet}"
                        yield Attempt(what, packet, region.path, passing)


def _packets(region: Region, fact: FirewallFact, host: Host, *, passing: bool) -> Iterator[Packet]:
    ask = all_pass if passing else none_passes
    shown = ask(fact.ruleset, region, host).packet
    ordinary = _ordinary(region)
    if shown is not None and shown.l4proto in TRIED:
        yield shown
    if ordinary is not None and (shown is None or _ends(shown) != _ends(ordinary)):
        yield ordinary


def _ends(packet: Packet) -> tuple[int, ...]:
    return packet.saddr, packet.daddr, packet.l4proto, packet.sport, packet.dport, packet.icmp


def _ordinary(region: Region) -> Packet | None:
    """An everyday packet of the region; None when it has none that is tried."""
    values = region.values
    protocols = values[Field.L4PROTO]
    assert isinstance(protocols, Intervals)
    protocol = next((one for one in (TCP, UDP, ICMP, ICMPV6) if one in protocols), None)
    if protocol is None:
        return None
    four = region.family == 4  # noqa: PLR2004 - IP versions
    ends = (Field.SADDR4, Field.DADDR4) if four else (Field.SADDR6, Field.DADDR6)
    numbers = [
        preferred(field, found) if isinstance(found := values.get(field), Intervals) else 0
        for field in (*ends, Field.SPORT, Field.DPORT)
    ]
    icmp = values.get(Field.ICMP4 if four else Field.ICMP6)
    return Packet(
        region.family,
        numbers[0],
        numbers[1],
        protocol,
        sport=numbers[2],
        dport=numbers[3],
        icmp=preferred(Field.ICMP4, icmp) if isinstance(icmp, Intervals) else 0,
        tcp_flags=SYN,
        iif=_interface(values.get(Field.IIF)),
        oif=_interface(values.get(Field.OIF)),
    )


def _interface(names: Intervals | Names | None) -> str | None:
    """One that is named; None where any may be meant."""
    if not isinstance(names, Names) or names.negated or not names.exact:
        return None
    return min(names.exact)


def _shown(flow: Flow) -> str:
    return flow.name or str(flow)
