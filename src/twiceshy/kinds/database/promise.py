"""What a user writes under `promise:` of a database guard."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

_SECRET_SOURCE = re.compile(r"(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)")
_COUNTS = (
    "pool_size",
    "workers",
    "replicas",
    "pooler_users",
    "pooler_databases",
    "max_connections",
    "max_latency_ms",
    "max_connections_in_use",
)
_SPANS = (
    "request_timeout_seconds",
    "longest_statement_seconds",
    "longest_idle_in_transaction_seconds",
    "max_replication_lag_seconds",
)
MOST = 10_000_000
_MOST = {"port": 65535, "max_connections_in_use_percent": 100}
_LEAST = {
    ("port", "max_connections_in_use_percent", *_COUNTS): 1,
    _SPANS: 0.001,
    ("reserved_connections", "other_connections"): 0,
}
"""Settings that are numbers to their least sensible value."""


@dataclass(frozen=True, slots=True)
class Promise:
    """These settings reach the right database as the right role over verified TLS."""

    files: tuple[str, ...] = ()
    """Where the settings are: absolute paths on the target's hosts, of .env, YAML, JSON, TOML, INI,
    properties, settings.py, docker-compose, pgbouncer.ini, postgresql.conf. Several of the same
    name belong to instances of one service and must agree. Empty: the target's endpoints; in a
    review, every file that holds database settings."""
    settings: tuple[str, ...] = ()
    """Which of the connections in the files are meant, by name: `DATABASE_URL`,
    `DATABASES.default`. Empty: all of them."""
    host: str | tuple[str, ...] = ()
    """The right server, as the settings name it: a host, or a list when several are right."""
    port: int | None = None
    """The right port; left out: any."""
    database: str | tuple[str, ...] = ()
    """The right database; a list when several are right, such as the name a pooler gives it."""
    role: str | tuple[str, ...] = ()
    """The right role (user) to connect as; a list when several are right."""
    tls: Literal["verified", "encrypted", "any"] = "verified"
    """`verified`: the server's certificate is checked (sslmode verify-full or verify-ca);
    `encrypted`: TLS with whoever answers (require); `any`: no demand. A socket needs none."""
    passwords_in_clear: bool = False
    """Whether a password may stand in the files. A reference to a variable, a secret file or a
    vault is always right."""
    secret_files: tuple[str, ...] = ()
    """Files that may hold passwords, because nobody reviews them and few can read them. So may, on
    a host, every file that others cannot read (no permission for others)."""
    credentials: str | None = None
    """The password to look with, for a target without files, or when the files only refer to it:
    `env:NAME` or `file:PATH` (relative to the estate file), holding `role:password`, or the
    password alone if there is no colon in it."""
    roots: str | None = None
    """PEM file of the trusted roots (relative to the estate file), or `system`, to look with when
    the settings name none."""
    connect: bool = True
    """Whether to connect with the settings, when it is looked at live."""
    writable: bool | None = None
    """true: what answers must take writes (a primary); false: it must be a standby."""
    server_addresses: tuple[str, ...] = ()
    """The IP addresses of the right server as it sees them itself, behind a pooler or a proxy."""
    max_latency_ms: int | None = None
    """How long connecting and one answer may take together, in milliseconds."""
    pools_fit_max_connections: bool = False
    """Whether all pools, times workers, times replicas, must fit the server's max_connections less
    what is reserved; through pgbouncer, its pools must, and clients must fit max_client_conn."""
    pool_size: int | None = None
    """The size each pool must have (without overflow)."""
    workers: int | None = None
    """Processes in each instance, each with pools of its own, when the settings do not say."""
    replicas: int | None = None
    """Instances that run with each file, when the settings do not say."""
    other_connections: int = 0
    """Connections that others open to the same server."""
    pooler_users: int | None = None
    """How many users go through each line of pgbouncer.ini that does not fix one."""
    pooler_databases: int | None = None
    """How many databases go through the line `*` of pgbouncer.ini."""
    max_connections: int | None = None
    """How many connections the server must take at least; what pools are held against when neither
    a postgresql.conf nor the server itself says."""
    reserved_connections: int = 3
    """How many of these are kept for superusers and the like, when neither says."""
    max_connections_in_use_percent: int | None = None
    """How much of what is left for ordinary roles may be in use when it is looked."""
    max_connections_in_use: int | None = None
    """How many connections may be in use when it is looked."""
    request_timeout_seconds: float | None = None
    """How long a request of the service may take: the connect and pool time-outs must be set, and
    be shorter, or a dead database holds every worker."""
    longest_statement_seconds: float | None = None
    """How long a statement may have been running when it is looked."""
    longest_idle_in_transaction_seconds: float | None = None
    """How long a session may have been idle inside a transaction."""
    max_replication_lag_seconds: float | None = None
    """How far replicas may be behind: this one if it is a standby, else all of its standbys."""

    def __post_init__(self) -> None:
        for path in (*self.files, *self.secret_files):
            if not path.startswith("/"):
                raise ValueError(f"{path!r} is no absolute path: it is one on the target's host")
        if not all(
            name.strip() for name in (*self.hosts, *self.databases, *self.roles, *self.settings)
        ):
            raise ValueError("host, database, role and settings must not hold an empty name")
        if self.credentials is not None and not _SECRET_SOURCE.fullmatch(self.credentials):
            raise ValueError("credentials says where the password is: env:NAME or file:PATH")
        for address in self.server_addresses:
            ipaddress.ip_address(address)
        self._check_numbers()

    def _check_numbers(self) -> None:
        for names, least in _LEAST.items():
            for name in names:
                value = getattr(self, name)
                if value is not None and not least <= value <= _MOST.get(name, MOST):
                    most = _MOST.get(name, MOST)
                    raise ValueError(f"{name} must be between {least:g} and {most}")

    @property
    def hosts(self) -> tuple[str, ...]:
        """`host` as a tuple."""
        return (self.host,) if isinstance(self.host, str) else self.host

    @property
    def databases(self) -> tuple[str, ...]:
        """`database` as a tuple."""
        return (self.database,) if isinstance(self.database, str) else self.database

    @property
    def roles(self) -> tuple[str, ...]:
        """`role` as a tuple."""
        return (self.role,) if isinstance(self.role, str) else self.role

    def means(self, name: str) -> bool:
        """Whether the connection of this name is meant."""
        return not self.settings or name in self.settings
