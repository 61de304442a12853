"""The half handshake on the wire: real sockets on loopback, on asyncio's loop and on uvloop's."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvloop
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twiceshy.probes.tls.half import Failure, HalfFailed, HalfSeen, half_handshake
from twiceshy.probes.tls.half_hello import Versions
from twiceshy.probes.tls.half_poller import LoopPoller, Poller, poller_of

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(params=["asyncio", "uvloop", "no epoll"])
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop
    if request.param == "no epoll":
        monkeypatch.setattr("twiceshy.probes.tls.half_connection.poller_of", LoopPoller)
    with asyncio.Runner(loop_factory=factory) as runner:
        yield runner.run


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `ec.pem`, `rsa.pem`, `ed25519.pem` (self-signed) and their `.key` files."""
    folder = tmp_path_factory.mktemp("certificates")
    kinds = {
        "ec": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "rsa": ["rsa:2048"],
        "ed25519": ["ed25519"],
    }
    for name, kind in kinds.items():
        request = [
            "openssl",
            "req",
            "-x509",
            "-nodes",
            "-subj",
            f"/CN={name}.test",
        ]
        files: list[str | Path] = [
            "-keyout",
            folder / f"{name}.key",
            "-out",
            folder / f"{name}.pem",
        ]
        subprocess.run([*request, "-newkey", *kind, *files], check=True, capture_output=True)
    return folder


