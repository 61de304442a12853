from __future__ import annotations

import asyncio
import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from twiceshy.kinds.http.facts import (
    Answer,
    Failed,
    Failure,
    HttpFact,
    NameState,
    Phase,
    Promise,
    TextSeen,
)
from twiceshy.kinds.http.rules import judge
from twiceshy.model.estate import Endpoint, Estate, Service
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId, ServiceId
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown
from twiceshy.probes.http import MOST_ADDRESSES, look
from twiceshy.probes.http_headers import LARGEST_SECRET_BYTES
from twiceshy.probes.view import View

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


def guard(target: str, promise: Promise) -> Guard:
    return Guard(GuardId("g"), KindId("http"), target, promise, timedelta(minutes=1))


def looked(target: str, promise: Promise, *endpoints: Endpoint, seconds: float = 5) -> Any:
    service = Service(ServiceId("shop"), endpoints=endpoints)
    estate = Estate("twiceshy.yaml", services={ServiceId("shop"): service})
    return asyncio.run(look(guard(target, promise), estate, View("here", seconds, lambda: NOW)))


def failure(outcome: object) -> tuple[Failure, Phase]:
    assert isinstance(outcome, Failed), outcome
    return outcome.code, outcome.phase


def answer(outcome: object) -> Answer:
    assert isinstance(outcome, Answer), outcome
    return outcome


def test_it_asks_with_the_name_in_host_at_every_address(
    talk: Any, look_at: Any, answer_page: Any
) -> None:
    ok = talk.says(answer_page(b"hello"))
    fact = look_at({"127.0.0.1": ok, "127.0.0.2": ok, "::1": ok}, path="/a?b=c%20d")
    assert isinstance(fact, HttpFact)
    assert [seen.address for seen in fact.endpoints[0].addresses] == [
        "127.0.0.1",
        "127.0.0.2",
        "::1",
    ]
    assert len(talk.requests) == 3
    for request in talk.requests:
        head = request.decode().lower()
        assert head.startswith("get /a?b=c%20d http/1.1\r\n")
        assert "\r\nhost: shop.example.org:" in head
        assert "\r\nuser-agent: twiceshy/" in head
    assert isinstance(judge(Promise(), fact, NOW), Holds)


def test_what_was_seen_of_a_good_answer_is_kept(
    talk: Any, look_at: Any, the_address: Any, answer_page: Any
) -> None:
    ok = talk.says(answer_page(b"hello", "200 OK", "Server: small", "Set-Cookie: a=b"))
    seen = the_address(look_at({"127.0.0.1": ok}, Promise(contains=("hell", "heaven"))))
    assert answer(seen.outcome) == Answer(
        status=200,
        headers=(("content-length", "5"), ("server", "small")),
        body_bytes=5,
        body_complete=True,
        body_sha256="2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        body_sample="hello",
        texts=(TextSeen("hell", found=True), TextSeen("heaven", found=False)),
    )
    (hop,) = seen.hops
    assert (hop.status, hop.address, hop.location) == (200, "127.0.0.1", None)
    assert hop.latency.tls_ms is None
    assert hop.latency.connect_ms is not None
    assert hop.latency.first_byte_ms is not None
    assert seen.total_ms == hop.latency.total_ms
    assert seen.total_ms >= hop.latency.connect_ms + hop.latency.first_byte_ms


def test_one_dead_address_of_two_is_serious_and_named(
    talk: Any, look_at: Any, answer_page: Any
) -> None:
    fact = look_at({"127.0.0.1": talk.says(answer_page())}, addresses=("127.0.0.1", "127.0.0.9"))
    verdict = judge(Promise(), fact, NOW)
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.SERIOUS
    assert "at 1 of 2 addresses (127.0.0.9): the connection is refused" in verdict.why


def test_head_leaves_the_body_out(talk: Any, look_at: Any, the_address: Any) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nContent-Encoding: gzip\r\n\r\n"
    seen = the_address(look_at({"127.0.0.1": talk.says(head)}, Promise(method="HEAD")))
    assert answer(seen.outcome).body_bytes == 0
    assert talk.requests[0].startswith(b"HEAD / ")


