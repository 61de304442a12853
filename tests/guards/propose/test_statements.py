"""What an action states overrides what its guard would promise by itself."""

from __future__ import annotations

import pytest

from twiceshy.guards.propose import Proposal, propose
from twiceshy.model.ids import ActionId, ReportId
from twiceshy.model.report import Action, ActionKind, Cause, CauseClass, Report


def guards_of(*texts: str, cause: CauseClass = CauseClass.OTHER) -> tuple[Proposal, ...]:
    actions = tuple(
        Action(ActionId(f"a{number}"), text, ActionKind.PREVENT, number)
        for number, text in enumerate(texts, 1)
    )
    one = Report(
        ReportId("r"),
        "r.md",
        services=("web shop",),
        cause=Cause("because", cause, (), 1),
        actions=actions,
    )
    return propose([one]).proposals


def settings_of(kind: str, *texts: str) -> dict[str, object]:
    found = [one for one in guards_of(*texts) if one.kind == kind]
    return {name: value for one in found for name, value in one.promise.items()}


@pytest.mark.parametrize(
    ("text", "kind", "setting", "value"),
    [
        ("Alarm when disk is over 75%", "signal", "alert_above", 75),
        ("Alert when free disk space falls below 15%", "signal", "alert_above", 85),
        ("Alert when less than 20 GB is free on /var", "signal", "free_below", "20 GB"),
        ("Alert on CPU over 90%", "signal", "alert_above", 90),
        ("Alert on CPU above 90% for five minutes", "signal", "lasting", "5m"),
        ("Alert if p95 latency exceeds 500 ms", "http", "within_ms", 500),
        ("Keep p99 latency under 1.5 s", "http", "within_ms", 1500),
        ("Verify that the site answers with 204", "http", "status", 204),
        ("Health check must return 200 within 2 seconds", "http", "within_ms", 2000),
        ("The login must answer within 3 seconds", "login", "within_seconds", 3),
        ("Alert 30 days before any certificate expires", "certificate", "days", 30),
        ("Warn 2 weeks before a certificate expires", "certificate", "days", 14),
        ("Alert on certificates at least a month in advance", "certificate", "days", 30),
        ("Alarm when a certificate has less than 10 days", "certificate", "days", 10),
        ("Use RSA keys of at least 3072 bits in certificates", "certificate", "min_rsa_bits", 3072),
        ("Renew certificates 30 days before they end", "renewal", "renewed_days_before", 30),
        ("Keep connections below 70% of max_connections", "database", "max_connections_in_use_percent", 70),
        ("Alert when database connections exceed 150", "database", "max_connections_in_use", 150),
        ("Alert on slow queries (over 2 seconds)", "database", "longest_statement_seconds", 2),
        ("Optimize database queries to respond in under 200 ms", "database", "max_latency_ms", 200),
        ("Set connection pool limit to 100", "database", "pool_size", 100),
        ("Alert if login success rate falls below 95%", "signal", "success_below_percent", 95),
        ("Alert if replication lag is over 30 s", "database", "max_replication_lag_seconds", 30),
        ("Limit to 100 requests per minute per client", "ratelimit", "per_client", "100/minute"),
        ("Limit to 5000 requests per second in total", "ratelimit", "whole_server", "5000/second"),
        ("Mail must be delivered within 2 minutes", "mail", "arrives_within_minutes", 2),
        ("Alert when the mail queue is older than 30 min", "mail", "oldest_in_queue_minutes", 30),
        ("Monitor that the queue is not older than 10 minutes", "signal", "oldest_above", "10m"),
        ("Alert when the queue holds over 5,000 messages", "signal", "alert_above", 5000),
        ("Alert when orders are silent for 15 minutes", "signal", "silent_for", "15m"),
        ("Alert on over 50 failed logins per minute", "signal", "alert_above", "50/minute"),
        ("Alert if the error rate exceeds 2%", "signal", "alert_above_percent", 2),
        ("Alert if traffic drops by 50%", "signal", "changes_by_percent", 50),
        ("Add an alert on hit rate below 50%", "signal", "alert_below", "50%"),
        ("Alert if the nightly load is not done by 6:30", "signal", "due_by", "06:30"),
        ("Take backups every 6 hours", "signal", "due_every", "6h"),
        ("Alert when clock offset is over 500 ms", "signal", "alert_above", 500),
        ("Monitor that ports 80 and 443 are open", "host", "listens", (80, 443)),
        ("Block port 23", "host", "must_not_listen", (23,)),
    ],
)  # fmt: skip
def test_a_number_sets_the_field_that_it_is_about(
    text: str, kind: str, setting: str, value: object
) -> None:
    assert settings_of(kind, text)[setting] == value


@pytest.mark.parametrize(
    ("text", "kind", "every"),
    [
        ("Check the web site every five minutes", "http", "5m"),
        ("Check DNS every 30 seconds", "host", "30s"),
        ("Check certificates every day", "certificate", "1d"),
        ("Monitor the queue once a minute", "signal", "1m"),
        ("Alert on certificate expiry", "certificate", "6h"),
        ("Audit certificates every quarter", "certificate", "6h"),
    ],
)
def test_how_often_it_is_to_be_looked_is_the_cadence(text: str, kind: str, every: str) -> None:
    assert {one.every for one in guards_of(text) if one.kind == kind} == {every}


@pytest.mark.parametrize(
    "text",
    [
        "Alert on disk space when 5% of users complain",
        "Reduce disk usage by 30% with log rotation",
        "Increase disk space by 20%",
    ],
)
def test_a_number_of_something_else_is_left_alone(text: str) -> None:
    assert settings_of("signal", text)["alert_above"] == 85


def test_each_of_two_alarms_keeps_its_own_number() -> None:
    (cpu, memory) = guards_of("Page when CPU is above 95% or memory is over 70%")
    assert (cpu.promise["alert_above"], memory.promise["alert_above"]) == (95, 70)


def test_of_several_numbers_the_strictest_promise_counts() -> None:
    assert settings_of("signal", "Warn at 70% disk use, page at 85%")["alert_above"] == 70
    both = ("Alert when a disk is 90% full", "Alert when a disk is 80% full")
    assert settings_of("signal", *both)["alert_above"] == 80


def test_what_is_held_against_a_number_need_not_be_learnt() -> None:
    settings = settings_of("signal", "Alert when the oldest export waits longer than 30 minutes")
    assert settings == {"series": "oldest export", "alert_above": "30m"}


def test_rotating_secrets_is_done_by_people_as_often_as_stated() -> None:
    (guard,) = guards_of("Rotate database passwords every 30 days")
    assert dict(guard.promise) == {
        "what": "reviewed",
        "subject": "rotating database passwords",
        "within_days": 30,
    }


@pytest.mark.parametrize(
    ("text", "series"),
    [
        ("Sound an alarm in the studio after ten seconds of silence.", "web shop"),
        ("Alert when no reading arrives for 5 minutes", "reading"),
        ("Editor shows a warning when autosave fails", "failures of autosave"),
        ("Alert on a build waiting for more than 10 minutes", "build waiting"),
        ("Alert at 80% of the quota", "quota"),
    ],
)
def test_an_alarm_of_the_actions_own_words_names_a_series(text: str, series: str) -> None:
    assert settings_of("signal", text)["series"] == series
