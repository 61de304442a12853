"""HAProxy's configuration: sections with what they take over, conditions, binds and servers."""

from __future__ import annotations

from twiceshy.languages.haproxy.binds import Bind, binds_of, certificate_path
from twiceshy.languages.haproxy.conditions import Always, Condition, Term, condition_of
from twiceshy.languages.haproxy.sections import (
    Problem,
    Proxies,
    Section,
    Statement,
    dialect_of,
    read,
)

__all__ = [
    "Always",
    "Bind",
    "Condition",
    "Problem",
    "Proxies",
    "Section",
    "Statement",
    "Term",
    "binds_of",
    "certificate_path",
    "condition_of",
    "dialect_of",
    "read",
]
