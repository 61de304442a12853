"""What a change of settings does, in words; of a password only that it changed."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.database.see import usual_files
from twiceshy.languages.settings.connection import Connection, Kept
from twiceshy.languages.settings.pgbouncer import Pooler
from twiceshy.languages.settings.read import Settings, read_settings
from twiceshy.languages.settings.scope import Scope
from twiceshy.languages.settings.server import CAPACITY
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.languages.settings.tls import tls_of
from twiceshy.model.configuration import Configuration

Key = tuple[str, str, str]

_POOLER = (
    "default_pool_size",
    "reserve_pool_size",
    "max_db_connections",
    "max_client_conn",
    "max_user_connections",
    "pool_mode",
    "listen_addr",
    "listen_port",
)


def differences(before: Configuration, after: Configuration) -> tuple[str, ...]:
    """One line for each value that differs in meaning, where it leads first, then how."""
    old = read_settings(before, usual_files(before))
    new = read_settings(after, usual_files(after))
    old_ones, new_ones = _connections(old, before), _connections(new, after)
    lines = [
        *(
            line
            for key in old_ones.keys() & new_ones.keys()
            for line in _connection(key, old_ones[key], new_ones[key])
        ),
        *((1, f"{_name(key)} is gone") for key in old_ones.keys() - new_ones.keys()),
        *(
            (1, f"{_name(key)} is new: {new_ones[key].shown}")
            for key in new_ones.keys() - old_ones.keys()
        ),
        *_counts(old, new, before, after),
    ]
    return tuple(line for _, line in sorted(lines))


def _connections(settings: Settings, configuration: Configuration) -> dict[Key, Connection]:
    found = {
        (_absolute(scope.file, configuration), scope.name, one.name): one
        for scope in settings.scopes
        for one in scope.connections
    }
    for pooler in settings.poolers:
        for line in pooler.databases:
            key = (_absolute(pooler.file, configuration), "", line.connection.name)
            found[key] = line.connection
    return found


def _connection(key: Key, old: Connection, new: Connection) -> Iterator[tuple[int, str]]:
    where = _name(key)
    pairs = (
        (0, "host", _servers(old), _servers(new)),
        (0, "database", _text(old.database), _text(new.database)),
        (0, "role", _text(old.role), _text(new.role)),
        (2, "TLS", tls_of(old).word, tls_of(new).word),
        *(
            (3, name, _text(old.parameters.get(name)), _text(new.parameters.get(name)))
            for name in sorted({*old.parameters, *new.parameters} - {"sslmode", "ssl"})
        ),
    )
    for rank, what, was, is_ in pairs:
        if was != is_:
            yield rank, f"{what} {was} -> {is_} in {where}"
    if old.password != new.password and _moved(old, new):
        yield 1, f"{_moved(old, new)} in {where}"


def _moved(old: Connection, new: Connection) -> str | None:
    was, is_ = old.password, new.password
    if was is None or is_ is None:
        if was is is_:
            return None
        return "a password is set" if was is None else "the password is gone"
    if was.kept is not is_.kept:
        to_clear = is_.kept is Kept.LITERAL
        return "the password now stands in the clear" if to_clear else "the password moved away"
    changed = was.secret != is_.secret or was.source != is_.source
    return "the password changed" if changed else None


def _counts(
    old: Settings, new: Settings, before: Configuration, after: Configuration
) -> Iterator[tuple[int, str]]:
    """Workers and replicas, the pooler's sizes, the server's limits."""
    for what, was, is_ in (
        ("workers", _by_scope(old, before, 0), _by_scope(new, after, 0)),
        ("replicas", _by_scope(old, before, 1), _by_scope(new, after, 1)),
    ):
        for key in was.keys() & is_.keys():
            if was[key] != is_[key]:
                yield 3, f"{what} {was[key]} -> {is_[key]} in {_name(key)}"
    poolers = {_absolute(one.file, before): one for one in old.poolers}
    for pooler in new.poolers:
        path = _absolute(pooler.file, after)
        if path in poolers:
            yield from _pooler(path, poolers[path], pooler)
    servers = {_absolute(one.file, before): one.settings for one in old.servers}
    for server in new.servers:
        path = _absolute(server.file, after)
        for name in CAPACITY if path in servers else ():
            was_one, is_one = servers[path].get(name), server.settings.get(name)
            if _text(was_one) != _text(is_one):
                yield 3, f"{name} {_text(was_one)} -> {_text(is_one)} in {path}"


def _pooler(path: str, old: Pooler, new: Pooler) -> Iterator[tuple[int, str]]:
    for name in _POOLER:
        was, is_ = _text(old.settings.get(name)), _text(new.settings.get(name))
        if was != is_:
            yield 3, f"{name} {was} -> {is_} in {path}"


def _by_scope(settings: Settings, configuration: Configuration, which: int) -> dict[Key, str]:
    def count(scope: Scope) -> Spelled | None:
        return (scope.workers, scope.replicas)[which]

    return {
        (_absolute(scope.file, configuration), scope.name, ""): _text(count(scope))
        for scope in settings.scopes
    }


def _absolute(file: str, configuration: Configuration) -> str:
    return file.removeprefix(configuration.prefix)


def _name(key: Key) -> str:
    file, scope, name = key
    return (
        " of ".join(part for part in (name, scope) if part)
        + (" in " if name or scope else "")
        + file
    )


def _servers(connection: Connection) -> str:
    return ",".join(connection.server_shown(one) for one in connection.servers) or "(default)"


def _text(value: Spelled | None) -> str:
    return value.text if value is not None and value.text else "(not set)"
