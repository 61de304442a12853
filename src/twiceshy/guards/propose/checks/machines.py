"""The machines beneath a service: what they use up, what runs on them, what they stand on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.guards.propose.checks.check import Check
from twiceshy.guards.propose.checks.slot import (
    OVER,
    UNDER,
    Slot,
    duration,
    size,
    span,
    used,
)
from twiceshy.guards.propose.checks.template import Template, signal
from twiceshy.guards.propose.quantity import Bound, Unit

_SHARE = (used("alert_above"), used("alert_below", UNDER))
_ROOM = (*_SHARE, size("free_below", near=r"\b(?:free|left|remain\w*|available|less|below)\b"))

MACHINES: Mapping[Check, Template] = MappingProxyType(
    {
        Check.DISK: signal(
            "disk space and inodes used on the hosts of {service}, percent",
            why="It follows how full the disks of {service} get, inodes included, and reports "
            "while there is still room to act.",
            slots=_ROOM,
            is_counted=False,
            alert_above=85,
        ),
        Check.MEMORY: signal(
            "memory used on the hosts of {service}, percent",
            why="It follows the memory that {service} uses and reports steady growth or a lack of "
            "it before anything is killed.",
            slots=_ROOM,
            is_counted=False,
            alert_above=85,
        ),
        Check.CPU: signal(
            "processor use on the hosts of {service}, percent",
            why="It follows how busy the processors of {service} are and reports when they no "
            "longer keep up.",
            slots=_SHARE,
            is_counted=False,
            alert_above=85,
        ),
        Check.OPEN_FILES: signal(
            "open files of the processes of {service}, percent of their limit",
            why="It follows how many files and connections {service} holds open and reports "
            "before the limit turns requests away.",
            slots=_SHARE,
            is_counted=False,
            alert_above=80,
        ),
        Check.CLOCK: signal(
            "clock offset on the hosts of {service}, milliseconds",
            why="It follows how far the clocks of {service} are off and reports before anything "
            "that compares times goes wrong.",
            slots=(span("alert_above", 0.001),),
            is_counted=False,
            alert_above=1000,
        ),
        Check.PROCESSES: signal(
            "running processes of {service} and their restarts",
            why="It counts the processes of {service} that run and how often they start again, so "
            "one that is gone, or that keeps dying, is noticed.",
            alert_on=("drop", "spike", "silence"),
        ),
        Check.JOBS: signal(
            "finished runs of the scheduled jobs of {service}",
            why="It counts the runs that the scheduled jobs of {service} finish and reports when "
            "one that was due did not come.",
            is_event=True,
            alert_on=("silence", "drop"),
        ),
        Check.BACKUP: signal(
            "finished backups of {service}",
            why="It counts the finished backups of {service} and reports when one that was due "
            "did not come.",
            is_event=True,
            slots=(duration("silent_for", Bound.ABOVE, Bound.AT, Bound.SILENT),),
            alert_on=("silence", "drop"),
        ),
        Check.HEARTBEAT: signal(
            "heartbeats of {service}",
            why="It waits for the sign of life that {service} gives and reports when one that was "
            "due did not come.",
            is_event=True,
            alert_on=("silence",),
        ),
        Check.QUEUE: signal(
            "length and age of the queues of {service}",
            why="It follows how much waits in the queues of {service} and for how long, and "
            "reports when work piles up or nothing is taken out.",
            slots=(duration("oldest_above", Bound.ABOVE, Bound.AT, Bound.LASTING),),
            alert_on=("spike", "silence"),
        ),
        Check.HARDWARE: signal(
            "hardware health of the hosts of {service}",
            why="It follows what the hardware under {service} reports of itself (disks, "
            "temperature, memory errors), which departs from the usual before a part fails.",
            slots=(Slot("degrees_above", Unit.DEGREES, OVER, most=200),),
            alert_on=("spike",),
        ),
        Check.POWER: signal(
            "power supply and battery charge for {service}",
            why="It follows the power supply and the charge left for {service} and reports a loss "
            "while the batteries still hold.",
            slots=(Slot("charge_below_percent", Unit.PERCENT, UNDER, most=100),),
            alert_on=("drop", "silence"),
        ),
    }
)
