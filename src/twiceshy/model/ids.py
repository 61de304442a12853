"""Identifiers as types, so that a guard's id is never passed where a service's is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NewType

ReportId = NewType("ReportId", str)
"""A report's file name without its ending, or the id given in `twiceshy.yaml`."""
ActionId = NewType("ActionId", str)
"""An action's id within its report: `a1`, `a2`, ... in the order the report lists them."""
GuardId = NewType("GuardId", str)
KindId = NewType("KindId", str)
ServiceId = NewType("ServiceId", str)
HostId = NewType("HostId", str)
PersonId = NewType("PersonId", str)
ChannelId = NewType("ChannelId", str)

_ACTION_REF = re.compile(r"(?P<report>[^#\s]+)#(?P<action>a[1-9]\d*)")


@dataclass(frozen=True, slots=True, order=True)
class ActionRef:
    """Which action of which report: written `<report>#<action>`, such as `mail-2024#a2`."""

    report: ReportId
    action: ActionId

    @classmethod
    def parse(cls, text: str) -> ActionRef:
        """Read `<report>#<action>`; raises ValueError when it is not of that form."""
        match = _ACTION_REF.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not of the form <report>#a<number>")
        return cls(ReportId(match["report"]), ActionId(match["action"]))

    def __str__(self) -> str:
        return f"{self.report}#{self.action}"
