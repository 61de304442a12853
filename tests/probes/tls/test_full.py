"""The full handshake on the wire: what is not a chain is a reason, in time, whatever comes."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path

import pytest
import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.farm import raw
from tests.farm.authority import HOST, Issued, intermediate, issue, root, rsa_key
from tests.farm.servers import Farm
from twiceshy.kinds.certificate.facts import Failure, KeyType, NotServed, Served
from twiceshy.probes.tls.full import full_handshake

LEAF = issue(by=intermediate(root()))
TWIN = issue(by=intermediate(root()), key=rsa_key())
TLS_STARTS = (
    b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03",
    b"\x16\x03\x01\x40\x00",
    b"\x15\x03\x03\x00\x02\x01\x00",
    b"\x15\x03\x03\x00\x02\x02\x28",
    b"\x14\x03\x03\x00\x01\x01",
    b"\x17\x03\x03\x00\x05hello",
)


def shake(
    port: int,
    *,
    address: str = "127.0.0.1",
    scheme: str = "tls",
    key_type: KeyType = "any",
    seconds: float = 5.0,
) -> Served | NotServed:
    return asyncio.run(
        full_handshake(
            address,
            port,
            scheme=scheme,
            server_name=HOST,
            key_type=key_type,
            timeout_seconds=seconds,
        )
    )


class Player:
    """A server that plays whatever it was last given, then hangs up."""

    def __init__(self, farm: Farm) -> None:
        self.script = b""
        self.port = farm.plain(self._play)

    async def _play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(5)
        writer.write(self.script)
        await writer.drain()


@pytest.fixture(scope="module")
def player(farm: Farm) -> Player:
    return Player(farm)


@given(
    start=st.sampled_from((b"", *TLS_STARTS)),
    rest=st.binary(max_size=300),
)
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_from_a_server_come_to_a_reason(
    player: Player, start: bytes, rest: bytes
) -> None:
    player.script = start + rest
    outcome = shake(player.port)
    assert isinstance(outcome, NotServed)
    assert outcome.detail
    assert outcome.failure is not Failure.SILENT


@given(at=st.integers(0, 900), byte=st.integers(0, 255))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_flight_never_passes_for_a_proof(
    player: Player, flight: bytes, at: int, byte: int
) -> None:
    damaged = bytearray(flight)
    damaged[at % len(flight)] = byte
    player.script = bytes(damaged)
    assert isinstance(shake(player.port), NotServed)


@pytest.fixture(scope="module")
def flight(farm: Farm) -> bytes:
    context = farm.context((LEAF.chain, LEAF))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return raw.recorded_flight(farm.tls(context))


@pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda version: version.name
)
def test_the_chain_comes_as_sent_with_the_version(farm: Farm, version: ssl.TLSVersion) -> None:
    context = farm.context((LEAF.chain, LEAF))
    context.minimum_version = context.maximum_version = version
    outcome = shake(farm.tls(context))
    assert outcome == Served(LEAF.chain, version.name.replace("_", "."))


def test_each_key_type_is_asked_for_by_itself(farm: Farm) -> None:
    port = farm.tls(farm.context((LEAF.chain, LEAF), (TWIN.chain, TWIN)))
    wanted: tuple[tuple[KeyType, Issued], ...] = (("any", LEAF), ("ecdsa", LEAF), ("rsa", TWIN))
    for key_type, leaf in wanted:
        outcome = shake(port, key_type=key_type)
        assert isinstance(outcome, Served)
        assert outcome.chain == leaf.chain


def test_a_key_type_that_is_not_there_is_nothing_in_common(farm: Farm) -> None:
    outcome = shake(farm.tls(farm.context((LEAF.chain, LEAF))), key_type="rsa")
    assert isinstance(outcome, NotServed)
    assert outcome.failure in {Failure.NOTHING_IN_COMMON, Failure.CLOSED}


def test_old_versions_of_tls_are_read_too(farm: Farm) -> None:
    context = farm.context((TWIN.chain, TWIN), lax=True)
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    outcome = shake(farm.tls(context))
    assert isinstance(outcome, Served)
    assert outcome.tls_version == "TLSv1"


def test_no_connection_is_told_apart_by_its_cause(farm: Farm) -> None:
    assert _failure(shake(1)) is Failure.REFUSED
    assert _failure(shake(443, address="255.255.255.255")) is Failure.UNREACHABLE
    assert _failure(shake(farm.plain(raw.silent), seconds=0.2)) is Failure.SILENT
    assert _failure(shake(farm.plain(raw.closing))) is Failure.CLOSED


def test_a_full_queue_of_connections_ends_in_time() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            outcomes = [shake(port, seconds=0.2) for _ in range(3)]
    assert {_failure(one) for one in outcomes} <= {Failure.NO_CONNECTION, Failure.SILENT}
    assert Failure.NO_CONNECTION in {_failure(one) for one in outcomes}


def test_a_look_that_is_called_off_leaves_nothing_open() -> None:
    async def called_off(port: int) -> None:
        look = full_handshake(
            "127.0.0.1", port, scheme="tls", server_name=HOST, timeout_seconds=30.0
        )
        task = asyncio.ensure_future(look)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    descriptors = Path("/proc/self/fd")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        before = len(list(descriptors.iterdir()))
        asyncio.run(called_off(silent.getsockname()[1]))
        assert len(list(descriptors.iterdir())) == before


def test_it_runs_on_uvloop_as_well(farm: Farm) -> None:
    port = farm.tls(farm.context((LEAF.chain, LEAF)))

    async def once() -> Served | NotServed:
        return await full_handshake(
            "127.0.0.1", port, scheme="tls", server_name=HOST, timeout_seconds=5.0
        )

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert isinstance(runner.run(once()), Served)


def _failure(outcome: Served | NotServed) -> Failure | None:
    return outcome.failure if isinstance(outcome, NotServed) else None
