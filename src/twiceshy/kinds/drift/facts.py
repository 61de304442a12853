"""What is seen of drift: files held against their reviewed versions, and a check run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from twiceshy.kinds.drift.promise import Ansible, Promise
from twiceshy.model.fact import Fact
from twiceshy.model.place import Place

__all__ = [
    "Ansible",
    "AnsibleSeen",
    "Difference",
    "DriftFact",
    "Promise",
    "State",
    "TaskSeen",
    "Thing",
]


class State(StrEnum):
    """How what runs compares."""

    SAME = "same"
    CHANGED = "changed"
    MISSING = "missing"
    """It was reviewed, and is not there."""
    UNREVIEWED = "unreviewed"
    """It is there, and nobody reviewed it."""
    UNKNOWN = "unknown"
    """It could not be compared."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that means something else than what was reviewed; secrets are `***`."""

    what: str
    """Such as `chain forward of ip filter` or `server.port`."""
    reviewed: str | None
    """None when it is new."""
    running: str | None
    """None when it is gone."""
    reviewed_at: Place | None = None
    running_at: Place | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """One file of a host, or its rule set, held against the reviewed one."""

    host: str
    name: str
    """The path on the host, or `firewall rules`."""
    state: State
    how: str = ""
    """What it was compared by: `nginx`, `YAML`, `lines`, ..."""
    differences: tuple[Difference, ...] = ()
    why: str = ""
    """Why it is unknown."""
    reviewed_at: Place | None = None


@dataclass(frozen=True, slots=True)
class TaskSeen:
    """One task that would change something, or failed, on one host."""

    host: str
    task: str
    place: Place | None = None
    found: str = ""
    """What it would change, or why it failed; short, without secrets."""


@dataclass(frozen=True, slots=True)
class AnsibleSeen:
    """What a check run found."""

    playbook: str
    hosts: int = 0
    tasks: int = 0
    """How many results were as they should be."""
    changes: tuple[TaskSeen, ...] = ()
    failures: tuple[TaskSeen, ...] = ()
    """Tasks that failed, and hosts that were not reached."""
    why_not: str | None = None
    """Why there was no check run to the end."""
    next_step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftFact(Fact):
    """What runs, held against what was reviewed."""

    things: tuple[Thing, ...] = ()
    ansible: AnsibleSeen | None = None
