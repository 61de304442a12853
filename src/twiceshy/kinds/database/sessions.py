"""Do the settings connect, in time, to what they should, and does the database have room?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from twiceshy.kinds.database.facts import Attempt, DatabaseFact, Outcome, Promise, SessionSeen
from twiceshy.kinds.database.finding import Finding, broken, kept
from twiceshy.kinds.database.load import check_load
from twiceshy.kinds.database.protection import WANTED
from twiceshy.languages.settings.connection import Connection
from twiceshy.languages.settings.tls import Level
from twiceshy.model.place import Place
from twiceshy.model.verdict import Evidence, Severity

TOO_SLOW = 3
"""Times the promised latency: then users feel it."""

NEXT_STEPS: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.REFUSED: "Check that the database runs and that host and port are right.",
        Outcome.NO_SUCH_NAME: "Correct the host, or its DNS record.",
        Outcome.TIMED_OUT: "Check host and port, then the firewall in between.",
        Outcome.UNREACHABLE: "Check the host, then routes and firewalls in between.",
        Outcome.WRONG_PASSWORD: "Correct the role or its password; the server does not say which.",
        Outcome.PASSWORD_MISSING: "Give the settings the role's password.",
        Outcome.NO_SUCH_ROLE: "Correct the role, or create it.",
        Outcome.NO_SUCH_DATABASE: "Correct the name of the database.",
        Outcome.NOT_ADMITTED: "Add a line for this role, database and address to pg_hba.conf, or"
        " connect as it demands (TLS).",
        Outcome.NOT_PERMITTED: "Grant LOGIN to the role and CONNECT on the database.",
        Outcome.TLS_NOT_OFFERED: "Switch TLS on at the server (ssl = on).",
        Outcome.TLS_DEMANDED: "Set sslmode=verify-full in the settings.",
        Outcome.CERTIFICATE_REFUSED: "Compare the server's certificate with the settings' host and"
        " root certificate.",
        Outcome.ROOTS_MISSING: "Put the root certificate where sslrootcert says.",
        Outcome.TOO_MANY: "See who holds the connections (pg_stat_activity); make pools smaller or"
        " raise max_connections.",
        Outcome.NOT_READY: "See the server's log: it starts, stops or recovers.",
        Outcome.CUT: "See the log of the server, or of the pooler or proxy in between.",
        Outcome.NOT_A_DATABASE: "Correct host and port: something else answers there.",
        Outcome.OTHER: "See the server's log.",
    }
)
_TLS = frozenset({Outcome.TLS_NOT_OFFERED, Outcome.TLS_DEMANDED, Outcome.CERTIFICATE_REFUSED})
_ROLE = frozenset({Outcome.NO_SUCH_ROLE, Outcome.NOT_ADMITTED, Outcome.NOT_PERMITTED})
_PASSWORD = frozenset({Outcome.WRONG_PASSWORD, Outcome.PASSWORD_MISSING})


def check_sessions(promise: Promise, fact: DatabaseFact) -> Iterator[Finding]:
    """What came of connecting, for each server that was tried."""
    attempts = fact.attempts or ()
    some_work = any(one.outcome is Outcome.CONNECTED for one in attempts)
    for attempt in attempts:
        if attempt.outcome.is_unseen:
            yield Finding(
                f"{_who(attempt)} was not tried: {attempt.why}",
                (Evidence(_who(attempt), attempt.why, _place(attempt)),),
                unknown=True,
                next_step=attempt.next_step,
            )
        elif attempt.session is None:
            yield broken(
                Severity.SERIOUS if some_work else Severity.CRITICAL,
                f"{_who(attempt)} cannot connect: {attempt.why}",
                Evidence(_who(attempt), attempt.why, _place(attempt)),
                next_step=attempt.next_step or NEXT_STEPS[attempt.outcome],
            )
        else:
            yield from _session(promise, attempt, attempt.session)


def _session(promise: Promise, attempt: Attempt, session: SessionSeen) -> Iterator[Finding]:
    yield from _identity(promise, attempt, session)
    yield from _tls(promise, attempt, session)
    yield from _latency(promise, attempt, session)
    yield from check_load(promise, _who(attempt), session)


def _identity(promise: Promise, attempt: Attempt, session: SessionSeen) -> Iterator[Finding]:
    who = _who(attempt)
    connection = attempt.instances[0].connection if attempt.instances else None
    for what, right, found, value in (
        ("database", promise.databases, session.database, connection and connection.database),
        ("role", promise.roles, session.user, connection and connection.role),
    ):
        if right and found and found not in right:
            line = value.place if value is not None else _place(attempt)
            yield _elsewhere(who, f"{what} {found}, promised {', '.join(right)}", line)
    addresses = promise.server_addresses
    if addresses and session.address is not None and session.address not in addresses:
        found = f"the server is {session.address}, promised {', '.join(addresses)}"
        yield _elsewhere(who, found, _place(attempt))
    if promise.writable is True and (session.in_recovery or session.read_only):
        found = "a standby, which takes no writes" if session.in_recovery else "read-only"
        yield _elsewhere(who, f"{found}; promised writable", _place(attempt))
    if promise.writable is False and session.in_recovery is False:
        yield _elsewhere(who, "a primary; promised a standby", _place(attempt))


def _elsewhere(who: str, found: str, place: Place | None) -> Finding:
    return broken(
        Severity.CRITICAL,
        f"{who} connects to the wrong place: {found}",
        Evidence(who, found, place),
        next_step="Correct the settings, or the pooler or proxy in between.",
    )


def _tls(promise: Promise, attempt: Attempt, session: SessionSeen) -> Iterator[Finding]:
    """Endpoints have no settings to judge, so what the connection came to is judged."""
    wanted = WANTED[promise.tls]
    who = _who(attempt)
    if wanted is Level.OFF or (session.address is None and session.tls is None):
        return
    instance = attempt.instances[0] if attempt.instances else None
    if instance is not None and instance.pooler is not None:
        return
    if session.tls is None:
        yield broken(
            Severity.SERIOUS,
            f"the connection of {who} is in the clear",
            Evidence(who, "connected without TLS", _tls_place(attempt)),
            next_step="Switch TLS on at the server, and set sslmode=verify-full.",
        )
    elif wanted is Level.AUTHORITY and instance is None and not session.verified:
        yield broken(
            Severity.SERIOUS,
            f"the server of {who} could not be verified",
            Evidence(who, f"{session.tls}, certificate not verified"),
            next_step="Name its root certificate in `roots`.",
        )
    else:
        verified = ", verified" if session.verified else ""
        yield kept(who, f"{session.tls}{verified}", _tls_place(attempt))


def _latency(promise: Promise, attempt: Attempt, session: SessionSeen) -> Iterator[Finding]:
    total = session.connect_ms + (session.select_ms or 0)
    who = _who(attempt)
    found = f"greeted in {total:.0f} ms; nobody logged in"
    if session.user:
        found = f"connected as {session.user} to {session.database} in {total:.0f} ms"
    limit = promise.max_latency_ms
    if limit is None or total <= limit:
        yield kept(who, found, None)
        return
    yield broken(
        Severity.WARNING if total <= TOO_SLOW * limit else Severity.SERIOUS,
        f"{who} took {total:.0f} ms to connect and be answered, promised {limit} ms",
        Evidence(who, f"{found}, promised {limit} ms", _place(attempt)),
        next_step="See the load of the database and the way to it.",
    )


def _who(attempt: Attempt) -> str:
    if not attempt.instances:
        return attempt.server
    first = attempt.instances[0]
    host = f"{first.host}: " if first.host else ""
    more = f" (and {len(attempt.instances) - 1} like it)" if len(attempt.instances) > 1 else ""
    return f"{host}{first.label}{more} at {attempt.server}"


def _place(attempt: Attempt) -> Place | None:  # noqa: PLR0911 - one return per deciding line
    """The line that decides how the attempt ended."""
    if not attempt.instances:
        return None
    connection = attempt.instances[0].connection
    if attempt.outcome is Outcome.ROOTS_MISSING and "sslrootcert" in connection.parameters:
        return connection.parameters["sslrootcert"].place
    if attempt.outcome in _TLS:
        return _tls_place(attempt)
    if attempt.outcome is Outcome.NO_SUCH_DATABASE and connection.database is not None:
        return connection.database.place
    if attempt.outcome in _ROLE and connection.role is not None:
        return connection.role.place
    if attempt.outcome in _PASSWORD and connection.password is not None:
        return connection.password.place
    return _server_place(attempt, connection)


def _server_place(attempt: Attempt, connection: Connection) -> Place:
    if attempt.index < len(connection.servers):
        server = connection.servers[attempt.index]
        named = server.host or server.address
        if attempt.outcome is Outcome.REFUSED and server.port is not None:
            named = server.port
        if named is not None:
            return named.place
    return connection.place


def _tls_place(attempt: Attempt) -> Place | None:
    return attempt.instances[0].tls.place if attempt.instances else None
