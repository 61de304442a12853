"""Pools, workers, replicas and pgbouncer against what the server takes."""

from __future__ import annotations

import pytest

from tests.kinds.database.conftest import judged_files, text_of
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown

URL = "postgresql://login@db-1/auth?sslmode=verify-full"


def env(pool: int = 5, overflow: int = 10, workers: int = 4) -> str:
    return (
        f"DATABASE_URL={URL}\nDB_POOL_SIZE={pool}\nDB_MAX_OVERFLOW={overflow}\n"
        f"WEB_CONCURRENCY={workers}\n"
    )


FIT = {"pools_fit_max_connections": True}


def test_pools_times_workers_times_replicas_are_added_up() -> None:
    files = {f"/srv/login-{n}/.env": env() for n in (1, 2)}
    assert isinstance(judged_files(files, max_connections=123, **FIT), Holds)
    verdict = judged_files(files, max_connections=122, **FIT)
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.SERIOUS
    assert "120 connections to db-1:5432, which takes 119 (122 less 3 reserved)" in verdict.why
    assert "(5 + 10) x 4 workers" in verdict.evidence[0].found
    assert verdict.evidence[0].place is not None
    assert verdict.evidence[0].place.line == 2
    assert isinstance(judged_files(files, max_connections=123, other_connections=1, **FIT), Broken)


def test_a_compose_file_says_how_many_there_are() -> None:
    compose = (
        "services:\n  login:\n    command: gunicorn --workers 4 app\n    deploy: {replicas: 3}\n"
        f"    environment:\n      DATABASE_URL: {URL}\n      DB_POOL_SIZE: 5\n"
    )
    files = {"/srv/docker-compose.yml": compose}
    assert isinstance(judged_files(files, max_connections=63, **FIT), Holds)
    verdict = judged_files(files, max_connections=62, **FIT)
    assert isinstance(verdict, Broken)
    assert "5 x 4 workers x 3 replicas" in text_of(verdict)


def test_the_promise_says_what_the_settings_do_not() -> None:
    files = {"/srv/.env": f"DATABASE_URL={URL}\nDB_POOL_SIZE=5\n"}
    promise = {"workers": 4, "replicas": 5, "max_connections": 102}
    verdict = judged_files(files, **promise, **FIT)
    assert isinstance(verdict, Broken)
    assert "takes 99" in verdict.why


def test_the_servers_own_file_goes_before_the_promise() -> None:
    files = {
        "/srv/.env": env(),
        "/etc/postgresql/15/main/postgresql.conf": "max_connections = 60\nsuperuser_reserved_connections = 1\n",
    }
    verdict = judged_files(files, max_connections=60, **FIT)
    assert isinstance(verdict, Broken)
    assert "takes 59" in verdict.why
    places = [str(one.place) for one in verdict.evidence]
    assert "/etc/postgresql/15/main/postgresql.conf:1:19" in places
    lower = judged_files(files, max_connections=100)
    assert isinstance(lower, Broken)
    assert "max_connections 60, promised 100" in lower.why


@pytest.mark.parametrize(
    ("text", "promise"),
    [
        (f"DATABASE_URL={URL}\n", {"max_connections": 100}),
        (f"DATABASE_URL={URL}\nDB_POOL_SIZE=${{POOL}}\n", {"max_connections": 100}),
        (f"DATABASE_URL={URL}\nDB_POOL_SIZE=many\n", {"max_connections": 100}),
        (
            f"DATABASE_URL={URL}\nDB_POOL_SIZE=5\nWEB_CONCURRENCY=${{CPUS}}\n",
            {"max_connections": 100},
        ),
        (f"DATABASE_URL={URL}\nDB_POOL_SIZE=5\n", {}),
        (f"DATABASE_URL={URL}\n", {"pool_size": 5}),
    ],
)
def test_what_cannot_be_counted_is_unknown(text: str, promise: dict[str, object]) -> None:
    fit = {} if "pool_size" in promise else FIT
    verdict = judged_files({"/srv/.env": text}, **promise, **fit)
    assert isinstance(verdict, Unknown), text_of(verdict)
    assert verdict.next_step


def test_a_promised_pool_size_is_exact() -> None:
    files = {"/srv/.env": env(pool=50)}
    verdict = judged_files(files, pool_size=5)
    assert isinstance(verdict, Broken)
    assert "pool size 50, promised 5" in verdict.why
    assert isinstance(judged_files(files, pool_size=50), Holds)


def bouncer(line: str, settings: str = "") -> dict[str, str]:
    return {
        "/srv/.env": "DATABASE_URL=postgresql://login@127.0.0.1:6432/auth\nDB_POOL_SIZE=20\n"
        "WEB_CONCURRENCY=4\n",
        "/etc/pgbouncer/pgbouncer.ini": f"[databases]\n{line}\n[pgbouncer]\n"
        f"server_tls_sslmode = verify-full\n{settings}",
    }


def test_through_pgbouncer_its_pools_count_and_clients_must_fit_it() -> None:
    files = bouncer("auth = host=db-1 dbname=auth", "default_pool_size = 50\n")
    assert isinstance(judged_files(files, max_connections=53, **FIT), Holds)
    assert isinstance(judged_files(files, max_connections=52, **FIT), Broken)
    reserve = bouncer("auth = host=db-1", "default_pool_size = 40\nreserve_pool_size = 20\n")
    verdict = judged_files(reserve, max_connections=60, **FIT)
    assert isinstance(verdict, Broken)
    assert "(40 + 20)" in text_of(verdict)
    few = bouncer("auth = host=db-1 pool_size=5", "max_client_conn = 50\n")
    verdict = judged_files(few, max_connections=100, **FIT)
    assert isinstance(verdict, Broken)
    assert "80 clients" in verdict.why


def test_users_multiply_pgbouncers_pools() -> None:
    files = bouncer("auth = host=db-1 pool_size=10")
    assert isinstance(judged_files(files, max_connections=43, pooler_users=4, **FIT), Holds)
    assert isinstance(judged_files(files, max_connections=42, pooler_users=4, **FIT), Broken)
    forced = bouncer("auth = host=db-1 pool_size=10 user=login")
    assert isinstance(judged_files(forced, max_connections=13, pooler_users=4, **FIT), Holds)
    capped = bouncer("auth = host=db-1 pool_size=10 max_db_connections=15")
    assert isinstance(judged_files(capped, max_connections=18, pooler_users=4, **FIT), Holds)


def test_databases_that_nobody_counted_are_unknown() -> None:
    files = bouncer("auth = host=db-1 pool_size=5\n* = host=db-1")
    verdict = judged_files(files, max_connections=1000, **FIT)
    assert isinstance(verdict, Unknown)
    assert "which databases" in verdict.why
    counted = judged_files(files, max_connections=1000, pooler_databases=3, pooler_users=2, **FIT)
    assert isinstance(counted, Holds), text_of(counted)


def test_a_database_that_the_pooler_does_not_know_is_wrong() -> None:
    verdict = judged_files(bouncer("atuh = host=db-1"))
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.CRITICAL
    assert "pgbouncer knows no database auth" in verdict.why


def test_a_pooler_that_leads_to_the_wrong_server_is_blamed_on_its_line() -> None:
    files = bouncer("auth = host=db-2 dbname=auth user=login")
    verdict = judged_files(files, host="db-1", database="auth", role="login")
    assert isinstance(verdict, Broken)
    first = verdict.evidence[0].place
    assert first is not None
    assert (first.file, first.line) == ("/etc/pgbouncer/pgbouncer.ini", 2)
