"""The Postfix of a host: its two files, whether what they name is there, and its addresses.

No table is read, and no private key: `find` says what is there and what is older than its text,
`grep -l` which certificate files hold a key.
"""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType

from twiceshy.kinds.mail.facts import FileState, PostfixSeen, Promise
from twiceshy.kinds.mail.proposals import INDEXED, named_files, seen_in
from twiceshy.languages.postfix import instances_of
from twiceshy.model.configuration import Configuration
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes.reach import read_file, run
from twiceshy.probes.view import View

LIMIT_BYTES = 8 * 1024 * 1024
_ADDRESS = re.compile(r"\binet6? ([0-9a-fA-F.:]+)")
_CERTIFICATE = re.compile(r"file of smtpd?_tls_\w*cert_file")


async def postfix_on(host: Host, promise: Promise, view: View) -> tuple[PostfixSeen, ...] | str:
    """What the host's Postfix is set to; empty when there is none, or why it was not read."""
    folder = promise.config_dir.rstrip("/")
    paths = promise.files or (f"{folder}/main.cf", f"{folder}/master.cf")
    files: dict[str, bytes] = {}
    for path in paths:
        found = await read_file(host, path, view, limit_bytes=LIMIT_BYTES)
        if isinstance(found, bytes):
            files[path] = found
        elif promise.files or "no such file" not in found.why.lower():
            return found.why.removeprefix(f"{host.id}: ")
    if not files:
        return ()
    bare = Configuration(files=MappingProxyType(files), origin=str(host.id))
    named = dict.fromkeys(path for one in instances_of(bare) for _, _, path in named_files(one))
    unseen = await _state(host, tuple(named), view)
    seen = seen_in(
        Configuration(files=bare.files, origin=str(host.id), unseen=MappingProxyType(unseen))
    )
    own = await _addresses(host, view)
    keys = await _with_keys(host, seen, view)
    return tuple(
        replace(
            one,
            own_addresses=own,
            files=tuple(
                replace(file, holds_a_key=None if keys is None else file.path in keys)
                for file in one.files
            ),
        )
        for one in seen
    )


async def _state(host: Host, paths: tuple[str, ...], view: View) -> dict[str, str]:
    """Path to what `Configuration.unseen` says of it."""
    if not paths:
        return {}
    ran = await run(host, ("find", "-L", *paths, "-maxdepth", "0", "-print0"), view)
    if isinstance(ran, Unseen):
        return dict.fromkeys(paths, ran.why)
    there = {name.decode("utf-8", "surrogateescape") for name in ran.stdout.split(b"\0") if name}
    said = ran.stderr.decode("utf-8", "replace")
    state: dict[str, str] = {}
    for path in paths:
        if path in there:
            stale = await _is_stale(host, path, view)
            state[path] = "older than its text" if stale else "not read: only that it is there"
        elif f"{path}’: No such file" in said or f"{path}': No such file" in said:
            state[path] = "no such file"
        else:
            state[path] = "it could not be looked at"
    return state


async def _is_stale(host: Host, path: str, view: View) -> bool:
    ending = f".{path.rpartition('.')[2]}"
    text = path.removesuffix(ending)
    if ending not in INDEXED.values() or text == path:
        return False
    ran = await run(host, ("find", "-L", text, "-maxdepth", "0", "-newer", path), view)
    return not isinstance(ran, Unseen) and bool(ran.stdout.strip())


async def _addresses(host: Host, view: View) -> tuple[str, ...] | None:
    ran = await run(host, ("ip", "-o", "address", "show"), view)
    if isinstance(ran, Unseen) or ran.exit_code != 0:
        return None
    text = ran.stdout.decode("utf-8", "replace")
    return tuple(dict.fromkeys(found[1] for found in _ADDRESS.finditer(text))) or None


async def _with_keys(
    host: Host, seen: tuple[PostfixSeen, ...], view: View
) -> frozenset[str] | None:
    paths = [
        file.path
        for one in seen
        for file in one.files
        if _CERTIFICATE.fullmatch(file.what) and file.state is FileState.THERE
    ]
    if not paths:
        return None
    ran = await run(host, ("grep", "-l", "-e", "PRIVATE KEY-----", "--", *paths), view)
    if isinstance(ran, Unseen) or ran.exit_code > 1:
        return None
    return frozenset(ran.stdout.decode("utf-8", "surrogateescape").splitlines())
