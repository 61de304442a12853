"""What is proposed for an estate file: reports, services and guards, with their comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Setting = str | int | bool | tuple[str, ...] | tuple[int, ...]
"""What a promise field can be set to."""


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """A report to list: its id, its path as the file will say it, and what to tell of it."""

    id: str
    path: str
    """Relative to the estate file, with forward slashes."""
    id_is_file_name: bool = True
    """Whether the id follows from the path; otherwise the entry says it."""
    notes: tuple[str, ...] = ()
    """Comment lines: title, day, cause."""


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service to list; its endpoints are for a person to fill in."""

    id: str
    summary: str | None
    depends_on: tuple[str, ...] = ()
    example: str = "https://www.example.org/"
    """An endpoint URL of the right sort, written as a comment."""


@dataclass(frozen=True, slots=True)
class GuardEntry:
    """A guard to list."""

    id: str
    kind: str
    target: str
    promise: Mapping[str, Setting]
    every: str
    because: tuple[str, ...]
    """`<report>#<action>`, the first one being the action that it was made for."""
    why: str
    notes: tuple[str, ...] = ()
    """Comment lines: the actions' words, and what to look at."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """All that is proposed."""

    reports: tuple[ReportEntry, ...] = ()
    services: tuple[ServiceEntry, ...] = ()
    guards: tuple[GuardEntry, ...] = ()
