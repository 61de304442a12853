from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import asyncssh
import pytest

from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.model.ids import HostId
from twiceshy.model.reach import SshReach, parse_reach
from twiceshy.probes.reach import read_file, run
from twiceshy.probes.reach_outcome import Ran
from twiceshy.probes.view import View

T = TypeVar("T")
NOW = datetime(2024, 6, 7, 12, tzinfo=UTC)
HERE = Host(HostId("mail-1"))
PYTHON = sys.executable


def view(timeout_seconds: float = 20) -> View:
    return View("desk", timeout_seconds, lambda: NOW)


def local(*argv: str, timeout_seconds: float = 20, limit_bytes: int = 10_000) -> Ran | Unseen:
    return asyncio.run(run(HERE, argv, view(timeout_seconds), limit_bytes=limit_bytes))


def why(seen: object) -> str:
    assert isinstance(seen, Unseen)
    assert (seen.at, seen.vantage) == (NOW, "desk")
    return seen.why


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    # A zombie has ended; in a container its adoptive parent may never collect it.
    return state in {"Z", "X"}


def wait_until_gone(pid: int) -> None:
    """Blocks until the process has ended; the time-out of the test is the limit."""
    while not is_gone(pid):
        os.sched_yield()


def test_it_runs_a_command_and_keeps_both_outputs_and_the_exit_code() -> None:
    ran = local("sh", "-c", "printf out; printf 'first\\nlast\\n' >&2; exit 3")
    assert ran == Ran(3, b"out", b"first\nlast\n")
    assert ran.complaint == "last"


def test_a_silent_failure_complains_with_its_exit_code() -> None:
    ran = local("sh", "-c", "exit 7")
    assert isinstance(ran, Ran)
    assert ran.complaint == "exit code 7"


def test_arguments_are_never_read_by_a_shell() -> None:
    assert local("printf", "%s", "$(id); rm *") == Ran(0, b"$(id); rm *", b"")


def test_a_command_ended_by_a_signal_has_a_negative_exit_code() -> None:
    assert local("sh", "-c", "kill -TERM $$") == Ran(-signal.SIGTERM, b"", b"")


def test_a_command_that_is_not_installed_is_unseen() -> None:
    assert why(local("no-such-command")) == "mail-1: no-such-command is not installed"


@pytest.mark.parametrize("argv", [("printf", "a\0b"), ("/",)])
def test_a_command_that_cannot_be_started_is_unseen(argv: tuple[str, ...]) -> None:
    assert "could not be started" in why(local(*argv))


def test_the_time_out_ends_the_command_and_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 60 & echo $$ $! > {pids}; sleep 60"
    assert (
        why(local("sh", "-c", script, timeout_seconds=0.5)) == "mail-1: sh took longer than 0.5 s"
    )
    for pid in pids.read_text().split():
        wait_until_gone(int(pid))


