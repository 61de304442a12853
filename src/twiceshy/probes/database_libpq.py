"""One PostgreSQL connection by libpq, without waiting in it: for asyncio, and heard to the end.

Everything is said explicitly, so that neither variables such as PGHOST nor the home folder of
whoever runs Twiceshy change where a connection leads.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType

from psycopg import NotSupportedError, OperationalError, pq
from psycopg.conninfo import make_conninfo

from twiceshy.probes.database_outcomes import Complaint, complaint_of

_MOST_TRACE_BYTES = 256 * 1024
_NOBODY_HAS_IT = "/nonexistent/twiceshy"
_NEUTRAL: Mapping[str, str] = MappingProxyType(
    {
        "passfile": _NOBODY_HAS_IT,
        "sslcert": _NOBODY_HAS_IT,
        "sslkey": _NOBODY_HAS_IT,
        "sslrootcert": _NOBODY_HAS_IT,
        "gssencmode": "disable",
        "fallback_application_name": "twiceshy",
    }
)
"""In place of what libpq would find in our home folder. `require` without a root file verifies
nobody, as it does for whoever has none."""
_OK = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK, pq.ExecStatus.EMPTY_QUERY})


class ConnectFailed(Exception):
    """The connection did not come about."""

    def __init__(self, complaint: Complaint, *, in_the_clear: bool) -> None:
        super().__init__(complaint.said)
        self.complaint = complaint
        self.in_the_clear = in_the_clear


class QueryFailed(Exception):
    """The server refused a query, or was lost."""


@dataclass(frozen=True, slots=True)
class Row:
    """The values of one row as text; None for NULL."""

    values: tuple[str | None, ...]

    def number(self, column: int) -> float | None:
        """A column as a number."""
        text = self.values[column]
        return float(text) if text is not None else None

    def whole(self, column: int) -> int | None:
        """A column as a whole number."""
        text = self.values[column]
        return int(text) if text is not None else None


async def connect(parameters: Mapping[str, str]) -> pq.abc.PGconn:
    """Connect with these parameters and no others; raises ConnectFailed."""
    conninfo = make_conninfo(**{**_NEUTRAL, **parameters})
    with _without_variables():
        connection = pq.PGconn.connect_start(conninfo.encode())
    trace = _trace(connection)
    try:
        await _established(connection)
        if trace is not None:
            connection.untrace()
        _check(connection, trace)
    except BaseException:
        connection.finish()
        raise
    finally:
        if trace is not None:
            os.close(trace)
    return connection


async def ask(connection: pq.abc.PGconn, sql: str) -> tuple[Row, ...]:
    """Run statements and give the rows of the last that has any; raises QueryFailed."""
    rows: tuple[Row, ...] = ()
    try:
        connection.send_query(sql.encode())
        while True:
            while connection.is_busy():
                await _ready(connection.socket, pq.PollingStatus.READING)
                connection.consume_input()
            result = connection.get_result()
            if result is None:
                return rows
            if result.status not in _OK:
                raise QueryFailed(result.get_error_message("utf-8").strip())
            if result.ntuples:
                rows = tuple(_row(result, number) for number in range(result.ntuples))
    except OperationalError as error:
        raise QueryFailed(str(error).strip()) from None


def _check(connection: pq.abc.PGconn, trace: int | None) -> None:
    if connection.status == pq.ConnStatus.OK:
        return
    complaint = complaint_of(_read(trace), connection.get_error_message("utf-8"))
    raise ConnectFailed(complaint, in_the_clear=not connection.ssl_in_use)


def _row(result: pq.abc.PGresult, number: int) -> Row:
    values = (result.get_value(number, column) for column in range(result.nfields))
    return Row(tuple(one.decode("utf-8", "replace") if one is not None else None for one in values))


async def _established(connection: pq.abc.PGconn) -> None:
    while connection.status != pq.ConnStatus.BAD:
        step = pq.PollingStatus(connection.connect_poll())
        if step not in (pq.PollingStatus.READING, pq.PollingStatus.WRITING):
            return
        await _ready(connection.socket, step)


async def _ready(number: int, step: pq.PollingStatus) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    reads = step == pq.PollingStatus.READING
    add = loop.add_reader if reads else loop.add_writer
    add(number, _settle, ready)
    try:
        await ready
    finally:
        (loop.remove_reader if reads else loop.remove_writer)(number)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _trace(connection: pq.abc.PGconn) -> int | None:
    """A file in memory, in which libpq tells what it hears; older ones tell nothing."""
    if not hasattr(os, "memfd_create") or connection.status == pq.ConnStatus.BAD:
        return None
    number = os.memfd_create("twiceshy-libpq", os.MFD_CLOEXEC)
    try:
        connection.trace(number)
    except NotSupportedError:
        os.close(number)
        return None
    return number


def _read(trace: int | None) -> str:
    if trace is None:
        return ""
    with suppress(OSError):
        return os.pread(trace, _MOST_TRACE_BYTES, 0).decode("utf-8", "replace")
    return ""


@contextmanager
def _without_variables() -> Iterator[None]:
    """Take away what is set in the environment for libpq; mostly nothing is."""
    names = [option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar]
    taken = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)
