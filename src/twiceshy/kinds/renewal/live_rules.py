"""What the running host and its servers show: overdue, failed, refused, or renewed and not served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from twiceshy.kinds.renewal.facts import ClientSeen, CommandSeen, ServedSeen
from twiceshy.kinds.renewal.finding import Finding, serious, untold, warning
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.wording import ago, instant, span
from twiceshy.languages.certbot.issued import Issued
from twiceshy.model.verdict import Evidence

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Kept:
    """A certificate that a client looks after, all of its issues, and what it is called."""

    name: str
    current: Issued
    every: tuple[Issued, ...] = ()
    server: str = ""


def age_findings(
    promise: Promise, client: ClientSeen, kept: Kept, now: datetime
) -> Iterator[Finding]:
    """Whether the last renewal came in time, as the certificate's own dates tell."""
    one = kept.current
    place = client.place(one.path)
    left = one.not_after - now
    evidence = Evidence(
        f"certificate of {kept.name}",
        f"issued {instant(one.not_before)}, ends {ago(one.not_after, now)}",
        place,
    )
    step = "Run `certbot renew` by hand and read what it says; then mend why nobody did."
    if left <= timedelta():
        why = f"{kept.name} was not renewed: it expired {ago(one.not_after, now)}"
        yield serious("expired", why, evidence, step, kept.name)
    elif left < _alarm(promise, one):
        why = (
            f"the renewal of {kept.name} is overdue: only {span(left)} left of {span(one.lifetime)}"
        )
        yield serious("overdue", why, evidence, step, kept.name)
    if promise.last_success_within_days is not None:
        since = now - one.not_before
        if since > promise.last_success_within_days * _DAY:
            why = (
                f"{kept.name} was renewed last {span(since)} ago, "
                f"promised within {promise.last_success_within_days} days"
            )
            yield serious("success-old", why, evidence, step, kept.name)
    yield from _issued_often(promise, client, kept, now)


def _alarm(promise: Promise, one: Issued) -> timedelta:
    """How much must be left: the days promised, else a third of the life less a grace."""
    life = one.lifetime
    grace = min(max(_DAY, life * 0.03), life / 6)
    if promise.renewed_days_before is not None:
        return min(promise.renewed_days_before * _DAY, life / 2) - grace
    return life / 3 - grace


def _issued_often(
    promise: Promise, client: ClientSeen, kept: Kept, now: datetime
) -> Iterator[Finding]:
    """How near the authority's limit for the same names is."""
    recent = [
        one
        for one in kept.every
        if one.names == kept.current.names and now - one.not_before < _WEEK
    ]
    if len(recent) < promise.most_issued_per_week:
        return
    found = f"{len(recent)} issued since {instant(min(one.not_before for one in recent))}"
    evidence = Evidence(f"archive of {kept.name}", found, client.place(recent[-1].path))
    why = (
        f"{kept.name} was issued {len(recent)} times within a week; the authority allows "
        f"{promise.most_issued_per_week} and will refuse the next"
    )
    step = "Find what keeps asking for new ones (--force-renewal, a lost volume) before it is due."
    limited = "letsencrypt.org" in kept.server or not kept.server
    yield (serious if limited else warning)("issued-often", why, evidence, step, kept.name)


def served_findings(
    promise: Promise,
    served: tuple[ServedSeen, ...],
    kept: tuple[Kept, ...],
    now: datetime,
) -> Iterator[Finding]:
    """Whether each endpoint serves the newest certificate there is on disk for its name."""
    for seen in served:
        newest = _newest_for(seen.name, kept)
        if newest is None:
            continue
        where = f"{seen.endpoint} at {seen.address}"
        if seen.serial is None:
            why = f"what is served could not be seen: {seen.problem}"
            evidence = Evidence(where, seen.problem or "no certificate")
            yield untold("served-unseen", why, evidence, "Look at the server.", newest.name)
            continue
        if seen.serial == newest.current.serial:
            continue
        ends = "" if seen.not_after is None else f", ends {ago(seen.not_after, now)}"
        found = f"serves serial {seen.serial:x}{ends}; on disk {newest.current.serial:x}"
        evidence = Evidence(where, found)
        older = any(one.serial == seen.serial for one in newest.every)
        fresh = now - newest.current.not_before < timedelta(minutes=promise.rollout_minutes)
        why = (
            f"{where} does not serve the newest certificate of {newest.name}"
            if not older
            else f"{where} still serves an old certificate of {newest.name}: nobody reloaded it"
        )
        step = "Reload that server; then mend the hook, so that it is reloaded at each renewal."
        yield (warning if fresh else serious)("not-served", why, evidence, step, newest.name)


