"""What a report's cause tells where an action leaves its subject open ("implement monitoring")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.guards.propose.subjects import Subject
from twiceshy.model.report import CauseClass

SUBJECT_OF_CAUSE: Mapping[CauseClass, Subject] = MappingProxyType(
    {
        CauseClass.CERTIFICATE_EXPIRED: Subject.CERTIFICATE,
        CauseClass.CERTIFICATE_RENEWAL_FAILED: Subject.RENEWAL,
        CauseClass.CERTIFICATE_OTHER: Subject.CERTIFICATE,
        CauseClass.FIREWALL_RULE: Subject.FIREWALL,
        CauseClass.WAF_OR_SECURITY_MODULE: Subject.WAF,
        CauseClass.DATABASE_SETTINGS: Subject.DATABASE_SETTINGS,
        CauseClass.DATABASE_CAPACITY: Subject.DATABASE_POOL,
        CauseClass.DATABASE_FAILURE: Subject.DATABASE,
        CauseClass.DATABASE_QUERY_OR_SCHEMA: Subject.DATABASE_QUERY,
        CauseClass.DNS: Subject.DNS,
        CauseClass.NETWORK: Subject.NETWORK,
        CauseClass.LOAD_BALANCER: Subject.LOAD_BALANCER,
        CauseClass.WEB_SERVER_CONFIG: Subject.WEB_SERVER,
        CauseClass.APPLICATION_BUG: Subject.AVAILABILITY,
        CauseClass.TYPO_IN_CODE: Subject.AVAILABILITY,
        CauseClass.DEPLOYMENT: Subject.AVAILABILITY,
        CauseClass.RESOURCE_EXHAUSTION_MEMORY: Subject.MEMORY,
        CauseClass.RESOURCE_EXHAUSTION_DISK: Subject.DISK,
        CauseClass.RESOURCE_EXHAUSTION_CPU: Subject.CPU,
        CauseClass.TRAFFIC_SURGE: Subject.TRAFFIC,
        CauseClass.DDOS: Subject.ATTACK,
        CauseClass.THIRD_PARTY: Subject.THIRD_PARTY,
        CauseClass.HARDWARE: Subject.HARDWARE,
        CauseClass.POWER: Subject.POWER,
        CauseClass.HUMAN_ERROR_DELETION: Subject.BACKUP,
        CauseClass.PERMISSIONS: Subject.PERMISSIONS,
        CauseClass.PROCESS_DOWN: Subject.PROCESS,
        CauseClass.CONFIG_OTHER: Subject.CONFIG,
        CauseClass.OTHER: Subject.AVAILABILITY,
    }
)
"""What "monitoring" means after such a cause."""


@dataclass(frozen=True, slots=True)
class Beneath:
    """What a service plainly stands on when this was the cause."""

    id: str
    """How the id of that service ends."""
    summary: str
    example: str


_DATABASE = Beneath("database", "The database", "postgres://db.example.org:5432")
_DNS = Beneath("dns", "The name servers", "tcp://ns1.example.org:53")
_BALANCER = Beneath("load-balancer", "The load balancer", "https://www.example.org/")
_NETWORK = Beneath("network", "The network and its firewall", "tcp://gateway.example.org:443")
_OTHERS = Beneath("provider", "The outside provider", "https://status.example.net/")

_BENEATH: Mapping[CauseClass, Beneath] = MappingProxyType(
    {
        CauseClass.DATABASE_SETTINGS: _DATABASE,
        CauseClass.DATABASE_CAPACITY: _DATABASE,
        CauseClass.DATABASE_FAILURE: _DATABASE,
        CauseClass.DATABASE_QUERY_OR_SCHEMA: _DATABASE,
        CauseClass.DNS: _DNS,
        CauseClass.LOAD_BALANCER: _BALANCER,
        CauseClass.NETWORK: _NETWORK,
        CauseClass.FIREWALL_RULE: _NETWORK,
        CauseClass.THIRD_PARTY: _OTHERS,
    }
)


def stands_on(cause: CauseClass) -> Beneath | None:
    """What failed beneath the service, or None when it failed by itself."""
    return _BENEATH.get(cause)
