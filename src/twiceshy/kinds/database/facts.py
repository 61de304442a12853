"""What was seen of the settings of a database connection, and of the database behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from twiceshy.kinds.database.promise import Promise
from twiceshy.languages.settings.connection import Connection
from twiceshy.languages.settings.entries import Trouble
from twiceshy.languages.settings.pgbouncer import Pooler
from twiceshy.languages.settings.server import ServerSettings
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.languages.settings.tls import Tls
from twiceshy.model.fact import Fact

__all__ = [
    "Attempt",
    "DatabaseFact",
    "HostSeen",
    "Instance",
    "Outcome",
    "Promise",
    "RootFile",
    "SessionSeen",
]


class RootFile(StrEnum):
    """Whether the file of the root certificate that settings name is there."""

    NOT_NAMED = "not_named"
    THERE = "there"
    MISSING = "missing"
    NOT_HANDED_IN = "not_handed_in"
    """Neither seen nor said to be missing."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One connection that something on a host opens; never with its password."""

    host: str
    """Where its settings stand: a host of the estate, or where the configuration comes from."""
    file: str
    scope: str
    """The service of a compose file; empty for a whole file."""
    connection: Connection
    tls: Tls
    root: RootFile
    password_number: int | None = None
    """Equal for equal passwords of one fact; None when there is none or it is not known."""
    password_hidden: bool = False
    """Whether it stands in a file that others on the host cannot read."""
    workers: Spelled | None = None
    replicas: Spelled | None = None
    pooler: str | None = None
    """The pgbouncer.ini whose listener it connects to, when that is among the files."""
    is_pooled: bool = False
    """Whether it is a line of pgbouncer.ini itself."""

    @property
    def label(self) -> str:
        """It in messages: `DATABASE_URL of login in /srv/login/docker-compose.yml`."""
        scope = f" of {self.scope}" if self.scope else ""
        return f"{self.connection.name}{scope} in {self.file}"


@dataclass(frozen=True, slots=True)
class HostSeen:
    """The database settings of one host."""

    name: str
    instances: tuple[Instance, ...] = ()
    poolers: tuple[Pooler, ...] = ()
    servers: tuple[ServerSettings, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    """Files that the promise names and that were not seen, each with why."""


class Outcome(StrEnum):
    """How an attempt to connect ended."""

    CONNECTED = "connected"
    REFUSED = "refused"
    NO_SUCH_NAME = "no_such_name"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    """A router or a firewall on the way says so."""
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - no password
    """Or no such role: the server tells nobody which (SQLSTATE 28P01)."""
    PASSWORD_MISSING = "password_missing"  # noqa: S105 - no password
    """The server asks for one and the settings give none."""
    NO_SUCH_ROLE = "no_such_role"
    NO_SUCH_DATABASE = "no_such_database"
    NOT_ADMITTED = "not_admitted"
    """pg_hba.conf has no line that lets this role, database, address and TLS in."""
    NOT_PERMITTED = "not_permitted"
    """The role may not log in, or not connect to this database."""
    TLS_NOT_OFFERED = "tls_not_offered"
    TLS_DEMANDED = "tls_demanded"
    """The server takes nobody without TLS."""
    CERTIFICATE_REFUSED = "certificate_refused"
    """TLS was offered, and the server's certificate does not verify."""
    ROOTS_MISSING = "roots_missing"
    """The file of the root certificate is not there, so every connection fails."""
    TOO_MANY = "too_many"
    """No connection is free."""
    NOT_READY = "not_ready"
    """Starting, stopping or recovering."""
    CUT = "cut"
    """The other side hung up."""
    NOT_A_DATABASE = "not_a_database"
    """Something else answers there."""
    OTHER = "other"
    NO_ROUTE = "no_route"
    """The vantage has no way there: nothing is known of the database."""
    CANNOT_LOOK = "cannot_look"
    """The vantage could not look: DNS was silent, a secret is not known, a setting has a hole."""

    @property
    def is_unseen(self) -> bool:
        """Whether it says nothing of the database."""
        return self in {Outcome.NO_ROUTE, Outcome.CANNOT_LOOK}


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """What the database says once connected; None: it was not asked or does not tell this role."""

    user: str
    database: str
    address: str | None = None
    """inet_server_addr(); None over a socket."""
    port: int | None = None
    in_recovery: bool | None = None
    read_only: bool | None = None
    """Whether new transactions cannot write."""
    tls: str | None = None
    """Such as `TLSv1.3`; None when the connection is in the clear."""
    verified: bool = False
    """Whether the server's certificate was checked while connecting."""
    connect_ms: float = 0.0
    select_ms: float | None = None
    max_connections: int | None = None
    reserved: int | None = None
    in_use: int | None = None
    longest_statement_seconds: float | None = None
    longest_idle_seconds: float | None = None
    hidden_sessions: int = 0
    """Sessions of which this role sees nothing but that they exist."""
    lag_seconds: float | None = None
    """The largest one, of this standby or of all standbys."""
    standbys: int | None = None
    lag_hidden: bool = False
    """Whether there are standbys whose lag this role may not see."""
    through_pooler: bool = False
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One server that was tried, for all instances whose settings are the same."""

    instances: tuple[Instance, ...]
    """Empty for an endpoint of the estate."""
    server: str
    """`db-1:5432`."""
    index: int
    """Which of the connection's servers it is."""
    outcome: Outcome
    why: str
    session: SessionSeen | None = None
    next_step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFact(Fact):
    """What was seen of the settings, and, live, of the database they lead to."""

    hosts: tuple[HostSeen, ...] = ()
    attempts: tuple[Attempt, ...] | None = None
    """None when nobody tried to connect: a configuration that is not applied."""

    @property
    def instances(self) -> tuple[Instance, ...]:
        """Of all hosts."""
        return tuple(one for host in self.hosts for one in host.instances)
