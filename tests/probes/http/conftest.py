"""Real servers on loopback that answer as a test tells them, and certificates made for it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from twiceshy.kinds.http.facts import AddressSeen, HttpFact, Promise
from twiceshy.model.estate import Endpoint, Estate, Service
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId, ServiceId
from twiceshy.probes.http import look
from twiceshy.probes.view import View

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
NAME = "shop.example.org"
ANY_GOOD_ANSWER = Promise()


def clock() -> datetime:
    """Real time: OpenSSL judges the certificates made here by it."""
    return datetime.now(UTC)  # noqa: TID251 - see above


@dataclass
class Talk:
    """What the servers of one test heard, and what they say."""

    requests: list[bytes] = field(default_factory=list)

    def says(self, *parts: bytes, close: bool = True) -> Handler:
        """A handler that reads one request, writes these bytes and hangs up (or does not)."""

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            for part in parts:
                writer.write(part)
                await writer.drain()
            if not close:
                await reader.read()

        return handle

    def by_path(self, answers: Mapping[str, bytes]) -> Handler:
        """A handler that answers each path with its bytes, and any other with 404."""

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            request = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(request)
            writer.write(answers.get(request.split()[1].decode(), page(b"no", "404 Not Found")))
            await writer.drain()

        return handle


def page(body: bytes = b"hello", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@contextlib.asynccontextmanager
async def serving(
    handlers: Mapping[str, Handler], tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve each address with its handler, all at the same free port; yields the port."""
    open_ones: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def careful(handler: Handler) -> Handler:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            open_ones[task] = writer
            # The client may have seen enough, or may have cut off what it sent.
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await handler(reader, writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            del open_ones[task]

        return handle

    servers: list[asyncio.Server] = []
    port = 0
    for address, handler in handlers.items():
        server = await asyncio.start_server(careful(handler), address, port, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        servers.append(server)
    try:
        yield port
    finally:
        for server in servers:
            server.close()
        for writer in open_ones.values():
            writer.transport.abort()
        await asyncio.gather(*open_ones, return_exceptions=True)


class LookAt(Protocol):
    def __call__(
        self,
        handlers: Mapping[str, Handler],
        promise: Promise = ...,
        *,
        path: str = ...,
        scheme: str = ...,
        name: str = ...,
        tls: ssl.SSLContext | None = ...,
        addresses: tuple[str, ...] | None = ...,
        timeout_seconds: float = ...,
    ) -> HttpFact | Unseen: ...


@pytest.fixture
def talk() -> Talk:
    return Talk()


@pytest.fixture
def answer_page() -> Callable[..., bytes]:
    return page


@pytest.fixture
def look_at(tmp_path: Path) -> LookAt:
    """Serve, look as a guard would, and stop serving."""

    def run(
        handlers: Mapping[str, Handler],
        promise: Promise = ANY_GOOD_ANSWER,
        *,
        path: str = "/",
        scheme: str = "http",
        name: str = NAME,
        tls: ssl.SSLContext | None = None,
        addresses: tuple[str, ...] | None = None,
        timeout_seconds: float = 10,
    ) -> HttpFact | Unseen:
        async def look_while_serving() -> HttpFact | Unseen:
            async with serving(handlers, tls) as served:
                port = served or 1
                endpoint = Endpoint(
                    "web",
                    f"{scheme}://{name}:{port}{path}",
                    addresses=tuple(handlers) if addresses is None else addresses,
                )
                service = Service(ServiceId("shop"), endpoints=(endpoint,))
                estate = Estate(
                    str(tmp_path / "twiceshy.yaml"), services={ServiceId("shop"): service}
                )
                guard = Guard(
                    GuardId("shop-answers"), KindId("http"), "shop", promise, timedelta(minutes=1)
                )
                return await look(guard, estate, View("here", timeout_seconds, clock))

        return asyncio.run(look_while_serving())

    return run


@pytest.fixture
def the_address() -> Callable[[HttpFact | Unseen], AddressSeen]:
    """The one address of the one endpoint that was seen."""

    def only(fact: HttpFact | Unseen) -> AddressSeen:
        assert isinstance(fact, HttpFact), fact
        (endpoint,) = fact.endpoints
        (address,) = endpoint.addresses
        return address

    return only


@dataclass(frozen=True)
class Authority:
    """A CA of the test's own; `roots` is the file that trusts it."""

    folder: Path
    roots: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def server(
        self,
        *names: str,
        starts: timedelta = timedelta(days=-30),
        ends: timedelta = timedelta(days=60),
        self_signed: bool = False,
    ) -> ssl.SSLContext:
        """TLS settings with a certificate for these names, valid from and until so far from now."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(
            self.server_file(*names, starts=starts, ends=ends, self_signed=self_signed)
        )
        return context

    def server_file(
        self,
        *names: str,
        starts: timedelta = timedelta(days=-30),
        ends: timedelta = timedelta(days=60),
        self_signed: bool = False,
    ) -> Path:
        """The same as a PEM file with the certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        now = clock()
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if self_signed else self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + starts)
            .not_valid_after(now + ends)
            .add_extension(
                x509.SubjectAlternativeName([_general_name(name) for name in names]),
                critical=False,
            )
            .sign(key if self_signed else self.key, hashes.SHA256())
        )
        file = self.folder / f"{certificate.serial_number}.pem"
        file.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return file


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Authority")])
    now = clock()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=365))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    roots = folder / "roots.pem"
    roots.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(folder, roots, key, certificate)
