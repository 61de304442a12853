"""What can be guarded: one folder per kind, and the explicit list of them."""

from __future__ import annotations

from twiceshy.kinds.catalogue import Catalogue

KINDS = Catalogue(
    "certificate",
    "renewal",
    "firewall",
    "webserver",
    "waf",
    "ratelimit",
    "database",
    "mail",
    "http",
    "drift",
    "host",
    "practice",
)
"""Every kind that can be judged, in the order the documentation shows them."""
