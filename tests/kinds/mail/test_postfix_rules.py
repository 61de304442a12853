"""Every mistake names its line; every healthy neighbour of it is let alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.kinds.mail.conftest import MAIN, MASTER, Judged
from twiceshy.model.verdict import Holds, Severity, Unknown

Judge = Callable[..., Judged]
CRITICAL, SERIOUS, WARNING = Severity.CRITICAL, Severity.SERIOUS, Severity.WARNING


def test_a_healthy_postfix_holds(judged: Judge) -> None:
    verdict = judged().verdict
    assert isinstance(verdict, Holds)
    assert verdict.summary == "Postfix's configuration has no mistake that was looked for"


@pytest.mark.parametrize(
    ("added", "severity", "line", "words"),
    [
        ("smtp_tls_security_level = encrpt", CRITICAL, "7:1", "'encrpt' is none of none, may"),
        ("smtpd_tls_security_level = verify", CRITICAL, "7:1", "is none of none, may, encrypt"),
        ("relayhost = [mx.example", CRITICAL, "7:13", "no closing bracket"),
        ("relayhost = [mx.example]587", CRITICAL, "7:13", "instead of a port"),
        ("relayhost = [mx.example]:99999", CRITICAL, "7:13", "'99999' is no port"),
        ("relayhost = user@mx.example", CRITICAL, "7:13", "is no host name"),
        ("smtp_bind_address = 192.0.2.300", CRITICAL, "7:1", "is no IP address"),
        ("smtp_bind_address = 224.0.0.1", CRITICAL, "7:1", "that no host can have"),
        ("smtp_bind_address = 127.0.0.1", CRITICAL, "7:1", "nothing gets out"),
        ("smtp_bind_address = 2001:db8::1", CRITICAL, "7:1", "is no IPv4 address"),
        ("smtp_use_tls = maybe", CRITICAL, "7:1", "neither yes nor no"),
        ("queue_run_delay = 5x", SERIOUS, "7:1", "is no time"),
        ("message_size_limit = 10M", SERIOUS, "7:1", "is no number"),
        ("inet_protocols = ipv5", CRITICAL, "7:1", "'ipv5' is none of all, ipv4, ipv6"),
        ("mynetworks = 127.0.0.0/8,\n  0.0.0.0/0", CRITICAL, "8:3", "open relay"),
        ("mynetworks = [::]/0", CRITICAL, "7:14", "open relay"),
        ("mynetworks = 192.0.2.1/24", SERIOUS, "7:14", "192.0.2.0/24 is meant"),
        ("mynetworks = 192.0.2.0/33", SERIOUS, "7:14", "is no network"),
        ("smtpd_tsl_security_level = may", SERIOUS, "7:1", "did you mean smtpd_tls_security"),
        ("something_of_ours = 1", WARNING, "7:1", "knows no parameter"),
        ("myhostname = vm", WARNING, "2:1", "line 7 wins over line 2"),
        ("message_size_limit = 99999999", CRITICAL, "7:1", "larger than mailbox_size_limit"),
        ("maximal_queue_lifetime = 0", SERIOUS, "7:1", "maximal_queue_lifetime = 0"),
        ("minimal_backoff_time = 2h", WARNING, "7:1", "is longer than maximal_backoff_time"),
        ("delay_warning_time = 200h", WARNING, "7:1", "not shorter"),
        ("defer_transports = smtp", CRITICAL, "7:1", "defer_transports = smtp"),
        ("soft_bounce = yes", WARNING, "7:1", "soft_bounce = yes"),
        ("default_transport = discard", CRITICAL, "7:1", "no mail leaves"),
        ("content_filter = scan:[127.0.0.1]:10024", CRITICAL, "7:1", "no service 'scan'"),
        ("smtp_tls_security_level = verify", CRITICAL, "7:1", "without smtp_tls_CAfile"),
        ("smtp_tls_security_level = secure", CRITICAL, "7:1", "without smtp_tls_CAfile"),
        ("smtp_tls_security_level = fingerprint", CRITICAL, "7:1", "fingerprint_cert_match"),
        ("smtp_tls_security_level = dane-only", CRITICAL, "7:1", "smtp_dns_support_level"),
        ("smtp_tls_wrappermode = yes", CRITICAL, "7:1", "needs smtp_tls_security_level"),
        ("relayhost = [mx.example.org]:465", CRITICAL, "7:1", "from the first byte"),
        ("smtpd_tls_chain_files =", SERIOUS, "5:1", "there is no certificate"),
        ("smtpd_tls_key_file = /etc/ssl/k.pem", SERIOUS, "7:1", "a key and no certificate"),
        (
            "virtual_mailbox_domains = mail.example.org",
            SERIOUS,
            "3:17",
            "in mydestination and in virtual_mailbox_domains",
        ),
        (
            "smtpd_relay_restrictions = permit_mynetwork, reject_unauth_destination",
            CRITICAL,
            "7:28",
            "no restriction 'permit_mynetwork'",
        ),
        (
            "smtpd_relay_restrictions =\n  permit_mynetworks,\n  permit,\n  reject_unauth_destination",
            CRITICAL,
            "9:3",
            "an open relay",
        ),
        (
            "smtpd_relay_restrictions = permit_mynetworks\nsmtpd_recipient_restrictions = permit",
            CRITICAL,
            "8:32",
            "an open relay",
        ),
        (
            "smtpd_relay_restrictions = warn_if_reject reject_unauth_destination, permit",
            CRITICAL,
            "7:70",
            "an open relay",
        ),
        (
            "smtpd_relay_restrictions = permit_mynetworks",
            CRITICAL,
            "7:1",
            "stops strangers",
        ),
        ("this is no setting", CRITICAL, "7:1", "is followed by no '='"),
    ],
)
def test_a_mistake_is_found_at_its_line(
    judged: Judge, added: str, severity: Severity, line: str, words: str
) -> None:
    found = judged(added + "\n")
    blamed = [str(one.place) for one in found.broken.evidence if words in one.what + one.found]
    assert f"/etc/postfix/main.cf:{line}" in blamed, found.broken
    assert found.severity.rank >= severity.rank
    assert found.broken.next_step


@pytest.mark.parametrize(
    "added",
    [
        "smtp_tls_security_level = encrypt",
        "smtp_tls_security_level =",
        "relayhost = [mx.example.org]:587",
        "relayhost = example.org",
        "relayhost = [2001:db8::25]:25",
        "smtp_bind_address = 192.0.2.25",
        "smtp_bind_address = 127.0.0.1\nrelayhost = [127.0.0.1]:10025",
        "smtp_bind_address = 0.0.0.0",
        "queue_run_delay = 5m",
        "mynetworks = 127.0.0.0/8 192.0.2.0/24 [::1]/128 [::ffff:127.0.0.0]/104 10.0.0.0/8",
        "mynetworks = !192.0.2.7, 192.0.2.0/24, /etc/postfix/networks, cidr:/etc/postfix/nets",
        "ours = 192.0.2.0/24\nmynetworks = $ours",
        "smtpd_restriction_classes = strict\nstrict = reject_unknown_sender_domain",
        "relay_destination_concurrency_limit = 5",
        "message_size_limit = 99999999\nmailbox_size_limit = 0\nvirtual_mailbox_limit = 0",
        "delay_warning_time = 4h",
        "virtual_alias_maps = ldap:people\npeople_server_host = ldap.example.org",
        "content_filter = smtp:[127.0.0.1]:10024",
        "smtp_tls_security_level = verify\nsmtp_tls_CAfile = /etc/ssl/certs/ca-certificates.crt",
        "smtp_tls_security_level = secure\ntls_append_default_CA = yes",
        "smtp_tls_security_level = dane\nsmtp_dns_support_level = dnssec",
        "smtp_tls_security_level = encrypt\nsmtp_tls_wrappermode = yes\nrelayhost = [a.example]:465",
        "virtual_mailbox_domains = shop.example.org",
        "smtpd_relay_restrictions = permit_mynetworks reject_unauth_destination",
        "smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated,reject",
        "smtpd_recipient_restrictions = permit",
        "smtpd_recipient_restrictions = check_policy_service unix:private/policy, permit",
        "smtpd_relay_restrictions = ours, reject\nsmtpd_restriction_classes = ours\nours = permit_inet_interfaces",
        "# smtp_tls_security_level = encrpt",
        "myorigin = ${mydomain?{$mydomain}:{$myhostname}}",
    ],
)
def test_a_healthy_variant_is_let_alone(judged: Judge, added: str) -> None:
    main = "\n".join(
        line
        for line in MAIN.splitlines()
        if not any(line.partition(" =")[0] == one.partition(" =")[0] for one in added.split("\n"))
    )
    assert isinstance(judged(added + "\n", main=main + "\n").verdict, Holds)


def test_a_table_before_the_guard_leaves_it_open_what_strangers_may(judged: Judge) -> None:
    verdict = judged(
        "smtpd_relay_restrictions = permit_mynetworks,\n"
        "  check_sender_access hash:/etc/postfix/senders, reject_unauth_destination\n"
    ).verdict
    assert isinstance(verdict, Unknown)
    assert "check_sender_access" in verdict.why
    assert "/etc/postfix/main.cf:8:3" in verdict.why


@pytest.mark.parametrize(
    ("service", "severity", "words"),
    [
        ("submission inet n - y - - smtpd", SERIOUS, "without smtpd_sasl_auth_enable"),
        (
            "submission inet n - y - - smtpd -o smtpd_sasl_auth_enable=yes",
            SERIOUS,
            "takes passwords without TLS",
        ),
        ("smtps inet n - y - - smtpd", CRITICAL, "without smtpd_tls_wrappermode"),
        ("25 inet n - y - - smtpd -o smtpd_tls_wrappermode=yes", CRITICAL, "with smtpd_tls_wrap"),
        ("submission inet n - y - smtpd", CRITICAL, "7 of 8 fields"),
        ("submission tcp n - y - - smtpd", CRITICAL, "is no service type"),
        ("2525 inet n - q - - smtpd", CRITICAL, "chroot must be y, n or -"),
        ("2525 inet n - y - - smtpd -o smtpd_tls_security_level", CRITICAL, "is not name=value"),
        (
            "2525 inet n - y - - smtpd\n  -o smtpd_relay_restrictions=permit",
            CRITICAL,
            "an open relay",
        ),
        ("2525 inet n - y - - smtpd -o smtpd_tls_security_level=encrpt", CRITICAL, "'encrpt'"),
    ],
)
def test_a_service_of_its_own_is_judged_with_its_own_settings(
    judged: Judge, service: str, severity: Severity, words: str
) -> None:
    kept = [line for line in MASTER.splitlines() if not line.startswith(("submission", "  -o"))]
    found = judged(master="\n".join([*kept, service]) + "\n")
    places = [str(one.place) for one in found.broken.evidence if words in one.what + one.found]
    first = len(kept) + 1
    lines = {f"/etc/postfix/master.cf:{first + step}" for step in range(2)}
    assert any(one.rpartition(":")[0] in lines for one in places), found.broken
    assert found.severity.rank >= severity.rank


@pytest.mark.parametrize(
    "service",
    [
        "587 inet n - y - - smtpd -o { smtpd_tls_security_level = encrypt }\n -o smtpd_sasl_auth_enable=yes",
        "465 inet n - y - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes",
        "submission inet n - y - - smtpd -o smtpd_tls_auth_only=yes -o smtpd_sasl_auth_enable=yes",
        "127.0.0.1:2525 inet n - y - 1? smtpd".replace("1?", "10"),
        "pickup unix n - y 60? 1 pickup",
        "scan unix - - n - 10 pipe\n  flags=Rq user=scan argv=/usr/bin/scan -f ${sender}",
    ],
)
def test_a_sound_service_is_let_alone(judged: Judge, service: str) -> None:
    kept = [line for line in MASTER.splitlines() if not line.startswith(("submission", "  -o"))]
    assert isinstance(judged(master="\n".join([*kept, service]) + "\n").verdict, Holds)


def test_without_master_cf_no_transport_is_missed(judged: Judge) -> None:
    assert isinstance(judged("content_filter = scan:x\n", master=None).verdict, Holds)


def test_a_password_is_never_shown(judged: Judge) -> None:
    added = "smtp_sasl_password_maps = static:relay:geheim99\nsmtp_sasl_passwords = geheim99\n"
    assert "geheim99" not in repr(judged(added).verdict)


def test_without_a_compatibility_level_the_relay_list_is_empty(judged: Judge) -> None:
    main = MAIN.replace("compatibility_level = 3.6\n", "")
    assert "smtpd refuses to run" in judged(main=main).broken.evidence[0].found
    added = "smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination\n"
    assert isinstance(judged(added, main=main).verdict, Holds)


@pytest.mark.parametrize(
    "main",
    [
        "a = b\n" * 2_000_000,
        "".join(f"name{number} = $name{number + 1}$name{number + 1}\n" for number in range(9_000)),
        "mynetworks = " + "${" * 100_000,
        "smtpd_relay_restrictions = " + "permit_mynetworks, " * 100_000,
    ],
    ids=["long", "wide", "deep", "list"],
)
def test_a_hostile_file_ends_soon_and_never_holds(judged: Judge, main: str) -> None:
    assert not isinstance(judged(main=main).verdict, Holds)
