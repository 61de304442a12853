"""Certificates will be renewed in time, and the servers will serve the new ones.

What it promises:
    The client that renews certificates (certbot, or another one by its command) has a sound
    configuration, is started often enough for how long its certificates live, will have the
    authority's challenge answered, and afterwards makes every server that uses the certificate
    read it again.

The outage behind it:
    A web site and its API were down for four hours because the certificate had expired. It should
    have been renewed automatically; the configuration of the renewal was wrong, the renewal had
    failed for weeks, and nobody noticed.

What it looks at:
    Of certbot: renewal/*.conf (lines it would skip the file over, a certificate without one, links
    that lead to an older one, a staging authority, autorenew off), the webroot of each name against
    the folder from which nginx serves the challenge, credentials of dns plugins, hooks (there,
    executable, reloading each server whose configuration names the certificate), timers and
    crontabs (dead, masked, only rehearsing, too rare for 6-day, 47-day or 90-day certificates), and
    what would ask the authority too often. A review of a change looks at all of this.

    On a running host also: whether a small file put into each webroot comes back over HTTP at every
    address of the name (`self_test`; it is taken away again), what systemd, cron and the client's
    log say of the last run, whether the renewal is overdue by the certificate's own dates, whether
    every endpoint of the target serves the newest certificate on disk, and whether the server's own
    test (`nginx -t`) passes, without which a reload does nothing. That the client says "success" is
    no evidence: certbot says so with a failing hook, and with none.

    `rehearsal: configured` runs `certbot renew --dry-run` against the configured authority. It
    counts against none of the limits for certificates. It runs pre- and post-hooks, and no deploy
    hooks.

When it cannot know:
    The configuration was not handed in, or the host is not reached; a hook calls a script that was
    not handed in; a plugin that is not known; a name whose address cannot be looked up from here.
    What only a live look can tell is not held against a change.

Example:
    - id: website-renews
      kind: renewal
      target: website
      promise: {names: [www.example.org], reloads: [nginx], rehearsal: configured}
      every: 1d
      because: web-2024#a2
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from twiceshy.kinds.renewal.challenge_rules import challenge_findings
from twiceshy.kinds.renewal.command_rules import command_findings
from twiceshy.kinds.renewal.conf_rules import (
    conf_findings,
    doubled,
    used_without_renewal,
    wanted,
)
from twiceshy.kinds.renewal.facts import ClientSeen, RenewalFact
from twiceshy.kinds.renewal.finding import Finding
from twiceshy.kinds.renewal.hook_rules import hook_findings, two_schedules
from twiceshy.kinds.renewal.live_rules import Kept, age_findings, host_findings, served_findings
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.schedule_rules import running, schedule_findings, timing_findings
from twiceshy.kinds.renewal.wording import instant, listed, span
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict

_MOST_EVIDENCE = 40


def judge(promise: Promise, fact: RenewalFact, now: datetime) -> Verdict:
    """What was seen of the renewal, held against the promise at `now` (aware, UTC)."""
    findings = list(dict.fromkeys(_findings(promise, fact, now)))
    broken = [one for one in findings if one.severity is not None]
    broken.sort(key=lambda one: -(one.severity or Severity.WARNING).rank)
    untold = [one for one in findings if one.severity is None]
    evidence = _evidence([*broken, *untold])
    if broken:
        return _broken(promise, fact, broken, evidence, now)
    missed = [Evidence(one.host, one.why) for one in fact.not_reached]
    if untold:
        why = _in_short(untold)
        return Unknown(why, (*evidence, *missed), untold[0].next_step)
    if missed:
        step = fact.not_reached[0].next_step
        return Unknown(f"{missed[0].what} was not reached: {missed[0].found}", tuple(missed), step)
    kept = _all_kept(promise, fact)
    if not kept and not any(_has_lineages(promise, one) for one in fact.clients):
        return Unknown(
            "there is no certificate to renew", next_step="Set `names` or `certificates`."
        )
    return Holds(_summary(promise, fact, kept), tuple(_seen(promise, fact, kept)))


def _findings(promise: Promise, fact: RenewalFact, now: datetime) -> Iterator[Finding]:
    for client in fact.clients:
        yield from _static(promise, client)
        if client.live is not None:
            for kept in _kept(promise, client):
                yield from age_findings(promise, client, kept, now)
            yield from host_findings(client, now)
        else:
            for kept in _kept(promise, client):
                yield from (
                    one
                    for one in age_findings(promise, client, kept, now)
                    if one.code == "issued-often"
                )
    if fact.served is not None:
        yield from served_findings(promise, fact.served, _all_kept(promise, fact), now)


def _static(promise: Promise, client: ClientSeen) -> Iterator[Finding]:
    """What the configuration alone tells."""
    installation = client.installation
    yield from schedule_findings(promise, client)
    if installation is None:
        yield from command_findings(promise, client)
        return
    yield from conf_findings(promise, client, installation)
    yield from used_without_renewal(promise, client, installation)
    yield from doubled(client, wanted(promise, installation.lineages))
    for lineage in wanted(promise, installation.lineages):
        if lineage.faults:
            continue
        yield from challenge_findings(promise, client, lineage)
        if promise.reload_hook != "none":
            yield from hook_findings(promise, client, lineage)
            yield from two_schedules(client, lineage)
        lifetime = None if lineage.newest is None else lineage.newest.lifetime
        yield from timing_findings(promise, client, lineage, lifetime)


def _kept(promise: Promise, client: ClientSeen) -> tuple[Kept, ...]:
    if client.installation is None:
        return tuple(Kept(one.path, one) for one in client.kept)
    installation = client.installation
    every = (*installation.lineages, *installation.orphans)
    return tuple(
        Kept(one.name, newest, one.archive, one.server)
        for one in wanted(promise, every)
        if (newest := one.newest) is not None
    )


def _all_kept(promise: Promise, fact: RenewalFact) -> tuple[Kept, ...]:
    return tuple(kept for client in fact.clients for kept in _kept(promise, client))


def _has_lineages(promise: Promise, client: ClientSeen) -> bool:
    if client.installation is None:
        return bool(client.jobs)
    return bool(wanted(promise, client.installation.lineages))


def _broken(
    promise: Promise,
    fact: RenewalFact,
    broken: list[Finding],
    evidence: tuple[Evidence, ...],
    now: datetime,
) -> Broken:
    worst = broken[0]
    assert worst.severity is not None, "what is broken has a severity"
    ends = [
        kept.current.not_after
        for kept in _all_kept(promise, fact)
        if not worst.lineages or kept.name in worst.lineages
    ]
    served = [one.not_after for one in fact.served or () if one.not_after is not None]
    if worst.code == "not-served" and served:
        ends = served
    hurts_at = min(ends, default=None)
    severity = worst.severity
    if hurts_at is not None and hurts_at <= now and severity is Severity.SERIOUS:
        severity, hurts_at = Severity.CRITICAL, None
    return Broken(
        severity,
        _in_short(broken),
        evidence,
        hurts_at=hurts_at if severity is not Severity.WARNING else None,
        next_step=worst.next_step,
    )


def _in_short(findings: list[Finding]) -> str:
    first = findings[0].why
    others = len({one.why for one in findings} - {first})
    return f"{first} (and {others} more)" if others else first


def _evidence(findings: list[Finding]) -> tuple[Evidence, ...]:
    """What shows each finding; those behind the first begin with what they mean."""
    every: list[Evidence] = []
    for number, one in enumerate(findings):
        shown = one.evidence
        if number:
            shown = replace(shown, what=one.why, found=f"{shown.what}: {shown.found}")
        every.extend((shown, *one.more))
    return tuple(dict.fromkeys(every))[:_MOST_EVIDENCE]


def _summary(promise: Promise, fact: RenewalFact, kept: tuple[Kept, ...]) -> str:
    names = list(dict.fromkeys(one.name for one in kept)) or [
        lineage.name
        for client in fact.clients
        if client.installation is not None
        for lineage in wanted(promise, client.installation.lineages)
    ]
    what = f"{listed(names, 3)} will be renewed" if names else "the renewal is scheduled"
    ends = min((one.current.not_after for one in kept), default=None)
    return what if ends is None else f"{what}; the first ends {instant(ends)}"


def _seen(promise: Promise, fact: RenewalFact, kept: tuple[Kept, ...]) -> Iterator[Evidence]:
    """What was looked at, and what was not."""
    for client in fact.clients:
        gaps = [(job.gap, job) for job in running(client) if job.gap is not None]
        if gaps:
            gap, job = min(gaps, key=lambda pair: pair[0])
            found = f"runs at least every {span(gap)}"
            yield Evidence(job.name, found, client.place(job.path, job.line))
        elif promise.timer == "runs":
            yield Evidence("schedule", "not part of what was looked at")
        live = client.live
        if live is None:
            yield Evidence("the running host", "not looked at: a change is judged by its text")
            continue
        for one in (live.challenges or ())[:5]:
            yield Evidence(f"test file for {one.name} at {one.address}", "came back")
        yield from (Evidence(f"`{one.command}`", "passed") for one in live.rehearsals)
    for seen in (fact.served or ())[:5]:
        if _is_mine(seen.name, kept):
            yield Evidence(f"{seen.endpoint} at {seen.address}", "serves the newest certificate")


def _is_mine(name: str, kept: tuple[Kept, ...]) -> bool:
    return any(name in one.current.names for one in kept)
