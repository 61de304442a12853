"""What certbot calls a success, and what the servers then serve: an authority, certbot and nginx."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from tests.farm.acme import LIFETIME_DAYS, NAME, AcmeLab, real_now
from twiceshy.guards.judge import judge
from twiceshy.kinds.renewal.facts import RenewalFact
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.model.estate import Endpoint, Estate, Host, Service
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, HostId, KindId, ServiceId
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown, Verdict
from twiceshy.probes.renewal import look
from twiceshy.probes.view import View

WAIT_SECONDS = 10.0


@pytest.fixture
def lab(acme: AcmeLab, monkeypatch: pytest.MonkeyPatch) -> Iterator[AcmeLab]:
    """The laboratory, in order before and after."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(acme.trusted))
    with acme.changed():
        yield acme
    subprocess.run(acme.reload.split(), check=True, capture_output=True)
    served_is_live(acme)


def live_serial(lab: AcmeLab) -> int:
    from cryptography import x509

    data = (lab.folder / "live" / NAME / "cert.pem").read_bytes()
    return x509.load_pem_x509_certificate(data).serial_number


def served_is_live(lab: AcmeLab) -> None:
    """Wait until the new workers of a reloaded nginx have taken over."""
    deadline = time.monotonic() + WAIT_SECONDS
    while lab.serial() != live_serial(lab):
        assert time.monotonic() < deadline, "nginx never served the certificate on disk"
        time.sleep(0.02)  # between two looks at a server that changes its workers


def estate_of(lab: AcmeLab) -> Estate:
    url = f"https://{NAME}:{lab.https_port}/"
    service = Service(
        ServiceId("website"),
        endpoints=(Endpoint("https", url, ("127.0.0.1",)),),
        hosts=(HostId("web-1"),),
    )
    return Estate(
        path="twiceshy.yaml",
        hosts=MappingProxyType({HostId("web-1"): Host(HostId("web-1"))}),
        services=MappingProxyType({service.id: service}),
    )


def promise_of(lab: AcmeLab, **changed: Any) -> Promise:
    promise = Promise(
        config_dir=str(lab.folder),
        logs_dir=str(lab.logs),
        challenge_port=lab.http_port,
        timer="none",
        reloads=("nginx",),
        server_tests=(f"{lab.nginx_program} -t -q -c {lab.nginx_conf}",),
        rollout_minutes=0,
    )
    return replace(promise, **changed)


def seen(lab: AcmeLab, promise: Promise, *, seconds: float = 60) -> RenewalFact | Unseen:
    guard = guard_of(promise)
    view = View("here", seconds, real_now)
    return asyncio.run(look(guard, estate_of(lab), view))


def guard_of(promise: Promise) -> Guard:
    return Guard(GuardId("renews"), KindId("renewal"), "website", promise, timedelta(days=1))


def verdict(lab: AcmeLab, *, later: timedelta = timedelta(), **changed: Any) -> Verdict:
    promise = promise_of(lab, **changed)
    fact = seen(lab, promise)
    return judge(guard_of(promise), fact, real_now() + later)


def broken(lab: AcmeLab, **changed: Any) -> Broken:
    found = verdict(lab, **changed)
    assert isinstance(found, Broken), found
    return found


def told(found: Broken | Unknown | Holds) -> str:
    """All that a verdict says, in one text."""
    summary = found.summary if isinstance(found, Holds) else found.why
    return "\n".join([summary, *(f"{one.what}: {one.found}" for one in found.evidence)])


def set_param(lab: AcmeLab, key: str, value: str | None) -> None:
    lines = lab.conf.read_text().splitlines()
    lines = [line for line in lines if not line.startswith(f"{key} =")]
    if value is not None:
        lines.insert(lines.index("[renewalparams]") + 1, f"{key} = {value}")
    lab.conf.write_text("\n".join(lines) + "\n")


def files_in(lab: AcmeLab) -> Mapping[str, bytes]:
    return {str(path): path.read_bytes() for path in lab.webroot.rglob("*") if path.is_file()}


