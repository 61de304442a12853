"""main.cf as the host has it, held against what the real Postfix says of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.farm.fixtures import Need
from tests.farm.mail import MailServer
from tests.probes.mail.conftest import Asked
from twiceshy.kinds.mail.facts import QueueSeen
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown

Ask = Callable[..., Asked]
MASTER = "smtp inet n - n - - smtpd\nsmtp unix - - n - - smtp\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "master.cf").write_text(MASTER)
    return tmp_path


def test_a_running_postfix_is_free_of_mistakes_and_its_queue_is_seen(
    server: MailServer, asked: Ask
) -> None:
    verdict = asked().verdict(config_dir=str(server.folder))
    assert isinstance(verdict, Holds), verdict
    fact = asked().fact(config_dir=str(server.folder), oldest_in_queue_minutes=15)
    assert fact.queues is not None
    assert fact.queues[0].why_not is None


MISTAKES = [
    ("smtp_tls_security_level = encrpt", "encrpt"),
    ("relayhost = [mx.example", "no closing bracket"),
    ("smtp_bind_address = 192.0.2.99", "none of this host's addresses"),
    ("smtp_tls_security_level = verify", "without smtp_tls_CAfile"),
    ("mynetworks = 0.0.0.0/0", "open relay"),
    ("virtual_alias_maps = hash:{folder}/virtual", "virtual.db: no such file"),
    ("smtpd_recipient_restrictions = permit\nsmtpd_relay_restrictions = permit", "open relay"),
]


def test_postfix_itself_lets_all_of_them_pass(folder: Path, need: Need) -> None:
    lines = "\n".join(line for line, _ in MISTAKES).replace("{folder}", str(folder))
    (folder / "main.cf").write_text(f"compatibility_level = 3.6\n{lines}\n")
    argv = [need("postconf"), "-c", str(folder), "-n"]
    said = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert said.returncode == 0
    assert {
        line for line in said.stderr.splitlines() if "overriding earlier entry" not in line
    } == set()


@pytest.mark.parametrize(("line", "words"), MISTAKES)
def test_what_postfix_lets_pass_is_found(folder: Path, asked: Ask, line: str, words: str) -> None:
    text = f"compatibility_level = 3.6\nmyhostname = mail.example.org\n{line}\n"
    (folder / "main.cf").write_text(text.replace("{folder}", str(folder)))
    verdict = asked().verdict(config_dir=str(folder))
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.CRITICAL
    blamed = [one for one in verdict.evidence if one.place and words in one.what + one.found]
    assert blamed, verdict
    assert {one.place.line for one in blamed if one.place} <= {3, 4}


def test_a_forgotten_postmap_is_found(folder: Path, asked: Ask, need: Need) -> None:
    main = f"compatibility_level = 3.6\nvirtual_alias_maps = hash:{folder}/virtual\n"
    (folder / "main.cf").write_text(main)
    table = folder / "virtual"
    table.write_text("a@example.org b@example.org\n")
    subprocess.run([need("postmap"), "-c", str(folder), f"hash:{table}"], check=True)
    assert isinstance(asked().verdict(config_dir=str(folder)), Holds)
    made = (folder / "virtual.db").stat().st_mtime
    subprocess.run(["touch", "-d", f"@{made + 60:.0f}", str(table)], check=True)
    verdict = asked().verdict(config_dir=str(folder))
    assert isinstance(verdict, Broken)
    assert "was changed after" in verdict.why


def test_a_certificate_without_its_key_is_found_without_reading_it(
    folder: Path, asked: Ask
) -> None:
    pem = folder / "cert.pem"
    pem.write_text("-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n")
    main = f"compatibility_level = 3.6\nsmtpd_tls_cert_file = {pem}\n"
    (folder / "main.cf").write_text(main)
    verdict = asked().verdict(config_dir=str(folder))
    assert isinstance(verdict, Broken)
    assert "holds no private key" in verdict.why
    pem.write_text(pem.read_text() + "-----BEGIN PRIVATE KEY-----\nAA\n")
    assert isinstance(asked().verdict(config_dir=str(folder)), Holds)


def test_a_host_without_postfix_has_nothing_to_judge(tmp_path: Path, asked: Ask) -> None:
    assert isinstance(asked().verdict(config_dir=str(tmp_path / "none")), Unknown)
    verdict = asked().verdict(files=(str(tmp_path / "main.cf"),))
    assert isinstance(verdict, Unknown)
    assert "could not be read" in verdict.why


def test_a_mail_system_that_is_down_is_broken(folder: Path, asked: Ask, need: Need) -> None:
    need("postqueue")
    (folder / "main.cf").write_text(
        f"compatibility_level = 3.6\nqueue_directory = {folder}/queue\nmyhostname = a.example.org\n"
    )
    (folder / "queue" / "public").mkdir(parents=True)
    fact = asked().fact(config_dir=str(folder), oldest_in_queue_minutes=5)
    assert fact.queues is not None
    (seen,) = fact.queues
    assert isinstance(seen, QueueSeen)
    assert seen.is_down, seen.why_not
