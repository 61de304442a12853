"""Which certificate each public listener of a host serves: one TLS handshake, nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from urllib.parse import urlsplit

from cryptography import x509

from twiceshy.kinds.webserver.facts import FileState, ListenerSeen, ServedSeen, WebServerFact
from twiceshy.model.estate import Host
from twiceshy.model.reach import LOCAL
from twiceshy.probes.connecting import trouble_of
from twiceshy.probes.view import View

MOST = 64
MOST_NAMES = 5
"""Of one listener."""
_AT_ONCE = 16
_ALL = frozenset({"*", "[::]", "::", ""})


async def served_by(host: Host, seen: WebServerFact, view: View) -> tuple[ServedSeen, ...]:
    """The certificate at each socket of each listener whose files were read."""
    asked = [
        (listener, name, address, port)
        for listener in seen.listeners
        if listener.pairs
        for socket in listener.met_at
        for address, port in _addresses(socket, host)
        for name in listener.names[:MOST_NAMES]
    ][:MOST]
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def one(listener: ListenerSeen, name: str, address: str, port: int) -> ServedSeen:
        async with at_once:
            return await _served(listener, name, address, port, view)

    return tuple(await asyncio.gather(*(one(*each) for each in asked)))


def _addresses(socket: str, host: Host) -> list[tuple[str, int]]:
    """Where the socket is met: at its own address, or at those of the host."""
    address, _, port = socket.rpartition(":")
    if not port.isdigit() or port == "0":
        return []
    if address not in _ALL:
        return [(address.strip("[]"), int(port))]
    wants_ipv6 = address in {"[::]", "::"}
    known = [one for one in host.addresses if (":" in one) == wants_ipv6]
    if not known and not host.addresses:
        name = urlsplit(host.reach).hostname
        known = [("::1" if wants_ipv6 else "127.0.0.1") if host.reach == LOCAL else name or ""]
    return [(one, int(port)) for one in known if one]


async def _served(
    listener: ListenerSeen, name: str, address: str, port: int, view: View
) -> ServedSeen:
    read = [one.certificate for one in listener.pairs if one.certificate.state is FileState.READ]
    leaves = [(one.path, one.certificates[0]) for one in read]
    # nginx serves any of a server's own; HAProxy the one whose name is asked for.
    fitting = [(path, leaf) for path, leaf in leaves if name in leaf.names] or leaves
    files = tuple(path for path, _ in fitting)
    expected = tuple(leaf.sha256 for _, leaf in fitting)
    place = listener.pairs[0].certificate.place
    why_not: str | None = None
    certificate: bytes | None = None
    if len(read) < len(listener.pairs):
        why_not = "its certificate file was not read, so there is nothing to compare"
    else:
        try:
            async with asyncio.timeout(view.timeout_seconds):
                certificate = await _certificate(address, port, name)
        except TimeoutError:
            why_not = f"no answer in {view.timeout_seconds:.1f} s"
        except ssl.SSLError as error:
            why_not = f"no TLS handshake: {error.reason or error}"
        except OSError as error:
            why_not = trouble_of(error)[1]
    return ServedSeen(
        socket=f"{address}:{port}",
        name=name,
        files=files,
        place=place,
        sha256=None if certificate is None else hashlib.sha256(certificate).hexdigest(),
        not_after=None
        if certificate is None
        else x509.load_der_x509_certificate(certificate).not_valid_after_utc,
        expected=expected,
        why_not=why_not,
    )


async def _certificate(address: str, port: int, name: str) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    _, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=name)
    try:
        connection: ssl.SSLObject = writer.get_extra_info("ssl_object")
        certificate = connection.getpeercert(binary_form=True)
        assert certificate is not None, "a server always sends one"
        return certificate
    finally:
        writer.transport.abort()
