"""How a database becomes a journal of this version: Alembic's scripts, and the one call to run them."""

from __future__ import annotations

from pathlib import Path

import alembic.command
import alembic.config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

FOLDER = Path(__file__).parent


def _configuration() -> alembic.config.Config:
    configuration = alembic.config.Config()
    # A % in the folder's name would otherwise be taken for an interpolation.
    configuration.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return configuration


def known_revisions() -> frozenset[str]:
    """Every revision this version of Twiceshy has a script for."""
    scripts = ScriptDirectory.from_config(_configuration())
    return frozenset(script.revision for script in scripts.walk_revisions())


def head() -> str | None:
    """The newest revision."""
    return ScriptDirectory.from_config(_configuration()).get_current_head()


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest revision, inside the transaction that is open."""
    configuration = _configuration()
    configuration.attributes["connection"] = connection
    alembic.command.upgrade(configuration, "head")