def test_a_renewal_whose_hook_reloads_holds(lab: AcmeLab) -> None:
    assert lab.renew().returncode == 0
    served_is_live(lab)
    found = verdict(lab, most_issued_per_week=50)
    assert isinstance(found, Holds), found
    assert "will be renewed" in found.summary
    assert "came back" in told(found)
    assert "serves the newest certificate" in told(found)


def test_no_deploy_hook_is_a_success_for_certbot_and_an_old_certificate_for_users(
    lab: AcmeLab,
) -> None:
    set_param(lab, "renew_hook", None)
    done = lab.renew()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = broken(lab)
    assert "has no deploy hook" in told(found)
    assert found.severity is Severity.SERIOUS
    assert "still serves an old certificate" in broken(lab, reload_hook="none").why


def test_a_deploy_hook_that_fails_is_a_success_for_certbot(lab: AcmeLab) -> None:
    hook = lab.place.folder / "reload-web"
    hook.write_text("#!/bin/sh\nexit 1\nsystemctl reload nginx\n")
    hook.chmod(0o755)
    set_param(lab, "renew_hook", str(hook))
    assert lab.renew().returncode == 0
    found = told(broken(lab))
    assert "still serves an old certificate" in found
    assert "a hook failed at the last renewal" in found or "Hook" in found
    hook.unlink()


def test_a_hook_that_is_not_executable_is_never_run(lab: AcmeLab) -> None:
    set_param(lab, "renew_hook", None)
    hook = lab.folder / "renewal-hooks" / "deploy" / "reload-web"
    hook.write_text(f"#!/bin/sh\n{lab.reload}\n")
    hook.chmod(0o644)
    assert lab.renew().returncode == 0
    found = broken(lab)
    assert f"{hook} is not executable" in found.why
    assert any(one.place is not None and one.place.file == str(hook) for one in found.evidence)
    assert "still serves an old certificate" in told(broken(lab, reload_hook="none"))
    hook.chmod(0o755)
    assert "is not executable" not in told(broken(lab))


def test_another_virtual_host_that_breaks_nginx_makes_the_reload_fail_in_silence(
    lab: AcmeLab,
) -> None:
    text = lab.nginx_conf.read_text()
    lab.nginx_conf.write_text(text.replace("access_log off;", "access_log off; lisen 1;"))
    assert lab.renew().returncode == 0
    found = told(broken(lab))
    assert "a reload would not take" in found
    assert "unknown directive" in found
    assert "still serves an old certificate" in found


def test_a_webroot_that_moved_is_seen_before_anything_is_due(lab: AcmeLab) -> None:
    moved = lab.place.folder / "site"
    moved.mkdir()
    text = lab.conf.read_text()
    lab.conf.write_text(text.replace(str(lab.webroot), str(moved)))
    quiet = lab.certbot("renew", "-q", "--no-random-sleep-on-renew")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    found = broken(lab)
    assert "is not served for www.example.test at 127.0.0.1: status 404" in found.why
    line = lab.conf.read_text().splitlines().index(f"{NAME} = {moved}") + 1
    assert any(
        one.place is not None and (one.place.file, one.place.line) == (str(lab.conf), line)
        for one in found.evidence
    )
    assert not list(moved.iterdir())
    shutil.rmtree(moved)


def test_a_webroot_that_is_gone_is_told_although_certbot_would_make_it_again(
    lab: AcmeLab,
) -> None:
    shutil.rmtree(lab.webroot)
    found = broken(lab)
    assert "does not exist" in found.why
    assert not lab.webroot.exists()


def test_the_test_file_leaves_nothing_behind(lab: AcmeLab) -> None:
    (lab.webroot / "index.html").write_text("hello")
    before = files_in(lab)
    folders = {path for path in lab.webroot.rglob("*") if path.is_dir()}
    assert isinstance(verdict(lab, most_issued_per_week=50), Holds)
    assert files_in(lab) == before
    assert {path for path in lab.webroot.rglob("*") if path.is_dir()} == folders


