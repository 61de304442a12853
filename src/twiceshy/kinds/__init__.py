"""What can be guarded: one folder per kind, and the explicit list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twiceshy.model.kind import Kind

KINDS: tuple[Kind, ...] = ()
"""Every kind that can be judged, in the order the documentation shows them."""
