from __future__ import annotations

import os
from pathlib import Path

import pytest

from twiceshy.cli.render.delivery import deliver
from twiceshy.errors import TheWorld


def test_a_file_is_replaced_in_one_step_and_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "twiceshy.prom"
    target.write_text("old")
    target.chmod(0o640)
    before = target.open()
    deliver("new …\n", target)
    assert before.read() == "old"
    before.close()
    assert target.read_text("utf-8") == "new …\n"
    assert target.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["twiceshy.prom"]  # noqa: PTH208 - names are enough


def test_a_new_file_gets_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "ordinary").touch()
    deliver("new\n", tmp_path / "made")
    assert (tmp_path / "made").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    deliver("new\n", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new\n"


def test_a_device_is_written_to_and_not_replaced() -> None:
    deliver("gone\n", Path("/dev/null"))
    assert Path("/dev/null").is_char_device()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TheWorld, match="cannot write"):
        deliver("x", tmp_path / "no" / "file")


def test_what_the_terminal_cannot_write_is_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    deliver("a\ud800b\n", None)
    assert capsys.readouterr().out == "a?b\n"
