"""The bad-certificate table, every row of it on the wire.

Each row is a real server on loopback, looked at by the probe and judged by the rules. What a row
must come to is decided by this table:

* `fail`: Broken, serious or critical. Some or all clients turn away, now or very soon.
* `warn`: Broken, a warning. All clients get through today.
* `pass`: Holds. No alarm may be raised.
* `unknown`: Unknown, with the reason. The certificate could not be seen, so nothing is said of it.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.farm import raw
from tests.farm.authority import (
    DAY,
    HOST,
    NOW,
    Issued,
    der_element,
    ec_key,
    intermediate,
    issue,
    pem,
    revocation_list,
    root,
    rsa_key,
    sha1_leaf,
    version_one,
    with_negative_serial,
)
from tests.farm.checking import Case, verdict_of
from tests.farm.servers import Farm
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown, Verdict

BACKENDS = ("127.0.0.21", "127.0.0.22", "127.0.0.23", "127.0.0.24")


class Lab:
    """One authority, and ways to serve what it issues."""

    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.root = root()
        self.middle = intermediate(self.root)
        self.roots = self.store(self.root)

    def store(self, *roots: Issued) -> str:
        path = self.farm.folder() / "roots.pem"
        path.write_bytes(b"".join(one.pem for one in roots))
        return str(path)

    def file(self, *ders: bytes) -> str:
        path = self.farm.folder() / "fullchain.pem"
        path.write_bytes(b"".join(pem(der) for der in ders))
        return str(path)

    def serve(
        self, leaf: Issued, chain: tuple[bytes, ...] | None = None, *, lax: bool = False
    ) -> int:
        return self.farm.tls(self.farm.context((chain or leaf.chain, leaf), lax=lax))

    def case(self, leaf: Issued, chain: tuple[bytes, ...] | None = None, **promise: object) -> Case:
        """One address that serves `leaf`, under the lab's root."""
        return Case(self.serve(leaf, chain), promise={"roots": self.roots, **promise})

    def leaf(self, **settings: object) -> Issued:
        return issue(by=self.middle, **settings)  # type: ignore[arg-type] # each test names fields of issue()


@pytest.fixture(scope="module")
def lab(farm: Farm) -> Lab:
    return Lab(farm)


Build = Callable[[Lab], Case]


@dataclass(frozen=True)
class Row:
    """A row of the table: what is wrong, what it must come to, and a word the verdict must say."""

    title: str
    must: str
    says: str
    build: Build

    def __str__(self) -> str:
        return self.title.replace(" ", "-")


TABLE: list[Row] = []


def row(title: str, must: str, says: str = "") -> Callable[[Build], Build]:
    def enter(build: Build) -> Build:
        TABLE.append(Row(title, must, says, build))
        return build

    return enter


@row("01 good", "pass", "ends 2026-07-31 12:00 UTC (in 60 days)")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf())


@row("02 expired", "fail", "expired 2026-05-30 12:00 UTC (2 days ago)")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(begins=NOW - 92 * DAY, ends=NOW - 2 * DAY))


@row("03 five days left", "warn", "ends 2026-06-06 12:00 UTC (in 5 days)")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(begins=NOW - 40 * DAY, ends=NOW + 5 * DAY))


@row("03 five days left of 21 promised", "warn", "21 days were promised")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(begins=NOW - 85 * DAY, ends=NOW + 5 * DAY), days=21)


@row("04 not yet valid", "fail", "not valid before 2026-06-03")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(begins=NOW + 2 * DAY, ends=NOW + 92 * DAY))


@row("05 wrong host", "fail", "is not for mail.example.test but for other.example.test")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(names=("other.example.test",)))


@row("06 self-signed", "fail", "signed by itself")
def _(lab: Lab) -> Case:
    own = issue()
    return lab.case(own, (own.der,))


@row("07 untrusted root", "fail", "'Other Root' of 'Other Intermediate' was not sent and is not")
def _(lab: Lab) -> Case:
    other = intermediate(root("Other Root"), "Other Intermediate")
    return lab.case(issue(by=other))


