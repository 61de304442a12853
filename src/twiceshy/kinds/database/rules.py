"""Do these settings reach the right database, as the right role, over verified TLS?

What it promises:
    The connections in `files` name the right host, port, database and role; the server's
    certificate is verified; no password stands where everybody reads it; several instances of a
    service agree; all pools together fit what the server takes. Looked at live, they connect, in
    time, to what they name, and the database has room.

The outage behind it:
    For three hours about 30 % of users could not log in: the authentication service had been given
    wrong database connection settings, as when one of three instances gets others. The team
    suspected the database first, and called its administrators later; the database was fine, and
    the wrong line could have been read before it was applied.

What it looks at:
    .env files, YAML, JSON, TOML, INI, Java properties, Django's settings.py, docker-compose
    (env_file, environment, replicas, workers of the command), pgbouncer.ini and postgresql.conf;
    in them URLs, libpq keyword strings, JDBC, PGHOST and its like, DB_HOST and its like. Variables
    are filled in from the .env beside the file, and the line that sets them is the one blamed.
    A wrong host, port, database or role is critical, as is a value that cannot work; missing
    verification, pools that do not fit and instances that differ are serious; a password in the
    clear is a warning. TLS is judged by libpq's rules: without sslmode it is `prefer`, which
    verifies nobody; `require` verifies only if the root file exists.

    Looked at live, each connection is made with the very settings found (PostgreSQL; for MySQL and
    MariaDB up to the offer of TLS), from where Twiceshy runs. Refused, unresolved, timed out, no
    such database or role, wrong password, not admitted, certificate refused and no connection free
    are told apart, by the server's own codes and not by its words, which may be in any language.
    Passwords are never shown, kept or logged.

When it cannot know:
    A file that was not handed in or cannot be read, a line that is not understood, a variable that
    nothing sets, a pool without a size, a `require` that hangs on a file nobody showed; live, DNS
    that is silent, no way from the vantage, a password that is only referred to (`credentials`
    says where it is), sessions and standbys this role may not see.

Example:
    - id: login-database-settings
      kind: database
      target: login
      promise:
        files: [/srv/login-1/.env, /srv/login-2/.env, /srv/login-3/.env]
        host: db-1.example.org
        database: auth
        role: login
      every: 5m
      because: login-settings-2024#a1
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from twiceshy.kinds.database.agreement import check_agreement
from twiceshy.kinds.database.capacity import check_capacity
from twiceshy.kinds.database.destination import check_destination
from twiceshy.kinds.database.facts import DatabaseFact, HostSeen, Instance, Outcome, Promise
from twiceshy.kinds.database.finding import Finding, unknown
from twiceshy.kinds.database.protection import check_password, check_tls
from twiceshy.kinds.database.sessions import check_sessions
from twiceshy.kinds.database.timeouts import check_timeouts
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict

MOST_SHOWN = 100
"""Pieces of evidence; the worst come first."""


def judge(promise: Promise, fact: DatabaseFact, now: datetime) -> Verdict:  # noqa: ARG001 - one signature for all kinds
    """Is what the settings say, and what came of them, as promised?"""
    findings = list(_findings(promise, fact))
    wrong = sorted(
        (one for one in findings if one.severity is not None),
        key=lambda one: -(one.severity or Severity.WARNING).rank,
    )
    open_ = [one for one in findings if one.unknown]
    kept = [one for one in findings if one.severity is None and not one.unknown]
    evidence = _evidence(*wrong, *open_, *kept)
    if wrong:
        first = wrong[0]
        why = _joined(first, len(wrong))
        return Broken(first.severity or Severity.WARNING, why, evidence, next_step=first.next_step)
    if open_:
        return Unknown(_joined(open_[0], len(open_)), evidence, open_[0].next_step)
    if not kept:
        return Unknown(
            "there is nothing to look at: no file holds settings, and no endpoint is a database",
            evidence,
            "Say in `files` where the settings are, or give the service a postgres:// endpoint.",
        )
    return Holds(_summary(fact), evidence)


def _findings(promise: Promise, fact: DatabaseFact) -> Iterator[Finding]:
    for host in fact.hosts:
        for instance in host.instances:
            yield from _of_instance(promise, instance, host)
        yield from _unreadable(host)
    yield from check_capacity(promise, fact)
    yield from check_agreement(promise, fact.hosts)
    yield from check_sessions(promise, fact)


def _of_instance(promise: Promise, instance: Instance, host: HostSeen) -> Iterator[Finding]:
    found = [
        *check_destination(promise, instance, host),
        *check_tls(promise, instance),
        *check_password(promise, instance),
        *check_timeouts(promise, instance),
    ]
    yield from found
    if not found:
        shown = (Evidence(instance.label, instance.connection.shown, instance.connection.place),)
        yield Finding(instance.connection.shown, shown)


def _unreadable(host: HostSeen) -> Iterator[Finding]:
    at = f" on {host.name}" if host.name else ""
    for trouble in host.troubles:
        yield unknown(
            f"{trouble.place} cannot be read: {trouble.what}",
            trouble.place.file,
            trouble.what,
            trouble.place,
            "Correct the line.",
        )
    for name, why in host.missing:
        yield unknown(
            f"{name}{at} was not seen: {why}",
            name,
            why,
            None,
            "Make it part of what is looked at, or take it out of the promise.",
        )


def _joined(first: Finding, count: int) -> str:
    more = count - 1
    return first.why + (f" (and {more} more)" if more else "")


def _evidence(*findings: Finding) -> tuple[Evidence, ...]:
    pieces = dict.fromkeys(piece for one in findings for piece in one.evidence)
    return tuple(pieces)[:MOST_SHOWN]


def _summary(fact: DatabaseFact) -> str:
    shown = dict.fromkeys(one.connection.shown for one in fact.instances)
    connected = [one for one in fact.attempts or () if one.outcome is Outcome.CONNECTED]
    parts = []
    if shown:
        first, *rest = shown
        parts.append(f"settings for {first}" + (f" and {len(rest)} more" if rest else ""))
    if connected:
        sessions = [one.session for one in connected if one.session is not None]
        slowest = max(one.connect_ms + (one.select_ms or 0) for one in sessions)
        parts.append(f"{connected[0].server} answers within {slowest:.0f} ms")
    return "; ".join(parts) or "as promised"
