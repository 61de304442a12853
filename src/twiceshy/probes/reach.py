"""The only door to a host: run a command there or read a file there, local or over SSH.

Commands are argument lists, never shell text. Everything is bounded: the time by the view, the
output by `limit_bytes`. What cannot be had comes back as Unseen with the reason, and nothing is
left running: a local command is ended with its whole process group, a remote one by a signal.
"""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from collections.abc import Sequence
from contextlib import suppress

from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.model.reach import LOCAL, parse_reach
from twiceshy.probes.reach_outcome import NotReached, OutputTooLong, Ran, read_bounded
from twiceshy.probes.view import View

LIMIT_BYTES = 1024 * 1024
"""What a command may print, on each of its outputs, and how long a file may be."""

GRACE_SECONDS = 1.0
"""How long a killed command is waited for: one that hangs in the kernel cannot be ended at all."""


async def run(
    host: Host,
    argv: Sequence[str],
    view: View,
    *,
    given: bytes = b"",
    limit_bytes: int = LIMIT_BYTES,
) -> Ran | Unseen:
    """Run `argv` on the host with `given` as its standard input, and wait for its end.

    A command that fails has still run: look at `exit_code`. Unseen means that it could not be
    started, took longer than `view.timeout_seconds`, or printed more than `limit_bytes`.
    """
    next_step = None
    try:
        async with asyncio.timeout(view.timeout_seconds):
            way = parse_reach(host.reach)
            if way is None:
                return await _run_here(argv, given, limit_bytes)
            # asyncssh takes half a second to import: only those who go over SSH pay for it.
            from twiceshy.probes.reach_ssh import run_over_ssh

            return await run_over_ssh(way, argv, given, limit_bytes)
    except NotReached as error:
        why, next_step = error.why, error.next_step
    except TimeoutError:
        why = f"{_name(argv)} took longer than {view.timeout_seconds:g} s"
    except OutputTooLong:
        why = f"{_name(argv)} printed more than {limit_bytes} bytes"
    except FileNotFoundError:
        why = f"{_name(argv)} is not installed"
    except (OSError, ValueError) as error:
        # ValueError: an argument with a NUL byte cannot be handed to any command.
        why = f"{_name(argv)} could not be started: {error}"
    return _unseen(host, why, view, next_step)


async def read_file(
    host: Host, path: str, view: View, *, limit_bytes: int = LIMIT_BYTES
) -> bytes | Unseen:
    """The bytes of one regular file on the host, all of them or none."""
    if host.reach == LOCAL:
        return await _read_here(host, path, view, limit_bytes)
    ran = await run(host, ("cat", "--", path), view, limit_bytes=limit_bytes)
    if isinstance(ran, Unseen):
        return ran
    if ran.exit_code != 0:
        return _unseen(host, f"{path} could not be read: {ran.complaint}", view)
    return ran.stdout


async def _run_here(argv: Sequence[str], given: bytes, limit_bytes: int) -> Ran:
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.PIPE if given else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        if process.stdin is not None:
            # Buffered by the loop and written while the outputs are read: neither waits for the other.
            process.stdin.write(given)
            process.stdin.close()
        stdout, stderr = await read_bounded((process.stdout, process.stderr), limit_bytes)
        exit_code = await process.wait()
    except BaseException:
        # The group outlives its leader when a child still holds the pipe: end them all.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        # A child in a session of its own may keep the pipes open as long as it likes, and
        # process.wait() waits for them too: they are closed from this side first.
        process._transport.close()  # type: ignore[attr-defined] # noqa: SLF001 - no public way
        await asyncio.wait((asyncio.ensure_future(process.wait()),), timeout=GRACE_SECONDS)
        raise
    return Ran(exit_code, stdout, stderr)


async def _read_here(host: Host, path: str, view: View, limit_bytes: int) -> bytes | Unseen:
    try:
        async with asyncio.timeout(view.timeout_seconds):
            data = await asyncio.to_thread(_read_regular, path, limit_bytes)
    except TimeoutError:
        return _unseen(host, f"reading {path} took longer than {view.timeout_seconds:g} s", view)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return _unseen(host, f"{path} could not be read: {why}", view)
    if len(data) > limit_bytes:
        return _unseen(host, f"{path} is longer than {limit_bytes} bytes", view)
    return data


def _read_regular(path: str, limit_bytes: int) -> bytes:
    # Without O_NONBLOCK opening a FIFO waits for a writer, and no time-out ends a thread.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(limit_bytes + 1)
    finally:
        os.close(descriptor)


def _name(argv: Sequence[str]) -> str:
    return argv[0] if argv else "an empty command"


def _unseen(host: Host, why: str, view: View, next_step: str | None = None) -> Unseen:
    return Unseen(f"{host.id}: {why}", view.now(), view.vantage, next_step)
