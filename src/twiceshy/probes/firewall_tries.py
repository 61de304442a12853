"""Flows of a promise, tried for real: one TCP connection each, closed again at once.

Only single addresses are tried that the guard's flows or the estate name, and only by those the
flow is about: what goes out from the host itself, what comes in from here, when our own address
is one of the flow's sources. What cannot be tried is left out; it says nothing of the flow.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from twiceshy.kinds.firewall.addresses import addresses
from twiceshy.kinds.firewall.facts import Flow, FlowTried, Promise, TriedOutcome
from twiceshy.kinds.firewall.packet import TCP
from twiceshy.kinds.firewall.ports import carried
from twiceshy.kinds.firewall.promise import texts
from twiceshy.kinds.host.facts import PortSeen, PortState
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.model.reach import LOCAL
from twiceshy.probes.host_ports import look_at_ports
from twiceshy.probes.reach import run
from twiceshy.probes.view import View

MOST_TRIES = 24
MOST_PORTS = 4
"""Of one flow: enough to see whether it passes, and no port scan."""
LONGEST_TRY_SECONDS = 3.0
_THERE = 'exec 3<>"/dev/tcp/$0/$1"'
"""For bash on the host: open a connection to an address and a port."""
_TIMED_OUT = 124
"""The exit code of timeout when the time was up."""

_OUTCOMES = {
    PortState.OPEN: TriedOutcome.CONNECTED,
    PortState.REFUSED: TriedOutcome.REFUSED,
    PortState.TIMED_OUT: TriedOutcome.TIMED_OUT,
    PortState.HOST_UNREACHABLE: TriedOutcome.UNREACHABLE,
}


@dataclass(frozen=True, slots=True)
class _Try:
    flow: Flow
    address: str
    port: int

    @property
    def to(self) -> str:
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"tcp {shown}:{self.port}"


async def try_flows(promise: Promise, host: Host, view: View) -> tuple[FlowTried, ...]:
    """The flows of `promise` that can be tried, within the view's time."""
    seconds = min(LONGEST_TRY_SECONDS, view.timeout_seconds)
    flows = dict.fromkeys((*promise.managing, *promise.passing, *promise.blocked))
    tries = [one for flow in flows for one in _tries(flow, host)][:MOST_TRIES]
    return tuple(
        one
        for one in await asyncio.gather(*(_tried(one, host, seconds, view) for one in tries))
        if one is not None
    )


def _tries(flow: Flow, host: Host) -> Iterator[_Try]:
    if flow.user_id is not None or texts(flow.in_by) or texts(flow.out_by):
        return
    for address in dict.fromkeys(_ends(flow, host)):
        if flow.families == "any" or (":" in address) is (flow.families == "ipv6"):
            for port in list(_ports(flow))[:MOST_PORTS]:
                yield _Try(flow, address, port)


def _ends(flow: Flow, host: Host) -> Iterator[str]:
    """The single addresses to connect to."""
    match flow.direction:
        case "out":
            if {"self", "any"} & {*flow.from_}:
                yield from (address for text in flow.to if (address := _single(text)))
        case "in":
            # What a host sends to its own address never meets the rules for what comes in.
            if host.reach != LOCAL:
                yield from (one for one in host.addresses if _is_among(one, flow.to, own=one))
        case "through":
            return


def _ports(flow: Flow) -> Iterator[int]:
    for text in texts(flow.ports):
        if text == "any":
            continue
        for one in carried(text):
            if one.ports is not None and TCP in one.protocols:
                for low, high in one.ports:
                    yield from (low, high) if low != high else (low,)


def _single(text: str) -> str:
    """The one address that is meant; empty when it is none, or many."""
    with suppress(ValueError):
        network = ipaddress.ip_network(text)
        if network.num_addresses == 1:
            return str(network.network_address)
    return ""


def _is_among(address: str, ends: tuple[str, ...], *, own: str | None) -> bool:
    read = ipaddress.ip_address(address)
    mine = None if own is None else Intervals.single(int(ipaddress.ip_address(own)))
    return int(read) in addresses(ends, read.version, mine)


async def _tried(one: _Try, host: Host, seconds: float, view: View) -> FlowTried | None:
    if one.flow.direction == "in":
        source = _our_address(one.address)
        if source is None or not _is_among(source, one.flow.from_, own=None):
            return None
        return await _from_here(one, seconds, view.vantage)
    if host.reach == LOCAL:
        return await _from_here(one, seconds, view.vantage)
    return await _from_there(one, host, seconds, view)


def _our_address(address: str) -> str | None:
    """The address this host would send from; a datagram socket that is connected sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.connect((address, 9))
        found: str = asking.getsockname()[0]
        return found
    return None


async def _from_here(one: _Try, seconds: float, vantage: str) -> FlowTried | None:
    (seen,) = await look_at_ports(((one.address, one.port),), seconds, vantage)
    return _told(one, seen)


def _told(one: _Try, seen: PortSeen) -> FlowTried | None:
    outcome = _OUTCOMES.get(seen.state)
    if outcome is None:
        return None
    return FlowTried(one.flow, one.to, outcome, seen.why, seen.connect_ms)


async def _from_there(one: _Try, host: Host, seconds: float, view: View) -> FlowTried | None:
    limit = f"{seconds:g}"
    argv = ("timeout", limit, "env", "LC_ALL=C", "bash", "-c", _THERE, one.address, str(one.port))
    ran = await run(host, argv, view)
    if isinstance(ran, Unseen):
        return None
    said = ran.stderr.decode("utf-8", "replace")
    if ran.exit_code == 0:
        return FlowTried(one.flow, one.to, TriedOutcome.CONNECTED, f"open, from {host.id}")
    if ran.exit_code == _TIMED_OUT:
        why = f"no answer in {limit} s from {host.id}"
        return FlowTried(one.flow, one.to, TriedOutcome.TIMED_OUT, why)
    if "refused" in said:
        why = f"the connection is refused, from {host.id}"
        return FlowTried(one.flow, one.to, TriedOutcome.REFUSED, why)
    if "No route to host" in said:
        why = f"the host is unreachable from {host.id}"
        return FlowTried(one.flow, one.to, TriedOutcome.UNREACHABLE, why)
    return None
