"""Through a real pgbouncer: settings to the pooler, and from the pooler to the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.farm import databases
from tests.farm.databases import PASSWORD, Postgres
from tests.farm.fixtures import Need
from tests.probes.database.conftest import Login
from tests.probes.database.test_database import outcomes, text_of
from twiceshy.kinds.database.facts import Outcome
from twiceshy.model.verdict import Broken, Holds, Severity


@pytest.fixture
def pgbouncer(need: Need) -> str:
    return need("pgbouncer")


def settings(login: Login, port: int, database: str = "auth", role: str = "login") -> str:
    url = login.url(
        host="127.0.0.1", port=str(port), database=database, role=role, query="sslmode=disable"
    )
    return f"DATABASE_URL={url}\n"


def test_a_session_through_a_pooler_is_seen_to_its_end(
    login: Login, server: Postgres, pgbouncer: str
) -> None:
    lines = f"auth = host=127.0.0.1 port={server.port} dbname=auth"
    with databases.pgbouncer(pgbouncer, lines, "pool_mode = transaction") as port:
        login.write(settings(login, port))
        verdict = login.verdict(tls="any", database="auth", server_addresses=("127.0.0.1",))
    assert isinstance(verdict, Holds), text_of(verdict)
    assert "connected as login to auth" in text_of(verdict)


def test_a_pooler_that_leads_elsewhere_is_found(
    login: Login, server: Postgres, pgbouncer: str
) -> None:
    lines = f"auth = host=127.0.0.1 port={server.port} dbname=postgres"
    with databases.pgbouncer(pgbouncer, lines) as port:
        login.write(settings(login, port))
        verdict = login.verdict(tls="any", database="auth")
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.CRITICAL
    assert "database postgres, promised auth" in text_of(verdict)


def test_the_poolers_own_refusals_are_told_apart(
    login: Login, server: Postgres, pgbouncer: str
) -> None:
    lines = f"auth = host=127.0.0.1 port={server.port} dbname=auth\ndead = host=127.0.0.1 port=1"
    with databases.pgbouncer(pgbouncer, lines, "server_login_retry = 1") as port:
        login.write(settings(login, port, database="atuh"))
        assert outcomes(login.fact(tls="any")) == [Outcome.NO_SUCH_DATABASE]
        login.write(settings(login, port, role="nobody"))
        assert outcomes(login.fact(tls="any")) == [Outcome.WRONG_PASSWORD]


def test_its_file_decides_where_clients_end_up_and_how_many_fit(
    login: Login, server: Postgres, pgbouncer: str, tmp_path: Path
) -> None:
    lines = f"auth = host=127.0.0.1 port={server.port} dbname=auth"
    with databases.pgbouncer(pgbouncer, lines) as port:
        ini = tmp_path / "pgbouncer.ini"
        ini.write_text(
            f"[databases]\n{lines} pool_size=12\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nmax_client_conn = 10\n"
        )
        login.write(settings(login, port) + "DB_POOL_SIZE=8\nWEB_CONCURRENCY=2\n")
        files = (str(login.file), str(ini))
        promise = {"files": files, "tls": "any", "pools_fit_max_connections": True}
        verdict = login.verdict(**promise)
        assert isinstance(verdict, Broken)
        assert "max_client_conn" in verdict.why
        ini.write_text(ini.read_text().replace("max_client_conn = 10", "max_client_conn = 100"))
        verdict = login.verdict(**promise)
        assert isinstance(verdict, Holds), text_of(verdict)
        ini.write_text(ini.read_text().replace("pool_size=12", "pool_size=18"))
        verdict = login.verdict(**promise)
    assert isinstance(verdict, Broken)
    assert "takes 17" in verdict.why
    assert PASSWORD not in repr(verdict)
