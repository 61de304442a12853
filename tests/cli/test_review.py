from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from twiceshy.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples/changes"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
BLAMED = {
    "login-settings": (".env", "db-2.example.org"),
    "mail-firewall": ("nftables.conf", "drop"),
    "shop-waf": ("modsecurity", "DetectionOnly|Off|off"),
    "web-renewal": ("www.example.org.conf", "/srv/www/site"),
}
"""Which file decides, and what stands on the line that is blamed."""
Run = Callable[..., int]
each_example = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    def typed(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["twiceshy", "review", *words])
        with pytest.raises(SystemExit) as left:
            main()
        return int(left.value.code or 0)

    return typed


def sides(before: str, after: str) -> tuple[str, ...]:
    return ("--before", before, "--after", after, "--no-journal")


def reviewed(run: Run, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = run(*words, "--format", "json")
    return code, json.loads(capsys.readouterr().out)


def test_every_outage_of_a_misconfiguration_has_an_example() -> None:
    assert set(NAMES) == set(BLAMED)


@each_example
def test_the_misconfiguration_is_refused_and_the_right_line_is_blamed(
    name: str, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES / name)
    code, review = reviewed(run, capsys, *sides("before", "after"))
    assert code == 1
    broken = [guard for guard in review["guards"] if guard["effect"] == "breaks"]
    assert broken
    file, said = BLAMED[name]
    lines = {
        Path(one["file"]).read_text().splitlines()[one["line"] - 1]
        for guard in broken
        for one in guard["evidence"]
        if one["file"] is not None and file in one["file"]
    }
    assert any(re.search(said, line) for line in lines), lines


@each_example
def test_it_names_the_outage_that_would_be_repeated(
    name: str, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES / name)
    _, review = reviewed(run, capsys, *sides("before", "after"))
    because = [one for guard in review["guards"] for one in guard["because"]]
    assert because
    assert all(one["text"] and one["title"] for one in because if one is not None)


@each_example
@pytest.mark.parametrize(("before", "after"), [("after", "mended"), ("after", "before")])
def test_the_mended_configuration_passes(  # noqa: PLR0917 - a case is both sides of an example
    name: str,
    before: str,
    after: str,
    run: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(EXAMPLES / name)
    code, review = reviewed(run, capsys, *sides(before, after))
    assert code == 0, review["guards"]
    assert {guard["effect"] for guard in review["guards"]} <= {"mends", "keeps"}
    assert "mends" in {guard["effect"] for guard in review["guards"]}


@each_example
def test_what_changes_nothing_breaks_nothing(
    name: str, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES / name)
    code, review = reviewed(run, capsys, *sides("before", "before"))
    assert (code, review["files"], review["differences"]) == (0, [], [])


@each_example
def test_text_fits_a_hundred_columns_and_says_what_to_do(
    name: str, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES / name)
    assert run(*sides("before", "after")) == 1
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 100
    assert "next:" in text
    assert "it would repeat" in text


@each_example
def test_sarif_points_at_the_deciding_line(
    name: str, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES / name)
    assert run(*sides("before", "after"), "--format", "sarif") == 1
    (sarif,) = json.loads(capsys.readouterr().out)["runs"]
    places = [result["locations"][0]["physicalLocation"] for result in sarif["results"]]
    assert places
    for place in places:
        lines = Path(place["artifactLocation"]["uri"]).read_text().splitlines()
        assert 1 <= place["region"]["startLine"] <= len(lines)


@each_example
def test_markdown_has_a_headline_and_no_table_or_link_out_of_a_files_text(
    name: str, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES / name)
    assert run(*sides("before", "after"), "--format", "markdown") == 1
    text = capsys.readouterr().out
    assert text.startswith("## ❌ This change would leave ")
    assert "**Undoes**" in text


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--before", "a"),
        ("--after", "b"),
        ("--before", "a", "--git", "x..y"),
        ("--git", "x..y", "--after", "b"),
        ("--staged", "--live", "web-1"),
        ("--before", "a", "--after", "b", "--at", "etc/nginx"),
        ("--live", "nowhere", "--after", "web-renewal"),
        ("--before", "gone", "--after", "gone"),
        ("--git", "gone..HEAD"),
    ],
)
def test_sides_that_do_not_make_a_pair_are_refused_with_a_hint(
    words: tuple[str, ...],
    run: Run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "twiceshy.yaml").write_text("version: 1\n")
    subprocess.run(["git", "-C", tmp_path, "init", "-q"], check=True)
    monkeypatch.chdir(tmp_path)
    assert run(*words) == 3
    assert "hint: " in capsys.readouterr().err


def test_a_change_of_what_no_kind_reads_is_told_as_such(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "twiceshy.yaml").write_text("version: 1\n")
    for side in ("a", "b"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "notes.txt").write_text(side)
    monkeypatch.chdir(tmp_path)
    assert run(*sides("a", "b")) == 0
    assert "no kind reads it" in capsys.readouterr().out


def test_configuration_that_no_guard_looks_at_is_unknown_and_says_what_could(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "twiceshy.yaml").write_text("version: 1\n")
    for side, zone in (("a", "10m"), ("b", "20m")):
        (tmp_path / side / "etc/nginx").mkdir(parents=True)
        (tmp_path / side / "etc/nginx/nginx.conf").write_text(
            f"events {{}}\nhttp {{ limit_req_zone $binary_remote_addr zone=a:{zone} rate=1r/s; }}\n"
        )
    monkeypatch.chdir(tmp_path)
    assert run(*sides("a", "b")) == 2
    text = capsys.readouterr().out
    assert "No guard looks at" in text
    assert "ratelimit" in text
