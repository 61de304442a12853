"""What can be guarded: one folder per kind, and the explicit list of them."""

from __future__ import annotations

from twiceshy.kinds import certificate, host, http, practice
from twiceshy.model.kind import Kind

KINDS: tuple[Kind, ...] = (
    certificate.KIND,
    http.KIND,
    host.KIND,
    practice.KIND,
)
"""Every kind that can be judged, in the order the documentation shows them."""
