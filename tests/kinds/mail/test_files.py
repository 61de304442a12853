"""Files that settings name: missing, older than their text, or no part of what was handed in."""

from __future__ import annotations

from tests.kinds.mail.conftest import MAIN, MASTER, NOW, configuration, fact_of, guard
from twiceshy.kinds.mail import KIND
from twiceshy.kinds.mail.facts import Promise
from twiceshy.model.fact import Unseen
from twiceshy.model.verdict import Broken, Holds, Severity, Verdict

FILES = {"/etc/postfix/master.cf": MASTER}
TABLE = "virtual_alias_maps = hash:/etc/postfix/virtual\n"


def verdict(added: str, unseen: dict[str, str]) -> Verdict:
    found = configuration({**FILES, "/etc/postfix/main.cf": MAIN + added}, unseen)
    return KIND.judge(Promise(), fact_of(found), NOW)


def test_a_table_that_is_missing_is_critical() -> None:
    found = verdict(TABLE, {"/etc/postfix/virtual.db": "no such file"})
    assert isinstance(found, Broken)
    assert found.severity is Severity.CRITICAL
    assert found.why == (
        "/etc/postfix/main.cf:7:22: table of virtual_alias_maps: /etc/postfix/virtual.db is missing"
    )


def test_a_table_that_is_older_than_its_text_is_serious() -> None:
    found = verdict(TABLE, {"/etc/postfix/virtual.db": "older than its text"})
    assert isinstance(found, Broken)
    assert found.severity is Severity.SERIOUS
    assert found.next_step == "Run postmap /etc/postfix/virtual (postalias for aliases)."


def test_what_was_not_handed_in_is_named_and_not_held_against_it() -> None:
    found = verdict(TABLE, {})
    assert isinstance(found, Holds)
    assert ("/etc/postfix/virtual.db: not handed in") in {one.found for one in found.evidence}


def test_a_certificate_without_a_key_is_found_in_the_file_itself() -> None:
    main = MAIN.replace("smtpd_tls_chain_files", "smtpd_tls_cert_file")
    pem = "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n"
    files = {**FILES, "/etc/postfix/main.cf": main, "/etc/ssl/mail.pem": pem}
    found = KIND.judge(Promise(), fact_of(configuration(files)), NOW)
    assert isinstance(found, Broken)
    assert "holds no private key" in found.why
    files["/etc/ssl/mail.pem"] += "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n"
    assert isinstance(KIND.judge(Promise(), fact_of(configuration(files)), NOW), Holds)


def test_a_configuration_without_postfix_is_unseen() -> None:
    assert KIND.proposals is not None
    found = KIND.proposals.fact(guard(), configuration({"/etc/motd": "hello"}), NOW)
    assert isinstance(found, Unseen)
    assert found.next_step


def test_a_change_is_told_by_values() -> None:
    assert KIND.proposals is not None
    assert KIND.proposals.differences is not None
    before = configuration({**FILES, "/etc/postfix/main.cf": MAIN})
    text = "# new\n" + MAIN.replace("= may", "=\n  encrypt", 1) + "relayhost = [a.example.org]\n"
    after = configuration({"/etc/postfix/main.cf": text, "/etc/postfix/master.cf": MASTER + "x\n"})
    assert KIND.proposals.differences(before, after) == (
        "smtpd_tls_security_level is encrypt; before: may",
        "relayhost is set to [a.example.org]",
    )
    assert KIND.proposals.differences(before, before) == ()
