"""Servers that no TLS library would be talked into: wrong keys, replays, odd hellos, silence."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.farm.servers import Handler

_RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
_POST_QUANTUM_GROUP = b"\x11\xec"


def record(content: bytes, kind: int = 22) -> bytes:
    return bytes([kind]) + b"\x03\x03" + len(content).to_bytes(2, "big") + content


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


async def client_hello(reader: asyncio.StreamReader) -> bytes:
    """The client's first handshake message."""
    head = await reader.readexactly(5)
    return await reader.readexactly(int.from_bytes(head[3:5], "big"))


def wrong_key(chain: Sequence[bytes], key: ec.EllipticCurvePrivateKey) -> Handler:
    """TLS 1.2 with `chain` and a handshake signed by a key that is not the chain's."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client_random = (await client_hello(reader))[6:38]
        server_random = os.urandom(32)
        share = (
            ec.generate_private_key(ec.SECP256R1())
            .public_key()
            .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        )
        exchange = b"\x03\x00\x17" + bytes([len(share)]) + share
        signature = key.sign(client_random + server_random + exchange, ec.ECDSA(hashes.SHA256()))
        hello = b"\x03\x03" + server_random + b"\x00" + b"\xc0\x2b" + b"\x00"
        hello += b"\x00\x05" + b"\xff\x01\x00\x01\x00"
        certificates = b"".join(len(der).to_bytes(3, "big") + der for der in chain)
        writer.write(
            record(message(2, hello))
            + record(message(11, len(certificates).to_bytes(3, "big") + certificates))
            + record(
                message(12, exchange + b"\x04\x03" + len(signature).to_bytes(2, "big") + signature)
            )
            + record(message(14, b""))
        )
        await reader.read()

    return handler


def recorded_flight(port: int) -> bytes:
    """What a real TLS 1.2 server answers to somebody's hello."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="somebody.test")
    flight = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        while True:
            with suppress(ssl.SSLWantReadError):
                tls.do_handshake()
            if flight and outgoing.pending:
                return flight
            if outgoing.pending:
                connection.sendall(outgoing.read())
            data = connection.recv(65536)
            flight += data
            incoming.write(data)


def replay(flight: bytes) -> Handler:
    """Answer every hello with the same recorded bytes."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await client_hello(reader)
        writer.write(flight)
        await reader.read()

    return handler


async def post_quantum_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ask in a HelloRetryRequest for a group that the client did not name."""
    hello = await client_hello(reader)
    session = hello[38 : 39 + hello[38]]
    extensions = b"\x00\x2b\x00\x02\x03\x04" + b"\x00\x33\x00\x02" + _POST_QUANTUM_GROUP
    body = b"\x03\x03" + _RETRY_RANDOM + session + b"\x13\x01\x00"
    body += len(extensions).to_bytes(2, "big") + extensions
    writer.write(record(message(2, body)))
    await reader.read()


def alert(number: int) -> Handler:
    """Answer every hello with a fatal alert."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await client_hello(reader)
        writer.write(record(bytes([2, number]), kind=21))
        await writer.drain()

    return handler


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Take the hello and never answer."""
    await reader.read()
    await reader.read()


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a server hello one byte at a time, for ever on the way and never done."""
    await client_hello(reader)
    writer.write(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03")
    while True:
        writer.write(b"\0")
        await writer.drain()
        await asyncio.sleep(0.02)


async def closing(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Take the hello and hang up."""
    await client_hello(reader)


async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer in HTTP, in the clear."""
    await reader.read(5)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    await writer.drain()


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Talk without ever ending a line."""
    del reader
    while True:
        writer.write(b"220" + b"x" * 4096)
        await writer.drain()
