"""Settings in variables: `DATABASE_URL`, `DB_HOST` and its like, libpq's `PGHOST`.

One set of variables is what one process is started with; it may describe several connections, told
apart by the words before: `AUTH_DB_HOST` and `REPORTS_DB_HOST`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from twiceshy.languages.settings.build import connection_of
from twiceshy.languages.settings.connection import Connection, Driver, Engine
from twiceshy.languages.settings.entries import Entry
from twiceshy.languages.settings.keywords import read_keywords
from twiceshy.languages.settings.parameters import CANONICAL, canonical
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.languages.settings.url import is_url, read_url

LIBPQ_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "PGHOST": "host",
        "PGHOSTADDR": "hostaddr",
        "PGPORT": "port",
        "PGDATABASE": "dbname",
        "PGUSER": "user",
        "PGPASSWORD": "password",
        "PGPASSFILE": "passfile",
        "PGSERVICE": "service",
        "PGSSLMODE": "sslmode",
        "PGREQUIRESSL": "requiressl",
        "PGSSLROOTCERT": "sslrootcert",
        "PGSSLCERT": "sslcert",
        "PGSSLKEY": "sslkey",
        "PGCONNECT_TIMEOUT": "connect_timeout",
        "PGOPTIONS": "options",
        "PGTARGETSESSIONATTRS": "target_session_attrs",
        "PGCHANNELBINDING": "channel_binding",
        "PGAPPNAME": "application_name",
    }
)
"""PostgreSQL documentation 34.15: they count for whatever uses libpq and says no other."""

_DATABASE_WORD = re.compile(
    r"(?:^|_)(?:DB|DATABASE|POSTGRES(?:QL)?|PG|PSQL|MYSQL|MARIADB|SQL|SQLALCHEMY|RDS|DATASOURCE)"
    r"\d?(?:_|$)",
)
_OWN_PARTS = MappingProxyType({"NAME": "dbname", "CONNECTION": "engine", "TYPE": "engine"})
_POOL = frozenset({"pool_size", "max_overflow", "pool_timeout", "pool_timeout_ms"})
_NO_SQL = re.compile(r"sqlite|mongo|redis|oracle|sqlserver|mssql|memory", re.IGNORECASE)
_CHARACTERS_IN_A_NAME = 100


def variables_in(entries: Sequence[Entry]) -> Mapping[str, Spelled]:
    """The variables of one process; of a name that is set twice the last counts."""
    return {entry.path[-1]: entry.value for entry in entries if entry.path}


def connections_in_variables(variables: Mapping[str, Spelled]) -> Iterator[Connection]:
    """Every connection that a set of variables describes."""
    libpq = {
        LIBPQ_VARIABLES[name]: value for name, value in variables.items() if name in LIBPQ_VARIABLES
    }
    groups = _groups(variables)
    pools = {
        key: value for group in groups.values() for key, value in group.items() if key in _POOL
    }
    found: list[Connection] = []
    taken: set[str] = set()
    for name, value in variables.items():
        if name in LIBPQ_VARIABLES:
            continue
        prefix = _prefix(name)
        beside = {**pools, **groups.get(prefix, {})}
        one = _of_text(value, name, {**libpq, **beside})
        if one is not None and one.driver in (Driver.JDBC, Driver.MYSQL):
            # libpq's variables mean nothing to drivers of their own.
            one = _of_text(value, name, beside)
        if one is not None:
            found.append(one)
            taken.add(prefix)
    for prefix, group in groups.items():
        if prefix not in taken and _is_connection(group):
            found.append(_of_group(prefix, group, libpq, pools))
    if not found and libpq.keys() & {"host", "hostaddr", "service", "dbname"}:
        place = next(iter(libpq.values())).place
        values = {**pools, **libpq}
        found.append(connection_of("PGHOST", Engine.POSTGRESQL, Driver.LIBPQ, place, values))
    yield from found


def _of_text(value: Spelled, name: str, beside: Mapping[str, Spelled]) -> Connection | None:
    if is_url(value.text.strip()):
        return read_url(value, name, beside)
    return read_keywords(value, name, beside)


def _prefix(name: str) -> str:
    """`AUTH_DB` of `AUTH_DB_URL`."""
    return _split(name)[0] if _split(name)[1] else name


def _split(name: str) -> tuple[str, str]:
    """The words before, and the parameter (its canonical name) that the last words are."""
    words = name.upper()[:_CHARACTERS_IN_A_NAME].split("_")
    for first in range(1, len(words)):
        part = "_".join(words[first:])
        known = _OWN_PARTS.get(part) or canonical(part)
        if known in CANONICAL:
            return "_".join(words[:first]), known
    return "", ""


def _groups(variables: Mapping[str, Spelled]) -> dict[str, dict[str, Spelled]]:
    """Prefix to the parameters set under it, of prefixes that speak of a database."""
    groups: dict[str, dict[str, Spelled]] = {}
    for name, value in variables.items():
        prefix, part = _split(name)
        if part and _DATABASE_WORD.search(prefix) and name not in LIBPQ_VARIABLES:
            groups.setdefault(prefix, {})[part] = value
        elif part in _POOL and not prefix:
            groups.setdefault("", {})[part] = value
    for name in ("POOL_SIZE", "MAX_OVERFLOW", "POOL_TIMEOUT", "CONNECTION_LIMIT"):
        if name in variables:
            groups.setdefault("", {})[canonical(name)] = variables[name]
    return groups


def _is_connection(group: Mapping[str, Spelled]) -> bool:
    engine = group.get("engine")
    if engine is not None and _NO_SQL.search(engine.text):
        return False
    return ("host" in group or "hostaddr" in group) and bool(group.keys() & {"dbname", "user"})


def _of_group(
    prefix: str,
    group: Mapping[str, Spelled],
    libpq: Mapping[str, Spelled],
    pools: Mapping[str, Spelled],
) -> Connection:
    engine = engine_of(prefix, group)
    values = {key: value for key, value in group.items() if key not in ("engine", "url")}
    if engine is Engine.POSTGRESQL:
        values = {**libpq, **pools, **values}
    driver = Driver.LIBPQ if engine is Engine.POSTGRESQL else Driver.MYSQL
    place = (group.get("host") or group["hostaddr"]).place
    return connection_of(f"{prefix}_*", engine, driver, place, values)


def engine_of(name: str, values: Mapping[str, Spelled]) -> Engine:
    """Which database a group of settings is about; PostgreSQL when nothing says another."""
    engine, port = values.get("engine"), values.get("port")
    words = f"{name} {engine.text if engine is not None else ''}".lower()
    if "mysql" in words or "maria" in words:
        return Engine.MYSQL
    is_mysql = port is not None and port.text == str(Engine.MYSQL.port)
    return Engine.MYSQL if is_mysql and "postgres" not in words else Engine.POSTGRESQL
