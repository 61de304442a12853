"""Who tells half handshakes that their sockets are ready: one epoll for all of an event loop.

A half handshake is so little work that registering its socket with the event loop, and taking it
out again, is a fifth of it. So all of them share one epoll, which itself is a file descriptor that
the loop watches. Where there is no epoll, the loop watches every socket.
"""

from __future__ import annotations

import asyncio
import select
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

Ready = Callable[[], None]
"""Called whenever the socket may be ready; it may also be called when it is not."""


class Poller(Protocol):
    """Watches sockets until it is told to forget them."""

    def watch(self, fd: int, ready: Ready, *, writing: bool) -> None:
        """Call `ready` when there is something to read or, on request, room to write.

        May be called again for the same socket to change that.
        """
        ...

    def forget(self, fd: int) -> None:
        """Watch it no longer; must come before the socket is closed."""
        ...


class LoopPoller:
    """The event loop's own way."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._writing: set[int] = set()

    def watch(self, fd: int, ready: Ready, *, writing: bool) -> None:
        """See `Poller`."""
        self._loop.add_reader(fd, ready)
        if writing:
            self._loop.add_writer(fd, ready)
            self._writing.add(fd)
        elif fd in self._writing:
            self._loop.remove_writer(fd)
            self._writing.remove(fd)

    def forget(self, fd: int) -> None:
        """See `Poller`."""
        self._loop.remove_reader(fd)
        if fd in self._writing:
            self._loop.remove_writer(fd)
            self._writing.remove(fd)


if sys.platform == "linux":

    class EpollPoller:
        """One epoll, which the loop watches as long as anything is in it."""

        def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
            self._loop = loop
            self._epoll = select.epoll()
            self._watched: dict[int, Ready] = {}

        def watch(self, fd: int, ready: Ready, *, writing: bool) -> None:
            """See `Poller`."""
            events = select.EPOLLIN | select.EPOLLOUT if writing else select.EPOLLIN
            if fd in self._watched:
                self._epoll.modify(fd, events)
                return
            self._epoll.register(fd, events)
            if not self._watched:
                self._loop.add_reader(self._epoll.fileno(), self._wake)
            self._watched[fd] = ready

        def forget(self, fd: int) -> None:
            """See `Poller`."""
            if self._watched.pop(fd, None) is not None:
                self._epoll.unregister(fd)
                if not self._watched:
                    self._loop.remove_reader(self._epoll.fileno())

        def _wake(self) -> None:
            for fd, _ in self._epoll.poll(0):
                # One that was ready may have been forgotten because of another.
                ready = self._watched.get(fd)
                if ready is not None:
                    ready()


@lru_cache(maxsize=8)
def poller_of(loop: asyncio.AbstractEventLoop) -> Poller:
    """The loop's poller; one that drops out of the cache goes on for the sockets it watches."""
    return EpollPoller(loop) if sys.platform == "linux" else LoopPoller(loop)
