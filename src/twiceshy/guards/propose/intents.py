"""What an action can want done about its subject."""

from __future__ import annotations

from enum import StrEnum


class Intent(StrEnum):
    """What is to be done."""

    TRAIN = "train"
    REHEARSE = "rehearse"
    DOCUMENT = "document"
    AUDIT = "audit"
    PROCESS = "process"
    """A way of working is set up or mended: a policy, a procedure, better practices."""
    TIMING = "timing"
    """When things may be done: never on Fridays, not before the holidays."""
    COMMUNICATE = "communicate"
    STAFF = "staff"
    REMIND = "remind"
    TEST = "test"
    """Software is tested before it is let out."""
    LOAD_TEST = "load test"
    MONITOR = "monitor"
    VALIDATE = "validate"
    """A machine checks, by itself and again and again."""
    STAND_BY = "stand by"
    """Something takes over: redundancy, failover, a replica."""
    REVIEW = "review"
    AUTOMATE = "automate"
    CHANGE = "change"
    """A concrete thing is mended or set."""


PEOPLE = frozenset(
    {
        Intent.TRAIN,
        Intent.REHEARSE,
        Intent.DOCUMENT,
        Intent.AUDIT,
        Intent.PROCESS,
        Intent.TIMING,
        Intent.COMMUNICATE,
        Intent.STAFF,
        Intent.REVIEW,
    }
)
"""Only people can do these, and only people can say that they did."""
