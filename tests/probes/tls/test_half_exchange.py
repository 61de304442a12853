"""The half handshake against OpenSSL in memory: no wire, every byte in our hands."""

from __future__ import annotations

import contextlib
import hashlib
import os
import ssl
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from twiceshy.probes.tls.half_exchange import HalfExchange
from twiceshy.probes.tls.half_hello import (
    KeyType,
    Offer,
    Versions,
)
from twiceshy.probes.tls.half_keys import SUITES, key_share, server_key
from twiceshy.probes.tls.half_outcome import Failure, HalfFailed, HalfSeen
from twiceshy.probes.tls.half_signature import _key_info

VERSIONS: tuple[Versions, ...] = ("tls1.2", "tls1.3")


@dataclass(frozen=True)
class Identity:
    """A self-signed certificate and its key, as PEM files."""

    certificate: Path
    key: Path

    @property
    def der(self) -> bytes:
        return ssl.PEM_cert_to_DER_cert(self.certificate.read_text())


KINDS = {
    "p256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "p521": ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "rsa": ["rsa:2048"],
    "ed25519": ["ed25519"],
    "ed448": ["ed448"],
}


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Identity]:
    folder = tmp_path_factory.mktemp("identities")
    return {name: _identity(folder, name, kind) for name, kind in KINDS.items()}


def _identity(folder: Path, name: str, kind: list[str]) -> Identity:
    made = Identity(folder / f"{name}.pem", folder / f"{name}.key")
    request = ["openssl", "req", "-x509", "-nodes", "-subj", f"/CN={name}", "-newkey", *kind]
    files: list[str | Path] = ["-keyout", made.key, "-out", made.certificate]
    subprocess.run([*request, *files], check=True, capture_output=True)
    return made


def server_context(*served: Identity) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    for identity in served:
        context.load_cert_chain(identity.certificate, identity.key)
    return context


