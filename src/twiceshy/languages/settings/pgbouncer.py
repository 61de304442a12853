"""pgbouncer.ini: which databases it pools, and how many connections it opens and takes.

Source: pgbouncer(5). A pool is a pair of a database and a user; `pool_size` of the database, else
`default_pool_size`, bounds each, `reserve_pool_size` comes on top, `max_db_connections` and
`max_user_connections` bound all pools of one database or one user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.languages.settings.connection import Connection
from twiceshy.languages.settings.entries import Entry
from twiceshy.languages.settings.keywords import read_libpq
from twiceshy.languages.settings.scope import number
from twiceshy.languages.settings.spelled import Spelled

DEFAULTS: Mapping[str, int] = MappingProxyType(
    {
        "default_pool_size": 20,
        "reserve_pool_size": 0,
        "max_db_connections": 0,
        "max_user_connections": 0,
        "max_client_conn": 100,
        "listen_port": 6432,
    }
)
"""What counts when nothing is set; 0 for no limit."""
SECTION_AND_KEY = 2
ANY = "*"
"""The entry for databases that have none of their own."""

_KEYWORDS = frozenset(
    {
        "host",
        "port",
        "dbname",
        "user",
        "password",
        "auth_user",
        "auth_query",
        "auth_dbname",
        "pool_size",
        "min_pool_size",
        "reserve_pool",
        "reserve_pool_size",
        "max_db_connections",
        "max_db_client_connections",
        "pool_mode",
        "connect_query",
        "client_encoding",
        "datestyle",
        "timezone",
        "application_name",
        "load_balance_hosts",
        "server_lifetime",
    }
)


@dataclass(frozen=True, slots=True)
class Pooled:
    """One line of `[databases]`."""

    name: str
    connection: Connection
    """Where it leads to."""


@dataclass(frozen=True, slots=True)
class Pooler:
    """What one pgbouncer.ini says."""

    file: str
    databases: tuple[Pooled, ...]
    settings: Mapping[str, Spelled]
    """Of `[pgbouncer]`; the last of each counts."""

    def number(self, name: str) -> int | None:
        """A setting of `DEFAULTS`; None when it is set to something that is no number."""
        return DEFAULTS[name] if name not in self.settings else number(self.settings[name])

    def leads(self, database: str) -> Pooled | None:
        """The line that a client's database goes by."""
        by_name = {one.name: one for one in self.databases}
        return by_name.get(database) or by_name.get(ANY)


def read_pgbouncer(entries: Sequence[Entry], file: str) -> Pooler:
    """The pooler that the settings of a pgbouncer.ini make."""
    settings = {
        entry.path[1].lower(): entry.value
        for entry in entries
        if len(entry.path) == SECTION_AND_KEY and entry.path[0].lower() == "pgbouncer"
    }
    beside = {
        ours: settings[theirs]
        for ours, theirs in (
            ("sslmode", "server_tls_sslmode"),
            ("sslrootcert", "server_tls_ca_file"),
        )
        if theirs in settings
    }
    databases = {
        entry.path[1]: Pooled(
            entry.path[1],
            read_libpq(entry.value, f"databases.{entry.path[1]}", beside, _KEYWORDS, "pgbouncer"),
        )
        for entry in entries
        if len(entry.path) == SECTION_AND_KEY
        and entry.path[0].lower() == "databases"
        and entry.path[1] != "%include"
    }
    return Pooler(file, tuple(databases.values()), MappingProxyType(settings))