@row("07 untrusted root sent along", "fail", "ends in 'Other Root', which is not among")
def _(lab: Lab) -> Case:
    anchor = root("Other Root")
    other = intermediate(anchor, "Other Intermediate")
    leaf = issue(by=other)
    return lab.case(leaf, (*leaf.chain, anchor.der))


@row("08 missing intermediate", "fail", "'Lab Intermediate' of 'mail.example.test' was not sent")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    return lab.case(leaf, (leaf.der,))


@row("09 expired intermediate", "fail", "issuer's certificate 'Lab Intermediate' expired")
def _(lab: Lab) -> Case:
    old = intermediate(lab.root, begins=NOW - 900 * DAY, ends=NOW - 3 * DAY)
    return lab.case(issue(by=old))


@row("10 intermediate ends in 7 days", "warn", "'Lab Intermediate' ends 2026-06-08")
def _(lab: Lab) -> Case:
    return lab.case(issue(by=intermediate(lab.root, ends=NOW + 7 * DAY)))


@row("11 expired root in the store", "fail", "trusted root 'Old Root' expired")
def _(lab: Lab) -> Case:
    old = root("Old Root", ends=NOW - DAY)
    case = lab.case(issue(by=intermediate(old, "Old Intermediate")))
    return Case(case.port, promise={"roots": lab.store(old)})


@row("12 cross-signed by an expired root, another path is good", "pass", "in 60 days")
def _(lab: Lab) -> Case:
    ancient = root("Ancient Root", ends=NOW - 2 * DAY)
    cross = issue(
        "Lab Root",
        by=ancient,
        key=lab.root.key,
        ca=True,
        begins=NOW - 3000 * DAY,
        ends=NOW - 2 * DAY,
    )
    leaf = lab.leaf()
    port = lab.serve(leaf, (*leaf.chain, cross.der))
    return Case(port, promise={"roots": lab.store(ancient, lab.root)})


@row(
    "13 signed with SHA-1",
    "fail",
    "is signed with SHA-1, which clients no longer accept; 'mail.example.test'",
)
def _(lab: Lab) -> Case:
    leaf = sha1_leaf(lab.middle)
    return Case(lab.serve(leaf, lax=True), promise={"roots": lab.roots})


@row("14 common name only", "fail", "has no subject alternative name")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(names=None))


@row("15 wildcard two labels deep", "fail", "not for mail.example.test but for *.test")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(names=("*.test",)))


@row("16 partial wildcard", "fail", "not for mail.example.test but for ma*.example.test")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(names=("ma*.example.test",)))


@row("17 wildcard at the apex", "fail", "not for example.test but for *.example.test")
def _(lab: Lab) -> Case:
    case = lab.case(lab.leaf(names=("*.example.test",)))
    return Case(case.port, name="example.test", promise=case.promise)


@row("18 IP address as a host name", "fail", "has the address 127.0.0.1 as a host name")
def _(lab: Lab) -> Case:
    case = lab.case(lab.leaf(names=("127.0.0.1",)))
    return Case(case.port, name="127.0.0.1", promise=case.promise)


@row("19 IP address as an IP address", "pass")
def _(lab: Lab) -> Case:
    case = lab.case(lab.leaf(names=("ip:127.0.0.1",)))
    return Case(case.port, name="127.0.0.1", promise=case.promise)


@row("20 international name in its A-label form", "pass")
def _(lab: Lab) -> Case:
    case = lab.case(lab.leaf(names=("xn--bcher-kva.example.test",)))
    return Case(case.port, name="bücher.example.test", promise=case.promise)


@row("21 international name in raw UTF-8", "fail", "not for xn--bcher-kva.example.test")
def _(lab: Lab) -> Case:
    name = der_element(0x82, "bücher.example.test".encode())
    extension = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("2.5.29.17"), der_element(0x30, name)
    )
    case = lab.case(lab.leaf(names=None, extra=((extension, False),)))
    return Case(case.port, name="xn--bcher-kva.example.test", promise=case.promise)


@row("22 for clients only", "fail", "does not allow a TLS server")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(usage=(ExtendedKeyUsageOID.CLIENT_AUTH,)))


