"""The certificates and keys that a web server's configuration names, without any private key.

Certificates are cut out of their files on the host (`sed`), so that a key in the same file stays
there; of a key file only the public half comes, which `openssl pkey -pubout` writes there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import MappingProxyType

from twiceshy.kinds.webserver.facts import FileState, Promise
from twiceshy.kinds.webserver.proposals import seen_in
from twiceshy.model.configuration import Configuration
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes.reach import run
from twiceshy.probes.view import View

MOST_FILES = 500
_AT_ONCE = 8
_CERTIFICATE, _KEY = "certificate", "key"
_CERTIFICATES = "/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/,/-----END [A-Z0-9 ]*CERTIFICATE-----/p"


async def with_tls_files(
    configuration: Configuration, host: Host, promise: Promise, view: View
) -> Configuration:
    """The configuration with the certificates and public keys that its listeners name."""
    _, listeners, _, _ = seen_in(configuration, promise.files, promise.servers)
    pairs = [pair for one in listeners for pair in one.pairs]
    folders = await _folders(
        dict.fromkeys(
            pair.certificate.path
            for pair in pairs
            if pair.certificate.state is FileState.NOT_HANDED_IN
        ),
        host,
        view,
    )
    certificates: dict[str, None] = {}
    keys: dict[str, None] = {}
    for pair in pairs:
        for path in folders.get(pair.certificate.path, (pair.certificate.path,)):
            certificates[path] = None
        for path in folders.get(pair.key.path, (pair.key.path,)):
            keys[path] = None
    files: dict[str, bytes] = {}
    unseen: dict[str, str] = {}
    at_once = asyncio.Semaphore(_AT_ONCE)
    wanted = [
        path for path in dict.fromkeys([*certificates, *keys]) if path not in configuration.files
    ]
    for path in wanted[MOST_FILES:]:
        unseen[path] = f"there are more than the {MOST_FILES} files that are read"

    async def read(path: str) -> None:
        async with at_once:
            roles = frozenset(
                role
                for role, paths in ((_CERTIFICATE, certificates), (_KEY, keys))
                if path in paths
            )
            found = await _seen(path, roles, host, view)
        if isinstance(found, bytes):
            files[path] = found
        else:
            unseen[path] = found

    await asyncio.gather(*(read(path) for path in wanted[:MOST_FILES]))
    return Configuration(
        files=MappingProxyType({**configuration.files, **files}),
        origin=configuration.origin,
        prefix=configuration.prefix,
        unseen=MappingProxyType({**configuration.unseen, **unseen}),
        modes=configuration.modes,
    )


async def _folders(paths: Iterable[str], host: Host, view: View) -> dict[str, tuple[str, ...]]:
    """The files in those paths that are folders, as HAProxy's `crt` may name one."""
    asked = [path for path in paths if path]
    if not asked:
        return {}
    argv = ("find", "-L", *asked[:MOST_FILES], "-maxdepth", "1", "-type", "f", "-print0")
    ran = await run(host, argv, view)
    if isinstance(ran, Unseen):
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for name in ran.stdout.split(b"\0"):
        path = name.decode("utf-8", "surrogateescape")
        folder = next((one for one in asked if path.startswith(one.rstrip("/") + "/")), None)
        if folder is not None:
            found[folder] = (*found.get(folder, ()), path)
    return found


async def _seen(path: str, roles: frozenset[str], host: Host, view: View) -> bytes | str:
    """What the file holds that may be seen, or why it could not be read."""
    found = b""
    if _CERTIFICATE in roles:
        ran = await run(host, ("sed", "-n", "-e", _CERTIFICATES, "--", path), view)
        if isinstance(ran, Unseen):
            return ran.why
        if ran.exit_code != 0:
            return ran.complaint
        found = ran.stdout
    if _KEY in roles:
        # An empty password in place of a question on the terminal, which nobody would answer.
        argv = ("openssl", "pkey", "-in", path, "-pubout", "-passin", "pass:")
        ran = await run(host, argv, view)
        if isinstance(ran, Unseen):
            return found or ran.why
        if ran.exit_code != 0 and not found:
            return await _why_no_key(path, host, view)
        found += ran.stdout if ran.exit_code == 0 else b""
    return found


async def _why_no_key(path: str, host: Host, view: View) -> str:
    """Why openssl could not read a key: its own words do not tell a missing file from others."""
    ran = await run(host, ("head", "-c", "0", "--", path), view)
    if isinstance(ran, Unseen):
        return ran.why
    if ran.exit_code != 0:
        return ran.complaint
    return "openssl cannot read a private key in it (encrypted, or something else)"
