"""Which flows are tried, and from where; over SSH stands a local shell with the same programs."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from twiceshy.kinds.firewall.facts import FlowTried, Promise, TriedOutcome
from twiceshy.model.estate import Host
from twiceshy.model.ids import HostId
from twiceshy.probes import firewall_tries, reach
from twiceshy.probes.firewall_tries import MOST_TRIES, try_flows
from twiceshy.probes.reach_outcome import Ran
from twiceshy.probes.view import View

VIEW = View("here", 3.0, lambda: datetime(2026, 10, 1, 12, tzinfo=UTC))
FAR = Host(HostId("mail-1"), reach="ssh://mail-1", addresses=("127.0.0.1",))


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def closed() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found: int = listener.getsockname()[1]
    return found


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Host:
    async def run(host: Host, argv: Sequence[str], view: View, **limits: Any) -> Ran | Any:
        return await reach.run(replace(host, reach="local"), argv, view, **limits)

    monkeypatch.setattr(firewall_tries, "run", run)
    return FAR


def _try(promise: Promise, host: Host) -> dict[str, TriedOutcome]:
    found: tuple[FlowTried, ...] = asyncio.run(try_flows(promise, host, VIEW))
    assert all(one.flow in (*promise.passing, *promise.blocked) for one in found)
    return {one.to: one.outcome for one in found}


def test_what_goes_out_is_tried_from_the_host(far: Host, port: int, closed: int) -> None:
    promise = Promise(must_pass=(f"tcp/{port} out to 127.0.0.1", f"tcp/{closed} out to 127.0.0.1"))
    assert _try(promise, far) == {
        f"tcp 127.0.0.1:{port}": TriedOutcome.CONNECTED,
        f"tcp 127.0.0.1:{closed}": TriedOutcome.REFUSED,
    }


def test_what_comes_in_is_tried_from_here(port: int) -> None:
    promise = Promise(must_not_pass=(f"tcp/{port} in from 127.0.0.0/8",))
    assert _try(promise, FAR) == {f"tcp 127.0.0.1:{port}": TriedOutcome.CONNECTED}


def test_a_flow_that_is_not_from_our_address_is_left_out(port: int) -> None:
    assert _try(Promise(must_pass=(f"tcp/{port} in from 198.51.100.0/24",)), FAR) == {}


@pytest.mark.parametrize(
    "flow",
    [
        "tcp/25 out",
        "tcp/25 out to 192.0.2.0/24",
        "tcp/25 out to internet",
        "udp/53 out to 192.0.2.53",
        "icmp out to 192.0.2.53",
        "any out to 192.0.2.53",
        "tcp/25 through to 192.0.2.53",
        "tcp/25 out to 192.0.2.53 by eth7",
        "tcp/25 out from 198.51.100.1 to 192.0.2.53",
        "tcp/25 out to 192.0.2.53 over ipv6",
    ],
)
def test_what_does_not_name_one_address_and_port_is_never_tried(far: Host, flow: str) -> None:
    assert _try(Promise(must_pass=(flow,)), far) == {}


def test_a_local_host_is_not_asked_for_what_comes_in(port: int) -> None:
    near = replace(FAR, reach="local")
    assert _try(Promise(must_pass=(f"tcp/{port} in from 127.0.0.0/8",)), near) == {}


def test_ranges_are_tried_at_their_ends_and_never_scanned(closed: int) -> None:
    promise = Promise(must_not_pass=("tcp/60000-65000 in from 127.0.0.0/8",))
    found = _try(promise, FAR)
    assert set(found) == {"tcp 127.0.0.1:60000", "tcp 127.0.0.1:65000"}
    many = tuple(f"tcp/{port} in from 127.0.0.0/8" for port in range(closed, closed + 60))
    assert len(_try(Promise(must_not_pass=many), FAR)) <= MOST_TRIES