def test_the_time_out_holds_when_a_runaway_child_keeps_the_output_open(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = (
        "import os, subprocess;"
        "child = subprocess.Popen(['sleep', '60'], start_new_session=True);"
        f"open({str(pid)!r}, 'w').write(str(child.pid))"
    )
    seen = local(PYTHON, "-c", code, timeout_seconds=1)
    runaway = int(pid.read_text())
    try:
        assert "took longer" in why(seen)
        assert not is_gone(runaway)
    finally:
        os.kill(runaway, signal.SIGKILL)


def test_an_endless_output_is_cut_off() -> None:
    assert why(local("yes")) == "mail-1: yes printed more than 10000 bytes"


def test_it_reads_a_local_file(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_bytes(b"\x00\xff")
    assert asyncio.run(read_file(HERE, str(file), view())) == b"\x00\xff"


def test_a_file_that_is_missing_too_long_or_not_a_file_is_unseen(tmp_path: Path) -> None:
    long = tmp_path / "long"
    long.write_bytes(b"x" * 11)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)

    def read(path: Path | str) -> bytes | Unseen:
        return asyncio.run(read_file(HERE, str(path), view(), limit_bytes=10))

    assert why(read(tmp_path / "none")).endswith(
        "none could not be read: No such file or directory"
    )
    assert why(read("/")).endswith("/ could not be read: not a regular file")
    assert why(read(fifo)).endswith("fifo could not be read: not a regular file")
    assert why(read(long)).endswith("long is longer than 10 bytes")
    assert why(read("a\0b")).endswith("could not be read: embedded null byte")
    assert why(read("/dev/zero")).endswith("could not be read: not a regular file")


@dataclass
class SshServer:
    """What a server was asked: its commands and the signals that came with them."""

    port: int = 0
    commands: list[str] = field(default_factory=list)
    signals: asyncio.Queue[str] = field(default_factory=asyncio.Queue)


class Session(asyncssh.SSHServerSession[bytes]):
    """One command at the far end, as sshd would run it."""

    def __init__(self, server: SshServer) -> None:
        self.server = server
        self.command = ""
        self.may_write = asyncio.Event()
        self.may_write.set()

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self.chan = chan

    def exec_requested(self, command: str) -> bool:
        self.command = command
        self.server.commands.append(command)
        return True

    def session_started(self) -> None:
        self.running = asyncio.ensure_future(self.serve())

    def pause_writing(self) -> None:
        self.may_write.clear()

    def resume_writing(self) -> None:
        self.may_write.set()

    def eof_received(self) -> bool:
        return True

    def signal_received(self, signal: str) -> None:
        self.server.signals.put_nowait(signal)
        self.end()

    def connection_lost(self, _: Exception | None) -> None:
        self.end()

    def end(self) -> None:
        # A second cancellation would interrupt the clearing up after the first.
        if not self.running.cancelling():
            self.running.cancel()

    async def serve(self) -> None:
        child = await asyncio.create_subprocess_shell(
            self.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert child.stdout is not None
        assert child.stderr is not None
        try:
            await asyncio.gather(
                self.pump(child.stdout, None),
                self.pump(child.stderr, asyncssh.EXTENDED_DATA_STDERR),
            )
            exit_code = await child.wait()
            if exit_code < 0:
                self.chan.exit_with_signal(signal.Signals(-exit_code).name.removeprefix("SIG"))
            else:
                self.chan.exit(exit_code)
        finally:
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGKILL)
            child._transport.close()  # type: ignore[attr-defined] # nobody reads its pipes now

    async def pump(self, source: asyncio.StreamReader, kind: int | None) -> None:
        while data := await source.read(4096):
            await self.may_write.wait()
            self.chan.write(data, kind)


@asynccontextmanager
async def ssh_server(home: Path, *, trusted: bool = True) -> AsyncIterator[SshServer]:
    """A real SSH server on loopback that runs what it is asked to, and a home that knows it."""
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    known_key = host_key if trusted else asyncssh.generate_private_key("ssh-ed25519")
    user_key = asyncssh.generate_private_key("ssh-ed25519")
    ssh = home / ".ssh"
    ssh.mkdir(mode=0o700)
    user_key.write_private_key(ssh / "id_ed25519")
    user_key.write_public_key(ssh / "authorized_keys")
    seen = SshServer()

    class Door(asyncssh.SSHServer):
        def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
            return Session(seen)

    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=Door,
        server_host_keys=[host_key],
        authorized_client_keys=str(ssh / "authorized_keys"),
        encoding=None,
    )
    async with server:
        seen.port = server.get_port()
        public = known_key.export_public_key().decode().strip()
        (ssh / "known_hosts").write_text(f"[127.0.0.1]:{seen.port} {public}\n")
        yield seen


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return tmp_path


def over_ssh(
    home: Path, look: Callable[[Host, SshServer], Awaitable[T]], *, trusted: bool = True
) -> T:
    async def scene() -> T:
        async with ssh_server(home, trusted=trusted) as server:
            host = Host(HostId("mail-1"), reach=f"ssh://ops@127.0.0.1:{server.port}")
            return await look(host, server)

    return asyncio.run(scene())


def test_it_runs_a_command_over_ssh(home: Path) -> None:
    async def look(host: Host, _: SshServer) -> Ran | Unseen:
        return await run(host, ("sh", "-c", "printf '%s' \"a  b\"; echo no >&2; exit 4"), view())

    assert over_ssh(home, look) == Ran(4, b"a  b", b"no\n")


def test_arguments_reach_the_other_end_unchanged(home: Path) -> None:
    async def look(host: Host, _: SshServer) -> Ran | Unseen:
        return await run(host, ("printf", "%s|", "$(id)", "it's", ""), view())

    assert over_ssh(home, look) == Ran(0, b"$(id)|it's||", b"")


def test_it_reads_a_file_over_ssh(home: Path) -> None:
    (home / "-file").write_bytes(b"\x00\xff")

    async def look(host: Host, _: SshServer) -> tuple[bytes | Unseen, ...]:
        return (
            await read_file(host, str(home / "-file"), view()),
            await read_file(host, str(home / "none"), view()),
            await read_file(host, "/dev/zero", view(), limit_bytes=1000),
        )

    found, missing, endless = over_ssh(home, look)
    assert found == b"\x00\xff"
    assert "No such file or directory" in why(missing)
    assert "more than 1000 bytes" in why(endless)


