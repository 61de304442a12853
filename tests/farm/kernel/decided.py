"""Answers about whole flows, held against the kernel: examples replayed, and samples of the rest."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tests.farm.kernel.compare import HOST
from tests.farm.kernel.datagram import ICMP4, ICMP6, WITH_PORTS, Datagram, decode
from tests.farm.kernel.messages import ADDRESSES4, ADDRESSES6, INTERFACES, OUTSIDE, Shot
from tests.farm.kernel.pools import Pools, is_plain, written
from tests.farm.kernel.sandbox import USERS, Kernel
from twiceshy.kinds.firewall.decide.ask import Answer, Result, all_pass, none_passes
from twiceshy.kinds.firewall.decide.region import Region
from twiceshy.kinds.firewall.flows import Surroundings, regions
from twiceshy.kinds.firewall.packet import Packet
from twiceshy.kinds.firewall.promise import Direction, Flow
from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Ruleset

AROUND = Surroundings(HOST, frozenset({4, 6}), ("lo", *INTERFACES))
_SAMPLES = 24
_NUMBER = 7
_HEADERS = {6: 28, 17: 16}
"""Bytes from a protocol's header to the end of the number that every packet carries."""


@dataclass
class Asked:
    """How many questions were asked, with which answers, and what the kernel did otherwise."""

    answers: Counter[str] = field(default_factory=Counter)
    packets: int = 0
    wrong: list[str] = field(default_factory=list)


def ask(
    kernel: Kernel, ruleset: Ruleset, pools: Pools, version: int, rng: random.Random, *, count: int
) -> Asked:
    """Questions about flows at the boundaries of a rule set that is loaded."""
    asked = Asked()
    outside = rng.choice(OUTSIDE)
    kernel.route("eth0", outside)
    for _ in range(count):
        passing = rng.random() < 0.5
        flow = _flow(pools, version, rng, outside)
        question = all_pass if passing else none_passes
        for region in regions(flow, version, AROUND, passing=passing):
            answer = question(ruleset, region, HOST)
            asked.answers[f"{'all pass' if passing else 'none passes'}: {answer.result}"] += 1
            packets = _packets(region, answer, pools, rng)
            asked.packets += len(packets)
            for what in _checked(kernel, answer, packets, passing=passing):
                asked.wrong.append(f"{flow}\n{region}\n{answer}\n{what}")
    return asked


def _flow(pools: Pools, version: int, rng: random.Random, outside: str) -> Flow:
    direction: Direction = rng.choice(("in", "out", "through"))
    ends = [written(version, rng.choice(pools.addresses[version])) for _ in range(2)]
    low, high = rng.choice(pools.ports)
    protocol = rng.choice(("tcp", "tcp", "udp"))
    ports = f"{protocol}/{max(low, 1)}" + (f"-{high}" if high > max(low, 1) else "")
    if rng.random() < 0.15:
        ports = "icmp"
    own = rng.choice(ADDRESSES4 if version == 4 else ADDRESSES6)
    return Flow(
        direction,
        ports,
        sources=own if direction == "out" else ends[0],
        destinations=own if direction == "in" else ends[1],
        families="ipv4" if version == 4 else "ipv6",
        in_by="eth0" if direction != "out" else (),
        out_by=outside if direction != "in" else (),
        user_id=rng.choice(USERS) if direction == "out" else None,
    )


def _packets(region: Region, answer: Answer, pools: Pools, rng: random.Random) -> list[Packet]:
    """The example of a broken promise, or samples of what is said to be kept by all."""
    packets: list[Packet] = []
    if answer.result is Result.KEPT:
        packets = [_sample(region, pools, rng) for _ in range(_SAMPLES)]
    elif answer.result is Result.BROKEN and answer.packet is not None:
        packets = [answer.packet]
    return [one for one in packets if _can_be_sent(one)]


