"""Do all pools together fit what the server takes?

A process opens up to `pool_size` plus `max_overflow` connections; there are `workers` of them in
each of `replicas` instances. What goes through pgbouncer counts against its `max_client_conn`, and
pgbouncer's own pools count against the server. The server takes `max_connections`, less what it
keeps for superusers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from twiceshy.kinds.database.facts import Attempt, DatabaseFact, HostSeen, Instance, Promise
from twiceshy.kinds.database.finding import Finding, broken, kept, unknown
from twiceshy.kinds.database.pooler import clients_fit, pooled
from twiceshy.kinds.database.share import Share, Undecided, share_of
from twiceshy.languages.settings.scope import number
from twiceshy.languages.settings.server import CAPACITY
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.model.verdict import Evidence, Severity


@dataclass(frozen=True, slots=True)
class Limit:
    """What a server takes from ordinary roles."""

    total: int
    reserved: int
    source: str
    evidence: Evidence

    @property
    def left(self) -> int:
        """For the pools."""
        return self.total - self.reserved


def check_capacity(promise: Promise, fact: DatabaseFact) -> Iterator[Finding]:
    """Pool sizes as promised; all of them together, server by server, against its limit."""
    for instance in fact.instances:
        yield from _pool_size(promise, instance)
    yield from _max_connections(promise, fact)
    if not promise.pools_fit_max_connections or not fact.instances:
        return
    shares: dict[str, list[Share]] = {}
    for host in fact.hosts:
        for one in _shares(promise, host):
            if isinstance(one, Undecided):
                yield one.finding
            else:
                shares.setdefault(one.server, []).append(one)
        yield from clients_fit(promise, host)
    for server, of_server in shares.items():
        yield _fits(promise, fact, server, of_server)


def _pool_size(promise: Promise, instance: Instance) -> Iterator[Finding]:
    if promise.pool_size is None or instance.is_pooled:
        return
    value = instance.connection.parameters.get("pool_size")
    size = number(value)
    if value is None or size is None:
        yield unknown(
            f"the settings of {instance.label} say no pool size",
            instance.label,
            "no pool size is set" if value is None else f"pool size {value.text[:40]}",
            value.place if value is not None else instance.connection.place,
            f"Set the pool size to {promise.pool_size} in the settings.",
        )
    elif size != promise.pool_size:
        found = f"pool size {size}, promised {promise.pool_size}"
        yield broken(
            Severity.WARNING,
            f"{instance.label} has {found}",
            Evidence(instance.label, found, value.place),
            next_step=f"Set it to {promise.pool_size}, or change the promise.",
        )
    else:
        yield kept(instance.label, f"pool size {size}", value.place)


def _max_connections(promise: Promise, fact: DatabaseFact) -> Iterator[Finding]:
    """Whether the server takes as many as were promised."""
    if promise.max_connections is None:
        return
    for limit in _known_limits(fact):
        if limit.total >= promise.max_connections:
            yield kept(limit.source, f"max_connections {limit.total}", limit.evidence.place)
            continue
        found = f"max_connections {limit.total}, promised {promise.max_connections}"
        yield broken(
            Severity.SERIOUS,
            f"{limit.source} has {found}",
            Evidence(limit.source, found, limit.evidence.place),
            next_step="Raise max_connections and restart the server, or change the promise.",
        )


def _shares(promise: Promise, host: HostSeen) -> Iterator[Share | Undecided]:
    for instance in host.instances:
        if instance.pooler is None and not instance.is_pooled:
            yield share_of(promise, instance)
    for pooler in host.poolers:
        yield from pooled(promise, pooler, host)


def _fits(promise: Promise, fact: DatabaseFact, server: str, shares: Sequence[Share]) -> Finding:
    wanted = sum(one.count for one in shares) + promise.other_connections
    limit = _limit(promise, fact, shares)
    sums = " + ".join(one.sum for one in shares)
    if promise.other_connections:
        sums += f" + {promise.other_connections} of others"
    first = max(shares, key=lambda one: one.count)
    if limit is None:
        return unknown(
            f"the pools may open {wanted} connections to {server},"
            " and nothing says how many it takes",
            server,
            sums,
            first.place,
            "Add its postgresql.conf to `files`, or say `max_connections`.",
        )
    left = f"{limit.left} ({limit.total} less {limit.reserved} reserved)"
    if wanted <= limit.left:
        return kept(server, f"pools of {wanted} fit {left}: {sums}", first.place)
    return broken(
        Severity.SERIOUS,
        f"the pools may open {wanted} connections to {server}, which takes {left}",
        Evidence(first.label, f"{sums} = {wanted}, more than {left}", first.place),
        *(Evidence(one.label, one.sum, one.place) for one in shares if one is not first),
        limit.evidence,
        next_step="Make the pools smaller, put pgbouncer in front, or raise max_connections.",
    )


def _limit(promise: Promise, fact: DatabaseFact, shares: Sequence[Share]) -> Limit | None:
    """The smallest that is known for this server: from itself, its file, or the promise."""
    instances = {id(one.instance) for one in shares if one.instance is not None}
    live = [
        limit
        for attempt in fact.attempts or ()
        if any(id(one) in instances for one in attempt.instances) or not instances
        for limit in _live_limit(attempt)
    ]
    known = live or [limit for host in fact.hosts for limit in _file_limits(host)]
    if known:
        return min(known, key=lambda one: one.left)
    if promise.max_connections is None:
        return None
    evidence = Evidence("the promise", f"max_connections {promise.max_connections}")
    return Limit(promise.max_connections, promise.reserved_connections, "the promise", evidence)


def _known_limits(fact: DatabaseFact) -> Iterator[Limit]:
    for attempt in fact.attempts or ():
        yield from _live_limit(attempt)
    for host in fact.hosts:
        yield from _file_limits(host)


def _live_limit(attempt: Attempt) -> Iterator[Limit]:
    session = attempt.session
    if session is None or session.max_connections is None:
        return
    evidence = Evidence(attempt.server, f"max_connections {session.max_connections}")
    reserved = session.reserved if session.reserved is not None else 3
    yield Limit(session.max_connections, reserved, attempt.server, evidence)


def _file_limits(host: HostSeen) -> Iterator[Limit]:
    for server in host.servers:
        counts = {name: _count(server.settings.get(name), name) for name in CAPACITY}
        total = counts["max_connections"]
        kept_back = (counts["superuser_reserved_connections"], counts["reserved_connections"])
        if total is None or None in kept_back:
            continue
        said = server.settings.get("max_connections")
        evidence = Evidence(
            server.file,
            f"max_connections {total}" + ("" if said is not None else " (the default)"),
            said.place if said is not None else None,
        )
        yield Limit(total, sum(one or 0 for one in kept_back), server.file, evidence)


def _count(value: Spelled | None, name: str) -> int | None:
    return CAPACITY[name] if value is None else number(value)
