"""Which ports accept a TCP connection; each one is closed again at once, nothing is sent."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import socket

from twiceshy.kinds.host.facts import PortSeen, PortState
from twiceshy.probes.connecting import Trouble, trouble_of

AT_ONCE = 128
"""Connections at the same time."""
MOST_PAIRS = 2048
"""Address and port pairs in one look."""


async def look_at_ports(
    pairs: tuple[tuple[str, int], ...], timeout_seconds: float, vantage: str
) -> tuple[PortSeen, ...]:
    """Connect to every (address, port); the time is shared out when they have to take turns."""
    looked_at, left_out = pairs[:MOST_PAIRS], pairs[MOST_PAIRS:]
    rounds = math.ceil(len(looked_at) / AT_ONCE)
    seconds_each = timeout_seconds / rounds
    places = asyncio.Semaphore(AT_ONCE)

    async def in_turn(address: str, port: int) -> PortSeen:
        async with places:
            return await _look_at_port(address, port, seconds_each, vantage)

    async with asyncio.TaskGroup() as group:
        looks = [group.create_task(in_turn(*pair)) for pair in looked_at]
    why = "there are more ports than one look takes"
    return (
        *(one.result() for one in looks),
        *(PortSeen(*pair, PortState.CANNOT_LOOK, why) for pair in left_out),
    )


async def _look_at_port(address: str, port: int, timeout_seconds: float, vantage: str) -> PortSeen:
    loop = asyncio.get_running_loop()
    try:
        family = _family(address)
        connection = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        return PortSeen(address, port, PortState.CANNOT_LOOK, f"this host could not look: {error}")
    with connection:
        connection.settimeout(0)
        began = loop.time()
        try:
            async with asyncio.timeout(timeout_seconds):
                await loop.sock_connect(connection, (address, port))
        except TimeoutError as error:
            if error.errno is not None:  # the operating system gave up before our time was up
                return PortSeen(address, port, PortState.TIMED_OUT, f"no answer from {vantage}")
            why = f"no answer in {timeout_seconds:.1f} s from {vantage}"
            return PortSeen(address, port, PortState.TIMED_OUT, why)
        except OSError as error:
            trouble, why = trouble_of(error)
            refused = trouble in {Trouble.REFUSED, Trouble.RESET}
            state = PortState.REFUSED if refused else PortState(trouble.value)
            return PortSeen(address, port, state, why)
        connect_ms = round((loop.time() - began) * 1000, 3)
    return PortSeen(address, port, PortState.OPEN, f"open, in {connect_ms:.0f} ms", connect_ms)


def _family(address: str) -> socket.AddressFamily:
    version = ipaddress.ip_address(address).version
    return socket.AF_INET if version == 4 else socket.AF_INET6  # noqa: PLR2004 - IP versions
