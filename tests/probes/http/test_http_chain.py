from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from twiceshy.kinds.http.facts import Answer, Failed, Failure, Phase, Promise
from twiceshy.kinds.http.rules import judge
from twiceshy.model.verdict import Broken, Holds

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


def moved(page: Any, to: str, status: str = "302 Found", *headers: str) -> bytes:
    raw: bytes = page(b"", status, f"Location: {to}", *headers)
    return raw


def test_redirects_are_followed_at_the_same_address(
    talk: Any, look_at: Any, the_address: Any, answer_page: Any
) -> None:
    pages = {"/": moved(answer_page, "/a"), "/a": moved(answer_page, "b"), "/b": answer_page()}
    fact = look_at({"127.0.0.5": talk.by_path(pages)})
    seen = the_address(fact)
    assert [(hop.address, hop.status) for hop in seen.hops] == [
        ("127.0.0.5", 302),
        ("127.0.0.5", 302),
        ("127.0.0.5", 200),
    ]
    assert seen.hops[0].location == seen.hops[1].url
    assert seen.total_ms == pytest.approx(sum(hop.latency.total_ms for hop in seen.hops))
    verdict = judge(Promise(), fact, NOW)
    assert isinstance(verdict, Holds)
    assert "status 200 after 2 redirects" in verdict.summary


def test_an_endless_chain_is_broken_after_as_many_as_promised(
    talk: Any, look_at: Any, the_address: Any, answer_page: Any
) -> None:
    fact = look_at({"127.0.0.1": talk.says(moved(answer_page, "/"))}, Promise(follow=3))
    outcome = the_address(fact).outcome
    assert isinstance(outcome, Failed)
    assert outcome.code is Failure.TOO_MANY_REDIRECTS
    assert outcome.why == "it still redirects after 3 redirects"
    assert len(talk.requests) == 4


def test_an_unfollowed_redirect_is_the_answer(
    talk: Any, look_at: Any, the_address: Any, answer_page: Any
) -> None:
    promise = Promise(redirect_to="https://shop.example.org/")
    there = moved(answer_page, "https://SHOP.example.org", "301 Moved Permanently")
    fact = look_at({"127.0.0.1": talk.says(there)}, promise)
    seen = the_address(fact)
    assert isinstance(seen.outcome, Answer)
    assert seen.outcome.status == 301
    assert isinstance(judge(promise, fact, NOW), Holds)
    elsewhere = judge(Promise(redirect_to="https://www.example.org/"), fact, NOW)
    assert isinstance(elsewhere, Broken)
    assert "redirects to https://shop.example.org/, promised" in elsewhere.why


@pytest.mark.parametrize("to", ["ftp://shop.example.org/", "javascript:alert(1)", "http://[::1"])
def test_a_redirect_off_the_web_is_broken(
    to: str, talk: Any, look_at: Any, the_address: Any, answer_page: Any
) -> None:
    outcome = the_address(look_at({"127.0.0.1": talk.says(moved(answer_page, to))})).outcome
    assert isinstance(outcome, Failed)
    assert outcome.code is Failure.BAD_REDIRECT


def test_a_redirect_without_a_location_is_the_answer(
    talk: Any, look_at: Any, answer_page: Any
) -> None:
    fact = look_at({"127.0.0.1": talk.says(answer_page(b"", "302 Found"))})
    verdict = judge(Promise(), fact, NOW)
    assert isinstance(verdict, Broken)
    assert "status 302, promised 2xx" in verdict.why


def test_a_redirect_to_a_name_that_cannot_be_one_is_unseen(
    talk: Any, look_at: Any, the_address: Any, answer_page: Any
) -> None:
    to = f"http://{'a' * 70}.example.org/"
    outcome = the_address(look_at({"127.0.0.1": talk.says(moved(answer_page, to))})).outcome
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.phase) == (Failure.REDIRECT_UNSEEN, Phase.RESOLVE)


def test_a_redirect_to_another_name_is_looked_up_and_gets_no_secrets(
    talk: Any, look_at: Any, answer_page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "hunter2")
    promise = Promise(headers={"Authorization": "env:SHOP_TOKEN", "X-From": "twiceshy"})

    async def to_localhost(reader: Any, writer: Any) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        talk.requests.append(request)
        port = writer.get_extra_info("sockname")[1]
        there = f"http://localhost:{port}/there"
        first = request.startswith(b"GET / ")
        writer.write(moved(answer_page, there) if first else answer_page())
        await writer.drain()

    fact = look_at({"127.0.0.1": to_localhost}, promise)
    assert isinstance(judge(promise, fact, NOW), Holds)
    first, second = talk.requests
    assert b"hunter2" in first
    assert b"host: localhost:" in second
    assert b"x-from: twiceshy" in second
    assert b"hunter2" not in second


def test_a_secret_is_not_sent_in_the_clear_after_a_step_down_from_https(
    look_at: Any, answer_page: Any, authority: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "hunter2")
    promise = Promise(roots=str(authority.roots), headers={"Authorization": "env:SHOP_TOKEN"})
    heard: list[bytes] = []
    answered = asyncio.Event()

    async def in_the_clear(reader: Any, writer: Any) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer_page())
        writer.close()
        await writer.wait_closed()
        answered.set()

    async def step_down(reader: Any, writer: Any) -> None:
        await reader.readuntil(b"\r\n\r\n")
        server = await asyncio.start_server(in_the_clear, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        writer.write(moved(answer_page, f"http://shop.example.org:{port}/"))
        await writer.drain()
        await answered.wait()
        server.close()

    tls = authority.server("shop.example.org")
    look_at({"127.0.0.1": step_down}, promise, scheme="https", tls=tls)
    assert len(heard) == 1
    assert b"hunter2" not in heard[0]


def test_cookies_are_carried_along_the_chain_and_not_recorded(
    talk: Any, look_at: Any, answer_page: Any
) -> None:
    pages = {
        "/": moved(answer_page, "/in", "302 Found", "Set-Cookie: session=hunter2; Path=/"),
        "/in": answer_page(),
    }
    fact = look_at({"127.0.0.1": talk.by_path(pages)})
    assert b"cookie: session=hunter2" in talk.requests[1].lower()
    assert "hunter2" not in repr(fact)
    assert isinstance(judge(Promise(), fact, NOW), Holds)
