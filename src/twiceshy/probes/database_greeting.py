"""As far as one gets without a role: is it a database that answers, and does it do TLS?

For MySQL and MariaDB, and for endpoints whose role nobody said.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace

from twiceshy.kinds.certificate.facts import Failure, NotServed
from twiceshy.kinds.database.facts import Attempt, Outcome, SessionSeen
from twiceshy.languages.settings.connection import Engine
from twiceshy.languages.settings.tls import Level
from twiceshy.probes.connecting import Trouble, trouble_of
from twiceshy.probes.database_targets import Target
from twiceshy.probes.tls.starttls import farewell_for, talk_for

_WHO = "Say `role`, `database` and `credentials`, or `files` with the settings."
_CHUNK_BYTES = 16 * 1024
_TROUBLES = {
    Trouble.REFUSED: Outcome.REFUSED,
    Trouble.RESET: Outcome.CUT,
    Trouble.TIMED_OUT: Outcome.TIMED_OUT,
    Trouble.HOST_UNREACHABLE: Outcome.UNREACHABLE,
    Trouble.NO_ROUTE: Outcome.NO_ROUTE,
    Trouble.CANNOT_LOOK: Outcome.CANNOT_LOOK,
}


async def greet(target: Target, address: str, made: Attempt) -> Attempt:
    """Connect, ask for TLS, and leave in good form; nobody logs in."""
    impossible = _impossible(target, made)
    if impossible is not None:
        return impossible
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        reader, writer = await asyncio.open_connection(address, target.port)
    except OSError as error:
        trouble, why = trouble_of(error)
        return replace(made, outcome=_TROUBLES[trouble], why=why)
    try:
        refused = await _ask_for_tls(reader, writer, target)
        if refused is not None:
            return _without_tls(refused, target, made, (loop.time() - began) * 1000)
        await writer.start_tls(_context(target), server_hostname=target.host or None)
        writer.write(farewell_for(_scheme(target)))
        session = SessionSeen(
            "",
            "",
            address=address,
            port=target.port,
            tls=_version(writer),
            verified=target.level >= Level.AUTHORITY,
            connect_ms=round((loop.time() - began) * 1000, 3),
        )
        return _answered(target, made, session)
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", None) or error.reason or "the handshake failed"
        return replace(made, outcome=Outcome.CERTIFICATE_REFUSED, why=f"TLS: {why}")
    except OSError as error:
        trouble, why = trouble_of(error)
        return replace(made, outcome=_TROUBLES[trouble], why=why)
    finally:
        writer.transport.abort()


def _impossible(target: Target, made: Attempt) -> Attempt | None:
    """What is known without a connection."""
    if isinstance(target.root, str) and target.level >= Level.AUTHORITY:
        why = f"the root certificate {target.root} is missing"
        return replace(made, outcome=Outcome.ROOTS_MISSING, why=why)
    if target.host.startswith("/"):
        why = "a socket, and nobody said which role to log in as"
        return replace(made, outcome=Outcome.CANNOT_LOOK, why=why, next_step=_WHO)
    return None


async def _ask_for_tls(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target
) -> NotServed | None:
    """None once the server awaits TLS."""
    talk = talk_for(_scheme(target), "")
    writer.write(talk.start())
    while not talk.ready and talk.outcome is None:
        data = await reader.read(_CHUNK_BYTES)
        if not data:
            return NotServed(Failure.CLOSED, "the other side hung up")
        writer.write(talk.receive(data))
    return talk.outcome


def _without_tls(refused: NotServed, target: Target, made: Attempt, took_ms: float) -> Attempt:
    if refused.failure is Failure.CLOSED:
        return replace(made, outcome=Outcome.CUT, why=refused.detail or "cut")
    if refused.failure is not Failure.STARTTLS_NOT_OFFERED:
        why = refused.detail or "something else answers"
        too_many = "Too many connections" in why
        return replace(
            made, outcome=Outcome.TOO_MANY if too_many else Outcome.NOT_A_DATABASE, why=why
        )
    if target.level >= Level.ENCRYPTED:
        return replace(made, outcome=Outcome.TLS_NOT_OFFERED, why=refused.detail or "no TLS")
    session = SessionSeen("", "", address=target.host, connect_ms=round(took_ms, 3))
    return _answered(target, made, session)


def _answered(target: Target, made: Attempt, session: SessionSeen) -> Attempt:
    if target.engine is Engine.POSTGRESQL:
        return replace(
            made,
            outcome=Outcome.CANNOT_LOOK,
            why="PostgreSQL answers, and no role to log in as is known",
            next_step=_WHO,
        )
    return replace(
        made, outcome=Outcome.CONNECTED, why="it greets; nobody logged in", session=session
    )


def _context(target: Target) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if target.level < Level.AUTHORITY:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    context.check_hostname = target.level >= Level.FULL
    if isinstance(target.root, bytes) and target.root:
        context = ssl.create_default_context(cadata=target.root.decode("ascii", "replace"))
        context.check_hostname = target.level >= Level.FULL
    return context


def _version(writer: asyncio.StreamWriter) -> str:
    tls: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
    return (tls.version() if tls is not None else None) or "TLS"


def _scheme(target: Target) -> str:
    return "mysql" if target.engine is Engine.MYSQL else "postgres"
