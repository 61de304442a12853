"""Is there room in the database: connections, statements, sessions left open, standbys behind?"""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.database.facts import Promise, SessionSeen
from twiceshy.kinds.database.finding import Finding, broken, kept, unknown
from twiceshy.model.verdict import Evidence, Severity

MAY_SEE = "Let this role see it: GRANT pg_monitor TO ..."


def check_load(promise: Promise, who: str, session: SessionSeen) -> Iterator[Finding]:
    """What the promise says of the load, as far as this role may see it."""
    yield from _connections(promise, who, session)
    yield from _running(
        who,
        "a statement has been running",
        session.longest_statement_seconds,
        promise.longest_statement_seconds,
        session,
    )
    yield from _running(
        who,
        "a session has been idle in a transaction",
        session.longest_idle_seconds,
        promise.longest_idle_in_transaction_seconds,
        session,
    )
    yield from _replication(promise, who, session)


def _connections(promise: Promise, who: str, session: SessionSeen) -> Iterator[Finding]:
    share, count = promise.max_connections_in_use_percent, promise.max_connections_in_use
    if share is None and count is None:
        return
    if session.in_use is None or session.max_connections is None:
        yield _not_told(who, "how many connections are in use", "Ask the server, not a pooler.")
        return
    left = session.max_connections - (session.reserved or 0)
    percent = 100 * session.in_use / left if left > 0 else 100.0
    found = f"{session.in_use} of {left} connections in use ({percent:.0f} %)"
    too_many = (share is not None and percent > share) or (
        count is not None and session.in_use > count
    )
    if not too_many:
        yield kept(who, found)
        return
    promised = f"{share} %" if share is not None and percent > share else f"{count}"
    yield broken(
        Severity.SERIOUS if session.in_use >= left else Severity.WARNING,
        f"{who}: {found}, promised at most {promised}",
        Evidence(who, found),
        next_step="See who holds them (pg_stat_activity), before they run out.",
    )


def _running(
    who: str, what: str, seconds: float | None, limit: float | None, session: SessionSeen
) -> Iterator[Finding]:
    if limit is None:
        return
    if seconds is None:
        yield _not_told(who, f"how long {what}", MAY_SEE)
        return
    hidden = (
        f"; {session.hidden_sessions} sessions of others are hidden from this role"
        if session.hidden_sessions
        else ""
    )
    found = f"{what} for {seconds:.0f} s{hidden}" if seconds else f"none: {what} for 0 s{hidden}"
    if seconds <= limit:
        yield kept(who, found)
        return
    yield broken(
        Severity.WARNING,
        f"{who}: {what} for {seconds:.0f} s, promised at most {limit:g} s",
        Evidence(who, found),
        next_step="See what it waits for (pg_stat_activity, pg_blocking_pids).",
    )


def _replication(promise: Promise, who: str, session: SessionSeen) -> Iterator[Finding]:
    limit = promise.max_replication_lag_seconds
    if limit is None:
        return
    if session.standbys == 0:
        yield broken(
            Severity.SERIOUS,
            f"{who}: no standby follows, promised at most {limit:g} s behind",
            Evidence(who, "no standby is connected (pg_stat_replication)"),
            next_step="Start the standby, or look at its log for why it does not connect.",
        )
    elif session.lag_seconds is None or session.lag_hidden:
        yield _not_told(who, "how far standbys are behind", MAY_SEE)
    elif session.lag_seconds <= limit:
        yield kept(who, f"standbys are {session.lag_seconds:.1f} s behind")
    else:
        found = f"{session.lag_seconds:.0f} s behind, promised at most {limit:g} s"
        yield broken(
            Severity.SERIOUS,
            f"{who}: a standby is {found}",
            Evidence(who, found),
            next_step="See what the standby waits for: replay conflicts, its disk, the network.",
        )


def _not_told(who: str, what: str, next_step: str) -> Finding:
    return unknown(f"{who} does not tell {what}", who, f"not told: {what}", None, next_step)
