from __future__ import annotations

from collections.abc import Callable

import pytest

from twiceshy.reports.read import read_report

Messages = Callable[..., list[str]]
Outage = Callable[..., str]


def test_actions_without_owner_are_told_in_one_finding(messages: Messages, outage: Outage) -> None:
    text = outage(actions="- Alert before expiry\n- Renew on a test host each night")

    assert messages("AC001", text) == [
        "none of the 2 actions has an owner; name one person or team for each"
    ]
    assert messages("AC002", text) == ["none of the 2 actions has a due date; write a day for each"]


def test_the_ones_that_lack_an_owner_are_named(messages: Messages, outage: Outage) -> None:
    text = outage(
        actions=[
            "",
            "| Action | Owner | Due |",
            "| --- | --- | --- |",
            "| Alert 21 days before a certificate expires | Mail team | 2024-06-21 |",
            "| Test the renewal each month |  | 2024-06-28 |",
        ]
    )

    (message,) = messages("AC001", text)
    assert message.startswith("1 of 2 actions has no owner: a2 (line ")
    assert messages("AC002", text) == []


@pytest.mark.parametrize(
    ("action", "word"),
    [
        ("Improve monitoring", '"improve"'),
        ("Implement better certificate management practices", '"better"'),
        ("Conduct regular audits of certificates", '"regular"'),
        ("Consider a second mail provider", '"consider"'),
        ("Conduct monthly audits of certificates", None),
        ("Conduct regular audits of certificates every quarter", None),
        ("Improve monitoring with an alert when mail is queued for 10 minutes", None),
        ("Improve the module so it uses a connection pool", None),
        ("Lint for dangerous regular expressions", None),
        ("Move the database to a bigger disk", None),
    ],
)
def test_an_action_without_an_end_is_asked_for_one(
    messages: Messages, outage: Outage, action: str, word: str | None
) -> None:
    found = messages("AC003", outage(actions=f"- {action}"))

    assert len(found) == (word is not None)
    assert word is None or word in found[0]


def test_a_task_that_says_it_exactly_mends_the_measure(messages: Messages, outage: Outage) -> None:
    text = outage(
        actions=[
            "- Improvements:",
            "  - Schedule regular security audits of the web server.",
            "- Tasks:",
            "  - Schedule monthly security audits of the web server.",
        ]
    )

    assert messages("AC003", text) == []
    assert len(messages("AC006", text)) == 1


def test_a_remedy_of_the_family_answers_the_cause_without_sharing_a_word(
    messages: Messages, outage: Outage
) -> None:
    assert messages("AC004", outage(actions="- Automate TLS renewals")) == []
    assert len(messages("AC004", outage(actions="- Hire a second person for nights"))) == 1


def test_an_audit_is_no_alarm_whatever_both_are_about(messages: Messages, outage: Outage) -> None:
    watched = outage(actions="- Monitor SSL certificates for their expiry dates")
    audited = outage(actions="- Audit SSL certificates and their expiry dates")
    earlier = read_report(watched.replace("June 7", "May 7"), path="may.md")

    assert messages("AC005", audited, [earlier]) == []
    (message,) = messages("AC005", watched, [earlier])
    assert "may#a1 (2024-05-07)" in message


def test_a_due_date_of_the_year_before_is_a_mistake(messages: Messages, outage: Outage) -> None:
    table = "\n| Action | Owner | Due |\n| --- | --- | --- |\n| Renew by robot | Ops team | {} |"

    assert len(messages("AC008", outage(actions=table.format("2023-06-21")))) == 1
    assert messages("AC008", outage(actions=table.format("2024-06-21"))) == []
