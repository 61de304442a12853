"""How much is measured: enough to tell, in under three minutes; or hardly anything."""

from __future__ import annotations

from dataclasses import dataclass

IN_FLIGHT = 32
"""Checks at a time, except where memory is measured."""


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    leaves: int
    rounds: int
    our_checks: int
    peer_checks: int
    crowd: int
    guards: int
    fleet_rounds: int


FULL = Size(500, 5, 1000, 400, 1000, 1000, 3)
QUICK = Size(10, 1, 40, 20, 40, 20, 1)