@row("23 leaf sent twice", "warn", "sent more than once")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    return lab.case(leaf, (leaf.der, *leaf.chain))


@row("24 chain in the wrong order", "warn", "not sent in the order of issue")
def _(lab: Lab) -> Case:
    low = intermediate(lab.middle, "Lab Low")
    leaf = issue(by=low)
    return lab.case(leaf, (leaf.der, lab.middle.der, low.der))


@row("25 root sent along", "warn", "the root 'Lab Root' is sent along")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    return lab.case(leaf, (*leaf.chain, lab.root.der))


@row("26 outside the issuer's name constraints", "fail", "may not issue for mail.example.test")
def _(lab: Lab) -> Case:
    limits = x509.NameConstraints([x509.DNSName("allowed.test")], None)
    return lab.case(issue(by=intermediate(lab.root, extra=((limits, True),))))


@row("27 path longer than allowed", "fail", "allows 0 authorities below it, and there are 1")
def _(lab: Lab) -> Case:
    high = intermediate(lab.root, "Lab High", path_length=0)
    return lab.case(issue(by=intermediate(high, "Lab Low")))


@row("28 issuer is no authority", "fail", "issued a certificate and is no authority")
def _(lab: Lab) -> Case:
    impostor = issue("Impostor", by=lab.middle, key=ec_key("impostor"), names=("x.test",))
    return lab.case(issue(by=impostor))


@row("29 RSA key of 1024 bits", "fail", "RSA 1024, shorter than 2048 bits")
def _(lab: Lab) -> Case:
    leaf = lab.leaf(key=rsa_key(1024))
    return Case(lab.serve(leaf, lax=True), promise={"roots": lab.roots})


@row("30 must-staple without a staple", "fail", "(must-staple), and it does not")
def _(lab: Lab) -> Case:
    feature = x509.TLSFeature([x509.TLSFeatureType.status_request])
    return lab.case(lab.leaf(extra=((feature, False),)))


@row("31 life of 825 days", "warn", "was issued for 825 days, longer than 398")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(begins=NOW - DAY, ends=NOW + 824 * DAY))


@row("32 unknown critical extension", "fail", "critical extension 1.2.3.4")
def _(lab: Lab) -> Case:
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    return lab.case(lab.leaf(extra=((extension, True),)))


@row("33 leaf marked as an authority", "warn", "marked as an authority's (CA:TRUE)")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(ca=True))


@row("34 no extended key usage", "pass")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(usage=None))


@row("35 revoked", "fail", "was revoked on 2026-05-23 12:00 UTC")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    path = lab.farm.folder() / "crl.pem"
    path.write_bytes(revocation_list(lab.middle, [leaf.certificate.serial_number]))
    return lab.case(leaf, crl=(str(path),))


@row("36 RSA twin expired", "fail", "expired 2026-05-30 12:00 UTC (2 days ago)")
def _(lab: Lab) -> Case:
    fresh = lab.leaf()
    old = lab.leaf(key=rsa_key(), begins=NOW - 92 * DAY, ends=NOW - 2 * DAY)
    port = lab.farm.tls(lab.farm.context((fresh.chain, fresh), (old.chain, old)))
    return Case(port, promise={"roots": lab.roots})


