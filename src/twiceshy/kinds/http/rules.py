"""Does a request answer as it should, in time, at every address behind the name?

What it promises:
    At each A and AAAA address of each http or https endpoint of the target the right status comes
    back within `within_ms`, with the promised texts and headers and over a valid certificate;
    redirects lead where they should. One dead address out of four is one user in four.

The outage behind it:
    A site was down for its users while it answered the engineer: one backend of several, IPv6
    only, a certificate a browser refuses and a script does not, an error page with status 200.

What it looks at:
    Each address by itself, with the name in Host and SNI: connection, TLS (verified, roots of the
    system unless given), status, headers, the first `max_body_kb` of the body, and the time each
    phase took. When the certificate is refused it looks once more without verifying, to say what
    the server itself would have answered. What users would see too breaks the promise: a name that
    does not exist, a connection refused, cut, unanswered, an answer that is not HTTP. It is
    critical when no address keeps the promise, serious when some do; an answer that is right but
    late or lacks a header is a warning (serious beyond three times the limit).

When it cannot know:
    DNS does not answer, the vantage has no way to an address (no IPv6 here, for one) or may not
    connect, a secret for a header is missing, or a text is looked for in a body that is longer
    than `max_body_kb`. An address that was not seen is always named.

Example:
    - id: shop-answers
      kind: http
      target: shop.web
      promise: {status: 200, contains: Add to basket, within_ms: 2000}
      every: 1m
      because: shop-2024#a2
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from twiceshy.kinds.http.address_rules import Finding, judge_address
from twiceshy.kinds.http.facts import EndpointSeen, HttpFact, NameState, Promise
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict


@dataclass(frozen=True, slots=True)
class _EndpointVerdict:
    """One endpoint's share of the verdict."""

    in_short: str
    evidence: tuple[Evidence, ...]
    severity: Severity | None = None
    """None unless it is broken."""
    unseen: bool = False
    next_step: str | None = None


def judge(promise: Promise, fact: HttpFact, now: datetime) -> Verdict:  # noqa: ARG001 - one signature for all kinds
    """Is what the endpoints answered what the promise says?"""
    seen = [_endpoint(promise, endpoint) for endpoint in fact.endpoints]
    broken = [one for one in seen if one.severity is not None]
    unseen = [one for one in seen if one.unseen and one.severity is None]
    kept = [one for one in seen if not one.unseen and one.severity is None]
    evidence = tuple(piece for one in (*broken, *unseen, *kept) for piece in one.evidence)
    if broken:
        worst = max((one.severity for one in broken if one.severity), key=lambda one: one.rank)
        first = next(one for one in broken if one.severity is worst)
        return Broken(worst, _joined(first, broken), evidence, next_step=first.next_step)
    if unseen:
        return Unknown(_joined(unseen[0], unseen), evidence, next_step=unseen[0].next_step)
    if not kept:
        return Unknown(
            "the target has no endpoint that speaks HTTP",
            next_step="Give the service an http:// or https:// endpoint.",
        )
    return Holds("; ".join(one.in_short for one in kept), evidence)


def _joined(first: _EndpointVerdict, all_like_it: list[_EndpointVerdict]) -> str:
    more = len(all_like_it) - 1
    return first.in_short + (f" (and {more} more endpoint{'s' * (more > 1)})" if more else "")


def _endpoint(promise: Promise, seen: EndpointSeen) -> _EndpointVerdict:
    if seen.name is not NameState.FOUND:
        why = seen.why or "the name could not be looked up"
        not_there = seen.name is NameState.NOT_FOUND
        return _EndpointVerdict(
            why,
            (Evidence(seen.url, why),),
            severity=Severity.CRITICAL if not_there else None,
            unseen=not not_there,
            next_step="Check the spelling of the name, and its A and AAAA records."
            if not_there
            else "Check the name servers of this host, or give the endpoint's `addresses`.",
        )
    findings = [judge_address(promise, seen.url, address) for address in seen.addresses]
    broken = [one for one in findings if one.severity is not None]
    unseen = [one for one in findings if one.unseen]
    kept = [one for one in findings if one.kept]
    evidence = [one.evidence for one in (*broken, *unseen, *kept)]
    if seen.left_out:
        evidence.append(Evidence(seen.url, f"{seen.left_out} more addresses were not looked at"))
    if broken and (promise.every_address or not (kept or unseen)):
        first = max(broken, key=lambda one: one.severity.rank if one.severity else -1)
        return _EndpointVerdict(
            _some_of(seen, first, broken, findings),
            tuple(evidence),
            severity=_severity(first, kept),
            next_step=first.next_step,
        )
    if kept and not promise.every_address:
        return _EndpointVerdict(_all_well(seen, kept), tuple(evidence))
    if unseen or seen.left_out:
        why = unseen[0].in_short if unseen else "there are more addresses than one look takes"
        step = unseen[0].next_step if unseen else "Name the addresses to look at in the estate."
        return _EndpointVerdict(f"{seen.url}: {why}", tuple(evidence), unseen=True, next_step=step)
    return _EndpointVerdict(_all_well(seen, kept), tuple(evidence), unseen=not kept)


def _severity(worst: Finding, kept: list[Finding]) -> Severity:
    severity = worst.severity
    if severity is Severity.CRITICAL and kept:
        return Severity.SERIOUS
    return severity or Severity.WARNING


def _some_of(
    seen: EndpointSeen, first: Finding, broken: list[Finding], findings: list[Finding]
) -> str:
    if len(findings) == 1:
        return f"{seen.url} at {first.address}: {first.in_short}"
    where = ", ".join(one.address for one in broken[:3]) + (", ..." if len(broken) > 3 else "")  # noqa: PLR2004 - three fit on a line
    return f"{seen.url} at {len(broken)} of {len(findings)} addresses ({where}): {first.in_short}"


def _all_well(seen: EndpointSeen, kept: list[Finding]) -> str:
    if not kept:
        return f"{seen.url}: there was no address to look at"
    if len(kept) == 1:
        return f"{seen.url}: {kept[0].in_short}"
    slowest = max(kept, key=lambda one: one.total_ms or 0)
    return f"{seen.url}: {slowest.in_short}, the slowest of {len(kept)} addresses"
