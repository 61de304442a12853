"""How long a review may think about one thing: hostile configuration has no end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class OutOfTime(Exception):
    """It took longer than it may; what it would have come to is unknown."""


class Patience(Protocol):
    """Does something and gives back what it comes to, or raises OutOfTime."""

    def __call__(self, work: Callable[[], T], /) -> T:
        """What `work` gives back; what `work` raises is passed on."""


def endless(work: Callable[[], T], /) -> T:
    """For configuration that somebody trusted wrote."""
    return work()
