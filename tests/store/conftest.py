"""A journal on every database in use: a SQLite file, and a PostgreSQL server started for the tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId
from twiceshy.model.verdict import Verdict
from twiceshy.store.location import Location, located
from twiceshy.store.records import Observation, Run

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _server_programs() -> Path | None:
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgres_url(need: Callable[[str], str]) -> Iterator[str]:
    """A PostgreSQL server of our own on a free loopback port, ended with the tests."""
    programs = _server_programs() or Path(need("initdb")).parent
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="twiceshy-pg-") as folder:
        if as_user:
            shutil.chown(folder, "postgres", "postgres")
        data = f"{folder}/data"
        subprocess.run(
            [*as_user, str(programs / "initdb"), "-D", data, "-U", "keeper", "-A", "trust", "-N"],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
        control = [*as_user, str(programs / "pg_ctl"), "-D", data, "-w"]
        subprocess.run(
            [*control, "-o", options, "-l", f"{folder}/log", "start"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
        )
        try:
            yield f"postgresql://keeper@127.0.0.1:{port}"
        finally:
            subprocess.run(
                [*control, "-m", "immediate", "stop"],
                check=True,
                stdout=subprocess.DEVNULL,
                cwd=folder,
            )


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """An empty database of each sort."""
    if request.param == "sqlite":
        return located(f"sqlite:///{tmp_path}/journal.db")
    import psycopg

    server = request.getfixturevalue("postgres_url")
    name = f"j{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return located(f"{server}/{name}")


@pytest.fixture
def run_at() -> Callable[..., Run]:
    """A run that began at noon plus so many minutes."""

    def make(minutes: float = 0) -> Run:
        began = NOON + timedelta(minutes=minutes)
        return Run(began, began + timedelta(seconds=1), "desk", "0.1.0")

    return make


@pytest.fixture
def seen() -> Callable[..., Observation]:
    """An observation of the guard with this id, at noon plus so many minutes."""

    def make(guard_id: str, verdict: Verdict, minutes: float = 0) -> Observation:
        guard = Guard(
            GuardId(guard_id), KindId("certificate"), "mail", {"days": 21}, timedelta(hours=6)
        )
        return Observation(guard, verdict, NOON + timedelta(minutes=minutes), "desk", 0.25)

    return make