@pytest.mark.parametrize(
    ("raw", "code", "phase"),
    [
        (b"", Failure.CLOSED, Phase.ANSWER),
        (b"HTTP/1.1 200 OK\r\nContent-Le", Failure.CLOSED, Phase.ANSWER),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel", Failure.CLOSED, Phase.BODY),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Failure.PROTOCOL, Phase.ANSWER),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Failure.PROTOCOL, Phase.ANSWER),
        (b"HTTP/1.1 2000 OK\r\n\r\n", Failure.PROTOCOL, Phase.ANSWER),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", Failure.PROTOCOL, Phase.ANSWER),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            Failure.PROTOCOL,
            Phase.BODY,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
            Failure.UNDECODABLE,
            Phase.BODY,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 5\r\n\r\nhello",
            Failure.UNDECODABLE,
            Phase.BODY,
        ),
        (
            b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n",
            Failure.TOO_LARGE,
            Phase.ANSWER,
        ),
    ],
)
def test_an_answer_that_is_none_is_a_broken_promise_with_its_code(
    *, raw: bytes, code: Failure, phase: Phase, talk: Any, look_at: Any, the_address: Any
) -> None:
    fact = look_at({"127.0.0.1": talk.says(raw)})
    assert failure(the_address(fact).outcome) == (code, phase)
    assert isinstance(judge(Promise(), fact, NOW), Broken)


def test_a_connection_that_is_reset_is_told_from_one_that_is_closed(
    look_at: Any, the_address: Any
) -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel")
        await writer.drain()
        linger_none = b"\1\0\0\0\0\0\0\0"
        writer.get_extra_info("socket").setsockopt(1, 13, linger_none)
        writer.transport.abort()

    code, _ = failure(the_address(look_at({"127.0.0.1": reset})).outcome)
    assert code is Failure.RESET


