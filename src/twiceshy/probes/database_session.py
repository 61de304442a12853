"""What PostgreSQL tells of itself, in one transaction that changes nothing.

One transaction, so that a pooler does not hand the questions to different servers, and so that the
time limit of the statements ends with it. The queries themselves are never asked for: they hold
other people's data.
"""

from __future__ import annotations

import asyncio

from psycopg import pq

from twiceshy.kinds.database.facts import SessionSeen
from twiceshy.probes.database_libpq import Row, ask

_WHO = """
SELECT current_user, current_database(), host(inet_server_addr()), inet_server_port(),
  pg_is_in_recovery(), current_setting('transaction_read_only'),
  current_setting('max_connections'),
  current_setting('superuser_reserved_connections')::int
    + coalesce(current_setting('reserved_connections', true)::int, 0),
  (SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid())
"""
_LOAD = """
SELECT
  count(*) FILTER (WHERE backend_type = 'client backend'
    OR (backend_type IS NULL AND usesysid IS NOT NULL AND datid IS NOT NULL)),
  coalesce(extract(epoch FROM max(clock_timestamp() - query_start)
    FILTER (WHERE state = 'active' AND backend_type = 'client backend')), 0),
  coalesce(extract(epoch FROM max(clock_timestamp() - state_change)
    FILTER (WHERE state LIKE 'idle in transaction%')), 0),
  count(*) FILTER (WHERE backend_type IS NULL AND usesysid IS NOT NULL)
FROM pg_stat_activity WHERE pid <> pg_backend_pid()
"""
_LAG_OF_THIS_ONE = """
SELECT extract(epoch FROM CASE
  WHEN (SELECT count(*) FROM pg_stat_get_wal_receiver()) > 0
    AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN interval '0'
  ELSE clock_timestamp() - pg_last_xact_replay_timestamp() END)
"""
"""A standby that has played all it received is up to date only while somebody sends."""
_LAG_OF_STANDBYS = """
SELECT count(*), count(*) FILTER (WHERE replay_lsn IS NULL),
  max(coalesce(extract(epoch FROM replay_lag),
    CASE WHEN replay_lsn = pg_current_wal_lsn() THEN 0 END))
FROM pg_stat_replication
"""
_BEGIN = "BEGIN; SET LOCAL statement_timeout = {milliseconds}; SET LOCAL lock_timeout = '1s';"


async def look_inside(
    connection: pq.abc.PGconn,
    *,
    connect_ms: float,
    verified: bool,
    seconds: float,
    wants_lag: bool,
) -> SessionSeen:
    """Ask who and where we are, and how full the database is; raises QueryFailed."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await ask(connection, "SELECT 1")
    select_ms = round((loop.time() - began) * 1000, 3)
    await ask(connection, _BEGIN.format(milliseconds=max(100, int(seconds * 1000))))
    (who,) = await ask(connection, _WHO)
    (load,) = await ask(connection, _LOAD)
    in_recovery = who.values[4] == "t"
    lag: Row | None = None
    if wants_lag:
        (lag,) = await ask(connection, _LAG_OF_THIS_ONE if in_recovery else _LAG_OF_STANDBYS)
    await ask(connection, "ROLLBACK")
    of_standbys = lag if not in_recovery else None
    in_use = load.whole(0)
    version = connection.parameter_status(b"server_version")
    return SessionSeen(
        user=who.values[0] or "",
        database=who.values[1] or "",
        address=who.values[2],
        port=who.whole(3),
        in_recovery=in_recovery,
        read_only=who.values[5] == "on",
        tls=(who.values[8] or "TLS") if connection.ssl_in_use else None,
        verified=verified and bool(connection.ssl_in_use),
        connect_ms=connect_ms,
        select_ms=select_ms,
        max_connections=who.whole(6),
        reserved=who.whole(7),
        in_use=in_use + 1 if in_use is not None else None,
        longest_statement_seconds=load.number(1),
        longest_idle_seconds=load.number(2),
        hidden_sessions=load.whole(3) or 0,
        lag_seconds=None if lag is None else lag.number(0 if in_recovery else 2),
        standbys=of_standbys.whole(0) if of_standbys is not None else None,
        lag_hidden=of_standbys is not None and (of_standbys.whole(1) or 0) > 0,
        version=version.decode("ascii", "replace").split(" ")[0] if version else None,
    )
