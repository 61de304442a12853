"""From a configuration to what a database fact says of one host; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from twiceshy.kinds.database.facts import DatabaseFact, HostSeen, Instance, Promise, RootFile
from twiceshy.languages.settings.connection import Connection, Kept
from twiceshy.languages.settings.formats import recognised
from twiceshy.languages.settings.pgbouncer import Pooler
from twiceshy.languages.settings.read import NOT_HANDED_IN, Settings, read_settings
from twiceshy.languages.settings.scope import Scope
from twiceshy.languages.settings.secret import Masked
from twiceshy.languages.settings.tls import tls_of
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard

OTHERS = 0o007
"""Permission bits of everybody who is neither owner nor group."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "*", ""})  # noqa: S104 - compared with, never bound


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection with its password still in it, for whoever connects; never kept."""

    instance: Instance
    connection: Connection


def fact(guard: Guard, configuration: Configuration, at: datetime) -> DatabaseFact | Unseen:
    """What the guard's settings would be with this configuration."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    host, _ = host_seen(promise, configuration, {})
    if not (host.instances or host.poolers or host.missing or host.troubles):
        where = f" in {configuration.origin}" if configuration.origin else ""
        return Unseen(
            f"there are no database settings{where}",
            at,
            configuration.origin,
            "Name the files in `files`, and make them part of what is handed in.",
        )
    return DatabaseFact(at=at, vantage=configuration.origin, hosts=(host,))


def host_seen(
    promise: Promise, configuration: Configuration, passwords: dict[Masked, int]
) -> tuple[HostSeen, tuple[Opened, ...]]:
    """One host's settings, and the same connections to connect with.

    `passwords` numbers the passwords seen so far, so that those of several hosts compare.
    """
    paths = promise.files or usual_files(configuration)
    settings = _settings(configuration, paths)
    opened = [
        Opened(_instance(scope, one, settings, configuration, passwords, promise), one)
        for scope in settings.scopes
        for one in scope.connections
        if promise.means(one.name)
    ]
    for pooler in settings.poolers:
        scope = Scope(pooler.file, "", tuple(one.connection for one in pooler.databases))
        opened += [
            Opened(_instance(scope, one, None, configuration, passwords, promise), one)
            for one in scope.connections
        ]
    missing = [
        (path, configuration.unseen.get(path, NOT_HANDED_IN))
        for path in promise.files
        if path not in configuration.files
    ]
    missing += [(path, "no database settings were found in it") for path in settings.idle]
    if promise.settings:
        found = {one.name for scope in settings.scopes for one in scope.connections}
        absent = (name for name in promise.settings if name not in found)
        missing += [(name, "there is no setting of this name in the files") for name in absent]
    seen = HostSeen(
        configuration.origin,
        tuple(one.instance for one in opened),
        tuple(settings.poolers),
        settings.servers,
        settings.troubles,
        tuple(missing) if promise.files or promise.settings else (),
    )
    return seen, tuple(opened)


@lru_cache(maxsize=8)  # a configuration is equal only to itself; many guards share one
def usual_files(configuration: Configuration) -> tuple[str, ...]:
    """Every file of the configuration that holds database settings."""
    return tuple(
        path for path in sorted(configuration.files) if recognised(path, configuration.files[path])
    )


@lru_cache(maxsize=8)  # as above: fifty guards on one host read its settings once
def _settings(configuration: Configuration, paths: tuple[str, ...]) -> Settings:
    return read_settings(configuration, paths)


def _instance(  # noqa: PLR0917 - everything that one line of the fact is made of
    scope: Scope,
    connection: Connection,
    settings: Settings | None,
    configuration: Configuration,
    passwords: dict[Masked, int],
    promise: Promise,
) -> Instance:
    password = connection.password
    secret = password.secret if password is not None else None
    number = passwords.setdefault(secret, len(passwords)) if secret is not None else None
    hidden = False
    if password is not None and password.kept is Kept.LITERAL:
        by_shown = {configuration.shown(path): path for path in promise.secret_files}
        mode = _modes(configuration).get(password.place.file)
        hidden = password.place.file in by_shown or (mode is not None and not mode & OTHERS)
    return Instance(
        configuration.origin,
        scope.file,
        scope.name,
        connection.without_secret(),
        tls_of(connection),
        _root(connection, configuration),
        number,
        hidden,
        scope.workers,
        scope.replicas,
        None if settings is None else _pooler_of(connection, settings.poolers),
        is_pooled=settings is None,
    )


@lru_cache(maxsize=8)  # as above
def _modes(configuration: Configuration) -> Mapping[str, int]:
    return {configuration.shown(path): mode for path, mode in configuration.modes.items()}


def _root(connection: Connection, configuration: Configuration) -> RootFile:
    named = connection.parameters.get("sslrootcert")
    if named is None or named.text in ("", "system"):
        return RootFile.NOT_NAMED
    if named.text in configuration.files:
        return RootFile.THERE
    why = configuration.unseen.get(named.text, "")
    return RootFile.MISSING if "no such file" in why.lower() else RootFile.NOT_HANDED_IN


def _pooler_of(connection: Connection, poolers: tuple[Pooler, ...]) -> str | None:
    """The pgbouncer on the same host that the connection goes to."""
    for pooler in poolers:
        port = pooler.number("listen_port")
        address = pooler.settings.get("listen_addr")
        own = {
            *LOOPBACK,
            *((address.text if address is not None else "").replace(" ", "").split(",")),
        }
        for server in connection.servers:
            near = server.host is None or server.host.text in own or server.is_socket
            named = server.host is not None and "pgbouncer" in server.host.text.lower()
            if connection.port_of(server) == port and (near or named):
                return pooler.file
    return None
