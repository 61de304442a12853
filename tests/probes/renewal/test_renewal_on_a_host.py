"""What is asked of a host: timers, cron, logs, permissions, and the commands of a rehearsal."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.farm.authority import DAY, NOW
from tests.farm.renewals import CONF, NAME, SOUND, guard_of
from twiceshy.kinds.renewal.facts import RenewalFact
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.read import client_of
from twiceshy.kinds.renewal.rules import judge
from twiceshy.model.estate import Estate, Host
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, HostId, KindId
from twiceshy.model.verdict import Unknown
from twiceshy.probes.renewal import look
from twiceshy.probes.renewal_live import failures_in, live_look, rehearsals
from twiceshy.probes.view import View

VIEW = View("here", 20, lambda: NOW)
HERE = Host(HostId("web-1"))
ESTATE = Estate("twiceshy.yaml", hosts=MappingProxyType({HERE.id: HERE}))
SYSTEMCTL = """#!/bin/sh
cat <<'END'
Id=certbot.timer
LoadState=loaded
ActiveState=active
UnitFileState=enabled
LastTriggerUSec=@1780300800
NextElapseUSecRealtime=@1780344000

Id=certbot.service
LoadState=loaded
ActiveState=inactive
Result=exit-code
END
"""


def looked(target: str = "web-1", **promise: Any) -> RenewalFact | Unseen:
    guard = Guard(GuardId("renews"), KindId("renewal"), target, Promise(**promise), DAY)
    return asyncio.run(look(guard, ESTATE, VIEW))


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)


def test_systemd_is_asked_for_the_timer_and_its_last_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "systemctl", SYSTEMCTL)
    program(tmp_path, "pgrep", "#!/bin/sh\nexit 1\n")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    promise = guard_of(logs_dir=str(tmp_path)).promise
    seen = client_of(promise, SOUND.configuration(), NOW)
    assert seen is not None
    live = asyncio.run(
        live_look(replace(promise, self_test=False, server_tests=()), HERE, seen, ESTATE, VIEW)
    )
    assert live.timers is not None
    (timer,) = live.timers
    assert (timer.unit, timer.is_active, timer.enabled) == ("certbot.timer", True, "enabled")
    assert timer.last == datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
    assert timer.service_result == "exit-code"
    assert live.cron_runs is False
    assert live.log is None


LOG = """\
2026-06-01 00:00:00,1:DEBUG:certbot._internal.main:certbot version: 2.1.0
2026-06-01 00:00:00,1:DEBUG:certbot._internal.main:Arguments: ['-q']
2026-06-01 00:00:01,1:ERROR:certbot._internal.renewal:Failed to renew certificate a with error: x
2026-06-01 12:00:00,1:DEBUG:certbot._internal.main:certbot version: 2.1.0
2026-06-01 12:00:00,1:DEBUG:certbot._internal.main:Arguments: ['-q']
2026-06-01 12:00:01,1:WARNING:certbot.display.ops:Hook 'deploy-hook' reported error code 1
2026-06-01 12:00:02,1:DEBUG:acme.client:urn:ietf:params:acme:error:rateLimited :: too many
2026-06-01 13:00:00,1:DEBUG:certbot._internal.main:certbot version: 2.1.0
2026-06-01 13:00:00,1:DEBUG:certbot._internal.main:Arguments: ['--dry-run']
2026-06-01 13:00:01,1:ERROR:certbot._internal.renewal:Failed to renew certificate a with error: x
"""


def test_only_the_last_real_run_of_the_log_counts() -> None:
    assert [line.line for line in failures_in("/l", LOG)] == [6, 7]
    assert failures_in("/l", "") == ()
    quiet = LOG.partition("12:00:01")[0] + "13: nothing\n"
    assert failures_in("/l", quiet) == ()


def test_each_authority_of_ones_own_is_named_in_its_rehearsal() -> None:
    promise = guard_of().promise
    seen = client_of(promise, SOUND.configuration(), NOW)
    assert seen is not None
    (public,) = rehearsals(promise, seen)
    assert "--dry-run --no-random-sleep-on-renew" in public
    assert "--server" not in public
    private = CONF.replace("https://acme-v02.api.letsencrypt.org/directory", "https://ca.test/dir")
    both = SOUND.with_("/etc/letsencrypt/renewal/ca.test.conf", private)
    seen = client_of(promise, both.configuration(), NOW)
    assert seen is not None
    first, second = rehearsals(promise, seen)
    assert "--server https://ca.test/dir --cert-name ca.test" in first
    assert second.endswith(f"--cert-name {NAME}")
    assert rehearsals(replace(promise, rehearsal_command="/bin/true"), seen) == ("/bin/true",)


def test_a_target_without_a_host_is_unseen_with_a_next_step() -> None:
    fact = looked("elsewhere")
    assert isinstance(fact, Unseen)
    assert "names no host" in fact.why
    assert fact.next_step


def test_a_host_that_is_not_reached_is_unseen() -> None:
    far = Host(HostId("far"), "ssh://127.0.0.1:1")
    estate = replace(ESTATE, hosts=MappingProxyType({far.id: far}))
    guard = Guard(GuardId("renews"), KindId("renewal"), "far", Promise(), DAY)
    fact = asyncio.run(look(guard, estate, VIEW))
    assert isinstance(fact, Unseen)
    assert "far was not reached" in fact.why


def test_what_may_not_be_read_is_unknown_and_not_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "letsencrypt"
    (folder / "renewal").mkdir(parents=True)
    (folder / "renewal" / f"{NAME}.conf").write_text(CONF.replace("/etc/letsencrypt", str(folder)))
    find = (
        '#!/bin/sh\necho "find: \'$1/live\': Permission denied" >&2\nPATH=/usr/bin:/bin find "$@"\n'
    )
    program(tmp_path, "find", find)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    promise: dict[str, Any] = {
        "config_dir": str(folder),
        "logs_dir": str(tmp_path / "logs"),
        "timer": "none",
        "reload_hook": "none",
        "self_test": False,
        "server_tests": (),
    }
    fact = looked(**promise)
    assert isinstance(fact, RenewalFact)
    verdict = judge(Promise(**promise), fact, NOW)
    assert isinstance(verdict, Unknown)
    assert "Permission denied" in verdict.why


def test_a_rehearsal_is_not_begun_when_there_is_no_time_for_it() -> None:
    promise = guard_of(rehearsal="configured", self_test=False, server_tests=()).promise
    seen = client_of(promise, SOUND.configuration(), NOW)
    assert seen is not None
    live = asyncio.run(live_look(promise, HERE, seen, ESTATE, replace(VIEW, timeout_seconds=5)))
    (rehearsal,) = live.rehearsals
    assert rehearsal.exit_code is None
    assert "--timeout 300" in rehearsal.said
