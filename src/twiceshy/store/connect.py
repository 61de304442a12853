"""The door to the database: SQLite in write-ahead mode, or PostgreSQL through psycopg.

A writing transaction takes the write lock when it begins (SQLite: BEGIN IMMEDIATE, PostgreSQL: an
advisory lock), so that what it reads first is still true when it writes: several processes that
record at once wait for each other instead of failing or telling the same turn twice.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from twiceshy.errors import WrongUsage
from twiceshy.store.location import ACCEPTED, Location

WAIT_SECONDS = 30
"""How long one process waits for another that writes before it gives up."""

_LOCK = 0x7477_6963_6573_6879
"""The advisory lock's number in PostgreSQL: `twiceshy` in ASCII."""


def engine_for(location: Location, *, reading: bool) -> Engine:
    """An engine for the journal; a reading one changes nothing and needs no right to write."""
    if location.file is not None:
        return _sqlite(location.file, reading=reading)
    return _postgresql(location)


def writing(engine: Engine) -> Engine:
    """The same engine, whose transactions take the write lock when they begin."""
    return engine.execution_options(writes=True)


def _sqlite(file: Path, *, reading: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(file))}?{_mode(file, reading=reading)}",
            uri=True,
            timeout=WAIT_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            if reading:
                connection.execute("PRAGMA query_only = ON")
            else:
                _use_write_ahead(connection)
            # A record must outlive a power cut; one commit a run makes that cheap.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=QueuePool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _mode(file: Path, *, reading: bool) -> str:
    if not reading:
        return "mode=rwc"
    # Even reading makes a log and a shared-memory file in write-ahead mode. Only who may write the
    # journal removes them again; left by anybody else they would lock out those who may.
    if os.access(file, os.W_OK) and os.access(file.parent, os.W_OK):
        return "mode=rw"
    # With an empty log the file itself is the whole truth.
    log = Path(f"{file}-wal")
    is_whole = not log.exists() or log.stat().st_size == 0
    return "mode=ro&immutable=1" if is_whole else "mode=ro"


def _use_write_ahead(connection: sqlite3.Connection) -> None:
    with closing(connection.execute("PRAGMA journal_mode")) as mode:
        if mode.fetchone()[0] == "wal":
            return
    try:
        connection.execute("PRAGMA journal_mode = WAL").close()
    except sqlite3.OperationalError as error:
        # The switch does not wait for a lock; whoever holds it is making the same switch.
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise


def _postgresql(location: Location) -> Engine:
    try:
        url = make_url(location.url)
    except (ArgumentError, ValueError):
        raise WrongUsage(f"{location} is not a database URL", hint=f"write {ACCEPTED}") from None
    settings: dict[str, object] = {
        "fallback_application_name": "twiceshy",
        # Prepared statements do not survive a pooler that hands out connections per transaction.
        "prepare_threshold": None,
    }
    if "connect_timeout" not in url.query:
        settings["connect_timeout"] = WAIT_SECONDS // 3
    engine = create_engine(url, connect_args=settings, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))

    return engine
