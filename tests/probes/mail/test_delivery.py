"""Real messages through a real Postfix into a real mailbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.farm.authority import DAY, NOW
from tests.farm.daemons import Daemon, free_ports
from tests.farm.fixtures import Need
from tests.farm.lab import Lab
from tests.farm.mail import LOGIN, MailServer, mail_server, mailboxes
from tests.probes.mail.conftest import Asked
from twiceshy.kinds.mail.facts import Way
from twiceshy.model.verdict import Broken, Holds, Unknown

Ask = Callable[..., Asked]


@pytest.fixture(scope="module")
def mailbox(server: MailServer, need: Need, lab: Lab) -> Iterator[Daemon]:
    leaf = lab.leaf(begins=NOW - 300 * DAY, ends=NOW + 900 * DAY)
    for program in ("imap", "pop3"):
        need(f"/usr/lib/dovecot/{program}")
    with mailboxes(need("dovecot"), leaf, server.maildir) as daemon:
        yield daemon


def to_maildir(server: MailServer, **more: Any) -> dict[str, Any]:
    return {
        "arrives_within_minutes": 1,
        "recipient": "probe@example.test",
        "arrives_at": f"maildir:{server.maildir}",
        "configuration": False,
        **more,
    }


def test_a_message_comes_out_in_a_maildir_and_is_tidied_away(
    server: MailServer, asked: Ask
) -> None:
    ask = asked(endpoints={"smtp": server.smtp})
    assert isinstance(ask.verdict(**to_maildir(server)), Holds)
    assert list((server.maildir / "new").iterdir()) == []
    assert isinstance(ask.verdict(**to_maildir(server, tidy=False)), Holds)
    (kept,) = (server.maildir / "new").iterdir()
    assert "Auto-Submitted: auto-generated" in kept.read_text()
    kept.unlink()


@pytest.mark.parametrize("scheme", ["imap", "imaps", "pop3", "pop3s"])
def test_a_message_comes_out_of_a_mailbox(
    server: MailServer,
    mailbox: Daemon,
    asked: Ask,
    lab: Lab,
    scheme: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TWICESHY_TEST_LOGIN", LOGIN)
    exit_ = f"{scheme}://mail.example.test:{mailbox.ports[scheme]}"
    ask = asked(endpoints={"smtp": server.smtp, "box": exit_})
    promise = {
        "arrives_within_minutes": 1,
        "recipient": "probe@example.test",
        "arrives_at": "mail.box",
        "arrives_credentials": "env:TWICESHY_TEST_LOGIN",
        "roots": lab.roots,
        "configuration": False,
    }
    verdict = ask.verdict(**promise)
    assert isinstance(verdict, Holds), verdict
    left = [*(server.maildir / "new").iterdir(), *(server.maildir / "cur").iterdir()]
    assert left == []


def test_a_wrong_password_for_the_mailbox_is_unknown_and_never_told(
    server: MailServer,
    mailbox: Daemon,
    asked: Ask,
    lab: Lab,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TWICESHY_TEST_LOGIN", "probe@example.test:not-this-one")
    exit_ = f"imaps://mail.example.test:{mailbox.ports['imaps']}"
    verdict = asked(endpoints={"smtp": server.smtp, "box": exit_}).verdict(
        arrives_within_minutes=1,
        recipient="probe@example.test",
        arrives_credentials="env:TWICESHY_TEST_LOGIN",
        roots=lab.roots,
        configuration=False,
    )
    assert isinstance(verdict, Unknown)
    assert "refused LOGIN" in verdict.why
    assert "not-this-one" not in repr(verdict)


def test_a_mailbox_without_a_trusted_certificate_gets_no_password(
    server: MailServer, mailbox: Daemon, asked: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWICESHY_TEST_LOGIN", LOGIN)
    exit_ = f"imaps://mail.example.test:{mailbox.ports['imaps']}"
    verdict = asked(endpoints={"smtp": server.smtp, "box": exit_}, seconds=3.0).verdict(
        arrives_within_minutes=1,
        recipient="probe@example.test",
        arrives_credentials="env:TWICESHY_TEST_LOGIN",
        configuration=False,
    )
    assert isinstance(verdict, Broken)
    assert "TLS failed" in verdict.why


def test_a_relay_that_is_cut_off_leaves_the_message_queued(server: MailServer, asked: Ask) -> None:
    ask = asked(endpoints={"smtp": server.smtp}, seconds=3.0)
    promise = to_maildir(server, recipient="someone@elsewhere.test")
    found = ask.verdict(**promise, config_dir=str(server.folder), oldest_in_queue_minutes=15)
    assert isinstance(found, Unknown), "the promised time has not passed"
    assert "still under way" in found.why
    later = asked(endpoints={"smtp": server.smtp}, ahead=timedelta(minutes=20), seconds=3.0)
    fact = later.fact(**promise, config_dir=str(server.folder), oldest_in_queue_minutes=15)
    assert fact.delivery is not None
    assert fact.delivery.lost is not None, "the message of the look before is remembered"
    verdict = later.verdict(
        config_dir=str(server.folder), oldest_in_queue_minutes=15, configuration=False
    )
    assert isinstance(verdict, Broken)
    assert "waits for 20 min, promised 15 min" in verdict.why
    assert "Connection refused" in verdict.why


def test_a_message_found_by_a_later_look_has_the_time_of_its_arrival(
    server: MailServer, asked: Ask
) -> None:
    slow = asked(endpoints={"smtp": server.smtp}, seconds=1.0)
    nowhere = to_maildir(server, arrives_at=f"maildir:{server.folder}/queue/nowhere")
    first = slow.fact(**nowhere)
    assert first.delivery is not None
    assert first.delivery.way in {Way.UNDER_WAY, Way.NOT_SENT}


def test_an_entrance_that_is_closed_is_broken(server: MailServer, asked: Ask) -> None:
    (port,) = free_ports(1)
    ask = asked(endpoints={"smtp": f"smtp://127.0.0.1:{port}"})
    verdict = ask.verdict(**to_maildir(server))
    assert isinstance(verdict, Broken)
    assert "does not take the message" in verdict.why


def test_an_entrance_that_refuses_the_recipient_is_broken(
    server: MailServer, need: Need, as_root: None, asked: Ask
) -> None:
    added = "smtpd_recipient_restrictions = reject\n"
    with mail_server(need("postfix"), added=added) as other:
        verdict = asked(endpoints={"smtp": other.smtp}).verdict(**to_maildir(server))
    assert isinstance(verdict, Broken)
    assert "554 5.7.1" in verdict.why


@pytest.mark.parametrize(
    ("promise", "step"),
    [
        ({}, "recipient"),
        ({"recipient": "a@example.test"}, "arrives_at"),
        (
            {"recipient": "a@example.test", "arrives_at": "maildir:/x", "submit": "nowhere"},
            "submit",
        ),
        ({"recipient": "a@example.test", "arrives_at": "maildir:/x", "roots": "no.pem"}, "roots"),
        (
            {"recipient": "a@b.test", "arrives_at": "mbox:/x", "submit_credentials": "env:NO_T"},
            "NO_T",
        ),
    ],
)
def test_what_is_not_said_is_unknown_with_what_to_add(
    asked: Ask, promise: dict[str, Any], step: str
) -> None:
    ask = asked(endpoints={"smtp": "smtp://127.0.0.1:1"})
    verdict = ask.verdict(arrives_within_minutes=1, configuration=False, **promise)
    assert isinstance(verdict, Unknown)
    assert verdict.next_step is not None
    assert step in verdict.next_step