@row("37 default certificate expired for clients without a name", "warn", "no name sent")
def _(lab: Lab) -> Case:
    fresh = lab.leaf()
    old = lab.leaf(names=("old.test",), begins=NOW - 92 * DAY, ends=NOW - 2 * DAY)
    named = lab.farm.context((fresh.chain, fresh))
    unnamed = lab.farm.context((old.chain, old))

    def choose(tls: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        if name is not None:
            tls.context = named

    unnamed.sni_callback = choose
    return Case(lab.farm.tls(unnamed), promise={"roots": lab.roots})


@row("38 one of four addresses stale", "fail", "at 127.0.0.23")
def _(lab: Lab) -> Case:
    fresh = lab.leaf()
    old = lab.leaf(begins=NOW - 92 * DAY, ends=NOW - 2 * DAY)
    context = lab.farm.context((fresh.chain, fresh))
    port = lab.farm.tls(context, (BACKENDS[0], BACKENDS[1], BACKENDS[3]))
    lab.farm.tls(lab.farm.context((old.chain, old)), (BACKENDS[2],), port)
    return Case(port, addresses=BACKENDS, promise={"roots": lab.roots})


@row("38 one of four addresses still has the previous certificate", "fail", "than elsewhere")
def _(lab: Lab) -> Case:
    fresh = lab.leaf(begins=NOW - 2 * DAY, ends=NOW + 88 * DAY)
    previous = lab.leaf(begins=NOW - 50 * DAY, ends=NOW + 40 * DAY)
    port = lab.farm.tls(lab.farm.context((fresh.chain, fresh)), BACKENDS[:3])
    lab.farm.tls(lab.farm.context((previous.chain, previous)), BACKENDS[3:], port)
    return Case(port, addresses=BACKENDS, promise={"roots": lab.roots})


@row("39 STARTTLS with an expired certificate", "fail", "expired 2026-05-30")
def _(lab: Lab) -> Case:
    old = lab.leaf(begins=NOW - 92 * DAY, ends=NOW - 2 * DAY)
    port = lab.farm.smtp(lab.farm.context((old.chain, old)))
    return Case(port, "smtp", promise={"roots": lab.roots})


@row("40 STARTTLS good", "pass")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    port = lab.farm.smtp(lab.farm.context((leaf.chain, leaf)))
    return Case(port, "smtp", promise={"roots": lab.roots})


@row("41 STARTTLS not offered", "fail", "does not offer STARTTLS")
def _(lab: Lab) -> Case:
    return Case(lab.farm.smtp(None), "smtp", promise={"roots": lab.roots})


@row("50 replayed flight", "fail", "does not hold the key")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    context = lab.farm.context((leaf.chain, leaf))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    flight = raw.recorded_flight(lab.farm.tls(context))
    return Case(lab.farm.plain(raw.replay(flight)), promise={"roots": lab.roots})


@row("51 key of another certificate", "fail", "does not hold the key")
def _(lab: Lab) -> Case:
    handler = raw.wrong_key(lab.leaf().chain, ec_key("somebody else"))
    return Case(lab.farm.plain(handler), promise={"roots": lab.roots})


@row("52 server that wants a hello retry", "pass")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    context = lab.farm.context((leaf.chain, leaf))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_ecdh_curve("secp384r1")
    return Case(lab.farm.tls(context), promise={"roots": lab.roots})


@row("53 post-quantum group only", "unknown", "handshake fails")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.post_quantum_only), promise={"roots": lab.roots})


@row("54 nothing in common", "unknown", "handshake failure")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.alert(40)), promise={"roots": lab.roots})


@row("55 silent after the hello", "unknown", "said nothing within 0.5 s")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.silent), timeout_seconds=0.5, promise={"roots": lab.roots})


@row("56 dripping for ever", "unknown", "did not come to an end within 0.5 s")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.dripping), timeout_seconds=0.5, promise={"roots": lab.roots})


@row("57 alert unrecognized_name", "fail", "no certificate for this name")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.alert(112)), promise={"roots": lab.roots})


@row("58 alert that says nothing of certificates", "unknown", "alert internal error")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.alert(80)), promise={"roots": lab.roots})


@row("59 chain of 90 KB", "warn", "issued none of the others")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    return lab.case(leaf, (*leaf.chain, _padding(lab, 45_000).der, _padding(lab, 45_000).der))


@row("60 chain over 100 KB", "fail", "larger than the 100 KB")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    return lab.case(leaf, (*leaf.chain, _padding(lab, 60_000).der, _padding(lab, 45_000).der))


def _padding(lab: Lab, size: int) -> Issued:
    blob = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("1.2.3.4"), der_element(0x04, b"x" * size)
    )
    key = ec_key("padding")
    return issue("Padding", by=lab.middle, key=key, ca=True, names=None, extra=((blob, False),))


@row("61 a thousand names, ours the last", "pass")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(names=(*(f"n{i}.example.test" for i in range(999)), HOST)))


