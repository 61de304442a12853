r"""Is every public location limited, per client and for the whole server?

What it promises:
    Each location of nginx and each frontend of HAProxy that other machines get to refuses the
    requests of a client that sends too many (`per_client`), and those of all together when they
    are too many (`whole_server`): at a rate of at most what is promised, for real and not only in
    the log, and with the promised status (`burst_answer`).

The outage behind it:
    A shop went down under requests that nothing limited, after an update had switched its web
    application firewall off. For 85 minutes the team looked for an attack at the provider. A limit
    for each client alone would not have helped either: many clients, each within its limit, are
    more than the server can answer.

What it looks at:
    nginx: `limit_req` as it is in force at each location (what is written at an inner level
    replaces what is around it), its zone, rate and key, `limit_req_dry_run` and
    `limit_req_status`. A key counts each client when it holds the client's address, the whole
    server when it is the same for all; one that is empty counts nobody, and one that holds what
    the client sends is got round. Maps are followed. `return` and redirects answer before any
    limit is asked: such a location needs none, unless `answers_too` is promised.
    HAProxy: rules that refuse on a rate of a tracked counter, in the order they run; a rule or a
    `track-sc0` whose condition is never true limits nothing.
    Live: the files of the running host; with `burst_answer`, at most `burst_requests` requests
    in at most five seconds to each web endpoint of the target, which stop at the first answer with
    that status. It is serious when a location is not limited, a warning when the rate is too high
    or the status another one. Behind a proxy, nginx counts the proxy's address unless
    `set_real_ip_from` names it: a burst from one client does not show that.

When it cannot know:
    A file was not handed in or could not be read, a key hinges on a variable that a module sets,
    or the configuration has a mistake. The line is named. What is certainly not limited is broken
    all the same.

Example:
    - id: shop-limited
      kind: ratelimit
      target: shop
      promise: {per_client: 600/minute, whole_server: true, burst_answer: 429}
      every: 1h
      because: shop-2024#a2
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.ratelimit.bursts import judge_burst
from twiceshy.kinds.ratelimit.facts import (
    Counts,
    LimitSeen,
    LocationSeen,
    Promise,
    RateLimitFact,
)
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict

MOST_EVIDENCE = 40
_HOW = {Counts.CLIENT: "per client", Counts.SERVER: "for the whole server"}


@dataclass(frozen=True, slots=True)
class _Need:
    """One thing that is promised of every location."""

    counts: Counts
    per_minute: float | None


def judge(promise: Promise, fact: RateLimitFact, now: datetime) -> Verdict:  # noqa: ARG001 - one signature for all kinds
    """Is what limits the public locations what the promise says?"""
    judged = [one for one in fact.locations if one.text not in promise.except_locations]
    findings = [finding for one in judged for finding in _location(promise, one)]
    findings += [judge_burst(promise, burst) for burst in fact.bursts or ()]
    findings += [
        Finding(
            f"{gap.place}: {gap.why}",
            Evidence("configuration that was not read", gap.why, gap.place),
            unknown=True,
        )
        for gap in fact.gaps
    ]
    if fact.unseen is not None:
        findings.append(Finding(fact.unseen, Evidence("configuration", fact.unseen), unknown=True))
    elif not judged:
        why = "no public location is in this configuration"
        findings.append(Finding(why, Evidence("configuration", why), unknown=True))
    broken = sorted(
        (one for one in findings if one.severity is not None),
        key=lambda one: -one.severity.rank if one.severity else 0,
    )
    unknown = [one for one in findings if one.unknown and one.severity is None]
    kept = [one for one in findings if one.severity is None and not one.unknown]
    evidence = _evidence((*broken, *unknown, *kept))
    if broken:
        first = broken[0]
        assert first.severity is not None, "they were chosen by it"
        return Broken(first.severity, _in_short(broken), evidence, next_step=first.next_step)
    if unknown:
        step = unknown[0].next_step or "Hand in the file it names, or mend the line."
        return Unknown(_in_short(unknown), evidence, next_step=step)
    return Holds(_summary(promise, fact, judged), evidence)


def _location(promise: Promise, seen: LocationSeen) -> Iterable[Finding]:
    if seen.answered is not None and not promise.answers_too:
        found = f"answered before any limit by {seen.answered.text}: needs none"
        yield Finding("", Evidence(seen.title, found, seen.answered.place))
        return
    if seen.answered is not None:
        why = f"{seen.title} is answered by {seen.answered.text} before any limit is asked"
        yield Finding(
            why,
            Evidence(
                seen.title, f"{seen.answered.text} comes before any limit", seen.answered.place
            ),
            severity=Severity.SERIOUS,
            next_step="Answer with `try_files` or a file instead of `return`.",
        )
        return
    for need in _needs(promise):
        yield _need(promise, need, seen)
    if promise.connections_per_client is not None:
        yield _connections(promise.connections_per_client, seen)
    if promise.answers_too:
        for answered in seen.some_answered:
            found = f"{answered.text} comes before any limit"
            yield Finding(
                f"{seen.title}: {found}",
                Evidence(seen.title, found, answered.place),
                severity=Severity.WARNING,
            )


def _needs(promise: Promise) -> Iterable[_Need]:
    if promise.per_client:
        yield _Need(Counts.CLIENT, promise.client_per_minute)
    if promise.whole_server:
        yield _Need(Counts.SERVER, promise.server_per_minute)


def _need(promise: Promise, need: _Need, seen: LocationSeen) -> Finding:
    """Is there a limit that counts what is needed, for real and low enough?"""
    fitting = [one for one in seen.limits if one.counts is need.counts]
    in_force = [one for one in fitting if not one.is_dry_run]
    how = _HOW[need.counts]
    if not in_force:
        return _lacking(how, seen, fitting)
    best = min(in_force, key=lambda one: (one.per_minute is None, one.per_minute))
    what = f"{seen.title}, {how}"
    if best.per_minute is None:
        why = f"{what}: the rate of {best.text} is not known"
        return Finding(
            why, Evidence(what, f"{best.text}: its rate is not known", best.place), unknown=True
        )
    found = f"{best.text}: {rate_words(best.per_minute)}, burst {best.burst}, {best.why}"
    if need.per_minute is not None and best.per_minute > need.per_minute:
        most = rate_words(need.per_minute)
        return Finding(
            f"{what}: {rate_words(best.per_minute)}, promised at most {most}",
            Evidence(what, f"{found}, promised at most {most}", best.decided_by),
            severity=Severity.WARNING,
            next_step=f"Lower the rate to {most}, or promise what is right.",
        )
    if promise.burst_answer is not None and best.status != promise.burst_answer:
        return _other_status(promise.burst_answer, best, what)
    return Finding("", Evidence(what, found, best.place))


def _lacking(how: str, seen: LocationSeen, dry: list[LimitSeen]) -> Finding:
    what = f"{seen.title}, {how}"
    near = dry or [one for one in seen.limits if one.counts not in {Counts.CLIENT, Counts.SERVER}]
    unsure = next((one for one in near if one.counts is Counts.UNKNOWN), None)
    if unsure is not None:
        found = f"{unsure.text}: {unsure.why}"
        return Finding(
            f"{what}: {found} ({unsure.decided_by})",
            Evidence(what, found, unsure.decided_by),
            unknown=True,
            next_step="Write the key with variables of nginx itself, or hand in the missing file.",
        )
    if seen.unknown is not None:
        why = f"{what}: a limit may stand in what was not read: {seen.unknown}"
        return Finding(why, Evidence(what, seen.unknown, seen.place), unknown=True)
    if near:
        one = near[0]
        return Finding(
            f"{seen.title} is not limited {how}: {one.text} {_but(one)}",
            Evidence(what, f"{one.text} {_but(one)}", one.decided_by),
            severity=Severity.SERIOUS,
            next_step=f"Mend {one.decided_by}.",
        )
    others = ", ".join(one.text for one in seen.limits)
    found = f"no limit is in force there{f' but {others}' if others else ''}"
    place = seen.limits[0].place if seen.limits else seen.place
    return Finding(
        f"{seen.title} is not limited {how}",
        Evidence(what, found, place),
        severity=Severity.SERIOUS,
        next_step=_ADVICE[how],
    )


_ADVICE = {
    "per client": "Limit it with a zone whose key is $binary_remote_addr (HAProxy: `track-sc0 "
    "src`), or name it in `except_locations`.",
    "for the whole server": "Limit it with a zone whose key is $server_name too (HAProxy: "
    "`fe_req_rate` or `rate-limit sessions`), at what the server can answer.",
}


def _but(limit: LimitSeen) -> str:
    if limit.is_dry_run:
        return limit.why
    if limit.counts is Counts.CHOSEN:
        return f"is easy to get round: {limit.why}"
    return f"limits nobody: {limit.why}"


def _other_status(promised: int, limit: LimitSeen, what: str) -> Finding:
    place = limit.status_place or limit.place
    given = "no answer at all" if limit.status is None else str(limit.status)
    found = f"refuses with {given}, promised {promised}"
    return Finding(
        f"{what}: {found}",
        Evidence(what, f"{limit.text}: {found}", place),
        severity=Severity.WARNING,
        next_step=f"Write `limit_req_status {promised};` (HAProxy: `deny deny_status {promised}`).",
    )


def _connections(most: int, seen: LocationSeen) -> Finding:
    what = f"{seen.title}, connections of a client"
    fitting = [
        one for one in seen.connections if one.counts is Counts.CLIENT and not one.is_dry_run
    ]
    if any(one.burst is not None and one.burst <= most for one in fitting):
        return Finding("", Evidence(what, fitting[0].text, fitting[0].place))
    if seen.unknown is not None:
        return Finding(f"{what}: {seen.unknown}", Evidence(what, seen.unknown), unknown=True)
    if fitting:
        found = f"{fitting[0].text}, promised at most {most}"
        return Finding(
            f"{what}: {found}",
            Evidence(what, found, fitting[0].place),
            severity=Severity.WARNING,
        )
    return Finding(
        f"{seen.title} does not limit how many connections a client may have",
        Evidence(what, "no limit is in force there", seen.place),
        severity=Severity.SERIOUS,
        next_step="Write `limit_conn` with a zone whose key is $binary_remote_addr.",
    )


def rate_words(per_minute: float) -> str:
    """Such as `600/minute`; by the hour when it is less than one in a minute."""
    if per_minute >= 1:
        return f"{per_minute:g}/minute"
    return f"{per_minute * 60:g}/hour"


def _in_short(findings: list[Finding]) -> str:
    more = len(findings) - 1
    return findings[0].why + (f" (and {more} more)" if more else "")


def _evidence(findings: Iterable[Finding]) -> tuple[Evidence, ...]:
    every = tuple(dict.fromkeys(one.evidence for one in findings))
    shown = every[:MOST_EVIDENCE]
    if len(every) > MOST_EVIDENCE:
        shown = (*shown, Evidence("and more", f"{len(every) - MOST_EVIDENCE} not listed here"))
    return shown


def _summary(promise: Promise, fact: RateLimitFact, judged: list[LocationSeen]) -> str:
    limited = [one for one in judged if one.answered is None or promise.answers_too]
    count = len(limited)
    how = " and ".join(_HOW[need.counts] for need in _needs(promise))
    parts = [
        f"{count} public location{'s' * (count != 1)} limited {how}"
        if limited
        else "every public location is answered before any limit is needed"
    ]
    answered = [burst for burst in fact.bursts or () if burst.answered_at is not None]
    if answered:
        first = answered[0]
        parts.append(f"request {first.answered_at} of a burst was answered {promise.burst_answer}")
    return ", ".join(parts)
