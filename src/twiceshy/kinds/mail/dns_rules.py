"""Are a domain's MX, SPF, DKIM and DMARC records as promised?"""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.mail.facts import DomainSeen, ExchangerSeen, Promise
from twiceshy.kinds.mail.records import MOST_LOOKUPS, DkimKey, DmarcRecord, SpfNode
from twiceshy.kinds.mail.spf_rules import STRICTNESS, end_of, first_problem, lookups, passed
from twiceshy.model.verdict import Evidence, Severity

_POLICIES = ("none", "quarantine", "reject")
_ED25519 = "ed25519"


def judge_domain(promise: Promise, seen: DomainSeen) -> Iterator[Finding]:
    """All that was promised of one domain."""
    if promise.mx:
        yield from _exchangers(seen)
    if promise.spf is not None or promise.sends_from:
        yield from _spf(promise, seen)
    yield from (_dkim(promise, seen, one) for one in seen.dkim)
    if promise.dmarc is not None and seen.dmarc is not None:
        yield _dmarc(promise.dmarc, seen, seen.dmarc)


def _asked(seen: DomainSeen) -> str:
    return f" (asked {seen.nameserver})" if seen.nameserver else ""


def _trouble(
    what: str, why: str, step: str, *, is_an_answer: bool, severity: Severity = Severity.SERIOUS
) -> Finding:
    evidence = Evidence(what, why)
    if not is_an_answer:
        return Finding(
            f"{what}: {why}",
            evidence,
            unknown=True,
            next_step="Check the name servers, or name others in `nameservers`.",
        )
    return Finding(f"{what}: {why}", evidence, severity=severity, next_step=step)


def _exchangers(seen: DomainSeen) -> Iterator[Finding]:
    what = f"MX of {seen.domain}{_asked(seen)}"
    if seen.mx_why_not is not None:
        yield _trouble(
            what,
            seen.mx_why_not,
            "Publish MX records that name your mail servers.",
            is_an_answer=seen.mx_is_an_answer,
            severity=Severity.CRITICAL,
        )
        return
    exchangers = seen.exchangers or ()
    dead = [one for one in exchangers if one.why_not or one.refused]
    severity = Severity.CRITICAL if len(dead) == len(exchangers) else Severity.SERIOUS
    for one in exchangers:
        yield from _exchanger(one, f"{what}, {one.preference} {one.name}", severity)


def _exchanger(seen: ExchangerSeen, what: str, severity: Severity) -> Iterator[Finding]:
    if seen.why_not is not None:
        step = "Correct the MX record, or the address records of the exchanger."
        yield _trouble(what, seen.why_not, step, is_an_answer=seen.is_an_answer, severity=severity)
    for address, why in seen.refused:
        yield Finding(
            f"{what} at {address} does not accept connections: {why}",
            Evidence(what, f"{address}: {why}"),
            severity=severity,
            next_step="Start the mail server there, open the port, or take the record out.",
        )
    for address, why in seen.not_tried:
        yield Finding(
            f"{what} at {address} could not be tried: {why}",
            Evidence(what, f"{address}: {why}"),
            unknown=True,
            next_step="Look from a host that has a way there.",
        )
    if not seen.why_not and not seen.refused and not seen.not_tried:
        yield Finding("", Evidence(what, f"accepts connections at {', '.join(seen.addresses)}"))


