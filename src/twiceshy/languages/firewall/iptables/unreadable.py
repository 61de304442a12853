"""What ends the reading of one line."""

from __future__ import annotations

from typing import NoReturn


class UnreadableError(ValueError):
    """The line says something that iptables would refuse, or that cannot be understood.

    Never leaves the readers: the line becomes a `Problem` with this text, and a rule about which
    nothing is known.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class OtherFamilyError(Exception):
    """The line says `-4` or `-6` and is read as the other family's: it is not there for it."""


def refuse(what: str) -> NoReturn:
    """Ends the reading of this line: `what` is a clause for the user."""
    raise UnreadableError(what)
