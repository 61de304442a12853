"""One name, asked of this host's resolver or of one name server."""

from __future__ import annotations

import asyncio

from twiceshy.kinds.host.facts import NameSeen, NameState, nameserver
from twiceshy.probes.resolve import NoAddress, Unresolved, look_up


async def look_at_name(name: str, server: str | None, timeout_seconds: float) -> NameSeen:
    """Look `name` up; `server` None asks the system's resolver, /etc/hosts included."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    if server is None:
        found = await look_up(name, timeout_seconds)
    else:
        # Only here, because dnspython is slow to import and few guards name a server.
        from twiceshy.probes.host_nameserver import ask

        address, port = nameserver(server)
        found = await ask(name, address, port, timeout_seconds)
    took_ms = round((loop.time() - began) * 1000, 3)
    if isinstance(found, Unresolved):
        state = _state(found)
        return NameSeen(name, state, why=found.why, nameserver=server, took_ms=took_ms)
    return NameSeen(name, NameState.FOUND, found, nameserver=server, took_ms=took_ms)


def _state(unresolved: Unresolved) -> NameState:
    if unresolved.is_an_answer:
        return NameState.NOT_FOUND
    if unresolved.code in {NoAddress.NOT_ASKED, NoAddress.NOT_A_NAME}:
        return NameState.NOT_ASKED
    return NameState.UNSEEN
