"""Connections that are tried for real, and what answers them."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import struct
from contextlib import suppress
from typing import Any

from twiceshy.changes.sandbox.network import outside

TCP, UDP = 6, 17
ECHO = {socket.AF_INET: (8, 0, 1), socket.AF_INET6: (128, 129, 58)}
"""ICMP types of request and reply, and the protocol's number."""
IP_FREEBIND, IPV6_FREEBIND = 15, 78
IP_PKTINFO, IPV6_RECVPKTINFO = 8, 49
REFUSED = frozenset(
    {
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
        errno.EACCES,
        errno.EPERM,
        errno.ENOPROTOOPT,
        errno.EPROTO,
    }
)
"""What a REJECT looks like to its sender, in all its ways; EPERM: OUTPUT dropped it."""
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
_QUESTION = b"twiceshy"


class Tries:
    """Listeners for everything that will be tried, and the tries, all at once."""

    def __init__(self, interfaces: list[str], seconds: float) -> None:
        self._peers = {name: f"p{at}" for at, name in enumerate(interfaces)}
        self._seconds = seconds
        self._listening: dict[tuple[object, ...], socket.socket] = {}
        self._answering: set[asyncio.Task[None]] = set()

    async def all(self, tries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What became of each, in order."""
        for one in tries:
            if one["protocol"] in {TCP, UDP}:
                for port in one["listen"]:
                    self._listen(one, port)
        return list(await asyncio.gather(*(self._one(one) for one in tries)))

    def _listen(self, one: dict[str, Any], port: int) -> None:
        family = _FAMILIES[one["family"]]
        device = self._peers.get(one["oif"]) if one["oif"] else None
        key = (family, one["protocol"], device, port)
        if key in self._listening or not port:
            return
        kind = socket.SOCK_STREAM if one["protocol"] == TCP else socket.SOCK_DGRAM
        with outside(really=device is not None):
            listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if device is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        listener.settimeout(0)
        _own_everything(listener)
        if kind == socket.SOCK_DGRAM:
            # An answer has to come from the address that was asked.
            if family == socket.AF_INET:
                listener.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
            else:
                listener.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
        listener.bind(("", port))
        if kind == socket.SOCK_STREAM:
            listener.listen(256)
        self._listening[key] = listener
        answer = self._accept if kind == socket.SOCK_STREAM else self._echo
        asyncio.get_running_loop().add_reader(listener.fileno(), answer, listener)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            connection.settimeout(0)
            task = asyncio.get_running_loop().create_task(self._talk(connection))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _talk(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with connection, suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._seconds):
                await loop.sock_sendall(connection, await loop.sock_recv(connection, 64))

    @staticmethod
    def _echo(listener: socket.socket) -> None:
        with suppress(OSError):
            data, asked, _, sender = listener.recvmsg(64, 256)
            # What told which address was asked for says the same when sent back.
            listener.sendmsg([data], asked, 0, sender)

    async def _one(self, one: dict[str, Any]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self._seconds):
                if one["protocol"] == TCP:
                    await self._talk_to(one, socket.SOCK_STREAM)
                elif one["protocol"] == UDP:
                    await self._talk_to(one, socket.SOCK_DGRAM)
                else:
                    await self._ping(one)
        except TimeoutError:
            return {"result": "silent", "detail": f"no answer in {self._seconds:g} s"}
        except OSError as error:
            told = os.strerror(error.errno) if error.errno else str(error)
            return {"result": "refused" if error.errno in REFUSED else "untried", "detail": told}
        return {"result": "passed", "detail": "answered"}

    def _socket(self, one: dict[str, Any], kind: int, protocol: int = 0) -> socket.socket:
        family = _FAMILIES[one["family"]]
        device = self._peers.get(one["iif"]) if one["iif"] else None
        with outside(really=device is not None):
            made = socket.socket(family, kind, protocol)
        made.settimeout(0)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if device is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        _own_everything(made)
        if one["ttl"]:
            if family == socket.AF_INET:
                made.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, one["ttl"])
            else:
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, one["ttl"])
        return made

    async def _talk_to(self, one: dict[str, Any], kind: int) -> None:
        loop = asyncio.get_running_loop()
        with self._socket(one, kind) as made:
            made.bind((one["saddr"], one["sport"]))
            await loop.sock_connect(made, (one["daddr"], one["dport"]))
            await loop.sock_sendall(made, _QUESTION)
            if await loop.sock_recv(made, 64) != _QUESTION:
                raise ConnectionResetError(104, "the connection ended without an answer")

    async def _ping(self, one: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        family = _FAMILIES[one["family"]]
        request, reply, protocol = ECHO[family]
        with self._socket(one, socket.SOCK_RAW, protocol) as made:
            made.bind((one["saddr"], 0))
            made.connect((one["daddr"], 0))
            packet = struct.pack("!BBHHH", request, 0, 0, one["number"], 1) + _QUESTION
            await loop.sock_sendall(made, _summed(packet))
            while True:
                data = await loop.sock_recv(made, 2048)
                body = data[20:] if family == socket.AF_INET else data
                kind, _, _, number, _ = struct.unpack_from("!BBHHH", body)
                if kind == reply and number == one["number"]:
                    return


def _own_everything(made: socket.socket) -> None:
    """Let a socket bind to addresses that are no interface's, and answer from them."""
    if made.family == socket.AF_INET:
        made.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
    else:
        made.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)


def _summed(packet: bytes) -> bytes:
    total = 0xFFFF - int.from_bytes(packet, "big") % 0xFFFF
    return packet[:2] + struct.pack("!H", total) + packet[4:]
