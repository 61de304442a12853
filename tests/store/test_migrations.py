from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from twiceshy.errors import JournalUnavailable
from twiceshy.store import migrations
from twiceshy.store.connect import engine_for, writing
from twiceshy.store.location import Location
from twiceshy.store.opening import open_journal
from twiceshy.store.schema import HEAD, VERSION_TABLE, metadata


def test_the_head_constant_is_the_newest_migration() -> None:
    assert migrations.head() == HEAD


def test_the_migrations_build_what_the_schema_says(location: Location) -> None:
    engine = engine_for(location, reading=False)
    with writing(engine).begin() as connection:
        migrations.upgrade(connection)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_new_journal_is_what_the_migrations_come_to(location: Location) -> None:
    open_journal(location).close()
    engine = engine_for(location, reading=False)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    engine.dispose()


@pytest.mark.parametrize("new", [True, False])
def test_opening_a_current_journal_does_not_import_alembic(location: Location, new: bool) -> None:
    if not new:
        open_journal(location).close()
    program = (
        "import sys; from twiceshy.store.location import located;"
        "from twiceshy.store.opening import open_journal;"
        "open_journal(located(sys.argv[1])).close();"
        "assert 'alembic' not in sys.modules, 'alembic was imported'"
    )
    subprocess.run([sys.executable, "-c", program, location.url], check=True)


def _run_sql(location: Location, *statements: str) -> None:
    engine = engine_for(location, reading=False)
    with writing(engine).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_journal_of_a_newer_version_is_left_alone(location: Location) -> None:
    open_journal(location).close()
    _run_sql(location, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(JournalUnavailable, match="newer version of Twiceshy"):
        open_journal(location)


def test_a_database_of_something_else_is_left_alone(location: Location) -> None:
    _run_sql(location, "CREATE TABLE turn (id INTEGER)")
    with pytest.raises(JournalUnavailable, match="something else"):
        open_journal(location)
