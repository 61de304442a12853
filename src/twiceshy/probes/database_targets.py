"""What is connected to: every server of every connection once, with all that libpq needs for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import cast

from twiceshy.kinds.database.facts import Attempt, Instance, Outcome, Promise, RootFile
from twiceshy.kinds.database.see import LOOPBACK, Opened
from twiceshy.languages.settings.connection import Engine, Server
from twiceshy.languages.settings.secret import Masked
from twiceshy.languages.settings.tls import Level
from twiceshy.model.configuration import Configuration
from twiceshy.model.endpoint_url import parse_endpoint
from twiceshy.model.estate import Endpoint, Host
from twiceshy.model.reach import LOCAL
from twiceshy.probes.database_secrets import Credentials, NotThere, password_of

SSLMODES = {
    Level.OFF: "disable",
    Level.PERHAPS: "prefer",
    Level.ENCRYPTED: "require",
    Level.AUTHORITY: "verify-ca",
    Level.FULL: "verify-full",
}
_PASSED_ON = ("options", "application_name", "channel_binding", "sslnegotiation")
_SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Target:
    """One server to connect to."""

    engine: Engine
    server: str
    host: str
    port: int
    addresses: tuple[str, ...]
    """To use instead of looking the host up; empty: look it up."""
    level: Level
    parameters: dict[str, str] = field(repr=False)
    """libpq's, without host, port, TLS and password."""
    password: Masked | None
    root: bytes | str | None = None
    """The trusted roots: PEM, `system`, or the path of a file that is missing; None when the
    settings name none."""
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    """`sslcert` and `sslkey`, by these names."""
    instances: tuple[Instance, ...] = ()
    index: int = 0
    is_endpoint: bool = False


def targets_of(
    opened: Iterable[Opened],
    host: Host,
    configuration: Configuration,
    credentials: Credentials | None,
) -> Iterator[Target | Attempt]:
    """What the settings of a host lead to; an Attempt for what cannot be tried, saying why."""
    for one in opened:
        connection = one.connection
        if connection.flaws:
            continue  # judged by its text: a URL whose parts are mixed up would tell its password
        if one.instance.is_pooled and (connection.role is None or connection.password is None):
            continue  # pgbouncer logs in with what its clients send
        for index, server in enumerate(connection.servers or (Server(),)):
            found = _target(one, index, host, configuration, credentials)
            if isinstance(found, Target):
                yield found
            else:
                shown = connection.server_shown(server)
                yield Attempt(
                    (one.instance,),
                    shown,
                    index,
                    Outcome.CANNOT_LOOK,
                    found.why,
                    next_step=found.next_step,
                )


def _target(
    one: Opened,
    index: int,
    host: Host,
    configuration: Configuration,
    credentials: Credentials | None,
) -> Target | NotThere:
    connection = one.connection
    server = connection.servers[index] if connection.servers else Server()
    port = connection.port_of(server)
    wrong = _not_tried(one, server, host)
    if wrong is not None or port is None:
        return wrong or NotThere("no port is named", "Correct the port in the settings.")
    password = password_of(connection, server, configuration, credentials)
    files = _own_files(one, configuration)
    if isinstance(password, NotThere) or isinstance(files, NotThere):
        return password if isinstance(password, NotThere) else cast("NotThere", files)
    said = {
        key: connection.parameters[key].text for key in _PASSED_ON if key in connection.parameters
    }
    role = connection.role.text if connection.role is not None else None
    role = role or (credentials.role if credentials is not None else None)
    if connection.database is not None:
        said["dbname"] = connection.database.text
    if role is not None:
        said["user"] = role
    return Target(
        connection.engine,
        connection.server_shown(server),
        server.host.text if server.host is not None else "",
        port,
        (server.address.text,) if server.address is not None else (),
        _level(one.instance),
        said,
        password,
        _root(one.instance, configuration),
        files,
        (one.instance,),
        index,
    )


def _not_tried(one: Opened, server: Server, host: Host) -> NotThere | None:
    """Why a server cannot be tried from here; None when it can."""
    connection = one.connection
    for value in (server.host, server.port, server.address, connection.database, connection.role):
        if value is not None and not value.is_known:
            what = f"{value.missing} has no value here"
            return NotThere(what, f"Make the file that sets {value.missing} part of the promise.")
    name = server.host.text if server.host is not None else ""
    near = server.is_socket or (name.lower() in LOOPBACK and server.address is None)
    if near and host.reach != LOCAL:
        why = f"the database is on {host.id} itself, and is reached only from there"
        return NotThere(why, f"Run twiceshy on {host.id} for this guard, or set connect: false.")
    return None


def _own_files(one: Opened, configuration: Configuration) -> dict[str, bytes] | NotThere:
    """The client's own certificate and key; a root certificate that is there must be readable."""
    files: dict[str, bytes] = {}
    root = one.connection.parameters.get("sslrootcert")
    if root is not None and one.instance.root is RootFile.NOT_HANDED_IN and root.text:
        why = configuration.unseen.get(root.text, "it was not read")
        return NotThere(f"{root.text} (sslrootcert): {why}", f"Make {root.text} readable.")
    connection = one.connection
    for key in ("sslcert", "sslkey"):
        path = connection.parameters[key].text if key in connection.parameters else ""
        if path and path not in configuration.files:
            why = configuration.unseen.get(path, "it was not read")
            return NotThere(f"{path} ({key}): {why}", f"Make {path} readable for twiceshy.")
        if path:
            files[key] = configuration.files[path]
    return files


def _level(instance: Instance) -> Level:
    better = instance.tls.better_with_root and instance.root is RootFile.THERE
    return Level.AUTHORITY if better else instance.tls.level


def _root(instance: Instance, configuration: Configuration) -> bytes | str | None:
    named = instance.connection.parameters.get("sslrootcert")
    if named is None or not named.text:
        return None
    if named.text == _SYSTEM:
        return _SYSTEM
    return configuration.files.get(named.text, named.text)


def together(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Those that are the same in all that matters, as one."""
    found: dict[object, Target] = {}
    for one in targets:
        key = (
            one.engine,
            one.host,
            one.port,
            one.addresses,
            one.level,
            one.password,
            one.root,
            tuple(sorted(one.parameters.items())),
            tuple(sorted(one.files.items())),
        )
        known = found.get(key)
        if known is None:
            found[key] = one
        else:
            found[key] = replace(known, instances=(*known.instances, *one.instances))
    return tuple(found.values())


def target_of_endpoint(
    endpoint: Endpoint, promise: Promise, credentials: Credentials | None
) -> Target:
    """A database endpoint of the estate, with what the promise says of database and role."""
    url = parse_endpoint(endpoint.url)
    engine = Engine.MYSQL if url.scheme == "mysql" else Engine.POSTGRESQL
    named = re.match(r"/([^/?]+)", url.path)
    parameters: dict[str, str] = {}
    database = promise.databases[0] if promise.databases else (named[1] if named else None)
    role = promise.roles[0] if promise.roles else None
    if credentials is not None and credentials.role is not None and role is None:
        role = credentials.role
    if database is not None:
        parameters["dbname"] = database
    if role is not None:
        parameters["user"] = role
    level = {"verified": Level.FULL, "encrypted": Level.ENCRYPTED, "any": Level.PERHAPS}
    return Target(
        engine,
        f"{url.host}:{url.port}",
        url.host,
        url.port,
        endpoint.addresses,
        level[promise.tls],
        parameters,
        credentials.password if credentials is not None else None,
        is_endpoint=True,
    )