def _checked(
    kernel: Kernel, answer: Answer, packets: list[Packet], *, passing: bool
) -> Iterator[str]:
    if answer.result is Result.GIVEN_UP and "disagree" in answer.why:
        yield answer.why
    expected = passing
    if answer.result is Result.BROKEN:
        assert answer.conversation is not None
        first = answer.conversation.first
        if first.outcome.passes and first.end.oif == "lo":
            return  # it comes in again by lo, which is another packet's trace
        expected = first.outcome.passes
    for packet, passed in zip(packets, _passed(kernel, packets), strict=True):
        if passed is not expected:
            yield f"the kernel {'lets' if passed else 'does not let'} {packet!r} pass"


def _sample(region: Region, pools: Pools, rng: random.Random) -> Packet:
    """Some packet of the region, near a boundary where it can be."""
    four = region.family == 4
    fields: dict[str, int | str | None] = {"iif": None, "oif": None, "icmp": 0}
    names = {
        Field.SADDR4: "saddr",
        Field.DADDR4: "daddr",
        Field.SADDR6: "saddr",
        Field.DADDR6: "daddr",
        Field.ICMP4: "icmp",
        Field.ICMP6: "icmp",
    }
    for asked, values in region.values.items():
        name = names.get(asked, asked.value)
        if not isinstance(values, Intervals):
            fields[name] = min(values.exact)
        elif hasattr(Packet, name):
            fields[name] = _value(asked, values, pools, rng, four=four)
    packet = Packet(region.family, 0, 0)
    return replace(packet, **fields)  # type: ignore[arg-type]  # names of fields, their values


def _value(asked: Field, values: Intervals, pools: Pools, rng: random.Random, *, four: bool) -> int:
    family = 4 if four else 6
    for _ in range(8):
        found = pools.port(rng) if asked in {Field.SPORT, Field.DPORT} else None
        if asked in {Field.SADDR4, Field.DADDR4, Field.SADDR6, Field.DADDR6}:
            found = pools.address(rng, family)
        if found is not None and found in values:
            return found
    low, high = rng.choice(values.pairs)
    return rng.choice((low, high, rng.randint(low, high)))


def _can_be_sent(packet: Packet) -> bool:
    """Whether the sandbox can make it: long enough for its number, with addresses it routes."""
    header = 20 if packet.family == 4 else 40
    if packet.length < header + _HEADERS.get(packet.l4proto, 16) or packet.length > 1400:
        return False
    theirs = []
    if packet.iif is not None:
        theirs.append(packet.saddr)
    if packet.oif is not None:
        theirs.append(packet.daddr)
    return all(is_plain(packet.family, one) for one in theirs) and packet.ttl > 1


def _passed(kernel: Kernel, packets: Sequence[Packet]) -> list[bool]:
    """Each of them alone, as the first of its connection."""
    found = []
    for packet in packets:
        kernel.forget_connections()
        caught = kernel.send([_shot(packet)])
        found.append(any(_is_it(one.packet, one.at) for one in caught))
    return found


def _is_it(data: bytes, at: str) -> bool:
    where, _, protocol = at.partition(":")
    if where == "own6":
        head = (6 << 28).to_bytes(4, "big") + len(data).to_bytes(2, "big")
        data = head + bytes((int(protocol), 64)) + bytes(32) + data
    arrived = decode(data)
    return arrived is not None and arrived.number == _NUMBER and not arrived.is_error


def _shot(packet: Packet) -> Shot:
    has_ports = packet.l4proto in WITH_PORTS
    datagram = Datagram(
        packet.family,
        packet.saddr,
        packet.daddr,
        packet.l4proto,
        packet.sport if has_ports else 321,
        packet.dport if has_ports else 0,
        packet.icmp if packet.l4proto in {ICMP4, ICMP6} else 0,
        packet.tcp_flags,
        ttl=packet.ttl,
        dscp=packet.dscp,
    )
    datagram = replace(datagram, padding=packet.length - datagram.length)
    mac = (0x020000000100 if packet.smac is None else packet.smac).to_bytes(6, "big")
    return Shot(
        packet.iif or "own", datagram.encode(_NUMBER), mac, user=packet.skuid or 0, mark=packet.mark
    )
