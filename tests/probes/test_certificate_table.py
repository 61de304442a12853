"""The bad-certificate table, every row of it on the wire.

Each row is a real server on loopback, looked at by the probe and judged by the rules. What a row
must come to is decided by this table and the one of the odd servers beside it:

* `fail`: Broken, serious or critical. Some or all clients turn away, now or very soon.
* `warn`: Broken, a warning. All clients get through today.
* `pass`: Holds. No alarm may be raised.
* `unknown`: Unknown, with the reason. The certificate could not be seen, so nothing is said of it.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.farm.authority import (
    DAY,
    NOW,
    der_element,
    ec_key,
    intermediate,
    issue,
    revocation_list,
    root,
    rsa_key,
    sha1_leaf,
)
from tests.farm.checking import Case
from tests.farm.lab import Lab, Row, Table

TABLE = Table()
BACKENDS = ("127.0.0.21", "127.0.0.22", "127.0.0.23", "127.0.0.24")


@TABLE.row("01 good", "pass", "ends 2026-07-31 12:00 UTC (in 60 days)")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf())


@TABLE.row("02 expired", "fail", "expired 2026-05-30 12:00 UTC (2 days ago)")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(begins=NOW - 92 * DAY, ends=NOW - 2 * DAY))


@TABLE.row("03 five days left", "warn", "ends 2026-06-06 12:00 UTC (in 5 days)")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(begins=NOW - 40 * DAY, ends=NOW + 5 * DAY))


@TABLE.row("03 five days left of 21 promised", "warn", "21 days were promised")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(begins=NOW - 85 * DAY, ends=NOW + 5 * DAY), days=21)


@TABLE.row("04 not yet valid", "fail", "not valid before 2026-06-03")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(begins=NOW + 2 * DAY, ends=NOW + 92 * DAY))


@TABLE.row("05 wrong host", "fail", "is not for mail.example.test but for other.example.test")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(names=("other.example.test",)))


@TABLE.row("06 self-signed", "fail", "signed by itself")
def _(lab: Lab) -> Case:
    own = issue()
    return lab.case(own, (own.der,))


@TABLE.row(
    "07 untrusted root", "fail", "'Other Root' of 'Other Intermediate' was not sent and is not"
)
def _(lab: Lab) -> Case:
    other = intermediate(root("Other Root"), "Other Intermediate")
    return lab.case(issue(by=other))


@TABLE.row("07 untrusted root sent along", "fail", "ends in 'Other Root', which is not among")
def _(lab: Lab) -> Case:
    anchor = root("Other Root")
    other = intermediate(anchor, "Other Intermediate")
    leaf = issue(by=other)
    return lab.case(leaf, (*leaf.chain, anchor.der))


@TABLE.row(
    "08 missing intermediate", "fail", "'Lab Intermediate' of 'mail.example.test' was not sent"
)
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    return lab.case(leaf, (leaf.der,))


@TABLE.row("09 expired intermediate", "fail", "issuer's certificate 'Lab Intermediate' expired")
def _(lab: Lab) -> Case:
    old = intermediate(lab.root, begins=NOW - 900 * DAY, ends=NOW - 3 * DAY)
    return lab.case(issue(by=old))


@TABLE.row("10 intermediate ends in 7 days", "warn", "'Lab Intermediate' ends 2026-06-08")
def _(lab: Lab) -> Case:
    return lab.case(issue(by=intermediate(lab.root, ends=NOW + 7 * DAY)))


@TABLE.row("11 expired root in the store", "fail", "trusted root 'Old Root' expired")
def _(lab: Lab) -> Case:
    old = root("Old Root", ends=NOW - DAY)
    case = lab.case(issue(by=intermediate(old, "Old Intermediate")))
    return Case(case.port, promise={"roots": lab.store(old)})


@TABLE.row("12 cross-signed by an expired root, another path is good", "pass", "in 60 days")
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


@TABLE.row(
    "13 signed with SHA-1",
    "fail",
    "is signed with SHA-1, which clients no longer accept; 'mail.example.test'",
)
def _(lab: Lab) -> Case:
    leaf = sha1_leaf(lab.middle)
    return Case(lab.serve(leaf, lax=True), promise={"roots": lab.roots})


@TABLE.row("14 common name only", "fail", "has no subject alternative name")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(names=None))


@TABLE.row("15 wildcard two labels deep", "fail", "not for mail.example.test but for *.test")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(names=("*.test",)))


@TABLE.row("16 partial wildcard", "fail", "not for mail.example.test but for ma*.example.test")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(names=("ma*.example.test",)))


@TABLE.row("17 wildcard at the apex", "fail", "not for example.test but for *.example.test")
def _(lab: Lab) -> Case:
    case = lab.case(lab.leaf(names=("*.example.test",)))
    return Case(case.port, name="example.test", promise=case.promise)


@TABLE.row("18 IP address as a host name", "fail", "has the address 127.0.0.1 as a host name")
def _(lab: Lab) -> Case:
    case = lab.case(lab.leaf(names=("127.0.0.1",)))
    return Case(case.port, name="127.0.0.1", promise=case.promise)


@TABLE.row("19 IP address as an IP address", "pass")
def _(lab: Lab) -> Case:
    case = lab.case(lab.leaf(names=("ip:127.0.0.1",)))
    return Case(case.port, name="127.0.0.1", promise=case.promise)


@TABLE.row("20 international name in its A-label form", "pass")
def _(lab: Lab) -> Case:
    case = lab.case(lab.leaf(names=("xn--bcher-kva.example.test",)))
    return Case(case.port, name="bücher.example.test", promise=case.promise)


@TABLE.row("21 international name in raw UTF-8", "fail", "not for xn--bcher-kva.example.test")
def _(lab: Lab) -> Case:
    name = der_element(0x82, "bücher.example.test".encode())
    extension = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("2.5.29.17"), der_element(0x30, name)
    )
    case = lab.case(lab.leaf(names=None, extra=((extension, False),)))
    return Case(case.port, name="xn--bcher-kva.example.test", promise=case.promise)


@TABLE.row("22 for clients only", "fail", "does not allow a TLS server")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(usage=(ExtendedKeyUsageOID.CLIENT_AUTH,)))


@TABLE.row("23 leaf sent twice", "warn", "sent more than once")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    return lab.case(leaf, (leaf.der, *leaf.chain))


@TABLE.row("24 chain in the wrong order", "warn", "not sent in the order of issue")
def _(lab: Lab) -> Case:
    low = intermediate(lab.middle, "Lab Low")
    leaf = issue(by=low)
    return lab.case(leaf, (leaf.der, lab.middle.der, low.der))


@TABLE.row("25 root sent along", "warn", "the root 'Lab Root' is sent along")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    return lab.case(leaf, (*leaf.chain, lab.root.der))


@TABLE.row(
    "26 outside the issuer's name constraints", "fail", "may not issue for mail.example.test"
)
def _(lab: Lab) -> Case:
    limits = x509.NameConstraints([x509.DNSName("allowed.test")], None)
    return lab.case(issue(by=intermediate(lab.root, extra=((limits, True),))))


@TABLE.row("27 path longer than allowed", "fail", "allows 0 authorities below it, and there are 1")
def _(lab: Lab) -> Case:
    high = intermediate(lab.root, "Lab High", path_length=0)
    return lab.case(issue(by=intermediate(high, "Lab Low")))


@TABLE.row("28 issuer is no authority", "fail", "issued a certificate and is no authority")
def _(lab: Lab) -> Case:
    impostor = issue("Impostor", by=lab.middle, key=ec_key("impostor"), names=("x.test",))
    return lab.case(issue(by=impostor))


@TABLE.row("29 RSA key of 1024 bits", "fail", "RSA 1024, shorter than 2048 bits")
def _(lab: Lab) -> Case:
    leaf = lab.leaf(key=rsa_key(1024))
    return Case(lab.serve(leaf, lax=True), promise={"roots": lab.roots})


@TABLE.row("30 must-staple without a staple", "fail", "(must-staple), and it does not")
def _(lab: Lab) -> Case:
    feature = x509.TLSFeature([x509.TLSFeatureType.status_request])
    return lab.case(lab.leaf(extra=((feature, False),)))


@TABLE.row("31 life of 825 days", "warn", "was issued for 825 days, longer than 398")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(begins=NOW - DAY, ends=NOW + 824 * DAY))


@TABLE.row("32 unknown critical extension", "fail", "critical extension 1.2.3.4")
def _(lab: Lab) -> Case:
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    return lab.case(lab.leaf(extra=((extension, True),)))


@TABLE.row("33 leaf marked as an authority", "warn", "marked as an authority's (CA:TRUE)")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(ca=True))


@TABLE.row("34 no extended key usage", "pass")
def _(lab: Lab) -> Case:
    return lab.case(lab.leaf(usage=None))


@TABLE.row("35 revoked", "fail", "was revoked on 2026-05-23 12:00 UTC")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    path = lab.farm.folder() / "crl.pem"
    path.write_bytes(revocation_list(lab.middle, [leaf.certificate.serial_number]))
    return lab.case(leaf, crl=(str(path),))


@TABLE.row("36 RSA twin expired", "fail", "expired 2026-05-30 12:00 UTC (2 days ago)")
def _(lab: Lab) -> Case:
    fresh = lab.leaf()
    old = lab.leaf(key=rsa_key(), begins=NOW - 92 * DAY, ends=NOW - 2 * DAY)
    port = lab.farm.tls(lab.farm.context((fresh.chain, fresh), (old.chain, old)))
    return Case(port, promise={"roots": lab.roots})


@TABLE.row("37 default certificate expired for clients without a name", "warn", "no name sent")
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


@TABLE.row("38 one of four addresses stale", "fail", "at 127.0.0.23")
def _(lab: Lab) -> Case:
    fresh = lab.leaf()
    old = lab.leaf(begins=NOW - 92 * DAY, ends=NOW - 2 * DAY)
    context = lab.farm.context((fresh.chain, fresh))
    port = lab.farm.tls(context, (BACKENDS[0], BACKENDS[1], BACKENDS[3]))
    lab.farm.tls(lab.farm.context((old.chain, old)), (BACKENDS[2],), port)
    return Case(port, addresses=BACKENDS, promise={"roots": lab.roots})


@TABLE.row("38 one of four addresses still has the previous certificate", "fail", "than elsewhere")
def _(lab: Lab) -> Case:
    fresh = lab.leaf(begins=NOW - 2 * DAY, ends=NOW + 88 * DAY)
    previous = lab.leaf(begins=NOW - 50 * DAY, ends=NOW + 40 * DAY)
    port = lab.farm.tls(lab.farm.context((fresh.chain, fresh)), BACKENDS[:3])
    lab.farm.tls(lab.farm.context((previous.chain, previous)), BACKENDS[3:], port)
    return Case(port, addresses=BACKENDS, promise={"roots": lab.roots})


@TABLE.row("39 STARTTLS with an expired certificate", "fail", "expired 2026-05-30")
def _(lab: Lab) -> Case:
    old = lab.leaf(begins=NOW - 92 * DAY, ends=NOW - 2 * DAY)
    port = lab.farm.smtp(lab.farm.context((old.chain, old)))
    return Case(port, "smtp", promise={"roots": lab.roots})


@TABLE.row("40 STARTTLS good", "pass")
def _(lab: Lab) -> Case:
    leaf = lab.leaf()
    port = lab.farm.smtp(lab.farm.context((leaf.chain, leaf)))
    return Case(port, "smtp", promise={"roots": lab.roots})


@TABLE.row("41 STARTTLS not offered", "fail", "does not offer STARTTLS")
def _(lab: Lab) -> Case:
    return Case(lab.farm.smtp(None), "smtp", promise={"roots": lab.roots})


@pytest.mark.parametrize("row", TABLE.rows, ids=str)
def test_each_row_comes_to_what_it_must(row: Row, lab: Lab, tmp_path: Path) -> None:
    row.check(lab, tmp_path)


def test_the_table_counts_as_its_source_does() -> None:
    first_of_each = {row.title[:2]: row.must for row in reversed(TABLE.rows)}
    assert len(first_of_each) == 41
    kinds = list(first_of_each.values())
    assert [kinds.count(kind) for kind in ("fail", "pass", "warn")] == [27, 6, 8]
