"""A database that is an endpoint of the estate: without files, and MySQL as far as one gets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.farm import daemons, databases
from tests.farm.authority import root
from tests.farm.daemons import Daemon
from tests.farm.databases import PASSWORD, Postgres, authority
from tests.farm.fixtures import Need
from tests.probes.database.conftest import Login
from tests.probes.database.test_database import outcomes, text_of
from twiceshy.kinds.database.facts import Outcome
from twiceshy.model.estate import Endpoint
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown


def endpoint(login: Login, server: Postgres, path: str = "/auth") -> None:
    login.endpoints = (Endpoint("db", f"postgres://localhost:{server.port}{path}"),)


def test_an_endpoint_is_reached_with_the_promises_credentials(
    login: Login, server: Postgres, roots: str, tmp_path: Path
) -> None:
    endpoint(login, server)
    (tmp_path / "secret").write_text(f"login:{PASSWORD}\n")
    promise = {"files": (), "credentials": "file:secret", "roots": roots, "database": "auth"}
    verdict = login.verdict(**promise)
    assert isinstance(verdict, Holds), text_of(verdict)
    assert "verified" in text_of(verdict)
    (tmp_path / "secret").write_text("login:wrong\n")
    verdict = login.verdict(**promise)
    assert isinstance(verdict, Broken)
    assert "password authentication failed" in verdict.why


def test_an_endpoint_that_cannot_be_verified_is_serious_and_no_outage(
    login: Login, server: Postgres, tmp_path: Path
) -> None:
    endpoint(login, server)
    (tmp_path / "secret").write_text(f"login:{PASSWORD}\n")
    verdict = login.verdict(files=(), credentials="file:secret")
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.SERIOUS
    assert "could not be verified" in verdict.why


def test_without_a_role_nobody_logs_in_and_nothing_is_promised(
    login: Login, server: Postgres, roots: str
) -> None:
    endpoint(login, server, "")
    verdict = login.verdict(files=(), roots=roots)
    assert isinstance(verdict, Unknown)
    assert "PostgreSQL answers" in verdict.why


def test_an_endpoint_that_is_down_is_broken_without_a_role_too(
    login_without_server: Login, roots: str
) -> None:
    login = login_without_server
    login.endpoints = (Endpoint("db", "postgres://localhost:1"),)
    assert outcomes(login.fact(files=(), roots=roots)) == [Outcome.REFUSED]
    assert isinstance(login.verdict(files=(), roots=roots), Broken)


def test_a_service_without_a_database_says_what_to_add(login_without_server: Login) -> None:
    verdict = login_without_server.verdict(files=())
    assert isinstance(verdict, Unknown)
    assert verdict.next_step is not None
    assert "files" in verdict.next_step


@pytest.fixture(scope="module")
def mariadb(need: Need) -> Iterator[Daemon]:
    need("mariadb-install-db")
    with daemons.mariadb(need("mariadbd"), databases.leaf("localhost", "ip:127.0.0.1")) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def plain_mariadb(need: Need) -> Iterator[Daemon]:
    need("mariadb-install-db")
    with daemons.mariadb(need("mariadbd"), databases.leaf(), tls=False) as daemon:
        yield daemon


def mysql(login: Login, daemon: Daemon, query: str) -> None:
    port = daemon.ports["mysql"]
    login.write(f"DATABASE_URL=mysql://app:{'geheim'}@localhost:{port}/auth?{query}\n")


def test_mysql_is_greeted_over_verified_tls(
    login_without_server: Login, mariadb: Daemon, roots: str
) -> None:
    login = login_without_server
    mysql(login, mariadb, f"ssl-mode=VERIFY_IDENTITY&ssl-ca={roots}")
    verdict = login.verdict(host="localhost", database="auth", role="app")
    assert isinstance(verdict, Holds), text_of(verdict)
    assert "nobody logged in" in text_of(verdict)


def test_mysql_with_a_wrong_root_is_refused(
    login_without_server: Login, mariadb: Daemon, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(root("Other Root").pem)
    assert other.read_bytes() != authority().pem
    mysql(login_without_server, mariadb, f"ssl-mode=VERIFY_CA&ssl-ca={other}")
    assert outcomes(login_without_server.fact()) == [Outcome.CERTIFICATE_REFUSED]


def test_mysql_without_tls_breaks_settings_that_demand_it(
    login_without_server: Login, plain_mariadb: Daemon
) -> None:
    login = login_without_server
    mysql(login, plain_mariadb, "ssl-mode=REQUIRED")
    assert outcomes(login.fact(tls="encrypted")) == [Outcome.TLS_NOT_OFFERED]
    mysql(login, plain_mariadb, "ssl-mode=PREFERRED")
    assert isinstance(login.verdict(tls="any"), Holds)


def test_mysql_that_is_down_is_broken(login_without_server: Login) -> None:
    login_without_server.write("DATABASE_URL=mysql://app@localhost:1/auth?ssl-mode=REQUIRED\n")
    assert outcomes(login_without_server.fact(tls="encrypted")) == [Outcome.REFUSED]
