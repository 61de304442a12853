"""Latency, headroom, statements that run long, sessions left open, and whether it takes writes."""

from __future__ import annotations

import threading
from contextlib import suppress

import psycopg
import pytest

from tests.farm.databases import MAX_CONNECTIONS, Postgres
from tests.probes.database.conftest import Login
from tests.probes.database.test_database import text_of
from twiceshy.kinds.database.facts import DatabaseFact, SessionSeen
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown


@pytest.fixture
def right(login: Login) -> Login:
    login.write(f"DATABASE_URL={login.url()}\n")
    return login


def session_of(login: Login, **promise: object) -> SessionSeen:
    seen = login.fact(**promise)
    assert isinstance(seen, DatabaseFact)
    (attempt,) = seen.attempts or ()
    assert attempt.session is not None, attempt.why
    return attempt.session


def test_it_sees_who_and_where_it_is(right: Login) -> None:
    seen = session_of(right)
    assert right.server is not None
    assert (seen.user, seen.database) == ("login", "auth")
    assert (seen.address, seen.port) == ("127.0.0.1", right.server.port)
    assert (seen.in_recovery, seen.read_only) == (False, False)
    assert (seen.max_connections, seen.reserved) == (MAX_CONNECTIONS, 3)
    assert seen.verified


def test_the_connections_in_use_are_counted(right: Login, server: Postgres) -> None:
    before = session_of(right).in_use or 0
    with server.connect("other"), server.connect("other"):
        seen = session_of(right)
    assert seen.in_use is not None
    assert seen.in_use >= 3
    assert seen.in_use >= before
    assert seen.hidden_sessions >= 2


def test_too_many_in_use_is_a_warning_before_it_hurts(right: Login, server: Postgres) -> None:
    promise = {"max_connections_in_use_percent": 50}
    assert isinstance(right.verdict(**promise), Holds)
    sessions = [server.connect("login") for _ in range(10)]
    try:
        verdict = right.verdict(**promise)
        assert isinstance(verdict, Broken)
        assert verdict.severity is Severity.WARNING
        assert isinstance(right.verdict(max_connections_in_use=5), Broken)
    finally:
        for one in sessions:
            one.close()


def test_a_statement_that_runs_long_is_seen(right: Login, server: Postgres) -> None:
    with server.connect("login") as session, server.connect("postgres") as watcher:
        pid = session.info.backend_pid

        def sleep() -> None:
            with suppress(psycopg.errors.QueryCanceled):
                session.execute("SELECT pg_sleep(60)")

        sleeper = threading.Thread(target=sleep)
        sleeper.start()
        asleep = "SELECT wait_event = 'PgSleep' AND clock_timestamp() - query_start > '10ms' FROM pg_stat_activity, pg_sleep(0.02) WHERE pid = %s"
        while watcher.execute(asleep, (pid,)).fetchone() != (True,):
            pass
        try:
            verdict = right.verdict(longest_statement_seconds=0.001)
            calm = right.verdict(longest_statement_seconds=3600)
        finally:
            session.cancel_safe()
            sleeper.join()
    assert isinstance(verdict, Broken)
    assert "statement" in verdict.why
    assert isinstance(calm, Holds)


def test_a_transaction_left_open_is_seen(right: Login, server: Postgres) -> None:
    with server.connect("login") as session:
        session.execute("BEGIN")
        verdict = right.verdict(longest_idle_in_transaction_seconds=0.001)
    assert isinstance(verdict, Broken)
    assert "idle in a transaction" in verdict.why


def test_a_slow_answer_is_late(right: Login) -> None:
    verdict = right.verdict(max_latency_ms=1)
    assert isinstance(verdict, Broken)
    assert "promised 1 ms" in verdict.why


def test_a_database_that_takes_no_writes_is_not_the_right_one(
    right: Login, server: Postgres
) -> None:
    with server.connect("postgres") as session:
        session.execute("ALTER ROLE login SET default_transaction_read_only = on")
        try:
            verdict = right.verdict(writable=True)
        finally:
            session.execute("ALTER ROLE login RESET default_transaction_read_only")
    assert isinstance(verdict, Broken)
    assert "read-only" in verdict.why
    assert isinstance(right.verdict(writable=True), Holds)


def test_pools_are_held_against_what_the_server_itself_takes(login: Login) -> None:
    login.write(f"DATABASE_URL={login.url()}\nDB_POOL_SIZE=5\nWEB_CONCURRENCY=4\n")
    verdict = login.verdict(pools_fit_max_connections=True)
    assert isinstance(verdict, Broken)
    assert "takes 17 (20 less 3 reserved)" in verdict.why
    login.write(f"DATABASE_URL={login.url()}\nDB_POOL_SIZE=4\nWEB_CONCURRENCY=4\n")
    assert isinstance(login.verdict(pools_fit_max_connections=True), Holds)


def test_a_promised_server_address_is_compared_with_its_own(right: Login) -> None:
    assert isinstance(right.verdict(server_addresses=("127.0.0.1",)), Holds)
    verdict = right.verdict(server_addresses=("192.0.2.7",))
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.CRITICAL


def test_without_a_standby_a_promise_of_one_is_broken(right: Login) -> None:
    verdict = right.verdict(max_replication_lag_seconds=30)
    assert isinstance(verdict, Broken | Unknown), text_of(verdict)
    assert "standby" in verdict.why
