"""Opening a journal, and where it is new or old, bringing it up to this version."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, inspect

from twiceshy.errors import JournalUnavailable
from twiceshy.store.connect import engine_for, writing
from twiceshy.store.journal import Journal
from twiceshy.store.location import Location
from twiceshy.store.schema import HEAD, VERSION_TABLE, metadata
from twiceshy.store.trouble import told_plainly

_SQLITE_MAGIC = b"SQLite format 3\0"


def open_journal(location: Location, *, reading: bool = False) -> Journal:
    """Open the journal, and unless only `reading`, make or migrate it where that is needed.

    Raises JournalUnavailable, also when the database holds something else or is of a newer version.
    """
    _refuse_other_files(location)
    with told_plainly(location, "open"):
        engine = engine_for(location, reading=reading)
        try:
            _make_ready(engine, location, reading=reading)
        except BaseException:
            engine.dispose()
            raise
    return Journal(location, engine)


def _refuse_other_files(location: Location) -> None:
    # SQLite takes a file of less than a page for an empty database and would write over it.
    if location.file is None or not location.file.exists():
        return
    if not location.file.is_file():
        what = "a folder" if location.file.is_dir() else "no regular file"
        raise JournalUnavailable(
            f"cannot open the journal {location}: it is {what}",
            hint="name a file, there already or not: --database sqlite:///FILE",
        )
    try:
        with location.file.open("rb") as opened:
            start = opened.read(len(_SQLITE_MAGIC))
    except PermissionError as error:
        raise JournalUnavailable(
            f"cannot open the journal {location}: it may not be read",
            hint="give this user the right to read it, or choose another with --database",
        ) from error
    if start and start != _SQLITE_MAGIC:
        raise JournalUnavailable(
            f"cannot open the journal {location}: the file is no SQLite database",
            hint="choose another file with --database, or move this one away",
        )


def _make_ready(engine: Engine, location: Location, *, reading: bool) -> None:
    with engine.begin() as connection:
        revision = _revision(connection)
    if revision == HEAD:
        return
    if not reading:
        with writing(engine).begin() as connection:
            _bring_up_to_date(connection, location)
    elif revision is None:
        raise JournalUnavailable(f"{location} holds no journal", hint="`twiceshy check` starts one")
    else:
        open_journal(location).close()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - our own constant
    revision: str | None = found.scalar()
    return revision


def _start(connection: Connection) -> None:
    """A new journal: the tables as the schema has them, which is what the migrations come to."""
    metadata.create_all(connection)
    version = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True))
    version.create(connection)
    connection.execute(version.insert().values(version_num=HEAD))


def _bring_up_to_date(connection: Connection, location: Location) -> None:
    revision = _revision(connection)
    if revision == HEAD:
        return
    if revision is None:
        tables = set(inspect(connection).get_table_names())
        foreign = tables if location.file is not None else tables & set(metadata.tables)
        if foreign:
            raise JournalUnavailable(
                f"{location} is the database of something else: it has a table"
                f" {min(foreign)!r} and no {VERSION_TABLE!r}",
                hint="choose another database with --database",
            )
        _start(connection)
        return
    # Alembic costs more to import than a thousand checks; only an old journal needs it.
    from twiceshy.store.migrations import known_revisions, upgrade

    if revision not in known_revisions():
        raise JournalUnavailable(
            f"{location} was written by a newer version of Twiceshy (its revision is {revision})",
            hint="use that version, or another database with --database",
        )
    upgrade(connection)
