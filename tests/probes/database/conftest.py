"""A real database for a whole module, and guards that look at it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import pytest

from tests.farm import databases
from tests.farm.databases import PASSWORD, Postgres, authority
from tests.farm.fixtures import Need
from twiceshy.kinds.database.facts import DatabaseFact, Promise
from twiceshy.kinds.database.rules import judge
from twiceshy.model.estate import Endpoint, Estate, Host, Service
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, HostId, KindId, ServiceId
from twiceshy.model.verdict import Unknown, Verdict
from twiceshy.probes.database import look
from twiceshy.probes.view import View

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="package")
def server(need: Need) -> Iterator[Postgres]:
    """PostgreSQL with TLS, twenty connections, and the roles of the farm."""
    with databases.postgres(need("postgres")) as running:
        yield running


@pytest.fixture(scope="session")
def roots(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("roots") / "database-root.pem"
    path.write_bytes(authority().pem)
    return str(path)


class Login:
    """A service on this host, its settings file, and a guard that looks at them."""

    def __init__(self, folder: Path, server: Postgres | None, roots: str) -> None:
        self.folder = folder
        self.server = server
        self.roots = roots
        self.file = folder / "login" / ".env"
        self.file.parent.mkdir()

    def url(self, **changes: str) -> str:
        """The right settings, with changes."""
        port = str(self.server.port) if self.server is not None else "5432"
        parts = {
            "role": "login",
            "password": quote(PASSWORD, safe=""),
            "host": "localhost",
            "port": port,
            "database": "auth",
            "query": f"sslmode=verify-full&sslrootcert={self.roots}",
            **changes,
        }
        return "postgresql://{role}:{password}@{host}:{port}/{database}?{query}".format(**parts)

    def write(self, text: str, mode: int = 0o600) -> None:
        self.file.write_text(text, encoding="utf-8")
        self.file.chmod(mode)

    def fact(self, **promise: object) -> DatabaseFact | Unseen:
        settings = {"files": (str(self.file),), **promise}
        guard = Guard(
            GuardId("login-database"),
            KindId("database"),
            "login",
            Promise(**settings),  # type: ignore[arg-type] # each test names its fields
            timedelta(minutes=5),
        )
        return asyncio.run(look(guard, self.estate(), View("here", self.seconds, lambda: NOW)))

    def estate(self) -> Estate:
        host = Host(HostId("app-1"))
        service = Service(ServiceId("login"), hosts=(host.id,), endpoints=self.endpoints)
        return Estate(
            path=str(self.folder / "twiceshy.yaml"),
            hosts=MappingProxyType({host.id: host}),
            services=MappingProxyType({service.id: service}),
        )

    endpoints: tuple[Endpoint, ...] = ()
    seconds = 10.0

    def verdict(self, **promise: object) -> Verdict:
        seen = self.fact(**promise)
        if isinstance(seen, Unseen):
            return Unknown(seen.why, next_step=seen.next_step)
        settings = {"files": (str(self.file),), **promise}
        return judge(Promise(**settings), seen, NOW)  # type: ignore[arg-type] # as above


@pytest.fixture
def login(tmp_path: Path, server: Postgres, roots: str) -> Login:
    return Login(tmp_path, server, roots)


@pytest.fixture
def login_without_server(tmp_path: Path, roots: str) -> Login:
    return Login(tmp_path, None, roots)


LoginAt = Callable[[Postgres], Login]


@pytest.fixture
def login_at(tmp_path: Path, roots: str) -> LoginAt:
    """A service in front of a server of the test's own."""
    return lambda server: Login(tmp_path, server, roots)
