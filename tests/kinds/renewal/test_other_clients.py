"""Clients that are known by their command, their files and their scripts alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.farm.renewals import (
    NAME,
    SITE,
    SITE_PATH,
    Files,
    broken,
    certificate,
    holds,
    told,
    unknown,
)
from twiceshy.kinds.renewal.promise import Promise

CHAIN = "/etc/acme/www/fullchain.cer"
HOOK = "/etc/acme/reload"
CRON = "/etc/cron.d/acme"
FILES = Files(
    {
        CHAIN: certificate(),
        HOOK: "#!/bin/sh\nsystemctl reload nginx\n",
        CRON: '7 3 * * * root "/root/.acme.sh"/acme.sh --cron --home /root/.acme.sh > /dev/null\n',
        SITE_PATH: SITE,
    },
    {HOOK: 0o755},
)
PROMISE: dict[str, Any] = {
    "client": "command",
    "command": "acme.sh --cron",
    "certificates": (CHAIN,),
    "hooks": (HOOK,),
    "reloads": ("nginx",),
    "webroots": {NAME: "/srv/www"},
}


def test_a_client_known_by_its_command_holds() -> None:
    assert "will be renewed" in holds(FILES, **PROMISE).summary


def test_a_schedule_that_is_too_rare_for_its_certificates() -> None:
    rare = FILES.with_(CRON, "7 3 1 1 * root acme.sh --cron\n")
    assert "runs too rarely" in broken(rare, **PROMISE).why
    weekly = FILES.with_(CRON, "7 3 * * 0 root acme.sh --cron\n").with_(CHAIN, certificate(days=6))
    assert "runs too rarely" in broken(weekly, **PROMISE).why


def test_its_hooks_must_be_there_run_and_reload() -> None:
    assert "is not executable" in broken(FILES.with_(HOOK, "#!/bin/sh\n", 0o644), **PROMISE).why
    assert "nobody reloads nginx" in broken(FILES.with_(HOOK, "true\n"), **PROMISE).why
    assert "is not there" in broken(FILES.without(HOOK).not_there(HOOK), **PROMISE).why
    assert "was not part of" in unknown(FILES.without(HOOK), **PROMISE).why


def test_its_webroot_must_be_what_nginx_serves() -> None:
    found = broken(FILES, **{**PROMISE, "webroots": {NAME: "/srv/other"}})
    assert "but nginx does not serve it" in found.why
    assert "/srv/www" in told(found)


def test_a_file_that_is_no_certificate_is_unknown_in_a_change() -> None:
    assert "no certificate in it" in unknown(FILES.with_(CHAIN, "hello"), **PROMISE).why


def test_only_a_schedule_that_runs_the_command_counts() -> None:
    other = FILES.with_(CRON, "7 3 * * * root lego renew\n")
    assert "not part of what was looked at" in told(holds(other, **PROMISE))


@pytest.mark.parametrize(
    ("promise", "why"),
    [
        ({"client": "command"}, "needs `command`"),
        ({"config_dir": "letsencrypt"}, "not an absolute path"),
        ({"webroots": {"a": "b"}}, "not an absolute path"),
        ({"renewed_days_before": 0}, "between 1 and"),
        ({"challenge_port": 0}, "not a port"),
        ({"most_issued_per_week": 0}, "positive"),
        ({"rollout_minutes": -1}, "negative"),
    ],
)
def test_what_cannot_be_promised_is_refused(promise: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Promise(**promise)
