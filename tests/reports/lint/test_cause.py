from __future__ import annotations

from collections.abc import Callable

import pytest

Messages = Callable[..., list[str]]
Outage = Callable[..., str]


def test_a_repair_that_speaks_of_the_cause_is_evidence(messages: Messages, outage: Outage) -> None:
    text = outage(
        timeline=[
            "- 13:00: Users reported missing mail.",
            "- 13:30: Engineers began investigating the mail logs.",
            "- 14:30: A new certificate was installed.",
            "- 15:00: Mail was restored.",
        ]
    )

    assert messages("RC001", text) == []


def test_a_false_lead_without_an_end_is_told_by_name(messages: Messages, outage: Outage) -> None:
    text = outage(
        timeline=[
            "- Issue Detected: 13:00 (UTC)",
            "- Actions Taken: The team investigated, initial assumptions pointed to a DDoS attack.",
            "- Misleading Paths: Time was spent on the signs of a DDoS attack, a false lead.",
            "- Resolution: The incident was resolved at 15:00 (UTC).",
        ]
    )

    (message,) = messages("RC002", text)
    assert '"DDoS attack"' in message
    assert "no end" in message


def test_what_came_of_a_suspicion_needs_no_set_phrase(messages: Messages, outage: Outage) -> None:
    text = outage(
        timeline=[
            "- 13:00: Users reported missing mail.",
            "- 13:10: The database was suspected.",
            "- 13:40: Database queries from another host answered, focus shifted to the mail logs.",
            "- 14:00: The expired certificate was identified as the cause.",
            "- 15:00: Mail was restored.",
        ]
    )

    assert messages("RC002", text) == []


@pytest.mark.parametrize(
    ("cause", "circular"),
    [
        ("The outage was caused by an outage of the email service.", True),
        ("The email service was down.", True),
        ("The root cause was a service failure.", True),
        ("The SSL certificate on the email server had expired.", False),
        ("The disk of the server was full.", False),
    ],
)
def test_a_cause_has_to_say_more_than_that_it_failed(
    messages: Messages, outage: Outage, cause: str, *, circular: bool
) -> None:
    assert bool(messages("RC004", outage(cause=cause))) is circular


@pytest.mark.parametrize(
    ("cause", "blames"),
    [
        ("The outage was due to human error.", True),
        ("An engineer accidentally deleted the table.", True),
        ("A junior developer forgot to renew the certificate.", True),
        ("The script that deletes the table was run with its production default.", False),
        ("Human error: the table was deleted, as the tool asked for no confirmation.", False),
    ],
)
def test_a_cause_that_ends_at_a_person_is_asked_what_let_it_happen(
    messages: Messages, outage: Outage, cause: str, *, blames: bool
) -> None:
    assert bool(messages("RC005", outage(cause=cause))) is blames
