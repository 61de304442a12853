"""A connection to a database, as its settings describe it: every value with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from twiceshy.languages.settings.secret import Masked
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.model.place import Place


class Engine(StrEnum):
    """Which database it is."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    """MySQL and MariaDB."""

    @property
    def port(self) -> int:
        """Where it listens when no port is set."""
        return 5432 if self is Engine.POSTGRESQL else 3306


class Driver(StrEnum):
    """Who reads the settings, where that makes a difference to what they mean."""

    LIBPQ = "libpq"
    """libpq and all that follow its rules: psycopg, Django, Rails, PHP, pgbouncer, Go's pgx."""
    JDBC = "jdbc"
    ASYNCPG = "asyncpg"
    MYSQL = "mysql"


class Kept(StrEnum):
    """How a password is given."""

    LITERAL = "literal"
    """It stands in the file, for everybody who reads the file."""
    REFERENCE = "reference"
    """The file says where it is: a variable, a secret file, a vault."""


@dataclass(frozen=True, slots=True)
class Password:
    """A password, or where it is."""

    kept: Kept
    place: Place
    secret: Masked | None = None
    """None when it is not known, and in everything that is kept or compared."""
    source: str = ""
    """For a reference: what is referred to, such as `DB_PASSWORD` or `/run/secrets/db`."""


@dataclass(frozen=True, slots=True)
class Server:
    """One of the servers that are tried, in their order."""

    host: Spelled | None = None
    """A name, an address, or the folder of a socket; None for the driver's default."""
    port: Spelled | None = None
    address: Spelled | None = None
    """libpq's `hostaddr`: connected to instead of the host, which is then only for TLS."""

    @property
    def is_socket(self) -> bool:
        """Whether it is reached without a network."""
        return self.host is not None and self.host.text[:1] in ("/", "@") and not self.address


@dataclass(frozen=True, slots=True)
class Flaw:
    """A setting that cannot work as it is written."""

    place: Place
    what: str


@dataclass(frozen=True, slots=True)
class Connection:
    """What one set of settings says; None and a missing parameter: not said."""

    name: str
    """How the file calls it: `DATABASE_URL`, `DATABASES.default`, `databases.auth`."""
    engine: Engine
    driver: Driver
    place: Place
    servers: tuple[Server, ...] = ()
    database: Spelled | None = None
    role: Spelled | None = None
    password: Password | None = None
    parameters: Mapping[str, Spelled] = field(default_factory=lambda: MappingProxyType({}))
    """Everything else, by the names of `parameters.CANONICAL`."""
    flaws: tuple[Flaw, ...] = ()

    def port_of(self, server: Server) -> int | None:
        """The port of one server; None when it is not known or no number."""
        if server.port is None or server.port.text == "":
            return self.engine.port
        return port_number(server.port.text) if server.port.is_known else None

    @property
    def shown(self) -> str:
        """It in one line, without any secret."""
        hosts = ",".join(self.server_shown(server) for server in self.servers) or "(default host)"
        role = f"{self.role.text}@" if self.role is not None else ""
        database = f"/{self.database.text}" if self.database is not None else ""
        return f"{role}{hosts}{database}"

    def server_shown(self, server: Server) -> str:
        """`db-1:5432`."""
        host = server.host or server.address
        name = host.text if host is not None and host.text else "(default host)"
        if server.is_socket:
            return name
        port = server.port.text if server.port is not None and server.port.text else None
        if port is not None and server.port is not None and server.port.is_known:
            # What is no number may be half of a password that has a colon in it.
            port = port if port.isdecimal() else "(no port)"
        return f"{name}:{port or self.engine.port}"

    def without_secret(self) -> Connection:
        """The same without the password itself: only how it is kept."""
        if self.password is None or self.password.secret is None:
            return self
        return replace(self, password=replace(self.password, secret=None))


def port_number(text: str) -> int | None:
    """A port from 1 to 65535, or None."""
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdecimal() and len(stripped) <= 5):  # noqa: PLR2004 - digits of 65535
        return None
    number = int(stripped)
    return number if 1 <= number <= 65535 else None  # noqa: PLR2004 - the range of TCP ports
