"""Alembic's entry: migrates on the connection it is handed, inside the transaction that is open.

A new migration is written by hand as `versions/v<number>_<what>.py`; a test compares what the
migrations build with `store/schema.py`, on every database in use.
"""

from __future__ import annotations

from alembic import context

from twiceshy.store.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
