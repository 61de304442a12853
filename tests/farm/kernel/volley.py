"""Packets of all sorts through a loaded rule set: first ones, replies, later ones and errors.

What is recorded of each is what was sent, what conntrack says of it by the kernel's own rules
(`first_state`), and what became of it. Nothing here knows what the rules mean.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from tests.farm.kernel.answers import answer_to, error_about
from tests.farm.kernel.datagram import (
    ACK,
    ECHO,
    FIN,
    ICMP4,
    ICMP6,
    PSH,
    RST,
    SYN,
    TCP,
    UDP,
    UDPLITE,
    UNREACHABLE,
    URG,
    WITH_PORTS,
    Arrived,
    Datagram,
    decode,
)
from tests.farm.kernel.messages import INSIDE, INTERFACES, OUTSIDE, PEER_MACS, Caught, Shot
from tests.farm.kernel.pools import Pools, is_plain, own_address
from tests.farm.kernel.sandbox import USERS, Kernel
from tests.farm.kernel.tracking import State, first_state

PORTLESS = (89, 50, 103)


class Way(StrEnum):
    """Where a packet is going."""

    FORWARD = "forward"
    INPUT = "input"
    OUTPUT = "output"


class Stage(StrEnum):
    """Which packet of its connection it is."""

    FIRST = "first"
    REPLY = "reply"
    LATER = "later"
    """From the one who began, after a reply passed."""
    ERROR = "error"
    """An ICMP error about the first one, from the other side."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One packet that was sent, and all that is known of it."""

    number: int
    way: Way
    stage: Stage
    state: State
    datagram: Datagram
    iif: str | None = None
    oif: str | None = None
    mac: int | None = None
    user: int = 0
    mark: int = 0
    about: int = 0
    """The number of the first packet of its connection."""

    @property
    def shot(self) -> Shot:
        """What the sandbox is told."""
        packet = self.datagram.encode(self.number)
        if self.iif is None:
            return Shot("own", packet, user=self.user, mark=self.mark)
        mac = self.mac if self.mac is not None else 0
        return Shot(self.iif, packet, mac.to_bytes(6, "big"))


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of it."""

    passed: bool
    at: str | None = None
    """The interface it left by, or `own`."""
    arrived: Datagram | None = None
    """As it arrived; without its addresses when an IPv6 packet arrived here itself."""
    rejected: bool = False
    """Its sender was told."""


Outcome = tuple[Sent, Seen]


class Volleys:
    """Draws packets for one rule set, sends them, and pairs what was sent with what was seen."""

    def __init__(
        self,
        kernel: Kernel,
        rng: random.Random,
        pools: Pools,
        family: int,
        *,
        nat: bool,
        options: bool = True,
    ) -> None:
        self._kernel, self._rng, self._pools = kernel, rng, pools
        self._family, self._nat, self._options = family, nat, options
        self._number = 0
        self._taken: set[object] = set()
        self._outside = ""
        self._hushed: set[int] = set()
        """First packets to whose connections the firewall's own kernel is to say nothing."""

    def run(self, count: int) -> Iterator[list[Outcome]]:
        """About `count` first packets and what follows from them, one list per pair of interfaces.

        Between the lists the connections are forgotten.
        """
        pairs = [(one, two) for one in INSIDE for two in OUTSIDE]
        for inside, outside in self._rng.sample(pairs, k=2):
            self._kernel.route(inside, outside)
            self._kernel.forget_connections()
            self._taken.clear()
            self._outside = outside
            yield self._all_stages(inside, outside, count // 2)

    def _all_stages(self, inside: str, outside: str, count: int) -> list[Outcome]:
        firsts = self._volley(self._firsts(inside, outside, count))
        passed = [(sent, seen) for sent, seen in firsts if self._can_go_on(sent, seen)]
        told = [one for one in passed if one[0].way is not Way.INPUT]
        some = [one for one in told if self._rng.random() < 0.6]
        errors = self._volley(map(self._error, some))
        replies = self._volley(map(self._reply, passed))
        by_number = {sent.number: sent for sent, _ in passed}
        answered = [by_number[sent.about] for sent, seen in replies if seen.passed]
        later = self._volley(self._later(sent) for sent in answered if self._is_ours(sent))
        return [*firsts, *errors, *replies, *later]

    def _is_ours(self, first: Sent) -> bool:
        """Whether nobody but us speaks on its connection."""
        return first.way is Way.FORWARD or first.number in self._hushed

    def _is_hushed(self, sent: Sent) -> bool:
        return sent.way is Way.INPUT and sent.about in self._hushed

    def _volley(self, packets: Iterable[Sent]) -> list[Outcome]:
        sent = list(packets)
        # Our own kernel knows of none of the connections: it answers with resets and ICMP errors,
        # which may end them, and meet rules that mark them.
        caught = []
        for is_quiet in (False, True):
            shots = [one.shot for one in sent if self._is_hushed(one) is is_quiet]
            if shots:
                self._kernel.hush(self._family, is_quiet=is_quiet)
                caught += self._kernel.send(shots)
        self._kernel.hush(self._family, is_quiet=False)
        arrivals: dict[int, list[tuple[str, Arrived]]] = {}
        for one in caught:
            arrived = _decoded(one)
            if arrived is not None:
                arrivals.setdefault(arrived.number, []).append((one.at, arrived))
        return [(one, _seen(one, arrivals.get(one.number, ()))) for one in sent]

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _firsts(self, inside: str, outside: str, count: int) -> Iterator[Sent]:
        made = 0
        for _ in range(count * 4):
            if made == count:
                return
            sent = self._first(inside, outside)
            if self._is_fresh(sent.datagram):
                made += 1
                yield sent

    def _is_fresh(self, datagram: Datagram) -> bool:
        """Whether no connection of the volley is its own or, after translation, may become it."""
        here, there = (datagram.saddr, datagram.sport), (datagram.daddr, datagram.dport)
        proto = datagram.proto
        begun: set[object] = {(proto, frozenset((here, there)))}
        reached: set[object] = set()
        if self._nat:
            # With the source's port its own, no new address makes two connections one.
            has_ports = proto in WITH_PORTS or proto in {ICMP4, ICMP6}
            begun.add((proto, datagram.sport if has_ports else None))
            reached.add((proto, "to", datagram.dport))
        if (begun | {(proto, "to", datagram.sport)}) & self._taken:
            return False
        self._taken |= begun | reached
        return True

    def _first(self, inside: str, outside: str) -> Sent:
        rng, family = self._rng, self._family
        way = rng.choices((Way.FORWARD, Way.INPUT, Way.OUTPUT), (6, 2, 2))[0]
        datagram = self._datagram()
        iif: str | None = inside
        oif: str | None = outside
        user = mark = 0
        if way is Way.INPUT:
            iif = rng.choice(INTERFACES)
            oif = None
            datagram = replace(datagram, daddr=own_address(rng, family)[1])
        elif way is Way.OUTPUT:
            iif = None
            user, mark = rng.choice(USERS), rng.choice((0, 0, 1, 2))
            if rng.random() < 0.7:
                datagram = replace(datagram, saddr=own_address(rng, family)[1])
        number = self._next()
        if way is not Way.FORWARD and rng.random() < 0.6:
            self._hushed.add(number)
        return Sent(
            number=number,
            way=way,
            stage=Stage.FIRST,
            state=first_state(datagram),
            datagram=datagram,
            iif=iif,
            oif=oif,
            mac=None if iif is None else self._pools.mac(rng),
            user=user,
            mark=mark,
            about=number,
        )

    def _datagram(self) -> Datagram:
        rng, pools, family = self._rng, self._pools, self._family
        proto = rng.choices(
            (TCP, UDP, ICMP4 if family == 4 else ICMP6, 132, UDPLITE, rng.choice(PORTLESS)),
            (45, 28, 14, 3, 3, 7),
        )[0]
        sport = dport = icmp = 0
        flags = SYN
        if proto in WITH_PORTS:
            sport, dport = pools.port(rng), pools.port(rng)
        if proto == TCP and rng.random() < 0.25:
            flags = rng.choice(
                (
                    ACK,
                    ACK | PSH,
                    SYN | ACK,
                    RST,
                    FIN | ACK,
                    0,
                    SYN | FIN,
                    URG | PSH | FIN,
                    SYN | URG,
                )
            )
        if proto in {ICMP4, ICMP6}:
            request, reply = ECHO[family]
            odd = (reply, UNREACHABLE[family], 11 if family == 4 else 3, 13 if family == 4 else 139)
            kind = request if rng.random() < 0.7 else rng.choice(odd)
            code = rng.choice((0, 1, 4)) if kind in odd[1:3] else 0
            icmp, sport = kind << 8 | code, rng.randrange(1, 65536)
        return Datagram(
            family,
            pools.address(rng, family),
            pools.address(rng, family),
            proto,
            sport,
            dport,
            icmp,
            flags,
            ttl=pools.number(rng, 2, 255) if rng.random() < 0.4 else 64,
            dscp=rng.choice((0, 0, 0, 8, 46)),
            padding=rng.choice((0, 0, 4, 16, rng.randrange(600))),
            options=self._options and family == 6 and rng.random() < 0.05,
        )

    def _can_go_on(self, sent: Sent, seen: Seen) -> bool:
        arrived = self._arrived(sent, seen)
        if not seen.passed or arrived is None or sent.state is not State.NEW:
            return False
        if sent.datagram.proto == 132 or sent.datagram.options:
            return False
        if sent.way is Way.FORWARD:
            return seen.at in OUTSIDE
        if sent.way is Way.INPUT:
            return (
                seen.at == "own" and self._is_ours(sent) and is_plain(self._family, arrived.saddr)
            )
        # What was sent with another's address is answered to that other.
        return not is_plain(self._family, sent.datagram.saddr) and seen.at in OUTSIDE

    def _arrived(self, sent: Sent, seen: Seen) -> Datagram | None:
        """As its receiver saw it; None when that is not known."""
        if seen.at == "own" and seen.arrived is None and not self._nat:
            return sent.datagram
        return seen.arrived

    def _reply(self, outcome: Outcome) -> Sent:
        sent, seen = outcome
        arrived = self._arrived(sent, seen)
        assert arrived is not None
        datagram = answer_to(arrived, padding=self._rng.choice((0, 20)))
        return self._back(sent, seen, datagram, Stage.REPLY, State.ESTABLISHED)

    def _error(self, outcome: Outcome) -> Sent:
        sent, seen = outcome
        arrived, rng = seen.arrived, self._rng
        assert arrived is not None
        is_receiver = rng.random() < 0.5
        sender = arrived.daddr if is_receiver else self._pools.address(rng, self._family)
        datagram = error_about(arrived, sender=sender, code=rng.choice((1, 3)))
        return self._back(sent, seen, datagram, Stage.ERROR, State.RELATED)

    def _back(self, sent: Sent, seen: Seen, datagram: Datagram, stage: Stage, state: State) -> Sent:
        assert seen.at is not None
        if sent.way is Way.INPUT:
            return Sent(
                number=self._next(),
                way=Way.OUTPUT,
                stage=stage,
                state=state,
                datagram=datagram,
                oif=self._outside,
                user=self._rng.choice(USERS),
                mark=self._rng.choice((0, 0, 1, 2)),
                about=sent.number,
            )
        way = Way.FORWARD if sent.way is Way.FORWARD else Way.INPUT
        return Sent(
            number=self._next(),
            way=way,
            stage=stage,
            state=state,
            datagram=datagram,
            iif=seen.at,
            oif=sent.iif,
            mac=int(PEER_MACS[INTERFACES.index(seen.at)].replace(":", ""), 16),
            about=sent.number,
        )

    def _later(self, first: Sent) -> Sent:
        datagram = replace(first.datagram, flags=ACK)
        return replace(
            first,
            number=self._next(),
            stage=Stage.LATER,
            state=State.ESTABLISHED,
            datagram=datagram,
            about=first.number,
        )


def _decoded(caught: Caught) -> Arrived | None:
    where, _, protocol = caught.at.partition(":")
    if where != "own6":
        return decode(caught.packet)
    # A raw socket hands over IPv6 packets without their headers: one without addresses is put back.
    head = struct.pack("!IHBB32x", 6 << 28, len(caught.packet), int(protocol), 64)
    return decode(head + caught.packet)


def _seen(sent: Sent, arrivals: Iterable[tuple[str, Arrived]]) -> Seen:
    rejected = False
    here: Seen | None = None
    for at, arrived in arrivals:
        if arrived.is_error and sent.stage is not Stage.ERROR and not _is_itself(sent, arrived):
            rejected = True
        elif at.startswith("own6"):
            here = here or Seen(passed=True, at="own")
        else:
            here = Seen(passed=True, at=at, arrived=arrived.datagram)
    return here or Seen(passed=False, rejected=rejected)


def _is_itself(sent: Sent, arrived: Arrived) -> bool:
    """Whether what looks like an error about a packet is that packet, which is an error itself."""
    one, other = sent.datagram, arrived.datagram
    if one.proto != other.proto:
        return False
    return one.icmp == other.icmp if one.proto in {ICMP4, ICMP6} else one.flags == other.flags