def _newest_for(name: str, kept: tuple[Kept, ...]) -> Kept | None:
    fitting = [one for one in kept if any(_covers(pattern, name) for pattern in one.current.names)]
    return max(fitting, key=lambda one: one.current.not_before, default=None)


def _covers(pattern: str, name: str) -> bool:
    if pattern.startswith("*."):
        return name.partition(".")[2] == pattern[2:]
    return pattern == name


def host_findings(client: ClientSeen, now: datetime) -> Iterator[Finding]:
    """What the client's log, the servers' own tests and the rehearsal say."""
    live = client.live
    if live is None:
        return
    if live.denied is not None:
        why = f"part of the renewal's files may not be read: {live.denied}"
        evidence = Evidence(client.origin, live.denied)
        step = "Look as root, or as an account that may read the folder (never the private keys)."
        yield untold("not-permitted", why, evidence, step)
    for line in live.log or ():
        evidence = Evidence("the client's log", line.text, client.place(line.path, line.line))
        limited = "ratelimit" in line.text.lower() or "paused" in line.text.lower()
        if limited:
            why = "the authority refuses to issue: its limit is reached, or it has paused the name"
            step = "Wait as it says, or unpause; then find what asked so often."
        elif "hook" in line.text.lower():
            why = "a hook failed at the last renewal, and certbot called it a success"
            step = "Run the hook by hand and mend it; then reload the server."
        else:
            why = "the last run of the client failed"
            step = "Read the log from there on, and rehearse with --dry-run."
        yield serious("log-tells", why, evidence, step)
    for test in live.tests or ():
        yield from _test(test)
    yield from (_rehearsal(one) for one in live.rehearsals if one.exit_code != 0)
    if live.last_run is not None:
        yield from _last_run(client, live.last_run, now)


def _test(test: CommandSeen) -> Iterator[Finding]:
    evidence = Evidence(f"`{test.command}`", test.said)
    if test.exit_code is None:
        why = f"`{test.command}` could not be run: {test.said}"
        step = "Set `server_tests` to a command the account may run."
        yield untold("server-untested", why, evidence, step)
    elif test.exit_code != 0:
        why = f"a reload would not take: `{test.command}` fails"
        step = "Correct the server's configuration; until then it keeps the old certificate."
        yield serious("server-refuses", why, evidence, step)


def _rehearsal(rehearsal: CommandSeen) -> Finding:
    evidence = Evidence(f"`{rehearsal.command}`", rehearsal.said)
    if rehearsal.exit_code is None:
        why = f"the rehearsal did not come to an end: {rehearsal.said}"
        step = "Give it more time: --timeout 300."
        return untold("rehearsal-unseen", why, evidence, step)
    why = "the rehearsal of the renewal failed"
    return serious("rehearsal-failed", why, evidence, "Mend what it says, and rehearse again.")


def _last_run(client: ClientSeen, last: datetime, now: datetime) -> Iterator[Finding]:
    """A schedule that is there and has not run shows in the age of the log."""
    gaps = [job.gap for job in client.jobs if job.fault is None and job.gap is not None]
    if not gaps:
        return
    allowed = min(gaps) * 2 + _DAY
    if now - last <= allowed:
        return
    evidence = Evidence("the client's log", f"written last {ago(last, now)}")
    why = (
        f"the renewal has not run for {span(now - last)}, though it should every {span(min(gaps))}"
    )
    step = "See whether the timer or cron starts it at all: `systemctl list-timers`."
    yield serious("run-missing", why, evidence, step)
