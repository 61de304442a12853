"""The table of odd servers: broken proofs, silence, refusals, sizes, other addresses, files.

What the words in it mean stands in the bad-certificate table.
"""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509

from tests.farm import raw
from tests.farm.authority import (
    DAY,
    HOST,
    NOW,
    Issued,
    der_element,
    ec_key,
    issue,
    revocation_list,
    version_one,
    with_negative_serial,
)
from tests.farm.checking import Case
from tests.farm.lab import Lab, Row, Table

TABLE = Table()
BACKENDS = ("127.0.0.21", "127.0.0.22")


@TABLE.row("50 replayed flight", "fail", "does not hold the key")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    context = lab.farm.context((leaf.chain, leaf))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    flight = raw.recorded_flight(lab.farm.tls(context))
    return Case(lab.farm.plain(raw.replay(flight)), promise={"roots": lab.roots})


@TABLE.row("51 key of another certificate", "fail", "does not hold the key")
def _(lab: Lab) -> Case:
    handler = raw.wrong_key(lab.leaf().chain, ec_key("somebody else"))
    return Case(lab.farm.plain(handler), promise={"roots": lab.roots})


@TABLE.row("52 server that wants a hello retry", "pass")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    context = lab.farm.context((leaf.chain, leaf))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_ecdh_curve("secp384r1")
    return Case(lab.farm.tls(context), promise={"roots": lab.roots})


@TABLE.row("53 post-quantum group only", "unknown", "handshake fails")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.post_quantum_only), promise={"roots": lab.roots})


@TABLE.row("54 nothing in common", "unknown", "handshake failure")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.alert(40)), promise={"roots": lab.roots})


@TABLE.row("55 silent after the hello", "unknown", "said nothing within 0.5 s")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.silent), timeout_seconds=0.5, promise={"roots": lab.roots})


@TABLE.row("56 dripping for ever", "unknown", "did not come to an end within 0.5 s")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.dripping), timeout_seconds=0.5, promise={"roots": lab.roots})


@TABLE.row("57 alert unrecognized_name", "fail", "no certificate for this name")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.alert(112)), promise={"roots": lab.roots})


@TABLE.row("58 alert that says nothing of certificates", "unknown", "alert internal error")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.alert(80)), promise={"roots": lab.roots})


@TABLE.row("59 chain of 90 KB", "warn", "issued none of the others")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    return lab.case(leaf, (*leaf.chain, _padding(lab, 45_000).der, _padding(lab, 45_000).der))


@TABLE.row("60 chain over 100 KB", "fail", "larger than the 100 KB")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    return lab.case(leaf, (*leaf.chain, _padding(lab, 60_000).der, _padding(lab, 45_000).der))


def _padding(lab: Lab, size: int) -> Issued:
    blob = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("1.2.3.4"), der_element(0x04, b"x" * size)
    )
    key = ec_key("padding")
    return issue("Padding", by=lab.middle, key=key, ca=True, names=None, extra=((blob, False),))


@TABLE.row("61 a thousand names, ours the last", "pass")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(names=(*(f"n{i}.example.test" for i in range(999)), HOST)))


@TABLE.row("62 stale at the IPv6 address", "fail", "at ::1")
def _(lab: Lab) -> Case:
    fresh = lab.leaf()
    old = lab.leaf(begins=NOW - 92 * DAY, ends=NOW - 2 * DAY)
    port = lab.farm.tls(lab.farm.context((fresh.chain, fresh)))
    lab.farm.tls(lab.farm.context((old.chain, old)), ("::1",), port)
    return Case(port, addresses=("127.0.0.1", "::1"), promise={"roots": lab.roots})


@TABLE.row("63 version 1 certificate", "fail", "has no subject alternative name")
def _(lab: Lab) -> Case:
    der, owner = version_one(lab.middle)
    return lab.case(owner, (der, lab.middle.der))


@TABLE.row("64 negative serial number", "fail", "serial number is not positive")
def _(lab: Lab) -> Case:
    der, owner = with_negative_serial(lab.middle)
    return lab.case(owner, (der, lab.middle.der))


@TABLE.row("65 expired revocation list", "warn", "ran out 2026-05-31")
def _(lab: Lab) -> Case:
    path = lab.farm.folder() / "crl.pem"
    path.write_bytes(revocation_list(lab.middle, [7], next_update=NOW - DAY))
    return lab.case(lab.leaf(), crl=(str(path),))


@TABLE.row("66 TLSA record of another key", "fail", "no TLSA record matches")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(), tlsa=("3 1 1 " + "ab" * 32,))


@TABLE.row("67 newer on disk than served", "fail", "is newer than the one served")
def _(lab: Lab) -> Case:
    renewed = lab.leaf(begins=NOW - DAY, ends=NOW + 89 * DAY)
    return lab.case(lab.leaf(), files=(lab.file(*renewed.chain),))


@TABLE.row("68 the same on disk as served", "pass")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    return lab.case(leaf, files=(lab.file(*leaf.chain),))


@TABLE.row("69 nobody listens", "unknown", "refused")
def _(lab: Lab) -> Case:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    return Case(port, promise={"roots": lab.roots})


@TABLE.row("70 one address refuses, the other is good", "unknown", "at 127.0.0.22")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    port = lab.farm.tls(lab.farm.context((leaf.chain, leaf)), BACKENDS[:1])
    return Case(port, addresses=BACKENDS, promise={"roots": lab.roots})


@TABLE.row("71 hangs up on the hello", "unknown", "closed the connection")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.closing), promise={"roots": lab.roots})


@TABLE.row(
    "72 speaks something else than TLS", "fail", "does not speak TLS: it answers 'HTTP/1.1 400"
)
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.web), promise={"roots": lab.roots})


@TABLE.row("73 endless greeting", "unknown", "a line over 4096 bytes")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.endless), "smtp", promise={"roots": lab.roots})


@TABLE.row("74 wants a client certificate", "pass")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    context = lab.farm.context((leaf.chain, leaf))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(lab.roots)
    return Case(lab.farm.tls(context), promise={"roots": lab.roots})


@pytest.mark.parametrize("row", TABLE.rows, ids=str)
def test_each_row_comes_to_what_it_must(row: Row, lab: Lab, tmp_path: Path) -> None:
    row.check(lab, tmp_path)
