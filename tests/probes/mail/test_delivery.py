"""Real messages through a real Postfix into a real mailbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.farm.authority import DAY, NOW
from tests.farm.daemons import Daemon, free_ports
from tests.farm.fixtures import Need
from tests.farm.lab import Lab
from tests.farm.mail import LOGIN, REFUSED, MailServer, mailboxes
from tests.probes.mail.conftest import Asked
from twiceshy.kinds.mail.facts import Way
from twiceshy.model.verdict import Broken, Holds, Unknown
from twiceshy.probes.mail_delivery import _under_way

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
def test_a_message_comes_out_of_a_mailbox(  # noqa: PLR0917 - two servers and what they are asked with
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
    verdict = asked(endpoints={"smtp": server.smtp, "box": exit_}, seconds=2.0).verdict(
        arrives_within_minutes=1,
        recipient="probe@example.test",
        arrives_credentials="env:TWICESHY_TEST_LOGIN",
        configuration=False,
    )
    assert isinstance(verdict, Broken)
    assert "TLS failed" in verdict.why


def test_a_relay_that_is_cut_off_leaves_the_message_queued(server: MailServer, asked: Ask) -> None:
    ask = asked(endpoints={"smtp": server.smtp}, seconds=2.0)
    promise = to_maildir(server, recipient="someone@elsewhere.test")
    found = ask.verdict(**promise, config_dir=str(server.folder), oldest_in_queue_minutes=15)
    assert isinstance(found, Unknown), "the promised time has not passed"
    assert "still under way" in found.why
    later = asked(endpoints={"smtp": server.smtp}, ahead=timedelta(minutes=20), seconds=2.0)
    fact = later.fact(**promise, config_dir=str(server.folder), oldest_in_queue_minutes=15)
    assert fact.delivery is not None
    assert fact.delivery.lost is not None, "the message of the look before is remembered"
    verdict = later.verdict(
        config_dir=str(server.folder), oldest_in_queue_minutes=15, configuration=False
    )
    assert isinstance(verdict, Broken)
    assert "waits for 20 min, promised 15 min" in verdict.why
    assert "Connection refused" in verdict.why


def test_a_message_that_comes_late_is_found_by_the_next_look(
    server: MailServer, asked: Ask, tmp_path: Path
) -> None:
    box = tmp_path / "box"
    promise = to_maildir(server, recipient="someone@elsewhere.test", arrives_at=f"maildir:{box}")
    ask = asked(endpoints={"smtp": server.smtp}, seconds=1.0)
    (box / "new").mkdir(parents=True)
    (box / "cur").mkdir()
    first = ask.fact(**promise)
    assert first.delivery is not None
    assert first.delivery.way is Way.UNDER_WAY
    assert first.delivery.sent_at is not None
    queued = ask.fact(config_dir=str(server.folder), oldest_in_queue_minutes=1).queues
    assert queued is not None
    assert queued[0].count >= 1
    (token,) = (one.token for key, one in _under_way.items() if key[2] == f"maildir:{box}")
    (box / "new" / "1").write_text(f"Subject: Twiceshy {token}\n\n")
    second = ask.fact(**promise)
    assert second.delivery is not None
    assert second.delivery.way is Way.ARRIVED
    assert second.delivery.sent_at == first.delivery.sent_at, "no other message was sent"


def test_an_entrance_that_is_closed_is_broken(server: MailServer, asked: Ask) -> None:
    (port,) = free_ports(1)
    ask = asked(endpoints={"smtp": f"smtp://127.0.0.1:{port}"})
    verdict = ask.verdict(**to_maildir(server))
    assert isinstance(verdict, Broken)
    assert "does not take the message" in verdict.why


def test_an_entrance_that_refuses_the_recipient_is_broken(server: MailServer, asked: Ask) -> None:
    ask = asked(endpoints={"smtp": server.smtp})
    verdict = ask.verdict(**to_maildir(server, recipient=REFUSED))
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
