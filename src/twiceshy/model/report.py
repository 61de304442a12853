"""A report as read: what a postmortem says, with the source line of every statement.

What the report does not say is None or empty; nothing here is ever a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from twiceshy.model.ids import ActionId, ReportId
from twiceshy.model.moment import Moment


class EntryKind(StrEnum):
    """What a timeline entry tells."""

    DETECTED = "detected"
    INVESTIGATING = "investigating"
    SUSPECTED = "suspected"
    RULED_OUT = "ruled_out"
    ESCALATED = "escalated"
    CAUSE_FOUND = "cause_found"
    FIX = "fix"
    RESTORED = "restored"
    NOTE = "note"


class DetectedBy(StrEnum):
    """Who noticed first."""

    MONITORING = "monitoring"
    USERS = "users"
    ENGINEER = "engineer"
    UNKNOWN = "unknown"


class CauseClass(StrEnum):
    """The class of a root cause."""

    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_RENEWAL_FAILED = "certificate_renewal_failed"
    CERTIFICATE_OTHER = "certificate_other"
    FIREWALL_RULE = "firewall_rule"
    WAF_OR_SECURITY_MODULE = "waf_or_security_module"
    DATABASE_SETTINGS = "database_settings"
    DATABASE_CAPACITY = "database_capacity"
    DATABASE_FAILURE = "database_failure"
    DATABASE_QUERY_OR_SCHEMA = "database_query_or_schema"
    DNS = "dns"
    NETWORK = "network"
    LOAD_BALANCER = "load_balancer"
    WEB_SERVER_CONFIG = "web_server_config"
    APPLICATION_BUG = "application_bug"
    TYPO_IN_CODE = "typo_in_code"
    DEPLOYMENT = "deployment"
    RESOURCE_EXHAUSTION_MEMORY = "resource_exhaustion_memory"
    RESOURCE_EXHAUSTION_DISK = "resource_exhaustion_disk"
    RESOURCE_EXHAUSTION_CPU = "resource_exhaustion_cpu"
    TRAFFIC_SURGE = "traffic_surge"
    DDOS = "ddos"
    THIRD_PARTY = "third_party"
    HARDWARE = "hardware"
    POWER = "power"
    HUMAN_ERROR_DELETION = "human_error_deletion"
    PERMISSIONS = "permissions"
    PROCESS_DOWN = "process_down"
    CONFIG_OTHER = "config_other"
    OTHER = "other"


class ActionKind(StrEnum):
    """What an action is for: noticing sooner, not happening, hurting less, or working better."""

    DETECT = "detect"
    PREVENT = "prevent"
    MITIGATE = "mitigate"
    PROCESS = "process"


class FindingSeverity(StrEnum):
    """How much a lint finding matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class ZoneMention:
    """A time zone named somewhere in a report."""

    name: str
    """As written: `UTC`, `EAT`, `Pacific Time`, `GMT+1`."""
    offset_minutes: int | None
    """Minutes east of UTC; None when the name alone does not settle it (`PT` without a day)."""
    line: int
    day: date | None = None
    """The day it was used for, when known: summer time depends on it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a timeline."""

    at: Moment | None
    """When; None for an entry without a time."""
    text: str
    kind: EntryKind
    line: int
    """1-based source line."""
    until: Moment | None = None
    """The end, when the entry gives a range such as 8:20 - 8:24."""
    written: str | None = None
    """The time as the report writes it, such as `13:06 PM`; None for an entry without a time."""


@dataclass(frozen=True, slots=True)
class FalseLead:
    """A suspicion that was pursued and turned out wrong."""

    text: str
    """What was suspected, in the report's words."""
    start: Moment | None
    """When it was first suspected (`from` in JSON)."""
    end: Moment | None
    """When it was ruled out or left (`to` in JSON)."""
    minutes: int | None
    line: int


@dataclass(frozen=True, slots=True)
class Action:
    """A corrective or preventive measure that a report promises."""

    id: ActionId
    text: str
    kind: ActionKind
    line: int
    owner: str | None = None
    due: date | None = None
    same_as: ActionId | None = None
    """The earlier action that this one only rewords."""
    done: bool = False
    """The report itself marks it as done."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Where the minutes went, counted from the start; None where the report does not let one count."""

    minutes_to_detect: int | None = None
    minutes_to_cause: int | None = None
    minutes_to_restore: int | None = None
    minutes_on_false_leads: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One lint finding: which rule, how bad, in words, where."""

    rule: str
    severity: FindingSeverity
    message: str
    line: int


@dataclass(frozen=True, slots=True)
class Cause:
    """The root cause: its sentences, its class, and the words that decided the class."""

    text: str
    cause_class: CauseClass
    words: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Report:
    """A postmortem, read."""

    id: ReportId
    path: str
    title: str | None = None
    start: Moment | None = None
    end: Moment | None = None
    span_line: int | None = None
    """Line of the sentence or label that gives start, end or duration."""
    duration_minutes: int | None = None
    """As stated, else computed from start and end."""
    stated_minutes: int | None = None
    """The length the report states in words, if it does."""
    duration_consistent: bool | None = None
    """Stated length equals end minus start; None when one of them is missing."""
    zone_conflict: bool = False
    """Times of the same span are given in zones with different offsets."""
    zone_mentions: tuple[ZoneMention, ...] = ()
    """Every zone that is named beside a time or for a section, in order of appearance."""
    affected_percent: float | None = None
    impact: str | None = None
    impact_line: int | None = None
    services: tuple[str, ...] = ()
    detected_by: DetectedBy = DetectedBy.UNKNOWN
    timeline: tuple[Entry, ...] = ()
    false_leads: tuple[FalseLead, ...] = ()
    escalated_to: tuple[str, ...] = ()
    cause: Cause | None = None
    cause_named_at: Moment | None = None
    resolution: str | None = None
    resolution_line: int | None = None
    actions: tuple[Action, ...] = ()
    measures: Measures = field(default_factory=Measures)
    findings: tuple[Finding, ...] = ()
    is_report: bool = True
    why_not_report: str | None = None
    """Set when is_report is False: a template, an assignment text, a how-to, or nothing to read."""

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones named, each once, in order of appearance."""
        return tuple(dict.fromkeys(mention.name for mention in self.zone_mentions))
