"""PostgreSQL with roles, rules and TLS of its own, and pgbouncer in front of it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType

import psycopg

from tests.farm.authority import Issued, issue, root
from tests.farm.daemons import (
    START_SECONDS,
    Daemon,
    Workplace,
    free_ports,
    run_as,
    running,
    workplace,
)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LONG_HENCE = datetime(2100, 1, 1, tzinfo=UTC)
"""libpq looks at the real clock."""
PASSWORD = "m8-Tulpe:/@%"
"""What a password may well look like, and must be escaped in a URL."""
MAX_CONNECTIONS = 20

_HBA = """
local all,replication all trust
host all postgres 127.0.0.1/32 trust
host all shut 127.0.0.1/32 reject
hostssl auth secure 127.0.0.1/32 scram-sha-256
host all login,other,sleeper,loner 127.0.0.1/32 scram-sha-256
host all trusted,nobody 127.0.0.1/32 trust
"""
_ROLES = f"""
CREATE ROLE login LOGIN PASSWORD '{PASSWORD}';
CREATE ROLE other LOGIN PASSWORD '{PASSWORD}';
CREATE ROLE secure LOGIN PASSWORD '{PASSWORD}';
CREATE ROLE loner LOGIN PASSWORD '{PASSWORD}' CONNECTION LIMIT 0;
CREATE ROLE sleeper NOLOGIN PASSWORD '{PASSWORD}';
CREATE ROLE trusted LOGIN;
CREATE ROLE shut LOGIN;
CREATE DATABASE auth;
CREATE DATABASE private;
REVOKE CONNECT ON DATABASE private FROM PUBLIC;
"""


@cache
def authority() -> Issued:
    """The root whose certificates the databases serve."""
    return root("Database Root", ends=LONG_HENCE)


def leaf(*names: str) -> Issued:
    """A certificate that is valid by any clock."""
    return issue(by=authority(), begins=LONG_AGO, ends=LONG_HENCE, names=names or ("localhost",))


@dataclass(frozen=True)
class Postgres:
    """A running server."""

    port: int
    folder: Path
    data: Path

    def connect(self, role: str = "postgres", database: str = "auth") -> psycopg.Connection:
        """A session of a test's own."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=role,
            dbname=database,
            password=PASSWORD,
            autocommit=True,
        )

    def await_ready(self) -> None:
        """Its port is open before it lets anybody in."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.connect(database="postgres").close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)  # between two knocks at the door of a daemon that starts
            else:
                return


@contextmanager
def postgres(
    program: str,
    *,
    tls: bool = True,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Postgres]:
    """A server with the roles and the database `auth` of this module."""
    with workplace() as place:
        data = place.subfolder("data", "postgres")
        initdb = str(Path(program).with_name("initdb"))
        _run(
            run_as(
                "postgres",
                initdb,
                "-D",
                str(data),
                "-A",
                "trust",
                "-U",
                "postgres",
                "--no-sync",
                "--locale=C",
                "--encoding=UTF8",
            ),
            place,
        )
        (data / "pg_hba.conf").write_text(_HBA, encoding="utf-8")
        (port,) = free_ports(1)
        with running(
            _argv(program, data, port, place, settings, tls=tls),
            Daemon(MappingProxyType({"postgres": port}), place.folder / "output"),
            place.folder,
        ):
            server = Postgres(port, place.folder, data)
            server.await_ready()
            with server.connect(database="postgres") as session:
                for statement in _ROLES.strip().split(";\n"):
                    session.execute(statement.encode().rstrip(b";"))
            yield server


@contextmanager
def standby(program: str, backup: str, primary: Postgres) -> Iterator[Postgres]:
    """A copy of the primary, made by the program `backup`, that follows it."""
    with workplace() as place:
        data = place.subfolder("data", "postgres")
        _run(
            run_as(
                "postgres",
                backup,
                "-D",
                str(data),
                "-h",
                str(primary.data),
                "-p",
                str(primary.port),
                "-U",
                "postgres",
                "-R",
                "-c",
                "fast",
                "--no-sync",
            ),
            place,
        )
        data.chmod(0o700)
        (port,) = free_ports(1)
        with running(
            _argv(program, data, port, place, {}, tls=False),
            Daemon(MappingProxyType({"postgres": port}), place.folder / "output"),
            place.folder,
        ):
            follower = Postgres(port, place.folder, data)
            follower.await_ready()
            yield follower


def _argv(
    program: str, data: Path, port: int, place: Workplace, more: Mapping[str, str], *, tls: bool
) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(data),
        "fsync": "off",
        "max_connections": str(MAX_CONNECTIONS),
        "shared_buffers": "8MB",
        "wal_level": "replica",
        **more,
    }
    if tls:
        one = leaf("localhost", "ip:127.0.0.1")
        settings["ssl"] = "on"
        settings["ssl_cert_file"] = str(place.chain_file(one, "postgres"))
        settings["ssl_key_file"] = str(place.key_file(one, "postgres"))
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return run_as("postgres", program, "-D", str(data), *options)


@contextmanager
def pgbouncer(program: str, lines: str, settings: str = "") -> Iterator[int]:
    """A pooler; its port. `lines` is its `[databases]`."""
    with workplace() as place:
        (port,) = free_ports(1)
        users = "\n".join(f'"{role}" "{PASSWORD}"' for role in ("login", "other"))
        listed = place.write("users.txt", users + "\n")
        config = place.write(
            "pgbouncer.ini",
            f"[databases]\n{lines}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
            f"unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {listed}\n{settings}\n",
        )
        with running(
            run_as("postgres", program, str(config)),
            Daemon(MappingProxyType({"pgbouncer": port}), place.folder / "output"),
            place.folder,
        ):
            yield port


def _run(command: list[str], place: Workplace) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd=place.folder)
