"""Do all instances of a service have the same settings? One of three is a third of its users."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from twiceshy.kinds.database.facts import HostSeen, Instance, Promise
from twiceshy.kinds.database.finding import Finding, broken, kept
from twiceshy.model.place import Place
from twiceshy.model.verdict import Evidence, Severity


@dataclass(frozen=True, slots=True)
class _Aspect:
    """Something that instances must have in common."""

    name: str
    value: Callable[[Instance], object]
    shown: Callable[[Instance], str]
    place: Callable[[Instance], Place]


def _hosts(instance: Instance) -> str:
    named = (server.host or server.address for server in instance.connection.servers)
    return ",".join(one.text if one is not None else "(default)" for one in named)


def _ports(instance: Instance) -> str:
    connection = instance.connection
    return ",".join(str(connection.port_of(server)) for server in connection.servers)


def _host_place(instance: Instance) -> Place:
    for server in instance.connection.servers:
        named = server.host or server.address or server.port
        if named is not None:
            return named.place
    return instance.connection.place


def _port_place(instance: Instance) -> Place:
    ports = (server.port for server in instance.connection.servers)
    return next((one.place for one in ports if one is not None), _host_place(instance))


_ASPECTS = (
    _Aspect("host", _hosts, lambda one: f"host {_hosts(one)}", _host_place),
    _Aspect("port", _ports, lambda one: f"port {_ports(one)}", _port_place),
    _Aspect(
        "database",
        lambda one: one.connection.database and one.connection.database.text,
        lambda one: (
            f"database {one.connection.database.text}" if one.connection.database else "none"
        ),
        lambda one: (one.connection.database or one.connection).place,
    ),
    _Aspect(
        "role",
        lambda one: one.connection.role and one.connection.role.text,
        lambda one: f"role {one.connection.role.text}" if one.connection.role else "no role",
        lambda one: (one.connection.role or one.connection).place,
    ),
    _Aspect(
        "password",
        lambda one: one.password_number,
        lambda one: "another password" if one.password_number is not None else "no password here",
        lambda one: (one.connection.password or one.connection).place,
    ),
    _Aspect("TLS", lambda one: one.tls.level, lambda one: one.tls.word, lambda one: one.tls.place),
    _Aspect(
        "pool",
        lambda one: _parameter(one, "pool_size"),
        lambda one: f"pool_size {_parameter(one, 'pool_size') or 'not set'}",
        lambda one: (one.connection.parameters.get("pool_size") or one.connection).place,
    ),
)


def check_agreement(promise: Promise, hosts: Sequence[HostSeen]) -> Iterator[Finding]:
    """Compare files of one name: `/srv/login-1/.env` and `/srv/login-2/.env`, and those of hosts."""
    if not promise.files:
        return
    groups: dict[tuple[str, str, str], list[Instance]] = {}
    for host in hosts:
        for one in host.instances:
            if not one.is_pooled:
                key = (posixpath.basename(one.file), one.scope, one.connection.name)
                groups.setdefault(key, []).append(one)
    for (_, _, name), instances in groups.items():
        if len({(one.host, one.file) for one in instances}) > 1:
            several = len({one.host for one in instances}) > 1
            differing = [
                finding for aspect in _ASPECTS for finding in _odd(aspect, name, instances, several)
            ]
            yield from differing
            if not differing:
                yield kept(name, f"the same in {len(instances)} instances", None)


def _odd(
    aspect: _Aspect,
    name: str,
    instances: Sequence[Instance],
    several_hosts: bool,  # noqa: FBT001 - passed on
) -> Iterator[Finding]:
    values = [aspect.value(one) for one in instances]
    if aspect.name == "password" and None in values:
        return  # one that is not known cannot be compared
    counts = Counter(values).most_common()
    if len(counts) == 1:
        return
    usual = counts[0][0]
    majority = counts[0][1] > counts[1][1]
    odd = [one for one, value in zip(instances, values, strict=True) if value != usual]
    like = next(one for one, value in zip(instances, values, strict=True) if value == usual)
    where = ", ".join(_where(one, several_hosts) for one in odd[:3])
    total = len(instances)
    who = f"{len(odd)} of {total} instances ({where})" if majority else f"the {total} instances"
    wrong = "differs" if majority and len(odd) == 1 else "differ"
    evidence = [
        Evidence(_where(one, several_hosts), aspect.shown(one), aspect.place(one)) for one in odd
    ]
    others = "the others" if majority else _where(like, several_hosts)
    shown = "the usual password" if aspect.name == "password" else aspect.shown(like)
    yield broken(
        Severity.SERIOUS,
        f"{who} {wrong} in the {aspect.name} of {name}: {aspect.shown(odd[0])}, {others} {shown}",
        evidence[0],
        *evidence[1:],
        Evidence(others, shown, aspect.place(like)),
        next_step="Give all instances the same settings, or users are served by luck.",
    )


def _where(one: Instance, several_hosts: bool) -> str:  # noqa: FBT001 - passed on
    scope = f" {one.scope}" if one.scope else ""
    return f"{one.host}:{one.file}{scope}" if several_hosts else f"{one.file}{scope}"


def _parameter(one: Instance, name: str) -> str | None:
    value = one.connection.parameters.get(name)
    return value.text if value is not None else None
