"""Our path building beside two others, so that it is no opinion of ours alone.

`openssl verify` and the verifier of the cryptography library judge the same chains. Where they
differ from us the table says so and why; anything else that differs is a mistake.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from tests.farm.authority import DAY, HOST, NOW, Issued, ec_key, intermediate, issue, pem, root
from tests.farm.fixtures import Need
from twiceshy.kinds.certificate.facts import CertificateFact, Look, Promise, Served, TrustStore
from twiceshy.kinds.certificate.rules import judge
from twiceshy.model.verdict import Broken, Severity

AKI = x509.AuthorityKeyIdentifier
ROOT = root()
MIDDLE = intermediate(ROOT)


def limits(*allowed: str) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    return ((x509.NameConstraints([x509.DNSName(name) for name in allowed], None), True),)


def _cross_signed() -> tuple[bytes, ...]:
    ancient = root("Ancient Root", ends=NOW - 2 * DAY)
    cross = issue("Lab Root", by=ancient, key=ROOT.key, ca=True, names=None, ends=NOW - 2 * DAY)
    return (*issue(by=MIDDLE).chain, cross.der)


@dataclass(frozen=True)
class Chain:
    """A chain, and whether each engine takes it at the lab's present time."""

    title: str
    build: Callable[[], tuple[bytes, ...]]
    ours: bool
    openssl: bool
    library: bool


def of(leaf: Issued) -> Callable[[], tuple[bytes, ...]]:
    return lambda: leaf.chain


HIGH = intermediate(ROOT, "High", path_length=0)
IMPOSTOR = issue("Impostor", by=MIDDLE, key=ec_key("impostor"), names=("x.test",))
CHAINS = (
    Chain("good", of(issue(by=MIDDLE)), ours=True, openssl=True, library=True),
    Chain(
        "expired", of(issue(by=MIDDLE, ends=NOW - DAY)), ours=False, openssl=False, library=False
    ),
    Chain(
        "not yet valid",
        of(issue(by=MIDDLE, begins=NOW + DAY)),
        ours=False,
        openssl=False,
        library=False,
    ),
    Chain(
        "wrong host",
        of(issue(by=MIDDLE, names=("x.test",))),
        ours=False,
        openssl=False,
        library=False,
    ),
    Chain(
        "leaf only", lambda: issue(by=MIDDLE).chain[:1], ours=False, openssl=False, library=False
    ),
    Chain(
        "expired intermediate",
        of(issue(by=intermediate(ROOT, "Old", ends=NOW - DAY))),
        ours=False,
        openssl=False,
        library=False,
    ),
    Chain(
        "untrusted root",
        of(issue(by=intermediate(root("Other"), "Other Low"))),
        ours=False,
        openssl=False,
        library=False,
    ),
    Chain("cross-signed", _cross_signed, ours=True, openssl=True, library=True),
    Chain(
        "path too long",
        of(issue(by=intermediate(HIGH, "Low"))),
        ours=False,
        openssl=False,
        library=False,
    ),
    Chain(
        "issuer is no authority", of(issue(by=IMPOSTOR)), ours=False, openssl=False, library=False
    ),
    Chain(
        "outside name constraints",
        of(issue(by=intermediate(ROOT, "Limited", extra=limits("allowed.test")))),
        ours=False,
        openssl=False,
        library=False,
    ),
    Chain(
        "inside name constraints",
        of(issue(by=intermediate(ROOT, "Limited", extra=limits("example.test")))),
        ours=True,
        openssl=True,
        library=True,
    ),
    Chain(
        "for clients only",
        of(issue(by=MIDDLE, usage=(ExtendedKeyUsageOID.CLIENT_AUTH,))),
        ours=False,
        openssl=False,
        library=False,
    ),
    Chain("no usage", of(issue(by=MIDDLE, usage=None)), ours=True, openssl=True, library=True),
    Chain(
        "unknown critical extension",
        of(
            issue(
                by=MIDDLE,
                extra=(
                    (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True),
                ),
            )
        ),
        ours=False,
        openssl=False,
        library=False,
    ),
    # OpenSSL takes the common name for a host name when there is no alternative name.
    Chain(
        "common name only",
        of(issue(by=MIDDLE, names=None)),
        ours=False,
        openssl=True,
        library=False,
    ),
    # OpenSSL takes a wildcard beside other letters of its label.
    Chain(
        "partial wildcard",
        of(issue(by=MIDDLE, names=("ma*.example.test",))),
        ours=False,
        openssl=True,
        library=False,
    ),
    # A leaf that is marked as an authority is only warned of here, as OpenSSL lets it pass.
    Chain(
        "leaf marked as an authority",
        of(issue(by=MIDDLE, ca=True)),
        ours=True,
        openssl=True,
        library=False,
    ),
)


def identified(chain: tuple[bytes, ...]) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(der) for der in chain]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.title.replace(" ", "-"))
def test_we_agree_with_openssl_or_know_why(chain: Chain, need: Need, tmp_path: Path) -> None:
    ders = chain.build()
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    (tmp_path / "leaf.pem").write_bytes(pem(ders[0]))
    (tmp_path / "others.pem").write_bytes(b"".join(pem(der) for der in ders[1:]) or ROOT.pem)
    command = [
        *(need("openssl"), "verify", "-attime", str(int(NOW.timestamp()))),
        *("-purpose", "sslserver", "-verify_hostname", HOST, "-no-CApath", "-no-CAstore"),
        *("-CAfile", "root.pem", "-untrusted", "others.pem", "leaf.pem"),
    ]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert (ran.returncode == 0) is chain.openssl, ran.stderr.decode()
    assert passes(ders) is chain.ours


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.title.replace(" ", "-"))
def test_we_agree_with_the_library_or_know_why(chain: Chain) -> None:
    leaf, *others = identified(chain.build())
    verifier = (
        PolicyBuilder()
        .store(Store([ROOT.certificate]))
        .time(NOW)
        .build_server_verifier(x509.DNSName(HOST))
    )
    try:
        taken = bool(verifier.verify(leaf, others))
    except VerificationError:
        taken = False
    assert taken is chain.library


def passes(chain: tuple[bytes, ...]) -> bool:
    """Whether our judge sees no fault that turns a client away."""
    looks = (Look(f"tls://{HOST}:443", HOST, "192.0.2.1", Served(chain, "TLSv1.3")),)
    store = TrustStore("lab", (ROOT.der,))
    fact = CertificateFact(at=NOW, vantage="here", looks=looks, store=store)
    verdict = judge(Promise(), fact, NOW)
    return not (isinstance(verdict, Broken) and verdict.severity is not Severity.WARNING)
