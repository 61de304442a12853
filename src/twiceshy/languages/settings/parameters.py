"""The names under which the same parameter goes in different places.

Sources: PostgreSQL's documentation, 34.1.2 "Parameter Key Words"; pgjdbc and Connector/J connection
properties; SQLAlchemy's create_engine; Django's DATABASES; Rails' database.yml; HikariCP; Prisma.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

LIBPQ = frozenset(
    {
        "application_name",
        "channel_binding",
        "client_encoding",
        "connect_timeout",
        "dbname",
        "fallback_application_name",
        "gssdelegation",
        "gssencmode",
        "gsslib",
        "host",
        "hostaddr",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "krbsrvname",
        "load_balance_hosts",
        "max_protocol_version",
        "min_protocol_version",
        "options",
        "passfile",
        "password",
        "port",
        "replication",
        "require_auth",
        "requirepeer",
        "requiressl",
        "service",
        "servicefile",
        "ssl_max_protocol_version",
        "ssl_min_protocol_version",
        "sslcert",
        "sslcertmode",
        "sslcompression",
        "sslcrl",
        "sslcrldir",
        "sslkey",
        "sslkeylogfile",
        "sslmode",
        "sslnegotiation",
        "sslpassword",
        "sslrootcert",
        "sslsni",
        "target_session_attrs",
        "tcp_user_timeout",
        "user",
    }
)
"""Every keyword that libpq takes; others are refused (`invalid connection option`)."""

CANONICAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "host": ("host", "hostname", "server", "servername", "hosts", "datasourcehost"),
        "hostaddr": ("hostaddr",),
        "port": ("port", "portnumber"),
        "dbname": ("dbname", "database", "databasename", "db", "initialcatalog"),
        "user": ("user", "username", "role", "uid", "userid", "login"),
        "password": ("password", "passwd", "pass", "pwd"),
        "passfile": ("passfile",),
        "passwordfile": ("passwordfile", "passwdfile", "passwordfrom"),
        "sslmode": ("sslmode", "tlsmode", "serverttlssslmode"),
        "ssl": ("ssl", "usessl", "tls"),
        "sslrootcert": ("sslrootcert", "sslca", "sslcafile", "rootcertificate", "sslrootcertfile"),
        "sslcert": ("sslcert",),
        "sslkey": ("sslkey",),
        "sslfactory": ("sslfactory",),
        "verifycert": ("sslverifycert", "verifyservercertificate"),
        "verifyidentity": ("sslverifyidentity", "sslcheckhostname"),
        "connect_timeout": ("connecttimeout", "connectiontimeoutseconds", "connecttimeoutseconds"),
        "connect_timeout_ms": ("connecttimeoutms", "connectiontimeoutmillis"),
        "pool_size": (
            "poolsize",
            "pool",
            "maxpoolsize",
            "maximumpoolsize",
            "poolmax",
            "poolmaxsize",
            "connectionlimit",
            "maxopenconns",
            "maxopenconnections",
            "maxactive",
        ),
        "max_overflow": ("maxoverflow", "pooloverflow"),
        "pool_timeout": ("pooltimeout", "pooltimeoutseconds"),
        "pool_timeout_ms": ("connectiontimeout", "pooltimeoutms", "pooltimeoutmillis"),
        "options": ("options",),
        "service": ("service", "pgservice"),
        "target_session_attrs": ("targetsessionattrs", "targetservertype"),
        "engine": ("engine", "adapter", "dialect", "driver", "drivername", "client", "provider"),
        "url": ("url", "uri", "dsn", "jdbcurl", "connectionstring", "connectionuri", "conninfo"),
    }
)
"""Our name, and what a name comes to when its capitals, `_`, `-` and blanks are taken away."""

KEPT = frozenset(
    {
        "application_name",
        "channel_binding",
        "client_encoding",
        "connect_timeout",
        "connect_timeout_ms",
        "gssencmode",
        "keepalives",
        "max_overflow",
        "options",
        "passfile",
        "pool_size",
        "pool_timeout",
        "pool_timeout_ms",
        "reserve_pool",
        "reserve_pool_size",
        "max_db_connections",
        "require_auth",
        "service",
        "ssl",
        "ssl_max_protocol_version",
        "ssl_min_protocol_version",
        "sslcert",
        "sslcrl",
        "sslfactory",
        "sslkey",
        "sslmode",
        "sslnegotiation",
        "sslrootcert",
        "sslsni",
        "target_session_attrs",
        "verifycert",
        "verifyidentity",
    }
)
"""Those that a connection keeps beside host, port, database, role and password; what else stands
there may hold a secret under a name of its own."""

_BY_NAME = MappingProxyType(
    {spelling: name for name, spellings in CANONICAL.items() for spelling in spellings}
)
_CLOSE = 0.8


def canonical(name: str) -> str:
    """Our name for a parameter; itself in lower case when it has no other."""
    return _BY_NAME.get(re.sub(r"[^a-z0-9]", "", name.lower()), name.lower())


def is_known(name: str) -> bool:
    """Whether it is a parameter at all."""
    return canonical(name) in CANONICAL or name.lower() in LIBPQ


def meant(name: str, known: Iterable[str] = LIBPQ) -> str | None:
    """The parameter that a misspelt one stands for."""
    close = get_close_matches(name[:40].lower(), sorted(known), n=1, cutoff=_CLOSE)
    return close[0] if close else None
