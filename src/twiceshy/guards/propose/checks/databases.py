"""Databases: reached, rightly set, not used up, quick."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from twiceshy.guards.propose.checks.check import Check
from twiceshy.guards.propose.checks.slot import Slot, count, percent, span, used
from twiceshy.guards.propose.checks.template import Template, signal, template
from twiceshy.guards.propose.quantity import Bound, Unit

_LATENCY = r"\b(?:latenc|respon|answer|slow|connect|takes?\b|time)\w*"
_LAG = r"\b(?:lag|behind|replica|delay)\w*"
_DAY_SECONDS = 86400
_WHERE = "Say in `files` where its settings are, and which host, database and role are right."
_SET = frozenset({Bound.NONE, Bound.ABOVE, Bound.AT})
_ALARM = re.compile(r"\b(?:alert|alarm|warn|notif|page)\w*|\bkeep\b|\bwhen\b")
"""What is set to a number, and not held against one: "increase the pool to 50"."""


def _timeout(setting: str, near: str) -> Slot:
    """A setting of the database itself: "statement_timeout of 60 s"."""
    bounds = frozenset({Bound.ABOVE, Bound.AT, Bound.NONE})
    return Slot(setting, Unit.SECONDS, bounds, near=re.compile(near), most=_DAY_SECONDS)


DATABASES: Mapping[Check, Template] = MappingProxyType(
    {
        Check.DATABASE_SETTINGS: template(
            "database",
            "5m",
            "It connects with the very settings {service} uses and checks that they reach the "
            "right database as the right role over verified TLS.",
            advice=_WHERE,
            slots=(span("max_latency_ms", 0.001, near=_LATENCY),),
            tls="verified",
            max_latency_ms=500,
        ),
        Check.DATABASE_POOL: template(
            "database",
            "5m",
            "It compares the pools of {service} and the connections in use with what the database "
            "allows, so that they run out here before they run out for users.",
            slots=(
                used("max_connections_in_use_percent"),
                replace(count("pool_size", _SET, near=r"\bpools? (?:size|limit)"), unless=_ALARM),
                replace(
                    count("max_connections", _SET, near=r"\bmax_?\s?connections?\b"), unless=_ALARM
                ),
                count("max_connections_in_use"),
            ),
            advice=_WHERE,
            pools_fit_max_connections=True,
            max_connections_in_use_percent=80,
        ),
        Check.DATABASE_QUERY: template(
            "database",
            "5m",
            "It times what {service} asks of its database and looks for statements that wait or "
            "run too long.",
            slots=(
                _timeout("longest_idle_in_transaction_seconds", r"\bidle[ _-]in[ _-]trans"),
                _timeout("longest_statement_seconds", r"timeout"),
                span("max_latency_ms", 0.001, near=r"\b(?:latenc|respon|answer)\w*"),
                span("longest_statement_seconds", 1, most=_DAY_SECONDS),
            ),
            advice=_WHERE,
            max_latency_ms=500,
            longest_statement_seconds=30,
        ),
        Check.DATABASE: template(
            "database",
            "5m",
            "It reaches the database behind {service} as the service does and reports a "
            "connection that fails or is slow.",
            slots=(
                span("max_replication_lag_seconds", 1, near=_LAG, most=86400),
                span("max_latency_ms", 0.001, near=_LATENCY),
            ),
            advice=_WHERE,
            max_latency_ms=500,
        ),
        Check.DATABASE_LOAD: signal(
            "connections and load of the database behind {service}",
            why="It follows connections and load of the database behind {service} and reports "
            "what departs from its usual course.",
            slots=(percent("load_above_percent"),),
            alert_on=("spike", "drop"),
        ),
    }
)
