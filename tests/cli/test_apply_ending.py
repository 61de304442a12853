"""How `twiceshy apply` ends: an answer at a terminal, an interruption at any moment, a cut line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

PROGRAM = str(Path(sys.executable).with_name("twiceshy"))


@dataclass
class Place:
    """A folder with an estate, a live file, its successor, and what was approved of it."""

    folder: Path
    id: str = ""

    @property
    def live(self) -> Path:
        return self.folder / "live/app.conf"

    @property
    def decided(self) -> Path:
        return self.folder / f"state/changes/{self.id}/decided/how"

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, *words], cwd=self.folder, capture_output=True, text=True, check=False
        )

    def approve(self) -> None:
        at = ("--after", "new", "--at", str(self.folder / "live"))
        told = self.run("review", "--live", "here", *at, "--format", "json")
        assert not told.returncode, told.stderr
        self.id = str(json.loads(told.stdout)["id"])
        assert not self.run("approve", self.id, "--by", "ops").returncode

    def words(self, activate: str = "true", seconds: int = 600) -> list[str]:
        return [
            PROGRAM, "apply", self.id, "--after", "new", "--at", str(self.folder / "live"),
            "--host", "here", "--confirm-within", str(seconds), "--activate", activate,
        ]  # fmt: skip

    def steps(self) -> list[str]:
        with sqlite3.connect(self.folder / "twiceshy.db") as journal:
            return [row[0] for row in journal.execute("SELECT step FROM application ORDER BY id")]

    def until_decided(self) -> str:
        while not self.decided.exists():
            os.sched_yield()
        return self.decided.read_text().strip()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    (tmp_path / "twiceshy.yaml").write_text("version: 1\nhosts:\n  here: {reach: local}\n")
    for name, content in (("live", "one\n"), ("new", "two\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.conf").write_text(content)
    monkeypatch.setenv("TWICESHY_STATE", str(tmp_path / "state"))
    made = Place(tmp_path)
    made.approve()
    yield made
    for watching in (tmp_path / "state").rglob("watching"):
        with suppress(ProcessLookupError):
            os.killpg(int(watching.read_text()), signal.SIGKILL)


class Terminal:
    """A program that has a terminal of its own."""

    def __init__(self, words: list[str], folder: Path, typed: bytes = b"") -> None:
        self.master, slave = os.openpty()
        os.write(self.master, typed)
        self.said = b""
        self.program = subprocess.Popen(
            ["setsid", "--ctty", *words], cwd=folder, stdin=slave, stdout=slave, stderr=slave
        )
        os.close(slave)

    def until(self, words: bytes) -> None:
        while words not in self.said:
            self.said += os.read(self.master, 4096)

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def left(self) -> int:
        with suppress(OSError):
            while more := os.read(self.master, 4096):
                self.said += more
        os.close(self.master)
        return self.program.wait()


@pytest.mark.parametrize(
    ("typed", "code", "content", "step"),
    [
        (b"yes\n", 0, "two\n", "confirmed"),
        (b"\nY\n", 0, "two\n", "confirmed"),
        (b"no\n", 1, "one\n", "rolled back"),
        (b"perhaps\n", 1, "one\n", "rolled back"),
        (b"\x04", 1, "one\n", "rolled back"),
    ],
)
def test_an_answer_at_the_terminal_decides(
    place: Place, typed: bytes, code: int, content: str, step: str
) -> None:
    terminal = Terminal(place.words(), place.folder)
    terminal.until(b"[yes/no] ")
    terminal.type(typed)
    assert terminal.left() == code
    assert place.live.read_text() == content
    assert place.steps() == ["begun", "applied", step]


def test_what_was_typed_before_the_question_is_no_answer(place: Place) -> None:
    terminal = Terminal(place.words(), place.folder, typed=b"yes\n")
    terminal.until(b"[yes/no] ")
    terminal.until(b"[yes/no] \r")
    terminal.type(b"no\n")
    assert terminal.left() == 1


def test_an_answer_from_elsewhere_ends_the_question(place: Place) -> None:
    terminal = Terminal(place.words(), place.folder)
    terminal.until(b"[yes/no] ")
    assert place.run("confirm", place.id, "--host", "here").returncode == 0
    assert terminal.left() == 0
    assert b"\r\nconfirmed: it stays" in terminal.said


@pytest.mark.parametrize(
    ("how", "code"), [("ctrl-c", 130), ("closed", 129), ("SIGTERM", 143), ("SIGKILL", -9)]
)
def test_whoever_leaves_while_it_is_asked_leaves_it_to_the_host(
    place: Place, how: str, code: int
) -> None:
    terminal = Terminal(place.words(seconds=3), place.folder)
    terminal.until(b"[yes/no] ")
    if how == "ctrl-c":
        terminal.type(b"\x03")
    elif how == "closed":
        os.close(terminal.master)
    else:
        terminal.program.send_signal(signal.Signals[how])
    assert terminal.program.wait() == code
    assert place.until_decided() == "rolled back: nobody confirmed it within 3 s"
    assert place.live.read_text() == "one\n"
    assert place.steps() == ["begun", "applied"]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_whoever_leaves_while_it_is_put_in_place_leaves_it_to_the_host(
    place: Place, name: str
) -> None:
    for pipe in ("reached", "gate"):
        os.mkfifo(place.folder / pipe)
    at = place.folder
    activate = f"[ -e {at}/once ] || {{ touch {at}/once; echo >{at}/reached; cat {at}/gate; }}"
    program = subprocess.Popen(
        place.words(activate, seconds=3),
        cwd=at,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    (at / "reached").read_bytes()
    program.send_signal(signal.Signals[name])
    _, said = program.communicate()
    if name == "SIGKILL":
        assert place.steps() == ["begun"]
    else:
        assert program.returncode == 128 + signal.Signals[name]
        assert b"takes it back by itself" in said
        assert place.steps() == ["begun", "applied"]
    assert place.until_decided() == "rolled back: nobody confirmed it within 3 s"
    assert place.live.read_text() == "one\n"


def test_whoever_confirms_for_one_who_has_left_writes_it_down(place: Place) -> None:
    terminal = Terminal(place.words(), place.folder)
    terminal.until(b"[yes/no] ")
    terminal.program.kill()
    terminal.program.wait()
    assert place.run("confirm", place.id, "--host", "here").returncode == 0
    assert place.run("confirm", place.id, "--host", "here").returncode == 0
    assert place.steps() == ["begun", "applied", "confirmed"]


def test_confirming_too_late_says_that_it_was_taken_back(place: Place) -> None:
    ended = subprocess.run(
        place.words(seconds=2), cwd=place.folder, stdin=subprocess.DEVNULL, check=False
    )
    assert ended.returncode == 1
    late = place.run("confirm", place.id, "--host", "here")
    assert late.returncode == 1
    assert late.stdout == "here: rolled back: nobody confirmed it within 2 s\n"
    assert place.steps() == ["begun", "applied", "rolled back"]


async def serve(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """One command at the far end, as sshd would run it, with its standard input."""
    child = await asyncio.create_subprocess_shell(
        process.command or "true",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    stdout, stderr = await child.communicate(await process.stdin.read())
    with suppress(OSError):
        process.stdout.write(stdout)
        process.stderr.write(stderr)
        process.exit(child.returncode or 0)


def over_ssh(
    place: Place, monkeypatch: pytest.MonkeyPatch, activate: str, cut: Callable[[], None] | None
) -> tuple[int, str]:
    """Apply on a host behind a real SSH server; `cut` blocks until every connection is to go."""
    key, user = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    ssh = place.folder / ".ssh"
    ssh.mkdir(mode=0o700)
    user.write_private_key(ssh / "id_ed25519")
    user.write_public_key(ssh / "authorized_keys")
    monkeypatch.setenv("HOME", str(place.folder))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    open_: list[asyncssh.SSHServerConnection] = []

    class Door(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            open_.append(conn)

    async def scene() -> tuple[int, str]:
        server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=Door,
            server_host_keys=[key],
            authorized_client_keys=str(ssh / "authorized_keys"),
            process_factory=serve,
            encoding=None,
        )
        async with server:
            port = server.get_port()
            known = key.export_public_key().decode().strip()
            (ssh / "known_hosts").write_text(f"[127.0.0.1]:{port} {known}\n")
            (place.folder / "twiceshy.yaml").write_text(
                f"version: 1\nhosts:\n  here: {{reach: 'ssh://ops@127.0.0.1:{port}'}}\n"
            )
            program = await asyncio.create_subprocess_exec(
                *place.words(activate, seconds=3),
                cwd=place.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            if cut is not None:
                await asyncio.to_thread(cut)
                for connection in open_:
                    connection.abort()
            said, _ = await program.communicate()
        return program.returncode or 0, said.decode()

    return asyncio.run(scene())


def test_a_change_is_applied_and_taken_back_over_ssh(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = over_ssh(place, monkeypatch, f"cat {place.live} >>{place.folder}/seen", None)
    assert (code, said.splitlines()[-1]) == (1, "rolled back: nobody confirmed it within 3 s")
    assert (place.folder / "seen").read_text() == "two\none\n"
    assert place.live.read_text() == "one\n"


def test_a_change_that_cuts_its_own_connection_is_seen_to_be_taken_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = place.folder
    os.mkfifo(at / "reached")
    activate = f"[ -e {at}/once ] || {{ touch {at}/once; echo >{at}/reached; }}"

    def reached() -> None:
        (at / "reached").read_bytes()

    code, said = over_ssh(place, monkeypatch, activate, reached)
    assert (code, said.splitlines()[-1]) == (1, "rolled back: nobody confirmed it within 3 s")
    assert place.live.read_text() == "one\n"
    assert place.steps() == ["begun", "applied", "rolled back"]
