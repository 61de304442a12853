"""Are the TLS files of every public listener sound, the upstreams checked, and is it what runs?

What it promises:
    Every listener of nginx and HAProxy that other machines get to and that speaks TLS has a
    certificate and a key that exist, belong together, bring their chain, are for the names served
    and last at least `certificate_days`. Where promised: listeners without TLS only redirect, the
    servers behind are health-checked and enough of them. On a running host: the files pass the
    server's own test, its workers have loaded them as they are, and each listener serves the
    certificate that its file holds.

The outage behind it:
    A certificate was renewed on disk and the web server never reloaded, so that users met the
    old one until it ran out. A reload that had been put off for months then failed, because a key
    had been moved. A balancer went on sending requests to a server that had long been dead, for
    nothing checked it.

What it looks at:
    nginx: its main file with all includes, what each server takes over from `http`, `stream` and
    `mail`, and that one `listen ... ssl` turns TLS on for every server at that socket. HAProxy:
    `bind ... ssl crt` with files, folders and lists; `check` on each server or `default-server`.
    nginx's open edition has no active health checks: it takes a server out when users' requests to
    it failed, and never the only one of an upstream. `upstream_health_checks: true` is content
    with that, `active` is not.
    Live, as the user twiceshy reaches the host as: `nginx -t` or `haproxy -c`; when each file
    changed and when the running workers started; one TLS connection to each public listener. A
    private key never leaves its host: `openssl pkey -pubout` gives its public half there.
    It is critical when a listener cannot work or its certificate has ended, serious when users of
    some names are hurt or the next restart would be, a warning when it ends soon or the chain is
    untidy.

When it cannot know:
    A file could not be read, a certificate is chosen for each connection by a variable, a listener
    does not answer from here, or the configuration has a part that was not read. In a change that
    has not been applied, certificates and keys are often no part of it: they are then left out and
    named, what is there is judged, and when nothing of what was promised is there the verdict is
    Unknown.

Example:
    - id: www-web-server
      kind: webserver
      target: www
      promise: {certificate_days: 21, redirect_only: true}
      every: 15m
      because: web-2024#a3
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.webserver.facts import Gap, ListenerSeen, Promise, WebServerFact
from twiceshy.kinds.webserver.running_rules import judge_running, judge_served
from twiceshy.kinds.webserver.tls_rules import judge_listener
from twiceshy.kinds.webserver.upstream_rules import judge_upstream
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict

MOST_EVIDENCE = 40


def judge(promise: Promise, fact: WebServerFact, now: datetime) -> Verdict:
    """Is the web server as the promise says at `now` (aware, UTC)?"""
    findings = tuple(_findings(promise, fact, now))
    broken = sorted(
        (one for one in findings if one.severity is not None),
        key=lambda one: -one.severity.rank if one.severity else 0,
    )
    unknown = [one for one in findings if one.unknown and one.severity is None]
    left_out = [one for one in findings if one.left_out]
    kept = [one for one in findings if one.kept]
    evidence = _evidence((*broken, *unknown, *left_out, *kept))
    if broken:
        first = broken[0]
        assert first.severity is not None, "they were chosen by it"
        hurts = min((one.hurts_at for one in broken if one.hurts_at is not None), default=None)
        return Broken(first.severity, _in_short(broken), evidence, hurts, first.next_step)
    if unknown:
        step = unknown[0].next_step or "Hand in the file it names, or mend the line."
        return Unknown(_in_short(unknown), evidence, step)
    if not kept:
        why = _in_short(left_out) if left_out else "nothing that is promised is in it"
        step = "Look at the running host, or hand in the files too."
        return Unknown(why, evidence, step)
    return Holds(_summary(promise, fact, left_out), evidence)


def _findings(promise: Promise, fact: WebServerFact, now: datetime) -> Iterator[Finding]:
    secure = [one for one in fact.listeners if one.is_tls]
    if promise.certificate_days is not None:
        yield from (each for one in secure for each in judge_listener(promise, one, now))
    if promise.redirect_only:
        yield from (_plain(one) for one in fact.listeners if not one.is_tls)
    if promise.asks_of_upstreams:
        yield from (each for one in fact.upstreams for each in judge_upstream(promise, one))
    running = fact.running or ()
    if promise.running_is_on_disk:
        yield from (each for one in running for each in judge_running(one))
    if promise.served_is_configured:
        yield from map(judge_served, fact.served or ())
    # What the server's own test lets pass is no mistake, whatever our table of directives says.
    tested = any(one.test_passed for one in running)
    yield from (_gap(one) for one in fact.gaps if one.is_fatal or not tested)


def _gap(gap: Gap) -> Finding:
    evidence = Evidence("configuration", gap.why, gap.place)
    if not gap.is_fatal:
        return Finding(f"{gap.place}: {gap.why}", evidence, unknown=True)
    return Finding(
        f"{gap.place}: {gap.why}: the next restart fails",
        evidence,
        severity=Severity.SERIOUS,
        next_step="Mend the line; until then neither reload nor restart.",
    )


def _plain(seen: ListenerSeen) -> Finding:
    what = f"{seen.title} at {', '.join(seen.sockets)}"
    if seen.answers_plainly is None:
        return Finding("", Evidence(what, "only redirects to https", seen.place))
    return Finding(
        f"{what} does not only redirect: {seen.answers_plainly}",
        Evidence(what, seen.answers_plainly, seen.plainly_at or seen.place),
        severity=Severity.SERIOUS,
        next_step="Answer `return 301 https://$host$request_uri;` there.",
    )


def _in_short(findings: list[Finding]) -> str:
    more = len(findings) - 1
    return findings[0].why + (f" (and {more} more)" if more else "")


def _evidence(findings: Iterable[Finding]) -> tuple[Evidence, ...]:
    every = tuple(dict.fromkeys(one.evidence for one in findings))
    if len(every) <= MOST_EVIDENCE:
        return every
    rest = Evidence("and more", f"{len(every) - MOST_EVIDENCE} not listed here")
    return (*every[:MOST_EVIDENCE], rest)


def _summary(promise: Promise, fact: WebServerFact, left_out: list[Finding]) -> str:
    parts = []
    secure = sum(one.is_tls for one in fact.listeners)
    if promise.certificate_days is not None and secure:
        parts.append(f"{secure} public listener{'s' * (secure != 1)} with sound TLS files")
    if promise.redirect_only:
        parts.append("those without TLS only redirect")
    if promise.asks_of_upstreams:
        count = len(fact.upstreams)
        parts.append(f"{count} upstream{'s' * (count != 1)} as promised")
    if fact.running and promise.running_is_on_disk:
        parts.append("what runs is what is on disk")
    text = ", ".join(parts) or "nothing is wrong with what was seen"
    if left_out:
        text += f"; {len(left_out)} file{'s' * (len(left_out) != 1)} not handed in and not judged"
    return text
