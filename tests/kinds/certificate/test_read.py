"""Any bytes as a certificate, a chain, a file: described or refused in words, never an exception."""

from __future__ import annotations

import pytest
from cryptography import x509
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.farm.authority import (
    HOST,
    NOW,
    Issued,
    der_content,
    der_element,
    der_elements,
    intermediate,
    issue,
    pem,
    resigned,
    revocation_list,
    root,
    version_one,
    with_negative_serial,
)
from twiceshy.kinds.certificate.examine import MOST_CERTIFICATES, Examined, examine
from twiceshy.kinds.certificate.facts import (
    CertificateFact,
    Look,
    Promise,
    RevocationList,
    Served,
    TrustStore,
)
from twiceshy.kinds.certificate.read import (
    MOST_CERTIFICATE_BYTES,
    Certificate,
    Unreadable,
    certificates_in,
    read_certificate,
)
from twiceshy.kinds.certificate.revocation import CrlView, read_list
from twiceshy.kinds.certificate.rules import judge
from twiceshy.model.verdict import Broken, Holds, Unknown

ROOT = root()
MIDDLE = intermediate(ROOT)
LEAF = issue(by=MIDDLE)
STORE = TrustStore("lab", (ROOT.der,))


def judged(*chain: bytes, crl: bytes = b"") -> Holds | Broken | Unknown:
    looks = (Look(f"tls://{HOST}:443", HOST, "192.0.2.1", Served(chain, "TLSv1.3")),)
    crls = (RevocationList("list.crl", crl),) if crl else ()
    fact = CertificateFact(at=NOW, vantage="here", looks=looks, store=STORE, crls=crls)
    return judge(Promise(), fact, NOW)


def with_extensions(*elements: bytes) -> bytes:
    """The lab's leaf with these DER extensions instead of its own, signed again."""
    tbs = list(der_elements(der_content(LEAF.certificate.tbs_certificate_bytes)))
    tbs[-1] = der_element(0xA3, der_element(0x30, b"".join(elements)))
    return resigned(LEAF, der_element(0x30, b"".join(tbs)))


def extension(oid: str, value: bytes) -> bytes:
    return der_element(0x30, bytes.fromhex(oid) + der_element(0x04, value))


@st.composite
def mutated(draw: st.DrawFn, original: bytes = LEAF.der) -> bytes:
    """A certificate with a few bytes changed, cut out or put in."""
    data = bytearray(original)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data) - 1))
        match draw(st.integers(0, 2)):
            case 0:
                data[at] = draw(st.integers(0, 255))
            case 1:
                del data[at : at + draw(st.integers(1, 9))]
            case _:
                data[at:at] = draw(st.binary(min_size=1, max_size=9))
    return bytes(data)


@given(st.lists(st.one_of(st.binary(max_size=200), mutated()), max_size=5))
@settings(max_examples=300, deadline=None)
@example([])
@example([b""])
@example([b"\x30\x80"])
def test_any_bytes_as_a_chain_come_to_a_verdict(chain: list[bytes]) -> None:
    verdict = judged(*chain)
    assert isinstance(verdict, Broken | Holds)
    if isinstance(verdict, Broken):
        assert verdict.why
        assert verdict.next_step


@given(mutated())
@settings(max_examples=300, deadline=None)
def test_a_certificate_that_still_reads_still_has_its_dates(der: bytes) -> None:
    view = read_certificate(der)
    if isinstance(view, Certificate):
        assert view.not_after.tzinfo is not None
        assert view.label.isprintable()
    else:
        assert view.why


@given(st.one_of(st.binary(max_size=300), mutated(revocation_list(MIDDLE, [7]))))
@settings(max_examples=200, deadline=None)
def test_any_bytes_as_a_revocation_list_come_to_a_verdict(data: bytes) -> None:
    assert isinstance(read_list(data), CrlView | str)
    assert isinstance(judged(*LEAF.chain, crl=data), Holds | Broken)


@given(st.one_of(st.binary(max_size=300), mutated(LEAF.pem)))
@settings(max_examples=200, deadline=None)
def test_any_bytes_as_a_file_give_certificates_or_a_sentence(data: bytes) -> None:
    try:
        found = certificates_in(data)
    except ValueError as error:
        found = (str(error).encode(),)
    assert all(found)


def test_keys_in_a_file_are_passed_over() -> None:
    both = LEAF.key_pem + LEAF.pem + MIDDLE.key_pem + MIDDLE.pem
    assert certificates_in(both) == LEAF.chain


def test_an_odd_certificate_in_a_file_does_not_hide_the_others() -> None:
    odd, _ = with_negative_serial(MIDDLE)
    assert certificates_in(pem(odd) + LEAF.pem + pem(b"\x30\x03abc")) == (
        odd,
        LEAF.der,
        b"\x30\x03abc",
    )


def test_a_file_with_a_thousand_and_one_certificates_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 1000 certificates"):
        certificates_in(LEAF.pem * 1001)


def test_a_certificate_larger_than_any_client_takes_is_not_read() -> None:
    view = read_certificate(b"\x30" * (MOST_CERTIFICATE_BYTES + 1))
    assert isinstance(view, Unreadable)
    assert "more than any client reads" in view.why


def test_of_a_chain_without_end_a_hundred_are_looked_at() -> None:
    chain = (*LEAF.chain, *(LEAF.der for _ in range(500)))
    examined = examine(HOST, chain, STORE, 2048)
    assert isinstance(examined, Examined)
    assert len(examined.sent) == MOST_CERTIFICATES
    assert "too-many-certificates" in {flaw.code for flaw in examined.flaws}


def test_version_one_is_read() -> None:
    der, _ = version_one(MIDDLE)
    view = read_certificate(der)
    assert isinstance(view, Certificate)
    assert not view.extensions.present
    assert view.not_after == LEAF.certificate.not_valid_after_utc


def test_a_negative_serial_is_an_oddity() -> None:
    der, _ = with_negative_serial(MIDDLE)
    view = read_certificate(der)
    assert isinstance(view, Certificate)
    assert view.serial == -5
    assert view.oddities == ("its serial number is not positive",)


@pytest.mark.parametrize(
    "elements",
    [
        (extension("0603551d11", b"\x30\x05\x82\x7f"),),
        (extension("0603551d13", b"\xff\xff"),),
        (extension("0603551d0f", b"\x03\x02\x07\x80"),) * 2,
        (b"\x01\x02\x03",),
    ],
)
def test_extensions_that_cannot_be_read_are_told_beside_the_dates(
    elements: tuple[bytes, ...],
) -> None:
    verdict = judged(with_extensions(*elements), MIDDLE.der)
    assert isinstance(verdict, Broken)
    told = verdict.why + verdict.evidence[0].found
    assert "breaks the rules" in told


def test_a_name_full_of_tricks_is_shown_as_plain_text() -> None:
    tricky = issue("evil\x1b[31m\n" + "x" * 50, by=MIDDLE)
    verdict = judged(*tricky.chain)
    assert isinstance(verdict, Holds)
    shown = "".join(one.found for one in verdict.evidence)
    assert "\x1b" not in shown
    assert "\n" not in shown


def test_five_thousand_names_and_more_are_bounded() -> None:
    names = x509.SubjectAlternativeName([x509.DNSName(f"n{i}.test") for i in range(5001)])
    many: Issued = issue(by=MIDDLE, names=None, extra=((names, False),))
    view = read_certificate(many.der)
    assert isinstance(view, Certificate)
    assert len(view.extensions.dns_names) == 5000
    assert view.oddities == ("it has more than 5000 names",)
