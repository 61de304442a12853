"""A real standby: how far it is behind, and that it takes no writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.farm import databases
from tests.farm.databases import Postgres
from tests.farm.fixtures import Need
from tests.probes.database.conftest import Login, LoginAt
from tests.probes.database.test_database import text_of
from twiceshy.model.verdict import Broken, Holds, Unknown


@pytest.fixture(scope="module")
def pair(need: Need) -> Iterator[tuple[Postgres, Postgres]]:
    with ExitStack() as stack:
        primary = stack.enter_context(databases.postgres(need("postgres"), tls=False))
        second = stack.enter_context(
            databases.standby(need("postgres"), need("pg_basebackup"), primary)
        )
        with primary.connect() as session:
            session.execute("GRANT pg_monitor TO login")
            followed = (
                "SELECT count(*) FROM pg_stat_replication, pg_sleep(0.02) WHERE state = 'streaming'"
            )
            while session.execute(followed).fetchone() != (1,):
                pass
        yield primary, second


def at(login_at: LoginAt, server: Postgres) -> Login:
    login = login_at(server)
    login.write(f"DATABASE_URL={login.url(query='sslmode=disable')}\n")
    return login


def test_a_standby_that_keeps_up_holds(login_at: LoginAt, pair: tuple[Postgres, Postgres]) -> None:
    login = at(login_at, pair[1])
    promise = {"tls": "any", "writable": False, "max_replication_lag_seconds": 30}
    verdict = login.verdict(**promise)
    assert isinstance(verdict, Holds), text_of(verdict)
    assert "behind" in text_of(verdict)


def test_a_standby_is_not_where_writes_go(
    login_at: LoginAt, pair: tuple[Postgres, Postgres]
) -> None:
    verdict = at(login_at, pair[1]).verdict(tls="any", writable=True)
    assert isinstance(verdict, Broken)
    assert "a standby, which takes no writes" in verdict.why


def test_the_primary_tells_how_far_its_standbys_are(
    login_at: LoginAt, pair: tuple[Postgres, Postgres]
) -> None:
    login = at(login_at, pair[0])
    verdict = login.verdict(tls="any", max_replication_lag_seconds=30)
    assert isinstance(verdict, Holds), text_of(verdict)
    assert isinstance(login.verdict(tls="any", writable=False), Broken)


def test_who_may_not_see_standbys_does_not_know(
    login_at: LoginAt, pair: tuple[Postgres, Postgres]
) -> None:
    login = login_at(pair[0])
    login.write(f"DATABASE_URL={login.url(role='other', query='sslmode=disable')}\n")
    verdict = login.verdict(tls="any", max_replication_lag_seconds=30)
    assert isinstance(verdict, Unknown)
    assert verdict.next_step is not None
    assert "pg_monitor" in verdict.next_step