def answer(context: ssl.SSLContext, hello: bytes) -> bytes:
    """What an OpenSSL server sends back to a hello."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(hello)
    # It wants our answer, or has sent an alert: either is in `outgoing`.
    with contextlib.suppress(ssl.SSLError):
        server.do_handshake()
    return outgoing.read()


def exchange(
    versions: Versions = "best", key_type: KeyType = "any", name: bytes | None = b"a.test"
) -> HalfExchange:
    return HalfExchange(Offer(name, key_type, versions), os.urandom, key_share(0))


def outcome(
    context: ssl.SSLContext, versions: Versions = "best", key_type: KeyType = "any"
) -> HalfSeen | HalfFailed | None:
    client = exchange(versions, key_type)
    return client.receive(answer(context, client.hello))


def failed(result: HalfSeen | HalfFailed | None) -> HalfFailed:
    assert isinstance(result, HalfFailed)
    return result


@pytest.mark.parametrize("name", ["p256", "p384", "p521", "rsa", "ed25519", "ed448"])
@pytest.mark.parametrize("versions", VERSIONS)
def test_it_proves_every_kind_of_key_in_both_versions(
    identities: dict[str, Identity], name: str, versions: Versions
) -> None:
    seen = outcome(server_context(identities[name]), versions)
    wording = {"tls1.2": "TLSv1.2", "tls1.3": "TLSv1.3"}[versions]
    assert seen == HalfSeen((identities[name].der,), wording, stapled=False)


@pytest.mark.parametrize("number", [0x1301, 0x1302, 0x1303])
def test_it_opens_every_suite_of_tls_13(identities: dict[str, Identity], number: int) -> None:
    # The standard library's server cannot be told a suite, so the offer is narrowed to one.
    ours = exchange("tls1.3")
    at = ours.hello.index(struct.pack(">HHHH", 6, 0x1301, 0x1302, 0x1303))
    patch = ours.hello[: at + 2] + struct.pack(">H", number) * 3 + ours.hello[at + 8 :]
    ours._hello = patch[5:]
    seen = ours.receive(answer(server_context(identities["p256"]), ours.hello))
    assert isinstance(seen, HalfSeen)


@pytest.mark.parametrize("versions", VERSIONS)
@pytest.mark.parametrize(("key_type", "name"), [("ecdsa", "p256"), ("rsa", "rsa")])
def test_it_chooses_the_certificate_of_a_server_that_has_two(
    identities: dict[str, Identity], versions: Versions, key_type: KeyType, name: str
) -> None:
    both = server_context(identities["rsa"], identities["p256"])
    seen = outcome(both, versions, key_type)
    assert isinstance(seen, HalfSeen)
    assert seen.chain_der == (identities[name].der,)


def test_best_takes_what_the_server_can(identities: dict[str, Identity]) -> None:
    context = server_context(identities["p256"])
    newest = outcome(context)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    older = outcome(context)
    assert isinstance(newest, HalfSeen)
    assert isinstance(older, HalfSeen)
    assert (newest.tls_version, older.tls_version) == ("TLSv1.3", "TLSv1.2")


@pytest.mark.parametrize("versions", VERSIONS)
def test_the_same_flight_to_another_hello_proves_nothing(
    identities: dict[str, Identity], versions: Versions
) -> None:
    recorded = exchange(versions)
    flight = answer(server_context(identities["p256"]), recorded.hello)
    assert isinstance(recorded.receive(flight), HalfSeen)
    code = failed(exchange(versions).receive(flight)).code
    assert code is Failure.BAD_SIGNATURE


def sealed(hello: bytes, *payloads: tuple[int, bytes]) -> bytes:
    """A TLS 1.3 flight from a server without any certificate key: its key exchange is genuine."""
    at = hello.index(b"\x00\x33\x00\x26\x00\x24\x00\x1d\x00\x20") + 10
    private = X25519PrivateKey.generate()
    shared = private.exchange(X25519PublicKey.from_public_bytes(hello[at : at + 32]))
    extensions = b"\x00\x2b\x00\x02\x03\x04" + b"\x00\x33\x00\x24\x00\x1d\x00\x20"
    extensions += private.public_key().public_bytes_raw()
    body = b"\x03\x03" + bytes(32) + hello[43:76] + b"\x13\x01\x00"
    server_hello = _message(2, body + len(extensions).to_bytes(2, "big") + extensions)
    transcript = hashlib.sha256(hello[5:] + server_hello).digest()
    cipher, iv = server_key(SUITES[0x1301], shared, transcript)
    assert isinstance(cipher, AESGCM)
    flight = _record(22, server_hello)
    for number, (kind, payload) in enumerate(payloads):
        header = b"\x17\x03\x03" + (len(payload) + 17).to_bytes(2, "big")
        nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
        flight += header + cipher.encrypt(nonce, payload + bytes([kind]), header)
    return flight


def messages_of(context: ssl.SSLContext) -> list[bytes]:
    """What an honest TLS 1.3 server says, decrypted."""
    client = exchange("tls1.3")
    flight = answer(context, client.hello)
    first = 5 + int.from_bytes(flight[3:5], "big")
    assert client.receive(flight[:first]) is None
    client._records.feed(flight[first:])
    records = iter(client._records.take, None)
    return [payload for kind, payload in records if kind == 22]


def test_a_replay_sealed_with_a_fresh_key_exchange_proves_nothing(
    identities: dict[str, Identity],
) -> None:
    replayed = [(22, payload) for payload in messages_of(server_context(identities["p256"]))]
    client = exchange("tls1.3")
    result = failed(client.receive(sealed(client.hello, *replayed)))
    assert result.code is Failure.BAD_SIGNATURE
    assert "did not prove" in result.why


EXTENSIONS = b"\x08\x00\x00\x02\x00\x00"


@pytest.mark.parametrize(
    ("payloads", "code"),
    [
        ([(22, EXTENSIONS), (22, b"\x19\x00\x00\x0d\x00\x02" + bytes(11))], "unsupported"),
        ([(22, b"\x0b\x00\x00\x04" + bytes(4))], "malformed"),
        ([(22, EXTENSIONS), (22, b"\x0b\x00\x00\x04" + bytes(4))], "malformed"),
        ([(22, EXTENSIONS + EXTENSIONS)], "malformed"),
        ([(22, EXTENSIONS), (22, b"\x0f\x00\x00\x04\x04\x03\x00\x00")], "malformed"),
        ([(22, EXTENSIONS), (22, b"\x14\x00\x00\x20" + bytes(32))], "malformed"),
        ([(22, b"")], "malformed"),
        ([(0, b"")], "malformed"),
        ([(23, b"hello")], "malformed"),
        ([(21, b"\x01\x28")], "unsupported"),
        ([(21, b"\x02\x50")], "alert"),
        ([(21, b"\x01\x00")], "closed"),
    ],
)
def test_what_a_server_of_tls_13_may_not_say_ends_the_handshake(
    payloads: list[tuple[int, bytes]], code: str
) -> None:
    client = exchange("tls1.3")
    assert failed(client.receive(sealed(client.hello, *payloads))).code == code


def test_a_certificate_request_is_passed_over(
    identities: dict[str, Identity],
) -> None:
    context = server_context(identities["p256"])
    context.load_verify_locations(identities["rsa"].certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    assert isinstance(outcome(context, "tls1.3"), HalfSeen)
    assert isinstance(outcome(context, "tls1.2"), HalfSeen)


def test_a_certificate_of_another_kind_of_key_does_not_go_with_the_signature(
    identities: dict[str, Identity],
) -> None:
    client = exchange("tls1.2")
    flight = answer(server_context(identities["p256"]), client.hello)
    swapped = _with_certificate(flight, identities["p256"].der, identities["ed25519"].der)
    result = failed(client.receive(swapped))
    assert result.code is Failure.MALFORMED
    assert "scheme" in result.why


def _with_certificate(flight: bytes, old: bytes, new: bytes) -> bytes:
    """The flight with another leaf in it, all lengths set right."""
    at = flight.index(old) - 15
    change = len(new) - len(old)
    record = bytearray(flight[at : at + 15])
    for start, width in ((3, 2), (6, 3), (9, 3), (12, 3)):
        value = int.from_bytes(record[start : start + width], "big") + change
        record[start : start + width] = value.to_bytes(width, "big")
    return flight[:at] + bytes(record) + new + flight[at + 15 + len(old) :]


def test_a_key_that_is_not_the_certificates_is_a_bad_signature(
    identities: dict[str, Identity], tmp_path: Path
) -> None:
    stranger = _identity(tmp_path, "p256", KINDS["p256"])
    client = exchange("tls1.2")
    flight = answer(server_context(stranger), client.hello)
    swapped = _with_certificate(flight, stranger.der, identities["p256"].der)
    assert failed(client.receive(swapped)).code is Failure.BAD_SIGNATURE


def test_a_hello_retry_request_is_left_to_a_full_handshake(
    identities: dict[str, Identity],
) -> None:
    context = server_context(identities["p256"])
    context.set_ecdh_curve("secp384r1")
    result = failed(outcome(context))
    assert result.code is Failure.UNSUPPORTED
    assert "HelloRetryRequest" in result.why


def test_a_server_without_ephemeral_keys_is_left_to_a_full_handshake(
    identities: dict[str, Identity],
) -> None:
    context = server_context(identities["rsa"])
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA:@SECLEVEL=0")
    result = failed(outcome(context))
    assert (result.code, result.alert) == (Failure.UNSUPPORTED, "handshake_failure")


@pytest.mark.parametrize("versions", ["best", "tls1.2", "tls1.3"])
def test_a_server_of_tls_10_is_left_to_a_full_handshake(
    identities: dict[str, Identity], versions: Versions
) -> None:
    context = server_context(identities["rsa"])
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        context.maximum_version = ssl.TLSVersion.TLSv1
    assert failed(outcome(context, versions)).code is Failure.UNSUPPORTED


def test_an_alert_has_its_name(identities: dict[str, Identity]) -> None:
    context = server_context(identities["p256"])
    context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    result = failed(outcome(context))
    assert (result.code, result.alert) == (Failure.ALERT, "unrecognized_name")
    assert result.why == "the server answered with the alert unrecognized_name"


def test_a_warning_before_the_hello_is_passed_over(identities: dict[str, Identity]) -> None:
    client = exchange("tls1.2")
    flight = answer(server_context(identities["p256"]), client.hello)
    assert client.receive(_record(21, b"\x01\x70")) is None
    assert isinstance(client.receive(flight), HalfSeen)


def test_the_name_asked_for_is_the_one_sent(identities: dict[str, Identity]) -> None:
    asked: list[str | None] = []
    context = server_context(identities["p256"])
    context.sni_callback = lambda _, name, __: asked.append(name)
    for name in (b"mail.example.org", None):
        client = exchange(name=name)
        assert isinstance(client.receive(answer(context, client.hello)), HalfSeen)
    assert asked == ["mail.example.org", None]


@pytest.mark.parametrize("versions", VERSIONS)
def test_bytes_that_drip_in_are_read_as_well(
    identities: dict[str, Identity], versions: Versions
) -> None:
    client = exchange(versions)
    flight = answer(server_context(identities["p256"]), client.hello)
    outcomes = [client.receive(flight[at : at + 1]) for at in range(len(flight))]
    found = [seen for seen in outcomes if seen is not None]
    assert isinstance(found[0], HalfSeen)


@pytest.mark.parametrize("versions", VERSIONS)
@pytest.mark.parametrize(("certificates", "fits"), [(300, True), (1000, False)])
def test_a_long_chain_is_read_up_to_the_limit(
    identities: dict[str, Identity],
    tmp_path: Path,
    versions: Versions,
    certificates: int,
    fits: bool,
) -> None:
    identity = identities["p256"]
    long = tmp_path / "long.pem"
    long.write_text(identity.certificate.read_text() * certificates)
    result = outcome(server_context(Identity(long, identity.key)), versions)
    if fits:
        assert isinstance(result, HalfSeen)
        assert result.chain_der == (identity.der,) * certificates
    else:
        assert failed(result).code is Failure.MALFORMED


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _record(kind: int, payload: bytes) -> bytes:
    return bytes([kind, 3, 3]) + len(payload).to_bytes(2, "big") + payload


@pytest.fixture(scope="module")
def recorded(identities: dict[str, Identity]) -> Callable[[Versions], tuple[HalfExchange, bytes]]:
    context = server_context(identities["p256"])
    clients = {versions: exchange(versions) for versions in VERSIONS}
    flights = {key: answer(context, client.hello) for key, client in clients.items()}

    def again(versions: Versions) -> tuple[HalfExchange, bytes]:
        first = clients[versions]
        copy = HalfExchange(first._offer, os.urandom, key_share(0))
        copy._random, copy._session_id = first._random, first._session_id
        copy._hello = first._hello
        return copy, flights[versions]

    return again


@given(versions=st.sampled_from(VERSIONS), at=st.integers(0, 10_000), change=st.integers(1, 255))
def test_a_flight_with_one_byte_changed_never_passes(
    recorded: Callable[[Versions], tuple[HalfExchange, bytes]],
    versions: Versions,
    at: int,
    change: int,
) -> None:
    client, flight = recorded(versions)
    genuine = client.receive(flight)
    assert isinstance(genuine, HalfSeen)
    client, flight = recorded(versions)
    broken = bytearray(flight)
    at %= len(broken)
    broken[at] ^= change
    result = client.receive(bytes(broken))
    if isinstance(result, HalfSeen):
        # Not signed: a record's version, and in TLS 1.2 all of the certificate but its key, which
        # is what the authority's signature is for.
        assert _key_info(result.chain_der[0]) == _key_info(genuine.chain_der[0])
