"""A firewall of one's own: network namespaces that end with the test, and packets through them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.farm.kernel.messages import Caught, Done, Shot, read_message, write_message

ROOT = Path(__file__).parents[3]
USERS = (0, 0, 1000, 1001) if os.geteuid() == 0 else (0,)
"""Who sends the firewall's own packets: a user namespace made without root has one user alone."""
_SETUP = 'mount -t tmpfs tmpfs /run && exec "$@"'


class NoNamespaces(Exception):
    """Network namespaces cannot be made here: why."""


def unshare() -> list[str]:
    """The command before a command that runs it in namespaces of its own, /run an empty folder.

    As root without a user namespace, so that packets of other users can be sent.
    """
    flags = "-nm" if os.geteuid() == 0 else "-Urnm"
    alone = ["unshare", flags, "--pid", "--fork", "--mount-proc", "--kill-child"]
    return [*alone, "sh", "-c", _SETUP, "_"]


def why_not() -> str | None:
    """Why no network namespaces can be had here; None when they can."""
    try:
        tried = subprocess.run(
            [*unshare(), "ip", "link", "add", "v0", "type", "veth"],
            capture_output=True,
            check=False,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no network namespaces here: {error}"
    if tried.returncode == 0:
        return None
    complaint = tried.stderr.decode("utf-8", "replace").strip() or f"code {tried.returncode}"
    return f"no network namespaces here: {complaint}"


class Kernel:
    """A firewall with two interfaces on each side; all of it ends with `close`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [*unshare(), sys.executable, "-m", "tests.farm.kernel.inside", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
        )
        try:
            self._read()
        except NoNamespaces:
            self.close()
            raise

    def run(self, *argv: str, given: str = "") -> Done:
        """A command in the firewall's namespace."""
        done = self._ask("run", argv, given)
        assert isinstance(done, Done)
        return done

    def must(self, *argv: str, given: str = "") -> str:
        """The output of a command that has to succeed."""
        done = self.run(*argv, given=given)
        if done.code != 0:
            raise RuntimeError(f"{' '.join(argv)}: {done.complaint}\n{given}")
        return done.output

    def route(self, inside: str, outside: str) -> None:
        """By which interfaces packets leave: what comes from inside, and what comes back."""
        self._ask("route", inside, outside)

    def forget_connections(self) -> None:
        """Every packet is the first of its connection again."""
        self._ask("forget")

    def hush(self, version: int, *, is_quiet: bool) -> None:
        """Whether the firewall itself answers nothing of an IP version, until told otherwise."""
        self._ask("hush", version, is_quiet)

    def send(self, shots: Sequence[Shot]) -> list[Caught]:
        """Send packets; what arrived because of them."""
        caught: list[Caught] = self._ask("send", list(shots))
        return caught

    def close(self) -> None:
        """End the process inside, and with it the namespaces and all in them."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()

    def _ask(self, *request: object) -> Any:
        assert self._process.stdin is not None
        write_message(self._process.stdin, request)
        answer = self._read()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _read(self) -> Any:
        assert self._process.stdout is not None
        try:
            return read_message(self._process.stdout)
        except EOFError as error:
            self._process.wait(10)
            assert self._process.stderr is not None
            complaint = self._process.stderr.read().decode("utf-8", "replace")
            raise NoNamespaces(complaint) from error


@contextmanager
def firewall() -> Iterator[Kernel]:
    """A firewall for as long as the block lasts."""
    kernel = Kernel()
    try:
        yield kernel
    finally:
        kernel.close()
