"""The checks a machine makes: for each its kind, promise, cadence and what explains it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.guards.propose.checks.certificates import CERTIFICATES
from twiceshy.guards.propose.checks.check import Check
from twiceshy.guards.propose.checks.databases import DATABASES
from twiceshy.guards.propose.checks.drift import DRIFT
from twiceshy.guards.propose.checks.front_doors import FRONT_DOORS
from twiceshy.guards.propose.checks.machines import MACHINES
from twiceshy.guards.propose.checks.network import NETWORK
from twiceshy.guards.propose.checks.template import Template

TEMPLATES: Mapping[Check, Template] = MappingProxyType(
    {**CERTIFICATES, **NETWORK, **DATABASES, **FRONT_DOORS, **MACHINES, **DRIFT}
)
"""Every check as a guard."""

__all__ = ["TEMPLATES", "Check", "Template"]
