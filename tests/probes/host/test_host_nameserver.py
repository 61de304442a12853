"""A real name server on loopback, with the answers that real ones give."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.kinds.host.facts import HostFact, NameState, Promise
from twiceshy.kinds.host.rules import judge
from twiceshy.model.estate import Estate
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId
from twiceshy.model.verdict import Broken, Holds
from twiceshy.probes.host import look
from twiceshy.probes.host_nameserver import ask
from twiceshy.probes.resolve import NoAddress, Unresolved
from twiceshy.probes.view import View

NAME = "mail.example.org"
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
Respond = Callable[[bytes], bytes | None]


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        said = self._respond(data)
        if said is not None:
            self._transport.sendto(said, address)


@contextlib.asynccontextmanager
async def name_server(respond: Respond) -> AsyncIterator[int]:
    """Answers over UDP and TCP at the same port."""

    async def over_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2))
        said = respond(b"tcp:" + await reader.readexactly(length)) or b""
        writer.write(len(said).to_bytes(2) + said)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(over_tcp, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Datagrams(respond), ("127.0.0.1", port)
    )
    try:
        yield port
    finally:
        transport.close()
        server.close()
        await server.wait_closed()


def zone(*records: str, rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> Respond:
    """A name server with these records, written `name type value`."""

    def respond(data: bytes) -> bytes:
        query = dns.message.from_wire(data.removeprefix(b"tcp:"))
        answer = dns.message.make_response(query)
        answer.set_rcode(rcode)
        for record in records:
            owner, kind, value = record.split()
            if kind in {dns.rdatatype.to_text(query.question[0].rdtype), "CNAME"}:
                answer.answer.append(dns.rrset.from_text(owner, 60, "IN", kind, value))
        return answer.to_wire()

    return respond


def asked(respond: Respond, seconds: float = 5) -> tuple[str, ...] | Unresolved:
    async def ask_while_serving() -> tuple[str, ...] | Unresolved:
        async with name_server(respond) as port:
            return await ask(NAME, "127.0.0.1", port, seconds)

    return asyncio.run(ask_while_serving())


def test_both_families_are_asked_for() -> None:
    records = (f"{NAME}. A 192.0.2.1", f"{NAME}. AAAA 2001:db8::1")
    assert asked(zone(*records)) == ("192.0.2.1", "2001:db8::1")


def test_an_alias_is_followed() -> None:
    records = (f"{NAME}. CNAME mx.example.org.", "mx.example.org. A 192.0.2.1")
    assert asked(zone(*records)) == ("192.0.2.1",)


def test_aliases_in_a_circle_end() -> None:
    records = (f"{NAME}. CNAME mx.example.org.", f"mx.example.org. CNAME {NAME}.")
    answer = asked(zone(*records))
    assert isinstance(answer, Unresolved)


@pytest.mark.parametrize(
    ("rcode", "code"),
    [
        (dns.rcode.NXDOMAIN, NoAddress.NO_SUCH_NAME),
        (dns.rcode.NOERROR, NoAddress.NAME_WITHOUT_ADDRESS),
        (dns.rcode.SERVFAIL, NoAddress.NO_ANSWER),
        (dns.rcode.REFUSED, NoAddress.NO_ANSWER),
    ],
)
def test_the_answers_without_an_address_are_told_apart(
    rcode: dns.rcode.Rcode, code: NoAddress
) -> None:
    answer = asked(zone(rcode=rcode))
    assert isinstance(answer, Unresolved)
    assert answer.code is code


def test_a_silent_server_is_a_time_out() -> None:
    answer = asked(lambda _: None, seconds=0.3)
    assert isinstance(answer, Unresolved)
    assert answer.code is NoAddress.TIMED_OUT
    assert not answer.is_an_answer


def test_a_server_silent_for_one_family_is_not_taken_for_an_answer() -> None:
    good = zone(f"{NAME}. A 192.0.2.1")

    def respond(data: bytes) -> bytes | None:
        query = dns.message.from_wire(data)
        return good(data) if query.question[0].rdtype == dns.rdatatype.A else None

    answer = asked(respond, seconds=0.3)
    assert isinstance(answer, Unresolved)
    assert "AAAA" in answer.why


def test_a_long_answer_is_fetched_over_tcp() -> None:
    good = zone(*(f"{NAME}. A 192.0.2.{last}" for last in range(1, 60)))

    def respond(data: bytes) -> bytes:
        if data.startswith(b"tcp:"):
            whole = good(data)
            assert whole is not None
            return whole
        answer = dns.message.make_response(dns.message.from_wire(data))
        answer.flags |= dns.flags.TC
        return answer.to_wire()

    answer = asked(respond)
    assert len(answer) == 59  # type: ignore[arg-type]  # an Unresolved has no length and fails here


def test_a_server_without_a_way_to_it_was_not_asked() -> None:
    answer = asyncio.run(ask(NAME, "fe80::53", 53, 0.5))
    assert isinstance(answer, Unresolved)
    assert answer.code is NoAddress.NOT_ASKED


def test_a_port_without_a_server_is_no_answer() -> None:
    async def ask_nobody() -> tuple[str, ...] | Unresolved:
        async with name_server(zone()) as port:
            pass
        return await ask(NAME, "127.0.0.1", port, 0.5)

    answer = asyncio.run(ask_nobody())
    assert isinstance(answer, Unresolved)
    assert not answer.is_an_answer


@given(garbage=st.binary(max_size=80), keeps_id=st.booleans())
@settings(max_examples=25, deadline=None)
def test_any_bytes_are_no_answer(garbage: bytes, keeps_id: bool) -> None:
    def respond(data: bytes) -> bytes:
        return (data[:2] + b"\x80" if keeps_id else b"") + garbage

    answer = asked(respond, seconds=0.1)
    assert isinstance(answer, Unresolved)


def test_a_guard_asks_each_name_server_and_finds_the_one_that_differs() -> None:
    async def look_while_serving(promise: Promise) -> HostFact:
        guard = Guard(
            GuardId("g"), KindId("host"), f"smtp://{NAME}:25", promise, timedelta(minutes=5)
        )
        answer = await look(guard, Estate("twiceshy.yaml"), View("here", 1.6, lambda: NOW))
        assert isinstance(answer, HostFact)
        return answer

    async def with_two_servers() -> tuple[HostFact, HostFact, HostFact]:
        async with (
            name_server(zone(f"{NAME}. A 127.0.0.9")) as first,
            name_server(zone(f"{NAME}. A 127.0.0.8")) as second,
            name_server(lambda _: None) as silent,
        ):
            one, two, dead = (f"127.0.0.1:{port}" for port in (first, second, silent))
            return (
                await look_while_serving(Promise(addresses=("127.0.0.9",), nameservers=(one,))),
                await look_while_serving(Promise(addresses=("127.0.0.9",), nameservers=(one, two))),
                await look_while_serving(Promise(nameservers=(dead, one))),
            )

    agreeing, differing, half_dead = asyncio.run(with_two_servers())
    assert agreeing.ports[0].address == "127.0.0.9"
    names_alone = HostFact(at=NOW, vantage="here", names=agreeing.names)
    assert isinstance(judge(Promise(addresses=("127.0.0.9",)), names_alone, NOW), Holds)
    verdict = judge(Promise(addresses=("127.0.0.9",)), differing, NOW)
    assert isinstance(verdict, Broken)
    assert any("resolves to 127.0.0.8, promised" in piece.found for piece in verdict.evidence)
    assert half_dead.names[0].state is NameState.UNSEEN
    assert isinstance(judge(Promise(), half_dead, NOW), Broken)
