from __future__ import annotations

from pathlib import Path

import pytest

from twiceshy.cli.render.sarif import SarifResult, SarifRule, sarif_log


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("reports/mail 2024#1.md", "reports/mail%202024%231.md"),
        ("{here}/reports/mail.md", "reports/mail.md"),
        ("/elsewhere/mäil.md", "file:///elsewhere/m%C3%A4il.md"),
    ],
)
def test_files_are_told_as_code_review_tools_look_for_them(
    file: str, uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rule = SarifRule("TZ001", "mixed-zones", "Zones are mixed.", "Use one.")
    result = SarifResult("TZ001", "warning", "EAT and UTC", file.format(here=tmp_path), 3)
    (run,) = sarif_log([rule], [result])["runs"]
    (found,) = run["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_result_without_its_rule_is_refused() -> None:
    with pytest.raises(KeyError):
        sarif_log([], [SarifResult("TZ001", "warning", "EAT and UTC", "a.md", 3)])
