"""Whatever a server says, a look ends in time with a fact that can be judged."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twiceshy.kinds.http.facts import Failed, HttpFact, Promise
from twiceshy.kinds.http.rules import judge

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)

pieces = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 302 Found\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n",
        b"Location: //[::1/\r\n",
        b"Location: /\xff\x00\r\n",
        b"Content-Length: 3\r\n",
        b"Content-Length: -1\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: deflate\r\n",
        b"Content-Type: text/html; charset=utf-16\r\n",
        b"Set-Cookie: a=b; Expires=\xff; Domain=..\r\n",
        b"\r\n",
        b"5\r\nhello\r\n0\r\n\r\n",
        gzip.compress(b"hello", mtime=0),
        b"\r\n\r\n",
    ]
)
answers = st.binary(max_size=200) | st.lists(
    pieces | st.binary(max_size=20), min_size=1, max_size=8
).map(b"".join)


@given(raw=answers)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_bytes_are_an_answer_or_a_failure(raw: bytes, talk: Any, look_at: Any) -> None:
    promise = Promise(contains="hello", follow=2)
    fact = look_at({"127.0.0.1": talk.says(raw)}, promise, timeout_seconds=20)
    assert isinstance(fact, HttpFact)
    (seen,) = fact.endpoints[0].addresses
    assert "timed_out" not in repr(seen.outcome)
    verdict = judge(promise, fact, NOW)
    assert all(piece.found.isprintable() for piece in verdict.evidence)


@given(raw=st.binary(max_size=200))
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_bytes_in_place_of_tls_are_a_failure(raw: bytes, look_at: Any) -> None:
    async def says(reader: Any, writer: Any) -> None:
        await reader.read(1)
        writer.write(raw)
        await writer.drain()

    fact = look_at({"127.0.0.1": says}, scheme="https", timeout_seconds=20)
    assert isinstance(fact, HttpFact)
    (seen,) = fact.endpoints[0].addresses
    assert isinstance(seen.outcome, Failed)
    assert seen.outcome.why.isprintable()
    assert "timed_out" not in repr(seen.outcome)