async def _never(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def _drips_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X: y\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _drips_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _continues_for_ever(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("handler", "phase", "says"),
    [
        (_never, Phase.ANSWER, "the request was taken, but not answered in"),
        (_drips_headers, Phase.ANSWER, "the request was taken, but not answered in"),
        (_continues_for_ever, Phase.ANSWER, "the request was taken, but not answered in"),
        (_drips_body, Phase.BODY, "status 200 came, but the body did not end in"),
    ],
)
def test_the_time_out_holds_against_a_server_that_drips(
    handler: Any, phase: Phase, says: str, look_at: Any, the_address: Any
) -> None:
    fact = look_at({"127.0.0.1": handler}, timeout_seconds=0.8)
    seen = the_address(fact)
    assert failure(seen.outcome) == (Failure.TIMED_OUT, phase)
    assert says in seen.outcome.why
    assert isinstance(judge(Promise(), fact, NOW), Broken)


def test_a_tls_handshake_that_never_ends_is_told(look_at: Any, the_address: Any) -> None:
    seen = the_address(look_at({"127.0.0.1": _never}, scheme="https", timeout_seconds=0.8))
    assert failure(seen.outcome) == (Failure.TIMED_OUT, Phase.TLS)


def test_an_endless_body_is_read_up_to_its_limit(look_at: Any, the_address: Any) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    fact = look_at({"127.0.0.1": endless}, Promise(max_body_kb=100, contains="basket"))
    seen = answer(the_address(fact).outcome)
    assert (seen.body_bytes, seen.body_complete) == (102_400, False)
    assert isinstance(judge(Promise(contains="basket"), fact, NOW), Unknown)
    assert isinstance(judge(Promise(), fact, NOW), Holds)


def test_a_compressed_bomb_is_unpacked_up_to_its_limit(
    talk: Any, look_at: Any, the_address: Any, answer_page: Any
) -> None:
    bomb = gzip.compress(bytes(30_000_000))
    handler = talk.says(answer_page(bomb, "200 OK", "Content-Encoding: gzip"))
    seen = answer(the_address(look_at({"127.0.0.1": handler}, Promise(max_body_kb=10))).outcome)
    assert (seen.body_bytes, seen.body_complete) == (10_240, False)


def test_a_packed_body_is_searched_unpacked(
    talk: Any, look_at: Any, the_address: Any, answer_page: Any
) -> None:
    body = gzip.compress("Korpa je prazna – здраво".encode())
    handler = talk.says(
        answer_page(body, "200 OK", "Content-Encoding: gzip", "Content-Type: text/html")
    )
    seen = answer(the_address(look_at({"127.0.0.1": handler}, Promise(contains="здраво"))).outcome)
    assert seen.texts == (TextSeen("здраво", found=True),)


def test_only_http_endpoints_of_a_service_are_asked() -> None:
    fact = looked("shop", Promise(), Endpoint("smtp", "smtp://127.0.0.1:25"))
    assert fact == Unseen(
        "shop has no endpoint that speaks HTTP",
        NOW,
        "here",
        "Give the service an http:// or https:// endpoint, or make a URL the target.",
    )


def test_a_name_that_cannot_be_looked_up_is_a_value() -> None:
    fact = looked("http://a..b/", Promise())
    assert fact.endpoints[0].name is NameState.UNSEEN
    assert isinstance(judge(Promise(), fact, NOW), Unknown)


def test_a_name_is_looked_up_when_no_addresses_are_given(
    talk: Any, look_at: Any, answer_page: Any
) -> None:
    promise = Promise(every_address=False)
    ok = talk.says(answer_page())
    fact = look_at({"127.0.0.1": ok}, promise, name="localhost", addresses=())
    assert isinstance(judge(promise, fact, NOW), Holds)
    assert talk.requests[0].startswith(b"GET / HTTP/1.1\r\nhost: localhost:")


def test_an_address_without_a_way_to_it_is_unknown() -> None:
    endpoint = Endpoint("web", "http://shop.example.org:1/", addresses=("fe80::1",))
    fact = looked("shop", Promise(), endpoint)
    assert failure(fact.endpoints[0].addresses[0].outcome)[0].is_unseen
    assert isinstance(judge(Promise(), fact, NOW), Unknown)


def test_more_addresses_than_a_look_takes_are_counted() -> None:
    addresses = tuple(f"127.0.1.{last}" for last in range(1, MOST_ADDRESSES + 3))
    endpoint = Endpoint("web", "http://shop.example.org:1/", addresses=addresses)
    seen = looked("shop", Promise(), endpoint).endpoints[0]
    assert (len(seen.addresses), seen.left_out) == (MOST_ADDRESSES, 2)


def test_a_secret_header_is_sent_and_never_recorded(
    talk: Any, look_at: Any, answer_page: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "Bearer hunter2")
    (tmp_path / "key").write_text("swordfish\n")
    promise = Promise(
        headers={"Authorization": "env:SHOP_TOKEN", "X-Api-Key": "file:key", "X-From": "twiceshy"}
    )
    echo = talk.says(answer_page(b"Bearer hunter2 swordfish", "200 OK", "X-Echo: swordfish"))
    fact = look_at({"127.0.0.1": echo}, promise)
    request = talk.requests[0].lower()
    assert b"\r\nauthorization: bearer hunter2\r\n" in request
    assert b"\r\nx-api-key: swordfish\r\n" in request
    assert b"\r\nx-from: twiceshy\r\n" in request
    assert "hunter2" not in repr(fact)
    assert "swordfish" not in repr(fact)
    assert "*** ***" in repr(fact)


@pytest.mark.parametrize("follow", [0, 2])
def test_a_secret_that_comes_back_in_a_redirect_is_never_recorded(
    follow: int, talk: Any, look_at: Any, answer_page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "Bearer hunter2/x")
    promise = Promise(headers={"Authorization": "env:SHOP_TOKEN"}, follow=follow)
    echo = answer_page(b"", "302 Found", "Location: /in?a=hunter2/x&b=Bearer+hunter2%2Fx")
    fact = look_at({"127.0.0.1": talk.says(echo)}, promise)
    assert len(talk.requests) == follow + 1
    assert "hunter2" not in repr(fact)
    assert "/in?a=***&b=***" in repr(fact)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("env:TWICESHY_NO_SUCH_VARIABLE", "TWICESHY_NO_SUCH_VARIABLE"),
        ("file:no-such-file", "No such file"),
        ("file:.", "not a regular file"),
        ("file:pipe", "not a regular file"),
        ("file:empty", "cannot be the value of a header"),
        ("file:two-lines", "cannot be the value of a header"),
        ("file:bytes", "not UTF-8"),
        ("file:large", "cannot be the value of a header"),
    ],
)
def test_a_secret_that_cannot_be_read_is_unseen_and_names_its_source_alone(
    source: str, why: str, look_at: Any, tmp_path: Path
) -> None:
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "two-lines").write_text("hunter2\r\nX-Other: hunter2")
    (tmp_path / "bytes").write_bytes(b"hunter2\xff")
    (tmp_path / "large").write_bytes(b"hunter2" * LARGEST_SECRET_BYTES)
    unseen = look_at({}, Promise(headers={"Authorization": source}), addresses=("127.0.0.1",))
    assert isinstance(unseen, Unseen)
    assert why in unseen.why
    assert unseen.next_step
    assert "hunter2" not in repr(unseen)
