"""The table: which checks keep a promise of this intent about this subject.

Theory. An action's own words give subjects and intents (`subjects`, `intents`). What a machine can
look at for a subject is in `LIVE`; what an intent asks of people is in `practices`. Monitoring,
reminding and validating lead to the live checks; people's intents lead to a practice, and to a
check beside it only where `BESIDE` says that the machine answers the very same question.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.guards.propose.checks import Check
from twiceshy.guards.propose.intents import Intent
from twiceshy.guards.propose.subjects import Subject

LIVE: Mapping[Subject, tuple[Check, ...]] = MappingProxyType(
    {
        Subject.CERTIFICATE: (Check.CERTIFICATE,),
        Subject.RENEWAL: (Check.RENEWAL, Check.CERTIFICATE),
        Subject.WAF: (Check.WAF,),
        Subject.FIREWALL: (Check.FIREWALL,),
        Subject.RATE_LIMIT: (Check.RATE_LIMIT,),
        Subject.ATTACK: (Check.RATE_LIMIT, Check.TRAFFIC),
        Subject.DNS: (Check.RESOLVES,),
        Subject.DATABASE_SETTINGS: (Check.DATABASE_SETTINGS,),
        Subject.CONNECTIONS: (Check.CONNECTIONS,),
        Subject.DATABASE_POOL: (Check.DATABASE_POOL,),
        Subject.DATABASE_QUERY: (Check.DATABASE_QUERY,),
        Subject.DATABASE: (Check.DATABASE, Check.DATABASE_LOAD),
        Subject.MAIL: (Check.MAIL,),
        Subject.LOGIN: (Check.LOGIN,),
        Subject.LOAD_BALANCER: (Check.UPSTREAMS,),
        Subject.WEB_SERVER: (Check.WEB_SERVER,),
        Subject.BACKUP: (Check.BACKUP,),
        Subject.DISK: (Check.DISK,),
        Subject.MEMORY: (Check.MEMORY,),
        Subject.CPU: (Check.CPU,),
        Subject.OPEN_FILES: (Check.OPEN_FILES,),
        Subject.DOMAIN: (Check.DOMAIN,),
        Subject.SERVER: (Check.CPU, Check.MEMORY),
        Subject.JOBS: (Check.JOBS,),
        Subject.HEARTBEAT: (Check.HEARTBEAT,),
        Subject.PROCESS: (Check.PROCESSES,),
        Subject.PORT: (Check.LISTENS,),
        Subject.CLOCK: (Check.CLOCK,),
        Subject.POWER: (Check.POWER,),
        Subject.HARDWARE: (Check.HARDWARE,),
        Subject.QUEUE: (Check.QUEUE,),
        Subject.CACHE: (Check.IN_TIME,),
        Subject.CAPACITY: (Check.IN_TIME,),
        Subject.TRAFFIC: (Check.TRAFFIC,),
        Subject.NETWORK_DEVICES: (Check.NETWORK,),
        Subject.NETWORK: (Check.NETWORK,),
        Subject.THIRD_PARTY: (Check.THIRD_PARTY,),
        Subject.AVAILABILITY: (Check.ANSWERS,),
        Subject.PAGE: (Check.ANSWERS,),
        Subject.LATENCY: (Check.IN_TIME,),
        Subject.ERRORS: (Check.ERRORS,),
        Subject.LOGS: (Check.ERRORS,),
        Subject.CONFIG_MANAGEMENT: (Check.DRIFT,),
        Subject.CONFIG: (Check.DRIFT,),
        Subject.PERMISSIONS: (Check.PERMISSIONS_DRIFT,),
        Subject.DEPLOY: (Check.ANSWERS,),
    }
)
"""What a machine can look at for a subject. Missing: only people can tell."""

AS_REVIEWED: Mapping[Subject, Check] = MappingProxyType(
    {
        Subject.FIREWALL: Check.FIREWALL_DRIFT,
        Subject.NETWORK_DEVICES: Check.NETWORK_DRIFT,
        Subject.NETWORK: Check.NETWORK_DRIFT,
        Subject.LOAD_BALANCER: Check.NETWORK_DRIFT,
        Subject.WAF: Check.DRIFT,
        Subject.WEB_SERVER: Check.DRIFT,
        Subject.CACHE: Check.DRIFT,
        Subject.DNS: Check.DNS_DRIFT,
        Subject.CONFIG_MANAGEMENT: Check.DRIFT,
        Subject.CONFIG: Check.DRIFT,
        Subject.CHANGE: Check.DRIFT,
        Subject.PERMISSIONS: Check.PERMISSIONS_DRIFT,
    }
)
"""Where "what runs is what was reviewed" answers for a reviewed change or a validated file."""

BESIDE: Mapping[tuple[Intent, Subject], tuple[Check, ...]] = MappingProxyType(
    {
        (Intent.AUDIT, Subject.CERTIFICATE): (Check.CERTIFICATE,),
        (Intent.AUDIT, Subject.RENEWAL): (Check.RENEWAL,),
        (Intent.AUDIT, Subject.DOMAIN): (Check.DOMAIN,),
        (Intent.AUDIT, Subject.DNS): (Check.RESOLVES,),
        (Intent.REVIEW, Subject.RENEWAL): (Check.RENEWAL,),
        (Intent.REVIEW, Subject.CERTIFICATE): (Check.CERTIFICATE,),
        (Intent.PROCESS, Subject.RENEWAL): (Check.RENEWAL,),
        (Intent.PROCESS, Subject.FIREWALL): (Check.FIREWALL_DRIFT,),
        (Intent.PROCESS, Subject.CHANGE): (Check.DRIFT,),
        (Intent.PROCESS, Subject.CONFIG_MANAGEMENT): (Check.DRIFT,),
        (Intent.PROCESS, Subject.PERMISSIONS): (Check.PERMISSIONS_DRIFT,),
        (Intent.PROCESS, Subject.DATABASE_POOL): (Check.DATABASE_POOL,),
        (Intent.PROCESS, Subject.BACKUP): (Check.BACKUP,),
        (Intent.REHEARSE, Subject.BACKUP): (Check.BACKUP,),
        (Intent.REHEARSE, Subject.RENEWAL): (Check.RENEWAL,),
        (Intent.STAND_BY, Subject.LOAD_BALANCER): (Check.UPSTREAMS,),
        (Intent.STAND_BY, Subject.DATABASE): (Check.DATABASE,),
        (Intent.STAND_BY, Subject.POWER): (Check.POWER,),
        (Intent.STAND_BY, Subject.WEB_SERVER): (Check.UPSTREAMS,),
        (Intent.STAND_BY, Subject.THIRD_PARTY): (Check.THIRD_PARTY,),
        (Intent.STAND_BY, Subject.BACKUP): (Check.BACKUP,),
        (Intent.TEST, Subject.LOAD_BALANCER): (Check.UPSTREAMS,),
        (Intent.TEST, Subject.DATABASE_POOL): (Check.DATABASE_POOL,),
        (Intent.TEST, Subject.DATABASE_SETTINGS): (Check.DATABASE_SETTINGS,),
        (Intent.TEST, Subject.DATABASE_QUERY): (Check.DATABASE_QUERY,),
        (Intent.TEST, Subject.DNS): (Check.RESOLVES,),
        (Intent.TEST, Subject.CERTIFICATE): (Check.CERTIFICATE,),
        (Intent.TEST, Subject.RENEWAL): (Check.RENEWAL,),
        (Intent.TEST, Subject.FIREWALL): (Check.FIREWALL,),
        (Intent.TEST, Subject.WAF): (Check.WAF,),
        (Intent.TEST, Subject.LOGIN): (Check.LOGIN,),
        (Intent.TEST, Subject.MEMORY): (Check.MEMORY,),
        (Intent.LOAD_TEST, Subject.CAPACITY): (Check.IN_TIME,),
        (Intent.COMMUNICATE, Subject.CERTIFICATE): (Check.CERTIFICATE,),
    }
)
"""Where a machine answers the same question as the people whom an action asks."""

OPEN_SUBJECT = frozenset({Intent.MONITOR, Intent.REMIND, Intent.VALIDATE})
"""Intents that take the report's cause for their subject when the action names none."""


