"""Settings in nested keys: Django's DATABASES, Rails' database.yml, Spring's datasource, any YAML.

A mapping is a connection when it names a host (or a driver we know) together with a database or a
role, and something in it or above it speaks of a database. A URL is one wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from twiceshy.languages.settings.build import connection_of
from twiceshy.languages.settings.connection import Connection, Driver, Engine
from twiceshy.languages.settings.entries import Entry
from twiceshy.languages.settings.keywords import read_keywords
from twiceshy.languages.settings.parameters import CANONICAL, canonical
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.languages.settings.url import is_url, read_url
from twiceshy.languages.settings.variables import engine_of

_SPEAKS_OF_A_DATABASE = re.compile(
    r"(?:^|[^a-z])(?:db|dbs|databases?|postgres(?:ql)?|pg|mysql|mariadb|sql\w*|datasources?|rds)"
    r"(?:[^a-z]|$)"
)
_ENGINES = re.compile(
    r"postgres|postgis|psycopg|asyncpg|pgx|npgsql|mysql|maria|^pg$", re.IGNORECASE
)
_OTHER_ENGINES = re.compile(r"sqlite|mongo|redis|oracle|sqlserver|mssql|h2", re.IGNORECASE)
_INNER = frozenset(
    {"options", "hikari", "pool", "connectargs", "ssl", "tls", "engineoptions", "properties"}
)
"""Mappings inside the connection's own that belong to it."""
_POOL_MAX = frozenset({"max", "maxsize", "size"})


def connections_in_tree(entries: Sequence[Entry]) -> Iterator[Connection]:
    """Every connection that nested settings describe."""
    mappings: dict[tuple[str, ...], dict[str, Spelled]] = {}
    for entry in entries:
        mappings.setdefault(entry.path[:-1], {})[entry.path[-1] if entry.path else ""] = entry.value
    inner: dict[tuple[str, ...], dict[str, Spelled]] = {}
    for path, mapping in mappings.items():
        if path and _plain(path[-1]) in _INNER:
            inner.setdefault(path[:-1], {}).update(_of_inner(_plain(path[-1]), mapping))
    for path, mapping in mappings.items():
        yield from _of_mapping(path, mapping, inner.get(path, {}))


def _of_mapping(
    path: tuple[str, ...], mapping: Mapping[str, Spelled], inner: Mapping[str, Spelled]
) -> Iterator[Connection]:
    values = {**inner, **_canonical(mapping)}
    had_url = False
    for key, value in mapping.items():
        text = value.text.strip()
        name = ".".join((*path, key)) or "connection"
        is_the_url = canonical(key) == "url"
        beside = {key: one for key, one in values.items() if key not in ("url", "engine")}
        if is_url(text):
            yield from _some(read_url(value, name, beside if is_the_url else {}))
            had_url = had_url or is_the_url
        elif "=" in text and (is_the_url or "host" in text or "dbname" in text):
            found = read_keywords(value, name, beside if is_the_url else {})
            yield from _some(found)
            had_url = had_url or (is_the_url and found is not None)
    if not had_url and _is_connection(path, values):
        engine = engine_of(".".join(path), values)
        driver = Driver.MYSQL if engine is Engine.MYSQL else Driver.LIBPQ
        shown = values.get("host") or values.get("dbname") or values["user"]
        own = {key: one for key, one in values.items() if key not in ("url", "engine")}
        name = ".".join(path) or "connection"
        yield connection_of(name, engine, driver, shown.place, own)


def _canonical(mapping: Mapping[str, Spelled]) -> dict[str, Spelled]:
    values: dict[str, Spelled] = {}
    for key, value in mapping.items():
        name = "dbname" if _plain(key) == "name" else canonical(key)
        if name in CANONICAL and name not in values:
            values[name] = value
    return values


def _of_inner(kind: str, mapping: Mapping[str, Spelled]) -> dict[str, Spelled]:
    found: dict[str, Spelled] = {}
    for key, value in mapping.items():
        plain = _plain(key)
        if kind == "pool" and plain in _POOL_MAX:
            found["pool_size"] = value
        elif kind in ("ssl", "tls"):
            _tls(plain, value, found)
        elif kind == "hikari" and plain == "connectiontimeout":
            found["pool_timeout_ms"] = value
        elif canonical(key) in CANONICAL and canonical(key) not in ("host", "engine", "url"):
            found[canonical(key)] = value
    return found


def _tls(plain: str, value: Spelled, found: dict[str, Spelled]) -> None:
    """The `ssl` mapping of Node's and Python's MySQL drivers."""
    if plain in ("ca", "cafile", "sslca"):
        found["sslrootcert"] = value
    elif plain == "rejectunauthorized":
        found["sslmode"] = value.saying(
            "verify-full" if value.text.lower() == "true" else "require"
        )
    elif plain in ("mode", "sslmode"):
        found["sslmode"] = value


def _is_connection(path: tuple[str, ...], values: Mapping[str, Spelled]) -> bool:
    engine = values.get("engine")
    named = engine is not None and _ENGINES.search(engine.text) is not None
    if engine is not None and not named and _OTHER_ENGINES.search(engine.text):
        return False
    if not values.keys() & {"dbname", "user"}:
        return False
    if named:
        return True
    above = " ".join(path).lower()
    said = _SPEAKS_OF_A_DATABASE.search(above) is not None or "sslmode" in values
    said = said or ("dbname" in values and "user" in values and "password" in values)
    return said and bool(values.keys() & {"host", "hostaddr"})


def _plain(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())


def _some(connection: Connection | None) -> Iterator[Connection]:
    if connection is not None:
        yield connection
