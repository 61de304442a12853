"""Paths to a trusted root: every one of them found, the best one chosen, and never without end."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.farm.authority import DAY, NOW, Issued, ec_key, intermediate, issue, root
from twiceshy.kinds.certificate.examine import Examined, examine
from twiceshy.kinds.certificate.facts import TrustStore
from twiceshy.kinds.certificate.links import signed_by
from twiceshy.kinds.certificate.path import (
    MOST_SIGNATURES,
    Search,
    find_paths,
)
from twiceshy.kinds.certificate.read import Certificate, read_certificate

ROOT = root()
MIDDLE = intermediate(ROOT)
LEAF = issue(by=MIDDLE)


def view(one: Issued) -> Certificate:
    certificate = read_certificate(one.der)
    assert isinstance(certificate, Certificate)
    return certificate


def search(leaf: Issued, sent: tuple[Issued, ...], *roots: Issued) -> Search:
    store = TrustStore("lab", tuple(one.der for one in roots))
    return find_paths(view(leaf), tuple(view(one) for one in sent), store, 2048)


def labels(found: Search) -> list[str]:
    return [str(path) for path in found.paths]


def test_the_order_of_what_is_sent_does_not_matter() -> None:
    low = intermediate(MIDDLE, "Lab Low")
    leaf = issue(by=low)
    for sent in ((low, MIDDLE), (MIDDLE, low), (MIDDLE, low, ROOT, low)):
        found = search(leaf, sent, ROOT)
        assert "mail.example.test < Lab Low < Lab Intermediate < Lab Root" in labels(found)


def test_an_intermediate_in_the_store_ends_the_path() -> None:
    assert labels(search(LEAF, (), MIDDLE)) == ["mail.example.test < Lab Intermediate"]


def test_a_certificate_that_is_itself_in_the_store_is_trusted() -> None:
    own = issue("own.test", names=("mail.example.test",))
    assert labels(search(own, (), own)) == ["own.test"]


def test_a_root_of_the_same_name_with_another_key_is_not_trusted() -> None:
    impostor = issue("Lab Root", key=ec_key("impostor"), ca=True, names=None)
    found = search(LEAF, (MIDDLE,), impostor)
    assert found.paths == ()
    assert str(found.dead_end) == "mail.example.test < Lab Intermediate"


def test_of_two_paths_the_sound_one_is_taken_whatever_its_place() -> None:
    old_root = root("Old Root", ends=NOW - DAY)
    cross = issue("Lab Root", by=old_root, key=ROOT.key, ca=True, names=None, ends=NOW + 5 * DAY)
    for roots in ((ROOT, old_root), (old_root, ROOT)):
        found = search(LEAF, (MIDDLE, cross), *roots)
        assert len(found.paths) == 2
        best = found.best(NOW)
        assert best is not None
        assert str(best).endswith("Lab Intermediate < Lab Root")


def test_the_best_path_changes_with_the_time() -> None:
    young = root("Young Root", ends=NOW + 3000 * DAY)
    cross = issue(
        "Lab Root",
        by=young,
        key=ROOT.key,
        ca=True,
        names=None,
        begins=NOW + 10 * DAY,
        ends=NOW + 3000 * DAY,
    )
    dying = root("Lab Root", ends=NOW + 20 * DAY)
    found = search(LEAF, (MIDDLE, cross), dying, young)
    now, later = found.best(NOW), found.best(NOW + 30 * DAY)
    assert now is not None
    assert later is not None
    assert str(now).endswith("Lab Intermediate < Lab Root")
    assert str(later).endswith("Lab Root < Young Root")
    assert later.ends == view(LEAF).not_after


def test_two_authorities_that_certify_each_other_end_the_search() -> None:
    a = intermediate(ROOT, "A")
    b = intermediate(a, "B")
    a_by_b = issue("A", by=b, key=a.key, ca=True, names=None)
    leaf = issue(by=a)
    found = search(leaf, (a_by_b, b, a), ROOT)
    assert "mail.example.test < A < Lab Root" in labels(found)
    assert not found.exhausted


def test_a_maze_of_namesakes_is_given_up_in_bounded_work() -> None:
    signed_by.cache_clear()
    namesakes = tuple(
        issue("Maze", by=None, key=ec.generate_private_key(ec.SECP256R1()), ca=True, names=None)
        for _ in range(MOST_SIGNATURES + 20)
    )
    keyless = Issued(namesakes[0].certificate, ec_key("nobody"))
    found = search(issue(by=keyless), namesakes, ROOT)
    assert found.exhausted
    assert found.paths == ()
    assert signed_by.cache_info().misses <= MOST_SIGNATURES


def test_a_maze_that_leads_to_the_root_is_bounded_too() -> None:
    layers: list[list[Issued]] = [[ROOT]]
    for depth in range(6):
        key = ec_key(f"layer {depth}")
        above = layers[-1][0]
        layers.append(
            [
                issue(f"Layer {depth}", by=above, key=key, ca=True, names=None, serial=1 + number)
                for number in range(8)
            ]
        )
    leaf = issue(by=layers[-1][0])
    sent = tuple(one for layer in layers[1:] for one in layer)
    found = search(leaf, sent, ROOT)
    assert 1 <= len(found.paths) <= 64
    assert found.exhausted


def test_names_limited_to_one_domain_allow_what_is_below_it() -> None:
    limits = x509.NameConstraints(
        [x509.DNSName("example.test")], [x509.DNSName("secret.example.test")]
    )
    limited = intermediate(ROOT, "Limited", extra=((limits, True),))
    allowed = issue(by=limited, names=("mail.example.test", "*.example.test"))
    forbidden = issue(by=limited, names=("mail.example.test", "a.secret.example.test"))
    assert search(allowed, (limited,), ROOT).paths[0].flaws == ()
    (flaw,) = search(forbidden, (limited,), ROOT).paths[0].flaws
    assert flaw.why == "'Limited' may not issue for a.secret.example.test"


def test_addresses_and_subjects_can_be_limited() -> None:
    networks = x509.NameConstraints([x509.IPAddress(ipaddress.ip_network("192.0.2.0/24"))], None)
    limited = intermediate(ROOT, "Limited", extra=((networks, True),))
    inside = issue(by=limited, names=("ip:192.0.2.7",))
    outside = issue(by=limited, names=("ip:198.51.100.7",))
    assert search(inside, (limited,), ROOT).paths[0].flaws == ()
    assert search(outside, (limited,), ROOT).paths[0].flaws[0].code == "outside-name-constraints"
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "only.test")])
    by_subject = intermediate(
        ROOT,
        "By Subject",
        extra=((x509.NameConstraints([x509.DirectoryName(subject)], None), True),),
    )
    assert search(issue("only.test", by=by_subject), (by_subject,), ROOT).paths[0].flaws == ()
    (flaw,) = search(issue("other.test", by=by_subject), (by_subject,), ROOT).paths[0].flaws
    assert "the subject 'other.test'" in flaw.why


@pytest.mark.parametrize(
    ("usage", "code"),
    [
        (x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), None),
        (x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), None),
        (
            x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]),
            "issuer-not-for-servers",
        ),
    ],
)
def test_an_authority_for_clients_only_does_not_issue_for_servers(
    usage: x509.ExtendedKeyUsage, code: str | None
) -> None:
    limited = intermediate(ROOT, "Limited", extra=((usage, False),))
    flaws = search(issue(by=limited), (limited,), ROOT).paths[0].flaws
    assert [flaw.code for flaw in flaws] == ([code] if code else [])


def test_a_chain_is_examined_once_and_for_all_times() -> None:
    store = TrustStore("lab", (ROOT.der,))
    examine.cache_clear()
    first = examine("mail.example.test", LEAF.chain, store, 2048)
    again = examine("mail.example.test", LEAF.chain, TrustStore("lab", (ROOT.der,)), 2048)
    assert first is again
    assert isinstance(first, Examined)
    for offset in (timedelta(0), 100 * DAY, 5000 * DAY):
        assert first.search.best(NOW + offset) is not None
    assert examine("mail.example.test", LEAF.chain, TrustStore("lab", ()), 2048) is not first
