"""From a name to its addresses, as the programs on this host see it: /etc/hosts, DNS and all.

`socket.getaddrinfo` cannot be interrupted, and a thread of asyncio's own pool that waits in it for
a dead name server keeps the process from ending. So each look-up runs in a daemon thread of its
own: when the time is up nobody waits for it any longer, not even at exit.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from dataclasses import dataclass
from enum import StrEnum

from twiceshy.model.endpoint_url import parse_endpoint
from twiceshy.model.estate import Endpoint
from twiceshy.model.fact import Unseen
from twiceshy.probes.view import View


class NoAddress(StrEnum):
    """Why a name gave no address."""

    NO_SUCH_NAME = "no_such_name"
    """DNS answered: the name does not exist."""
    NAME_WITHOUT_ADDRESS = "name_without_address"
    """DNS answered: the name exists and has neither an A nor an AAAA record."""
    NO_ANSWER = "no_answer"
    """No name server answered, or it failed: nothing is known of the name."""
    TIMED_OUT = "timed_out"
    """The time was up before anything was answered."""
    NOT_ASKED = "not_asked"
    """This host has no way to the name server."""
    NOT_A_NAME = "not_a_name"
    """What was asked for cannot be a host name."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A name that gave no address: the code, and a sentence for people."""

    code: NoAddress
    why: str

    @property
    def is_an_answer(self) -> bool:
        """Whether this is what DNS says of the name, instead of a look that failed."""
        return self.code in {NoAddress.NO_SUCH_NAME, NoAddress.NAME_WITHOUT_ADDRESS}


async def addresses_of(endpoint: Endpoint, view: View) -> tuple[str, ...] | Unseen:
    """The IP addresses to look at: those the estate gives, a literal one, else A and AAAA."""
    if endpoint.addresses:
        return endpoint.addresses
    found = await look_up(parse_endpoint(endpoint.url).host, view.timeout_seconds)
    if isinstance(found, Unresolved):
        return Unseen(found.why, view.now(), view.vantage, next_step=next_step(found))
    return found


def next_step(unresolved: Unresolved) -> str:
    """What to do about a name that gave no address."""
    if unresolved.is_an_answer:
        return "Check the spelling of the name, and its A and AAAA records."
    if unresolved.code is NoAddress.NOT_A_NAME:
        return "Correct the host in the URL."
    return "Check the name servers of this host, or give the endpoint's `addresses`."


async def look_up(name: str, timeout_seconds: float) -> tuple[str, ...] | Unresolved:
    """A and AAAA of `name` by the system's resolver: numeric, each once, in the system's order."""
    if is_address(name):
        return (name,)
    loop = asyncio.get_running_loop()
    done: asyncio.Future[tuple[str, ...] | Unresolved] = loop.create_future()

    def deliver(answer: tuple[str, ...] | Unresolved) -> None:
        if not done.done():
            done.set_result(answer)

    def ask() -> None:
        answer = _ask_the_system(name)
        try:
            loop.call_soon_threadsafe(deliver, answer)
        except RuntimeError:
            return  # the loop has ended: nobody waits for the answer any longer

    threading.Thread(target=ask, name=f"look-up of {name[:60]}", daemon=True).start()
    try:
        async with asyncio.timeout(timeout_seconds):
            return await done
    except TimeoutError:
        return Unresolved(
            NoAddress.TIMED_OUT, f"looking up {name} was not answered in {timeout_seconds:g} s"
        )


def is_address(text: str) -> bool:
    """Whether `text` is an IPv4 or IPv6 address instead of a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _ask_the_system(name: str) -> tuple[str, ...] | Unresolved:
    try:
        answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return unresolved(name, error)
    except (UnicodeError, ValueError):
        return Unresolved(NoAddress.NOT_A_NAME, f"{name[:60]!r} cannot be a host name")
    return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))


def unresolved(name: str, error: socket.gaierror) -> Unresolved:
    """What the resolver's error code says (getaddrinfo(3))."""
    if error.errno == socket.EAI_NONAME:
        return Unresolved(NoAddress.NO_SUCH_NAME, f"there is no such name as {name} in DNS")
    if error.errno == getattr(socket, "EAI_NODATA", None):
        return Unresolved(
            NoAddress.NAME_WITHOUT_ADDRESS, f"{name} has no address (no A and no AAAA record)"
        )
    return Unresolved(
        NoAddress.NO_ANSWER,
        f"DNS did not answer for {name} ({error.strerror or 'no reason given'})",
    )
