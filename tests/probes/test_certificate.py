"""The probe: every address of every endpoint, and the files and records it is held against."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from cryptography import x509

from tests.farm import daemons
from tests.farm.authority import (
    DAY,
    HOST,
    NOW,
    Issued,
    intermediate,
    issue,
    ocsp_answer,
    revocation_list,
    root,
    rsa_key,
)
from tests.farm.checking import Case, estate_of, fact_of, guard_of, verdict_of
from tests.farm.fixtures import Need
from tests.farm.servers import Farm
from twiceshy.kinds.certificate.facts import (
    CertificateFact,
    Failure,
    NotRead,
    NotServed,
    OnDisk,
    Promise,
    Served,
)
from twiceshy.kinds.certificate.rules import judge
from twiceshy.model.estate import Endpoint, Estate, Host
from twiceshy.model.fact import Unseen
from twiceshy.model.ids import HostId
from twiceshy.model.verdict import Broken, Holds, Unknown
from twiceshy.probes.certificate import MOST_ADDRESSES, look
from twiceshy.probes.tls.roots import trust_store
from twiceshy.probes.view import View

ROOT = root()
MIDDLE = intermediate(ROOT)
LEAF = issue(by=MIDDLE)
VIEW = View("here", 5.0, lambda: NOW)


@pytest.fixture(scope="module")
def port(farm: Farm) -> int:
    return farm.tls(farm.context((LEAF.chain, LEAF)), ("127.0.0.1", "127.0.0.2"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "roots.pem").write_bytes(ROOT.pem)
    return tmp_path


def see(estate: Estate, promise: Promise, target: str = "mail") -> CertificateFact | Unseen:
    return asyncio.run(look(replace(guard_of(promise), target=target), estate, VIEW))


def test_it_looks_at_every_tls_endpoint_of_a_service(folder: Path, port: int) -> None:
    endpoints = [
        Endpoint("web", f"https://{HOST}:{port}/", ("127.0.0.1", "127.0.0.2")),
        Endpoint("plain", f"http://{HOST}:{port}/", ("127.0.0.1",)),
        Endpoint("raw", f"tls://other.test:{port}", ("127.0.0.1",)),
    ]
    fact = see(estate_of(folder, endpoints), Promise(twins=False, without_name=False))
    assert isinstance(fact, CertificateFact)
    assert [(look.endpoint, look.address) for look in fact.looks] == [
        (f"https://{HOST}:{port}/", "127.0.0.1"),
        (f"https://{HOST}:{port}/", "127.0.0.2"),
        (f"tls://other.test:{port}", "127.0.0.1"),
    ]
    assert (fact.at, fact.vantage) == (NOW, "here")


def test_one_endpoint_and_a_url_are_targets_too(folder: Path, port: int) -> None:
    estate = estate_of(folder, [Endpoint("web", f"tls://{HOST}:{port}", ("127.0.0.1",))])
    for target in ("mail.web", f"tls://127.0.0.1:{port}", f"tls://localhost:{port}"):
        fact = see(estate, Promise(), target)
        assert isinstance(fact, CertificateFact)
        assert any(isinstance(one.seen, Served) for one in fact.looks)


def test_a_target_without_tls_is_unseen(folder: Path) -> None:
    estate = estate_of(folder, [Endpoint("plain", f"http://{HOST}/")])
    for target in ("mail", "nobody"):
        unseen = see(estate, Promise(), target)
        assert isinstance(unseen, Unseen)
        assert "has no endpoint that speaks TLS" in unseen.why
        assert unseen.next_step


def test_a_name_without_an_address_is_unknown(folder: Path) -> None:
    case = Case(443, name="no-such-name.invalid", addresses=())
    verdict = verdict_of(case, folder)
    assert isinstance(verdict, Unknown)
    assert "no-such-name.invalid" in verdict.why


def test_only_the_families_that_were_asked_for_are_looked_at(folder: Path, port: int) -> None:
    addresses = ("127.0.0.1", "::1")
    fact = fact_of(Case(port, addresses=addresses, promise={"families": ("ipv4",)}), folder)
    assert {one.address for one in fact.looks} == {"127.0.0.1"}
    none = fact_of(Case(port, addresses=("127.0.0.1",), promise={"families": ("ipv6",)}), folder)
    assert [one.seen for one in none.looks] == [
        NotServed(Failure.NO_ADDRESS, f"{HOST} has no ipv6 address")
    ]


def test_addresses_beyond_the_bound_are_named_as_not_looked_at(folder: Path, port: int) -> None:
    addresses = tuple(f"127.0.0.{n}" for n in range(1, MOST_ADDRESSES + 3))
    promise = {"twins": False, "without_name": False}
    fact = fact_of(Case(port, addresses=addresses, promise=promise), folder)
    assert len(fact.looks) == MOST_ADDRESSES + 2
    assert [
        one.address
        for one in fact.looks
        if isinstance(one.seen, NotServed) and one.seen.failure is Failure.NOT_LOOKED
    ] == ["127.0.0.65", "127.0.0.66"]


def test_an_address_that_is_none_is_not_looked_at(folder: Path, port: int) -> None:
    fact = fact_of(Case(port, addresses=("localhost",)), folder)
    assert isinstance(fact.looks[0].seen, NotServed)
    assert fact.looks[0].seen.detail == "localhost is no IP address"


def test_the_name_to_check_can_be_another_one(folder: Path, port: int) -> None:
    promise = {"name": HOST, "roots": "roots.pem"}
    verdict = verdict_of(Case(port, name="localhost", promise=promise), folder)
    assert isinstance(verdict, Holds)


def test_a_name_that_is_none_is_unknown(folder: Path, port: int) -> None:
    verdict = verdict_of(Case(port, promise={"name": "straße.test"}), folder)
    assert isinstance(verdict, Unknown)
    assert "write it in its xn-- form" in verdict.why


def test_the_half_handshake_sees_the_same(folder: Path, port: int) -> None:
    promise = {"roots": "roots.pem", "twins": False, "without_name": False}
    (full,) = fact_of(Case(port, promise=promise), folder).looks
    (half,) = fact_of(Case(port, promise={**promise, "handshake": "half"}), folder).looks
    assert full.seen == Served(LEAF.chain, "TLSv1.3")
    assert half.seen == Served(LEAF.chain, "TLSv1.2 or newer")


HALF = {"roots": "roots.pem", "twins": False, "without_name": False, "handshake": "half"}
EXPIRED = issue(by=MIDDLE, ends=NOW - DAY)


class Doors:
    """A server whose clients meet one certificate after another; the last one stays."""

    def __init__(self, farm: Farm, *leaves: Issued) -> None:
        waiting = [farm.context((leaf.chain, leaf)) for leaf in leaves]
        self.met = 0

        def choose(tls: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
            self.met += 1
            tls.context = waiting.pop(0) if len(waiting) > 1 else waiting[0]

        first = farm.context((leaves[0].chain, leaves[0]))
        first.sni_callback = choose
        self.port = farm.tls(first)


def test_a_sound_chain_is_met_once(farm: Farm, folder: Path) -> None:
    doors = Doors(farm, LEAF)
    assert isinstance(verdict_of(Case(doors.port, promise=HALF), folder), Holds)
    assert doors.met == 1


def test_a_fault_that_half_a_handshake_saw_is_confirmed_by_a_full_one(
    farm: Farm, folder: Path
) -> None:
    doors = Doors(farm, EXPIRED)
    verdict = verdict_of(Case(doors.port, promise=HALF), folder)
    assert isinstance(verdict, Broken)
    assert verdict.evidence[0].found.endswith("TLSv1.3")
    assert doors.met == 2


def test_a_fault_that_only_half_a_handshake_saw_breaks_nothing(farm: Farm, folder: Path) -> None:
    doors = Doors(farm, EXPIRED, LEAF)
    assert isinstance(verdict_of(Case(doors.port, promise=HALF), folder), Holds)
    assert doors.met == 2


def test_files_are_taken_from_the_estates_folder_and_its_hosts(folder: Path, port: int) -> None:
    (folder / "own.pem").write_bytes(LEAF.key_pem + LEAF.pem + MIDDLE.pem)
    (folder / "low.crl").write_bytes(revocation_list(MIDDLE, [7]))
    estate = estate_of(folder, [Endpoint("door", f"tls://{HOST}:{port}", ("127.0.0.1",))])
    host = Host(HostId("mail-1"))
    estate = replace(estate, hosts=MappingProxyType({host.id: host}))
    sources = ("own.pem", str(folder / "own.pem"), f"mail-1:{folder}/own.pem")
    promise = Promise(roots="roots.pem", files=sources, crl=("low.crl",))
    fact = see(estate, promise)
    assert isinstance(fact, CertificateFact)
    assert fact.disk == tuple(OnDisk(source, LEAF.chain) for source in sources)
    assert LEAF.key_pem.split(b"\n")[1] not in repr(fact).encode()
    assert isinstance(judge(promise, fact, NOW), Holds)


def test_files_that_cannot_be_read_are_named(folder: Path, port: int) -> None:
    (folder / "empty.pem").write_bytes(b"nothing here")
    promise = {"files": ("missing.pem", "empty.pem"), "crl": ("missing.crl",), "roots": "roots.pem"}
    case = Case(port, promise=promise)
    fact = fact_of(case, folder)
    assert [one.source for one in fact.not_read] == ["missing.pem", "empty.pem", "missing.crl"]
    verdict = verdict_of(case, folder)
    assert isinstance(verdict, Unknown)
    assert "No such file" in verdict.why


def test_roots_are_read_again_when_they_change(folder: Path) -> None:
    estate_path = str(folder / "twiceshy.yaml")
    first = trust_store("roots.pem", estate_path)
    assert first is trust_store("roots.pem", estate_path)
    (folder / "roots.pem").write_bytes(ROOT.pem + root("Other").pem)
    second = trust_store("roots.pem", estate_path)
    assert len(second.roots) == 2
    assert first != second


@pytest.mark.parametrize("name", ["missing.pem", ".", "garbage.pem", "\0"])
def test_roots_that_cannot_be_read_leave_trust_undecided(
    folder: Path, port: int, name: str
) -> None:
    (folder / "garbage.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\n!\n")
    verdict = verdict_of(Case(port, promise={"roots": name}), folder)
    assert isinstance(verdict, Unknown)
    assert verdict.why.startswith(f"the roots in {name} could not be read")


def test_the_systems_roots_are_the_default(folder: Path, port: int) -> None:
    verdict = verdict_of(Case(port), folder)
    assert isinstance(verdict, Broken | Unknown)
    assert "the system's roots" in verdict.why or "the roots in system" in verdict.why


def test_tlsa_records_are_looked_up_when_asked_for(folder: Path, port: int) -> None:
    fact = fact_of(
        Case(port, name="name.invalid", timeout_seconds=2.0, promise={"tlsa": ("dns",)}), folder
    )
    assert fact.published or [type(one) for one in fact.not_read] == [NotRead]


def test_a_stale_twin_behind_tls_13_only_is_found(need: Need, folder: Path) -> None:
    fresh, stale = LEAF, issue(by=MIDDLE, key=rsa_key(), begins=NOW - 92 * DAY, ends=NOW - DAY)
    verdict = _nginx_verdict(need, folder, "ssl_protocols TLSv1.3;", fresh, stale)
    assert isinstance(verdict, Broken)
    assert "expired 2026-05-31" in verdict.why
    assert "(asked for RSA)" in verdict.why


def test_a_stale_twin_behind_starttls_and_tls_13_only_is_found(farm: Farm, folder: Path) -> None:
    stale = issue(by=MIDDLE, key=rsa_key(), begins=NOW - 92 * DAY, ends=NOW - DAY)
    context = farm.context((LEAF.chain, LEAF), (stale.chain, stale))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    case = Case(farm.smtp(context), "smtp", promise={"roots": "roots.pem"})
    verdict = verdict_of(case, folder)
    assert isinstance(verdict, Broken)
    assert "expired 2026-05-31" in verdict.why
    assert "(asked for RSA)" in verdict.why


def test_nginx_that_rejects_the_handshake_has_no_certificate_for_the_name(
    need: Need, folder: Path
) -> None:
    verdict = _nginx_verdict(need, folder, "ssl_reject_handshake on;")
    assert isinstance(verdict, Broken)
    assert "no certificate for this name" in verdict.why


def test_must_staple_is_kept_by_a_server_that_staples(need: Need, folder: Path) -> None:
    feature = x509.TLSFeature([x509.TLSFeatureType.status_request])
    leaf = issue(by=MIDDLE, extra=((feature, False),))
    (folder / "ocsp.der").write_bytes(ocsp_answer(leaf))
    settings = f"ssl_stapling on; ssl_stapling_file {folder}/ocsp.der;"
    assert isinstance(_nginx_verdict(need, folder, settings, leaf), Holds)
    verdict = _nginx_verdict(need, folder, "", leaf)
    assert isinstance(verdict, Broken)
    assert "must-staple" in verdict.why


def test_must_staple_is_asked_of_a_twin_too(need: Need, folder: Path) -> None:
    feature = x509.TLSFeature([x509.TLSFeatureType.status_request])
    twin = issue(by=MIDDLE, key=rsa_key(), extra=((feature, False),))
    verdict = _nginx_verdict(need, folder, "", LEAF, twin)
    assert isinstance(verdict, Broken)
    assert "must-staple" in verdict.why
    assert "(asked for RSA)" in verdict.why


def test_must_staple_is_asked_after_starttls_too(farm: Farm, folder: Path) -> None:
    feature = x509.TLSFeature([x509.TLSFeatureType.status_request])
    leaf = issue(by=MIDDLE, extra=((feature, False),))
    port = farm.smtp(farm.context((leaf.chain, leaf)))
    verdict = verdict_of(Case(port, "smtp", promise={"roots": "roots.pem"}), folder)
    assert isinstance(verdict, Broken)
    assert "must-staple" in verdict.why


def _nginx_verdict(
    need: Need, folder: Path, settings: str, *leaves: Issued
) -> Holds | Broken | Unknown:
    (free,) = daemons.free_ports(1)
    with daemons.workplace() as place:
        for number, leaf in enumerate(leaves):
            file = place.both_file(leaf, name=f"{number}.pem")
            settings += f" ssl_certificate {file}; ssl_certificate_key {file};"
        block = f"server {{ listen 127.0.0.1:{free} ssl; {settings} }}"
        ports = MappingProxyType({"https": free})
        with daemons.nginx(need("nginx"), block, ports, place):
            return verdict_of(Case(free, "https", promise={"roots": "roots.pem"}), folder)