def test_no_test_file_is_written_when_it_is_not_wanted(lab: AcmeLab) -> None:
    fact = seen(lab, promise_of(lab, self_test=False))
    assert isinstance(fact, RenewalFact)
    assert fact.clients[0].live is not None
    assert fact.clients[0].live.challenges is None


def test_a_broken_renewal_configuration_is_blamed_by_its_line(lab: AcmeLab) -> None:
    lines = lab.conf.read_text().splitlines()
    lab.conf.write_text("\n".join([*lines[:3], "this is no setting", *lines[3:]]) + "\n")
    assert lab.certbot("renew", "-q", "--no-random-sleep-on-renew").returncode == 1
    found = broken(lab)
    assert "certbot skips www.example.test" in found.why
    assert any(one.place is not None and one.place.line == 4 for one in found.evidence)


def test_a_missing_renewal_configuration_is_told_although_certbot_is_silent(lab: AcmeLab) -> None:
    lab.conf.unlink()
    done = lab.certbot("renew", "-q", "--no-random-sleep-on-renew")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = broken(lab)
    assert "nobody renews www.example.test" in found.why


def test_a_copied_live_folder_without_links_is_what_certbot_skips(lab: AcmeLab) -> None:
    cert = lab.folder / "live" / NAME / "cert.pem"
    data = cert.read_bytes()
    cert.unlink()
    cert.write_bytes(data)
    assert lab.certbot("renew", "-q", "--no-random-sleep-on-renew").returncode == 1
    assert "is no symbolic link" in told(broken(lab))


def test_a_link_to_an_older_certificate_is_told(lab: AcmeLab) -> None:
    assert lab.renew().returncode == 0
    link = lab.folder / "live" / NAME / "cert.pem"
    link.unlink()
    link.symlink_to(f"../../archive/{NAME}/cert1.pem")
    assert "is not the newest certificate" in told(broken(lab))


def test_a_rehearsal_passes_and_fails_with_the_challenge(lab: AcmeLab) -> None:
    changed: dict[str, Any] = {"rehearsal": "configured", "most_issued_per_week": 50}
    held = verdict(lab, **changed)
    assert isinstance(held, Holds), told(held)
    assert "passed" in told(held)
    text = lab.conf.read_text()
    lab.conf.write_text(text.replace(str(lab.webroot), f"{lab.place.folder}/elsewhere"))
    found = told(broken(lab, self_test=False, **changed))
    assert "the rehearsal of the renewal failed" in found
    assert "404" in found or "unauthorized" in found


def test_a_rehearsal_that_would_run_hooks_waits_for_a_word(lab: AcmeLab) -> None:
    set_param(lab, "pre_hook", "systemctl stop nginx")
    found = verdict(lab, rehearsal="configured", most_issued_per_week=50)
    assert isinstance(found, Unknown)
    assert "configured-with-hooks" in told(found)


def test_a_certificate_that_nobody_renewed_is_overdue_and_then_critical(lab: AcmeLab) -> None:
    late = verdict(lab, later=timedelta(days=LIFETIME_DAYS - 20))
    assert isinstance(late, Broken)
    assert "is overdue" in late.why
    assert late.severity is Severity.SERIOUS
    assert late.hurts_at is not None
    gone = verdict(lab, later=timedelta(days=LIFETIME_DAYS + 1))
    assert isinstance(gone, Broken)
    assert gone.severity is Severity.CRITICAL


def test_a_name_that_is_not_renewed_here_is_broken(lab: AcmeLab) -> None:
    assert "no renewal configuration covers shop.example.test" in told(
        broken(lab, names=("shop.example.test",))
    )


def test_no_private_key_is_read(lab: AcmeLab) -> None:
    fact = seen(lab, promise_of(lab))
    assert b"PRIVATE KEY" not in repr(fact).encode()


def test_a_host_without_certbot_is_unseen(lab: AcmeLab) -> None:
    fact = seen(lab, promise_of(lab, config_dir=f"{lab.place.folder}/nowhere"))
    assert isinstance(fact, Unseen)
    assert fact.next_step is not None
    assert lab.folder.is_dir()
