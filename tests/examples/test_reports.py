"""The example reports are told in words of their own; what they tell is read all the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from twiceshy.model.report import CauseClass, DetectedBy
from twiceshy.reports.read import read_report

REPORTS = Path(__file__).parents[2] / "examples" / "reports"


@dataclass(frozen=True)
class Told:
    """What a careful person finds in one of the reports."""

    duration_minutes: int
    percent: float
    by: DetectedBy
    cause: CauseClass
    to_cause: int | None
    lead_minutes: tuple[int | None, ...]
    escalated: tuple[str, ...]
    actions: int


TOLD = {
    "mail-certificate-2024.md": Told(
        120, 70, DetectedBy.USERS, CauseClass.CERTIFICATE_EXPIRED, 60, (10,), ("DevOps team",), 5
    ),
    "mail-firewall-2023.md": Told(
        210, 65, DetectedBy.USERS, CauseClass.FIREWALL_RULE, 120, (25, 60),
        ("Network Operations team",), 10,
    ),
    "web-renewal-2024.md": Told(
        240, 75, DetectedBy.MONITORING, CauseClass.CERTIFICATE_RENEWAL_FAILED, 120, (15, 30),
        ("DevOps team",), 8,
    ),
    "shop-waf.md": Told(
        240, 30, DetectedBy.MONITORING, CauseClass.WAF_OR_SECURITY_MODULE, None, (None,),
        ("senior engineering team", "security team"), 10,
    ),
    "login-settings-2024.txt": Told(
        180, 30, DetectedBy.MONITORING, CauseClass.DATABASE_SETTINGS, 30, (20,),
        ("database administration team",), 10,
    ),
}  # fmt: skip


def test_every_example_report_is_told_here() -> None:
    assert {path.name for path in REPORTS.iterdir()} == set(TOLD)


@pytest.mark.parametrize("name", TOLD)
def test_an_example_report_reads_as_it_is_told(name: str) -> None:
    report = read_report((REPORTS / name).read_bytes(), path=name)
    assert report.cause is not None
    assert TOLD[name] == Told(
        duration_minutes=report.duration_minutes or 0,
        percent=report.affected_percent or 0,
        by=report.detected_by,
        cause=report.cause.cause_class,
        to_cause=report.measures.minutes_to_cause,
        lead_minutes=tuple(lead.minutes for lead in report.false_leads),
        escalated=report.escalated_to,
        actions=len(report.actions),
    )
    assert report.zone_conflict == (name == "shop-waf.md")