def _spf(promise: Promise, seen: DomainSeen) -> Iterator[Finding]:
    what = f"SPF of {seen.domain}{_asked(seen)}"
    if seen.spf is None:
        yield Finding(f"{what} was not seen", Evidence(what, "not seen"), unknown=True)
        return
    wrong = first_problem(seen.spf)
    if wrong is not None and wrong.problem is not None:
        of = "" if wrong is seen.spf else f"{wrong.domain}: "
        yield _trouble(
            what,
            f"{of}{wrong.problem}",
            "Publish one valid record, such as `v=spf1 mx -all`.",
            is_an_answer=wrong.is_an_answer,
        )
        return
    count = lookups(seen.spf)
    shown = _short(seen.spf)
    if count > MOST_LOOKUPS:
        yield Finding(
            f"{what} makes receivers ask DNS {count} times, and they give up after {MOST_LOOKUPS}",
            Evidence(what, shown),
            severity=Severity.SERIOUS,
            next_step="Replace includes by the networks they stand for.",
        )
        return
    end = end_of(seen.spf)
    wanted = (promise.spf or "?")[0]
    if STRICTNESS[end] < STRICTNESS[wanted]:
        said = "lets everybody send" if end == "+" else f"ends in {end}all"
        yield Finding(
            f"{what} {said}, promised {promise.spf}",
            Evidence(what, shown),
            severity=Severity.SERIOUS,
            next_step=f"End the record in {promise.spf}.",
        )
    else:
        yield Finding("", Evidence(what, f"{shown} ({count} of {MOST_LOOKUPS} look-ups)"))
    for address in promise.sends_from:
        yield _sender(what, seen.spf, address)


def _sender(what: str, node: SpfNode, address: str) -> Finding:
    found = passed(node, address)
    evidence = Evidence(f"{what} for mail from {address}", found.why)
    if found.qualifier is None:
        return Finding(f"{what}: not known for {address}: {found.why}", evidence, unknown=True)
    if found.qualifier == "+":
        return Finding("", evidence)
    return Finding(
        f"{what} does not let mail from {address} pass: {found.why}",
        evidence,
        severity=Severity.SERIOUS,
        next_step=f"Add {'ip6' if ':' in address else 'ip4'}:{address} before the end.",
    )


def _short(node: SpfNode) -> str:
    return node.text if len(node.text) <= 160 else f"{node.text[:157]}..."  # noqa: PLR2004


def _dkim(promise: Promise, seen: DomainSeen, key: DkimKey) -> Finding:
    what = f"DKIM key {key.name}{_asked(seen)}"
    step = f"Publish the public key of the selector {key.selector}."
    if key.problem is not None:
        return _trouble(what, key.problem, step, is_an_answer=key.is_an_answer)
    if key.is_revoked:
        return _trouble(what, "the key is revoked (p= is empty)", step, is_an_answer=True)
    found = f"{key.algorithm} key of {key.bits} bits"
    if key.algorithm != _ED25519 and key.bits < promise.dkim_bits:
        return Finding(
            f"{what}: {found}, promised at least {promise.dkim_bits}",
            Evidence(what, found),
            severity=Severity.SERIOUS,
            next_step="Make a longer key, publish it under a new selector, then sign with it.",
        )
    if key.is_testing:
        return Finding(
            f"{what} is marked as a test (t=y): receivers may treat mail as unsigned",
            Evidence(what, f"{found}, t=y"),
            severity=Severity.WARNING,
            next_step="Take t=y out.",
        )
    return Finding("", Evidence(what, found))


def _dmarc(wanted: str, seen: DomainSeen, record: DmarcRecord) -> Finding:
    what = f"DMARC of {seen.domain}{_asked(seen)}"
    if record.problem is not None:
        step = f"Publish `v=DMARC1; p={wanted}` at {record.name}."
        return _trouble(what, record.problem, step, is_an_answer=record.is_an_answer)
    found = f"p={record.policy}" + (f" for {record.percent} %" if record.percent < 100 else "")  # noqa: PLR2004
    is_weaker = _POLICIES.index(record.policy) < _POLICIES.index(wanted)
    if is_weaker or (wanted != "none" and record.percent < 100):  # noqa: PLR2004 - per cent
        return Finding(
            f"{what} is {found}, promised {wanted} for all",
            Evidence(what, found),
            severity=Severity.SERIOUS,
            next_step=f"Set p={wanted}, and pct to 100 or not at all.",
        )
    return Finding("", Evidence(what, found))
