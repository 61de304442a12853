"""One attempt to connect: to each address of a server in turn, as libpq would, and what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from twiceshy.kinds.database.facts import Attempt, Outcome, SessionSeen
from twiceshy.languages.settings.connection import Engine
from twiceshy.languages.settings.tls import Level
from twiceshy.probes.database_greeting import greet
from twiceshy.probes.database_libpq import ConnectFailed, QueryFailed, connect
from twiceshy.probes.database_outcomes import outcome_of
from twiceshy.probes.database_session import look_inside
from twiceshy.probes.database_targets import SSLMODES, Target
from twiceshy.probes.resolve import Unresolved, look_up, next_step

SHARE_OF_LOOK_UP = 0.4
"""Of the time of a look: what is left must do for connecting."""
MOST_ADDRESSES = 8
GOES_ON = frozenset({Outcome.REFUSED, Outcome.TIMED_OUT, Outcome.UNREACHABLE, Outcome.NO_ROUTE})
"""After these the next address of the same name is tried."""
_WORTH_A_SECOND_LOOK = frozenset({Outcome.CERTIFICATE_REFUSED, Outcome.ROOTS_MISSING})


async def attempt(
    target: Target, roots: bytes | None, *, wants_lag: bool, seconds: float
) -> Attempt:
    """Try it within `seconds`; `roots`: PEM for when the target names none."""
    deadline = asyncio.get_running_loop().time() + seconds
    made = Attempt(target.instances, target.server, target.index, Outcome.TIMED_OUT, "")
    addresses: tuple[str, ...] | Unresolved = target.addresses or (target.host,)
    is_socket = target.host.startswith(("/", "@")) or (not target.host and not target.addresses)
    if not target.addresses and not is_socket:
        addresses = await look_up(target.host, seconds * SHARE_OF_LOOK_UP)
    if isinstance(addresses, Unresolved):
        outcome = Outcome.NO_SUCH_NAME if addresses.is_an_answer else Outcome.CANNOT_LOOK
        return replace(made, outcome=outcome, why=addresses.why, next_step=next_step(addresses))
    if target.level >= Level.AUTHORITY and target.root is None and roots is None:
        return replace(
            made,
            outcome=Outcome.CANNOT_LOOK,
            why="the settings take the root certificate from the home folder of whoever runs"
            " the service",
            next_step="Name it in the settings (sslrootcert), or say `roots` in the promise.",
        )
    for address in addresses[:MOST_ADDRESSES]:
        left = deadline - asyncio.get_running_loop().time()
        made = await _try(
            replace(target, root=_roots(target, roots)), address, made, max(left, 0.0), wants_lag
        )
        if made.outcome not in GOES_ON:
            break
    return made


def _roots(target: Target, roots: bytes | None) -> bytes | str | None:
    return roots if target.root in (None, "system") else target.root


async def _try(
    target: Target,
    address: str,
    made: Attempt,
    seconds: float,
    wants_lag: bool,  # noqa: FBT001 - passed on
) -> Attempt:
    try:
        async with asyncio.timeout(seconds):
            if target.engine is Engine.MYSQL or "user" not in target.parameters:
                return await greet(target, address, made)
            return await _log_in(target, address, made, seconds, wants_lag)
    except TimeoutError:
        why = f"no answer in {seconds:.1f} s"
        return replace(made, outcome=Outcome.TIMED_OUT, why=why)


async def _log_in(
    target: Target,
    address: str,
    made: Attempt,
    seconds: float,
    wants_lag: bool,  # noqa: FBT001 - passed on
) -> Attempt:
    level = target.level
    try:
        session = await _session(target, address, level, seconds, wants_lag)
    except ConnectFailed as failed:
        outcome, why = outcome_of(failed.complaint), failed.complaint.said
        if outcome in _WORTH_A_SECOND_LOOK and target.is_endpoint:
            return await _second_look(target, address, made, seconds, (outcome, why))
        if outcome is Outcome.NOT_ADMITTED and failed.in_the_clear:
            outcome = await _with_tls(target, address, seconds, outcome)
        return replace(made, outcome=outcome, why=why)
    except QueryFailed as failed:
        return replace(made, outcome=Outcome.OTHER, why=f"connected, and then: {failed}")
    return replace(made, outcome=Outcome.CONNECTED, why="connected", session=session)


async def _second_look(
    target: Target, address: str, made: Attempt, seconds: float, first: tuple[Outcome, str]
) -> Attempt:
    """An endpoint has no settings that fail: whether all else works is told beside it."""
    try:
        session = await _session(target, address, Level.ENCRYPTED, seconds, wants_lag=False)
    except (ConnectFailed, QueryFailed):
        return replace(made, outcome=first[0], why=first[1])
    return replace(made, outcome=Outcome.CONNECTED, why=first[1], session=session)


async def _with_tls(target: Target, address: str, seconds: float, first: Outcome) -> Outcome:
    """Whether pg_hba.conf turns away this role, or only this role without TLS."""
    try:
        await _session(target, address, Level.ENCRYPTED, seconds, wants_lag=False)
    except ConnectFailed as failed:
        second = outcome_of(failed.complaint)
        same = second in (first, Outcome.TLS_NOT_OFFERED)
        return first if same else Outcome.TLS_DEMANDED
    except QueryFailed:
        return Outcome.TLS_DEMANDED
    return Outcome.TLS_DEMANDED


async def _session(
    target: Target,
    address: str,
    level: Level,
    seconds: float,
    wants_lag: bool,  # noqa: FBT001 - passed on
) -> SessionSeen:
    parameters = {
        **target.parameters,
        "port": str(target.port),
        "sslmode": SSLMODES[level],
    }
    if target.host:
        parameters["host"] = target.host
    if not target.host.startswith(("/", "@")) and address:
        parameters["hostaddr"] = address
    if target.password is not None:
        parameters["password"] = target.password.reveal()
    loop = asyncio.get_running_loop()
    with TemporaryDirectory(prefix="twiceshy-") as folder:
        # Nobody but us reads this folder; it is gone when the look is.
        files = dict(target.files)
        if isinstance(target.root, bytes) and target.root and level >= Level.AUTHORITY:
            files["sslrootcert"] = target.root
        elif isinstance(target.root, str) and level >= Level.AUTHORITY:
            parameters["sslrootcert"] = target.root
        for name, content in files.items():
            path = Path(folder) / name
            path.touch(mode=0o600)
            path.write_bytes(content)
            parameters[name] = str(path)
        began = loop.time()
        connection = await connect(parameters)
        connect_ms = round((loop.time() - began) * 1000, 3)
    try:
        return await look_inside(
            connection,
            connect_ms=connect_ms,
            verified=level >= Level.AUTHORITY,
            seconds=seconds,
            wants_lag=wants_lag,
        )
    finally:
        connection.finish()
