"""Do the settings lead to the right server, database and role, and can they work as written?"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from twiceshy.kinds.database.facts import HostSeen, Instance, Promise
from twiceshy.kinds.database.finding import Finding, broken, kept, unknown
from twiceshy.languages.settings.connection import Server
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.model.verdict import Evidence, Severity

CORRECT_IT = "Correct this line before it is applied."


def check_destination(promise: Promise, instance: Instance, host: HostSeen) -> Iterator[Finding]:
    """Flaws, and what is not as promised."""
    for flaw in instance.connection.flaws:
        yield broken(
            Severity.CRITICAL,
            f"{instance.label} cannot work: {flaw.what}",
            Evidence(instance.label, flaw.what, flaw.place),
            next_step=CORRECT_IT,
        )
    if instance.pooler is None:
        yield from _servers(promise, instance)
    else:
        yield from _line_of_pooler(instance, host)
    yield from _named("database", promise.databases, instance.connection.database, instance)
    yield from _named("role", promise.roles, instance.connection.role, instance)


def _servers(promise: Promise, instance: Instance) -> Iterator[Finding]:
    connection = instance.connection
    if not connection.servers and (promise.hosts or promise.port):
        right = ", ".join(promise.hosts) or f"port {promise.port}"
        found = f"no host is set, promised {right}"
        yield _wrong("host", found, instance, None)
    for server in connection.servers:
        if promise.hosts:
            yield _host(promise, instance, server)
        if promise.port is not None and not server.is_socket:
            yield _port(promise.port, instance, server)


def _host(promise: Promise, instance: Instance, server: Server) -> Finding:
    named = server.host or server.address
    if named is None:
        found = f"no host is set, promised {', '.join(promise.hosts)}"
        return _wrong("host", found, instance, None)
    if not named.is_known:
        return _hole("host", named, instance)
    right = {_form(host) for host in promise.hosts}
    if _form(named.text) in right or (server.address and _form(server.address.text) in right):
        return kept(instance.label, f"host {named.text}", named.place)
    found = f"host {named.text}, promised {', '.join(promise.hosts)}"
    return _wrong("host", found, instance, named)


def _port(right: int, instance: Instance, server: Server) -> Finding:
    if server.port is not None and not server.port.is_known:
        return _hole("port", server.port, instance)
    port = instance.connection.port_of(server)
    if port == right:
        place = server.port.place if server.port is not None else None
        return kept(instance.label, f"port {port}", place)
    shown = server.port.text if server.port is not None else f"{port} (the default)"
    found = f"port {shown}, promised {right}"
    return _wrong("port", found, instance, server.port or server.host)


def _named(
    what: str, right: tuple[str, ...], value: Spelled | None, instance: Instance
) -> Iterator[Finding]:
    if not right:
        return
    if value is not None and not value.is_known:
        yield _hole(what, value, instance)
        return
    shown = value.text if value is not None and value.text else None
    if shown is None and instance.is_pooled:
        return  # pgbouncer then passes on what the client asked for
    if shown in right and value is not None:
        yield kept(instance.label, f"{what} {shown}", value.place)
        return
    found = f"{what} {shown}" if shown else f"no {what} is set"
    yield _wrong(what, f"{found}, promised {', '.join(right)}", instance, value)


def _line_of_pooler(instance: Instance, host: HostSeen) -> Iterator[Finding]:
    pooler = next(one for one in host.poolers if one.file == instance.pooler)
    name = instance.connection.database or instance.connection.role
    if name is None or not name.is_known or pooler.leads(name.text) is not None:
        return
    found = f"pgbouncer knows no database {name.text} ({pooler.file})"
    yield _wrong("database", found, instance, name)


def _wrong(what: str, found: str, instance: Instance, value: Spelled | None) -> Finding:
    place = value.place if value is not None else instance.connection.place
    return broken(
        Severity.CRITICAL,
        f"{instance.label} has the wrong {what}: {found}",
        Evidence(instance.label, found, place),
        next_step=CORRECT_IT,
    )


def _hole(what: str, value: Spelled, instance: Instance) -> Finding:
    return unknown(
        f"the {what} of {instance.label} is not known: {value.missing} has no value here",
        instance.label,
        f"{what} {value.text}, and nothing seen here sets {value.missing}",
        value.place,
        f"Make the file that sets {value.missing} part of what is looked at.",
    )


def _form(host: str) -> str:
    """Names in lower case without the last dot, addresses in their shortest form."""
    text = host.strip().lower().rstrip(".")
    try:
        return ip_address(text.strip("[]")).compressed
    except ValueError:
        return text