VALIDATED: Mapping[Subject, tuple[Check, ...]] = MappingProxyType(
    {
        Subject.NETWORK_DEVICES: (Check.FIREWALL,),
        Subject.NETWORK: (Check.FIREWALL,),
        Subject.CACHE: (),
        Subject.TRAFFIC: (),
    }
)
"""What validating looks at where it is not what monitoring looks at."""

MONITORED: Mapping[Subject, tuple[Check, ...]] = MappingProxyType(
    {Subject.WEB_SERVER: (Check.ANSWERS, Check.PROCESSES)}
)
"""What monitoring looks at where it is not what a change leaves behind."""


def live_checks(intent: Intent, subject: Subject) -> tuple[Check, ...]:
    """The checks for what a machine is to do about a subject."""
    if intent is Intent.REMIND and subject is Subject.RENEWAL:
        return (Check.CERTIFICATE,)
    if intent is Intent.VALIDATE:
        reviewed = AS_REVIEWED.get(subject)
        extra = () if reviewed is None else (reviewed,)
        return tuple(dict.fromkeys((*extra, *VALIDATED.get(subject, LIVE.get(subject, ())))))
    if intent is Intent.MONITOR:
        return MONITORED.get(subject, LIVE.get(subject, ()))
    return LIVE.get(subject, ())


def checks_beside(intent: Intent, subject: Subject) -> tuple[Check, ...]:
    """The checks that stand beside a practice."""
    return BESIDE.get((intent, subject), ())
