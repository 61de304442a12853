"""Does the renewal run, and often enough for how long its certificates live?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from twiceshy.kinds.renewal.facts import ClientSeen, TimerSeen
from twiceshy.kinds.renewal.finding import Finding, serious, untold, warning
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.wording import shortened, span
from twiceshy.languages.certbot.lineage import Lineage
from twiceshy.languages.schedules.job import Job
from twiceshy.model.verdict import Evidence

USUAL_LIFETIME = timedelta(days=90)
FEW_TRIES = 3
"""Fewer tries than this between being due and the end leave no room for a bad day."""
_WEEK = timedelta(days=7)


def schedule_findings(promise: Promise, client: ClientSeen) -> Iterator[Finding]:
    """Whether anything starts the renewal at all."""
    if promise.timer == "none":
        return
    for job in client.jobs:
        if job.fault is not None:
            yield _never(client, job, alone=not running(client))
    jobs = running(client)
    if jobs or any(job.fault is not None for job in client.jobs):
        yield from _rehearsing_only(client, jobs)
        yield from _not_started(client, jobs)
    elif client.is_whole:
        what = promise.command or "certbot renew"
        evidence = Evidence("timers and crontabs", f"none runs `{what}`")
        step = "Enable the timer (`systemctl enable --now certbot.timer`) or add a crontab line."
        yield serious("schedule-missing", "nothing on the host starts the renewal", evidence, step)


def running(client: ClientSeen) -> tuple[Job, ...]:
    """The schedules that do come round."""
    jobs = [job for job in client.jobs if job.fault is None]
    by_timer = [job for job in jobs if job.origin == "timer"]
    if by_timer and any(_works(client, job) for job in by_timer):
        jobs = [job for job in jobs if "/run/systemd/system" not in job.command]
    return tuple(jobs)


def timing_findings(
    promise: Promise, client: ClientSeen, lineage: Lineage | None, lifetime: timedelta | None
) -> Iterator[Finding]:
    """Whether the schedule fits the lifetime of one certificate."""
    life = lifetime or _lifetime(promise)
    due = life / 3 if lineage is None else lineage.renews_before(life)
    name = "the certificate" if lineage is None else lineage.name
    if due is None:
        return
    yield from _promised_days(promise, client, lineage, due)
    yield from _every_run(promise, client, lineage, life, due)
    gaps = [(job.gap, job) for job in running(client) if job.gap is not None]
    if promise.timer == "none" or not gaps:
        return
    gap, job = min(gaps, key=lambda pair: pair[0])
    window = min(due, life)
    tries = int(window / gap)
    if tries >= FEW_TRIES:
        return
    place = client.place(job.path, job.line)
    lives = f"certificates live {span(life)}"
    if lifetime is None:
        lives += " (taken as given)" if promise.lifetime_days else " (as is usual)"
    found = f"up to {span(gap)} from run to run; {lives} and are due {span(window)} before the end"
    evidence = Evidence(job.name, found, place)
    step = "Run it twice a day: when nothing is due it does nothing."
    if tries < 1:
        why = f"{job.name} runs too rarely for {name}: it may end before the next run"
        yield serious("schedule-rare", why, evidence, step, *_lineages(lineage))
    else:
        times = "once" if tries == 1 else f"{tries} times"
        why = f"{job.name} tries to renew {name} only {times} before it ends"
        yield warning("schedule-rare", why, evidence, step, *_lineages(lineage))


def _promised_days(
    promise: Promise, client: ClientSeen, lineage: Lineage | None, due: timedelta
) -> Iterator[Finding]:
    if promise.renewed_days_before is None or lineage is None:
        return
    promised = timedelta(days=promise.renewed_days_before)
    if due >= promised:
        return
    setting = lineage.top.get("renew_before_expiry")
    place = client.place(lineage.path, 1 if setting is None else setting.line)
    found = "not set" if setting is None else f"renew_before_expiry = {setting.text}"
    why = f"{lineage.name} is due {span(due)} before its end, promised {span(promised)}"
    step = f"Write `renew_before_expiry = {promise.renewed_days_before + 5} days` at the top of it."
    yield serious(
        "due-late", why, Evidence("renew_before_expiry", found, place), step, lineage.name
    )


def _every_run(
    promise: Promise,
    client: ClientSeen,
    lineage: Lineage | None,
    life: timedelta,
    due: timedelta,
) -> Iterator[Finding]:
    """Due as soon as it is issued: every run asks for a new one, until the authority refuses."""
    if lineage is None:
        return
    forced = next((job for job in running(client) if _forces(job)), None)
    if due < life and forced is None:
        return
    every = [job.gap for job in running(client) if job.gap]
    a_week = int(_WEEK / min(every)) if every else None
    if forced is not None:
        where = client.place(
            forced.command_path or forced.path,
            forced.command_line if forced.command_path else forced.line,
        )
        evidence = Evidence(f"command of {forced.name}", shortened(forced.command), where)
        step = "Remove --force-renewal."
    else:
        setting = lineage.top.get("renew_before_expiry") or lineage.top.get("version")
        where = client.place(lineage.path, 1 if setting is None else setting.line)
        found = f"due {span(due)} before the end of a life of {span(life)}"
        evidence = Evidence("renew_before_expiry", found, where)
        step = "Write `renew_before_expiry` as a third of the lifetime, or update certbot to 4.1."
    many = a_week is None or a_week > promise.most_issued_per_week
    limited = "letsencrypt.org" in lineage.server and many
    why = f"{lineage.name} is renewed at every run"
    if limited:
        why += f": more than the {promise.most_issued_per_week} a week the authority allows"
    make = serious if limited else warning
    yield make("renewed-every-run", why, evidence, step, lineage.name)


def _forces(job: Job) -> bool:
    return "--force-renew" in job.command or "--renew-by-default" in job.command


def _lifetime(promise: Promise) -> timedelta:
    if promise.lifetime_days is not None:
        return timedelta(days=promise.lifetime_days)
    return USUAL_LIFETIME


def _lineages(lineage: Lineage | None) -> tuple[str, ...]:
    return () if lineage is None else (lineage.name,)


def _never(client: ClientSeen, job: Job, *, alone: bool) -> Finding:
    evidence = Evidence(job.name, job.fault or "", client.place(job.path, job.line))
    why = f"{job.name} never runs the renewal: {job.fault}"
    step = "Correct the schedule, or remove it when another one does the work."
    if alone:
        return serious("schedule-dead", why, evidence, step)
    return warning("schedule-dead", why, evidence, step)


def _rehearsing_only(client: ClientSeen, jobs: tuple[Job, ...]) -> Iterator[Finding]:
    if not jobs or not all("--dry-run" in job.command for job in jobs):
        return
    job = jobs[0]
    place = client.place(
        job.command_path or job.path, job.command_line if job.command_path else job.line
    )
    evidence = Evidence(f"command of {job.name}", shortened(job.command), place)
    why = f"{job.name} only rehearses (--dry-run); nothing renews for real"
    yield serious("schedule-rehearses", why, evidence, "Remove --dry-run.")


def _not_started(client: ClientSeen, jobs: tuple[Job, ...]) -> Iterator[Finding]:
    """What systemd and cron say on the running host."""
    live = client.live
    if live is None:
        return
    if any(_works(client, job) for job in jobs):
        yield from _failed(client, jobs)
        return
    for job in jobs:
        timer = _timer(client, job)
        place = client.place(job.path, job.line)
        if job.origin == "timer" and timer is not None:
            found = f"{timer.enabled}, {'active' if timer.is_active else 'not active'}"
            why = f"{job.name} is not running ({found}), so nothing renews"
            step = f"systemctl enable --now {job.name}"
            yield serious("timer-stopped", why, Evidence(job.name, found, place), step)
        elif job.origin != "timer" and live.cron_runs is False:
            evidence = Evidence(job.name, "no cron daemon runs", place)
            why = f"{job.name} asks cron for the renewal, but no cron runs"
            step = "Start cron, or enable certbot's timer."
            yield serious("cron-stopped", why, evidence, step)
        else:
            evidence = Evidence(job.name, "neither systemd nor cron could be asked", place)
            why = f"whether {job.name} is started was not seen"
            yield untold("timer-unseen", why, evidence, f"See `systemctl status {job.name}`.")


def _works(client: ClientSeen, job: Job) -> bool:
    """Whether the schedule is alive, as far as was looked; in a proposal it is taken to be."""
    live = client.live
    if live is None:
        return True
    if job.origin != "timer":
        return live.cron_runs is not False
    timer = _timer(client, job)
    return timer is not None and timer.is_active


def _timer(client: ClientSeen, job: Job) -> TimerSeen | None:
    timers = client.live.timers if client.live is not None else None
    return next((one for one in timers or () if one.unit == job.name), None)


def _failed(client: ClientSeen, jobs: tuple[Job, ...]) -> Iterator[Finding]:
    for job in jobs:
        timer = _timer(client, job)
        if timer is not None and timer.service_result not in {"", "success"}:
            evidence = Evidence(
                job.name, f"result: {timer.service_result}", client.place(job.path, job.line)
            )
            why = f"the last run of {job.name} failed ({timer.service_result})"
            step = f"journalctl -u {job.name.removesuffix('.timer')}.service"
            yield serious("run-failed", why, evidence, step)