def test_another_host_key_than_the_known_one_is_unseen(home: Path) -> None:
    async def look(host: Host, server: SshServer) -> tuple[Ran | Unseen, list[str]]:
        return await run(host, ("true",), view()), server.commands

    seen, commands = over_ssh(home, look, trusted=False)
    assert why(seen) == "mail-1: 127.0.0.1 shows a host key that is not in known_hosts"
    assert isinstance(seen, Unseen)
    assert seen.next_step is not None
    assert "by hand: ssh -p " in seen.next_step
    assert commands == []


def test_a_host_that_was_never_met_is_unseen(home: Path) -> None:
    async def look(host: Host, server: SshServer) -> tuple[Ran | Unseen, list[str]]:
        (home / ".ssh" / "known_hosts").unlink()
        return await run(host, ("true",), view()), server.commands

    seen, commands = over_ssh(home, look)
    assert "not in known_hosts" in why(seen)
    assert commands == []


def test_a_host_that_does_not_know_our_key_is_unseen(home: Path) -> None:
    async def look(host: Host, _: SshServer) -> Ran | Unseen:
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(home / ".ssh/id_ed25519")
        return await run(host, ("true",), view())

    assert why(over_ssh(home, look)) == "mail-1: 127.0.0.1 does not accept our keys"


def test_a_key_file_that_is_no_key_is_unseen(home: Path) -> None:
    async def look(host: Host, _: SshServer) -> Ran | Unseen:
        (home / ".ssh" / "config").write_text("IdentityFile ~/.ssh/known_hosts\n")
        return await run(host, ("true",), view())

    assert "mail-1: " in why(over_ssh(home, look))


def test_a_port_where_nobody_listens_is_unseen(home: Path) -> None:
    async def look(host: Host, _: SshServer) -> Ran | Unseen:
        return await run(Host(host.id, reach="ssh://127.0.0.1:1"), ("true",), view())

    assert "no SSH connection to 127.0.0.1" in why(over_ssh(home, look))


def test_the_time_out_holds_over_ssh_and_kills_the_command(home: Path) -> None:
    pid = home / "pid"

    async def look(host: Host, _: SshServer) -> Ran | Unseen:
        seen = await run(host, ("sh", "-c", f"echo $$ > {pid}; sleep 60"), view(2))
        await asyncio.to_thread(wait_until_gone, int(pid.read_text()))
        return seen

    assert why(over_ssh(home, look)) == "mail-1: sh took longer than 2 s"


def test_the_time_out_sends_the_signal_before_the_connection_goes(home: Path) -> None:
    async def look(host: Host, server: SshServer) -> str:
        await run(host, ("sleep", "60"), view(1.5))
        return await server.signals.get()

    assert over_ssh(home, look) == "KILL"


@pytest.mark.usefixtures("home")
def test_the_time_out_holds_when_the_server_never_speaks() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = Host(HostId("mail-1"), reach=f"ssh://127.0.0.1:{silent.getsockname()[1]}")
        seen = asyncio.run(run(host, ("true",), view(1)))
    assert "took longer than 1 s" in why(seen)


def test_an_endless_output_over_ssh_is_cut_off(home: Path) -> None:
    async def look(host: Host, _: SshServer) -> Ran | Unseen:
        return await run(host, ("yes",), view(), limit_bytes=100_000)

    assert why(over_ssh(home, look)) == "mail-1: yes printed more than 100000 bytes"


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("local", None),
        ("ssh://mail-1", SshReach("mail-1")),
        ("ssh://ops@mail-1.example.org:2222", SshReach("mail-1.example.org", 2222, "ops")),
        ("ssh://[2001:db8::1]:22", SshReach("2001:db8::1", 22)),
    ],
)
def test_a_reach_is_read(text: str, way: SshReach | None) -> None:
    assert parse_reach(text) == way


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Local",
        "mail-1",
        "ssh://",
        "ssh://ops:hunter2@mail-1",
        "ssh://mail-1:0",
        "ssh://mail-1:99999",
        "ssh://mail-1/path",
        "ssh://-oProxyCommand=x",
        "ssh://-x@mail-1",
        "http://mail-1",
        "ssh://[::1",
    ],
)
def test_a_reach_that_cannot_be_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_reach(text)
    assert "hunter2" not in str(refusal.value)
