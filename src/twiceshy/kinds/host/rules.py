"""Do the names resolve, do these ports accept connections, and do those not?

What it promises:
    Every name of the target resolves (to the expected addresses and address families, where
    given), every port in `listens` accepts a TCP connection at every address, and nobody gets
    through to a port in `must_not_listen`. Without `listens` the ports are those of the target's
    endpoints.

The outage behind it:
    Mail and web stood still because a firewall rule dropped packets, because a process listened on
    127.0.0.1 alone, because a name server was dead or a record pointed at the old machine; the
    team looked at the application first. Which step fails (name, way, port) says where to look.

What it looks at:
    The system's resolver, or each name server in `nameservers`; then one TCP connection to each
    port of each address, closed at once. A port that refuses, a router that says "unreachable"
    and a port that does not answer in time all break `listens`: a user at this vantage does not
    get through either. `must_not_listen` is kept by a refusal; silence keeps it only when the same
    address answered on another port in the same look, otherwise the host may be down or the
    vantage cut off.

    A name server in `nameservers` that is silent while another one answers is broken too.

When it cannot know:
    No name server answers, the vantage has no way to the address (no IPv6 here, for one) or may
    not connect, or a port that must be shut is silent at an address that never answered.

Example:
    - id: mail-1-ports
      kind: host
      target: mail-1
      promise: {listens: [25, 587], must_not_listen: [5432]}
      every: 5m
      because: mail-2024#a2
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Literal

from twiceshy.kinds.host.facts import HostFact, NameSeen, NameState, PortSeen, PortState, Promise
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict

ANSWERS = frozenset({PortState.OPEN, PortState.REFUSED})
"""States that prove that the vantage reaches the address."""
UNSEEN = frozenset({PortState.NO_ROUTE, PortState.CANNOT_LOOK})
"""States that say something about the vantage alone."""


@dataclass(frozen=True, slots=True)
class _Finding:
    """One name or port: kept, broken (`why` and what to do) or not seen (`why`)."""

    evidence: Evidence
    broken: bool = False
    unseen: bool = False
    works_for: Literal["names", "ports"] | None = None
    """What users need that stands or falls with it; None for what only has to be shut or right."""
    next_step: str | None = None

    @property
    def kept(self) -> bool:
        return not (self.broken or self.unseen)


def judge(promise: Promise, fact: HostFact, now: datetime) -> Verdict:  # noqa: ARG001 - one signature for all kinds
    """Is what was seen of names and ports what the promise says?"""
    findings = [
        *(_name(promise, seen, fact) for seen in fact.names),
        *(_port(promise, seen, fact) for seen in fact.ports),
    ]
    if not findings:
        return Unknown(
            "there is nothing to look at: the target has no endpoint and no port is named",
            next_step="Name ports in `listens`, or give the service endpoints.",
        )
    broken = [finding for finding in findings if finding.broken]
    unseen = [finding for finding in findings if finding.unseen]
    kept = [finding for finding in findings if finding.kept]
    evidence = tuple(finding.evidence for finding in (*broken, *unseen, *kept))
    if broken:
        return Broken(
            _severity(findings),
            _in_short(broken),
            evidence,
            next_step=broken[0].next_step,
        )
    if unseen:
        return Unknown(_in_short(unseen), evidence, next_step=unseen[0].next_step)
    return Holds(_kept(fact), evidence)


def _severity(findings: list[_Finding]) -> Severity:
    for need in ("names", "ports"):
        group = [finding for finding in findings if finding.works_for == need]
        if any(finding.broken for finding in group) and not any(f.kept for f in group):
            return Severity.CRITICAL
    return Severity.SERIOUS


def _name(promise: Promise, seen: NameSeen, fact: HostFact) -> _Finding:
    asked = f", asked {seen.nameserver}" if seen.nameserver else ""
    what = f"name {seen.name}{asked}"
    if seen.state is NameState.NOT_FOUND:
        return _Finding(
            Evidence(what, seen.why or "does not resolve"),
            broken=True,
            works_for="names",
            next_step="Check the spelling of the name, and its A and AAAA records.",
        )
    if seen.state in {NameState.UNSEEN, NameState.NOT_ASKED}:
        if seen.state is NameState.UNSEEN and _another_answers(seen, fact):
            return _Finding(
                Evidence(what, f"{seen.why or 'no answer'}, while another name server answers"),
                broken=True,
                next_step=f"Mend the name server {seen.nameserver}, or ask it no longer.",
            )
        return _Finding(
            Evidence(what, seen.why or "could not be looked up"),
            unseen=True,
            next_step="Check the name servers of this host.",
        )
    wrong = _wrong_addresses(promise, seen.addresses)
    if wrong is not None:
        return _Finding(
            Evidence(what, wrong),
            broken=True,
            next_step="Compare the records with what was promised; a cache may hold old ones.",
        )
    return _Finding(Evidence(what, f"resolves to {', '.join(seen.addresses)}"), works_for="names")


def _another_answers(seen: NameSeen, fact: HostFact) -> bool:
    return seen.nameserver is not None and any(
        other.nameserver != seen.nameserver
        and other.state in {NameState.FOUND, NameState.NOT_FOUND}
        for other in fact.names
    )


def _wrong_addresses(promise: Promise, found: tuple[str, ...]) -> str | None:
    has_ipv4 = any(":" not in address for address in found)
    has_ipv6 = any(":" in address for address in found)
    if promise.families in {"both", "ipv4"} and not has_ipv4:
        return f"has no IPv4 address (A record), only {', '.join(found)}"
    if promise.families in {"both", "ipv6"} and not has_ipv6:
        return f"has no IPv6 address (AAAA record), only {', '.join(found)}"
    if promise.addresses and _same_form(promise.addresses) != _same_form(found):
        return f"resolves to {', '.join(found)}, promised {', '.join(promise.addresses)}"
    return None


def _same_form(addresses: tuple[str, ...]) -> set[str]:
    return {ip_address(address).compressed for address in addresses}


def _port(promise: Promise, seen: PortSeen, fact: HostFact) -> _Finding:
    evidence = Evidence(f"port {seen.port} at {seen.address}", seen.why)
    if seen.state in UNSEEN:
        return _Finding(
            evidence, unseen=True, next_step=f"Look from a host with a way to {seen.address}."
        )
    if seen.port in promise.must_not_listen:
        return _shut(seen, fact, evidence)
    if seen.state is PortState.OPEN:
        return _Finding(evidence, works_for="ports")
    return _Finding(evidence, broken=True, works_for="ports", next_step=_NEXT_STEPS[seen.state])


def _shut(seen: PortSeen, fact: HostFact, evidence: Evidence) -> _Finding:
    if seen.state is PortState.OPEN:
        return _Finding(
            Evidence(evidence.what, f"{seen.why}, promised shut"),
            broken=True,
            next_step="Stop the service, bind it to an inner address, or close the firewall.",
        )
    proven = any(
        other.address == seen.address and other.state in ANSWERS
        for other in fact.ports
        if other is not seen
    )
    if seen.state is PortState.REFUSED or proven:
        return _Finding(evidence)
    return _Finding(
        Evidence(evidence.what, f"{seen.why}; the host answered on no other port either"),
        unseen=True,
        next_step="Add a port that is open to `listens`, to tell a firewall from a dead host.",
    )


def _in_short(findings: list[_Finding]) -> str:
    first = findings[0].evidence
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"{first.what}: {first.found}{more}"


def _kept(fact: HostFact) -> str:
    names = len({seen.name for seen in fact.names})
    parts = []
    if names:
        parts.append("the name resolves" if names == 1 else f"{names} names resolve")
    if fact.ports:
        ports = sorted({seen.port for seen in fact.ports})
        addresses = len({seen.address for seen in fact.ports})
        listed = ", ".join(map(str, ports))
        where = "1 address" if addresses == 1 else f"{addresses} addresses"
        parts.append(f"{'port' if len(ports) == 1 else 'ports'} {listed} as promised at {where}")
    return ", ".join(parts)


_NEXT_STEPS = {
    PortState.REFUSED: "See on the host whether the service runs and on which address it listens "
    "(`ss -ltnp`), then the firewall's reject rules.",
    PortState.TIMED_OUT: "Look for a firewall that drops (compare with the same connection from "
    "the host itself), then for a dead host or a wrong address.",
    PortState.HOST_UNREACHABLE: "Look at the route, the gateway and the firewall's reject rules; "
    "then whether the host is up.",
}
