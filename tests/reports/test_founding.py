"""The five founding reports, where they are at hand, read as their careful reader read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from twiceshy.model.report import Report
from twiceshy.reports.read import read_report

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
NOTES: dict[str, Any] = (
    json.loads((SEEDS / "expected.json").read_text(encoding="utf-8"))
    if (SEEDS / "expected.json").is_file()
    else {}
)
NAMES = sorted(name for name in NOTES if (SEEDS / name).is_file())

# The founding reports belong to a neighbouring folder, not to this repository, so their absence
# is no failure, not even where every other part must be present.
pytestmark = pytest.mark.skipif(not NAMES, reason=f"the founding reports are not in {SEEDS}")


@pytest.mark.parametrize("name", NAMES)
def test_a_founding_report_reads_as_expected(
    name: str, differences: Callable[[Report, Mapping[str, Any]], list[str]]
) -> None:
    report = read_report((SEEDS / name).read_bytes(), path=name)
    found = differences(report, NOTES[name])
    if found:
        pytest.fail("\n".join([name, *found]), pytrace=False)


def test_all_five_founding_reports_are_there() -> None:
    assert len(NAMES) == 5
