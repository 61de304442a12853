"""What `review --try` adds: the change is loaded in a sandbox, and its flows are tried for real."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from twiceshy.changes.outcome import Rehearsed, Review
from twiceshy.changes.rehearsal_attempts import attempts_of
from twiceshy.changes.rehearse import rehearse
from twiceshy.changes.tree import host_named
from twiceshy.kinds.firewall.facts import Promise
from twiceshy.kinds.firewall.host import Host
from twiceshy.model.configuration import Configuration
from twiceshy.model.estate import Estate
from twiceshy.model.guard import Guard
from twiceshy.model.ids import KindId
from twiceshy.probes.targets import hosts_of

FIREWALL = KindId("firewall")


def rehearsed(
    review: Review,
    before: Mapping[str, Configuration],
    after: Mapping[str, Configuration],
    estate: Estate,
) -> Review:
    """The review with what was seen in the sandbox, for each host whose firewall it changes."""
    found = tuple(
        _on_host(review, root, before.get(root), side, estate)
        for root, side in after.items()
        if any(_is_firewalls(review, root, path) for path in side.files)
    )
    if not found:
        found = (Rehearsed("", ("not rehearsed: the change holds no firewall rules",), None),)
    return replace(review, rehearsed=found)


def _is_firewalls(review: Review, root: str, path: str) -> bool:
    return any(
        file.stands_at == path
        and file.host == host_named(root)
        and any(kind == FIREWALL for kind, _ in file.kinds)
        for file in review.files
    )


def _on_host(
    review: Review,
    root: str,
    before: Configuration | None,
    after: Configuration,
    estate: Estate,
) -> Rehearsed:
    name = host_named(root)
    guards = [one.guard for one in review.judged if one.guard.kind == FIREWALL and one.host == name]
    addresses = tuple(
        dict.fromkeys(address for guard in guards for address in _addresses(guard, estate))
    )
    attempts = attempts_of(guards, after, addresses)
    nothing = Configuration(files={}, origin="nothing")
    rehearsal = rehearse(before or nothing, after, attempts, host=Host.of(addresses))
    went_well = None if rehearsal.why_not is not None else rehearsal.is_as_promised
    return Rehearsed(name, tuple(rehearsal.lines()), went_well)


def _addresses(guard: Guard, estate: Estate) -> Iterator[str]:
    """The host's own, as far as the promise or the estate tells them."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    if promise.addresses:
        yield from promise.addresses
    else:
        for host in hosts_of(guard.target, estate):
            yield from host.addresses
