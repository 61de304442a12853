"""TLS files of nginx: what is sound, and every way of not being so."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from tests.farm.authority import DAY, NOW
from tests.kinds.webserver.conftest import (
    HAPROXY,
    NAME,
    NGINX,
    Judge,
    chain_of,
    seen,
    shop_leaf,
)
from twiceshy.kinds.webserver import KIND
from twiceshy.kinds.webserver.facts import Promise, WebServerFact
from twiceshy.kinds.webserver.pem import certificates_in, spki_in
from twiceshy.model.fact import Unseen
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown

CERTIFICATE, KEY = "/etc/ssl/shop.pem", "/etc/ssl/shop.key"
SHOP = f"""
server {{
    listen 443 ssl;
    server_name {NAME};
    ssl_certificate {CERTIFICATE};
    ssl_certificate_key {KEY};
    location / {{ proxy_pass http://127.0.0.1:8080; }}
}}
"""


def files_of(**settings: object) -> dict[str, bytes]:
    leaf = shop_leaf(**settings)
    return {CERTIFICATE: chain_of(leaf), KEY: leaf.key_pem}


def line_of(verdict: Broken) -> int:
    place = next(one.place for one in verdict.evidence if one.place is not None)
    assert place.file == NGINX
    return place.line


def test_sound_files_hold(judge_nginx: Judge) -> None:
    verdict = judge_nginx(SHOP, files_of())
    assert isinstance(verdict, Holds)
    assert verdict.summary == "1 public listener with sound TLS files"


def test_a_certificate_that_ends_too_soon_is_broken_with_when_it_hurts(judge_nginx: Judge) -> None:
    verdict = judge_nginx(SHOP, files_of(ends=NOW + 10 * DAY))
    assert isinstance(verdict, Broken)
    assert (verdict.severity, verdict.hurts_at) == (Severity.WARNING, NOW + 10 * DAY)
    assert "in 10 days, promised 14" in verdict.why
    assert line_of(verdict) == 7


@pytest.mark.parametrize(
    ("settings", "severity", "why"),
    [
        ({"ends": NOW - DAY}, Severity.CRITICAL, "ended"),
        ({"ends": NOW + DAY}, Severity.SERIOUS, "in 1 days"),
        ({"begins": NOW + DAY}, Severity.CRITICAL, "is not valid before"),
        ({"names": ("other.example.org",)}, Severity.SERIOUS, f"is not for {NAME}"),
    ],
)
def test_a_bad_certificate_is_broken(
    judge_nginx: Judge, settings: dict[str, object], severity: Severity, why: str
) -> None:
    verdict = judge_nginx(SHOP, files_of(**settings))
    assert isinstance(verdict, Broken)
    assert verdict.severity is severity
    assert why in verdict.why


def test_a_wildcard_is_for_the_name(judge_nginx: Judge) -> None:
    assert isinstance(judge_nginx(SHOP, files_of(names=("*.example.org",))), Holds)


def test_a_key_of_another_certificate_is_critical(judge_nginx: Judge) -> None:
    files = files_of() | {KEY: shop_leaf("other").key_pem}
    verdict = judge_nginx(SHOP, files)
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.CRITICAL
    assert f"the key {KEY} does not belong to {CERTIFICATE}" in verdict.why
    assert line_of(verdict) == 8


def test_a_file_that_begins_with_the_issuer_is_critical(judge_nginx: Judge) -> None:
    leaf = shop_leaf()
    upside_down = b"".join(one.pem for one in reversed(leaf.up))
    verdict = judge_nginx(SHOP, {CERTIFICATE: upside_down, KEY: leaf.key_pem})
    assert isinstance(verdict, Broken)
    assert "begins with another certificate than the server's own" in verdict.why


def test_a_missing_chain_is_a_warning_unless_none_is_promised(judge_nginx: Judge) -> None:
    leaf = shop_leaf()
    files = {CERTIFICATE: leaf.pem, KEY: leaf.key_pem}
    verdict = judge_nginx(SHOP, files)
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.WARNING
    assert "lacks the certificate of its issuer 'Lab Intermediate'" in verdict.why
    assert isinstance(judge_nginx(SHOP, files, chain=False), Holds)


def test_a_chain_of_somebody_else_is_a_warning(judge_nginx: Judge) -> None:
    leaf = shop_leaf()
    stranger = shop_leaf("other")
    files = {CERTIFICATE: leaf.pem + stranger.pem, KEY: leaf.key_pem}
    verdict = judge_nginx(SHOP, files)
    assert isinstance(verdict, Broken)
    assert "did not issue it" in verdict.why


@pytest.mark.parametrize("path", [CERTIFICATE, KEY])
def test_a_file_that_is_not_there_is_critical(judge_nginx: Judge, path: str) -> None:
    files = files_of()
    del files[path]
    verdict = judge_nginx(SHOP, files, {path: "No such file or directory"})
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.CRITICAL
    assert f"{path} cannot be used: it is not there" in verdict.why


def test_a_file_that_may_not_be_read_is_unknown(judge_nginx: Judge) -> None:
    files = files_of()
    del files[KEY]
    verdict = judge_nginx(SHOP, files, {KEY: "Permission denied"})
    assert isinstance(verdict, Unknown)
    assert "Permission denied" in verdict.why


@pytest.mark.parametrize(
    "content",
    [b"", b"no certificate\n", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
)
def test_a_file_that_holds_something_else_is_critical(judge_nginx: Judge, content: bytes) -> None:
    verdict = judge_nginx(SHOP, files_of() | {CERTIFICATE: content})
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.CRITICAL


def test_keys_that_are_no_part_of_a_change_are_left_out_and_named(judge_nginx: Judge) -> None:
    files = files_of()
    del files[KEY]
    verdict = judge_nginx(SHOP, files)
    assert isinstance(verdict, Holds)
    assert "1 file not handed in and not judged" in verdict.summary
    assert any(KEY in one.what for one in verdict.evidence)


def test_when_nothing_of_what_is_promised_was_handed_in_it_is_unknown(judge_nginx: Judge) -> None:
    verdict = judge_nginx(SHOP)
    assert isinstance(verdict, Unknown)
    assert "was not part of what was handed in" in verdict.why


def test_a_listener_without_a_certificate_is_critical(judge_nginx: Judge) -> None:
    verdict = judge_nginx("server { listen 443 ssl; server_name a.test; }")
    assert isinstance(verdict, Broken)
    assert "no ssl_certificate is in force" in verdict.why


def test_a_server_that_refuses_handshakes_needs_none(judge_nginx: Judge) -> None:
    refusing = "server { listen 443 ssl default_server; ssl_reject_handshake on; }"
    assert isinstance(judge_nginx(SHOP + refusing, files_of()), Holds)


def test_tls_is_on_for_every_server_of_a_socket(judge_nginx: Judge) -> None:
    other = "server { listen 443; server_name other.example.org; }"
    verdict = judge_nginx(SHOP + other, files_of())
    assert isinstance(verdict, Broken)
    assert "server other.example.org at *:443 speaks TLS and has no certificate" in verdict.why


def test_a_certificate_is_taken_over_from_http(judge_nginx: Judge) -> None:
    text = f"ssl_certificate {CERTIFICATE}; ssl_certificate_key {KEY}; server {{ listen 443 ssl; }}"
    assert isinstance(judge_nginx(text, files_of()), Holds)


def test_a_certificate_that_is_chosen_for_each_connection_is_unknown(judge_nginx: Judge) -> None:
    verdict = judge_nginx(SHOP.replace(CERTIFICATE, "/etc/ssl/$ssl_server_name.pem"), files_of())
    assert isinstance(verdict, Unknown)
    assert "decided for each connection" in verdict.why


def test_a_mistake_in_the_file_is_broken(judge_nginx: Judge) -> None:
    verdict = judge_nginx(SHOP.replace("8080; }", "8080; "), files_of())
    assert isinstance(verdict, Broken)
    assert "never closed" in verdict.why


def test_a_private_key_is_in_no_fact() -> None:
    files = files_of()
    text = b"events {}\nhttp {" + SHOP.encode() + b"}"
    fact = seen(Promise(), {NGINX: text, **files})
    assert isinstance(fact, WebServerFact)
    secret = files[KEY].decode().splitlines()[1]
    assert secret not in repr(fact)
    assert secret not in repr(KIND.judge(Promise(), fact, NOW))


def test_the_public_half_of_a_key_does_as_well(judge_nginx: Judge) -> None:
    leaf = shop_leaf()
    public = leaf.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert spki_in(public) == spki_in(leaf.key_pem)
    assert isinstance(judge_nginx(SHOP, {CERTIFICATE: chain_of(leaf), KEY: public}), Holds)


def test_an_encrypted_key_is_unknown(judge_nginx: Judge) -> None:
    leaf = shop_leaf()
    locked = leaf.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    verdict = judge_nginx(SHOP, {CERTIFICATE: chain_of(leaf), KEY: locked})
    assert isinstance(verdict, Unknown)
    assert "the key is encrypted" in verdict.why


def test_certificates_know_their_issuer() -> None:
    first, second = certificates_in(chain_of(shop_leaf()))
    assert (first.subject, first.issued_by_next, second.issued_by_next) == (NAME, True, False)


@given(st.binary(max_size=300))
def test_any_bytes_never_hold(content: bytes) -> None:
    text = b"events {}\nhttp {" + SHOP.encode() + b"}"
    for files in (
        {NGINX: text, CERTIFICATE: content, KEY: content},
        {NGINX: content, HAPROXY: content},
    ):
        fact = seen(Promise(), files)
        if not isinstance(fact, Unseen):
            assert not isinstance(KIND.judge(Promise(), fact, NOW), Holds)
