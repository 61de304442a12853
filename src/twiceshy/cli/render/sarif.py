"""Findings of any sort as a SARIF 2.1.0 log, which code review tools show beside the line.

Source: OASIS Static Analysis Results Interchange Format 2.1.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from twiceshy import __version__

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

Level = Literal["error", "warning", "note", "none"]


@dataclass(frozen=True, slots=True)
class SarifRule:
    """What can be found."""

    id: str
    name: str
    summary: str
    """One sentence."""
    help: str
    """Plain text: why it matters and how to mend it."""


@dataclass(frozen=True, slots=True)
class SarifResult:
    """One thing found, and where; lines and columns count from 1."""

    rule_id: str
    level: Level
    message: str
    file: str
    """As the user named it; below the working directory it is written relative to it."""
    line: int
    column: int = 1
    fingerprint: str | None = None
    """What makes this the same finding next time, wherever the line has moved."""


def sarif_log(rules: Sequence[SarifRule], results: Sequence[SarifResult]) -> dict[str, Any]:
    """The log as JSON-able values; every result's rule must be among the rules."""
    place = {rule.id: index for index, rule in enumerate(rules)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "twiceshy",
                        "version": __version__,
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(result, place[result.rule_id]) for result in results],
            }
        ],
    }


def _rule(rule: SarifRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "help": {"text": rule.help},
    }


def _result(result: SarifResult, rule_index: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ruleId": result.rule_id,
        "ruleIndex": rule_index,
        "level": result.level,
        "message": {"text": result.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(result.file)},
                    "region": {"startLine": result.line, "startColumn": result.column},
                }
            }
        ],
    }
    if result.fingerprint is not None:
        found["partialFingerprints"] = {"twiceshy/v1": result.fingerprint}
    return found


def _uri(file: str) -> str:
    path = Path(file)
    if path.is_absolute():
        here = Path.cwd()
        if not path.is_relative_to(here):
            return path.as_uri()
        path = path.relative_to(here)
    return quote(path.as_posix(), errors="replace")