@row("62 stale at the IPv6 address", "fail", "at ::1")
def _(lab: Lab) -> Case:
    fresh = lab.leaf()
    old = lab.leaf(begins=NOW - 92 * DAY, ends=NOW - 2 * DAY)
    port = lab.farm.tls(lab.farm.context((fresh.chain, fresh)))
    lab.farm.tls(lab.farm.context((old.chain, old)), ("::1",), port)
    return Case(port, addresses=("127.0.0.1", "::1"), promise={"roots": lab.roots})


@row("63 version 1 certificate", "fail", "has no subject alternative name")
def _(lab: Lab) -> Case:
    der, owner = version_one(lab.middle)
    return lab.case(owner, (der, lab.middle.der))


@row("64 negative serial number", "fail", "serial number is not positive")
def _(lab: Lab) -> Case:
    der, owner = with_negative_serial(lab.middle)
    return lab.case(owner, (der, lab.middle.der))


@row("65 expired revocation list", "warn", "ran out 2026-05-31")
def _(lab: Lab) -> Case:
    path = lab.farm.folder() / "crl.pem"
    path.write_bytes(revocation_list(lab.middle, [7], next_update=NOW - DAY))
    return lab.case(lab.leaf(), crl=(str(path),))


@row("66 TLSA record of another key", "fail", "no TLSA record matches")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(), tlsa=("3 1 1 " + "ab" * 32,))


@row("67 newer on disk than served", "fail", "is newer than the one served")
def _(lab: Lab) -> Case:
    renewed = lab.leaf(begins=NOW - DAY, ends=NOW + 89 * DAY)
    return lab.case(lab.leaf(), files=(lab.file(*renewed.chain),))


@row("68 the same on disk as served", "pass")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    return lab.case(leaf, files=(lab.file(*leaf.chain),))


@row("69 nobody listens", "unknown", "refused")
def _(lab: Lab) -> Case:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    return Case(port, promise={"roots": lab.roots})


@row("70 one address refuses, the other is good", "unknown", "at 127.0.0.22")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    port = lab.farm.tls(lab.farm.context((leaf.chain, leaf)), BACKENDS[:1])
    return Case(port, addresses=BACKENDS[:2], promise={"roots": lab.roots})


@row("71 hangs up on the hello", "unknown", "closed the connection")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.closing), promise={"roots": lab.roots})


@row("72 speaks something else than TLS", "fail", "does not speak TLS: it answers 'HTTP/1.1 400")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.web), promise={"roots": lab.roots})


@row("73 endless greeting", "unknown", "a line over 4096 bytes")
def _(lab: Lab) -> Case:
    return Case(lab.farm.plain(raw.endless), "smtp", promise={"roots": lab.roots})


@row("74 wants a client certificate", "pass")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    context = lab.farm.context((leaf.chain, leaf))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(lab.roots)
    return Case(lab.farm.tls(context), promise={"roots": lab.roots})


def _word(verdict: Verdict) -> str:
    match verdict:
        case Holds():
            return "pass"
        case Unknown():
            return "unknown"
        case Broken(severity=Severity.WARNING):
            return "warn"
        case Broken():
            return "fail"


def _text(verdict: Verdict) -> str:
    said = verdict.summary if isinstance(verdict, Holds) else verdict.why
    return "\n".join((said, *(f"{one.what}: {one.found}" for one in verdict.evidence)))


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_each_row_of_the_table_comes_to_what_it_must(row: Row, lab: Lab, tmp_path: Path) -> None:
    verdict = verdict_of(row.build(lab), tmp_path)
    assert _word(verdict) == row.must, _text(verdict)
    assert row.says in _text(verdict)
    if not isinstance(verdict, Holds):
        assert verdict.next_step


def test_the_table_counts_as_its_source_does() -> None:
    counted = [row for row in TABLE if row.title[:2] <= "41"]
    first_of_each = {row.title[:2]: row.must for row in reversed(counted)}
    assert len(first_of_each) == 41
    kinds = list(first_of_each.values())
    assert [kinds.count(kind) for kind in ("fail", "pass", "warn")] == [27, 6, 8]
