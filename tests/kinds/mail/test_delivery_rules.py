from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.kinds.mail.conftest import NOW
from twiceshy.kinds.mail.facts import (
    DeliverySeen,
    Lost,
    MailFact,
    Promise,
    QueueSeen,
    Waiting,
    Way,
)
from twiceshy.kinds.mail.rules import judge
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown, Verdict

ARRIVED = DeliverySeen("smtp://a:25", "imap://a:143", Way.ARRIVED, NOW, 2.0)


def delivered(seen: DeliverySeen) -> Verdict:
    fact = MailFact(at=NOW, vantage="here", delivery=seen)
    return judge(Promise(arrives_within_minutes=5), fact, NOW)


def test_a_message_in_time_holds() -> None:
    found = delivered(ARRIVED)
    assert isinstance(found, Holds)
    assert found.summary == "a message arrived after 2.0 s"


@pytest.mark.parametrize(
    ("seen", "severity", "words"),
    [
        (replace(ARRIVED, took_seconds=600.0), Severity.SERIOUS, "took 10 min, promised 5 min"),
        (
            replace(ARRIVED, way=Way.UNDER_WAY, took_seconds=400.0),
            Severity.CRITICAL,
            "not there after 7 min",
        ),
        (replace(ARRIVED, way=Way.REFUSED, why="answered 550 no"), Severity.CRITICAL, "550 no"),
        (
            replace(ARRIVED, lost=Lost(NOW - timedelta(minutes=10), 600)),
            Severity.CRITICAL,
            "handed in at 2026-03-01 11:50:00 UTC",
        ),
        (
            replace(ARRIVED, way=Way.UNDER_WAY, mailbox_why_not="refused", mailbox_is_broken=True),
            Severity.CRITICAL,
            "could not be read",
        ),
    ],
)
def test_a_message_that_is_late_or_lost_is_broken(
    seen: DeliverySeen, severity: Severity, words: str
) -> None:
    found = delivered(seen)
    assert isinstance(found, Broken)
    assert found.severity is severity
    assert words in found.why


@pytest.mark.parametrize(
    "seen",
    [
        replace(ARRIVED, way=Way.UNDER_WAY, took_seconds=20.0),
        replace(ARRIVED, way=Way.NOT_SENT, why="no recipient", next_step="Say it."),
        replace(ARRIVED, way=Way.UNDER_WAY, took_seconds=900.0, mailbox_why_not="wrong password"),
    ],
)
def test_what_cannot_be_known_yet_is_unknown(seen: DeliverySeen) -> None:
    found = delivered(seen)
    assert isinstance(found, Unknown)
    assert found.next_step


def queued(minutes: float, **fields: Any) -> Verdict:
    one = Waiting("4XYZ", "deferred", NOW - timedelta(minutes=minutes), "a@b.example", "refused")
    seen = replace(QueueSeen("mail-1", 3, one), **fields)
    fact = MailFact(at=NOW, vantage="here", queues=(seen,))
    return judge(Promise(oldest_in_queue_minutes=15), fact, NOW)


def test_the_oldest_message_of_a_queue_counts() -> None:
    assert isinstance(queued(14), Holds)
    found = queued(16)
    assert isinstance(found, Broken)
    assert found.why == ("queue of mail-1: a message waits for 16 min, promised 15 min: refused")
    assert isinstance(queued(0, count=0, oldest=None), Holds)


def test_a_queue_that_was_not_seen_is_unknown_and_a_dead_postfix_broken() -> None:
    assert isinstance(queued(0, oldest=None, why_not="not installed"), Unknown)
    assert isinstance(queued(0, oldest=None, why_not="down", is_down=True), Broken)
    fact = MailFact(at=NOW, vantage="here", queues=())
    assert isinstance(judge(Promise(oldest_in_queue_minutes=15), fact, NOW), Unknown)


def test_a_promise_with_nothing_to_look_at_is_unknown() -> None:
    assert isinstance(judge(Promise(), MailFact(at=NOW, vantage="here"), NOW), Unknown)


@pytest.mark.parametrize(
    "promise",
    [
        {"arrives_within_minutes": 0},
        {"oldest_in_queue_minutes": -1},
        {"submit_credentials": "geheim"},
        {"recipient": "nobody"},
        {"files": ("main.cf",)},
        {"files": ("/etc/motd",)},
        {"nameservers": ("dns.example",)},
        {"spf": "-all"},
        {"domains": ("example.org",), "sends_from": ("x",)},
        {"mx_port": 0},
    ],
)
def test_a_promise_that_means_nothing_is_refused(promise: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Promise(**promise)
