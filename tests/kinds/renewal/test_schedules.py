"""Does the renewal run, and often enough for how long certificates live?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.farm.authority import NOW
from tests.farm.renewals import (
    CONF_PATH,
    SERVICE,
    SERVICE_PATH,
    SOUND,
    TIMER,
    TIMER_PATH,
    Files,
    broken,
    certificate,
    guard_of,
    holds,
    line_with,
    lines_of,
    told,
    unknown,
    with_certificate,
)
from twiceshy.kinds.renewal.facts import LiveSeen, RenewalFact, TimerSeen
from twiceshy.kinds.renewal.read import client_of
from twiceshy.kinds.renewal.rules import judge
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown, Verdict

NO_TIMER = SOUND.without(TIMER_PATH, SERVICE_PATH)


def on_calendar(text: str) -> Files:
    return SOUND.with_(TIMER_PATH, f"[Timer]\nOnCalendar={text}\n")


@pytest.mark.parametrize(
    ("calendar", "days", "severity"),
    [
        ("*-*-* 00,12:00:00", 90, None),
        ("daily", 90, None),
        ("weekly", 90, None),
        ("monthly", 90, Severity.SERIOUS),
        ("Mon *-*-01..07 04:00", 90, Severity.SERIOUS),
        ("daily", 47, None),
        ("weekly", 47, Severity.WARNING),
        ("*-*-1,15", 47, Severity.SERIOUS),
        ("*-*-* 00,12:00:00", 6, None),
        ("daily", 6, None),
        ("Mon,Thu 04:00", 6, Severity.SERIOUS),
        ("weekly", 6, Severity.SERIOUS),
    ],
)
def test_how_often_is_often_enough_depends_on_the_lifetime(
    calendar: str, days: int, severity: Severity | None
) -> None:
    files = with_certificate(on_calendar(calendar), certificate(days=days, age_days=1))
    if severity is None:
        holds(files)
        return
    found = broken(files)
    assert found.severity is severity
    assert lines_of(found, TIMER_PATH) == [2]


def test_a_random_delay_counts() -> None:
    text = "[Timer]\nOnCalendar=weekly\nRandomizedDelaySec=30d\n"
    assert "runs too rarely" in broken(SOUND.with_(TIMER_PATH, text)).why


def test_the_lifetime_may_be_promised_when_no_certificate_is_seen() -> None:
    holds(on_calendar("weekly"))
    found = broken(on_calendar("weekly"), lifetime_days=6)
    assert "certificates live 6 days (taken as given)" in told(found)


@pytest.mark.parametrize(
    ("timer", "why"),
    [
        ("", "is masked"),
        ("[Timer]\nOnBootSec=5min\n", "never again"),
        ("[Timer]\nOnCalendar=sometimes\n", "systemd ignores its OnCalendar"),
        ("[Timer]\nOnCalendar=2020-01-01\n", "never comes round again"),
        ("[Timer]\nPersistent=true\n", "says no time"),
    ],
)
def test_a_timer_that_never_runs_is_broken(timer: str, why: str) -> None:
    found = broken(SOUND.with_(TIMER_PATH, timer))
    assert why in told(found)
    assert lines_of(found, TIMER_PATH)
    holds(SOUND.with_(TIMER_PATH, timer), timer="none")


def test_a_drop_in_changes_the_timer() -> None:
    path = f"{TIMER_PATH}.d/override.conf"
    rare = SOUND.with_(path, "[Timer]\nOnCalendar=\nOnCalendar=yearly\n")
    found = broken(rare)
    assert lines_of(found, path) == [3]
    holds(SOUND.with_(path, "[Timer]\nOnCalendar=yearly\n"))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("0 3 * * root certbot renew\n", "is no time"),
        ("61 3 * * * root certbot renew\n", "not between 0 and 59"),
        ("@reboot root certbot renew\n", "never again"),
        ("0 3 * * * root certbot renew", "no newline"),
        ("0 3 1 * * root certbot renew\n", "runs too rarely"),
        ("0 3 * * * root certbot renew --dry-run\n", "only rehearses"),
    ],
)
def test_a_crontab_that_does_not_do_it(line: str, why: str) -> None:
    files = NO_TIMER.with_("/etc/cron.d/renew", f"MAILTO=ops@example.test\n{line}")
    assert why in told(broken(files))


def test_crontabs_that_do_it() -> None:
    holds(NO_TIMER.with_("/etc/cron.d/renew", "17 */12 * * * root certbot renew -q\n"))
    holds(NO_TIMER.with_("/var/spool/cron/crontabs/root", "@daily certbot renew\n"))
    holds(NO_TIMER.with_("/etc/cron.daily/renew", "#!/bin/sh\ncertbot renew\n", 0o755))
    script = NO_TIMER.with_("/etc/cron.d/renew", "0 3 * * * root /opt/renew.sh\n")
    holds(script.with_("/opt/renew.sh", "#!/bin/sh\ncertbot renew -q\n", 0o755))


@pytest.mark.parametrize(
    ("path", "mode", "why"),
    [
        ("/etc/cron.daily/renew.sh", 0o755, "run-parts passes over"),
        ("/etc/cron.daily/renew", 0o644, "not executable"),
        ("/etc/cron.d/renew.cron", 0o644, "passes over a file name"),
        ("/etc/cron.d/renew", 0o666, "does not trust it"),
    ],
)
def test_names_and_modes_that_cron_passes_over(path: str, mode: int, why: str) -> None:
    line = "certbot renew\n" if "daily" in path else "0 3 * * * root certbot renew\n"
    found = broken(NO_TIMER.with_(path, line, mode))
    assert why in told(found)
    assert lines_of(found, path)


def test_a_second_schedule_that_is_dead_is_a_warning() -> None:
    found = broken(SOUND.with_("/etc/cron.daily/renew.sh", "certbot renew\n", 0o755))
    assert found.severity is Severity.WARNING


def test_debians_crontab_does_nothing_beside_a_timer_and_is_no_second_schedule() -> None:
    line = (
        "0 */12 * * * root test -x /usr/bin/certbot -a \\! -d /run/systemd/system && "
        "perl -e 'sleep int(rand(43200))' && certbot -q renew --no-random-sleep-on-renew\n"
    )
    holds(SOUND.with_("/etc/cron.d/certbot", line))


def test_a_certificate_that_is_always_due_runs_into_the_limit() -> None:
    short = certificate(days=6, age_days=1)
    old = with_certificate(SOUND.with_conf("version = 4.1.1", "version = 2.1.0"), short)
    found = broken(old)
    assert "is renewed at every run: more than the 5 a week" in found.why
    assert line_with(old, CONF_PATH, "version = 2.1.0") in lines_of(found, CONF_PATH)
    files = SOUND.with_conf("# renew_before_expiry = 30 days", "renew_before_expiry = 8 days")
    assert "is renewed at every run" in broken(with_certificate(files, short)).why
    holds(with_certificate(SOUND, short))


def test_forced_renewals_run_into_the_limit() -> None:
    files = SOUND.with_(SERVICE_PATH, SERVICE.strip() + " --force-renewal\n")
    found = broken(files)
    assert "is renewed at every run" in found.why
    assert lines_of(found, SERVICE_PATH) == [line_with(files, SERVICE_PATH, "ExecStart")]


def test_days_that_were_promised_must_be_configured() -> None:
    holds(SOUND, renewed_days_before=30)
    files = SOUND.with_conf("# renew_before_expiry = 30 days", "renew_before_expiry = 2 weeks")
    found = broken(files, renewed_days_before=30)
    assert "is due 14 days before its end, promised 30 days" in found.why
    assert lines_of(found, CONF_PATH) == [1]
    odd = SOUND.with_conf("# renew_before_expiry = 30 days", "renew_before_expiry = soon")
    assert "is not understood" in told(unknown(odd))


def on_host(files: Files, live: LiveSeen, **promise: object) -> Verdict:
    guard = guard_of(**promise)
    seen = client_of(guard.promise, files.configuration(), NOW, is_whole=True)
    assert seen is not None
    fact = RenewalFact(at=NOW, vantage="here", clients=(replace(seen, live=live),))
    return judge(guard.promise, fact, NOW)


def timer(**changed: object) -> TimerSeen:
    one = TimerSeen("certbot.timer", True, "enabled", NOW, NOW + timedelta(hours=5), "success")
    return replace(one, **changed)  # type: ignore[arg-type]  # a test names what it changes


def test_on_a_host_the_timer_must_be_running() -> None:
    assert isinstance(on_host(SOUND, LiveSeen(timers=(timer(),))), Holds)
    stopped = on_host(SOUND, LiveSeen(timers=(timer(is_active=False, enabled="disabled"),)))
    assert isinstance(stopped, Broken)
    assert "certbot.timer is not running (disabled, not active)" in stopped.why
    failed = on_host(SOUND, LiveSeen(timers=(timer(service_result="exit-code"),)))
    assert isinstance(failed, Broken)
    assert "the last run of certbot.timer failed" in failed.why


def test_on_a_host_that_cannot_be_asked_it_is_unknown() -> None:
    assert isinstance(on_host(SOUND, LiveSeen()), Unknown)


def test_on_a_host_without_any_schedule_it_is_broken() -> None:
    verdict = on_host(NO_TIMER, LiveSeen())
    assert isinstance(verdict, Broken)
    assert "nothing on the host starts the renewal" in verdict.why
    assert isinstance(on_host(NO_TIMER, LiveSeen(), timer="none"), Holds)


def test_on_a_host_a_crontab_needs_a_cron_that_runs() -> None:
    files = NO_TIMER.with_("/etc/cron.d/renew", "0 3 * * * root certbot renew\n")
    assert isinstance(on_host(files, LiveSeen(cron_runs=True)), Holds)
    verdict = on_host(files, LiveSeen(cron_runs=False))
    assert isinstance(verdict, Broken)
    assert "no cron runs" in verdict.why


def test_on_a_host_a_schedule_that_has_not_run_for_days_shows_in_the_log() -> None:
    live = LiveSeen(timers=(timer(),), last_run=NOW - timedelta(days=9))
    verdict = on_host(SOUND, live)
    assert isinstance(verdict, Broken)
    assert "has not run for 9 days" in verdict.why
    assert isinstance(on_host(SOUND, LiveSeen(timers=(timer(),), last_run=NOW)), Holds)


def test_the_last_success_may_be_promised() -> None:
    files = with_certificate(SOUND, certificate(age_days=40))
    live = LiveSeen(timers=(timer(),))
    assert isinstance(on_host(files, live), Holds)
    verdict = on_host(files, live, last_success_within_days=30)
    assert isinstance(verdict, Broken)
    assert "was renewed last 40 days ago" in verdict.why


@pytest.mark.parametrize(("days", "age"), [(90, 65), (47, 34), (6, 5.2)])
def test_overdue_is_a_share_of_the_lifetime(days: int, age: float) -> None:
    live = LiveSeen(timers=(timer(),))
    late = on_host(with_certificate(SOUND, certificate(days=days, age_days=age)), live)
    assert isinstance(late, Broken)
    assert "is overdue" in late.why
    early = with_certificate(SOUND, certificate(days=days, age_days=days * 0.6))
    assert isinstance(on_host(early, live), Holds)


def test_the_usual_timer_text_is_what_the_other_tests_start_from() -> None:
    assert SOUND.files[TIMER_PATH] == TIMER
