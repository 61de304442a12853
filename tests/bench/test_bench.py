"""The benchmark runs, in tiny numbers: it is no use when it breaks the day it is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import certificates, farm, reading
from bench.__main__ import table_of
from bench.blackbox import PROGRAM
from bench.row import PEER_MISSING, Row

EXAMPLES = Path(__file__).parents[2] / "examples" / "reports"


@pytest.fixture(scope="module")
def reading_rows() -> list[Row]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.iterdir())]
    return [
        reading.small_reports(texts, reports=5, rounds=1),
        reading.cold_start(texts[1], runs=1),
    ]


def test_reading_is_measured_beside_its_peer(reading_rows: list[Row]) -> None:
    assert [row.ratio is not None and row.ratio > 0 for row in reading_rows] == [True, True]


def test_reports_of_three_kilobytes_are_that_long_and_all_different() -> None:
    documents = reading.three_kilobytes(["# Outage\n", "# Another\n"], 10)
    assert {len(document) for document in documents} == {reading.REPORT_BYTES}
    assert len(set(documents)) == 10


def test_huge_files_have_the_size_asked_for() -> None:
    files = reading.contents(["# Outage\n"], 1000)
    assert {len(data) for data in files.values()} == {1000}


def test_a_row_is_a_line_of_the_table_and_a_json_object(reading_rows: list[Row]) -> None:
    assert table_of(reading_rows).row_count == len(reading_rows)
    assert json.loads(json.dumps(reading_rows[0].as_json()))["target"] == "300/s"


def test_a_peer_that_is_not_installed_gets_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    if farm.nginx() is None:
        pytest.skip("nginx is not installed")
    monkeypatch.setattr("bench.blackbox.PROGRAM", f"no-{PROGRAM}")
    rows = certificates.rows(quick=True)
    assert {row.peer for row in rows} == {PEER_MISSING}
    assert {row.ratio for row in rows} == {None}
    assert all(", 0 wrong" in row.figure for row in rows)
