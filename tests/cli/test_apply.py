from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from twiceshy.cli.main import main

Run = Callable[..., int]
ESTATE = "version: 1\nhosts:\n  here: {reach: local}\n  there: {reach: local}\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type `twiceshy ...` in a folder with an estate, a live file and its successor."""
    (tmp_path / "twiceshy.yaml").write_text(ESTATE)
    (tmp_path / "live").mkdir()
    (tmp_path / "new").mkdir()
    (tmp_path / "live/app.conf").write_text("one\n")
    (tmp_path / "live/app.conf").chmod(0o640)
    (tmp_path / "new/app.conf").write_text("two\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWICESHY_STATE", str(tmp_path / "state"))

    def typed(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["twiceshy", *words])
        with pytest.raises(SystemExit) as left:
            main()
        return int(left.value.code or 0)

    return typed


@pytest.fixture
def at(tmp_path: Path) -> tuple[str, ...]:
    return ("--after", "new", "--at", str(tmp_path / "live"))


@pytest.fixture
def reviewed(
    run: Run, at: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> Callable[[], str]:
    def review() -> str:
        assert run("review", "--live", "here", *at, "--format", "json") == 0
        return str(json.loads(capsys.readouterr().out)["id"])

    return review


def apply(at: tuple[str, ...], id_: str, *more: str, seconds: int = 60) -> tuple[str, ...]:
    return (
        "apply", id_, *at, "--host", "here", "--confirm-within", str(seconds),
        "--activate", "cp live/app.conf active", *more,
    )  # fmt: skip


def test_an_unapproved_change_is_refused_and_nothing_is_touched(
    run: Run, at: tuple[str, ...], reviewed: Callable[[], str], tmp_path: Path
) -> None:
    assert run(*apply(at, reviewed())) == 3
    assert (tmp_path / "live/app.conf").read_text() == "one\n"
    assert not (tmp_path / "state").exists()


def test_a_change_that_nobody_confirms_rolls_back_by_itself(
    run: Run,
    at: tuple[str, ...],
    reviewed: Callable[[], str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    id_ = reviewed()
    assert run("approve", id_, "--by", "ops") == 0
    active = (
        f"cp {tmp_path}/live/app.conf {tmp_path}/active; cat {tmp_path}/active >>{tmp_path}/seen"
    )
    assert run(*apply(at, id_, "--activate", active, seconds=2)) == 1
    assert (tmp_path / "seen").read_text() == "two\none\n"
    assert (tmp_path / "live/app.conf").read_text() == "one\n"
    assert (tmp_path / "live/app.conf").stat().st_mode & 0o777 == 0o640
    assert "rolled back: nobody confirmed it within 2 s" in capsys.readouterr().out


def test_a_confirmed_change_stays_with_owner_and_mode_as_before(
    run: Run, at: tuple[str, ...], reviewed: Callable[[], str], tmp_path: Path
) -> None:
    id_ = reviewed()
    (tmp_path / "new/more.conf").write_text("three\n")
    id_ = reviewed()
    assert run("approve", id_, "--by", "ops") == 0
    program = Path(sys.executable).with_name("twiceshy")
    placed = threading.Event()

    def answer() -> None:
        pending = tmp_path / f"state/changes/{id_}/activated"
        while not pending.exists() and not placed.wait(0.05):
            pass
        subprocess.run([program, "confirm", id_, "--host", "here"], cwd=tmp_path, check=True)

    elsewhere = threading.Thread(target=answer)
    elsewhere.start()
    code = run(*apply(at, id_, "--activate", "touch activated"))
    placed.set()
    elsewhere.join()
    assert code == 0
    assert (tmp_path / "live/app.conf").read_text() == "two\n"
    assert (tmp_path / "live/app.conf").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "live/more.conf").read_text() == "three\n"
    assert not list((tmp_path / "state").rglob("old"))


@pytest.mark.parametrize("which", ["--check", "--activate"])
def test_what_its_software_refuses_is_undone_at_once_and_says_why(
    run: Run,
    reviewed: Callable[[], str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    which: str,
) -> None:
    id_ = reviewed()
    run("approve", id_, "--by", "ops")
    at = ("--after", "new", "--at", str(tmp_path / "live"))
    command = f"grep -q one {tmp_path}/live/app.conf || {{ echo line 1 is wrong; exit 1; }}"
    assert run(*apply(at, id_, which, command)) == 4
    assert "line 1 is wrong" in capsys.readouterr().err
    assert (tmp_path / "live/app.conf").read_text() == "one\n"


def test_what_changed_since_the_review_is_refused(
    run: Run, at: tuple[str, ...], reviewed: Callable[[], str], tmp_path: Path
) -> None:
    id_ = reviewed()
    run("approve", id_, "--by", "ops")
    (tmp_path / "live/app.conf").write_text("somebody else was here\n")
    assert run(*apply(at, id_)) == 3
    assert (tmp_path / "live/app.conf").read_text() == "somebody else was here\n"


def test_other_files_than_the_reviewed_ones_are_refused(
    run: Run, at: tuple[str, ...], reviewed: Callable[[], str], tmp_path: Path
) -> None:
    id_ = reviewed()
    run("approve", id_, "--by", "ops")
    (tmp_path / "new/app.conf").write_text("two and a half\n")
    assert run(*apply(at, id_)) == 3
    assert (tmp_path / "live/app.conf").read_text() == "one\n"


def test_a_host_must_be_named_that_the_estate_knows(
    run: Run, at: tuple[str, ...], reviewed: Callable[[], str]
) -> None:
    id_ = reviewed()
    run("approve", id_, "--by", "ops")
    assert run("apply", id_, *at, "--host", "elsewhere") == 3


def test_files_that_nobody_knows_how_to_activate_are_refused(
    run: Run, at: tuple[str, ...], reviewed: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    id_ = reviewed()
    run("approve", id_, "--by", "ops")
    assert run("apply", id_, *at, "--host", "here") == 3
    assert "--activate" in capsys.readouterr().err


@pytest.mark.parametrize("review", ["abcdef123456", "abc", "gone.json", "twiceshy.yaml"])
def test_a_review_that_is_not_known_cannot_be_approved(run: Run, review: str) -> None:
    assert run("approve", review, "--by", "ops") == 3


def test_a_review_made_elsewhere_is_approved_by_its_file(
    run: Run, at: tuple[str, ...], tmp_path: Path
) -> None:
    assert (
        run("review", "--live", "here", *at, "--format", "json", "-o", "r.json", "--no-journal")
        == 0
    )
    assert not (tmp_path / "twiceshy.db").exists()
    assert run("approve", "r.json", "--by", "ops") == 0


def test_confirming_what_was_never_applied_says_so(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("confirm", "abcdef123456", "--host", "here") == 1
    assert "no such change here" in capsys.readouterr().out
