"""The verdict over all addresses: the worst that was seen, and never a word too green."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import serialization

from tests.farm.authority import (
    DAY,
    HOST,
    NOW,
    Issued,
    intermediate,
    issue,
    revocation_list,
    root,
    rsa_key,
)
from twiceshy.kinds.certificate import KIND
from twiceshy.kinds.certificate.facts import (
    CertificateFact,
    Failure,
    Look,
    NotRead,
    NotServed,
    OnDisk,
    Promise,
    Published,
    RevocationList,
    Served,
    TrustStore,
)
from twiceshy.kinds.certificate.rules import judge
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown, Verdict

ROOT = root()
MIDDLE = intermediate(ROOT)
STORE = TrustStore("lab", (ROOT.der,))
GOOD = issue(by=MIDDLE)
EXPIRED = issue(by=MIDDLE, begins=NOW - 92 * DAY, ends=NOW - 2 * DAY)
SMTP, IMAPS = f"smtp://{HOST}:25", f"imaps://{HOST}:993"


def served(
    leaf: Issued, address: str = "192.0.2.1", endpoint: str = SMTP, *, stapled: bool | None = None
) -> Look:
    return Look(endpoint, HOST, address, Served(leaf.chain, "TLSv1.3", stapled))


def failed(failure: Failure, address: str = "192.0.2.9", endpoint: str = SMTP) -> Look:
    return Look(endpoint, HOST, address, NotServed(failure, f"it was {failure.value}"))


def seen(*looks: Look, **rest: object) -> CertificateFact:
    return CertificateFact(at=NOW, vantage="here", looks=looks, store=STORE, **rest)  # type: ignore[arg-type] # each test names fields of the fact


def verdict(*looks: Look, promise: Promise | None = None, **rest: object) -> Verdict:
    return judge(promise or Promise(), seen(*looks, **rest), NOW)


def test_it_holds_when_every_address_does() -> None:
    result = verdict(served(GOOD), served(GOOD, "192.0.2.2"))
    assert isinstance(result, Holds)
    assert result.summary == (
        "all 2 addresses serve a valid certificate; "
        "the first ends 2026-07-31 12:00 UTC (in 60 days)"
    )
    assert [one.what for one in result.evidence] == [f"{SMTP} at 192.0.2.1, 192.0.2.2"]


def test_the_same_facts_give_the_same_verdict() -> None:
    fact = seen(served(GOOD), served(EXPIRED, "192.0.2.2"), failed(Failure.SILENT))
    assert judge(Promise(), fact, NOW) == judge(Promise(), fact, NOW)


def test_nothing_to_look_at_is_unknown() -> None:
    assert isinstance(verdict(), Unknown)


@pytest.mark.parametrize("failure", [one for one in Failure if not one.condemns])
def test_an_address_that_was_not_seen_makes_it_unknown_however_good_the_others_are(
    failure: Failure,
) -> None:
    result = verdict(served(GOOD), failed(failure))
    assert isinstance(result, Unknown)
    assert "192.0.2.9" in result.why
    assert failure.value in result.why
    assert result.next_step


@pytest.mark.parametrize("failure", [one for one in Failure if one.condemns])
def test_some_failures_break_the_promise_by_themselves(failure: Failure) -> None:
    alone, beside = verdict(failed(failure)), verdict(served(GOOD), failed(failure))
    assert isinstance(alone, Broken)
    assert isinstance(beside, Broken)
    assert (alone.severity, beside.severity) == (Severity.CRITICAL, Severity.SERIOUS)
    assert alone.next_step


def test_what_was_not_seen_is_named_beside_what_is_broken() -> None:
    result = verdict(served(EXPIRED), failed(Failure.REFUSED))
    assert isinstance(result, Broken)
    assert f"not seen: {SMTP} at 192.0.2.9" in result.why
    assert any("it was refused" in one.found for one in result.evidence)


def test_it_is_critical_when_an_endpoint_is_lost_and_serious_when_it_limps() -> None:
    both = verdict(served(EXPIRED), served(EXPIRED, "192.0.2.2"))
    one = verdict(served(EXPIRED), served(GOOD, "192.0.2.2"))
    other_door = verdict(served(EXPIRED), served(GOOD, endpoint=IMAPS))
    severities = [one.severity for one in (both, one, other_door) if isinstance(one, Broken)]
    assert severities == [Severity.CRITICAL, Severity.SERIOUS, Severity.CRITICAL]


def test_the_worst_comes_first_and_the_others_are_counted() -> None:
    soon = issue(by=MIDDLE, begins=NOW - 85 * DAY, ends=NOW + 10 * DAY)
    result = verdict(served(soon, endpoint=IMAPS), served(EXPIRED))
    assert isinstance(result, Broken)
    assert result.why.startswith("the certificate expired 2026-05-30 12:00 UTC (2 days ago)")
    assert result.why.endswith("; and 1 more fault")
    assert result.evidence[0].what == f"{SMTP} at 192.0.2.1"


def test_an_expired_certificate_at_one_place_asks_for_a_reload_when_another_has_the_new_one() -> (
    None
):
    result = verdict(served(EXPIRED), served(GOOD, "192.0.2.2"))
    assert isinstance(result, Broken)
    assert result.next_step == (
        "Reload the service there; if it stays, see which file that listener reads."
    )


def test_a_warning_says_when_it_will_hurt() -> None:
    soon = issue(by=MIDDLE, begins=NOW - 80 * DAY, ends=NOW + 12 * DAY)
    result = verdict(served(soon))
    assert isinstance(result, Broken)
    assert result.hurts_at == NOW + 12 * DAY
    now = verdict(served(EXPIRED))
    assert isinstance(now, Broken)
    assert now.hurts_at is None


def test_expiry_is_told_though_the_chain_is_not_trusted() -> None:
    stranger = issue(by=intermediate(root("Other"), "Other Low"), ends=NOW - DAY)
    result = verdict(served(stranger))
    assert isinstance(result, Broken)
    assert "expired 2026-05-31 12:00 UTC" in result.evidence[0].found
    assert "is not among the roots in lab" in result.evidence[0].found


def test_a_variant_that_repeats_the_main_look_adds_nothing() -> None:
    again = replace(served(GOOD), key_type="ecdsa")
    unnamed = replace(served(GOOD), named=False)
    assert verdict(served(GOOD), again, unnamed) == verdict(served(GOOD))


def test_a_twin_that_is_not_offered_is_no_fault() -> None:
    for failure in (Failure.NOTHING_IN_COMMON, Failure.CLOSED, Failure.NAME_REFUSED):
        twin = replace(failed(failure, "192.0.2.1"), key_type="rsa")
        assert isinstance(verdict(served(GOOD), twin), Holds)


def test_a_twin_that_could_not_be_looked_at_is_not_taken_for_good() -> None:
    twin = replace(failed(Failure.SILENT, "192.0.2.1"), key_type="rsa")
    result = verdict(served(GOOD), twin)
    assert isinstance(result, Unknown)
    assert "(asked for RSA)" in result.why


def test_a_twin_whose_key_is_not_proved_is_a_fault() -> None:
    twin = replace(failed(Failure.NO_PROOF, "192.0.2.1"), key_type="rsa")
    result = verdict(served(GOOD), twin)
    assert isinstance(result, Broken)
    assert result.severity is Severity.SERIOUS


def test_a_stale_twin_is_serious() -> None:
    old = issue(by=MIDDLE, key=rsa_key(), begins=NOW - 92 * DAY, ends=NOW - DAY)
    result = verdict(served(GOOD), replace(served(old), key_type="rsa"))
    assert isinstance(result, Broken)
    assert result.severity is Severity.SERIOUS
    assert "(asked for RSA)" in result.why


def test_another_name_without_a_name_is_no_fault_but_its_end_is_a_warning() -> None:
    other = issue("other.test", by=MIDDLE, names=("other.test",))
    assert isinstance(verdict(served(GOOD), replace(served(other), named=False)), Holds)
    ended = issue("other.test", by=MIDDLE, names=("other.test",), ends=NOW - DAY)
    result = verdict(served(GOOD), replace(served(ended), named=False))
    assert isinstance(result, Broken)
    assert result.severity is Severity.WARNING
    assert "(no name sent)" in result.why


def test_one_renewed_backend_is_only_a_warning_while_it_rolls_out() -> None:
    new = issue(by=MIDDLE, begins=NOW - timedelta(minutes=20), ends=NOW + 90 * DAY)
    looks = (served(GOOD), served(new, "192.0.2.2"))
    for minutes, severity in ((60, Severity.WARNING), (10, Severity.SERIOUS)):
        result = verdict(*looks, promise=Promise(rollout_minutes=minutes))
        assert isinstance(result, Broken)
        assert result.severity is severity
    assert isinstance(verdict(*looks, promise=Promise(same_everywhere=False)), Holds)


def test_different_endpoints_may_have_different_certificates() -> None:
    other = issue(by=MIDDLE, begins=NOW - 10 * DAY)
    assert isinstance(verdict(served(GOOD), served(other, endpoint=IMAPS)), Holds)


def test_what_is_served_is_compared_with_the_file_of_its_key_type() -> None:
    twin = issue(by=MIDDLE, key=rsa_key())
    files = (OnDisk("ecdsa.pem", GOOD.chain), OnDisk("rsa.pem", twin.chain))
    looks = (served(GOOD), replace(served(twin), key_type="rsa"))
    assert isinstance(verdict(*looks, disk=files), Holds)
    renewed = issue(by=MIDDLE, key=rsa_key(), begins=NOW - DAY)
    result = verdict(*looks, disk=(files[0], OnDisk("rsa.pem", renewed.chain)))
    assert isinstance(result, Broken)
    assert result.severity is Severity.SERIOUS
    assert "the certificate in rsa.pem" in result.why


def test_a_file_of_a_key_type_that_nobody_serves_is_a_warning() -> None:
    twin = issue(by=MIDDLE, key=rsa_key())
    files = (OnDisk("ecdsa.pem", GOOD.chain), OnDisk("rsa.pem", twin.chain))
    result = verdict(served(GOOD), disk=files)
    assert isinstance(result, Broken)
    assert result.severity is Severity.WARNING
    assert result.why == "the certificate in rsa.pem (RSA 2048) is not served: rsa.pem"


def test_a_file_that_is_older_than_what_is_served_is_the_wrong_file() -> None:
    old = issue(by=MIDDLE, begins=NOW - 50 * DAY)
    result = verdict(served(GOOD), disk=(OnDisk("old.pem", old.chain),))
    assert isinstance(result, Broken)
    assert "what is served is not the certificate in old.pem" in result.why


def test_what_could_not_be_read_leaves_it_undecided() -> None:
    result = verdict(served(GOOD), not_read=(NotRead("chain.pem", "Permission denied"),))
    assert isinstance(result, Unknown)
    assert result.why == "chain.pem could not be read: Permission denied"
    broken = verdict(served(EXPIRED), not_read=(NotRead("chain.pem", "Permission denied"),))
    assert isinstance(broken, Broken)
    assert broken.evidence[-1].what == "chain.pem"


def test_without_roots_trust_is_undecided_and_dates_are_not() -> None:
    store = TrustStore("roots.pem", (), "No such file or directory")
    for leaf, kind in ((GOOD, Unknown), (EXPIRED, Broken)):
        fact = replace(seen(served(leaf)), store=store)
        assert isinstance(judge(Promise(roots="roots.pem"), fact, NOW), kind)


def test_tlsa_records_match_by_key_certificate_or_authority() -> None:
    spki = GOOD.certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    good = (
        f"3 1 1 {sha256(spki).hexdigest()}",
        f"3 0 1 {sha256(GOOD.der).hexdigest().upper()}",
        f"3 1 0 {spki.hex()}",
        f"2 0 1 {sha256(MIDDLE.der).hexdigest()}",
    )
    wrong = f"3 1 1 {'ab' * 32}"
    for record in good:
        assert isinstance(verdict(served(GOOD), promise=Promise(tlsa=(wrong, record))), Holds)
    leaf_as_authority = f"3 0 1 {sha256(MIDDLE.der).hexdigest()}"
    assert isinstance(verdict(served(GOOD), promise=Promise(tlsa=(leaf_as_authority,))), Broken)


def test_published_tlsa_records_are_those_of_the_endpoint() -> None:
    wrong = Published(SMTP, (f"3 1 1 {'ab' * 32}",))
    result = verdict(served(GOOD), served(GOOD, endpoint=IMAPS), published=(wrong,))
    assert isinstance(result, Broken)
    assert SMTP in result.why
    assert IMAPS not in result.why
    none = verdict(served(GOOD), published=(Published(SMTP, ()),))
    assert isinstance(none, Broken)
    assert none.severity is Severity.WARNING


def test_a_revoked_authority_breaks_all_below_it() -> None:
    crls = (
        RevocationList("low.crl", revocation_list(MIDDLE, [1])),
        RevocationList("high.crl", revocation_list(ROOT, [MIDDLE.certificate.serial_number])),
    )
    result = verdict(served(GOOD), crls=crls)
    assert isinstance(result, Broken)
    assert "the certificate 'Lab Intermediate' was revoked on 2026-05-23 12:00 UTC" in result.why


def test_a_list_of_another_authority_decides_nothing() -> None:
    foreign = intermediate(root("Other"), "Lab Intermediate 2")
    crl = RevocationList("x.crl", revocation_list(foreign, [GOOD.certificate.serial_number]))
    result = verdict(served(GOOD), crls=(crl,))
    assert isinstance(result, Broken)
    assert result.severity is Severity.WARNING
    assert "none of the revocation lists given is by 'Lab Intermediate'" in result.why


def test_a_list_that_claims_the_issuers_name_but_not_its_key_is_not_believed() -> None:
    impostor = issue("Lab Intermediate", ca=True, names=None, key=rsa_key())
    crl = RevocationList("x.crl", revocation_list(impostor, [GOOD.certificate.serial_number]))
    result = verdict(served(GOOD), crls=(crl,))
    assert isinstance(result, Broken)
    assert result.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"days": 0}, "days must be between 1 and 36500"),
        ({"max_lifetime_days": -1}, "max_lifetime_days must be between"),
        ({"min_rsa_bits": 0}, "min_rsa_bits must be positive"),
        ({"rollout_minutes": -1}, "rollout_minutes cannot be negative"),
        ({"families": ()}, "families must name"),
        ({"tlsa": ("3 1 1 xyz",)}, "is no TLSA record"),
        ({"tlsa": ("3 1 1 abc",)}, "odd number of hex digits"),
    ],
)
def test_a_promise_that_makes_no_sense_cannot_be_built(
    settings: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Promise(**settings)  # type: ignore[arg-type] # the point of the test


def test_the_kind_says_what_it_is() -> None:
    assert KIND.id == "certificate"
    assert KIND.judge is judge
    assert KIND.promise is Promise
    assert KIND.fact is CertificateFact
