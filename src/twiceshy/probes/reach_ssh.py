"""Commands over SSH, with the keys, the agent, the configuration and the known hosts of the user.

Nothing is ever asked and no unknown host key is ever accepted: a host that has not been met is
Unseen until a person has compared its key.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import suppress

import asyncssh

from twiceshy.model.reach import SshReach
from twiceshy.probes.reach_outcome import NotReached, Ran, read_bounded


async def run_over_ssh(way: SshReach, argv: Sequence[str], given: bytes, limit_bytes: int) -> Ran:
    """Run `argv` at the other end, quoted for its shell, with `given` as its standard input.

    Raises NotReached when the host lets nobody in, OutputTooLong past `limit_bytes`. When cancelled
    the remote command is sent SIGKILL and the connection is dropped.
    """
    try:
        connection = await asyncssh.connect(
            way.name, way.port, **({} if way.user is None else {"username": way.user})
        )
    except asyncssh.HostKeyNotVerifiable as error:
        raise NotReached(
            f"{way.name} shows a host key that is not in known_hosts",
            f"Compare the key with the host's own, then connect once by hand: {_by_hand(way)}",
        ) from error
    except asyncssh.PermissionDenied as error:
        raise NotReached(
            f"{way.name} does not accept our keys",
            f"Try it by hand: {_by_hand(way)}",
        ) from error
    except (asyncssh.Error, OSError, ValueError) as error:
        # ValueError: a key file or an ssh_config that asyncssh cannot read.
        raise NotReached(f"no SSH connection to {way.name}: {error}") from error
    try:
        return await _run_on(connection, argv, given, limit_bytes)
    except (asyncssh.Error, OSError) as error:
        raise NotReached(f"the SSH connection to {way.name} broke: {error}") from error
    finally:
        # Sends what is still due, such as the signal, and does not wait for an answer.
        connection.close()


async def _run_on(
    connection: asyncssh.SSHClientConnection,
    argv: Sequence[str],
    given: bytes,
    limit_bytes: int,
) -> Ran:
    process: asyncssh.SSHClientProcess[bytes] = await connection.create_process(
        shlex.join(argv), stdin=asyncssh.PIPE if given else asyncssh.DEVNULL, encoding=None
    )
    try:
        if given:
            process.stdin.write(given)
            process.stdin.write_eof()
        stdout, stderr = await read_bounded((process.stdout, process.stderr), limit_bytes)
        await process.wait_closed()
    except BaseException:
        with suppress(OSError):
            process.kill()
        raise
    if process.returncode is None:
        raise NotReached("the command ended without saying how")
    return Ran(process.returncode, stdout, stderr)


def _by_hand(way: SshReach) -> str:
    user = "" if way.user is None else f"{way.user}@"
    return f"ssh -p {way.port} {user}{way.name}"
