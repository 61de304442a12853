from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twiceshy.kinds.http.body import Body, UndecodableBodyError

KILOBYTE = 1024


def unpacked(packing: str, *chunks: bytes, limit: int = KILOBYTE) -> Body:
    body = Body(packing, limit)
    for chunk in chunks:
        if not body.feed(chunk):
            return body
    body.finish()
    return body


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("packing", "data"),
    [
        ("", b"hello"),
        ("identity", b"hello"),
        ("gzip", gzip.compress(b"hello", mtime=0)),
        (" GZip ", gzip.compress(b"hello", mtime=0)),
        ("x-gzip", gzip.compress(b"hel", mtime=0) + gzip.compress(b"lo", mtime=0)),
        ("gzip", gzip.compress(b"hello", mtime=0) + b"\0\0\0"),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", raw_deflate(b"hello")),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_it_unpacks_whatever_the_chunks_are(packing: str, data: bytes, size: int) -> None:
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    body = unpacked(packing, *chunks)
    assert bytes(body.content) == b"hello"
    assert body.complete


@pytest.mark.parametrize("packing", ["", "gzip", "deflate"])
def test_an_empty_body_is_complete_however_it_is_packed(packing: str) -> None:
    body = unpacked(packing)
    assert (bytes(body.content), body.complete) == (b"", True)


def test_a_body_of_just_the_limit_is_complete_and_one_more_byte_is_not() -> None:
    whole = unpacked("", b"x" * KILOBYTE)
    longer = unpacked("", b"x" * (KILOBYTE + 1))
    assert (len(whole.content), whole.complete) == (KILOBYTE, True)
    assert (len(longer.content), longer.complete) == (KILOBYTE, False)


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
def test_a_bomb_stops_at_the_limit(packing: str) -> None:
    zeros = bytes(50_000_000)
    bomb = gzip.compress(zeros, mtime=0) if packing == "gzip" else zlib.compress(zeros)
    body = Body(packing, KILOBYTE)
    assert body.feed(bomb) is False
    assert len(body.content) == KILOBYTE
    assert not body.complete


def test_packing_that_unpacks_to_nothing_for_ever_is_stopped() -> None:
    nothing = gzip.compress(b"", mtime=0) * 100
    body = Body("gzip", KILOBYTE)
    fed = 0
    while body.feed(nothing):
        fed += len(nothing)
        assert fed < 200_000
    assert not body.content


@pytest.mark.parametrize(
    ("packing", "data", "says"),
    [
        ("br", b"x", "was not asked for"),
        ("gzip, gzip", b"x", "was not asked for"),
        ("gzip", b"<html>", "not gzip"),
        ("gzip", gzip.compress(b"hello", mtime=0)[:-9], "ends in the middle"),
        ("gzip", b"\x1f", "ends in the middle"),
        ("deflate", b"\xff\xff\xff", "not deflate"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_told(packing: str, data: bytes, says: str) -> None:
    with pytest.raises(UndecodableBodyError, match=says):
        unpacked(packing, data)


@given(
    packing=st.sampled_from(["", "gzip", "deflate"]),
    chunks=st.lists(st.binary(max_size=64), max_size=20),
    begins_well=st.booleans(),
)
def test_any_bytes_are_unpacked_or_refused(
    *, packing: str, chunks: list[bytes], begins_well: bool
) -> None:
    if begins_well:
        chunks = [gzip.compress(b"x" * 2000, mtime=0), *chunks]
    try:
        body = unpacked(packing, *chunks)
    except UndecodableBodyError:
        return
    assert len(body.content) <= KILOBYTE