def der(folder: Path, name: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert((folder / f"{name}.pem").read_text())


@contextlib.contextmanager
def openssl_server(folder: Path, name: str, *options: str) -> Iterator[int]:
    """`openssl s_server` with that certificate; gives its port."""
    arguments = ["-accept", "127.0.0.1:0", "-naccept", "1"]
    identity = ["-cert", str(folder / f"{name}.pem"), "-key", str(folder / f"{name}.key")]
    with subprocess.Popen(
        ["openssl", "s_server", *arguments, *identity, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            line = next(line for line in process.stdout if line.startswith("ACCEPT"))
            yield int(line.rsplit(":", 1)[1])
        finally:
            process.kill()


@contextlib.asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[int]:
    """A server on a free port that talks like that to everyone who connects."""
    conversations: set[asyncio.Task[None]] = set()

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations.add(task)
        with contextlib.suppress(ConnectionError):
            await talk(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*conversations)


async def look(port: int, **changed: Any) -> HalfSeen | HalfFailed:
    asked: dict[str, Any] = {"server_name": "a.test", "timeout_seconds": 20.0} | changed
    return await half_handshake("127.0.0.1", port, **asked)


def failed(result: HalfSeen | HalfFailed) -> HalfFailed:
    assert isinstance(result, HalfFailed)
    return result


@pytest.mark.parametrize("name", ["ec", "rsa", "ed25519"])
@pytest.mark.parametrize(("version", "wording"), [("tls1_2", "TLSv1.2"), ("tls1_3", "TLSv1.3")])
def test_it_sees_the_chain_of_a_real_server(
    certificates: Path, run: Run, name: str, version: str, wording: str
) -> None:
    with openssl_server(certificates, name, f"-{version}") as port:
        seen = run(look(port))
    assert seen == HalfSeen((der(certificates, name),), wording, stapled=False)


@pytest.mark.parametrize(
    ("option", "wording", "connections"),
    [("-tls1_3", "TLSv1.3", 2), ("-tls1_2", "TLSv1.2", 1), ("-no_ssl3", "TLSv1.2", 1)],
)
def test_asked_for_tls_12_first_it_takes_tls_13_where_it_must(
    certificates: Path, run: Run, option: str, wording: str, connections: int
) -> None:
    with openssl_server(certificates, "ec", option, "-naccept", str(connections)) as port:
        seen = run(look(port, versions="tls1.2-first"))
    assert seen == HalfSeen((der(certificates, "ec"),), wording, stapled=False)


@pytest.mark.parametrize("versions", ["tls1.2", "tls1.3"])
def test_it_sees_that_an_ocsp_answer_is_stapled(
    certificates: Path, tmp_path: Path, run: Run, versions: Versions
) -> None:
    answer = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    staple = tmp_path / "staple.der"
    staple.write_bytes(answer.public_bytes(Encoding.DER))
    with openssl_server(certificates, "ec", "-status_file", str(staple)) as port:
        seen = run(look(port, versions=versions))
    assert isinstance(seen, HalfSeen)
    assert seen.stapled


def test_a_server_for_other_groups_only_is_left_to_a_full_handshake(
    certificates: Path, run: Run
) -> None:
    with openssl_server(certificates, "ec", "-tls1_3", "-groups", "P-384:P-521") as port:
        assert failed(run(look(port))).code is Failure.UNSUPPORTED


def test_a_server_with_static_keys_only_is_left_to_a_full_handshake(
    certificates: Path, run: Run
) -> None:
    with openssl_server(certificates, "rsa", "-tls1_2", "-cipher", "AES128-SHA") as port:
        assert failed(run(look(port))).code is Failure.UNSUPPORTED


def test_a_name_the_server_does_not_know_is_an_alert(certificates: Path, run: Run) -> None:
    second = ["-cert2", str(certificates / "ec.pem"), "-key2", str(certificates / "ec.key")]
    strict = ["-servername", "known.test", "-servername_fatal", *second]
    with openssl_server(certificates, "ec", *strict) as port:
        result = failed(run(look(port)))
    assert (result.code, result.alert) == (Failure.ALERT, "unrecognized_name")
    with openssl_server(certificates, "ec", *strict) as port:
        assert isinstance(run(look(port, server_name="known.test")), HalfSeen)


@pytest.mark.parametrize(("key_type", "name"), [("ecdsa", "ec"), ("rsa", "rsa")])
def test_it_sees_the_twin_it_asks_for(
    certificates: Path, run: Run, key_type: str, name: str
) -> None:
    twin = ["-dcert", str(certificates / "rsa.pem"), "-dkey", str(certificates / "rsa.key")]
    with openssl_server(certificates, "ec", *twin) as port:
        seen = run(look(port, key_type=key_type))
    assert isinstance(seen, HalfSeen)
    assert seen.chain_der == (der(certificates, name),)


def test_a_recorded_flight_from_another_server_proves_nothing(certificates: Path, run: Run) -> None:
    recording = bytearray()

    async def scene(upstream: int) -> tuple[HalfSeen | HalfFailed, HalfSeen | HalfFailed]:
        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            server, to_server = await asyncio.open_connection("127.0.0.1", upstream)
            to_server.write(await reader.read(4096))
            writer.write(piece := await server.read(65536))
            recording.extend(piece)
            await reader.read()
            to_server.close()

        async def replay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(4096)
            writer.write(bytes(recording))

        async with serving(relay) as port:
            honest = await look(port, versions="tls1.2")
        async with serving(replay) as port:
            return honest, await look(port, versions="tls1.2")

    with openssl_server(certificates, "ec", "-tls1_2") as upstream:
        honest, replayed = run(scene(upstream))
    assert isinstance(honest, HalfSeen)
    assert failed(replayed).code is Failure.BAD_SIGNATURE


def test_a_server_that_hangs_after_the_hello_costs_the_timeout_and_no_more(run: Run) -> None:
    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()  # ends when the client hangs up

    async def scene() -> HalfSeen | HalfFailed:
        async with serving(hang) as port:
            return await look(port, timeout_seconds=0.05)

    result = failed(run(scene()))
    assert result == HalfFailed(
        "no answer, or none that comes to an end, within 0.05 s", Failure.TIMED_OUT
    )


def test_bytes_that_drip_do_not_stretch_the_timeout(run: Run) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        while True:
            writer.write(b"\x15\x03\x03\x00\x02\x01\x70")
            await writer.drain()
            await asyncio.sleep(0.01)

    async def scene() -> HalfSeen | HalfFailed:
        async with serving(drip) as port:
            return await look(port, timeout_seconds=0.1)

    assert failed(run(scene())).code is Failure.TIMED_OUT


def test_a_server_that_never_stops_sending_is_cut_off(run: Run) -> None:
    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"\x15\x03\x03\x00\x02\x01\x70" * 1000)
            await writer.drain()

    async def scene() -> HalfSeen | HalfFailed:
        async with serving(flood) as port:
            return await look(port)

    assert failed(run(scene())).code is Failure.MALFORMED


def test_a_server_that_hangs_up_has_closed(run: Run) -> None:
    async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(4096)

    async def scene() -> HalfSeen | HalfFailed:
        async with serving(hang_up) as port:
            return await look(port)

    assert failed(run(scene())).code is Failure.CLOSED


def test_a_port_nobody_listens_on_refuses(run: Run) -> None:
    async def nobody(*_: object) -> None:
        return None

    async def scene() -> HalfSeen | HalfFailed:
        async with serving(nobody) as port:
            pass
        return await look(port)

    assert failed(run(scene())).code is Failure.REFUSED


def test_an_address_without_a_way_to_it_is_unreachable(run: Run) -> None:
    # 240.0.0.0/4 is reserved: the kernel has no route or refuses to use one.
    result = run(half_handshake("255.255.255.255", 443, server_name=None, timeout_seconds=5.0))
    assert failed(result).code is Failure.UNREACHABLE


def test_a_name_in_place_of_an_address_is_not_looked_up(run: Run) -> None:
    result = run(half_handshake("localhost", 443, server_name=None, timeout_seconds=5.0))
    assert failed(result).code is Failure.UNREACHABLE


def test_many_at_once_do_not_get_in_each_others_way(certificates: Path, run: Run) -> None:
    async def scene(upstream: int) -> list[HalfSeen | HalfFailed]:
        async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            await reader.read(4096)

        async with serving(hang_up) as port:
            return await asyncio.gather(*(look(one) for _ in range(40) for one in (upstream, port)))

    with openssl_server(certificates, "ec", "-naccept", "40") as upstream:
        outcomes = run(scene(upstream))
    assert all(isinstance(seen, HalfSeen) for seen in outcomes[::2])
    assert {failed(result).code for result in outcomes[1::2]} == {Failure.CLOSED}


@pytest.mark.parametrize("poller", [LoopPoller, poller_of])
def test_a_connection_that_takes_its_time_gets_the_hello_when_it_stands(
    certificates: Path, monkeypatch: pytest.MonkeyPatch, poller: Callable[..., Poller]
) -> None:
    monkeypatch.setattr("twiceshy.probes.tls.half_connection.poller_of", poller)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "ec.pem", certificates / "ec.key")

    async def scene(listener: socket.socket) -> HalfSeen | HalfFailed:
        port = listener.getsockname()[1]
        # Nobody accepts, so the queue is full, and the kernel lets the next one wait.
        first = [await asyncio.open_connection("127.0.0.1", port)]
        looking = asyncio.create_task(look(port))
        await asyncio.sleep(0)
        server = await asyncio.start_server(lambda *_: None, sock=listener, ssl=context)
        seen = await looking
        for _, writer in first:
            writer.close()
        server.close()
        return seen

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        with asyncio.Runner() as runner:
            assert isinstance(runner.run(scene(listener)), HalfSeen)


@pytest.mark.parametrize(
    ("scheme", "dialog"),
    [
        (
            "smtp",
            [
                (b"", b"220 mail ESMTP\r\n"),
                (b"EHLO [127.0.0.1]\r\n", b"250-mail\r\n250 STARTTLS\r\n"),
                (b"STARTTLS\r\n", b"220 ready\r\n"),
            ],
        ),
        ("postgres", [(b"\x00\x00\x00\x08\x04\xd2\x16\x2f", b"S")]),
    ],
)
def test_it_speaks_the_protocol_up_to_its_starttls(
    certificates: Path, run: Run, scheme: str, dialog: list[tuple[bytes, bytes]]
) -> None:
    async def scene(upstream: int) -> HalfSeen | HalfFailed:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for heard, said in dialog:
                assert await reader.readexactly(len(heard)) == heard
                writer.write(said)
            server, to_server = await asyncio.open_connection("127.0.0.1", upstream)
            to_server.write(await reader.read(4096))
            writer.write(await server.read(65536))
            await reader.read()
            to_server.close()

        async with serving(talk) as port:
            return await look(port, scheme=scheme)

    with openssl_server(certificates, "ec", "-tls1_2") as upstream:
        seen = run(scene(upstream))
    assert isinstance(seen, HalfSeen)


def test_a_server_without_starttls_says_so(run: Run) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail ESMTP\r\n")
        await reader.readline()
        writer.write(b"250 mail\r\n")
        assert await reader.read() == b"QUIT\r\n"

    async def scene() -> HalfSeen | HalfFailed:
        async with serving(talk) as port:
            return await look(port, scheme="smtp")

    result = failed(run(scene()))
    assert result == HalfFailed("the server does not offer STARTTLS", Failure.STARTTLS)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=300))
def test_any_bytes_as_an_answer_end_in_an_outcome(run: Run, data: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(data)

    async def scene() -> HalfSeen | HalfFailed:
        async with serving(answer) as port:
            return await look(port)

    assert failed(run(scene())).why
