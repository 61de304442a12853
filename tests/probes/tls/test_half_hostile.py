"""The half handshake against servers that mean no good, or no TLS: nothing but bytes."""

from __future__ import annotations

import os

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from twiceshy.probes.tls.half_exchange import HalfExchange
from twiceshy.probes.tls.half_hello import Offer, Versions, name_to_ask_for
from twiceshy.probes.tls.half_keys import key_share
from twiceshy.probes.tls.half_outcome import Failure, HalfFailed, HalfSeen, HandshakeFault
from twiceshy.probes.tls.record import LIMIT_BYTES


def exchange(versions: Versions = "best") -> HalfExchange:
    return HalfExchange(Offer(b"a.test", "any", versions), os.urandom, key_share(0))


def failed(result: HalfSeen | HalfFailed | None) -> HalfFailed:
    assert isinstance(result, HalfFailed)
    return result


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _record(kind: int, payload: bytes) -> bytes:
    return bytes([kind, 3, 3]) + len(payload).to_bytes(2, "big") + payload


def test_a_server_hello_of_an_older_tls_is_left_to_a_full_handshake() -> None:
    body = b"\x03\x01" + bytes(32) + b"\x00" + b"\xc0\x13" + b"\x00"
    result = failed(exchange().receive(_record(22, _message(2, body))))
    assert result.code is Failure.UNSUPPORTED
    assert "older than 1.2" in result.why


def test_a_static_rsa_key_exchange_is_never_taken() -> None:
    body = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x2f" + b"\x00"
    result = failed(exchange().receive(_record(22, _message(2, body))))
    assert result.code is Failure.UNSUPPORTED
    assert "signs nothing" in result.why


def test_a_downgrade_that_the_server_did_not_want_is_noticed() -> None:
    random = bytes(24) + b"DOWNGRD\x01"
    body = b"\x03\x03" + random + b"\x00" + b"\xc0\x2b" + b"\x00"
    message = _record(22, _message(2, body))
    assert failed(exchange("best").receive(message)).code is Failure.MALFORMED
    assert exchange("tls1.2").receive(message) is None


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("mail.example.org", b"mail.example.org"),
        ("mail.example.org.", b"mail.example.org"),
        ("bücher.example", b"xn--bcher-kva.example"),
        ("192.0.2.1", None),
        ("2001:db8::1", None),
        (None, None),
    ],
)
def test_a_name_is_sent_as_an_a_label_and_an_address_not_at_all(
    name: str | None, sent: bytes | None
) -> None:
    assert name_to_ask_for(name) == sent


@pytest.mark.parametrize("name", ["", ".", "a" * 64, ("a" * 60 + ".") * 5, "a..b"])
def test_a_name_that_dns_could_not_hold_is_left_to_a_full_handshake(name: str) -> None:
    with pytest.raises(HandshakeFault) as caught:
        name_to_ask_for(name)
    assert caught.value.failed.code is Failure.UNSUPPORTED


def test_a_server_that_never_stops_is_cut_off() -> None:
    client = exchange()
    warning = _record(21, b"\x01\x70")
    rounds = LIMIT_BYTES // (len(warning) * 1000)
    assert all(client.receive(warning * 1000) is None for _ in range(rounds))
    result = failed(client.receive(warning * 1000))
    assert result.code is Failure.MALFORMED
    assert "320 KiB" in result.why


def test_a_message_of_endless_length_is_refused_at_its_header() -> None:
    result = failed(exchange().receive(_record(22, b"\x02\xff\xff\xff")))
    assert result.code is Failure.MALFORMED
    assert "256 KiB" in result.why


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"220 mail.example.org ESMTP\r\n",
        b"\x80\x2e\x01",
        b"\x16\x02\x00",
        b"\x17\x03\x03\x00\x01x",
        b"\x16\x03\x03\xff\xff",
        b"\x16\x03\x03\x00\x00",
        b"\x15\x03\x03\x00\x03\x02\x28\x00",
        b"\x14\x03\x03\x00\x01\x01",
    ],
)
def test_what_is_not_tls_is_malformed(data: bytes) -> None:
    assert failed(exchange().receive(data)).code is Failure.MALFORMED


def _hello12() -> bytes:
    return b"\x03\x03" + bytes(32) + b"\x00" + b"\xc0\x2b" + b"\x00"


@given(st.binary(max_size=400))
@example(b"")
def test_any_bytes_end_in_an_outcome_or_in_waiting(data: bytes) -> None:
    result = exchange().receive(data)
    assert result is None or failed(result).why


messages = st.tuples(st.integers(0, 30), st.binary(max_size=120)).map(lambda pair: _message(*pair))
records = st.tuples(st.integers(20, 23), st.lists(messages, max_size=3).map(b"".join)).map(
    lambda pair: _record(*pair)
)


@given(st.lists(records, max_size=4).map(b"".join), st.sampled_from(["hello", "nothing"]))
def test_any_records_end_in_an_outcome_or_in_waiting(data: bytes, start: str) -> None:
    client = exchange("best")
    if start == "hello":
        assert client.receive(_record(22, _message(2, _hello12()))) is None
    result = client.receive(data)
    assert result is None or failed(result).why
